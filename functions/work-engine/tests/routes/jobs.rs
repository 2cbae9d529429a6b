//! Assistant jobs as an operator goes through them: ask and submit, run and wait, approve, reject and retry, run out of attempts.

use std::sync::Arc;

use dataops_testkit::{Answer, Caller, Stack};
use serde_json::{Value, json};

/// A workflow with one task that waits for the podcast document.
pub(crate) struct Podcast {
    pub(crate) stack: Arc<Stack>,
    pub(crate) bundle: String,
    pub(crate) task: String,
}

impl Podcast {
    pub(crate) async fn start() -> Self {
        Self::on(Stack::empty().await).await
    }

    pub(crate) async fn on(stack: Arc<Stack>) -> Self {
        let operator = stack.operator();
        let body = json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "bundleLinks": [{ "name": "Podcast document", "url": "" }, { "name": "Luma", "url": "https://lu.ma/x" }] });
        let bundle = operator.post("/api/bundles", body).await.expect(201).str("/bundle/id").to_owned();
        let body = json!({ "description": "Prepare the document", "date": "2026-07-10", "bundleId": bundle, "requiredLinkName": "Podcast document" });
        let task = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
        Self { stack, bundle, task }
    }

    /// A draft of this kind for the task and the workflow.
    pub(crate) async fn job(&self, extra: Value) -> String {
        let mut body = json!({ "assistantType": "podcast", "title": "Prepare Guest", "taskId": self.task, "bundleId": self.bundle });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        self.stack.operator().post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned()
    }

    pub(crate) async fn act(&self, job: &str, action: &str, body: Value) -> Answer {
        act(&self.stack.operator(), job, action, body).await
    }

    /// Brings a job somewhere by the shortest way.
    pub(crate) async fn bring(&self, job: &str, status: &str) {
        let steps: &[(&str, Value)] = match status {
            "draft" => &[],
            "queued" => &[("submit", json!({}))],
            "running" => &[("submit", json!({})), ("transition", json!({ "status": "running" }))],
            "waiting_approval" => &[("run-dry", json!({}))],
            "approved" => &[("run-dry", json!({})), ("approve", json!({}))],
            "rejected" => &[("run-dry", json!({})), ("reject", json!({ "reason": "Too short" }))],
            "failed" => &[("submit", json!({})), ("transition", json!({ "status": "failed" }))],
            "retrying" => &[("submit", json!({})), ("transition", json!({ "status": "failed" })), ("retry", json!({}))],
            "succeeded" => &[("run-dry", json!({})), ("approve", json!({})), ("transition", json!({ "status": "succeeded" }))],
            "canceled" => &[("cancel", json!({}))],
            other => panic!("{other}"),
        };
        for (action, body) in steps {
            self.act(job, action, body.clone()).await.expect(200);
        }
        assert_eq!(read(&self.stack, job).await["job"]["status"], status);
    }
}

pub(crate) async fn act(caller: &Caller, job: &str, action: &str, body: Value) -> Answer {
    caller.post(&format!("/api/assistant-jobs/{job}/{action}"), body).await
}

/// The job as it is answered, and what must hold of every answer.
pub(crate) async fn read(stack: &Arc<Stack>, job: &str) -> Value {
    let detail = stack.operator().get(&format!("/api/assistant-jobs/{job}")).await.expect(200).json;
    for key in ["lease", "tail", "taskBundleId"] {
        assert!(detail["job"].get(key).is_none(), "`{key}` is answered: {detail}");
    }
    detail
}

