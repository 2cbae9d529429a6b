//! A tick is interrupted at every write: what the next one leaves is what an undisturbed one leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use dataops_store::Fate;
use dataops_testkit::{Stack, proof};
use serde_json::{Value, json};

const DUTIES: usize = 10;
/// Tasks of the three workflows; one has more than a transaction takes.
const WORKFLOWS: [usize; 3] = [4, 7, 120];

async fn due() -> Arc<Stack> {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for n in 0..DUTIES {
        operator.post("/api/recurring", json!({ "description": format!("Duty {n}"), "cronExpression": "0 9 * * *" })).await.expect(201);
    }
    for (n, tasks) in WORKFLOWS.into_iter().enumerate() {
        let definitions: Vec<Value> =
            (0..tasks).map(|n| json!({ "refId": format!("t{n}"), "description": format!("Task {n}"), "offsetDays": n })).collect();
        let body = json!({ "name": format!("Workflow {n}"), "type": "w", "triggerType": "automatic", "triggerSchedule": "0 9 * * *", "taskDefinitions": definitions });
        operator.post("/api/templates", body).await.expect(201);
    }
    stack
}

/// What is stored, without what says when, how often and by whom it was tried.
fn stored(stack: &Stack) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let raw = stack.raw();
    for (table, key) in
        [("tasks", "task_id"), ("bundles", "bundle_id"), ("notifications", "notification_id"), ("generation-windows", "window_id")]
    {
        for item in raw.all(table) {
            assert!(item.get("manifest").is_none(), "an unfinished workflow: {item}");
            let mut doc: Value = serde_json::from_str(item["doc"]["S"].as_str().unwrap()).unwrap();
            strip(&mut doc);
            let version = item["version"]["N"].clone();
            all.insert(format!("{table}/{}", item[key]["S"].as_str().unwrap()), json!([doc, version, item["sequence"]]));
        }
    }
    for item in raw.all("audit-events") {
        let (entity, sequence) = (item["entity"]["S"].as_str().unwrap(), item["sequence"]["N"].as_str().unwrap());
        all.insert(format!("event/{entity}/{sequence}"), Value::Null);
    }
    all
}

fn strip(doc: &mut Value) {
    match doc {
        Value::Object(object) => {
            for key in ["createdAt", "updatedAt", "attempts"] {
                object.remove(key);
            }
            object.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

async fn tick(stack: &Stack) -> Value {
    stack.administrate(json!({ "command": "tick" })).await
}

fn count(report: &Value, name: &str) -> u64 {
    report["tick"]["counters"][name].as_u64().unwrap_or_default()
}

/// One way to be interrupted.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// These writes are lost, everything else arrives.
    Lost(usize, usize),
    /// These arrive and their answers are lost.
    Unanswered(usize, usize),
    /// From this write on nothing arrives: killed before it.
    KilledBefore(usize),
    /// As above, killed after it.
    KilledAfter(usize),
}

impl Fault {
    fn fate(self, nth: usize) -> Fate {
        match self {
            Self::Lost(a, b) if nth == a || nth == b => Fate::Lost,
            Self::Unanswered(a, b) if nth == a || nth == b => Fate::Unanswered,
            Self::KilledBefore(k) if nth >= k => Fate::Lost,
            Self::KilledAfter(k) if nth == k => Fate::Unanswered,
            Self::KilledAfter(k) if nth > k => Fate::Lost,
            _ => Fate::Arrives,
        }
    }
}

async fn survives(fault: Fault, wanted: &BTreeMap<String, Value>) {
    let stack = due().await;
    stack.ledger.fate_of_writes(move |nth| fault.fate(nth));
    let first = tick(&stack).await;
    stack.ledger.fate_of_writes(|_| Fate::Arrives);
    stack.clock.advance(120);
    let second = tick(&stack).await;
    assert_eq!(second["ok"], true, "{fault:?}: {second}");
    let found = stored(&stack);
    let missing: Vec<_> = wanted.keys().filter(|key| !found.contains_key(*key)).collect();
    let surplus: Vec<_> = found.keys().filter(|key| !wanted.contains_key(*key)).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "{fault:?}: lost {missing:?}, double or orphaned {surplus:?}");
    for (key, value) in wanted {
        assert_eq!(found[key], *value, "{fault:?}: {key}");
    }
    // What the second one found, the first has made, whether or not it could say so.
    assert_eq!(count(&second, "recurringGenerated") + count(&second, "recurringSkipped"), DUTIES as u64, "{fault:?}: {second}");
    assert_eq!(count(&second, "templateCreated") + count(&second, "templateSkipped"), WORKFLOWS.len() as u64, "{fault:?}: {second}");
    if matches!(fault, Fault::Lost(..) | Fault::Unanswered(..)) {
        let made = |name: &str| count(&first, name) + count(&second, name);
        assert_eq!(
            (made("recurringGenerated"), made("templateCreated")),
            (DUTIES as u64, WORKFLOWS.len() as u64),
            "{fault:?}: {first} {second}"
        );
    }
    assert_eq!(count(&second, "failures"), 0, "{fault:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_that_is_interrupted_at_any_write_is_finished_by_the_next() {
    let sizes = proof::sizes();
    let clean = due().await;
    clean.ledger.fate_of_writes(|_| Fate::Arrives);
    let report = tick(&clean).await;
    assert_eq!((count(&report, "recurringGenerated"), count(&report, "templateCreated")), (DUTIES as u64, 3), "{report}");
    let writes = clean.ledger.writes_sent();
    clean.clock.advance(120);
    tick(&clean).await;
    let wanted = stored(&clean);
    let mut runs = 0;
    for k in (1..=writes).step_by(sizes.tick_step) {
        for fault in [Fault::Lost(k, k), Fault::Unanswered(k, k), Fault::KilledBefore(k), Fault::KilledAfter(k)] {
            survives(fault, &wanted).await;
            runs += 1;
        }
    }
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap_or(0) + 1
    };
    for n in 0..sizes.tick_pairs {
        let (a, b) = (next(writes), next(writes));
        let fault = if n % 2 == 0 { Fault::Lost(a, b) } else { Fault::Unanswered(a, b) };
        survives(fault, &wanted).await;
    }
    let counts: [(&str, &dyn std::fmt::Display); 4] = [
        ("writes of a tick that makes 10 duties and 3 workflows, one of 120 tasks", &writes),
        ("ways to lose each: the write, its answer, the tick before it, the tick after it", &4),
        ("ticks interrupted at one write", &runs),
        ("ticks interrupted at two, seeded", &sizes.tick_pairs),
    ];
    proof::record(
        "tick-killed",
        "Interrupted ticks",
        &counts,
        "after the next tick the store is that of an undisturbed one; nothing double, lost or orphaned, every counter exact",
    );
}
