//! Each field by itself, by the table of the schema.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io;
use std::sync::LazyLock;

use dataops_domain::input::{self, MAX_LONG_TEXT};
use dataops_domain::time;

use super::{Check, MOST_ID, Record, is_hash};
use crate::entity::Entity;
use crate::json::{Json, Members};
use crate::schema::words::PROOF_TYPES;
use crate::schema::{self, Field, Kind};
use crate::write::is_event_id;

impl Check {
    /// Judges the fields of a record; those that the schema does not know are let be.
    pub(super) fn fields(&mut self, record: &Record<'_, '_>, members: &Members<'_>) -> io::Result<()> {
        let in_order = members.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if in_order {
            let mut members = members.iter().peekable();
            for (field, beginning) in beginnings(record.entity) {
                let mut found = None;
                while let Some((name, value)) = members.peek() {
                    let order = begins(name).cmp(beginning).then_with(|| name.as_ref().cmp(field.name));
                    if order == Ordering::Greater {
                        break;
                    }
                    members.next();
                    if order == Ordering::Equal {
                        found = Some(value).filter(|value| **value != Json::Null);
                        break;
                    }
                }
                self.field(record, field, found)?;
            }
            return Ok(());
        }
        let mut names: Vec<&Cow<'_, str>> = members.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.find(record, format!("/{}", pair[0]), "duplicate-key", &format!("has the field {} twice", pair[0]))?;
        }
        schema::fields(record.entity).iter().try_for_each(|field| self.field(record, field, record.get(field.name)))
    }

    fn field(&mut self, record: &Record<'_, '_>, field: &Field, value: Option<&Json<'_>>) -> io::Result<()> {
        let name = field.name;
        // A service user's id is what a caller gave as an actor, blanks too.
        let blank_counts = name != Entity::Users.id_key();
        let empty = matches!(value, Some(Json::Text(text)) if text.is_empty() || blank_counts && text.trim().is_empty());
        let number = matches!(field.kind, Kind::Number);
        if field.required && (value.is_none() || empty || !number && value.is_some_and(|value| value.text().is_none())) {
            let what = if number { "number" } else { "string" };
            return self.find(record, format!("/{name}"), "missing-field", &format!("missing required {what} field {name}"));
        }
        let Some(value) = value else { return Ok(()) };
        self.joins.relate(record, field, value)?;
        match problem(record, field, value) {
            Some((code, words)) => self.find(record, format!("/{name}"), code, &words),
            None => self.inner(record, field, value),
        }
    }

    /// Judges what a field holds, one by one.
    fn inner(&mut self, record: &Record<'_, '_>, field: &Field, value: &Json<'_>) -> io::Result<()> {
        match field.kind {
            Kind::Proof => self.proof_requirement(record, &format!("/{}", field.name), &format!("field {}", field.name), value),
            Kind::Refs(id_key, _) => self.refs(record, &format!("/{}", field.name), field.name, id_key, value),
            _ => Ok(()),
        }
    }

    /// A list of references: objects with their id.
    pub(super) fn refs(&mut self, record: &Record<'_, '_>, pointer: &str, path: &str, id_key: &str, value: &Json<'_>) -> io::Result<()> {
        for (at, entry) in value.list().iter().enumerate() {
            if entry.text_of(id_key).is_none_or(|id| id.trim().is_empty()) {
                let words = format!(".{path}[{at}] missing required string field {id_key}");
                let within = if matches!(entry, Json::Object(_)) { format!("/{id_key}") } else { String::new() };
                self.find(record, format!("{pointer}/{at}{within}"), "missing-field", &words)?;
            }
        }
        Ok(())
    }

    /// What a task needs before it is done.
    pub(super) fn proof_requirement(&mut self, record: &Record<'_, '_>, pointer: &str, path: &str, value: &Json<'_>) -> io::Result<()> {
        if !value.text_of("type").is_some_and(|kind| PROOF_TYPES.contains(&kind)) {
            let words = format!("{path}.type must be one of: {}", PROOF_TYPES.join(", "));
            self.find(record, format!("{pointer}/type"), "unknown-value", &words)?;
        }
        if value.get("label").is_some_and(|label| label.text().is_none()) {
            self.find(record, format!("{pointer}/label"), "wrong-type", &format!("{path}.label must be a string when present"))?;
        }
        if value.get("required").is_some_and(|required| required.flag().is_none()) {
            self.find(record, format!("{pointer}/required"), "wrong-type", &format!("{path}.required must be a boolean when present"))?;
        }
        Ok(())
    }
}