pub(crate) fn actions(detail: &Value) -> Vec<&str> {
    detail["events"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn create_and_submit() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let inputs = json!([{ "type": "url", "uri": "https://example.org/guest", "metadata": { "z": 1, "a": [true] } }]);
    let body = json!({ "assistantType": "podcast", "taskId": podcast.task, "inputRefs": inputs, "metadata": { "z": 1, "a": 2 } });
    let keyed = operator.with("idempotency-key", "k");
    let made = keyed.post("/api/assistant-jobs", body.clone()).await.expect(201);
    assert_eq!(keyed.post("/api/assistant-jobs", body).await.expect(201).json, made.json);
    let job = &made.json["job"];
    let id = job["id"].as_str().unwrap();
    let wanted = json!({
        "id": id, "assistantType": "podcast", "title": "podcast assistant job", "status": "draft", "taskId": podcast.task, "requestedBy": "editor",
        "inputRefs": inputs, "outputArtifactIds": [], "logRefs": [], "approvalRequired": true, "approval": { "status": "pending" }, "attemptCount": 0,
        "maxAttempts": 2, "metadata": { "z": 1, "a": 2 }, "createdAt": "2026-07-01T09:00:00.000Z", "updatedAt": "2026-07-01T09:00:00.000Z", "version": 1
    });
    assert_eq!(job, &wanted);
    assert_eq!(job["metadata"].to_string(), r#"{"z":1,"a":2}"#);

    podcast.stack.clock.advance(1);
    let changed =
        operator.put(&format!("/api/assistant-jobs/{id}"), json!({ "title": "Better", "bundleId": podcast.bundle })).await.expect(200);
    assert_eq!((changed.str("/job/title"), changed.json["job"]["version"].as_u64()), ("Better", Some(2)));
    let submitted = podcast.act(id, "submit", Value::Null).await.expect(200);
    assert_eq!((submitted.str("/job/status"), submitted.json["job"]["attemptCount"].as_u64()), ("queued", Some(1)));
    assert_eq!(submitted.str("/job/queuedAt"), "2026-07-01T09:00:01.000Z");
    let again = podcast.act(id, "submit", Value::Null).await.expect(400);
    assert!(again.error().contains("draft or retrying"), "{}", again.text);
    assert_eq!(operator.put(&format!("/api/assistant-jobs/{id}"), json!({ "title": "Late" })).await.status, 400);

    let detail = read(&podcast.stack, id).await;
    assert_eq!(actions(&detail), ["created", "log-appended", "queued"]);
    let event = &detail["events"][0];
    assert_eq!((event["assistantJobId"].as_str(), &event["metadata"]), (Some(id), &json!({ "status": "draft" })));
    assert_eq!((event["actorId"].as_str(), event["sequence"].as_u64()), (Some("editor"), Some(1)));
    assert_eq!(detail["events"][2]["metadata"], json!({ "attemptCount": 1 }));
    let reference = json!([{ "assistantJobId": id, "assistantType": "podcast", "status": "queued" }]);
    assert_eq!(operator.get(&format!("/api/tasks/{}", podcast.task)).await.json["assistantJobRefs"], reference);
    let bundle = operator.get(&format!("/api/bundles/{}", podcast.bundle)).await;
    assert_eq!(bundle.json.pointer("/bundle/assistantJobRefs"), Some(&reference));
}

#[tokio::test]
async fn run_and_wait() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({ "inputRefs": [{ "type": "task", "id": podcast.task }, { "type": "file", "id": "gone" }] })).await;
    let ran = podcast.act(&job, "run-dry", Value::Null).await.expect(200);
    assert_eq!((ran.str("/job/status"), ran.json["job"]["attemptCount"].as_u64()), ("waiting_approval", Some(1)));
    let artifact = &ran.json["artifact"];
    assert_eq!(
        artifact["metadata"],
        json!({ "assistant_job_id": job, "assistant_type": "podcast", "input_ref_count": 2, "output_kind": "podcast-prep-draft", "runner": "podcast-dry-run", "title": "Prepare Guest" })
    );
    for (key, value) in [
        ("type", "assistant-output"),
        ("status", "needs-review"),
        ("storageProvider", "s3"),
        ("dataClass", "internal"),
        ("visibility", "internal"),
        ("sourceType", "assistant-output"),
        ("createdBy", "editor"),
        ("taskId", &podcast.task),
        ("bundleId", &podcast.bundle),
        ("assistantJobId", &job),
    ] {
        assert_eq!(artifact[key], *value, "{key}");
    }
    assert!(artifact["checksum"].as_str().unwrap().starts_with("sha256:") && artifact["title"].as_str().unwrap().contains("Prepare Guest"));
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(actions(&detail), ["created", "queued", "started", "artifact-attached", "approval-requested"]);
    assert_eq!(detail["job"]["version"], 5, "as many versions as events");
    for event in &detail["events"].as_array().unwrap()[2..] {
        assert_eq!(event["metadata"]["runner"], "podcast-dry-run", "{event}");
    }
    let outputs = detail["job"]["outputArtifactIds"].as_array().unwrap();
    assert_eq!((outputs.len(), detail["artifacts"].as_array().unwrap().len()), (2, 2));
    assert_eq!(outputs[0], artifact["id"]);
    let operator = podcast.stack.operator();
    let content = operator.get(&format!("/api/artifacts/{}/content", outputs[1].as_str().unwrap())).await.expect(200);
    assert!(content.bytes.starts_with(b"# "), "a document in Markdown");
    let task = operator.get(&format!("/api/tasks/{}", podcast.task)).await.json;
    let refs = task["artifactRefs"].as_array().unwrap();
    assert_eq!(refs.len(), 2);
    let keys: Vec<&String> = refs[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["artifactId", "type", "title", "storageUri", "status"]);
    assert_eq!(operator.get("/api/notifications").await.json["notifications"], json!([]), "nothing failed");
    assert_eq!(podcast.act(&job, "run-dry", Value::Null).await.status, 400);
    let other = podcast.job(json!({ "assistantType": "research" })).await;
    assert_eq!(podcast.act(&other, "run-dry", Value::Null).await.status, 400);
}

