//! Secrets in JSON, at any depth.

use serde_json::Value;

use super::{Finding, assignment, contract, first, redact, rule};

/// Deeper than this nothing is looked at: bodies are refused long before.
const MAX_DEPTH: usize = 64;

/// The first secret in a JSON value: a JSON pointer to it and the rule. Field names are read together with a text
/// beside them, as `name: value` would be.
pub fn check_json(value: &Value) -> Option<(String, &'static str)> {
    let mut pointer = String::new();
    let finding = walk(value, &mut pointer, 0, &first_in_field)?;
    Some((pointer, finding.rule))
}

/// The first secret in the text of a field. A link carries what links carry, so the generic rules are not asked of one;
/// any other text is read together with the field's name, as `name: text` would be.
pub fn first_in_field(name: Option<&str>, text: &str) -> Option<Finding> {
    if is_link(text) { super::first_in_link(text) } else { first(text).or_else(|| first_named(name, text)) }
}

/// What the text of a field is by the field's name alone.
pub fn first_named(name: Option<&str>, text: &str) -> Option<Finding> {
    named(name.filter(|name| may_tell(name))?, text)
}

/// The text of a field without what [`first_in_field`] would find in it; `None` when there is nothing to be found.
pub fn redact_field(name: Option<&str>, text: &str) -> Option<String> {
    let found = first_in_field(name, text)?;
    let redacted = if is_link(text) { super::redact_link(text) } else { redact(text).into_owned() };
    Some(if first_in_field(name, &redacted).is_some() { super::mark(found.rule) } else { redacted })
}

/// True when the name of a field may say that its value is a secret; false spares a closer look.
fn may_tell(name: &str) -> bool {
    const BEGINNINGS: [&[u8; 3]; 5] = [b"pas", b"sec", b"tok", b"cre", b"api"];
    name.as_bytes().windows(3).any(|three| BEGINNINGS.iter().any(|beginning| three.eq_ignore_ascii_case(*beginning)))
}

/// A JSON pointer to the first field whose name says that it holds a secret ([`super::is_secret_key`]), whatever its
/// value. Without `into_lists` objects inside lists are left alone, as wire contract 11 has it for metadata.
pub fn secret_key_in(value: &Value, into_lists: bool) -> Option<String> {
    match value {
        Value::Object(object) => object.iter().find_map(|(key, inner)| {
            let below = || secret_key_in(inner, into_lists);
            let found = if contract::is_secret_key(key) { Some(String::new()) } else { below() };
            found.map(|rest| format!("/{}{rest}", escaped(key)))
        }),
        Value::Array(list) if into_lists => {
            list.iter().enumerate().find_map(|(at, inner)| secret_key_in(inner, into_lists).map(|rest| format!("/{at}{rest}")))
        }
        _ => None,
    }
}

/// The value with every secret in its texts and names redacted.
pub fn redact_json(value: Value) -> Value {
    redacted(value, None)
}

fn redacted(value: Value, name: Option<&str>) -> Value {
    match value {
        Value::String(text) => match (redact(&text), name.and_then(|name| named(name, &text))) {
            (std::borrow::Cow::Owned(redacted), _) => Value::String(redacted),
            (std::borrow::Cow::Borrowed(_), Some(finding)) => Value::String(super::mark(finding.rule)),
            (std::borrow::Cow::Borrowed(_), None) => Value::String(text),
        },
        Value::Array(list) => Value::Array(list.into_iter().map(|inner| redacted(inner, name)).collect()),
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .map(|(key, inner)| {
                    let inner = redacted(inner, Some(&key));
                    (redact(&key).into_owned(), inner)
                })
                .collect(),
        ),
        other => other,
    }
}

/// What `name: text` would be found to be.
fn named(name: &str, text: &str) -> Option<Finding> {
    assignment::named(name, text).then(|| rule::finding("generic-assignment", 0..text.len()))
}

fn walk(value: &Value, pointer: &mut String, depth: usize, look: &dyn Fn(Option<&str>, &str) -> Option<Finding>) -> Option<Finding> {
    match value {
        Value::String(text) => {
            let name = pointer.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
            look(name.as_deref(), text)
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .find_map(|(at, inner)| inside(pointer, &at.to_string(), |pointer| walk(inner, pointer, depth + 1, look))),
        // A name that is a secret itself is never repeated: the pointer stays at its object.
        Value::Object(object) if depth < MAX_DEPTH => object.iter().find_map(|(key, inner)| {
            first(key).or_else(|| inside(pointer, &escaped(key), |pointer| walk(inner, pointer, depth + 1, look)))
        }),
        _ => None,
    }
}

fn is_link(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

/// Runs `look` with the pointer one step deeper; the step stays when something was found.
fn inside(pointer: &mut String, step: &str, look: impl FnOnce(&mut String) -> Option<Finding>) -> Option<Finding> {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(step);
    let found = look(pointer);
    if found.is_none() {
        pointer.truncate(length);
    }
    found
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
