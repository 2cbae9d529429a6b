//! A JSON schema (2020-12) of one line of a file, for people who read exports with tools of their own.

use serde_json::{Map, Value, json};

use super::words::PROOF_TYPES;
use super::{Field, Kind, fields};
use crate::entity::Entity;

/// What a date looks like.
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// What an id looks like. An event's holds that of what it is about; a service user's is an actor as a caller wrote it.
pub(super) fn id_pattern(entity: Entity) -> &'static str {
    match entity {
        Entity::Users => "^[\\s\\S]+$",
        Entity::AuditEvents | Entity::ChangeEvents => "^[A-Za-z0-9._:-]{1,256}$",
        _ => "^[A-Za-z0-9._:-]{1,128}$",
    }
}

/// The name of the file that holds the schema of a kind: `tasks.schema.json`.
pub fn schema_file(entity: Entity) -> String {
    format!("{}.schema.json", entity.name())
}

/// The schema of a line of this kind's file.
pub fn json_schema(entity: Entity) -> Value {
    let properties: Map<String, Value> = fields(entity).iter().map(|field| (field.name.to_owned(), property(entity, field))).collect();
    let required: Vec<&str> = fields(entity).iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("A line of {}", entity.file()),
        "description": "Fields that are not listed may be there. A field that is null, an empty text or an empty list is left out.",
        "type": "object",
        "required": required,
        "properties": properties,
    })
}

fn property(entity: Entity, field: &Field) -> Value {
    match field.kind {
        Kind::Id => json!({ "type": "string", "pattern": id_pattern(entity), "description": "The record's id" }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Date => json!({ "type": "string", "format": "date", "pattern": DATE }),
        Kind::Moment => json!({ "type": "string", "description": "A date (YYYY-MM-DD) or a timestamp (2026-03-10T09:00:00.000Z)" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::TextOrObject => json!({ "type": ["string", "object"] }),
        Kind::Object => json!({ "type": "object" }),
        Kind::List => json!({ "type": "array", "items": { "type": "object" } }),
        Kind::Proof => json!({
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": { "enum": PROOF_TYPES },
                "label": { "type": "string" },
                "required": { "type": "boolean" },
            },
        }),
        Kind::Refs(id_key, _) => json!({
            "type": "array",
            "items": { "type": "object", "required": [id_key], "properties": { id_key: { "type": "string" } } },
        }),
        Kind::Of(other) => json!({ "type": "string", "description": format!("Names a record of {}", other.file()) }),
        Kind::Many(other) => json!({
            "type": "array",
            "items": { "type": "string" },
            "description": format!("Each names a record of {}", other.file()),
        }),
    }
}
