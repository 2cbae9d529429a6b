//! What the functions write: lines of JSON that say who wrote them and for which request, the same one from the portal to the runner.

use std::collections::BTreeSet;

use dataops_lambda_tests::logs::Line;
use serde_json::{Value, json};

use crate::site::{Site, site};

const FUNCTIONS: [&str; 5] = ["portal", "work-engine", "cron-runner", "assistant-runner", "export-job"];

fn read(line: &Line) -> Value {
    serde_json::from_str(&line.text).unwrap_or_else(|error| panic!("{} is no JSON ({error}): {}", line.file, line.text))
}

/// Metrics travel beside the log, as lines of their own.
fn is_metrics(line: &Value) -> bool {
    line.get("_aws").is_some()
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_default()
}

/// Makes every function write something: a job that is asked for, a tick, an export.
async fn busy(test: &str) -> Site {
    let site = site(test).await;
    site.visit(|mut api| {
        crate::work::handed_in(&mut api);
        api.post("/cron/export", &json!({})).expect(200);
    })
    .await;
    site.invoke("cron-runner", &json!({})).await.unwrap();
    site
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn every_line_is_json_and_says_who_wrote_it_and_for_which_invocation() {
    let site = busy("lines").await;
    for function in FUNCTIONS {
        let lines = site.logs.of_function(&format!("dataops-local-{function}"));
        let lines: Vec<Value> = lines.iter().map(read).filter(|line| !is_metrics(line)).collect();
        assert!(!lines.is_empty(), "{function} says nothing");
        for line in &lines {
            for key in ["timestamp", "level", "message", "service"] {
                assert!(!text(line, key).is_empty(), "{function}: no {key}: {line}");
            }
            assert!(["DEBUG", "INFO", "WARN", "ERROR"].contains(&text(line, "level")), "{function}: {line}");
        }
        let of_invocations: Vec<_> = lines.iter().filter(|line| line.get("function_request_id").is_some()).collect();
        assert!(!of_invocations.is_empty(), "{function}: no line names its invocation");
        for line in of_invocations {
            assert_eq!(text(line, "function_name"), format!("dataops-local-{function}"), "{line}");
            assert!(line["cold_start"].is_boolean() && !text(line, "correlation_id").is_empty(), "{function}: {line}");
        }
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn one_correlation_id_goes_from_the_portal_to_the_engine_and_the_runner() {
    let site = busy("correlation").await;
    let ids = |function: &str| -> BTreeSet<String> {
        let events = site.logs.events(&format!("dataops-local-{function}"));
        events.iter().map(|line| text(line, "correlation_id").to_owned()).filter(|id| !id.is_empty()).collect()
    };
    let (portal, engine) = (ids("portal"), ids("work-engine"));
    for (function, why) in [("assistant-runner", "the job that was submitted"), ("export-job", "the export that was asked for")] {
        let shared: Vec<_> = ids(function).into_iter().filter(|id| portal.contains(id) && engine.contains(id)).collect();
        assert!(!shared.is_empty(), "{why} has no id that {function}, the engine and the portal share: {portal:?} {engine:?}");
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_secret_that_somebody_types_is_in_no_log() {
    let site = site("typed_secret").await;
    // In pieces, so that this file holds none itself.
    let token = ["xox", "b-123456789012-1234567890123-", "AbCdEfGhIjKlMnOpQrStUvWx"].concat();
    let typed = token.clone();
    site.visit(move |mut api| {
        api.post("/tasks", &json!({ "description": typed, "date": "2026-07-10" }));
        api.get(&format!("/tasks/{typed}")).expect(404);
    })
    .await;
    let odd = site.invoke("work-engine", &json!({ "dataopsAdmin": { "command": token } })).await;
    assert!(odd.is_ok_and(|answer| answer["ok"] == false), "the engine refuses");
    assert_eq!(site.logs.secrets(&["AbCdEfGhIjKlMnOpQrStUvWx"]), Vec::<String>::new());
    site.stop().await;
}
