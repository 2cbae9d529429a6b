//! Small helpers over JSON objects: merging validated fields into a record and naming what changed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A JSON object.
pub type Object = Map<String, Value>;

/// The record as a JSON object.
pub fn object<T: Serialize>(record: &T) -> Object {
    match serde_json::to_value(record) {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => Object::new(),
    }
}

/// The record with the given fields replaced. The fields have been validated, so they fit.
pub fn merged<T: Serialize + DeserializeOwned + Clone>(record: &T, fields: &Object) -> T {
    let mut merged = object(record);
    merged.extend(fields.iter().map(|(key, value)| (key.clone(), value.clone())));
    serde_json::from_value(Value::Object(merged)).unwrap_or_else(|error| {
        debug_assert!(false, "validated fields do not fit: {error}");
        record.clone()
    })
}

const MAX_VALUE: usize = 200;
const MAX_FIELDS: usize = 12;

/// What differs between two states of a record, for an audit event: `{field: {from, to}}`, each side cut to 200
/// characters and at most 12 fields, so that an event stays small.
pub fn changes<T: Serialize>(before: &T, after: &T) -> Value {
    let (before, after) = (object(before), object(after));
    let mut changes = Object::new();
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
    let unsaid = |key: &str| matches!(key, "updatedAt" | "version" | "taskHistory" | "reminded" | "definitionMark" | "scheduledSince");
    for key in keys.filter(|key| !unsaid(key)) {
        let (from, to) = (before.get(key), after.get(key));
        if from != to && changes.len() < MAX_FIELDS {
            changes.insert(key.clone(), json!({ "from": bounded(from), "to": bounded(to) }));
        }
    }
    Value::Object(changes)
}

/// A value for an audit event: what is longer than 200 characters becomes text that is cut.
pub fn bounded(value: Option<&Value>) -> Value {
    let Some(value) = value else { return Value::Null };
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= MAX_VALUE {
        return value.clone();
    }
    Value::String(text.chars().take(MAX_VALUE).chain(['…']).collect())
}
