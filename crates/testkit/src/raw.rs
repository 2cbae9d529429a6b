//! The database below the product, past every rule: for tests that plant what nobody should be able to do.

use std::collections::HashMap;
use std::path::Path;

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::{AttributeValue, Database};
use serde_json::{Value, json};

use crate::Stack;

/// A database by the tables' short names, with items as DynamoDB's own JSON.
pub struct Raw(Database);

impl Raw {
    /// The database file of a data folder.
    pub fn open(file: &Path) -> Self {
        Self(Database::new(file.to_str().expect("a name in Unicode")).expect("the database opens"))
    }

    /// An item, by its key.
    pub fn get(&self, table: &str, key: Value) -> Option<Value> {
        let request = GetItemRequest { table_name: full(table), key: read(key), ..GetItemRequest::default() };
        let item = self.0.get_item(request).expect("the database reads").item?;
        Some(serde_json::to_value(item).expect("JSON"))
    }

    /// Every item of a table.
    pub fn all(&self, table: &str) -> Vec<Value> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let request = ScanRequest { table_name: full(table), exclusive_start_key: start, ..ScanRequest::default() };
            let page = self.0.scan(request).expect("the database reads");
            items.extend(page.items.unwrap_or_default().into_iter().map(|item| serde_json::to_value(item).expect("JSON")));
            start = page.last_evaluated_key;
            if start.is_none() {
                return items;
            }
        }
    }

    /// Writes an item over whatever is there.
    pub fn put(&self, table: &str, item: Value) {
        let request = PutItemRequest { table_name: full(table), item: read(item), ..PutItemRequest::default() };
        self.0.put_item(request).expect("the database writes");
    }

    /// Takes an item away.
    pub fn delete(&self, table: &str, key: Value) {
        let request = DeleteItemRequest { table_name: full(table), key: read(key), ..DeleteItemRequest::default() };
        self.0.delete_item(request).expect("the database deletes");
    }
}

/// A database as it was at one moment, to come back to as often as a proof needs.
pub struct Snapshot(tempfile::TempDir);

impl Snapshot {
    fn file(&self) -> String {
        self.0.path().join("snapshot.db").to_str().expect("a name in Unicode").to_owned()
    }
}

impl Stack {
    /// The database below this stack.
    pub fn raw(&self) -> Raw {
        Raw(self.embedded().database.clone())
    }

    /// Keeps the database as it stands.
    pub fn snapshot(&self) -> Snapshot {
        let snapshot = Snapshot(tempfile::tempdir().expect("a folder"));
        self.embedded().database.vacuum_into(&snapshot.file()).expect("the database is copied");
        snapshot
    }

    /// Puts the database back, also that of another stack.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.embedded().database.restore_from(&snapshot.file()).expect("the database is restored");
    }
}

/// The key of an audit event.
pub fn event_key(entity: &str, sequence: u64) -> Value {
    json!({ "entity": { "S": entity }, "sequence": { "N": sequence.to_string() } })
}

fn full(table: &str) -> String {
    format!("dataops-local-{table}")
}

fn read(item: Value) -> HashMap<String, AttributeValue> {
    serde_json::from_value(item).expect("attributes")
}
