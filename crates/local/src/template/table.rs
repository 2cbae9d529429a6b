//! A DynamoDB table of the template: its name, keys and indexes, and the attribute its items expire by.

use serde::Deserialize;
use serde_json::Value;

use super::{Properties, TemplateError};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its logical id, such as `TasksTable`.
    pub logical_id: String,
    /// Its physical name, such as `dataops-local-tasks`.
    pub name: String,
    /// Its key.
    pub key: Key,
    /// Its global secondary indexes.
    pub indexes: Vec<Index>,
    /// The attribute that holds the second an item expires in.
    pub ttl: Option<String>,
}

/// The key of a table or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The partition key.
    pub partition: Attribute,
    /// The sort key.
    pub sort: Option<Attribute>,
}

impl Key {
    /// The one or two attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        std::iter::once(&self.partition).chain(&self.sort)
    }
}

/// A key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: AttributeKind,
}

/// What a key attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum AttributeKind {
    /// Text.
    #[serde(rename = "S")]
    Text,
    /// A number.
    #[serde(rename = "N")]
    Number,
    /// Bytes.
    #[serde(rename = "B")]
    Bytes,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: Key,
    /// What it holds besides keys.
    pub projection: Projection,
}

/// What an index holds besides keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Projection {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection_type: String,
    /// With `INCLUDE`: which attributes.
    #[serde(default)]
    pub non_key_attributes: Vec<String>,
}

impl Table {
    pub(super) fn read(id: &str, at: &str, properties: Properties) -> Result<Self, TemplateError> {
        let at = format!("{at}.Properties");
        let declared: Declared = serde_json::from_value(Value::Object(properties))
            .map_err(|error| TemplateError::at(&at, format!("{error}; the local fleet cannot make this table")))?;
        let key = |schema: &[KeyElement], at: &str| declared.key(schema, at);
        let indexes = declared.global_secondary_indexes.iter().map(|index| {
            let at = format!("{at}.GlobalSecondaryIndexes.{}", index.index_name);
            let key = key(&index.key_schema, &at)?;
            Ok(Index { name: index.index_name.clone(), key, projection: index.projection.clone() })
        });
        Ok(Self {
            logical_id: id.to_owned(),
            key: key(&declared.key_schema, &at)?,
            indexes: indexes.collect::<Result<_, TemplateError>>()?,
            ttl: declared.time_to_live_specification.filter(|ttl| ttl.enabled).map(|ttl| ttl.attribute_name),
            name: declared.table_name,
        })
    }
}

/// A table's properties as the template writes them. Every property is named here, so that a new one is noticed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Declared {
    table_name: String,
    key_schema: Vec<KeyElement>,
    attribute_definitions: Vec<Definition>,
    #[serde(default)]
    global_secondary_indexes: Vec<DeclaredIndex>,
    time_to_live_specification: Option<TimeToLive>,
    #[serde(rename = "BillingMode")]
    _billing_mode: Option<Value>,
    #[serde(rename = "DeletionProtectionEnabled")]
    _deletion_protection_enabled: Option<Value>,
    #[serde(rename = "PointInTimeRecoverySpecification")]
    _point_in_time_recovery_specification: Option<Value>,
    #[serde(rename = "SSESpecification")]
    _sse_specification: Option<Value>,
    #[serde(rename = "Tags")]
    _tags: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct KeyElement {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Definition {
    attribute_name: String,
    attribute_type: AttributeKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct DeclaredIndex {
    index_name: String,
    key_schema: Vec<KeyElement>,
    projection: Projection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

impl Declared {
    fn key(&self, schema: &[KeyElement], at: &str) -> Result<Key, TemplateError> {
        let attribute = |wanted: &str| {
            let Some(element) = schema.iter().find(|element| element.key_type == wanted) else { return Ok(None) };
            let name = &element.attribute_name;
            let defined = self.attribute_definitions.iter().find(|definition| definition.attribute_name == *name);
            let problem = || TemplateError::at(at, format!("{name} is not among AttributeDefinitions"));
            let kind = defined.ok_or_else(problem)?.attribute_type;
            Ok(Some(Attribute { name: name.clone(), kind }))
        };
        let partition = attribute("HASH")?.ok_or_else(|| TemplateError::at(at, "KeySchema has no HASH key"))?;
        Ok(Key { partition, sort: attribute("RANGE")? })
    }
}
