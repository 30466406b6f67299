//! Items from and to DynamoDB JSON.

use crate::refusal::Refusal;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

pub type Item = HashMap<String, AttributeValue>;

pub fn from_json(item: &Value) -> Result<Item, Refusal> {
    map(item).ok_or_else(|| Refusal::Item("the item is no DynamoDB JSON".into()))
}

fn map(attributes: &Value) -> Option<Item> {
    let attributes = attributes.as_object()?.iter();
    attributes
        .map(|(name, attribute)| Some((name.clone(), value(attribute)?)))
        .collect()
}

fn value(attribute: &Value) -> Option<AttributeValue> {
    let attribute = attribute.as_object().filter(|object| object.len() == 1)?;
    let (kind, content) = attribute.iter().next()?;
    Some(match kind.as_str() {
        "S" => AttributeValue::S(text(content)?),
        "N" => AttributeValue::N(text(content)?),
        "B" => AttributeValue::B(binary(content)?),
        "BOOL" => AttributeValue::Bool(content.as_bool()?),
        "NULL" => AttributeValue::Null(content.as_bool()?),
        "SS" => AttributeValue::Ss(list(content, text)?),
        "NS" => AttributeValue::Ns(list(content, text)?),
        "BS" => AttributeValue::Bs(list(content, binary)?),
        "L" => AttributeValue::L(list(content, value)?),
        "M" => AttributeValue::M(map(content)?),
        _ => return None,
    })
}

fn text(content: &Value) -> Option<String> {
    content.as_str().map(String::from)
}

fn binary(content: &Value) -> Option<Blob> {
    BASE64_STANDARD
        .decode(content.as_str()?)
        .ok()
        .map(Blob::new)
}

fn list<T>(content: &Value, member: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    content.as_array()?.iter().map(member).collect()
}

pub fn to_json(item: &Item) -> Result<Value, Refusal> {
    let attributes = item.iter();
    attributes
        .map(|(name, value)| Ok((name.clone(), value_to_json(value)?)))
        .collect::<Result<Map<_, _>, _>>()
        .map(Value::Object)
}

fn value_to_json(value: &AttributeValue) -> Result<Value, Refusal> {
    Ok(match value {
        AttributeValue::S(text) => json!({"S": text}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::B(bytes) => json!({"B": encode(bytes)}),
        AttributeValue::Bool(truth) => json!({"BOOL": truth}),
        AttributeValue::Null(truth) => json!({"NULL": truth}),
        AttributeValue::Ss(members) => json!({"SS": members}),
        AttributeValue::Ns(members) => json!({"NS": members}),
        AttributeValue::Bs(members) => {
            json!({"BS": members.iter().map(encode).collect::<Vec<_>>()})
        }
        AttributeValue::L(elements) => {
            let elements = elements.iter().map(value_to_json);
            json!({"L": elements.collect::<Result<Vec<_>, _>>()?})
        }
        AttributeValue::M(entries) => json!({"M": to_json(entries)?}),
        unknown => return Err(Refusal::of_item(unknown)),
    })
}

fn encode(bytes: &Blob) -> String {
    BASE64_STANDARD.encode(bytes)
}
