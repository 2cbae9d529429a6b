//! A fresh embedded AWS for every test: quick to start, and nothing is shared.

use std::time::{Duration, Instant};

use dataops_local::{Embedded, Given, Template};
use dynoxide::actions::list_tables::ListTablesRequest;

#[tokio::test]
async fn many_start_quickly_and_apart() {
    let template = Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("a template");
    let started = Instant::now();
    let first = Embedded::memory(&template).await.expect("embedded AWS");
    let second = Embedded::memory(&template).await.expect("embedded AWS");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_ne!(first.dynamodb_url, second.dynamodb_url);
    let tables = second.database.list_tables(ListTablesRequest::default()).expect("tables").table_names;
    assert_eq!(tables.len(), template.tables.len());

    let config = second.config(template.function("WorkEngineFunction").expect("the engine"), None);
    assert_eq!(config.get("AWS_ENDPOINT_URL_DYNAMODB"), Some(second.dynamodb_url.as_str()));
    assert_eq!(config.get("AWS_ENDPOINT_URL_LAMBDA"), None);
}
