//! The runner at work: taken once, handed in whole, lost and found, frozen and thawed, overtaken by others.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use dataops_domain::Timestamp;
use dataops_fleet::{Function, Invocation};
use dataops_store::Fate;
use dataops_testkit::{Stack, proof};
use serde_json::{Value, json};

use super::jobs::{Podcast, actions, read};

#[tokio::test]
async fn a_submitted_job_is_worked_on_and_its_log_is_kept() {
    let podcast = Podcast::start().await;
    let runner = podcast.stack.runner();
    let job = podcast.job(json!({})).await;
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "not_taken", "nobody submitted it");
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "handed_in");
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "not_taken", "delivered twice");
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(actions(&detail), ["created", "queued", "started", "artifact-attached", "approval-requested"]);
    assert_eq!(detail["job"]["version"], 5);
    assert_eq!(detail["events"][2]["actorId"], "system");
    assert_eq!((detail["job"]["outputArtifactIds"].as_array().unwrap().len(), detail["artifacts"].as_array().unwrap().len()), (2, 3));
    let log = &detail["job"]["logRefs"][0];
    let operator = podcast.stack.operator();
    let content = operator.get(&format!("/api/artifacts/{}/content", log["artifactId"].as_str().unwrap())).await.expect(200);
    let text = String::from_utf8(content.bytes).unwrap();
    assert!(text.contains("attempt 1 of 2") && text.contains("executor dry-run"), "{text}");
    let task = operator.get(&format!("/api/tasks/{}", podcast.task)).await.json;
    assert_eq!(task["artifactRefs"].as_array().unwrap().len(), 2, "outputs show, logs do not");
    podcast.act(&job, "approve", Value::Null).await.expect(200);
    assert_eq!(podcast.stack.run(&runner, Some("unknown")).await["outcome"], "not_taken");
}

#[tokio::test]
async fn a_task_that_has_come_into_a_workflow_brings_it_along() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let runner = podcast.stack.runner();
    let body = json!({ "description": "Prepare the document", "date": "2026-07-10" });
    let task = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    let body = json!({ "assistantType": "podcast", "title": "Prepare Guest", "taskId": task });
    let job = operator.post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned();
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    operator.put(&format!("/api/tasks/{task}"), json!({ "bundleId": podcast.bundle })).await.expect(200);
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "handed_in");
    let detail = read(&podcast.stack, &job).await;
    let document = detail["artifacts"].as_array().unwrap().iter().find(|one| one["type"] == "podcast-doc").unwrap();
    let content = operator.get(&format!("/api/artifacts/{}/content", document["id"].as_str().unwrap())).await.expect(200);
    let text = String::from_utf8(content.bytes).unwrap();
    assert!(text.contains("Topic - Guest"), "the workflow's title: {text}");
}

#[tokio::test]
async fn the_runner_and_the_dry_run_make_the_same_bytes() {
    let sums = |run: bool| async move {
        // Two stacks that are asked the same count the same ids.
        let podcast = Podcast::start().await;
        let runner = podcast.stack.runner();
        let job = podcast.job(json!({})).await;
        if run {
            podcast.act(&job, "submit", Value::Null).await.expect(200);
            podcast.stack.run(&runner, Some(&job)).await;
        } else {
            podcast.act(&job, "run-dry", Value::Null).await.expect(200);
        }
        let detail = read(&podcast.stack, &job).await;
        let sum = |id: &Value| detail["artifacts"].as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap()["checksum"].clone();
        detail["job"]["outputArtifactIds"].as_array().unwrap().iter().map(|id| (id.clone(), sum(id))).collect::<Vec<_>>()
    };
    assert_eq!(sums(true).await, sums(false).await);
}

#[tokio::test]
async fn a_sweep_works_on_what_nobody_was_started_for_and_leaves_other_types_alone() {
    let podcast = Podcast::start().await;
    let runner = podcast.stack.runner();
    let mut ids = Vec::new();
    for kind in ["podcast", "research", "podcast"] {
        let job = podcast.job(json!({ "assistantType": kind })).await;
        podcast.act(&job, "submit", Value::Null).await.expect(200);
        ids.push(job);
    }
    podcast.act(&ids[1], "transition", json!({ "status": "running" })).await.expect(200);
    podcast.stack.clock.advance(10 * 24 * 3_600);
    let swept = podcast.stack.run(&runner, None).await;
    assert_eq!(swept["sweep"]["ran"], json!([[ids[0], "handed_in"], [ids[2], "handed_in"]]), "{swept}");
    assert_eq!(swept["sweep"]["lost"], json!([]), "an outside worker may take its time");
    assert_eq!(read(&podcast.stack, &ids[1]).await["job"]["status"], "running");
    let again = podcast.stack.run(&runner, None).await;
    let since = "2026-07-11T09:00:00.000Z";
    assert_eq!(
        again["sweep"],
        json!({ "lost": [], "ran": [], "left": 0, "failed": 0, "approvalSince": since }),
        "the first waits for approval"
    );
}

