//! Two processes may have one database file open: what one writes the other sees, and no conditional write is lost.

use std::process::{Command, Stdio};

use dynoxide::Database;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use serde_json::{Value, json};

use dataops_local::{Embedded, Given, Template};

const TABLE: &str = "dataops-local-system";
const ROUNDS: u32 = 100;

fn template() -> Template {
    Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("a template")
}

fn stored(database: &Database) -> u32 {
    let request = json!({ "TableName": TABLE, "Key": { "name": { "S": "counter" } } });
    let request: GetItemRequest = serde_json::from_value(request).expect("a request");
    let item: Value = json!(database.get_item(request).expect("an answer").item);
    item["count"]["N"].as_str().and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Raises the counter by one, on the condition that it still is what was read.
fn raise(database: &Database) {
    loop {
        let before = stored(database);
        let request = json!({
            "TableName": TABLE,
            "Key": { "name": { "S": "counter" } },
            "UpdateExpression": "SET #c = :after",
            "ConditionExpression": "attribute_not_exists(#c) OR #c = :before",
            "ExpressionAttributeNames": { "#c": "count" },
            "ExpressionAttributeValues": {
                ":before": { "N": before.to_string() },
                ":after": { "N": (before + 1).to_string() },
            },
        });
        let request: UpdateItemRequest = serde_json::from_value(request).expect("a request");
        match database.update_item(request) {
            Ok(_) => return,
            Err(dynoxide::DynoxideError::ConditionalCheckFailedException(..)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// The other process of the test below; alone it does nothing.
#[tokio::test]
async fn other_process() {
    let Some(folder) = std::env::args_os().skip_while(|argument| argument != "--skip").nth(1) else { return };
    let folder = std::path::PathBuf::from(folder);
    let embedded = Embedded::open(&template(), &folder.join("file.db"), &folder).await.expect("embedded AWS");
    (0..ROUNDS).for_each(|_| raise(&embedded.database));
}

#[tokio::test]
async fn two_processes_lose_no_write_and_see_each_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let embedded = Embedded::open(&template(), &folder.path().join("file.db"), folder.path()).await.expect("embedded AWS");
    let mut other = Command::new(std::env::current_exe().expect("this test"))
        .args(["other_process", "--exact", "--skip"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("another process");
    (0..ROUNDS).for_each(|_| raise(&embedded.database));
    assert!(other.wait().expect("its end").success());
    assert_eq!(stored(&embedded.database), 2 * ROUNDS);
}
