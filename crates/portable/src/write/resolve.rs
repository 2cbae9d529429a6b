//! Holds what records name against what there is, by one merge over the facts.

use std::borrow::Cow;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{WriteError, key, tag};
use crate::entity::Entity;
use crate::record;
use crate::redact;
use crate::sort::Sorter;
use dataops_domain::Timestamp;
use dataops_domain::json::Object;

/// What the manifest tells of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) service_actors: u64,
}

/// What is known of the record that facts are filed under.
#[derive(Default)]
struct About {
    of: Vec<u8>,
    /// The number of its last event, once it is known to be there.
    known: Option<u64>,
    told: bool,
}

impl About {
    /// Turns to the record of this key; returns the tag.
    fn turn(&mut self, key: &[u8]) -> u8 {
        let (of, end) = key.split_at(key.len().saturating_sub(2));
        if self.of != of {
            self.of.clear();
            self.of.extend_from_slice(of);
            self.known = None;
            self.told = false;
        }
        end.last().copied().unwrap_or_default()
    }

    fn entity(&self) -> Option<Entity> {
        Entity::at(usize::from(*self.of.first()?))
    }

    fn id(&self) -> &str {
        std::str::from_utf8(self.of.get(1..).unwrap_or_default()).unwrap_or_default()
    }
}

fn sequence(value: &[u8]) -> u64 {
    value.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// See [`super::Writer::unresolved`].
pub(super) fn unresolved(facts: &mut Sorter, mut found: impl FnMut(Entity, &str)) -> Result<(), WriteError> {
    let mut about = About::default();
    let mut merged = facts.merged()?;
    while let Some((key, value)) = merged.next()? {
        let tag = about.turn(key);
        if tag == tag::KNOWN {
            about.known = Some(sequence(value));
        } else if about.known.is_none()
            && !about.told
            && let Some(entity) = about.entity().filter(|entity| *entity != Entity::Users || tag == tag::EVENT)
        {
            about.told = true;
            found(entity, about.id());
        }
    }
    Ok(())
}

/// Makes service users of unknown actors, and files under each record what of it must be amended.
pub(super) fn resolve(facts: &mut Sorter, records: &mut Sorter, amendments: &mut Sorter) -> Result<Told, WriteError> {
    let mut told = Told::default();
    let mut about = About::default();
    let mut merged = facts.merged()?;
    while let Some((fact, value)) = merged.next()? {
        match (about.turn(fact), about.known) {
            (tag::KNOWN, _) => about.known = Some(sequence(value)),
            (tag::NAMED, None) if about.entity() == Some(Entity::Users) && about.told => {}
            (tag::NAMED, None) if about.entity() == Some(Entity::Users) => {
                about.told = true;
                told.service_actors += 1;
                records.push_parts(&[&about.of], &[&[0; 8], &record::line(&service_user(about.id()))])?;
            }
            (tag::NAMED, None) => {
                let (source, pointer) = value.split_at(value.iter().position(|byte| *byte == 0).unwrap_or(value.len()));
                let mut missing = pointer.get(1..).unwrap_or_default().to_vec();
                missing.push(0);
                missing.extend_from_slice(about.id().as_bytes());
                amendments.push(source, &missing)?;
            }
            (tag::EVENT, Some(last)) => {
                let (entity, rest) = value.split_at(1);
                let (number, id) = rest.split_at(8);
                if sequence(number) > last
                    && let Some(entity) = Entity::at(usize::from(entity[0]))
                {
                    // It happened after its record was read.
                    amendments.push(&key(entity, std::str::from_utf8(id).unwrap_or_default()), b"")?;
                }
            }
            _ => {}
        }
    }
    Ok(told)
}

/// An actor that is no user, as older readers want to find it among the users. What names it may be any text.
fn service_user(id: &str) -> Object {
    let user = json!({
        "user_id": id,
        "name": if id.trim().is_empty() { "(blank)" } else { id },
        "email": format!("{}@actor.invalid", mailbox(id)),
        "actor_kind": "service",
        "created_at": Timestamp::from_millis(0),
    });
    let serde_json::Value::Object(mut user) = user else { return Object::new() };
    // The id is what records name, and was looked at there.
    let id = user.shift_remove("user_id");
    redact::redact(Entity::Users, &mut user);
    user.extend(id.map(|id| ("user_id".to_owned(), id)));
    user
}

/// The id where it is good for the name of a mailbox, else a digest of it.
fn mailbox(id: &str) -> Cow<'_, str> {
    let plain = !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if plain && dataops_domain::secrets::first(&format!("{id}@actor.invalid")).is_none() {
        return Cow::Borrowed(id);
    }
    let digest = Sha256::digest(id.as_bytes());
    Cow::Owned(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}