#[tokio::test]
async fn a_dry_run_without_approval_succeeds_and_its_outputs_are_approved() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({ "approvalRequired": false })).await;
    assert!(read(&podcast.stack, &job).await["job"].get("approval").is_none());
    let ran = podcast.act(&job, "run-dry", Value::Null).await.expect(200);
    assert_eq!((ran.str("/job/status"), ran.str("/artifact/status")), ("succeeded", "approved"));
    assert_eq!((ran.str("/artifact/reviewedAt"), ran.str("/artifact/reviewedBy")), ("2026-07-01T09:00:00.000Z", "editor"));
    assert_eq!(actions(&read(&podcast.stack, &job).await), ["created", "queued", "started", "artifact-attached", "succeeded"]);
}

#[tokio::test]
async fn approve() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({})).await;
    let early = podcast.act(&job, "approve", Value::Null).await.expect(400);
    assert!(early.error().contains("waiting_approval"), "{}", early.text);
    podcast.bring(&job, "waiting_approval").await;
    podcast.stack.ledger.take();
    let approved = podcast.act(&job, "approve", Value::Null).await.expect(200);
    let calls: Vec<_> = podcast.stack.ledger.take().into_iter().map(|call| call.operation).collect();
    assert_eq!(calls, ["GetItem", "BatchGetItem", "TransactWriteItems"], "two reads and one transaction");
    assert_eq!(
        approved.json["job"]["approval"],
        json!({ "status": "approved", "decidedBy": "editor", "decidedAt": "2026-07-01T09:00:00.000Z" })
    );
    assert_eq!(approved.str("/job/completedAt"), "2026-07-01T09:00:00.000Z");
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(actions(&detail).last(), Some(&"approved"));
    assert_eq!(
        detail["events"].as_array().unwrap().last().unwrap()["metadata"],
        json!({ "outputArtifactIds": detail["job"]["outputArtifactIds"] })
    );
    for artifact in detail["artifacts"].as_array().unwrap() {
        assert_eq!((artifact["status"].as_str(), artifact["reviewedBy"].as_str()), (Some("approved"), Some("editor")));
    }
    let document = detail["artifacts"].as_array().unwrap().iter().find(|one| one["type"] == "podcast-doc").unwrap();
    let task = operator.get(&format!("/api/tasks/{}", podcast.task)).await.json;
    assert_eq!(task["link"], document["storageUri"]);
    assert!(task["artifactRefs"].as_array().unwrap().iter().all(|one| one["status"] == "approved"));
    let bundle = operator.get(&format!("/api/bundles/{}", podcast.bundle)).await.json;
    let links = bundle.pointer("/bundle/bundleLinks").unwrap();
    assert_eq!(
        links,
        &json!([{ "name": "Podcast document", "url": document["storageUri"] }, { "name": "Luma", "url": "https://lu.ma/x" }])
    );
    operator.put(&format!("/api/tasks/{}", podcast.task), json!({ "status": "done" })).await.expect(200);
    let twice = podcast.act(&job, "approve", Value::Null).await.expect(400);
    assert!(twice.error().contains("waiting_approval"));
    assert_eq!(podcast.act(&job, "transition", json!({ "status": "succeeded" })).await.expect(200).str("/job/status"), "succeeded");
}

