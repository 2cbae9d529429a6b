//! The database below a stack, past every rule of the product: for tests that plant what nobody should be able to do.

use std::collections::HashMap;

use dynoxide::AttributeValue;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use serde_json::{Value, json};

use crate::Stack;

impl Stack {
    /// An item as DynamoDB's own JSON, by its key in the same form.
    pub fn stored(&self, table: &str, key: Value) -> Option<Value> {
        let request = GetItemRequest { table_name: full(table), key: read(key), ..GetItemRequest::default() };
        let item = self.embedded().database.get_item(request).expect("the database reads").item?;
        Some(serde_json::to_value(item).expect("JSON"))
    }

    /// Writes an item over whatever is there.
    pub fn overwrite(&self, table: &str, item: Value) {
        let request = PutItemRequest { table_name: full(table), item: read(item), ..PutItemRequest::default() };
        self.embedded().database.put_item(request).expect("the database writes");
    }

    /// Takes an item away.
    pub fn remove(&self, table: &str, key: Value) {
        let request = DeleteItemRequest { table_name: full(table), key: read(key), ..DeleteItemRequest::default() };
        self.embedded().database.delete_item(request).expect("the database deletes");
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
