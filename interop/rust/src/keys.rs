//! The keys of the setup request, in the forms that the client wants.

use crate::refusal::{Refusal, config};
use aws_sdk_dynamodb::primitives::Blob;
use base64::prelude::{BASE64_STANDARD, Engine};
use pem::Pem;
use serde_json::Value;
use std::collections::HashMap;

pub struct Keys(HashMap<String, Key>);

/// The halves that the setup gave; `material` of symmetric keys, the others of pairs.
struct Key {
    material: Option<Vec<u8>>,
    private_der: Option<Vec<u8>>,
    public_der: Option<Vec<u8>>,
}

impl Keys {
    pub fn from_json(keys: &Value) -> Result<Self, Refusal> {
        let keys = keys
            .as_object()
            .ok_or_else(|| config!("the setup has no keys"))?;
        let parse = |(name, key): (&String, &Value)| {
            let part = |field| match key.get(field) {
                None => Ok(None),
                Some(encoded) => decode(encoded)
                    .map(Some)
                    .ok_or_else(|| config!("{field} of key {name} is no base64")),
            };
            let key = Key {
                material: part("material")?,
                private_der: part("privateDer")?,
                public_der: part("publicDer")?,
            };
            Ok((name.clone(), key))
        };
        keys.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    pub fn material(&self, name: &str) -> Result<&[u8], Refusal> {
        let material = self.named(name)?.material.as_deref();
        material.ok_or_else(|| config!("key {name} is not symmetric"))
    }

    /// PKCS #8 in PEM.
    pub fn private_pem(&self, name: &str) -> Result<Option<Blob>, Refusal> {
        let der = self.named(name)?.private_der.as_deref();
        Ok(der.map(|der| in_pem("PRIVATE KEY", der)))
    }

    /// SPKI in PEM.
    pub fn public_pem(&self, name: &str) -> Result<Option<Blob>, Refusal> {
        let der = self.named(name)?.public_der.as_deref();
        Ok(der.map(|der| in_pem("PUBLIC KEY", der)))
    }

    /// SPKI in DER.
    pub fn public_der(&self, name: &str) -> Result<Option<Blob>, Refusal> {
        let der = self.named(name)?.public_der.as_deref();
        Ok(der.map(Blob::new))
    }

    fn named(&self, name: &str) -> Result<&Key, Refusal> {
        self.0
            .get(name)
            .ok_or_else(|| config!("no key {name} in the setup"))
    }
}

fn decode(encoded: &Value) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(encoded.as_str()?).ok()
}

fn in_pem(label: &str, der: &[u8]) -> Blob {
    Blob::new(Pem::new(label, der).to_string())
}