#[tokio::test]
async fn an_output_that_was_approved_alone_stays_as_it_is() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({})).await;
    podcast.bring(&job, "waiting_approval").await;
    let first = format!("/api/artifacts/{}", read(&podcast.stack, &job).await["job"]["outputArtifactIds"][0].as_str().unwrap());
    operator.put(&first, json!({ "status": "approved" })).await.expect(200);
    let before = operator.get(&first).await.expect(200).json;
    podcast.stack.clock.advance(60);
    podcast.act(&job, "approve", Value::Null).await.expect(200);
    assert_eq!(operator.get(&first).await.expect(200).json, before);
    for artifact in read(&podcast.stack, &job).await["artifacts"].as_array().unwrap() {
        assert_eq!(artifact["status"], "approved");
    }
}

#[tokio::test]
async fn an_approval_finds_the_workflow_of_its_task_and_never_overwrites_a_link() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let body = json!({ "assistantType": "podcast", "taskId": podcast.task });
    let job = operator.post("/api/assistant-jobs", body.clone()).await.expect(201).str("/job/id").to_owned();
    podcast.bring(&job, "approved").await;
    let bundle = operator.get(&format!("/api/bundles/{}", podcast.bundle)).await;
    let first = bundle.str("/bundle/bundleLinks/0/url").to_owned();
    assert!(first.starts_with("s3://"), "{}", bundle.text);
    let second = operator.post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned();
    podcast.bring(&second, "approved").await;
    assert_eq!(operator.get(&format!("/api/bundles/{}", podcast.bundle)).await.str("/bundle/bundleLinks/0/url"), first);
    assert_eq!(operator.get(&format!("/api/tasks/{}", podcast.task)).await.str("/link"), first);
}

