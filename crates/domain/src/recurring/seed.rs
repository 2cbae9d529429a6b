//! Seeding a duty from the reviewed content (RW-7, FR-3): made once, brought to newer content while nobody has edited it,
//! otherwise left alone and told apart.
//!
//! The key in the content is the identity: it gives the id. Whether somebody edited the config is seen from the hash of the
//! content it was last taken from. Pauses and archiving are no part of the definition, so seeding neither sees nor
//! changes them: what an operator paused stays paused.

use super::{DEFINITION, RecurringConfig, input};
use crate::actor::Actor;
use crate::id::RecurringConfigId;
use crate::json::{self, Object};
use crate::template::difference::{self, FieldChange};
use crate::time::{Timestamp, Tz};

/// What seeding does with one duty.
#[derive(Debug, Clone, PartialEq)]
pub enum Seeded {
    /// There never was one: it is made.
    Create(Box<RecurringConfig>),
    /// It is as the content says.
    Unchanged,
    /// Nobody edited it and the content is newer, or an edit found its way into the content: it is written. The fields that
    /// differ; none when only the hash is new.
    Update(Box<RecurringConfig>, Vec<FieldChange>),
    /// Somebody edited it: it is left alone, and this is what the content would change.
    Differs(Vec<FieldChange>),
}

/// The id of the duty with this key: the same in every store.
pub fn id(key: &str) -> RecurringConfigId {
    RecurringConfigId::new(format!("duty.{key}"))
}

/// The config a duty of the content gives. `fields` are those of a body that makes it.
pub fn wanted(key: &str, fields: &Object, now: Timestamp) -> RecurringConfig {
    let config = input::new(id(key), fields, &Actor::system(), now, Tz::UTC);
    RecurringConfig { content_hash: Some(config.definition_hash()), ..config }
}

/// What seeding does with one duty, given what is stored (`None`: there never was one; a deleted one is left alone by the
/// caller).
pub fn decide(stored: Option<&RecurringConfig>, wanted: &RecurringConfig, now: Timestamp) -> Seeded {
    let Some(stored) = stored else { return Seeded::Create(Box::new(wanted.clone())) };
    let (is, should) = (stored.definition_hash(), wanted.definition_hash());
    if is == should && stored.content_hash.as_ref() == Some(&should) {
        return Seeded::Unchanged;
    }
    let keys = DEFINITION.iter().map(|key| (*key).to_owned()).collect();
    let found = difference::changes(&json::object(stored), &json::object(wanted), keys);
    let edited = stored.content_hash.as_ref() != Some(&is);
    if is != should && (edited || stored.archived_at.is_some()) {
        return Seeded::Differs(found);
    }
    let mut after = defined_as(stored, wanted);
    after.content_hash = Some(should);
    if !found.is_empty() {
        after.updated_at = now;
    }
    if after.cron_expression != stored.cron_expression || after.timezone != stored.timezone {
        after.scheduled_since = Some(now);
    }
    Seeded::Update(Box::new(after), found)
}

/// The config with the definition of another one; what only this record has, it keeps.
fn defined_as(stored: &RecurringConfig, wanted: &RecurringConfig) -> RecurringConfig {
    let (mut fields, said) = (json::object(stored), json::object(wanted));
    for key in DEFINITION {
        match said.get(key) {
            Some(value) => fields.insert(key.to_owned(), value.clone()),
            None => fields.shift_remove(key),
        };
    }
    serde_json::from_value(fields.into()).unwrap_or_else(|_| stored.clone())
}