#[tokio::test]
async fn no_job_is_begun_when_there_is_no_time_to_end_it() {
    let podcast = Podcast::start().await;
    let runner = podcast.stack.runner();
    let job = podcast.job(json!({})).await;
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    let soon = dataops_fleet::Clock::system().now().plus_seconds(30);
    let invocation = Invocation { request_id: "late".to_owned(), deadline: Some(soon), trace_id: None };
    let answer: Value = serde_json::from_slice(&runner.invoke(b"{}", invocation).await.unwrap()).unwrap();
    assert_eq!(answer["sweep"]["left"], 1, "{answer}");
    assert_eq!(read(&podcast.stack, &job).await["job"]["status"], "queued");
    let invocation = Invocation { request_id: "bad".to_owned(), deadline: None, trace_id: None };
    assert_eq!(runner.invoke(b"{", invocation).await.unwrap_err().error_type, "BadEvent");
}

#[tokio::test]
async fn an_assistant_that_is_not_done_in_time_is_ended_and_says_so() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({})).await;
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    let folder = std::env::temp_dir().join(format!("dataops-jobs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("claude");
    std::fs::write(&program, "#!/bin/sh\nsleep 600\n").unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let settings = [
        ("DATAOPS_ASSISTANT_EXECUTORS", "podcast=command"),
        ("DATAOPS_COMMAND", program.to_str().unwrap()),
        ("DATAOPS_COMMAND_FOLDER", folder.to_str().unwrap()),
        ("PATH", "/usr/bin:/bin"),
    ];
    let runner = podcast.stack.runner().with_settings(&settings).unwrap();
    // Two seconds of work are left: the rest is kept for handing in.
    let deadline = Some(dataops_fleet::Clock::system().now().plus_seconds(22));
    let invocation = Invocation { request_id: "late".to_owned(), deadline, trace_id: None };
    let event = json!({ "assistantJobId": job }).to_string();
    let answer: Value = serde_json::from_slice(&runner.invoke(event.as_bytes(), invocation).await.unwrap()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(answer["outcome"], "failed", "{answer}");
    let detail = read(&podcast.stack, &job).await;
    assert_eq!((detail["job"]["status"].as_str(), detail["job"]["lastError"]["code"].as_str()), (Some("failed"), Some("time_limit")));
    assert_eq!(detail["artifacts"].as_array().unwrap().len(), 1, "its log is kept");
    assert_eq!(detail["job"]["attempts"][0]["logArtifactId"], detail["artifacts"][0]["id"]);
}

#[tokio::test]
async fn a_type_whose_executor_is_off_fails_saying_what_is_missing() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({})).await;
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    let runner = podcast.stack.runner().with_settings(&[("DATAOPS_ASSISTANT_EXECUTORS", "podcast=messages-http")]).unwrap();
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "failed");
    let error = read(&podcast.stack, &job).await["job"]["lastError"].clone();
    assert_eq!(error["code"], "executor_off");
    assert!(error["summary"].as_str().unwrap().contains("DATAOPS_MESSAGES_KEY"), "{error}");
}

/// Kills a run after its n-th write.
async fn killed_after(podcast: &Podcast, job: &str, writes: i64) {
    let runner = podcast.stack.runner();
    let (stack, job) = (Arc::clone(&podcast.stack), job.to_owned());
    stack.ledger.kill_after_writes(writes);
    let killed = tokio::spawn(async move { stack.run(&runner, Some(&job)).await }).await;
    assert!(killed.is_err(), "it was killed: {killed:?}");
}

#[tokio::test]
async fn a_lost_runner_is_a_failed_attempt_and_the_next_one_succeeds() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({})).await;
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    killed_after(&podcast, &job, 1).await;
    let runner = podcast.stack.runner();
    assert_eq!(podcast.stack.run(&runner, None).await["sweep"]["lost"], json!([]), "its lease holds");
    podcast.stack.clock.advance(121);
    assert_eq!(podcast.stack.run(&runner, None).await["sweep"]["lost"], json!([job]));
    let detail = read(&podcast.stack, &job).await;
    assert_eq!((detail["job"]["status"].as_str(), detail["job"]["lastError"]["code"].as_str()), (Some("failed"), Some("runner_lost")));
    assert_eq!(detail["events"].as_array().unwrap().last().unwrap()["metadata"], json!({ "attemptCount": 1, "code": "runner_lost" }));
    let told = podcast.stack.operator().get("/api/notifications").await.json["notifications"][0].clone();
    assert_eq!((told["type"].as_str(), told["metadata"]["code"].as_str()), (Some("automation-failure"), Some("runner_lost")));
    podcast.act(&job, "retry", Value::Null).await.expect(200);
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "handed_in");
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(
        (detail["job"]["attempts"][0]["error"]["code"].as_str(), detail["job"]["outputArtifactIds"].as_array().unwrap().len()),
        (Some("runner_lost"), 2)
    );
}

