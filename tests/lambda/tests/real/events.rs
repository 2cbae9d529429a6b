//! Every file of `events/`, invoked directly as `sam local invoke` would, and events that were meant for another function.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::site::site;

/// The files of `events/` with the function each begins with the name of.
fn events() -> Vec<(String, &'static str, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut events: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let function = FUNCTIONS.into_iter().find(|function| name.starts_with(function));
            let function = function.unwrap_or_else(|| panic!("events/{name}.json begins with the name of no function"));
            (name, function, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap())
        })
        .collect();
    events.sort_by(|one, other| one.0.cmp(&other.0));
    events
}

const FUNCTIONS: [&str; 5] = ["portal", "work-engine", "cron-runner", "assistant-runner", "export-job"];

/// What an event of `events/` must come to.
fn is_right(name: &str, answer: &Value) -> bool {
    let (status, ok) = (answer["statusCode"].as_u64(), answer["ok"] == true);
    match name {
        // Nobody is signed in.
        "portal-home" => status == Some(303) && answer["headers"]["location"] == "/sign-in",
        "work-engine-health" => status == Some(200),
        "work-engine-tasks" => status == Some(200) && answer["body"].as_str().is_some_and(|body| body.contains("\"tasks\"")),
        "work-engine-recover" => ok,
        "cron-runner-direct" | "cron-runner-schedule" => ok && answer["tick"].is_object(),
        "assistant-runner-job" => ok && answer["outcome"].is_string(),
        "assistant-runner-schedule" => ok && answer["sweep"].is_object(),
        "export-job-direct" | "export-job-schedule" => ok && answer["made"]["archive_key"].is_string(),
        "export-job-resume" => ok && answer["idle"] == true,
        _ => panic!("{name}: say here what its answer must be"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn every_event_of_the_repository_is_answered_by_its_function() {
    let site = site("events").await;
    let events = events();
    for function in FUNCTIONS {
        assert!(events.iter().filter(|(_, of, _)| *of == function).count() > usize::from(function != "portal"), "{function}");
    }
    for (name, function, event) in events {
        let answer = site.invoke(function, &event).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(is_right(&name, &answer), "{name}: {answer}");
    }
    site.stop().await;
}

/// Events as services of AWS send them, of which none is meant for any function here.
fn strange() -> BTreeMap<&'static str, Value> {
    let record = |source: &str| json!({ "Records": [{ "eventSource": source, "body": "{}" }] });
    BTreeMap::from([
        ("a queue", record("aws:sqs")),
        ("a bucket", record("aws:s3")),
        ("a rest api", json!({ "httpMethod": "GET", "path": "/", "requestContext": { "stage": "prod" } })),
        ("a list", json!([])),
        ("a text", json!("{}")),
        ("nothing", Value::Null),
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn an_event_of_the_wrong_kind_is_refused_in_words_that_say_what_is_expected() {
    let site = site("wrong_events").await;
    let schedule = json!({ "version": "0", "detail-type": "Scheduled Event", "source": "aws.scheduler", "detail": "{}" });
    let web = events().into_iter().find(|(name, ..)| name == "portal-home").unwrap().2;
    for function in FUNCTIONS {
        let other = if ["portal", "work-engine"].contains(&function) { &schedule } else { &web };
        let wrong = strange().into_iter().chain([("another function's", other.clone())]);
        for (what, event) in wrong {
            let refused = site.invoke(function, &event).await.expect_err(&format!("{function} took {what}"));
            assert_eq!(refused.error_type, "BadEvent", "{function}, {what}: {refused}");
            assert!(refused.error_message.contains("expect"), "{function}, {what}: {refused}");
        }
        // It goes on after each.
        let (name, _, event) = events().into_iter().find(|(_, of, _)| *of == function).unwrap();
        let answer = site.invoke(function, &event).await.unwrap();
        assert!(is_right(&name, &answer), "{name}: {answer}");
    }
    site.stop().await;
}
