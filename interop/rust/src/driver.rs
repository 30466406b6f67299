//! Requests and their answers.

use crate::case::Encryptor;
use crate::items::{self, Item};
use crate::keys::Keys;
use crate::refusal::{Refusal, config};
use serde_json::{Deserializer, Map, Value, json};
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use tokio::runtime::{self, Runtime};

pub struct Driver {
    runtime: Runtime,
    keys: Option<Keys>,
}

impl Driver {
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            runtime: runtime::Builder::new_current_thread().build()?,
            keys: None,
        })
    }

    pub fn answer(&mut self, line: &[u8]) -> Value {
        let request = match parse(line) {
            Ok(request) => request,
            Err(refusal) => return Value::Object(refused(refusal)),
        };
        // What a panic leaves behind belongs to its own case: each has a client of its own.
        let result = catch_unwind(AssertUnwindSafe(|| self.perform(&request)))
            .unwrap_or_else(|panic| Err(Refusal::Item(format!("panic: {}", message(&*panic)))));
        let mut answer = match result {
            Ok(mut answer) => {
                answer.insert("ok".into(), true.into());
                answer
            }
            Err(refusal) => refused(refusal),
        };
        if let Some(id) = request.get("id") {
            answer.insert("id".into(), id.clone());
        }
        Value::Object(answer)
    }

    fn perform(&mut self, request: &Value) -> Result<Map<String, Value>, Refusal> {
        let operation = request["op"].as_str().unwrap_or("");
        if operation == "setup" {
            self.keys = Some(Keys::from_json(&request["keys"])?);
            return Ok(Map::new());
        }
        let keys = self.keys.as_ref().ok_or_else(|| config!("no setup yet"))?;
        if request["format"] != "dbe" {
            return Err(config!("this client has the dbe format only"));
        }
        let case = &request["case"];
        let writer = || Encryptor::writer(case, keys, &self.runtime);
        let reader = || Encryptor::reader(case, keys, &self.runtime);
        let item = || items::from_json(&request["item"]);
        match operation {
            "encrypt" => with_item(&writer()?.encrypt(&item()?)?),
            "decrypt" => with_item(&reader()?.decrypt(&item()?)?),
            "bench" => bench(request, &writer()?, &reader()?, &item()?),
            other => Err(config!("no operation {other}")),
        }
    }
}

/// Without the parser's limit of depth: an item that nests deeper is for the client to refuse.
fn parse(line: &[u8]) -> Result<Value, Refusal> {
    let mut parser = Deserializer::from_slice(line);
    parser.disable_recursion_limit();
    match parser.into_iter().next() {
        Some(Ok(request)) => Ok(request),
        Some(Err(error)) => Err(config!("the request is no JSON: {error}")),
        None => Err(config!("the request is empty")),
    }
}

fn with_item(item: &Item) -> Result<Map<String, Value>, Refusal> {
    Ok(Map::from_iter([("item".into(), items::to_json(item)?)]))
}

fn refused(refusal: Refusal) -> Map<String, Value> {
    let (class, error) = match refusal {
        Refusal::Config(error) => (Some("config"), error),
        Refusal::Item(error) => (None, error),
    };
    let class = class.map(|class| ("class".into(), class.into()));
    let fields = [("ok".into(), false.into()), ("error".into(), error.into())];
    fields.into_iter().chain(class).collect()
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a text")
}

fn bench(
    request: &Value,
    writer: &Encryptor,
    reader: &Encryptor,
    item: &Item,
) -> Result<Map<String, Value>, Refusal> {
    let stored = writer.encrypt(item)?;
    let encrypt = mean_micros(request, || writer.encrypt(item))?;
    let decrypt = mean_micros(request, || reader.decrypt(&stored))?;
    Ok(Map::from_iter([
        ("encryptMicros".into(), json!(encrypt)),
        ("decryptMicros".into(), json!(decrypt)),
    ]))
}

fn mean_micros(
    request: &Value,
    operation: impl Fn() -> Result<Item, Refusal>,
) -> Result<Vec<f64>, Refusal> {
    let count = |field| request[field].as_u64().unwrap_or(0);
    for _ in 0..count("warm") {
        operation()?;
    }
    let each = count("each");
    let run = |_| {
        let start = Instant::now();
        for _ in 0..each {
            operation()?;
        }
        Ok(start.elapsed().as_secs_f64() * 1e6 / each as f64)
    };
    (0..count("runs")).map(run).collect()
}
