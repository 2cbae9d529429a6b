//! What each kind of record may hold: one table, from which the validator, the JSON schemas, the data package and the
//! relations of the writer are made.
//!
//! A field that is not in the table may be there all the same: it is kept, looked through for secrets, and judged by
//! nothing else.

mod fields;
mod json_schema;
mod package;
pub(crate) mod words;

use crate::entity::Entity;

pub use crate::relations::{Related, related};
pub use fields::fields;
pub use json_schema::{json_schema, schema_file};
pub use package::{Resource, package};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// The record's own id.
    Id,
    /// Text.
    Text,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A date or a timestamp.
    Moment,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A list of texts.
    Texts,
    /// A text or an object, free-form.
    TextOrObject,
    /// An object, free-form.
    Object,
    /// A list of objects.
    List,
    /// What a task needs before it is done: `{type, label?, required?}`.
    Proof,
    /// A list of objects, each with this id key; the ids name records of the kind, if one is given.
    Refs(&'static str, Option<Entity>),
    /// The id of a record.
    Of(Entity),
    /// Ids of records.
    Many(Entity),
}

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Its name in the export.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// True when no record may be without it.
    pub required: bool,
    /// True when older exports do not have it: a reader may rely on the others.
    pub ours: bool,
}

impl Field {
    const fn needed(self) -> Self {
        Self { required: true, ..self }
    }

    const fn ours(self) -> Self {
        Self { ours: true, ..self }
    }
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false, ours: false }
}

/// The field's name while the product runs: `followUpAt` of `follow_up_at`, `id` of the record's id.
pub fn runtime_name(entity: Entity, name: &str) -> String {
    if name == entity.id_key() {
        return "id".to_owned();
    }
    if entity == Entity::Notifications && name == "notification_type" {
        return "type".to_owned();
    }
    let mut runtime = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.chars() {
        match letter {
            '_' => raise = true,
            letter if raise => {
                runtime.push(letter.to_ascii_uppercase());
                raise = false;
            }
            letter => runtime.push(letter),
        }
    }
    runtime
}

/// The field's name in the export: `follow_up_at` of `followUpAt`, `task_id` of a task's `id`.
pub fn portable_name(entity: Entity, runtime: &str) -> String {
    if runtime == "id" {
        return entity.id_key().to_owned();
    }
    if entity == Entity::Notifications && runtime == "type" {
        return "notification_type".to_owned();
    }
    let mut name = String::with_capacity(runtime.len() + 4);
    for letter in runtime.chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for entity in Entity::ALL {
            for field in fields(entity) {
                assert_eq!(portable_name(entity, &runtime_name(entity, field.name)), field.name);
            }
        }
        assert_eq!(runtime_name(Entity::Notifications, "notification_type"), "type");
        assert_eq!(portable_name(Entity::Tasks, "followUpAt"), "follow_up_at");
    }

    #[test]
    fn fields_are_in_order_so_that_records_can_be_read_beside_them() {
        for entity in Entity::ALL {
            let names: Vec<&str> = fields(entity).iter().map(|field| field.name).collect();
            assert!(names.is_sorted() && names.contains(&entity.id_key()), "{entity:?}");
        }
    }
}
