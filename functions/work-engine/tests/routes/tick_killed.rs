//! A tick is interrupted at every write: what the next one leaves is what an undisturbed one leaves.
//!
//! Each run starts from the same database: it is prepared once and put back, because preparing it takes longer than the run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dataops_domain::Timestamp;
use dataops_store::Fate;
use dataops_testkit::raw::Snapshot;
use dataops_testkit::{Stack, proof};
use serde_json::{Value, json};

const DUTIES: usize = 10;
/// Tasks of the three workflows; one has more than a transaction takes.
const WORKFLOWS: [usize; 3] = [2, 5, 101];
/// Runs at the same time, each on a stack of its own.
const AT_ONCE: usize = 2;
const START: &str = "2026-07-01T09:00:00Z";
/// Seconds between two ticks of a run: enough for a tick to take over what another has begun.
const BETWEEN: i64 = 120;
/// Where the next stack begins to number its requests.
static NUMBERS: AtomicU64 = AtomicU64::new(1_000_000);

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
    // A tick of every day finds the search index made.
    while stack.administrate(json!({ "command": "search-pass" })).await["search"]["building"] == true {}
    stack
}

/// What is stored, without what says when, how often and by whom it was tried.
fn stored(stack: &Stack) -> Result<BTreeMap<String, Value>, String> {
    let mut all = BTreeMap::new();
    let raw = stack.raw();
    for (table, key) in [
        ("tasks", "task_id"),
        ("bundles", "bundle_id"),
        ("notifications", "notification_id"),
        ("generation-windows", "window_id"),
        ("recurring-configs", "recurring_config_id"),
        ("templates", "template_id"),
    ] {
        for mut item in raw.all(table) {
            if item.get("manifest").is_some() {
                return Err(format!("an unfinished workflow: {item}"));
            }
            let name = format!("{table}/{}", item[key]["S"].as_str().unwrap());
            let attributes = item.as_object_mut().unwrap();
            attributes.retain(|name, _| !["op", "hash"].contains(&name.as_str()));
            for value in attributes.values_mut() {
                *value = timeless(value["S"].as_str().or(value["N"].as_str()).unwrap_or_default());
            }
            all.insert(name, item);
        }
    }
    for item in raw.all("audit-events") {
        let (entity, sequence) = (item["entity"]["S"].as_str().unwrap(), item["sequence"]["N"].as_str().unwrap());
        let event: Value = serde_json::from_str(item["doc"]["S"].as_str().unwrap()).unwrap();
        all.insert(format!("event/{entity}/{sequence}"), json!([event["action"], event["summary"], event["metadata"], event["actorId"]]));
    }
    Ok(all)
}

/// A text of an item without the moments at which ticks come, and without how often they tried.
fn timeless(text: &str) -> Value {
    let text = (1..=2)
        .fold(text.to_owned(), |text, tick| text.replace(&format!("2026-07-01T09:0{}:00.000Z", 2 * tick), "2026-07-01T09:00:00.000Z"));
    match serde_json::from_str(&text) {
        Ok(Value::Object(mut doc)) => {
            doc.remove("attempts");
            Value::Object(doc)
        }
        _ => Value::String(text),
    }
}

async fn tick(stack: &Stack) -> Value {
    stack.administrate(json!({ "command": "tick" })).await
}

fn count(report: &Value, name: &str) -> u64 {
    report["tick"]["counters"][name].as_u64().unwrap_or_default()
}

/// One way to be interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// The write does not arrive.
    Lost,
    /// It arrives, and its answer is lost.
    Unanswered,
    /// The tick is killed before it: nothing arrives from it on.
    KilledBefore,
    /// The tick is killed after it.
    KilledAfter,
}

const WAYS: [(Way, &str); 4] = [
    (Way::Lost, "a write is lost"),
    (Way::Unanswered, "a write is applied and its answer is lost"),
    (Way::KilledBefore, "the tick is killed before a write"),
    (Way::KilledAfter, "the tick is killed after a write, before its answer"),
];

/// An interruption: how, and at which write of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fault(Way, usize);

impl Fault {
    fn fate(self, nth: usize) -> Fate {
        let Self(way, k) = self;
        match way {
            Way::Lost if nth == k => Fate::Lost,
            Way::Unanswered | Way::KilledAfter if nth == k => Fate::Unanswered,
            Way::KilledBefore if nth >= k => Fate::Lost,
            Way::KilledAfter if nth > k => Fate::Lost,
            _ => Fate::Arrives,
        }
    }

