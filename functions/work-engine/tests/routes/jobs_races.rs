//! People, an outside worker and runs of the runner race for one job from eight clients. What each was answered is recorded
//! with its beginning and end, and every history must be one that a job taken step by step could have had (linearizability).
//!
//! The checker is tried on itself: with the condition of the writes removed, it has to find that a step was lost.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dataops_domain::artifact::Artifact;
use dataops_domain::job::input::Move;
use dataops_domain::job::outputs::{self, Made};
use dataops_domain::job::steps::{self, Step};
use dataops_domain::job::work::{self, Hold};
use dataops_domain::job::{Job, JobStatus};
use dataops_domain::refusal::Refusal;
use dataops_domain::task::change::Context;
use dataops_domain::{Actor, Timestamp};
use dataops_testkit::{AssistantRunner, Dice, Stack, proof};
use serde_json::{Value, json};

const CLIENTS: usize = 8;
/// Histories that one stack holds.
const A_STACK: usize = 100;

/// What a client does.
#[derive(Debug, Clone, PartialEq)]
enum Op {
    Submit,
    Approve,
    Reject,
    Cancel,
    Retry,
    Acknowledge,
    Move(JobStatus),
    Attach(String),
    RunDry,
    /// A run of the runner: that it takes the job, under this name.
    Claim(String),
    /// That it hands in what it made.
    End(String),
}

/// What a client was answered.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    /// The job as it then was: version, status, attempts.
    Done(u64, JobStatus, u32),
    /// A run took the job, or handed in; it is told nothing of the job.
    Yes,
    /// The rules said no.
    No,
    /// The race was lost too often; nothing was done.
    Nothing,
}

/// One call, from its beginning to its end.
#[derive(Debug, Clone)]
struct Call {
    op: Op,
    said: Said,
    from: u64,
    to: u64,
    /// The call that has to come before: a run hands in what it took.
    after: Option<usize>,
}

/// The job as it would be after a step, by the domain alone.
fn stepped(job: &Job, op: &Op) -> Result<Job, Refusal> {
    let actor = Actor::new("one");
    let context = Context { actor: &actor, now: now(), operation: "o" };
    let hold = |name: &String| Hold { attempt: job.attempt_count, holder: name.clone() };
    let step: Step = match op {
        Op::Submit => steps::submit(job, context),
        Op::Approve => steps::approve(job, context),
        Op::Reject => steps::reject(job, "no", context),
        Op::Cancel => steps::cancel(job, context),
        Op::Retry => steps::retry(job, false, context),
        Op::Acknowledge => steps::acknowledge(job, None, None, context),
        Op::Move(to) => steps::transition(job, Move::bare(*to), context),
        Op::Attach(id) => outputs::attach(job, &artifact(id), context).map(|(step, _)| step),
        Op::RunDry => work::run_dry(job, &made(), &[], context).map(|worked| worked.step),
        Op::Claim(name) => work::claim(job, name, context).map(|(step, _)| step),
        Op::End(name) => work::finish(job, &hold(name), &made(), &[], context).map(|worked| worked.step),
    }?;
    let version = job.version + step.events.len() as u64;
    Ok(Job { version, ..step.job })
}

fn now() -> Timestamp {
    Timestamp::parse("2026-07-01T09:00:00Z").unwrap()
}

fn artifact(id: &str) -> Artifact {
    let fields = json!({ "id": id, "type": "report", "title": "x", "status": "draft", "storageProvider": "external-url", "storageUri": "https://e.org",
        "visibility": "internal", "dataClass": "internal", "sourceType": "manual-link", "createdAt": now(), "updatedAt": now() });
    serde_json::from_value(fields).unwrap()
}

fn made() -> Vec<Made> {
    let one = |name: &str| Made {
        name: name.to_owned(),
        kind: dataops_domain::artifact::ArtifactType::Other,
        title: name.to_owned(),
        filename: name.to_owned(),
        content_type: "text/plain".to_owned(),
        storage_uri: "s3://b/k".to_owned(),
        checksum: "sha256:0".to_owned(),
        size: 1,
        metadata: None,
        is_log: false,
    };
    vec![one("podcast-dry-run.json"), one("podcast-document.md")]
}

/// True when the calls could have happened one after the other, each between its beginning and its end, on this job.
fn is_linear(start: &Job, calls: &[Call]) -> bool {
    let mut seen = HashSet::new();
    let all = (1u32 << calls.len()) - 1;
    search(start, calls, all, &mut seen)
}

