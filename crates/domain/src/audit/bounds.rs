//! What an event may hold: bounded details that read back exactly as they were written.

use serde_json::{Value, json};

use crate::json::Object;

/// The most bytes of an event's details: the ids of the 400 tasks a start may list fit.
const MAX_METADATA: usize = 24 * 1024;

/// The details within bounds. A fraction becomes text, because a number may read back one bit off, which would look like
/// tampering. What does not fit is left out and named under `cut`.
pub(super) fn bounded(metadata: Value) -> Value {
    let Value::Object(fields) = settled(metadata) else { return Value::Null };
    if size(&fields) <= MAX_METADATA {
        return Value::Object(fields);
    }
    let (mut kept, mut cut) = (Object::new(), Vec::new());
    for (name, value) in fields {
        kept.insert(name.clone(), value);
        if size(&kept) > MAX_METADATA {
            kept.remove(&name);
            cut.push(name);
        }
    }
    kept.insert("cut".to_owned(), json!(cut));
    Value::Object(kept)
}

fn size(fields: &Object) -> usize {
    serde_json::to_string(fields).map_or(0, |text| text.len())
}

fn settled(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => Value::String(number.to_string()),
        Value::Array(values) => Value::Array(values.into_iter().map(settled).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, settled(value))).collect()),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_that_do_not_fit_are_left_out_and_named() {
        let small = json!({ "taskId": "t1", "changes": { "title": { "from": "a", "to": "b" } }, "n": 7 });
        assert_eq!(bounded(small.clone()), small);
        let large = bounded(json!({ "taskId": "t1", "everything": "x".repeat(MAX_METADATA) }));
        assert_eq!(large, json!({ "taskId": "t1", "cut": ["everything"] }));
        assert_eq!(bounded(Value::Null), Value::Null);
    }

    #[test]
    fn a_fraction_is_kept_as_text() {
        assert_eq!(bounded(json!({ "a": [0.1, { "b": 1e300 }, 3] })), json!({ "a": ["0.1", { "b": "1e+300" }, 3] }));
    }
}
