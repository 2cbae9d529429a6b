//! Ticks that run at once, and ticks that come again and again: one item a window, counted once.

use std::collections::HashSet;
use std::sync::Arc;

use dataops_domain::Timestamp;
use dataops_testkit::{Dice, Stack, proof};
use serde_json::{Value, json};

const SCHEDULES: [&str; 6] = ["0 9 * * *", "30 7 * * 1-5", "0 9 */2 * *", "0 0 1,15 * *", "0 9 * * SUN", "15 23 1-7 * 3"];

async fn sources(dice: &mut Dice) -> Arc<Stack> {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    stack.clock.set(Timestamp::parse("2026-06-20T06:00:00Z").unwrap());
    for n in 0..=dice.below(4) {
        let body = json!({ "description": format!("Duty {n}"), "cronExpression": dice.one(&SCHEDULES) });
        operator.post("/api/recurring", body).await.expect(201);
    }
    for n in 0..=dice.below(2) {
        let definitions =
            json!([{ "refId": "a", "description": "A", "offsetDays": 0 }, { "refId": "b", "description": "B", "offsetDays": 1 }]);
        let body = json!({ "name": format!("Workflow {n}"), "type": "w", "triggerType": "automatic", "triggerSchedule": dice.one(&SCHEDULES),
            "triggerLeadDays": dice.below(20), "taskDefinitions": definitions });
        operator.post("/api/templates", body).await.expect(201);
    }
    stack.clock.set(Timestamp::parse("2026-06-26T06:00:00Z").unwrap());
    stack
}

/// Every row of the ledger with work has one item, and every item a row.
fn one_item_a_window(stack: &Stack) -> usize {
    let raw = stack.raw();
    let rows: Vec<Value> =
        raw.all("generation-windows").iter().map(|item| serde_json::from_str(item["doc"]["S"].as_str().unwrap()).unwrap()).collect();
    let of = |key: &str| rows.iter().filter_map(|row| row[key].as_str()).map(str::to_owned).collect::<Vec<_>>();
    let tasks: HashSet<String> = raw
        .all("tasks")
        .iter()
        .filter(|item| item.get("recurring_config_id").is_some())
        .map(|item| item["task_id"]["S"].as_str().unwrap().to_owned())
        .collect();
    let bundles: HashSet<String> = raw.all("bundles").iter().map(|item| item["bundle_id"]["S"].as_str().unwrap().to_owned()).collect();
    let (of_tasks, of_bundles) = (of("taskId"), of("bundleId"));
    assert_eq!((of_tasks.len(), of_bundles.len()), (tasks.len(), bundles.len()));
    assert!(of_tasks.iter().all(|id| tasks.contains(id)) && of_bundles.iter().all(|id| bundles.contains(id)));
    assert_eq!(raw.all("tasks").len(), tasks.len() + 2 * bundles.len(), "each workflow has its tasks once");
    rows.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_that_run_at_once_make_one_item_a_window() {
    let sizes = proof::sizes();
    let (mut rounds, mut ticks, mut windows) = (0, 0, 0);
    for at_once in [2, 8, 32] {
        for seed in 0..sizes.racing_schedules {
            let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ ((seed as u64 + 1) * 7_919 + at_once));
            let stack = sources(&mut dice).await;
            let running: Vec<_> = (0..at_once)
                .map(|n| {
                    let stack = Arc::clone(&stack);
                    let (from, to) = (20 + dice.below(4), 24 + dice.below(3));
                    // Every fourth asks for an overlapping range instead.
                    tokio::spawn(async move {
                        if n % 4 == 3 {
                            let body = json!({ "startDate": format!("2026-06-{from}"), "endDate": format!("2026-06-{to}") });
                            let made = stack.operator().post("/api/recurring/generate", body).await.expect(200);
                            return (made.json["generated"].as_array().unwrap().len() as u64, 0, made.json["failures"].as_u64().unwrap());
                        }
                        let report = stack.administrate(json!({ "command": "tick" })).await;
                        let count = |name: &str| report["tick"]["counters"][name].as_u64().unwrap_or_else(|| panic!("{report}"));
                        (count("recurringGenerated"), count("templateCreated"), count("failures"))
                    })
                })
                .collect();
            let (mut tasks, mut bundles) = (0, 0);
            for one in running {
                let (made, started, failures) = one.await.unwrap();
                assert_eq!(failures, 0, "{at_once} at once, seed {seed}");
                tasks += made;
                bundles += started;
            }
            windows += one_item_a_window(&stack);
            let raw = stack.raw();
            let stored = raw.all("tasks").iter().filter(|item| item.get("recurring_config_id").is_some()).count();
            assert_eq!((tasks, bundles), (stored as u64, raw.all("bundles").len() as u64), "{at_once} at once, seed {seed}");
            rounds += 1;
            ticks += at_once;
        }
    }
    let counts: [(&str, &dyn std::fmt::Display); 3] =
        [("rounds of 2, 8 and 32 at once", &rounds), ("ticks and ranges in all", &ticks), ("windows settled", &windows)];
    proof::record("tick-races", "Racing ticks", &counts, "one item a window; what all of them say they made adds up to what is stored");
}

#[tokio::test]
async fn a_tick_delivered_185_times_in_any_order_makes_a_day_once() {
    let mut dice = Dice(185);
    let stack = sources(&mut dice).await;
    let start = Timestamp::parse("2026-06-26T00:00:00Z").unwrap();
    let mut moments: Vec<i64> = (0..185).map(|n| n * 86_400 / 185).collect();
    for place in (1..moments.len()).rev() {
        moments.swap(place, dice.below(place + 1));
    }
    let (mut tasks, mut bundles) = (0, 0);
    for seconds in moments {
        stack.clock.set(start.plus_seconds(seconds));
        let report = stack.administrate(json!({ "command": "tick" })).await;
        let count = |name: &str| report["tick"]["counters"][name].as_u64().unwrap();
        assert_eq!(count("failures"), 0);
        tasks += count("recurringGenerated");
        bundles += count("templateCreated");
    }
    let raw = stack.raw();
    let stored = raw.all("tasks").iter().filter(|item| item.get("recurring_config_id").is_some()).count();
    assert_eq!((tasks, bundles), (stored as u64, raw.all("bundles").len() as u64));
    one_item_a_window(&stack);
}