#[tokio::test]
async fn an_approval_is_of_what_was_seen() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({})).await;
    podcast.bring(&job, "waiting_approval").await;
    let seen: Vec<Value> = read(&podcast.stack, &job).await["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({ "artifactId": one["id"], "checksum": one["checksum"] }))
        .collect();
    let document = read(&podcast.stack, &job).await["job"]["outputArtifactIds"][1].as_str().unwrap().to_owned();
    let revise = json!({ "artifactId": document, "content": "# Better\n", "checksum": "sha256:other" });
    assert_eq!(podcast.act(&job, "revise", revise.clone()).await.status, 409, "the text has changed since");
    let revise = json!({ "artifactId": document, "content": "# Better\n" });
    let revised = podcast.act(&job, "revise", revise).await.expect(200);
    assert_eq!((revised.str("/artifact/type"), revised.str("/artifact/status")), ("podcast-doc", "needs-review"));
    let before = read(&podcast.stack, &job).await;
    let conflict = podcast.act(&job, "approve", json!({ "artifacts": seen })).await.expect(409);
    assert!(conflict.error().contains("changed"), "{}", conflict.text);
    assert_eq!(read(&podcast.stack, &job).await, before, "nothing happens");
    for bad in [json!("x"), json!([1]), json!([{ "artifactId": 1 }]), json!([{ "artifactId": "a", "checksum": 1 }])] {
        assert_eq!(podcast.act(&job, "approve", json!({ "artifacts": bad })).await.status, 400);
    }
    let outputs = before["job"]["outputArtifactIds"].as_array().unwrap();
    let current: Vec<Value> = before["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| outputs.contains(&one["id"]))
        .map(|one| json!({ "artifactId": one["id"], "checksum": one["checksum"] }))
        .collect();
    assert_eq!(current.len(), 2);
    podcast.act(&job, "approve", json!({ "artifacts": current })).await.expect(200);
    let old = operator.get(&format!("/api/artifacts/{document}")).await;
    assert_eq!(old.str("/artifact/status"), "superseded", "both are kept");
    assert_eq!(operator.get(&format!("/api/tasks/{}", podcast.task)).await.str("/link"), revised.str("/artifact/storageUri"));
}

#[tokio::test]
async fn reject_and_retry() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({})).await;
    podcast.bring(&job, "waiting_approval").await;
    for bad in [json!({}), json!({ "reason": " " }), json!({ "reason": 7 }), json!({ "reason": "see Bearer abcdef" })] {
        assert_eq!(podcast.act(&job, "reject", bad.clone()).await.status, 400, "{bad}");
    }
    let rejected = podcast.act(&job, "reject", json!({ "reason": "r".repeat(1_200) })).await.expect(200);
    assert_eq!((rejected.str("/job/status"), rejected.str("/job/approval/reason").len()), ("rejected", 1_000));
    let first = read(&podcast.stack, &job).await;
    assert!(first["artifacts"].as_array().unwrap().iter().all(|one| one["status"] == "needs-review"), "artifacts are untouched");
    let retried = podcast.act(&job, "retry", Value::Null).await.expect(200);
    assert_eq!((retried.str("/job/status"), retried.json["job"]["attemptCount"].as_u64()), ("retrying", Some(2)));
    assert_eq!(retried.str("/job/approval/status"), "rejected", "the reason stays");
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    podcast.act(&job, "run-dry", Value::Null).await.expect(200);
    let second = read(&podcast.stack, &job).await;
    assert_eq!(second["job"]["attempts"][0]["reason"].as_str().map(str::len), Some(1_000));
    assert_eq!(
        (second["job"]["attempts"][0]["status"].as_str(), second["job"]["attempts"][1]["status"].as_str()),
        (Some("rejected"), Some("waiting_approval"))
    );
    let old = first["job"]["outputArtifactIds"].as_array().unwrap();
    let new = second["job"]["outputArtifactIds"].as_array().unwrap();
    assert_eq!((new.len(), new.iter().any(|id| old.contains(id))), (2, false), "the new attempt's outputs take the place of the old ones");
    let of = |id: &Value| second["artifacts"].as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap()["status"].clone();
    assert!(old.iter().all(|id| of(id) == "superseded") && new.iter().all(|id| of(id) == "needs-review"));
    podcast.act(&job, "reject", json!({ "reason": "Still" })).await.expect(200);
    let limit = podcast.act(&job, "retry", Value::Null).await.expect(400);
    assert!(limit.error().contains("retry limit"), "{}", limit.text);
}

