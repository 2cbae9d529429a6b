//! Calls and what they are in terms of IAM.

use serde_json::{Value, json};

use super::Keys;
use crate::template::{Given, LEADING_KEYS, Template};

const TASKS: &str = "dataops-local-tasks";
const AUDIT: &str = "dataops-local-audit-events";

/// Action, place and partition keys of each part of a call.
fn parts(operation: &str, body: &Value) -> Vec<(String, String, Option<Vec<String>>)> {
    let template = Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("a template");
    let requests = Keys::of(&template).requests(operation, body, "us-east-1");
    let place = |arn: &str| arn.strip_prefix("arn:aws:dynamodb:us-east-1:000000000000:table/dataops-local-").unwrap_or(arn).to_owned();
    let part = |request: super::Request| (request.action, place(&request.resource), request.context.get(LEADING_KEYS).cloned());
    requests.into_iter().map(part).collect()
}

fn part(action: &str, place: &str, keys: &[&str]) -> (String, String, Option<Vec<String>>) {
    (format!("dynamodb:{action}"), place.to_owned(), Some(keys.iter().map(|key| (*key).to_owned()).collect()))
}

#[test]
fn calls_on_one_item_name_it() {
    for operation in ["GetItem", "UpdateItem", "DeleteItem"] {
        let body = json!({ "TableName": TASKS, "Key": { "task_id": { "S": "t1" } } });
        assert_eq!(parts(operation, &body), [part(operation, "tasks", &["t1"])]);
    }
    let put = json!({ "TableName": AUDIT, "Item": { "sequence": { "N": "7" }, "entity": { "S": "task#1" } } });
    assert_eq!(parts("PutItem", &put), [part("PutItem", "audit-events", &["task#1"])]);
    let by_arn =
        json!({ "TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/dataops-local-tasks", "Key": { "task_id": { "S": "t1" } } });
    assert_eq!(parts("GetItem", &by_arn), [part("GetItem", "tasks", &["t1"])]);
}

#[test]
fn queries_are_of_their_index_and_scans_name_no_key() {
    let query = |condition: &str| {
        let names = json!({ "#pk": "entity" });
        let values = json!({ ":pk": { "S": "task#1" }, ":from": { "N": "3" } });
        json!({ "TableName": AUDIT, "KeyConditionExpression": condition, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values })
    };
    for condition in
        ["#pk = :pk", "entity=:pk", "(#pk = :pk) AND #s > :from", ":pk = #pk and begins_with(#s, :from)", "#s > :from AND #pk = :pk"]
    {
        assert_eq!(parts("Query", &query(condition)), [part("Query", "audit-events", &["task#1"])], "{condition}");
    }
    assert_eq!(
        parts("Query", &query("#other = :pk")),
        [part("Query", "audit-events", &[""])],
        "no key that can be told meets no condition"
    );
    let mut by_index = query("#pk = :pk");
    (by_index["IndexName"], by_index["ExpressionAttributeNames"]["#pk"]) = (json!("by-day"), json!("day"));
    assert_eq!(parts("Query", &by_index), [part("Query", "audit-events/index/by-day", &["task#1"])]);
    let scan = ("dynamodb:Scan".to_owned(), "tasks/index/open".to_owned(), None);
    assert_eq!(parts("Scan", &json!({ "TableName": TASKS, "IndexName": "open" })), [scan]);
}

#[test]
fn batches_are_asked_for_table_by_table() {
    let key = |id: &str| json!({ "task_id": { "S": id } });
    let read = json!({ "RequestItems": { TASKS: { "Keys": [key("a"), key("b")] }, AUDIT: { "Keys": [] } } });
    assert_eq!(parts("BatchGetItem", &read), [part("BatchGetItem", "tasks", &["a", "b"]), part("BatchGetItem", "audit-events", &[""])]);
    let write = json!({ "RequestItems": { TASKS: [{ "PutRequest": { "Item": key("a") } }, { "DeleteRequest": { "Key": key("b") } }] } });
    assert_eq!(parts("BatchWriteItem", &write), [part("BatchWriteItem", "tasks", &["a", "b"])]);
}

#[test]
fn transactions_are_their_parts() {
    let key = json!({ "task_id": { "S": "a" } });
    let write = json!({ "TransactItems": [
        { "Put": { "TableName": TASKS, "Item": key } },
        { "Update": { "TableName": TASKS, "Key": key } },
        { "Delete": { "TableName": TASKS, "Key": key } },
        { "ConditionCheck": { "TableName": AUDIT, "Key": { "entity": { "S": "e" } } } },
    ] });
    let expected = [
        part("PutItem", "tasks", &["a"]),
        part("UpdateItem", "tasks", &["a"]),
        part("DeleteItem", "tasks", &["a"]),
        part("ConditionCheckItem", "audit-events", &["e"]),
    ];
    assert_eq!(parts("TransactWriteItems", &write), expected);
    let read = json!({ "TransactItems": [{ "Get": { "TableName": TASKS, "Key": key } }] });
    assert_eq!(parts("TransactGetItems", &read), [part("GetItem", "tasks", &["a"])]);
}

#[test]
fn what_nobody_taught_goes_by_its_own_name() {
    assert_eq!(parts("DescribeTable", &json!({ "TableName": TASKS })), [("dynamodb:DescribeTable".to_owned(), "tasks".to_owned(), None)]);
    let statement = json!({ "Statement": "DELETE FROM \"dataops-local-audit-events\"" });
    assert_eq!(parts("ExecuteStatement", &statement), [("dynamodb:ExecuteStatement".to_owned(), "*".to_owned(), None)]);
    let none = json!({ "TransactItems": [] });
    assert_eq!(parts("TransactWriteItems", &none), []);
}
