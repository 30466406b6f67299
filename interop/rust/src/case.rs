//! The client that a case describes, ready for any number of items.

use crate::items::Item;
use crate::keyrings::Keyrings;
use crate::keys::Keys;
use crate::refusal::{Refusal, config};
use aws_db_esdk::CryptoAction;
use aws_db_esdk::dynamodb::types::PlaintextOverride;
use aws_db_esdk::item_encryptor::client::Client;
use aws_db_esdk::item_encryptor::types::dynamo_db_item_encryptor_config::DynamoDbItemEncryptorConfig;
use aws_db_esdk::material_providers::types::DbeAlgorithmSuiteId;
use serde_json::Value;
use std::collections::HashMap;
use tokio::runtime::Runtime;

pub struct Encryptor<'a> {
    client: Client,
    runtime: &'a Runtime,
}

impl<'a> Encryptor<'a> {
    pub fn writer(case: &Value, keys: &Keys, runtime: &'a Runtime) -> Result<Self, Refusal> {
        Self::new(case, &case["keyring"], keys, runtime)
    }

    pub fn reader(case: &Value, keys: &Keys, runtime: &'a Runtime) -> Result<Self, Refusal> {
        let keyring = case.get("decryptKeyring").unwrap_or(&case["keyring"]);
        Self::new(case, keyring, keys, runtime)
    }

    fn new(
        case: &Value,
        keyring: &Value,
        keys: &Keys,
        runtime: &'a Runtime,
    ) -> Result<Self, Refusal> {
        if case.get("legacy").is_some() {
            return Err(config!("this client has no legacy format"));
        }
        let config = DynamoDbItemEncryptorConfig::builder()
            .set_logical_table_name(text(case, "logicalTableName"))
            .set_partition_key_name(text(case, "partitionKey"))
            .set_sort_key_name(text(case, "sortKey"))
            .set_attribute_actions_on_encrypt(Some(actions(case)?))
            .set_allowed_unsigned_attributes(allowed_unsigned(case)?)
            .set_allowed_unsigned_attribute_prefix(text(case, "unsignedPrefix"))
            .set_algorithm_suite_id(suite(case)?)
            .set_plaintext_override(plaintext_override(case)?)
            .keyring(Keyrings::new(keys, runtime)?.keyring(keyring)?)
            .build()
            .map_err(Refusal::by_constructor)?;
        let client = Client::from_conf(config).map_err(Refusal::by_constructor)?;
        Ok(Self { client, runtime })
    }

    pub fn encrypt(&self, item: &Item) -> Result<Item, Refusal> {
        let request = self.client.encrypt_item().plaintext_item(item.clone());
        let output = self.runtime.block_on(request.send());
        let item = output.map_err(Refusal::of_item)?.encrypted_item;
        item.ok_or_else(|| Refusal::Item("no item came back".into()))
    }

    pub fn decrypt(&self, item: &Item) -> Result<Item, Refusal> {
        let request = self.client.decrypt_item().encrypted_item(item.clone());
        let output = self.runtime.block_on(request.send());
        let item = output.map_err(Refusal::of_item)?.plaintext_item;
        item.ok_or_else(|| Refusal::Item("no item came back".into()))
    }
}

fn text(case: &Value, field: &str) -> Option<String> {
    case.get(field).and_then(Value::as_str).map(String::from)
}

fn actions(case: &Value) -> Result<HashMap<String, CryptoAction>, Refusal> {
    let actions = case["actions"].as_object().into_iter().flatten();
    actions
        .map(|(name, action)| {
            let action = match action.as_str() {
                Some("ENCRYPT_AND_SIGN") => CryptoAction::EncryptAndSign,
                Some("SIGN_ONLY") => CryptoAction::SignOnly,
                Some("SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT") => {
                    CryptoAction::SignAndIncludeInEncryptionContext
                }
                Some("DO_NOTHING") => CryptoAction::DoNothing,
                _ => return Err(config!("attribute {name} has no action {action}")),
            };
            Ok((name.clone(), action))
        })
        .collect()
}

/// The client refuses an empty list.
fn allowed_unsigned(case: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let names = case.get("allowedUnsigned").and_then(Value::as_array);
    let names = names.filter(|names| !names.is_empty());
    let text = |name: &Value| name.as_str().map(String::from);
    names
        .map(|names| names.iter().map(text).collect::<Option<_>>())
        .map(|names| names.ok_or_else(|| config!("allowedUnsigned holds what is no name")))
        .transpose()
}

fn suite(case: &Value) -> Result<Option<DbeAlgorithmSuiteId>, Refusal> {
    use DbeAlgorithmSuiteId::*;
    match text(case, "suite").as_deref() {
        None => Ok(None),
        Some("6700") => Ok(Some(AlgAes256GcmHkdfSha512CommitKeySymsigHmacSha384)),
        Some("6701") => Ok(Some(
            AlgAes256GcmHkdfSha512CommitKeyEcdsaP384SymsigHmacSha384,
        )),
        Some(other) => Err(config!("no suite {other}")),
    }
}

fn plaintext_override(case: &Value) -> Result<Option<PlaintextOverride>, Refusal> {
    use PlaintextOverride::*;
    match text(case, "plaintextOverride").as_deref() {
        None => Ok(None),
        Some("FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ") => {
            Ok(Some(ForcePlaintextWriteAllowPlaintextRead))
        }
        Some("FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ") => {
            Ok(Some(ForbidPlaintextWriteAllowPlaintextRead))
        }
        Some("FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ") => {
            Ok(Some(ForbidPlaintextWriteForbidPlaintextRead))
        }
        Some(other) => Err(config!("no plaintext policy {other}")),
    }
}
