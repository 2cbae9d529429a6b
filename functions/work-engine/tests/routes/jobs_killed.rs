//! The whole life of a job, from asking to approval, interrupted at every write: whoever repeats what got no answer, and the
//! sweep, bring it to the same end.

use dataops_store::Fate;
use dataops_testkit::{Answer, AssistantRunner, Stack, proof};
use serde_json::{Value, json};

use super::jobs::{Podcast, read};

/// One way to be interrupted.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// This write is lost, everything else arrives.
    Lost(usize),
    /// It arrives and its answer is lost.
    Unanswered(usize),
    /// From this write on nothing arrives: killed before it.
    KilledBefore(usize),
    /// As above, killed after it.
    KilledAfter(usize),
}

impl Fault {
    fn fate(self, nth: usize) -> Fate {
        match self {
            Self::Lost(k) if nth == k => Fate::Lost,
            Self::Unanswered(k) if nth == k => Fate::Unanswered,
            Self::KilledBefore(k) if nth >= k => Fate::Lost,
            Self::KilledAfter(k) if nth == k => Fate::Unanswered,
            Self::KilledAfter(k) if nth > k => Fate::Lost,
            _ => Fate::Arrives,
        }
    }
}

/// Every way to interrupt the first so many writes.
fn faults(writes: usize) -> Vec<Fault> {
    (1..=writes).flat_map(|k| [Fault::Lost(k), Fault::Unanswered(k), Fault::KilledBefore(k), Fault::KilledAfter(k)]).collect()
}

/// The life of one job as its callers live it: each request under a key of its own, so that it may be repeated.
struct Life {
    podcast: Podcast,
    runner: AssistantRunner,
}

impl Life {
    async fn ask(&self) -> Answer {
        let body = json!({ "assistantType": "podcast", "title": "Prepare Guest", "taskId": self.podcast.task, "bundleId": self.podcast.bundle, "maxAttempts": 3 });
        self.podcast.stack.operator().with("idempotency-key", "ask").post("/api/assistant-jobs", body).await
    }

    async fn act(&self, job: &str, action: &str, key: &str) -> Answer {
        let caller = self.podcast.stack.operator().with("idempotency-key", key);
        caller.post(&format!("/api/assistant-jobs/{job}/{action}"), Value::Null).await
    }

    async fn run(&self, job: Option<&str>) {
        self.podcast.stack.run(&self.runner, job).await;
    }

    /// Once through, each step only when the one before it was answered.
    async fn once(&self) {
        let asked = self.ask().await;
        if asked.status != 201 {
            return;
        }
        let job = asked.str("/job/id").to_owned();
        if self.act(&job, "submit", "submit 1").await.status == 200 {
            self.run(Some(&job)).await;
            self.act(&job, "approve", "approve 1").await;
        }
    }

    /// Whatever is missing: repeated under the same keys, after a while, until the job is approved. Nothing when a request
    /// is not answered, or nothing moves any more.
    async fn go_on(&self) -> Option<String> {
        let asked = self.ask().await;
        let job = (asked.status == 201).then(|| asked.str("/job/id").to_owned())?;
        for _ in 1..20 {
            let detail = read(&self.podcast.stack, &job).await["job"].clone();
            let attempt = detail["attemptCount"].as_u64().unwrap().max(1);
            let action = match detail["status"].as_str().unwrap() {
                "draft" | "retrying" => "submit",
                "failed" => "retry",
                "waiting_approval" => "approve",
                "queued" => {
                    self.run(Some(&job)).await;
                    continue;
                }
                "running" => {
                    self.podcast.stack.clock.advance(121);
                    self.run(None).await;
                    continue;
                }
                "approved" => return Some(job),
                other => panic!("a life of {other}"),
            };
            if self.act(&job, action, &format!("{action} {attempt}")).await.status != 200 {
                return None;
            }
        }
        None
    }

    /// To the end, when nothing comes between any more.
    async fn finish(&self) -> String {
        self.podcast.stack.ledger.fate_of_writes(|_| Fate::Arrives);
        self.go_on().await.expect("the job comes to its end")
    }
}

