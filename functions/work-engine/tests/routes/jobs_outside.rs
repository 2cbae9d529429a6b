//! Workers outside: what they name as outputs is this job's, is seen by whoever decides, and is shown on its work.

use serde_json::{Value, json};

use super::jobs::{Podcast, read};

impl Podcast {
    /// An artifact that no job has yet.
    async fn artifact(&self, title: &str) -> String {
        let body = json!({ "type": "podcast-doc", "title": title, "storageUri": "https://example.org/doc" });
        self.stack.operator().post("/api/artifacts", body).await.expect(201).str("/artifact/id").to_owned()
    }

    /// A job of an outside worker that is at work.
    async fn research(&self, extra: Value) -> String {
        let mut body = json!({ "assistantType": "research" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let job = self.job(body).await;
        self.bring(&job, "running").await;
        job
    }
}

#[tokio::test]
async fn what_a_worker_names_is_seen_approved_and_proves_the_task() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let body = json!({ "description": "Prove it", "date": "2026-07-10", "proofRequirement": { "type": "artifact", "label": "Doc", "required": true } });
    let task = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    let job = podcast.research(json!({ "taskId": task })).await;
    let artifact = podcast.artifact("Findings").await;
    podcast.act(&job, "transition", json!({ "status": "waiting_approval", "outputArtifactIds": [artifact] })).await.expect(200);

    let page = operator.get(&format!("/api/views/jobs/{job}")).await.expect(200).json;
    assert_eq!((page["artifacts"][0]["id"].as_str(), page["row"]["outputs"].as_u64()), (Some(artifact.as_str()), Some(1)));
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(detail["artifacts"][0]["assistantJobId"], job, "it is this job's now");
    assert_eq!(detail["job"]["attempts"][0]["outputArtifactIds"], json!([artifact]));
    podcast.act(&job, "approve", json!({ "artifacts": [{ "artifactId": artifact }] })).await.expect(200);

    for path in [format!("/api/tasks/{task}"), format!("/api/bundles/{}", podcast.bundle)] {
        let record = operator.get(&path).await.json;
        let refs = if record["bundle"].is_object() { &record["bundle"]["artifactRefs"] } else { &record["artifactRefs"] };
        assert_eq!((refs[0]["artifactId"].as_str(), refs[0]["status"].as_str()), (Some(artifact.as_str()), Some("approved")), "{record}");
    }
    operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done" })).await.expect(200);
}

#[tokio::test]
async fn a_second_attempt_stands_beside_the_first_and_its_output_fills_the_link() {
    let podcast = Podcast::start().await;
    let job = podcast.research(json!({})).await;
    let (first, second) = (podcast.artifact("First").await, podcast.artifact("Second").await);
    podcast.act(&job, "artifacts", json!({ "artifactId": first })).await.expect(200);
    podcast.act(&job, "transition", json!({ "status": "waiting_approval" })).await.expect(200);
    podcast.act(&job, "reject", json!({ "reason": "Too short" })).await.expect(200);
    podcast.act(&job, "retry", json!({})).await.expect(200);
    podcast.act(&job, "transition", json!({ "status": "running" })).await.expect(200);
    podcast.act(&job, "artifacts", json!({ "artifactId": second })).await.expect(200);
    podcast.act(&job, "artifacts", json!({ "artifactId": first })).await.expect(200);
    let detail = read(&podcast.stack, &job).await;
    assert_eq!(detail["job"]["outputArtifactIds"], json!([first, second]), "what is there keeps its place");
    assert_eq!(detail["job"]["attempts"][0]["outputArtifactIds"], json!([first]));
    assert_eq!(detail["job"]["attempts"][1]["outputArtifactIds"], json!([second, first]));
}

#[tokio::test]
async fn whoever_asks_for_approval_gets_a_decision() {
    let podcast = Podcast::start().await;
    let job = podcast.research(json!({ "approvalRequired": false })).await;
    let asked = podcast.act(&job, "transition", json!({ "status": "waiting_approval" })).await.expect(200);
    assert_eq!((asked.json["job"]["approvalRequired"].as_bool(), asked.str("/job/approval/status")), (Some(true), "pending"));
    let failed = podcast.research(json!({})).await;
    let said = podcast.act(&failed, "transition", json!({ "status": "failed", "error": " " })).await.expect(200);
    assert_eq!(said.str("/job/lastError/summary"), "The runner gave no reason");
}

#[tokio::test]
async fn a_job_that_cannot_take_what_was_made_says_so() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({})).await;
    for n in 0..40 {
        let artifact = podcast.artifact(&format!("Part {n}")).await;
        podcast.act(&job, "artifacts", json!({ "artifactId": artifact })).await.expect(200);
    }
    podcast.act(&job, "submit", Value::Null).await.expect(200);
    let runner = podcast.stack.runner();
    assert_eq!(podcast.stack.run(&runner, Some(&job)).await["outcome"], "failed");
    let detail = read(&podcast.stack, &job).await["job"].clone();
    assert_eq!(detail["lastError"], json!({ "code": "outputs_refused", "summary": "A job has at most 40 outputs" }));
    assert!(detail["attempts"][0]["logArtifactId"].is_string(), "its log is kept");
}

#[tokio::test]
async fn a_follow_up_is_made_once() {
    let podcast = Podcast::start().await;
    let job = podcast.job(json!({ "maxAttempts": 1 })).await;
    podcast.bring(&job, "failed").await;
    let body = json!({ "followUp": true });
    let (one, two) = tokio::join!(podcast.act(&job, "acknowledge", body.clone()), podcast.act(&job, "acknowledge", body.clone()));
    let third = podcast.act(&job, "acknowledge", body).await.expect(200);
    let id = third.str("/task/id");
    assert_eq!((one.expect(200).str("/task/id"), two.expect(200).str("/task/id")), (id, id));
    assert_eq!(podcast.stack.raw().all("tasks").len(), 2, "the podcast's and the follow-up");
    let version = third.json["job"]["version"].as_u64().unwrap();
    let stale = podcast.stack.operator().with("if-match", &format!("\"{}\"", version - 1));
    let entry = json!({ "action": "log-appended", "summary": "late" });
    stale.post(&format!("/api/assistant-jobs/{job}/events"), entry).await.expect(412);
}

#[tokio::test]
async fn what_is_over_stays_in_sight_behind_any_number_of_drafts() {
    let podcast = Podcast::start().await;
    let (over, failed) = (podcast.job(json!({})).await, podcast.job(json!({})).await);
    podcast.bring(&over, "approved").await;
    podcast.bring(&failed, "failed").await;
    for _ in 0..45 {
        let job = podcast.job(json!({ "assistantType": "research" })).await;
        podcast.act(&job, "submit", Value::Null).await.expect(200);
    }
    let page = podcast.stack.operator().get("/api/views/assistants").await.expect(200).json;
    assert_eq!((page["recent"][0]["id"].as_str(), page["failed"][0]["id"].as_str()), (Some(over.as_str()), Some(failed.as_str())));
    assert_eq!(page["running"].as_array().map(Vec::len), Some(45));
}
