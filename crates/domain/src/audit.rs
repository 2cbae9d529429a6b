//! Audit events and their chain (WM-8).
//!
//! Every change of an entity appends one event. Events of one entity are numbered from 1 without gaps, and each holds
//! the hash of the one before it, over RFC 8785 canonical JSON: a changed, missing or inserted event breaks the chain.

mod bounds;
mod entity;
pub mod verify;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::json::Object;
use crate::secrets;
use crate::time::Timestamp;

pub use entity::Entity;

/// The last event of an entity: where its chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// Number of the last event; 0 before the first.
    pub sequence: u64,
    /// Hash of the last event; empty before the first.
    pub hash: String,
}

/// What happened, before it is numbered and chained.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// A verb in the past, such as `created` or `completed`.
    pub action: &'static str,
    /// One line for a person, at most 1,000 characters.
    pub summary: String,
    /// Bounded details: usually `{changes: {field: {from, to}}}`.
    pub metadata: Value,
}

/// One audit event as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// `<entity type>.<entity id>.<sequence, 8 digits>`.
    pub id: String,
    /// The kind of entity: `task`, `bundle`, `template`, `user`.
    pub entity_type: String,
    /// The entity's id.
    pub entity_id: String,
    /// The entity's id once more, when it is an assistant job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant_job_id: Option<String>,
    /// Place in the entity's chain, from 1.
    pub sequence: u64,
    /// A verb in the past.
    pub action: String,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// One line for a person.
    pub summary: String,
    /// Bounded details.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// When it happened.
    pub created_at: Timestamp,
    /// Hash of the event before; empty for the first.
    pub previous_hash: String,
    /// Hash of this event.
    pub hash: String,
    /// True when a secret was taken out of it after it was written, on its way through an export: the hash is that of what it said
    /// before. Its place in the chain can be checked, its words can't.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

impl Event {
    /// The hash this event should have: SHA-256 over its canonical JSON without `hash` and `redacted`, in hex.
    pub fn expected_hash(&self) -> String {
        hash_of(crate::json::object(self))
    }
}

/// The hash of an event's text as it was read: fields that [`Event`] does not know count too.
fn hash_of(mut body: Object) -> String {
    body.remove("hash");
    body.remove("redacted");
    let canonical = serde_json_canonicalizer::to_vec(&body).unwrap_or_default();
    Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Numbers and chains an event after `head`; the event's own number and hash are the new head. Texts that look like a
/// credential were refused before; what got here all the same, from an older record say, is redacted before it is hashed.
pub fn chained(entity_type: &str, entity_id: &str, head: &Head, new: NewEvent, actor: Option<&str>, now: Timestamp) -> Event {
    let sequence = head.sequence + 1;
    let mut event = Event {
        id: event_id(entity_type, entity_id, sequence),
        entity_type: entity_type.to_owned(),
        entity_id: entity_id.to_owned(),
        assistant_job_id: (entity_type == crate::job::KIND).then(|| entity_id.to_owned()),
        sequence,
        action: new.action.to_owned(),
        actor_id: actor.map(str::to_owned),
        summary: secrets::redact(&new.summary).chars().take(1_000).collect(),
        metadata: bounds::bounded(secrets::redact_json(new.metadata)),
        created_at: now,
        previous_hash: head.hash.clone(),
        hash: String::new(),
        redacted: false,
    };
    event.hash = event.expected_hash();
    event
}

fn event_id(entity_type: &str, entity_id: &str, sequence: u64) -> String {
    format!("{entity_type}.{entity_id}.{sequence:08}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_event_no_longer_fits_its_hash() {
        let now = Timestamp::from_millis(0);
        let new = |action| NewEvent { action, summary: action.to_owned(), metadata: Value::Null };
        let first = chained("task", "t1", &Head::default(), new("created"), Some("op"), now);
        let head = Head { sequence: first.sequence, hash: first.hash.clone() };
        let mut second = chained("task", "t1", &head, new("completed"), None, now);
        assert_eq!((second.sequence, &second.previous_hash), (2, &first.hash));
        assert_eq!(second.hash, second.expected_hash());
        second.summary.push('.');
        assert_ne!(second.hash, second.expected_hash());
    }

    #[test]
    fn an_event_holds_no_secret_and_hashes_what_it_holds() {
        let token = ["ghp", "_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
        let metadata = serde_json::json!({ "changes": { "comment": { "from": null, "to": format!("use {token}") } } });
        let new = NewEvent { action: "updated", summary: format!("said {token}"), metadata };
        let event = chained("task", "t1", &Head::default(), new, None, Timestamp::from_millis(0));
        assert_eq!(event.summary, "said [redacted: github-token]");
        assert_eq!(event.metadata["changes"]["comment"]["to"], "use [redacted: github-token]");
        assert_eq!(event.hash, event.expected_hash());
    }
}
