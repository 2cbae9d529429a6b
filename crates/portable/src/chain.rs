//! The hash of an event, from the event as an export holds it.
//!
//! It is what [`dataops_domain::audit::Event::expected_hash`] gives: SHA-256 over the canonical JSON (RFC 8785) of the event with its
//! runtime names, without `hash`. Here it is computed from the line, without building the event.

use sha2::{Digest, Sha256};

use crate::json::Json;

/// Fields of an event by their runtime names, in canonical order, with their portable names.
const FIELDS: [(&str, &str); 11] = [
    ("action", "action"),
    ("actorId", "actor_id"),
    // An event of a job names it once more; those written first did not.
    (JOB, "entity_id"),
    ("createdAt", "created_at"),
    ("entityId", "entity_id"),
    ("entityType", "entity_type"),
    ("id", "audit_event_id"),
    ("metadata", "metadata"),
    ("previousHash", "previous_hash"),
    ("sequence", "sequence"),
    ("summary", "summary"),
];

const JOB: &str = "assistantJobId";

/// True when the event has the hash it should have; `None` when it holds a number that has no one form.
pub(crate) fn is_whole(event: &Json<'_>, hash: &str) -> Option<bool> {
    let of_job = event.text_of("entity_type") == Some("assistant_job");
    Some(expected_hash(event, of_job)? == hash || of_job && expected_hash(event, false)? == hash)
}

fn expected_hash(event: &Json<'_>, names_job: bool) -> Option<String> {
    let mut canonical = Vec::with_capacity(512);
    canonical.push(b'{');
    let mut separator: &[u8] = b"";
    for (runtime, portable) in FIELDS {
        let value = event.get(portable).filter(|_| runtime != JOB || names_job);
        if value.is_none() && !matches!(runtime, "previousHash" | "summary") {
            continue;
        }
        canonical.extend_from_slice(separator);
        separator = b",";
        text(&mut canonical, runtime);
        canonical.push(b':');
        match value {
            Some(value) => write(&mut canonical, value)?,
            None => canonical.extend_from_slice(b"\"\""),
        }
    }
    canonical.push(b'}');
    Some(crate::folder::hex(&Sha256::digest(&canonical)))
}

fn write(out: &mut Vec<u8>, value: &Json<'_>) -> Option<()> {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Json::Number(number) => {
            // Events hold no fractions; beyond 2^53 a number has another canonical form.
            let number = number.as_i64().filter(|number| number.unsigned_abs() <= 1 << 53)?;
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Json::Text(value) => text(out, value),
        Json::List(list) => {
            out.push(b'[');
            for (place, inner) in list.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write(out, inner)?;
            }
            out.push(b']');
        }
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) });
            out.push(b'{');
            for (place, (key, inner)) in members.into_iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                text(out, key);
                out.push(b':');
                write(out, inner)?;
            }
            out.push(b'}');
        }
    }
    Some(())
}

fn text(out: &mut Vec<u8>, text: &str) {
    let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        // Writing a text into memory does not fail.
        let written = serde_json::to_writer(&mut *out, text);
        debug_assert!(written.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use dataops_domain::Timestamp;
    use dataops_domain::audit::{Head, NewEvent, chained};
    use serde_json::json;

    use super::*;
    use crate::record::{Incoming, line};

    #[test]
    fn it_is_the_hash_that_the_domain_gives() {
        let metadata = [
            json!(null),
            json!({}),
            json!({ "changes": { "title": { "from": "a\n\"b\"\\", "to": "ü€😀" }, "n": { "from": -3, "to": 9_007_199_254_740_992_u64 } } }),
            json!({ "b": [1, "0.5", { "z": true, "a": null }], "😀": 1, "\u{e000}": 2, "a": "\u{1}\u{7f}" }),
        ];
        let mut head = Head::default();
        let kinds = ["task", "assistant_job"].into_iter().cycle();
        for ((at, metadata), kind) in metadata.into_iter().enumerate().zip(kinds) {
            let new = NewEvent { action: "updated", summary: if at == 1 { String::new() } else { "Changed".to_owned() }, metadata };
            let event = chained(kind, "t1", &head, new, Some("op"), Timestamp::from_millis(at as i64));
            head = Head { sequence: event.sequence, hash: event.hash.clone() };
            let bytes = line(&Incoming::event(&event).portable());
            let json = Json::parse(&bytes).expect("JSON");
            assert_eq!(is_whole(&json, &event.hash), Some(true), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}
