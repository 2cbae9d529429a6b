//! The whole life of a job, from asking to approval, interrupted at every write: whoever repeats what got no answer, and the
//! sweep, bring it to the same end.

use dataops_store::Fate;
use dataops_testkit::{Answer, AssistantRunner, Stack, proof};
use serde_json::{Value, json};

use super::jobs::{Podcast, read};

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

/// The life of one job as its callers live it: each request under a key of its own, so that it may be repeated.
struct Life {
    podcast: Podcast,
    runner: AssistantRunner,
}

impl Life {
    async fn ask(&self) -> Answer {
        let body =
            json!({ "assistantType": "podcast", "title": "Prepare Guest", "taskId": self.podcast.task, "bundleId": self.podcast.bundle });
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

    /// Whatever is missing: repeated under the same keys, after a while, until the job is approved.
    async fn finish(&self) -> String {
        let job = self.ask().await.expect(201).str("/job/id").to_owned();
        for round in 1..20 {
            let detail = read(&self.podcast.stack, &job).await["job"].clone();
            let attempt = detail["attemptCount"].as_u64().unwrap().max(1);
            match detail["status"].as_str().unwrap() {
                "draft" | "retrying" => drop(self.act(&job, "submit", &format!("submit {attempt}")).await.expect(200)),
                "queued" => self.run(Some(&job)).await,
                "running" => {
                    self.podcast.stack.clock.advance(121);
                    self.run(None).await;
                }
                "failed" => drop(self.act(&job, "retry", &format!("retry {attempt}")).await.expect(200)),
                "waiting_approval" => drop(self.act(&job, "approve", &format!("approve {attempt}")).await.expect(200)),
                "approved" => return job,
                other => panic!("{other} in round {round}"),
            }
        }
        panic!("the job comes to no end")
    }
}

/// What must be so at the end, however it came there.
async fn is_whole(life: &Life, job: &str, fault: Fault) -> u64 {
    let stack = &life.podcast.stack;
    let detail = read(stack, job).await;
    let said = || format!("{fault:?}: {detail}");
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
        assert_eq!(verified["audit"]["findings"], json!([]), "{fault:?}: {verified}");
    }
    attempts
}

async fn live() -> Life {
    let podcast = Podcast::on(Stack::empty().await).await;
    Life { runner: podcast.stack.runner().await, podcast }
}

async fn survives(fault: Fault) -> u64 {
    let life = live().await;
    life.podcast.stack.ledger.fate_of_all_writes(move |nth| fault.fate(nth));
    life.once().await;
    life.podcast.stack.ledger.fate_of_writes(|_| Fate::Arrives);
    let job = life.finish().await;
    let attempts = is_whole(&life, &job, fault).await;
    assert!(attempts <= 2, "{fault:?}: {attempts} attempts");
    attempts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_that_is_interrupted_at_any_write_comes_to_the_same_end() {
    let sizes = proof::sizes();
    let clean = live().await;
    clean.podcast.stack.ledger.fate_of_all_writes(|_| Fate::Arrives);
    clean.once().await;
    let writes = clean.podcast.stack.ledger.writes_sent();
    let job = clean.finish().await;
    assert_eq!(
        (is_whole(&clean, &job, Fault::Lost(0, 0)).await, writes),
        (1, 9),
        "ask, submit, claim, renewal, three objects, end, approval"
    );
    let (mut runs, mut again) = (0, 0);
    for k in (1..=writes).step_by(sizes.job_step) {
        for fault in [Fault::Lost(k, k), Fault::Unanswered(k, k), Fault::KilledBefore(k), Fault::KilledAfter(k)] {
            again += survives(fault).await - 1;
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
    for n in 0..sizes.job_pairs {
        let (a, b) = (next(writes), next(writes));
        again += survives(if n % 2 == 0 { Fault::Lost(a, b) } else { Fault::Unanswered(a, b) }).await - 1;
    }
    let counts: [(&str, &dyn std::fmt::Display); 5] = [
        ("writes of a life from asking to approval, objects in the bucket included", &writes),
        ("ways to lose each: the write, its answer, everything before it, everything after it", &4),
        ("lives interrupted at one write", &runs),
        ("lives interrupted at two, seeded", &sizes.job_pairs),
        ("of all these, lives that took a second attempt", &again),
    ];
    proof::record(
        "job-killed",
        "Interrupted lives of an assistant job",
        &counts,
        "approved in the end with two outputs, one link, one reference, a whole chain, and one notification for each lost attempt",
    );
}