    fn kills(self) -> bool {
        matches!(self.0, Way::KilledBefore | Way::KilledAfter)
    }
}

/// A store after interrupted ticks, and what these said they made.
struct State {
    database: Snapshot,
    ticks: i64,
    made: [u64; 2],
    killed: bool,
    /// Writes of the undisturbed tick that comes next.
    writes: usize,
}

/// A tick that is interrupted from a state on; an undisturbed one follows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    /// The interruption of the tick before; none for the first tick.
    after: Option<Fault>,
    faults: Vec<Fault>,
}

/// What a proof starts from and what every run has to end with.
struct Case {
    states: Mutex<BTreeMap<Option<Fault>, Arc<State>>>,
    wanted: BTreeMap<String, Value>,
}

impl Case {
    async fn prepare() -> Self {
        let stack = due().await;
        let database = stack.snapshot();
        stack.ledger.fate_of_writes(|_| Fate::Arrives);
        let report = tick(&stack).await;
        assert_eq!((count(&report, "recurringGenerated"), count(&report, "templateCreated")), (DUTIES as u64, 3), "{report}");
        let begin = State { database, ticks: 0, made: [0, 0], killed: false, writes: stack.ledger.writes_sent() };
        stack.clock.advance(BETWEEN);
        tick(&stack).await;
        let states = Mutex::new(BTreeMap::from([(None, Arc::new(begin))]));
        Self { states, wanted: stored(&stack).unwrap() }
    }

    fn state(&self, after: Option<Fault>) -> Arc<State> {
        Arc::clone(&self.states.lock().unwrap()[&after])
    }

    /// Interrupts a tick, lets one finish, and says what is wrong then. The first runs keep the state between the two.
    async fn run(&self, stack: &Stack, run: &Run) -> Result<(), String> {
        let before = self.state(run.after);
        stack.restore(&before.database);
        stack.clock.set(Timestamp::parse(START).unwrap().plus_seconds(before.ticks * BETWEEN));
        let faults = run.faults.clone();
        stack.ledger.fate_of_writes(move |nth| {
            let fates: Vec<Fate> = faults.iter().map(|fault| fault.fate(nth)).collect();
            [Fate::Lost, Fate::Unanswered].into_iter().find(|fate| fates.contains(fate)).unwrap_or(Fate::Arrives)
        });
        let made = sum(before.made, &tick(stack).await);
        stack.ledger.fate_of_writes(|_| Fate::Arrives);
        stack.clock.advance(BETWEEN);
        let killed = before.killed || run.faults.iter().any(|fault| fault.kills());
        let between = (run.after.is_none() && run.faults.len() == 1).then(|| stack.snapshot());
        let last = tick(stack).await;
        stack.ledger.take();
        if let Some(database) = between {
            let state = State { database, ticks: 1, made, killed, writes: stack.ledger.writes_sent() };
            self.states.lock().unwrap().insert(Some(run.faults[0]), Arc::new(state));
        }
        self.judge(&last, sum(made, &last), killed)?;
        self.compare(&stored(stack)?)
    }

    /// What the last tick found, the others have made, whether or not they could say so.
    fn judge(&self, last: &Value, made: [u64; 2], killed: bool) -> Result<(), String> {
        let all = [DUTIES as u64, WORKFLOWS.len() as u64];
        let there = [count(last, "recurringSkipped"), count(last, "templateSkipped")];
        if last["ok"] != true || count(last, "failures") > 0 || sum(there, last) != all {
            return Err(format!("the last tick says {last}"));
        }
        if made != all && (!killed || made[0] > all[0] || made[1] > all[1]) {
            return Err(format!("all of them say they made {made:?}"));
        }
        Ok(())
    }

    fn compare(&self, found: &BTreeMap<String, Value>) -> Result<(), String> {
        if *found == self.wanted {
            return Ok(());
        }
        let lost: Vec<_> = self.wanted.keys().filter(|key| !found.contains_key(*key)).collect();
        let surplus: Vec<_> = found.keys().filter(|key| !self.wanted.contains_key(*key)).collect();
        let other = self.wanted.iter().find(|(key, value)| found.get(*key).is_some_and(|found| found != *value));
        let other = other.map(|(key, value)| format!("{key}: {} instead of {value}", found[key]));
        Err(format!("lost {lost:?}, double or orphaned {surplus:?}, different {other:?}"))
    }
}

