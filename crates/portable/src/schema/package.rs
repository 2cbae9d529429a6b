//! `datapackage.json`: the export as a Data Package (version 2), so that its tools find files, fields, keys and relations.

use serde_json::{Value, json};

use super::{Kind, fields, json_schema::id_pattern};
use crate::entity::Entity;

/// One file as the package describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it holds.
    pub entity: Entity,
    /// Records.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// `sha256:` and hex.
    pub hash: String,
}

/// The package that describes these files, made at `created`. Files without records are left out, and so are keys that lead
/// to them: readers of tables cannot open an empty one, and there is nothing in it to be found.
pub fn package(resources: &[Resource], created: &str) -> Value {
    let filled: Vec<&Resource> = resources.iter().filter(|resource| resource.rows > 0).collect();
    let has = |entity: Entity| filled.iter().any(|resource| resource.entity == entity);
    json!({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "dataops-execution",
        "title": "DataOps: a portable export",
        "version": "1",
        "created": created,
        "resources": filled.iter().map(|each| resource(each, &has)).collect::<Vec<_>>(),
    })
}

fn resource(resource: &Resource, has: &impl Fn(Entity) -> bool) -> Value {
    let entity = resource.entity;
    json!({
        "name": entity.name(),
        "type": "table",
        "path": entity.file(),
        "format": "jsonl",
        "mediatype": "application/jsonl",
        "encoding": "utf-8",
        "bytes": resource.bytes,
        "hash": resource.hash,
        "schema": table(entity, has),
    })
}

/// The table schema. The fields listed are a superset of those a record has.
fn table(entity: Entity, has: &impl Fn(Entity) -> bool) -> Value {
    let columns: Vec<Value> = fields(entity).iter().map(|field| column(entity, field.name, field.kind, field.required)).collect();
    let keys: Vec<Value> = fields(entity)
        .iter()
        .filter_map(|field| match field.kind {
            Kind::Of(other) if has(other) => Some(json!({
                "fields": [field.name],
                "reference": { "resource": other.name(), "fields": [other.id_key()] },
            })),
            _ => None,
        })
        .collect();
    json!({
        "fields": columns,
        "fieldsMatch": "superset",
        "missingValues": [""],
        "primaryKey": [entity.id_key()],
        "foreignKeys": keys,
    })
}

fn column(entity: Entity, name: &str, kind: Kind, required: bool) -> Value {
    let (of, mut constraints) = match kind {
        Kind::Id => ("string", json!({ "unique": true, "pattern": id_pattern(entity) })),
        Kind::Text | Kind::Moment | Kind::Of(_) => ("string", json!({})),
        Kind::Date => ("date", json!({})),
        Kind::Word(words) => ("string", json!({ "enum": words })),
        Kind::Flag => ("boolean", json!({})),
        Kind::Number => ("number", json!({})),
        Kind::Texts | Kind::List | Kind::Refs(..) | Kind::Many(_) => ("array", json!({})),
        Kind::TextOrObject => ("any", json!({})),
        Kind::Object | Kind::Proof => ("object", json!({})),
    };
    if required {
        constraints["required"] = true.into();
    }
    let mut column = json!({ "name": name, "type": of });
    if constraints.as_object().is_some_and(|constraints| !constraints.is_empty()) {
        column["constraints"] = constraints;
    }
    column
}
