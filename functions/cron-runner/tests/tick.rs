//! The function as the schedule calls it: no input but the time, an end in time, and a refusal that is tried again.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::sync::Arc;
use std::time::Duration;

use dataops_domain::Timestamp;
use dataops_fleet::{Clock, Function, Invocation};
use dataops_testkit::{Faults, Happens, Stack};
use serde_json::{Value, json};

/// What EventBridge Scheduler sends when the schedule says nothing of its own.
const EVENT: &[u8] =
    br#"{"version":"0","id":"53dc4d37","detail-type":"Scheduled Event","source":"aws.scheduler","time":"2026-07-01T09:00:00Z"}"#;

async fn duties(stack: &Arc<Stack>, count: usize) {
    for n in 0..count {
        let body = json!({ "description": format!("Duty {n}"), "cronExpression": "0 9 * * *" });
        stack.operator().post("/api/recurring", body).await.expect(201);
    }
}

/// An invocation that the platform ends after so many seconds.
async fn invoke(runner: &Arc<dyn Function>, id: &str, event: &[u8], seconds: Option<i64>) -> Result<Value, String> {
    let deadline = seconds.map(|seconds| Clock::system().now().plus_seconds(seconds));
    let answer = runner.invoke(event, Invocation { request_id: id.to_owned(), deadline, trace_id: None }).await;
    answer.map(|answer| serde_json::from_slice(&answer).unwrap()).map_err(|error| error.to_string())
}

fn made(answer: &Value) -> u64 {
    answer["tick"]["counters"]["recurringGenerated"].as_u64().unwrap()
}

#[tokio::test]
async fn a_scheduled_event_makes_what_is_due_however_often_it_comes() {
    let stack = Stack::empty().await;
    duties(&stack, 3).await;
    let runner = stack.cron_runner().await;
    let first = invoke(&runner, "event-1", EVENT, Some(300)).await.unwrap();
    assert_eq!((first["ok"].as_bool(), made(&first), first["tick"]["left"].as_u64()), (Some(true), 3, Some(0)), "{first}");
    // The platform repeats an event under the same id; a laptop sends an empty object.
    for (id, event) in [("event-1", EVENT), ("event-2", b"{}")] {
        let again = invoke(&runner, id, event, None).await.unwrap();
        assert_eq!((made(&again), again["tick"]["counters"]["recurringSkipped"].as_u64()), (0, Some(3)), "{id}");
    }
    assert_eq!(stack.raw().all("tasks").len(), 3);
    stack.clock.set(Timestamp::parse("2026-07-02T05:00:00Z").unwrap());
    assert_eq!(made(&invoke(&runner, "event-5", EVENT, Some(300)).await.unwrap()), 3);
}

#[tokio::test]
async fn what_it_has_no_time_for_the_next_one_does() {
    let stack = Stack::empty().await;
    duties(&stack, 3).await;
    let runner = stack.cron_runner().await;
    let none = invoke(&runner, "event-1", EVENT, Some(1)).await.unwrap();
    assert_eq!((made(&none), none["tick"]["left"].as_u64()), (0, Some(3)), "it says what it did not do: {none}");
    assert!(none["tick"]["reminders"].is_null() && none["tick"]["search"].is_null(), "{none}");
    let next = invoke(&runner, "event-2", EVENT, Some(300)).await.unwrap();
    assert_eq!((made(&next), next["tick"]["left"].as_u64()), (3, Some(0)));
}

#[tokio::test]
async fn a_database_that_never_answers_a_write_ends_the_run_in_time() {
    let faults = Faults::default();
    let stack = Stack::behind(&faults).await;
    duties(&stack, 3).await;
    let runner = stack.cron_runner().await;
    faults.let_happen(|operation, _| if operation == "TransactWriteItems" { Happens::SilentBefore } else { Happens::Nothing });
    let invoked = tokio::time::timeout(Duration::from_secs(25), invoke(&runner, "event-1", EVENT, Some(25)));
    let silent = invoked.await.expect("it ends before the platform ends it").unwrap();
    assert_eq!((made(&silent), silent["tick"]["left"].as_u64()), (0, Some(3)), "{silent}");
    faults.let_happen(|_, _| Happens::Nothing);
    let next = invoke(&runner, "event-2", EVENT, Some(300)).await.unwrap();
    assert_eq!((made(&next), next["tick"]["left"].as_u64()), (3, Some(0)));
}

#[tokio::test]
async fn a_tick_that_can_read_nothing_is_a_failed_invocation() {
    let faults = Faults::default();
    let stack = Stack::behind(&faults).await;
    duties(&stack, 1).await;
    let runner = stack.cron_runner().await;
    faults.let_happen(|_, _| Happens::Throttled);
    let failed = tokio::time::timeout(Duration::from_secs(60), invoke(&runner, "event-1", EVENT, Some(300)));
    let words = failed.await.expect("it ends").unwrap_err();
    assert!(words.contains("busy"), "{words}");
    faults.let_happen(|_, _| Happens::Nothing);
    assert_eq!(made(&invoke(&runner, "event-1", EVENT, Some(300)).await.unwrap()), 1, "the schedule repeats it");
}

#[tokio::test]
async fn an_event_of_another_kind_makes_no_tick() {
    let stack = Stack::empty().await;
    duties(&stack, 1).await;
    let runner = stack.cron_runner().await;
    for event in [r#"{"version":"2.0","requestContext":{}}"#, r#"{"assistantJobId":"01J"}"#, r#"{"Records":[]}"#, "[]", "no JSON", ""] {
        let error = invoke(&runner, "wrong", event.as_bytes(), None).await.unwrap_err();
        assert!(error.starts_with("BadEvent: the event cannot be read"), "{event}: {error}");
    }
    assert!(stack.raw().all("tasks").is_empty());
}

#[tokio::test]
async fn it_removes_what_the_search_index_no_longer_needs() {
    let stack = Stack::empty().await;
    duties(&stack, 1).await;
    let runner = stack.cron_runner().await;
    invoke(&runner, "event-1", EVENT, None).await.unwrap();
    assert_eq!(stack.objects("search").len(), 1);
    assert_eq!(stack.administrate(json!({ "command": "search-rebuild" })).await["search"]["building"], false);
    assert_eq!(stack.objects("search").len(), 2, "whoever reads the older one may go on");
    for id in ["event-2", "event-3"] {
        stack.clock.advance(2 * 3_600);
        invoke(&runner, id, EVENT, None).await.unwrap();
    }
    assert_eq!(stack.objects("search").len(), 1);
}
