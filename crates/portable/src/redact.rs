//! What no export holds is taken out on the way, by the domain's one rule set and the plain words of the wire contract, 15.3.
//!
//! The words are judged where 15.3 judges them: in artifacts, jobs and their events, notifications, and task histories. In
//! what comes of artifacts, jobs, events and notifications a field whose name says that it holds a secret goes too.

use dataops_domain::json::Object;
use dataops_domain::secrets;
use serde_json::{Map, Value};

use crate::entity::Entity;

/// How a value is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Care {
    /// The plain words of the contract count too.
    pub(crate) words: bool,
    /// Names of fields count too.
    pub(crate) names: bool,
    /// A name alone is no reason when what it names is no text: `passwordChanged: true` says nothing secret.
    pub(crate) flags: bool,
}

/// What was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Redacted {
    /// Values that were replaced just now.
    pub(crate) now: u64,
    /// Values that say that something was taken out of them, now or before.
    pub(crate) marks: u64,
}

impl Care {
    /// How a top-level field of a kind of record is looked at.
    pub(crate) fn of(entity: Entity, field: &str) -> Self {
        match entity {
            Entity::Artifacts | Entity::AssistantJobs | Entity::AuditEvents | Entity::Notifications => {
                Self { words: true, names: true, flags: false }
            }
            // Events of everything else tell what people typed, and their hashes tell whether that was altered: a word alone
            // is no reason to alter it.
            Entity::ChangeEvents => Self { words: false, names: true, flags: true },
            Entity::Tasks if field == "task_history" => Self { words: true, names: true, flags: false },
            Entity::Users => Self { words: false, names: true, flags: false },
            _ => Self { words: false, names: false, flags: false },
        }
    }

    /// True for a name that says that what it names is a secret.
    pub(crate) fn is_telling(self, name: &str, is_text: bool) -> bool {
        self.names && (is_text || !self.flags) && secrets::is_secret_key(name)
    }
}

/// Takes out of a record what no export holds.
pub(crate) fn redact(entity: Entity, record: &mut Object) -> Redacted {
    let mut now = names(record, Care::of(entity, ""));
    for (name, value) in record.iter_mut() {
        now += within(Some(name), value, Care::of(entity, name));
    }
    Redacted { now, marks: record.values().map(marks).sum() }
}

/// Values that say that something was taken out of them.
fn marks(value: &Value) -> u64 {
    match value {
        Value::String(text) => u64::from(text.contains("[redacted")),
        Value::Array(list) => list.iter().map(marks).sum(),
        Value::Object(object) => object.values().map(marks).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn within(name: Option<&str>, value: &mut Value, care: Care) -> u64 {
    match value {
        Value::String(text) => match redacted(name, text, care) {
            Some(redacted) => {
                *text = redacted;
                1
            }
            None => 0,
        },
        Value::Array(list) => list.iter_mut().map(|inner| within(name, inner, care)).sum(),
        Value::Object(object) => {
            let mut count = names(object, care);
            let telling: Vec<String> = object.keys().filter(|key| !is_short(key) && secrets::first(key).is_some()).cloned().collect();
            for key in telling {
                object.shift_remove(&key);
                object.insert(free_name(object), Value::from("[redacted]"));
                count += 1;
            }
            count + object.iter_mut().map(|(key, inner)| within(Some(key), inner, care)).sum::<u64>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A text without what it must not hold; `None` when it may stay.
fn redacted(name: Option<&str>, text: &str, care: Care) -> Option<String> {
    // Most texts are ids, moments and words: what cannot be a secret is not searched for one.
    if is_plain(text) || is_short(text) && !(care.words && secrets::portable_marker(text)) && secrets::first_named(name, text).is_none() {
        return None;
    }
    let clean = secrets::redact_field(name, text);
    let left = clean.as_deref().unwrap_or(text);
    if care.words && secrets::portable_marker(left) { Some("[redacted]".to_owned()) } else { clean }
}

/// Takes out fields whose names say that they hold a secret.
fn names(object: &mut Map<String, Value>, care: Care) -> u64 {
    let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_));
    let telling: Vec<String> =
        object.iter().filter(|(key, value)| care.is_telling(key, is_text(value))).map(|(key, _)| key.clone()).collect();
    for key in &telling {
        object.shift_remove(key);
        object.insert(free_name(object), Value::from("[redacted]"));
    }
    telling.len() as u64
}

fn free_name(object: &Map<String, Value>) -> String {
    let named = |number: usize| format!("redacted_{number}");
    named((1..).find(|number| !object.contains_key(&named(*number))).unwrap_or_default())
}

/// True for a word that is too short for any credential that is known by its form alone.
pub(crate) fn is_short(text: &str) -> bool {
    text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// True for what is certainly nothing else: a ULID, or the product's own form of a timestamp.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() {
        26 => bytes[0] == b'0' && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()),
        24 => bytes[23] == b'Z' && bytes[10] == b'T' && bytes.iter().all(|byte| byte.is_ascii_digit() || b"-:.TZ".contains(byte)),
        10 => bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redacted_of(entity: Entity, record: Value) -> (Value, u64) {
        let Value::Object(mut record) = record else { return (Value::Null, 0) };
        let redacted = redact(entity, &mut record);
        assert_eq!(redacted.now, redacted.marks, "what was taken out can be seen");
        assert_eq!(redact(entity, &mut record), Redacted { now: 0, marks: redacted.marks }, "once is enough");
        (Value::Object(record), redacted.now)
    }

    #[test]
    fn what_no_export_holds_goes_and_the_rest_stays() {
        let token = ["ghp", "_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
        let (task, count) = redacted_of(
            Entity::Tasks,
            json!({
                "comment": format!("use {token}"),
                "link": "https://meet.example.org/j/12?pwd=Zk3xQ9vT1p",
                "task_history": [{ "note": "see ?sig=1" }],
                "validation": { "tokenCount": 3 },
            }),
        );
        assert_eq!(task["comment"], "use [redacted: github-token]");
        assert_eq!(task["link"], "https://meet.example.org/j/12?pwd=Zk3xQ9vT1p", "a link carries what links carry");
        assert_eq!((&task["task_history"][0]["note"], &task["validation"]["tokenCount"]), (&json!("[redacted]"), &json!(3)));
        assert_eq!(count, 2);
        let flags = json!({ "metadata": { "changes": { "passwordChanged": true, "tokenCount": 3 } } });
        assert_eq!(redacted_of(Entity::ChangeEvents, flags.clone()), (flags, 0), "that there is one is no secret");
        let (artifact, count) = redacted_of(Entity::Artifacts, json!({ "metadata": { "list": [{ "accessToken": "x", "n": 1 }] } }));
        assert_eq!((artifact, count), (json!({ "metadata": { "list": [{ "n": 1, "redacted_1": "[redacted]" }] } }), 1));
    }
}
