//! Job events of an older system have neither number nor hash: they get a chain when they come in.

use dataops_domain::Timestamp;
use dataops_domain::audit::{Event, Head, NewEvent, chained};
use dataops_domain::json::Object;
use serde_json::Value;

use crate::Entity;
use crate::schema::{self, Kind};

/// The chain of a job from its events as an older export has them, by time and then id. Events with a hash are not to be
/// given here: theirs stays.
pub fn chain_of_old(job: &str, mut events: Vec<Object>) -> Vec<Event> {
    let text = |event: &Object, name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    events.sort_by_cached_key(|event| (text(event, "created_at"), text(event, "audit_event_id")));
    let mut head = Head::default();
    let mut chain = Vec::with_capacity(events.len());
    for event in events {
        let new = NewEvent {
            action: known(&text(&event, "action")),
            summary: text(&event, "summary"),
            metadata: event.get("metadata").cloned().unwrap_or_default(),
        };
        let actor = Some(text(&event, "actor_id")).filter(|actor| !actor.is_empty());
        let at = Timestamp::parse(&text(&event, "created_at")).unwrap_or(Timestamp::from_millis(0));
        let event = chained("assistant_job", job, &head, new, actor.as_deref(), at);
        head = Head { sequence: event.sequence, hash: event.hash.clone() };
        chain.push(event);
    }
    chain
}

/// The action as one of those that job events have.
fn known(action: &str) -> &'static str {
    let words = schema::fields(Entity::AuditEvents).iter().find_map(|field| match field.kind {
        Kind::Word(words) if field.name == "action" => Some(words),
        _ => None,
    });
    words.and_then(|words| words.iter().find(|word| **word == action).copied()).unwrap_or("log-appended")
}
