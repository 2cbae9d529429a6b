//! A function that cannot work does not start, and says which setting or table is at fault.

use dataops_fleet::{Clock, Config};
use dataops_testkit::Stack;

async fn refusal(stack: &Stack, change: impl Fn(&str) -> Option<&'static str>) -> String {
    let given = stack.cron_config();
    let map = given.iter().filter_map(|(name, value)| match change(name) {
        Some("") => None,
        other => Some((name.to_owned(), other.unwrap_or(value).to_owned())),
    });
    match dataops_cron_runner::build(&Config::from_map(map.collect()), Clock::system()).await {
        Ok(_) => "it starts".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    let stack = Stack::empty().await;
    assert_eq!(refusal(&stack, |_| None).await, "it starts");
    let wanted: Vec<String> = stack.cron_config().iter().map(|(name, _)| name.to_owned()).filter(|name| name.ends_with("_TABLE")).collect();
    assert_eq!(wanted.len(), 11);
    for name in &wanted {
        let words = refusal(&stack, |other| (other == name).then_some("")).await;
        assert_eq!(words, format!("the environment variable {name} is not set"));
    }
    let words = refusal(&stack, |name| (name == "DATAOPS_ARTIFACTS_BUCKET").then_some("")).await;
    assert_eq!(words, "the environment variable DATAOPS_ARTIFACTS_BUCKET is not set");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_with_its_variable() {
    let stack = Stack::empty().await;
    // One that is read with others, one that is read by itself, one that is only described.
    for name in ["DATAOPS_BUNDLES_TABLE", "DATAOPS_TEMPLATES_TABLE", "DATAOPS_AUDIT_EVENTS_TABLE"] {
        let words = refusal(&stack, |other| (other == name).then_some("another-stack-table")).await;
        assert!(
            words.starts_with(&format!("{name} cannot be used: the function's role knows no table `another-stack-table` in us-east-1")),
            "{words}"
        );
        // Whose role allows every table hears that it is not there.
        let words = refusal(&stack, |other| match other {
            "AWS_ACCESS_KEY_ID" => Some("dataops-local"),
            "AWS_SECRET_ACCESS_KEY" => Some("dataops-local-secret"),
            _ => (other == name).then_some("another-stack-table"),
        })
        .await;
        assert!(words.starts_with(&format!("{name} cannot be used: there is no table `another-stack-table` in us-east-1")), "{words}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_read_is_named() {
    let stack = Stack::empty().await;
    let words = refusal(&stack, |name| (name == "DATAOPS_TIMEZONE").then_some("Mars/Olympus")).await;
    assert!(words.contains("DATAOPS_TIMEZONE") && words.contains("Mars/Olympus"), "{words}");
}

#[tokio::test]
async fn another_region_and_expired_credentials_are_told_apart() {
    let stack = Stack::empty().await;
    let words = refusal(&stack, |name| (name == "AWS_REGION").then_some("eu-west-3")).await;
    assert!(words.contains("in eu-west-3") && words.contains("AWS_REGION another than the stack's?"), "{words}");
    let words = refusal(&stack, |name| match name {
        "AWS_ACCESS_KEY_ID" => Some("dataops-local-expired"),
        "AWS_SECRET_ACCESS_KEY" => Some("dataops-local-expired-secret"),
        _ => None,
    })
    .await;
    assert!(words.contains("AWS does not take the credentials (ExpiredTokenException)"), "{words}");
}