/// The first eight letters of a name, as a number that is in the same order.
fn begins(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = name.len().min(8);
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

/// The fields of a kind with the beginnings of their names: most names differ there already.
fn beginnings(entity: Entity) -> &'static [(&'static Field, u64)] {
    static ALL: LazyLock<Vec<Vec<(&'static Field, u64)>>> = LazyLock::new(|| {
        let of = |entity: Entity| schema::fields(entity).iter().map(|field| (field, begins(field.name))).collect();
        Entity::ALL.into_iter().map(of).collect()
    });
    ALL.get(entity.index()).map_or(&[], Vec::as_slice)
}

/// What is wrong with the value of a field: a code and words.
fn problem(record: &Record<'_, '_>, field: &Field, value: &Json<'_>) -> Option<(&'static str, String)> {
    let name = field.name;
    let wrong = |what: &str| Some(("wrong-type", format!("field {name} must be {what} when present")));
    match (field.kind, value) {
        (Kind::Id, Json::Text(id)) => (!is_id(record, id))
            .then(|| ("bad-id", format!("field {name} must have at most 128 characters, all of them of A-Z a-z 0-9 . _ : -"))),
        (Kind::Date, Json::Text(text)) if time::parse_date(text).is_some() => None,
        (Kind::Date, _) => Some(("bad-date", format!("field {name} must be a YYYY-MM-DD date"))),
        (Kind::Moment, Json::Text(text)) if is_moment(text) => None,
        (Kind::Moment, _) => Some(("bad-date", format!("field {name} must be a parseable date or timestamp"))),
        (Kind::Word(words), value) => {
            if value.text().is_some_and(|word| words.contains(&word)) {
                return None;
            }
            let told: String = value.text().map_or_else(|| value.to_value().to_string(), str::to_owned).chars().take(80).collect();
            Some(("unknown-value", format!("field {name} has unknown value: {}", dataops_domain::secrets::redact(&told))))
        }
        (Kind::Text | Kind::Of(_), Json::Text(text)) => bounded(name, text),
        (Kind::Text | Kind::Id | Kind::Of(_), _) => wrong("a string"),
        (Kind::Flag, Json::Bool(_)) | (Kind::Number, Json::Number(_)) => None,
        (Kind::Flag, _) => wrong("a boolean"),
        (Kind::Number, _) => wrong("a finite number"),
        (Kind::Texts | Kind::Many(_), Json::List(list)) if list.iter().all(|text| text.text().is_some()) => None,
        (Kind::Texts | Kind::Many(_), _) => wrong("an array of strings"),
        (Kind::TextOrObject, Json::Text(_) | Json::Object(_)) => too_large(record, name, value),
        (Kind::TextOrObject, _) => wrong("a string or object"),
        (Kind::Object | Kind::Proof, Json::Object(_)) => too_large(record, name, value),
        (Kind::Proof, _) => Some(("unknown-value", format!("field {name}.type must be one of: {}", PROOF_TYPES.join(", ")))),
        (Kind::Object, _) => wrong("an object"),
        // Of references each one that is none is told by itself.
        (Kind::Refs(..), Json::List(_)) => None,
        (Kind::List, Json::List(list)) if list.iter().all(|entry| matches!(entry, Json::Object(_))) => too_large(record, name, value),
        (Kind::List | Kind::Refs(..), _) => wrong("an array of objects"),
    }
}

fn is_id(record: &Record<'_, '_>, id: &str) -> bool {
    // A service user is an actor or assignee as a caller wrote it.
    let service = record.entity == Entity::Users && record.get("actor_kind").is_some();
    dataops_domain::id::is_valid(id) || (record.entity.is_events() && is_event_id(id)) || (service && id.len() <= MOST_ID)
}

/// The product's own form is by far the most common.
fn is_moment(text: &str) -> bool {
    input::is_date_or_timestamp(text)
}

/// Texts have bounds, so that no transcript travels as one (EX-2).
fn bounded(name: &str, text: &str) -> Option<(&'static str, String)> {
    let long = text.len() > MAX_LONG_TEXT && text.chars().count() > MAX_LONG_TEXT;
    if long {
        return Some(("too-long", format!("field {name} must be at most {MAX_LONG_TEXT} characters long")));
    }
    let hash = matches!(name, "hash" | "previous_hash") && !text.is_empty() && !is_hash(text);
    hash.then(|| ("wrong-type", format!("field {name} must be a SHA-256 in hex")))
}

/// Free-form values have bounds too, in bytes of JSON.
fn too_large(record: &Record<'_, '_>, name: &str, value: &Json<'_>) -> Option<(&'static str, String)> {
    let most = match (record.entity, name) {
        (Entity::Artifacts | Entity::AssistantJobs | Entity::AuditEvents, "metadata") | (_, "log_refs") => 4_096,
        (_, "input_refs") => 8_192,
        (_, "metadata" | "validation") => 32 * 1024,
        _ => return None,
    };
    (value.size() > most + most / 4).then(|| ("too-long", format!("field {name} must be at most {most} bytes of JSON")))
}