fn search(job: &Job, calls: &[Call], left: u32, seen: &mut HashSet<String>) -> bool {
    if left == 0 {
        return true;
    }
    let lease = job.lease.as_ref().map(|lease| &lease.holder);
    let key =
        format!("{left} {:?}", (job.version, job.status, job.attempt_count, job.output_artifact_ids.len(), lease, job.acknowledged_at));
    if !seen.insert(key) {
        return false;
    }
    let is_left = |n: usize| left & (1 << n) != 0;
    let first_end = (0..calls.len()).filter(|n| is_left(*n)).map(|n| calls[n].to).min().unwrap_or(u64::MAX);
    (0..calls.len()).filter(|n| is_left(*n)).any(|n| {
        let call = &calls[n];
        if call.from > first_end || call.after.is_some_and(is_left) {
            return false;
        }
        let rest = left & !(1 << n);
        match (&call.said, stepped(job, &call.op)) {
            (Said::Nothing, _) => search(job, calls, rest, seen),
            (Said::No, Err(_)) => search(job, calls, rest, seen),
            (Said::Yes, Ok(next)) => search(&next, calls, rest, seen),
            (Said::Done(version, status, attempts), Ok(next)) => {
                (next.version, next.status, next.attempt_count) == (*version, *status, *attempts) && search(&next, calls, rest, seen)
            }
            _ => false,
        }
    })
}

/// The next request of a client.
fn op(dice: &mut Dice, artifact: &str) -> Op {
    let moves =
        [JobStatus::Running, JobStatus::WaitingApproval, JobStatus::Failed, JobStatus::Canceled, JobStatus::Queued, JobStatus::Succeeded];
    match dice.below(16) {
        0 | 1 => Op::Submit,
        2 | 3 => Op::Approve,
        4 | 5 => Op::Reject,
        6 => Op::Cancel,
        7 | 8 => Op::Retry,
        9 => Op::Acknowledge,
        10 => Op::Move(moves[dice.below(moves.len())]),
        11 => Op::Attach(artifact.to_owned()),
        12 => Op::RunDry,
        _ => Op::Claim(String::new()),
    }
}

/// The clock of histories: it only orders beginnings and ends.
#[derive(Default)]
struct Order(AtomicU64);

impl Order {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// What a client does one after the other, and what it is told.
async fn client(arena: Arc<Arena>, job: String, ops: Vec<Op>, order: Arc<Order>, careless: bool) -> Vec<Call> {
    let mut calls = Vec::new();
    for op in ops {
        let from = order.next();
        if let Op::Claim(_) = op {
            let outcome = arena.stack.run(&arena.runner, Some(&job)).await["outcome"].as_str().unwrap_or_default().to_owned();
            let (to, name) = (order.next(), format!("run at {from}"));
            let taken = if outcome == "not_taken" { Said::No } else { Said::Yes };
            calls.push(Call { op: Op::Claim(name.clone()), said: taken.clone(), from, to, after: None });
            if taken == Said::Yes {
                let said = if outcome == "handed_in" { Said::Yes } else { Said::No };
                assert!(matches!(outcome.as_str(), "handed_in" | "dropped"), "{outcome}");
                calls.push(Call { op: Op::End(name), said, from, to, after: Some(calls.len() - 1) });
            }
            continue;
        }
        let said = if careless { write_carelessly(&arena.stack, &job, &op).await } else { ask(&arena.stack, &job, &op).await };
        calls.push(Call { op, said, from, to: order.next(), after: None });
    }
    calls
}

async fn ask(stack: &Arc<Stack>, job: &str, op: &Op) -> Said {
    let (action, body) = match op {
        Op::Submit => ("submit", json!({})),
        Op::Approve => ("approve", json!({})),
        Op::Reject => ("reject", json!({ "reason": "no" })),
        Op::Cancel => ("cancel", json!({})),
        Op::Retry => ("retry", json!({})),
        Op::Acknowledge => ("acknowledge", json!({})),
        Op::Move(to) => ("transition", json!({ "status": to })),
        Op::Attach(artifact) => ("artifacts", json!({ "artifactId": artifact })),
        Op::RunDry => ("run-dry", json!({})),
        Op::Claim(_) | Op::End(_) => unreachable!("runs are not asked for over HTTP"),
    };
    let answer = stack.operator().post(&format!("/api/assistant-jobs/{job}/{action}"), body).await;
    match answer.status {
        200 => said(&answer.json["job"]),
        400 => Said::No,
        409 => Said::Nothing,
        status => panic!("{op:?}: {status} {}", answer.text),
    }
}

fn said(job: &Value) -> Said {
    let status = JobStatus::parse(job["status"].as_str().unwrap()).unwrap();
    Said::Done(job["version"].as_u64().unwrap(), status, u32::try_from(job["attemptCount"].as_u64().unwrap()).unwrap())
}

/// The same step with the condition removed: read, decide, write over whatever is there.
async fn write_carelessly(stack: &Arc<Stack>, job: &str, op: &Op) -> Said {
    let raw = stack.raw();
    let mut item = raw.get("assistant-jobs", json!({ "assistant_job_id": { "S": job } })).unwrap();
    let mut read: Job = serde_json::from_str(item["doc"]["S"].as_str().unwrap()).unwrap();
    read.version = item["version"]["N"].as_str().unwrap().parse().unwrap();
    tokio::task::yield_now().await;
    let Ok(after) = stepped(&read, op) else { return Said::No };
    item["doc"] = json!({ "S": serde_json::to_string(&after).unwrap() });
    item["version"] = json!({ "N": after.version.to_string() });
    raw.put("assistant-jobs", item);
    Said::Done(after.version, after.status, after.attempt_count)
}

/// One history: a job somewhere in its life, then eight clients at once. True when it is linear.
async fn history(arena: &Arc<Arena>, seed: u64, careless: bool) -> (bool, usize) {
    let stack = &arena.stack;
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let operator = stack.operator();
    let required = dice.below(4) > 0;
    let body = json!({ "assistantType": "podcast", "taskId": arena.task, "approvalRequired": required, "maxAttempts": 1 + dice.below(3) });
    let job = operator.post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned();
    let body = json!({ "type": "report", "title": "x", "storageUri": "https://example.org" });
    let artifact = operator.post("/api/artifacts", body).await.expect(201).str("/artifact/id").to_owned();
    let before: &[Op] = match dice.below(5) {
        0 => &[],
        1 | 2 => &[Op::Submit],
        3 => &[Op::RunDry],
        _ => &[Op::Submit, Op::Move(JobStatus::Failed)],
    };
    for op in before {
        ask(stack, &job, op).await;
    }
    let item = stack.raw().get("assistant-jobs", json!({ "assistant_job_id": { "S": job } })).unwrap();
    let mut start: Job = serde_json::from_str(item["doc"]["S"].as_str().unwrap()).unwrap();
    start.version = item["version"]["N"].as_str().unwrap().parse().unwrap();
    let order = Arc::new(Order::default());
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let ops: Vec<Op> =
            (0..1 + dice.below(2)).map(|_| op(&mut dice, &artifact)).filter(|op| !careless || !matches!(op, Op::Claim(_))).collect();
        clients.push(tokio::spawn(client(Arc::clone(arena), job.clone(), ops, Arc::clone(&order), careless)));
    }
    let mut calls: Vec<Call> = Vec::new();
    for client in clients {
        let base = calls.len();
        let of_one = client.await.unwrap();
        calls.extend(of_one.into_iter().map(|call| Call { after: call.after.map(|n| n + base), ..call }));
    }
    let linear = is_linear(&start, &calls);
    if !linear && !careless {
        let steps: Vec<String> = calls.iter().map(|call| format!("{}..{} {:?}: {:?}", call.from, call.to, call.op, call.said)).collect();
        panic!("seed {seed}: from {:?} at version {}\n{}", start.status, start.version, steps.join("\n"));
    }
    (linear, calls.len())
}

