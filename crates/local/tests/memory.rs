//! A fresh embedded AWS for every test: nothing is shared.

use dataops_local::{Embedded, Given, Template};
use dynoxide::actions::list_tables::ListTablesRequest;

#[tokio::test]
async fn each_is_apart() {
    let template = Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("a template");
    let first = Embedded::memory(&template).await.expect("embedded AWS");
    let second = Embedded::memory(&template).await.expect("embedded AWS");
    assert_ne!(first.dynamodb_url, second.dynamodb_url);
    let tables = second.database.list_tables(ListTablesRequest::default()).expect("tables").table_names;
    assert_eq!(tables.len(), template.tables.len());

    let config = second.config(template.function("WorkEngineFunction").expect("the engine"), None);
    assert_eq!(config.get("AWS_ENDPOINT_URL_DYNAMODB"), Some(second.dynamodb_url.as_str()));
    assert_eq!(config.get("AWS_ENDPOINT_URL_LAMBDA"), None);
}