/// What must be so at the end, however it came there.
async fn is_whole(life: &Life, job: &str, faults: &[Fault]) -> u64 {
    let stack = &life.podcast.stack;
    let detail = read(stack, job).await;
    let said = || format!("{faults:?}: {detail}");
    assert_eq!(stack.raw().all("assistant-jobs").len(), 1, "{}", said());
    let outputs: Vec<&Value> = detail["artifacts"].as_array().unwrap().iter().filter(|one| one["type"] != "other").collect();
    assert_eq!((outputs.len(), detail["job"]["outputArtifactIds"].as_array().unwrap().len()), (2, 2), "{}", said());
    assert!(outputs.iter().all(|one| one["status"] == "approved"), "{}", said());
    assert_eq!(detail["job"]["version"].as_u64(), Some(detail["events"].as_array().unwrap().len() as u64), "{}", said());
    let document = outputs.iter().find(|one| one["type"] == "podcast-doc").unwrap();
    let operator = stack.operator();
    let task = operator.get(&format!("/api/tasks/{}", life.podcast.task)).await.json;
    assert_eq!((&task["link"], task["artifactRefs"].as_array().unwrap().len()), (&document["storageUri"], 2), "{}", said());
    assert_eq!(task["assistantJobRefs"].as_array().unwrap().len(), 1, "{}", said());
    let bundle = operator.get(&format!("/api/bundles/{}", life.podcast.bundle)).await;
    assert_eq!(bundle.str("/bundle/bundleLinks/0/url"), document["storageUri"].as_str().unwrap(), "{}", said());
    let attempts = detail["job"]["attemptCount"].as_u64().unwrap();
    let failures = attempts - 1;
    assert_eq!(stack.raw().all("notifications").len() as u64, failures, "{}", said());
    for entity in [format!("assistant_job#{job}"), format!("task#{}", life.podcast.task), format!("bundle#{}", life.podcast.bundle)] {
        let verified = stack.administrate(json!({ "command": "audit-verify", "entity": entity })).await;
        assert_eq!(verified["audit"]["findings"], json!([]), "{faults:?}: {verified}");
    }
    attempts
}

async fn live() -> Life {
    let podcast = Podcast::on(Stack::empty().await).await;
    Life { runner: podcast.stack.runner(), podcast }
}

/// A life that is interrupted, and again while it goes on.
async fn survives(faults: &[Fault]) -> u64 {
    let life = live().await;
    for (nth, fault) in faults.iter().copied().enumerate() {
        life.podcast.stack.ledger.fate_of_all_writes(move |nth| fault.fate(nth));
        if nth == 0 { life.once().await } else { drop(life.go_on().await) }
    }
    let job = life.finish().await;
    let attempts = is_whole(&life, &job, faults).await;
    assert!(attempts <= 1 + faults.len() as u64, "{faults:?}: {attempts} attempts");
    attempts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_that_is_interrupted_at_any_write_comes_to_the_same_end() {
    let clean = live().await;
    clean.podcast.stack.ledger.fate_of_all_writes(|_| Fate::Arrives);
    clean.once().await;
    let writes = clean.podcast.stack.ledger.writes_sent();
    let job = clean.finish().await;
    assert_eq!((is_whole(&clean, &job, &[]).await, writes), (1, 9), "ask, submit, claim, renewal, three objects, end, approval");
    let single = faults(writes);
    let mut again = 0;
    for fault in &single {
        again += survives(&[*fault]).await - 1;
    }
    let pairs: Vec<[Fault; 2]> = single.iter().flat_map(|first| single.iter().map(|second| [*first, *second])).collect();
    // Spread over all of them, so that no kind is left out.
    let pairs: Vec<[Fault; 2]> = pairs.into_iter().step_by(proof::sizes().job_pair_step).collect();
    for pair in &pairs {
        again += survives(pair).await - 1;
    }
    let counts: [(&str, &dyn std::fmt::Display); 5] = [
        ("writes of a life from asking to approval, objects in the bucket included", &writes),
        ("ways to lose each: the write, its answer, everything before it, everything after it", &4),
        ("lives interrupted at one write", &single.len()),
        ("lives interrupted at one write, and at one of what was done about it", &pairs.len()),
        ("of all these, lives that took a second attempt", &again),
    ];
    proof::record(
        "job-killed",
        "Interrupted lives of an assistant job",
        &counts,
        "approved in the end with two outputs, one link, one reference, a whole chain, and one notification for each lost attempt",
    );
}