/// Everything stored, as it is.
fn stored(stack: &Stack) -> Vec<Value> {
    let raw = stack.raw();
    ["assistant-jobs", "artifacts", "tasks", "bundles", "audit-events", "notifications"].iter().flat_map(|table| raw.all(table)).collect()
}

/// Freezes a run before its n-th write until it is thawed. What comes of it is awaited with the handle.
fn frozen(podcast: &Podcast, job: &str, at: usize) -> (tokio::task::JoinHandle<Value>, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (tell, frozen) = mpsc::channel();
    let (thaw, wait) = mpsc::channel::<()>();
    let (once, wait) = (AtomicBool::new(false), Mutex::new(wait));
    podcast.stack.ledger.fate_of_all_writes(move |nth| {
        if nth == at && !once.swap(true, Ordering::SeqCst) {
            tell.send(()).unwrap();
            tokio::task::block_in_place(|| wait.lock().unwrap().recv().unwrap());
        }
        Fate::Arrives
    });
    let (stack, job) = (Arc::clone(&podcast.stack), job.to_owned());
    let run = tokio::spawn(async move {
        let runner = stack.runner();
        stack.run(&runner, Some(&job)).await
    });
    (run, frozen, thaw)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_runner_that_is_frozen_past_its_lease_writes_nothing_when_it_thaws() {
    // Claim, renewal, two outputs, log, end: frozen before each of them.
    for at in 1..=6 {
        let podcast = Podcast::start().await;
        let job = podcast.job(json!({})).await;
        podcast.act(&job, "submit", Value::Null).await.expect(200);
        let (run, froze, thaw) = frozen(&podcast, &job, at);
        tokio::task::block_in_place(|| froze.recv().unwrap());
        podcast.stack.clock.advance(121);
        let other = podcast.stack.runner();
        let swept = podcast.stack.run(&other, None).await;
        if at > 1 {
            assert_eq!(swept["sweep"]["lost"], json!([job]), "frozen at {at}: {swept}");
            podcast.act(&job, "retry", Value::Null).await.expect(200);
            podcast.act(&job, "submit", Value::Null).await.expect(200);
            assert_eq!(podcast.stack.run(&other, Some(&job)).await["outcome"], "handed_in");
        }
        let before = stored(&podcast.stack);
        thaw.send(()).unwrap();
        let outcome = run.await.unwrap()["outcome"].clone();
        let wanted = if at == 1 { "not_taken" } else { "dropped" };
        assert_eq!(outcome, wanted, "frozen at {at}");
        assert_eq!(stored(&podcast.stack), before, "frozen at {at}: the zombie wrote");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn whoever_moves_the_job_first_wins_and_the_runner_drops_its_work() {
    for (action, body, status) in [
        ("cancel", json!({}), "canceled"),
        ("transition", json!({ "status": "failed", "error": "by hand" }), "failed"),
        ("transition", json!({ "status": "waiting_approval" }), "waiting_approval"),
        ("run-dry", json!({}), "waiting_approval"),
    ] {
        for at in 2..=6 {
            let podcast = Podcast::start().await;
            let job = podcast.job(json!({})).await;
            podcast.act(&job, "submit", Value::Null).await.expect(200);
            let (run, froze, thaw) = frozen(&podcast, &job, at);
            tokio::task::block_in_place(|| froze.recv().unwrap());
            podcast.act(&job, action, body.clone()).await.expect(200);
            let before = stored(&podcast.stack);
            thaw.send(()).unwrap();
            assert_eq!(run.await.unwrap()["outcome"], "dropped", "{action} at {at}");
            assert_eq!(stored(&podcast.stack), before, "{action} at {at}");
            assert_eq!(read(&podcast.stack, &job).await["job"]["status"], status);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_of_one_job_at_once_take_it_once() {
    let podcast = Podcast::start().await;
    for _ in 0..5 {
        let job = podcast.job(json!({})).await;
        podcast.act(&job, "submit", Value::Null).await.expect(200);
        let runs: Vec<_> = (0..6)
            .map(|_| {
                let (stack, job) = (Arc::clone(&podcast.stack), job.clone());
                tokio::spawn(async move {
                    let runner = stack.runner();
                    stack.run(&runner, Some(&job)).await["outcome"].as_str().unwrap().to_owned()
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for run in runs {
            outcomes.push(run.await.unwrap());
        }
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "handed_in").count(), 1, "{outcomes:?}");
        let detail = read(&podcast.stack, &job).await;
        assert_eq!((detail["artifacts"].as_array().unwrap().len(), detail["job"]["version"].as_u64()), (3, Some(5)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn six_dry_runs_at_once_leave_one_attempts_artifacts() {
    let rounds = proof::sizes().dry_races;
    let podcast = Podcast::start().await;
    for _ in 0..rounds {
        let job = podcast.job(json!({})).await;
        let runs: Vec<_> = (0..6)
            .map(|_| {
                let (stack, job) = (Arc::clone(&podcast.stack), job.clone());
                tokio::spawn(async move { stack.operator().post(&format!("/api/assistant-jobs/{job}/run-dry"), Value::Null).await.status })
            })
            .collect();
        let mut done = 0;
        for run in runs {
            let status = run.await.unwrap();
            assert!(matches!(status, 200 | 400 | 409), "{status}");
            done += usize::from(status == 200);
        }
        let detail = read(&podcast.stack, &job).await;
        assert_eq!((done, detail["artifacts"].as_array().unwrap().len()), (1, 2), "{detail}");
        assert_eq!((detail["job"]["attemptCount"].as_u64(), detail["job"]["version"].as_u64()), (Some(1), Some(5)));
        assert_eq!(actions(&detail), ["created", "queued", "started", "artifact-attached", "approval-requested"]);
    }
    let counts: [(&str, &dyn std::fmt::Display); 2] = [("rounds", &rounds), ("dry runs at once in each", &6)];
    proof::record(
        "job-dry-runs",
        "Dry runs at once",
        &counts,
        "one of them is answered with the job; one attempt, two artifacts, five events",
    );
}

#[tokio::test]
async fn ten_thousand_finished_jobs_change_no_count() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let waiting = podcast.job(json!({})).await;
    podcast.bring(&waiting, "waiting_approval").await;
    let failed = podcast.job(json!({})).await;
    podcast.bring(&failed, "failed").await;
    let runner = podcast.stack.runner();
    let paths = [
        "/api/assistant-jobs?limit=100".to_owned(),
        "/api/assistant-jobs?status=failed&limit=100".to_owned(),
        "/api/assistant-jobs?needsApproval=true&limit=100".to_owned(),
        format!("/api/assistant-jobs?taskId={}&limit=100", podcast.task),
        format!("/api/assistant-jobs?bundleId={}&limit=100", podcast.bundle),
        format!("/api/assistant-jobs/{waiting}"),
        "/api/views/assistants".to_owned(),
        format!("/api/views/jobs/{waiting}"),
    ];
    let count = || async {
        let mut counts = Vec::new();
        for path in &paths {
            podcast.stack.ledger.take();
            operator.get(path).await.expect(200);
            let calls: Vec<_> = podcast.stack.ledger.take_calls().into_iter().map(|call| call.operation).collect();
            counts.push(calls.into_iter().filter(|name| *name != "GetObject").count());
        }
        podcast.stack.ledger.take();
        podcast.stack.run(&runner, None).await;
        counts.push(podcast.stack.ledger.take_calls().len());
        counts
    };
    let before = count().await;
    assert_eq!(before, [1, 1, 1, 1, 1, 3, 3, 3, 3], "lists are one call, pages and a sweep with nothing to do three");
    let past: Value = read(&podcast.stack, &waiting).await["job"].clone();
    let template: dataops_domain::job::Job = serde_json::from_value(past).unwrap();
    let statuses = ["succeeded", "approved", "canceled", "failed"];
    let jobs = (0..10_000i64).map(|n| {
        let mut job = template.clone();
        job.id = dataops_domain::id::JobId::new(format!("old-{n}"));
        job.status = dataops_domain::job::JobStatus::parse(statuses[usize::try_from(n).unwrap() % 4]).unwrap();
        job.acknowledged_at = Some(Timestamp::parse("2025-01-02T00:00:00Z").unwrap());
        job.updated_at = Timestamp::parse("2025-01-01T00:00:00Z").unwrap().plus_seconds(n);
        (job.task_id, job.bundle_id) = (Some("old".to_owned()), None);
        job
    });
    podcast.stack.write_jobs(jobs.collect()).await;
    assert_eq!(count().await, before);
}
