//! What a call to DynamoDB is in terms of IAM: which actions on which tables and indexes, with which partition keys.
//!
//! Transactions and batches are their parts. A call nobody taught this file is asked for under its own name, which no statement
//! names; PartiQL is not used here.

use std::collections::BTreeMap;

use serde_json::Value;

use super::evaluate::Request;
use crate::template::{ACCOUNT, LEADING_KEYS, Template};

/// The partition keys of tables and indexes, by `table` and `table/index/name`.
pub(super) struct Keys(BTreeMap<String, String>);

impl Keys {
    pub(super) fn of(template: &Template) -> Self {
        let of_table = template.tables.iter().flat_map(|table| {
            let indexes =
                table.indexes.iter().map(|index| (format!("{}/index/{}", table.name, index.name), index.key.partition.name.clone()));
            indexes.chain([(table.name.clone(), table.key.partition.name.clone())])
        });
        Self(of_table.collect())
    }

    /// The parts of a call in a region.
    pub(super) fn requests(&self, operation: &str, body: &Value, region: &str) -> Vec<Request> {
        let one = |action: &str, place: &str, keys: Option<Vec<String>>| request(region, action, place, keys);
        let part = |action: &str, part: &Value, held_in: &str| {
            let table = table_name(&part["TableName"]);
            one(action, table, Some(vec![self.key(table, &part[held_in])]))
        };
        match operation {
            "GetItem" | "UpdateItem" | "DeleteItem" => vec![part(operation, body, "Key")],
            "PutItem" => vec![part(operation, body, "Item")],
            "Query" | "Scan" => {
                let table = table_name(&body["TableName"]);
                let place = body["IndexName"].as_str().map_or_else(|| table.to_owned(), |index| format!("{table}/index/{index}"));
                vec![one(operation, &place, (operation == "Query").then(|| vec![self.queried(&place, body)]))]
            }
            "BatchGetItem" | "BatchWriteItem" => {
                let tables = body["RequestItems"].as_object().into_iter().flatten();
                tables.map(|(table, wanted)| one(operation, name_of(table), Some(self.batch(name_of(table), wanted)))).collect()
            }
            "TransactWriteItems" | "TransactGetItems" => {
                let items = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
                let parts = items.map(|(kind, wanted)| match kind.as_str() {
                    "Put" => part("PutItem", wanted, "Item"),
                    "ConditionCheck" => part("ConditionCheckItem", wanted, "Key"),
                    kind => part(&format!("{kind}Item"), wanted, "Key"),
                });
                parts.collect()
            }
            other => vec![match body["TableName"].as_str() {
                Some(_) => one(other, table_name(&body["TableName"]), None),
                None => Request::new(format!("dynamodb:{other}"), "*"),
            }],
        }
    }

    /// The partition keys of a table's part of a batch.
    fn batch(&self, table: &str, wanted: &Value) -> Vec<String> {
        let read = wanted["Keys"].as_array().into_iter().flatten();
        let written = wanted.as_array().into_iter().flatten().map(|one| match &one["PutRequest"] {
            Value::Null => &one["DeleteRequest"]["Key"],
            put => &put["Item"],
        });
        let keys: Vec<String> = read.chain(written).map(|item| self.key(table, item)).collect();
        if keys.is_empty() { vec![String::new()] } else { keys }
    }

    /// The partition key of an item. One that has none gets an empty one: it meets no condition, and the database refuses it.
    fn key(&self, place: &str, item: &Value) -> String {
        self.0.get(place).map(|name| text(&item[name])).unwrap_or_default()
    }

    /// The partition key a query asks for.
    fn queried(&self, place: &str, body: &Value) -> String {
        let expression = body["KeyConditionExpression"].as_str().unwrap_or_default();
        let spaced = expression.replace(['(', ')', ','], " ").replace('=', " = ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let wanted = self.0.get(place).map(String::as_str);
        let name = |word: &str| body["ExpressionAttributeNames"][word].as_str().map_or_else(|| word.to_owned(), str::to_owned);
        let value = words.windows(3).find_map(|words| match words {
            [left, "=", right] if Some(name(left).as_str()) == wanted => Some(*right),
            [left, "=", right] if Some(name(right).as_str()) == wanted => Some(*left),
            _ => None,
        });
        value.map(|placeholder| text(&body["ExpressionAttributeValues"][placeholder])).unwrap_or_default()
    }
}

fn request(region: &str, action: &str, place: &str, keys: Option<Vec<String>>) -> Request {
    let request = Request::new(format!("dynamodb:{action}"), format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{place}"));
    match keys {
        Some(keys) => request.with(LEADING_KEYS, keys),
        None => request,
    }
}

/// A table's name, which may be given as an ARN.
fn table_name(value: &Value) -> &str {
    name_of(value.as_str().unwrap_or_default())
}

fn name_of(text: &str) -> &str {
    if text.starts_with("arn:") { text.split_once(":table/").map_or(text, |(_, name)| name) } else { text }
}

/// A key attribute as conditions see it.
fn text(value: &Value) -> String {
    value.as_object().and_then(|typed| typed.values().next()).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
