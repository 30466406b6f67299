//! Keyrings from a case's description of them.

use crate::keys::Keys;
use crate::refusal::{Refusal, config};
use aws_db_esdk::material_providers::client::Client;
use aws_db_esdk::material_providers::types::keyring::KeyringRef;
use aws_db_esdk::material_providers::types::material_providers_config::MaterialProvidersConfig;
use aws_db_esdk::material_providers::types::{
    AesWrappingAlg, EphemeralPrivateKeyToStaticPublicKeyInput, PaddingScheme,
    PublicKeyDiscoveryInput, RawEcdhStaticConfigurations, RawPrivateKeyToStaticPublicKeyInput,
};
use serde_json::Value;
use std::fmt::Debug;
use tokio::runtime::Runtime;

pub struct Keyrings<'a> {
    client: Client,
    keys: &'a Keys,
    runtime: &'a Runtime,
}

impl<'a> Keyrings<'a> {
    pub fn new(keys: &'a Keys, runtime: &'a Runtime) -> Result<Self, Refusal> {
        let config = MaterialProvidersConfig::builder().build();
        let client = Client::from_conf(config.map_err(Refusal::by_constructor)?)
            .map_err(Refusal::by_constructor)?;
        Ok(Self {
            client,
            keys,
            runtime,
        })
    }

    pub fn keyring(&self, keyring: &Value) -> Result<KeyringRef, Refusal> {
        match text(keyring, "type") {
            "raw-aes" => self.raw_aes(keyring),
            "raw-rsa" => self.raw_rsa(keyring),
            "raw-ecdh" => self.raw_ecdh(keyring),
            "multi" => self.multi(keyring),
            other => Err(config!("no keyring {other} in this driver")),
        }
    }

    fn raw_aes(&self, keyring: &Value) -> Result<KeyringRef, Refusal> {
        let key = self.keys.material(text(keyring, "key"))?;
        let algorithm = match key.len() {
            16 => AesWrappingAlg::AlgAes128GcmIv12Tag16,
            24 => AesWrappingAlg::AlgAes192GcmIv12Tag16,
            32 => AesWrappingAlg::AlgAes256GcmIv12Tag16,
            length => return Err(config!("an AES key of {length} bytes")),
        };
        let request = self.client.create_raw_aes_keyring();
        let request = request
            .key_namespace(text(keyring, "keyNamespace"))
            .key_name(text(keyring, "keyName"))
            .wrapping_key(key)
            .wrapping_alg(algorithm);
        let made = self.runtime.block_on(request.send());
        made.map_err(Refusal::by_constructor)
    }

    fn raw_rsa(&self, keyring: &Value) -> Result<KeyringRef, Refusal> {
        let padding = match text(keyring, "padding") {
            "PKCS1" => PaddingScheme::Pkcs1,
            "OAEP_SHA1_MGF1" => PaddingScheme::OaepSha1Mgf1,
            "OAEP_SHA256_MGF1" => PaddingScheme::OaepSha256Mgf1,
            "OAEP_SHA384_MGF1" => PaddingScheme::OaepSha384Mgf1,
            "OAEP_SHA512_MGF1" => PaddingScheme::OaepSha512Mgf1,
            other => return Err(config!("no padding {other}")),
        };
        let key = text(keyring, "key");
        let request = self.client.create_raw_rsa_keyring();
        let request = request
            .key_namespace(text(keyring, "keyNamespace"))
            .key_name(text(keyring, "keyName"))
            .padding_scheme(padding)
            .set_private_key(self.keys.private_pem(key)?)
            .set_public_key(self.keys.public_pem(key)?);
        let made = self.runtime.block_on(request.send());
        made.map_err(Refusal::by_constructor)
    }

    fn raw_ecdh(&self, keyring: &Value) -> Result<KeyringRef, Refusal> {
        let recipient = text(keyring, "recipient");
        let scheme = match text(keyring, "scheme") {
            "static" => RawPrivateKeyToStaticPublicKeyInput::builder()
                .set_sender_static_private_key(self.keys.private_pem(text(keyring, "sender"))?)
                .set_recipient_public_key(self.keys.public_der(recipient)?)
                .build()
                .map(RawEcdhStaticConfigurations::RawPrivateKeyToStaticPublicKey),
            "ephemeral" => EphemeralPrivateKeyToStaticPublicKeyInput::builder()
                .set_recipient_public_key(self.keys.public_der(recipient)?)
                .build()
                .map(RawEcdhStaticConfigurations::EphemeralPrivateKeyToStaticPublicKey),
            "discovery" => PublicKeyDiscoveryInput::builder()
                .set_recipient_static_private_key(self.keys.private_pem(recipient)?)
                .build()
                .map(RawEcdhStaticConfigurations::PublicKeyDiscovery),
            other => return Err(config!("no scheme {other}")),
        };
        let request = self.client.create_raw_ecdh_keyring();
        let request = request
            .key_agreement_scheme(scheme.map_err(Refusal::by_constructor)?)
            .set_curve_spec(Some(curve(text(keyring, "curve"))?));
        let made = self.runtime.block_on(request.send());
        made.map_err(Refusal::by_constructor)
    }

    fn multi(&self, keyring: &Value) -> Result<KeyringRef, Refusal> {
        let generator = keyring.get("generator").filter(|value| !value.is_null());
        let children = keyring.get("children").and_then(Value::as_array);
        let children = children.into_iter().flatten();
        let request = self.client.create_multi_keyring();
        let request = request
            .set_generator(generator.map(|child| self.keyring(child)).transpose()?)
            .set_child_keyrings(Some(
                children
                    .map(|child| self.keyring(child))
                    .collect::<Result<_, _>>()?,
            ));
        let made = self.runtime.block_on(request.send());
        made.map_err(Refusal::by_constructor)
    }
}

/// What the protocol calls absent is empty.
fn text<'a>(keyring: &'a Value, field: &str) -> &'a str {
    keyring.get(field).and_then(Value::as_str).unwrap_or("")
}

/// A value of the client's enum of curves. Its module is private and nothing public returns one, so that
/// an ECDH keyring cannot be configured but by making the enum's only byte: of the type that
/// `set_curve_spec` wants, and checked by the name it prints.
fn curve<Spec: Copy + Debug>(name: &str) -> Result<Spec, Refusal> {
    let (number, printed) = match name {
        "P-256" => (0u8, "EccNistP256"),
        "P-384" => (1, "EccNistP384"),
        "P-521" => (2, "EccNistP521"),
        other => return Err(config!("no curve {other}")),
    };
    const { assert!(size_of::<Spec>() == 1) };
    // SAFETY: as large as a byte, and the only instance is an enum without fields of four variants,
    // numbered from zero in the order of the pinned release.
    let spec: Spec = unsafe { std::mem::transmute_copy(&number) };
    match format!("{spec:?}") {
        found if found == printed => Ok(spec),
        found => Err(config!("curve {name} is {found} in this client")),
    }
}