#[tokio::test]
async fn exhausted_retries() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({ "maxAttempts": 1 })).await;
    podcast.bring(&job, "running").await;
    let failed = podcast
        .act(&job, "transition", json!({ "status": "failed", "error": { "code": "http", "message": "no answer" } }))
        .await
        .expect(200);
    assert_eq!(failed.json["job"]["lastError"], json!({ "code": "http", "summary": "no answer" }));
    for (action, body, words) in [
        ("retry", json!({}), "retry limit"),
        ("transition", json!({ "status": "retrying" }), "retry limit"),
        ("retry", json!({ "override": true }), "override is not supported"),
        ("transition", json!({ "status": "retrying", "override": false }), "override is not supported"),
    ] {
        let refused = podcast.act(&job, action, body).await.expect(400);
        assert!(refused.error().contains(words), "{}", refused.text);
    }
    let detail = read(&podcast.stack, &job).await;
    assert_eq!((detail["job"]["status"].as_str(), detail["job"]["attemptCount"].as_u64()), (Some("failed"), Some(1)));
    assert!(!actions(&detail).contains(&"retry-requested"));
    let operator = podcast.stack.operator();
    let told = operator.get("/api/notifications").await.json["notifications"][0].clone();
    assert_eq!(
        (told["type"].as_str(), told["userId"].as_str(), told["taskId"].as_str(), told["bundleId"].as_str()),
        (Some("automation-failure"), Some("editor"), Some(podcast.task.as_str()), Some(podcast.bundle.as_str()))
    );
    let message = told["message"].as_str().unwrap();
    for words in ["Prepare Guest", "attempt 1 of 1", "no answer", "http", "No attempt is left"] {
        assert!(message.contains(words), "{message}");
    }

    assert_eq!(podcast.act(&job, "acknowledge", json!({ "note": "api_key=1" })).await.status, 400);
    let body = json!({ "note": "Done by hand", "followUp": { "date": "2026-07-03", "assigneeId": "editor" } });
    let seen = podcast.act(&job, "acknowledge", body).await.expect(200);
    assert_eq!((seen.str("/job/status"), seen.str("/job/acknowledgedBy")), ("failed", "editor"));
    assert_eq!((seen.str("/task/description"), seen.str("/task/bundleId")), ("Follow up: Prepare Guest", podcast.bundle.as_str()));
    let task = operator.get(&format!("/api/tasks/{}", seen.str("/task/id"))).await.expect(200).json;
    assert_eq!(task["assistantJobRefs"][0]["assistantJobId"], job);
    let again = podcast.act(&job, "acknowledge", json!({})).await.expect(200);
    assert_eq!(again.json["job"]["version"], seen.json["job"]["version"], "a second time changes nothing");
    let page = operator.get("/api/views/assistants").await.expect(200).json;
    assert_eq!((page["failed"].as_array().map(Vec::len), page["recent"].as_array().map(Vec::len)), (Some(0), Some(1)));
}

#[tokio::test]
async fn a_failure_is_told_once_each_time_and_its_error_is_clean() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({ "maxAttempts": 3 })).await;
    podcast.bring(&job, "running").await;
    let error = "Authorization failed: Bearer abc.def";
    let failed = podcast.act(&job, "transition", json!({ "status": "failed", "error": error })).await.expect(200);
    assert_eq!(failed.str("/job/lastError/code"), "redacted");
    assert!(failed.str("/job/lastError/summary").contains("redacted") && !failed.text.contains("abc.def"));
    podcast.act(&job, "retry", json!({})).await.expect(200);
    assert_eq!(read(&podcast.stack, &job).await["job"]["lastError"]["code"], "redacted", "it stays until another attempt begins");
    podcast.act(&job, "submit", json!({})).await.expect(200);
    assert!(read(&podcast.stack, &job).await["job"].get("lastError").is_none());
    let plain = json!({ "status": "failed", "lastError": "\u{1b}[31mtimeout\u{1b}[0m" });
    assert_eq!(
        podcast.act(&job, "transition", plain).await.expect(200).json["job"]["lastError"],
        json!({ "code": "runner-error", "summary": "timeout" })
    );
    let told = podcast.stack.operator().get("/api/notifications").await.json["notifications"].as_array().unwrap().len();
    assert_eq!(told, 2, "repeated failures are told repeatedly");
}

