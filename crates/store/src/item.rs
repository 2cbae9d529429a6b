//! Records as items: the key, index attributes, the record as JSON text, its version and its audit head.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dataops_domain::Timestamp;
use dataops_domain::audit::Head;
use dataops_domain::search::Entry;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::tables::{Index, Table};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The format of stored items. A reader accepts this one and those before it.
const FORMAT: u32 = 1;

/// The most bytes of a record's JSON: an item takes 400 KB with its keys and what stands beside the record.
const MAX_DOC: usize = 350 * 1024;

/// Something with a table of its own.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// Its table.
    const TABLE: Table;
    /// Its name in audit events.
    const KIND: &'static str;
    /// The index that lists its tombstones, in a partition of their own; `None` for catalogs, which are read whole.
    const TRASH: Option<Index> = None;
    /// Its key.
    fn key(&self) -> &str;
    /// The id audit events name it by: its key, except where a key has two parts.
    fn entity(&self) -> &str {
        self.key()
    }
    /// Attributes that indexes and filters need; absent ones keep the item out of an index.
    fn attributes(&self) -> Vec<(&'static str, String)>;
    /// When the database may forget it; never for most.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
    /// The version that clients see.
    fn version(&self) -> u64;
    /// Sets the version that clients see.
    fn set_version(&mut self, version: u64);
    /// What search finds of it; nothing of most kinds.
    fn found(&self) -> Option<Entry> {
        None
    }
}

/// A record as it was read, with what its next write must be conditional on.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<R> {
    /// The record.
    pub record: R,
    /// The head of its audit chain.
    pub head: Head,
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn read_text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(crate) fn read_number(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// The item of a record.
pub(crate) fn write<R: Record>(record: &R, head: &Head, operation: &str) -> Result<Item, StoreError> {
    let unreadable =
        |error: serde_json::Error| StoreError::Unreadable { kind: R::KIND, key: record.key().to_owned(), reason: error.to_string() };
    let doc = serde_json::to_string(record).map_err(unreadable)?;
    if doc.len() > MAX_DOC {
        return Err(StoreError::TooLarge { kind: R::KIND, bytes: doc.len(), most: MAX_DOC });
    }
    let mut item = Item::from([
        (R::TABLE.key().to_owned(), text(record.key())),
        ("doc".to_owned(), text(doc)),
        ("version".to_owned(), number(record.version())),
        ("sequence".to_owned(), number(head.sequence)),
        ("hash".to_owned(), text(&head.hash)),
        ("op".to_owned(), text(operation)),
        ("v".to_owned(), number(FORMAT)),
    ]);
    if let Some(end) = record.expires_at() {
        item.insert("expires_at".to_owned(), number(end.millis() / 1_000));
    }
    item.extend(record.attributes().into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), text(value))));
    Ok(item)
}

/// The record of an item; `None` for a tombstone.
pub(crate) fn read<R: Record>(item: &Item) -> Result<Option<Stored<R>>, StoreError> {
    if item.contains_key("deleted_at") { Ok(None) } else { read_whatever(item).map(Some) }
}

/// The record of an item, also when it is a tombstone.
pub(crate) fn read_whatever<R: Record>(item: &Item) -> Result<Stored<R>, StoreError> {
    let key = read_text(item, R::TABLE.key()).unwrap_or_default().to_owned();
    let unreadable = |reason: String| StoreError::Unreadable { kind: R::KIND, key: key.clone(), reason };
    let doc = read_text(item, "doc").ok_or_else(|| unreadable("it has no doc".to_owned()))?;
    let mut record: R = serde_json::from_str(doc).map_err(|error| unreadable(error.to_string()))?;
    record.set_version(read_number(item, "version").unwrap_or_else(|| record.version()));
    Ok(Stored { record, head: head(item) })
}

/// The head of an item's audit chain.
pub(crate) fn head(item: &Item) -> Head {
    Head { sequence: read_number(item, "sequence").unwrap_or(0), hash: read_text(item, "hash").unwrap_or_default().to_owned() }
}
