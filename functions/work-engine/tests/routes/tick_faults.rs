//! Ticks over a network and a database that misbehave: the run ends, says what it did not do, and the next one finishes.

use std::sync::Arc;
use std::time::Duration;

use dataops_testkit::{Faults, Happens, Stack};
use serde_json::{Value, json};

const DUTIES: u64 = 4;

/// Four duties and a workflow are due.
async fn due() -> (Faults, Arc<Stack>) {
    let faults = Faults::default();
    let stack = Stack::behind(&faults).await;
    let operator = stack.operator();
    for n in 0..DUTIES {
        let body = json!({ "description": format!("Duty {n}"), "cronExpression": "0 9 * * *" });
        operator.post("/api/recurring", body).await.expect(201);
    }
    let body = json!({ "name": "Workflow", "type": "w", "triggerType": "automatic", "triggerSchedule": "0 9 * * *",
        "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }, { "refId": "b", "description": "B", "offsetDays": 1 }] });
    operator.post("/api/templates", body).await.expect(201);
    (faults, stack)
}

/// A tick, which ends whatever happens to it.
async fn tick(stack: &Stack) -> Value {
    let tick = stack.administrate(json!({ "command": "tick" }));
    tokio::time::timeout(Duration::from_secs(100), tick).await.expect("the tick ends")["tick"].take()
}

fn made(report: &Value) -> [u64; 3] {
    let counters = &report["counters"];
    [&counters["recurringGenerated"], &counters["templateCreated"], &report["left"]].map(|count| count.as_u64().unwrap_or(u64::MAX))
}

/// The whole work of the day is there once, and the ledger of every change is whole.
async fn is_whole(stack: &Stack) {
    let raw = stack.raw();
    assert_eq!((raw.all("tasks").len() as u64, raw.all("bundles").len()), (DUTIES + 2, 1));
    assert_eq!(raw.all("generation-windows").len() as u64, DUTIES + 1);
    let verified = stack.administrate(json!({ "command": "audit-verify" })).await;
    assert_eq!(verified["audit"]["findings"], json!([]), "{verified}");
}

/// The next tick finds everything well and finishes.
async fn is_finished_by_the_next(faults: &Faults, stack: &Stack, first: &Value) {
    faults.let_happen(|_, _| Happens::Nothing);
    stack.clock.advance(900);
    let next = tick(stack).await;
    let [tasks, bundles, left] = made(&next);
    let [before_tasks, before_bundles, _] = made(first);
    assert_eq!((before_tasks + tasks, before_bundles + bundles, left), (DUTIES, 1, 0), "{first} {next}");
    assert_eq!(next["counters"]["failures"], 0);
    is_whole(stack).await;
}

#[tokio::test]
async fn a_request_of_any_kind_that_is_throttled_once_is_repeated() {
    let (faults, stack) = due().await;
    faults.let_happen(|_, nth| if nth == 1 { Happens::Throttled } else { Happens::Nothing });
    let report = tick(&stack).await;
    assert!(faults.happened() >= 5, "{} kinds of requests", faults.happened());
    assert_eq!((made(&report), report["counters"]["failures"].as_u64()), ([DUTIES, 1, 0], Some(0)), "{report}");
    is_whole(&stack).await;
}

#[tokio::test]
async fn writes_that_stay_throttled_are_given_up_and_said_to_be_left() {
    let (faults, stack) = due().await;
    faults.let_happen(|operation, _| if operation == "TransactWriteItems" { Happens::Throttled } else { Happens::Nothing });
    let report = tick(&stack).await;
    assert_eq!(made(&report), [0, 0, DUTIES + 1], "{report}");
    assert!(report["counters"]["failures"].as_u64() > Some(0));
    let home = stack.operator().get("/api/views/home").await.expect(200);
    let ledger = &home.json["ledger"];
    assert_eq!((ledger["expected"].as_u64(), ledger["made"].as_u64()), (Some(DUTIES + 1), Some(0)), "the page says so: {ledger}");
    is_finished_by_the_next(&faults, &stack, &report).await;
}

#[tokio::test]
async fn reads_that_stay_throttled_fail_the_tick_as_a_whole() {
    let (faults, stack) = due().await;
    faults.let_happen(|operation, _| if operation == "Query" { Happens::Throttled } else { Happens::Nothing });
    let failed = stack.fail_to_administrate(json!({ "command": "tick" })).await;
    assert_eq!(failed.error_type, "AdministrationFailed", "nothing is reported as done: {failed:?}");
    assert!(failed.error_message.contains("the database is busy"), "{failed:?}");
    assert!(stack.raw().all("tasks").is_empty());
    is_finished_by_the_next(&faults, &stack, &json!({ "counters": { "recurringGenerated": 0, "templateCreated": 0 }, "left": 0 })).await;
}

#[tokio::test]
async fn a_transaction_that_meets_others_is_decided_again() {
    let (faults, stack) = due().await;
    let meets = |operation: &str, nth: usize| operation == "TransactWriteItems" && !nth.is_multiple_of(3);
    faults.let_happen(move |operation, nth| if meets(operation, nth) { Happens::Conflict } else { Happens::Nothing });
    let report = tick(&stack).await;
    assert!(faults.happened() >= 10, "{}", faults.happened());
    assert_eq!((made(&report), report["counters"]["failures"].as_u64()), ([DUTIES, 1, 0], Some(0)), "{report}");
    is_finished_by_the_next(&faults, &stack, &report).await;
}

#[tokio::test]
async fn conflicts_without_end_are_given_up() {
    let (faults, stack) = due().await;
    faults.let_happen(|operation, _| if operation == "TransactWriteItems" { Happens::Conflict } else { Happens::Nothing });
    let report = tick(&stack).await;
    assert_eq!(made(&report), [0, 0, DUTIES + 1], "{report}");
    is_finished_by_the_next(&faults, &stack, &report).await;
}

#[tokio::test]
async fn a_write_without_an_answer_counts_once_applied_or_not() {
    for silent in [Happens::SilentBefore, Happens::SilentAfter] {
        let (faults, stack) = due().await;
        faults.let_happen(move |operation, nth| if (operation, nth) == ("TransactWriteItems", 2) { silent } else { Happens::Nothing });
        let report = tick(&stack).await;
        assert_eq!((faults.happened(), made(&report), report["counters"]["failures"].as_u64()), (1, [DUTIES, 1, 0], Some(0)), "{report}");
        is_finished_by_the_next(&faults, &stack, &report).await;
    }
}

#[tokio::test]
async fn an_empty_page_that_says_there_is_more_is_followed() {
    let (faults, stack) = due().await;
    faults.let_happen(|operation, _| if matches!(operation, "Query" | "Scan") { Happens::EmptyPage } else { Happens::Nothing });
    let report = tick(&stack).await;
    assert!(faults.happened() > 10, "{}", faults.happened());
    assert_eq!((made(&report), report["counters"]["failures"].as_u64()), ([DUTIES, 1, 0], Some(0)), "{report}");
    let again = tick(&stack).await;
    assert_eq!(again["counters"]["recurringSkipped"], DUTIES, "what is there is found behind the empty page: {again}");
    let answer = stack.operator().get("/api/recurring/windows").await.expect(200);
    assert_eq!(answer.json["windows"].as_array().unwrap().len() as u64, DUTIES + 1);
    is_finished_by_the_next(&faults, &stack, &report).await;
}