#[tokio::test]
async fn an_artifact_is_attached_to_the_job_and_its_work() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({})).await;
    let made = |extra: Value| {
        let mut body = json!({ "type": "report", "title": "Notes", "storageUri": "https://example.org/notes" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let operator = operator.clone();
        async move { operator.post("/api/artifacts", body).await.expect(201).str("/artifact/id").to_owned() }
    };
    let artifact = made(json!({})).await;
    for _ in 0..2 {
        let attached = podcast.act(&job, "artifacts", json!({ "artifactId": artifact })).await.expect(200);
        assert_eq!(attached.json["job"]["outputArtifactIds"], json!([artifact]), "once");
        assert_eq!((attached.str("/artifact/assistantJobId"), attached.str("/artifact/taskId")), (job.as_str(), podcast.task.as_str()));
    }
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(detail["events"][1]["metadata"], json!({ "artifactIds": [artifact] }));
    let bundle = operator.get(&format!("/api/bundles/{}", podcast.bundle)).await;
    assert_eq!(bundle.str("/bundle/artifactRefs/0/artifactId"), artifact);
    assert_eq!(podcast.act(&job, "artifacts", json!({})).await.status, 400);
    assert_eq!(podcast.act(&job, "artifacts", json!({ "artifactId": "nothing" })).await.status, 404);
    let body = json!({ "title": "Other", "anchorDate": "2026-07-20" });
    let other = operator.post("/api/bundles", body).await.expect(201).str("/bundle/id").to_owned();
    let elsewhere = made(json!({ "bundleId": other })).await;
    let refused = podcast.act(&job, "artifacts", json!({ "artifactId": elsewhere })).await.expect(400);
    assert!(refused.error().contains("another workflow"), "{}", refused.text);
    let another = podcast.job(json!({})).await;
    let refused = podcast.act(&another, "artifacts", json!({ "artifactId": artifact })).await.expect(400);
    assert!(refused.error().contains("another assistant job"));
    podcast.bring(&job, "running").await;
    let named = podcast.act(&job, "transition", json!({ "status": "waiting_approval", "outputArtifactIds": [artifact, elsewhere] })).await;
    assert!(named.status == 400 && named.error().contains(&elsewhere), "{}", named.text);
    let named = podcast.act(&job, "transition", json!({ "status": "waiting_approval", "outputArtifactIds": ["none"] })).await.expect(400);
    assert!(named.error().contains("none"));
}

#[tokio::test]
async fn jobs_are_listed_by_what_is_asked_the_last_changed_first() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let mut ids = Vec::new();
    for status in ["draft", "queued", "waiting_approval", "failed", "canceled"] {
        podcast.stack.clock.advance(60);
        let job = podcast.job(json!({})).await;
        podcast.bring(&job, status).await;
        ids.push(job);
    }
    let list = |query: &str| {
        let path = format!("/api/assistant-jobs{query}");
        let operator = operator.clone();
        async move {
            let answer = operator.get(&path).await.expect(200).json;
            answer["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    let mut newest = ids.clone();
    newest.reverse();
    assert_eq!(list("").await, newest);
    assert_eq!(list(&format!("?taskId={}", podcast.task)).await, newest);
    assert_eq!(list(&format!("?bundleId={}&status=queued", podcast.bundle)).await, [ids[1].clone()]);
    assert_eq!(list("?needsApproval=true").await, [ids[2].clone()]);
    assert!(list("?needsApproval=true&status=failed").await.is_empty());
    assert!(list("?assistantType=research").await.is_empty());
    let refused = operator.get("/api/assistant-jobs?status=done").await.expect(400);
    assert!(refused.error().contains("Unknown status"));
    let first = operator.get("/api/assistant-jobs?limit=2").await.expect(200).json;
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(list(&format!("?limit=2&cursor={next}")).await, newest[2..4]);
}

#[tokio::test]
async fn only_log_entries_are_appended_from_outside() {
    let podcast = Podcast::on(Stack::seeded().await).await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({})).await;
    let path = format!("/api/assistant-jobs/{job}/events");
    let body = json!({ "action": "log-appended", "summary": "s".repeat(1_100), "metadata": { "n": 1 }, "actorId": "worker" });
    let made = operator.post(&path, body.clone()).await.expect(201);
    assert_eq!(
        (made.str("/event/action"), made.str("/event/summary").len(), made.str("/event/actorId")),
        ("log-appended", 1_000, "editor")
    );
    assert_eq!(made.str("/event/assistantJobId"), job);
    let nobody = operator.with("x-user-id", "portal-admin").post(&path, body).await.expect(201);
    assert_eq!(nobody.str("/event/actorId"), "worker");
    for bad in [
        json!({}),
        json!({ "action": "succeeded", "summary": "x" }),
        json!({ "action": "nonsense", "summary": "x" }),
        json!({ "action": "log-appended" }),
    ] {
        assert_eq!(operator.post(&path, bad.clone()).await.status, 400, "{bad}");
    }
    let secret =
        operator.post(&path, json!({ "action": "log-appended", "summary": "x", "metadata": { "apiToken": "x" } })).await.expect(400);
    assert!(secret.error().contains("secrets"), "{}", secret.text);
    assert_eq!(operator.put(&path, json!({})).await.status, 404);
    assert_eq!(operator.get("/api/assistant-jobs/unknown/events").await.expect(200).json["events"], json!([]));
    for n in 0..55 {
        operator.post(&path, json!({ "action": "log-appended", "summary": format!("line {n}") })).await.expect(201);
    }
    let events = operator.get(&path).await.json["events"].as_array().unwrap().clone();
    assert_eq!((events.len(), events[49]["summary"].as_str()), (50, Some("line 54")), "the last 50, oldest first");
    let answer = operator.get(&format!("/api/audit-events?entity=assistant_job%23{job}")).await.expect(200).json;
    assert_eq!(answer["events"][0]["assistantJobId"], job);
    let verified = podcast.stack.admin().get(&format!("/api/audit-events/verify?entity=assistant_job%23{job}")).await.expect(200).json;
    assert_eq!(verified["audit"]["findings"], json!([]), "{verified}");
}

#[tokio::test]
async fn the_pages_show_what_waits_and_what_can_be_done() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({ "inputRefs": [{ "type": "task", "id": podcast.task }, { "type": "artifact", "id": "gone" }] })).await;
    podcast.bring(&job, "rejected").await;
    podcast.act(&job, "retry", json!({})).await.expect(200);
    podcast.act(&job, "run-dry", json!({})).await.expect(200);
    let page = operator.get("/api/views/assistants").await.expect(200).json;
    let row = &page["waiting"][0];
    assert_eq!((row["id"].as_str(), row["next"].as_str(), row["attempt"].as_u64()), (Some(job.as_str()), Some("review"), Some(2)));
    assert_eq!(
        (row["task"]["description"].as_str(), row["workflow"]["title"].as_str()),
        (Some("Prepare the document"), Some("Topic - Guest"))
    );
    assert_eq!(row["task"]["fills"], "Podcast document");
    podcast.stack.ledger.take();
    let page = operator.get(&format!("/api/views/jobs/{job}")).await.expect(200).json;
    assert!(podcast.stack.ledger.take_calls().iter().filter(|call| call.operation != "GetObject").count() <= 3);
    assert_eq!(
        page["may"],
        json!({ "edit": false, "submit": false, "runDry": false, "decide": true, "retry": false, "cancel": true, "acknowledge": false })
    );
    assert_eq!((page["inputs"][0]["title"].as_str(), page["inputs"][1]["missing"].as_bool()), (Some("Prepare the document"), Some(true)));
    let document = page["previews"].as_array().unwrap().iter().find(|one| one["text"].as_str().unwrap().starts_with('#')).unwrap();
    assert!(document["before"]["text"].as_str().unwrap().starts_with('#'), "the attempt before stands beside it");
    assert_eq!(page["artifacts"].as_array().unwrap().len(), 4, "all attempts' outputs");
    let task = operator.get(&format!("/api/views/tasks/{}", podcast.task)).await.expect(200).json;
    assert_eq!(task["jobs"][0]["id"], job);
    assert_eq!(task["task"]["assistantJobRefs"][0]["status"], "waiting_approval");
    let bundle = operator.get(&format!("/api/views/bundles/{}", podcast.bundle)).await.expect(200).json;
    assert_eq!(bundle["jobs"][0]["task"]["id"], podcast.task);
    let alone = json!({ "assistantType": "podcast", "title": "Asked from the task", "taskId": podcast.task });
    let alone = operator.post("/api/assistant-jobs", alone).await.expect(201).str("/job/id").to_owned();
    let bundle = operator.get(&format!("/api/views/bundles/{}", podcast.bundle)).await.expect(200).json;
    let shown: Vec<&str> = bundle["jobs"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!((shown.len(), shown.contains(&alone.as_str())), (2, true), "its workflow shows it too, and each once");
    let rows = bundle["phases"].as_array().unwrap().iter().flat_map(|phase| phase["tasks"].as_array().unwrap());
    let row = rows.into_iter().find(|row| row["id"] == podcast.task.as_str()).unwrap();
    assert_eq!(row["job"]["status"], "waiting_approval", "{row}");
    assert_eq!(operator.get("/api/views/jobs/unknown").await.status, 404);
}