/// Where jobs are raced for.
struct Arena {
    stack: Arc<Stack>,
    runner: AssistantRunner,
    task: String,
}

async fn arena() -> Arc<Arena> {
    let stack = Stack::empty().await;
    let body = json!({ "description": "Prepare", "date": "2026-07-10", "requiredLinkName": "Podcast document" });
    let task = stack.operator().post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    Arc::new(Arena { runner: stack.runner(), stack, task })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_history_of_a_raced_for_job_is_linear() {
    let histories = proof::sizes().job_histories;
    let mut arena = self::arena().await;
    let mut recorded = 0;
    for n in 0..histories {
        if n % A_STACK == 0 && n > 0 {
            arena = self::arena().await;
        }
        recorded += history(&arena, n as u64 + 1, false).await.1;
    }
    let mut careless = self::arena().await;
    let mut found = None;
    for n in 0..1_000u64 {
        if n % A_STACK as u64 == 0 && n > 0 {
            careless = self::arena().await;
        }
        if !history(&careless, n + 1, true).await.0 {
            found = Some(n + 1);
            break;
        }
    }
    let found = found.expect("with the condition removed the checker finds a lost step");
    let counts: [(&str, &dyn std::fmt::Display); 4] = [
        ("histories, each of one job", &histories),
        ("clients in each", &CLIENTS),
        ("calls recorded", &recorded),
        ("with the condition of writes removed, histories until the checker found a lost step", &found),
    ];
    proof::record("job-races", "Racing for an assistant job", &counts, "every history is one that a job taken step by step could have had");
}

#[test]
fn the_checker_refuses_what_cannot_have_happened() {
    let actor = Actor::new("one");
    let context = Context { actor: &actor, now: now(), operation: "o" };
    let request = dataops_domain::job::input::Request { assistant_type: Some("podcast".into()), ..Default::default() };
    let (job, _) = steps::create(dataops_domain::id::JobId::new("j"), (Some("t".into()), None), request, context);
    let job = Job { version: 1, ..job };
    let call = |op, said, from, to| Call { op, said, from, to, after: None };
    let queued = |version| Said::Done(version, JobStatus::Queued, 1);
    assert!(is_linear(&job, &[call(Op::Submit, queued(2), 0, 3), call(Op::Submit, Said::No, 1, 2)]));
    assert!(!is_linear(&job, &[call(Op::Submit, queued(2), 0, 3), call(Op::Submit, queued(2), 1, 2)]), "both cannot have submitted it");
    assert!(!is_linear(&job, &[call(Op::Submit, Said::No, 0, 1), call(Op::Submit, queued(2), 2, 3)]), "refused before anybody had");
    assert!(is_linear(&job, &[call(Op::Submit, Said::No, 0, 2), call(Op::Submit, queued(2), 1, 3)]));
}