/// Duties and workflows made, with those that a tick says it made.
fn sum(made: [u64; 2], report: &Value) -> [u64; 2] {
    [made[0] + count(report, "recurringGenerated"), made[1] + count(report, "templateCreated")]
}

/// Goes through runs; what is wrong after any of them.
async fn sweep(case: &Arc<Case>, runs: &[Run]) -> Vec<String> {
    let (next, runs) = (Arc::new(AtomicUsize::new(0)), Arc::new(runs.to_vec()));
    let worker = |_| {
        let (case, next, runs) = (Arc::clone(case), Arc::clone(&next), Arc::clone(&runs));
        tokio::spawn(async move {
            let (stack, mut found) = (Stack::empty().await, Vec::new());
            // A state comes from another stack; no request may be called as one of its.
            stack.number_requests_from(NUMBERS.fetch_add(1_000_000, Ordering::SeqCst));
            while let Some(run) = runs.get(next.fetch_add(1, Ordering::SeqCst)) {
                if let Err(words) = case.run(&stack, run).await {
                    found.push(format!("{run:?}: {words}"));
                }
            }
            found
        })
    };
    let workers: Vec<_> = (0..AT_ONCE).map(worker).collect();
    let mut found = Vec::new();
    for worker in workers {
        found.extend(worker.await.unwrap());
    }
    found
}

/// Every interruption of a tick of so many writes, from one on.
fn faults(from: usize, writes: usize) -> impl Iterator<Item = Fault> {
    WAYS.iter().flat_map(move |(way, _)| (from..=writes).map(move |k| Fault(*way, k)))
}

/// All pairs of interruptions that differ in effect: two of one tick, where nothing follows a kill, and one each of two ticks
/// in a row.
fn pairs(case: &Case) -> Vec<Run> {
    let writes = case.state(None).writes;
    let first = faults(1, writes).filter(|fault| !fault.kills());
    let same = first.flat_map(|a| faults(a.1 + 1, writes).map(move |b| Run { after: None, faults: vec![a, b] }));
    let next = faults(1, writes).flat_map(|a| faults(1, case.state(Some(a)).writes).map(move |b| Run { after: Some(a), faults: vec![b] }));
    same.chain(next).collect()
}

/// So many of these, by a generator that can be repeated. A run is the same every time: what is drawn twice is run once.
fn drawn(of: &[Run], count: usize) -> BTreeSet<Run> {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from((seed >> 16) % of.len() as u64).unwrap()
    };
    (0..count).map(|_| of[next()].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tick_that_is_interrupted_at_any_write_is_finished_by_the_next() {
    let case = Arc::new(Case::prepare().await);
    let writes = case.state(None).writes;
    let (mut rows, mut all, mut runs_of_all) = (Vec::new(), Vec::new(), 0);
    for (way, words) in WAYS {
        let runs: Vec<Run> = (1..=writes).map(|k| Run { after: None, faults: vec![Fault(way, k)] }).collect();
        let found = sweep(&case, &runs).await;
        rows.push(vec![words.to_owned(), writes.to_string(), runs.len().to_string(), found.len().to_string()]);
        runs_of_all += runs.len();
        all.extend(found);
    }
    let (pairs, draws) = (pairs(&case), proof::sizes().tick_pairs);
    let runs: Vec<Run> = drawn(&pairs, draws).into_iter().collect();
    let found = sweep(&case, &runs).await;
    let words = format!("two of these, in one tick or in two in a row: {draws} pairs drawn, each different one run once");
    rows.push(vec![words, pairs.len().to_string(), runs.len().to_string(), found.len().to_string()]);
    runs_of_all += runs.len();
    all.extend(found);
    rows.push(vec!["all".to_owned(), String::new(), runs_of_all.to_string(), all.len().to_string()]);

    let about = format!("a tick that makes 10 duties and 3 workflows, one of 101 tasks, in {writes} writes");
    let findings = match all.len() {
        0 => {
            "none. After one undisturbed tick the store is that of an undisturbed one: nothing double, lost or orphaned, every counter exact."
        }
        _ => "there are some: run the test.",
    };
    proof::record_table("tick-killed", "Interrupted ticks", &[&about, "points", "runs", "findings"], &rows, findings);
    assert!(all.is_empty(), "{} of {runs_of_all}: {:#?}", all.len(), &all[..all.len().min(5)]);
}
