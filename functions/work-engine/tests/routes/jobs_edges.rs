//! Every edge of the table through the API, and every bad input: what is refused leaves no trace.

use serde_json::{Value, json};

use super::jobs::{Podcast, act, actions, read};

const STATUSES: [&str; 10] =
    ["draft", "queued", "running", "waiting_approval", "approved", "rejected", "retrying", "succeeded", "failed", "canceled"];

/// The edges of the contract that `/transition` takes.
fn edges(from: &str) -> &'static [&'static str] {
    match from {
        "draft" => &["queued", "canceled"],
        "queued" => &["running", "failed", "canceled"],
        "running" => &["waiting_approval", "failed", "canceled"],
        "waiting_approval" => &["canceled"],
        "approved" => &["succeeded"],
        "rejected" | "failed" => &["retrying"],
        "retrying" => &["queued", "running", "failed", "canceled"],
        _ => &[],
    }
}

#[tokio::test]
async fn invalid_transitions_leave_no_event() {
    let podcast = Podcast::start().await;
    for from in STATUSES {
        let job = podcast.job(json!({ "maxAttempts": 3 })).await;
        podcast.bring(&job, from).await;
        let before = read(&podcast.stack, &job).await;
        for to in STATUSES.iter().filter(|to| !edges(from).contains(to)) {
            let refused = podcast.act(&job, "transition", json!({ "status": to })).await.expect(400);
            assert!(!refused.error().is_empty(), "{from} to {to}");
            if from == "running" && *to == "succeeded" {
                assert!(refused.error().contains("Approval-required"), "{}", refused.text);
            }
        }
        let allowed = |action: &str| match action {
            "submit" => matches!(from, "draft" | "retrying"),
            "retry" => matches!(from, "failed" | "rejected"),
            "approve" | "reject" => from == "waiting_approval",
            "cancel" => matches!(from, "draft" | "queued" | "running" | "waiting_approval" | "retrying"),
            "run-dry" => matches!(from, "draft" | "queued" | "running" | "retrying"),
            "acknowledge" => matches!(from, "failed" | "rejected"),
            _ => false,
        };
        for action in ["submit", "retry", "approve", "reject", "cancel", "run-dry", "acknowledge"] {
            if !allowed(action) {
                podcast.act(&job, action, json!({ "reason": "x" })).await.expect(400);
            }
        }
        assert_eq!(read(&podcast.stack, &job).await, before, "{from}: nothing changed, no event");
    }
}

#[tokio::test]
async fn every_edge_of_the_contract_is_taken_with_its_event() {
    let podcast = Podcast::start().await;
    let names = [
        ("queued", "queued"),
        ("running", "started"),
        ("waiting_approval", "approval-requested"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("canceled", "canceled"),
        ("retrying", "retry-requested"),
    ];
    for from in STATUSES {
        for to in edges(from) {
            let job = podcast.job(json!({ "maxAttempts": 3 })).await;
            podcast.bring(&job, from).await;
            podcast.stack.clock.advance(1);
            let count = read(&podcast.stack, &job).await["job"]["attemptCount"].as_u64().unwrap();
            let moved = act(&podcast.stack.operator(), &job, "transition", json!({ "status": to })).await.expect(200);
            let detail = read(&podcast.stack, &job).await;
            let event = detail["events"].as_array().unwrap().last().unwrap().clone();
            let wanted = names.iter().find(|(status, _)| status == to).unwrap().1;
            assert_eq!(event["action"], wanted, "{from} to {to}");
            let after = if *to == "retrying" {
                count + 1
            } else if matches!(*to, "queued" | "running") {
                count.max(1)
            } else {
                count
            };
            assert_eq!(event["metadata"], json!({ "from": from, "to": to, "attemptCount": after }), "{from} to {to}");
            assert_eq!(moved.str("/job/updatedAt"), event["createdAt"].as_str().unwrap());
            let moment = match *to {
                "queued" => "/job/queuedAt",
                "running" => "/job/startedAt",
                "succeeded" | "failed" | "canceled" => "/job/completedAt",
                _ => "/job/updatedAt",
            };
            assert_eq!(moved.str(moment), event["createdAt"].as_str().unwrap(), "{from} to {to}");
            assert_eq!(detail["job"]["version"].as_u64(), Some(actions(&detail).len() as u64));
        }
    }
    let job = podcast.job(json!({ "approvalRequired": false })).await;
    podcast.bring(&job, "running").await;
    let body = json!({ "status": "succeeded", "summary": "Did it", "metadata": { "by": "worker" }, "logRefs": [{ "title": "log", "storageUri": "https://example.org/log" }] });
    let moved = podcast.act(&job, "transition", body).await.expect(200);
    assert_eq!(moved.json["job"]["logRefs"], json!([{ "title": "log", "storageUri": "https://example.org/log" }]));
    let event = read(&podcast.stack, &job).await["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((event["summary"].as_str(), &event["metadata"]), (Some("Did it"), &json!({ "by": "worker" })));
}

#[tokio::test]
async fn a_new_job_is_checked_in_the_contracts_order() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let path = "/api/assistant-jobs";
    assert_eq!(operator.send("POST", path, Vec::new()).await.status, 400);
    assert_eq!(operator.send("POST", path, b"{".to_vec()).await.status, 400);
    for (body, status, words) in [
        (json!({ "taskId": "none", "inputRefs": 1 }), 400, "assistantType"),
        (json!({ "assistantType": "podcast", "inputRefs": 1 }), 400, "taskId or bundleId"),
        (json!({ "assistantType": "podcast", "taskId": "none", "inputRefs": 1 }), 404, "Task not found"),
        (json!({ "assistantType": "podcast", "bundleId": "none", "maxAttempts": 0 }), 404, "Bundle not found"),
        (json!({ "assistantType": "podcast", "taskId": podcast.task, "inputRefs": 1, "maxAttempts": 0 }), 400, "inputRefs"),
        (json!({ "assistantType": "podcast", "taskId": podcast.task, "maxAttempts": 0 }), 400, "maxAttempts"),
        (json!({ "assistantType": "podcast", "taskId": podcast.task, "maxAttempts": 11 }), 400, "maxAttempts"),
    ] {
        let refused = operator.post(path, body).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        assert!(refused.error().contains(words), "{}", refused.text);
    }
    assert_eq!(operator.get(path).await.json["jobs"], json!([]), "none was made");
    assert_eq!(podcast.stack.anonymous().get(path).await.status, 401);
    assert_eq!(operator.delete(&format!("{path}/x")).await.expect(404).error(), "Not found");
    assert_eq!(operator.get(&format!("{path}/x")).await.expect(404).error(), "Assistant job not found");
    assert_eq!(operator.get(&format!("{path}/")).await.status, 200);
}

#[tokio::test]
async fn no_field_of_a_job_takes_a_secret_and_none_is_answered() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let token = ["ghp", "_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
    let new = |extra: Value| {
        let mut body = json!({ "assistantType": "podcast", "taskId": podcast.task });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    for bad in [
        new(json!({ "title": token })),
        new(json!({ "title": "see https://e.org/?token=abc" })),
        new(json!({ "title": "access_token=1" })),
        new(json!({ "requestedBy": "Bearer abc" })),
        new(json!({ "inputRefs": [{ "type": "other", "title": token }] })),
        new(json!({ "inputRefs": [{ "type": "url", "uri": "https://e.org/?X-Amz-Signature=1" }] })),
        new(json!({ "inputRefs": [{ "type": "other", "metadata": { "deep": [{ "password": "x" }] } }] })),
        new(json!({ "metadata": { "note": "Bearer x1" } })),
        new(json!({ "assistantType": token })),
    ] {
        let refused = operator.post("/api/assistant-jobs", bad.clone()).await;
        assert!(refused.status == 400 && !refused.text.contains(&token), "{bad}: {}", refused.text);
    }
    // Harmless words that only look alike.
    operator
        .post("/api/assistant-jobs", new(json!({ "inputRefs": [{ "type": "other", "title": "task-42 in the risk-log" }] })))
        .await
        .expect(201);
    let job = podcast.job(json!({})).await;
    podcast.bring(&job, "running").await;
    for bad in [
        json!({ "status": "failed", "metadata": { "token": "x" } }),
        json!({ "status": "failed", "logRefs": [{ "storageUri": "https://e.org/?access_token=1" }] }),
        json!({ "status": "failed", "summary": token }),
        json!({ "status": "failed", "summary": "Authorization: Bearer abcdef ?token=1" }),
        json!({ "status": "failed", "metadata": "x" }),
        json!({ "status": "failed", "logRefs": ["x"] }),
        json!({ "status": "failed", "error": 7 }),
        json!({ "status": "failed", "outputArtifactIds": "x" }),
        json!({ "status": "failed", "outputArtifactIds": [1] }),
        json!({ "status": "failed", "metadata": { "n": "x".repeat(4_100) } }),
        json!({ "status": "failed", "attempt": "one" }),
    ] {
        assert_eq!(podcast.act(&job, "transition", bad.clone()).await.status, 400, "{bad}");
    }
    for bad in [json!({}), json!({ "status": null }), json!({ "status": 7 }), json!({ "status": "done" })] {
        let refused = podcast.act(&job, "transition", bad).await.expect(400);
        assert!(refused.error().contains("status"), "{}", refused.text);
    }
    assert_eq!(operator.send("POST", &format!("/api/assistant-jobs/{job}/transition"), Vec::new()).await.status, 400);
    assert_eq!(podcast.act(&job, "transition", json!({ "status": "failed", "attempt": 2 })).await.status, 409, "another attempt");
    assert_eq!(read(&podcast.stack, &job).await["job"]["status"], "running");
}

#[tokio::test]
async fn input_references_are_held_to_eight_kilobytes() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let body = |n: usize| json!({ "assistantType": "podcast", "taskId": podcast.task, "inputRefs": [{ "type": "other", "title": "x".repeat(n) }] });
    let around = body(0)["inputRefs"].to_string().len();
    operator.post("/api/assistant-jobs", body(8_192 - around)).await.expect(201);
    let refused = operator.post("/api/assistant-jobs", body(8_193 - around)).await.expect(400);
    assert!(refused.error().contains("8192"), "{}", refused.text);
}

#[tokio::test]
async fn a_draft_moves_to_other_work_and_loses_no_reference() {
    let podcast = Podcast::start().await;
    let operator = podcast.stack.operator();
    let job = podcast.job(json!({})).await;
    let body = json!({ "description": "Other", "date": "2026-07-10" });
    let other = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    let path = format!("/api/assistant-jobs/{job}");
    operator.put(&path, json!({ "taskId": other, "bundleId": null })).await.expect(200);
    let refs = |path: String| {
        let operator = operator.clone();
        async move {
            let answer = operator.get(&path).await.expect(200).json;
            let refs = answer.get("assistantJobRefs").or_else(|| answer.pointer("/bundle/assistantJobRefs")).cloned();
            refs.and_then(|refs| refs.as_array().map(Vec::len)).unwrap_or(0)
        }
    };
    assert_eq!(refs(format!("/api/tasks/{}", podcast.task)).await, 0);
    assert_eq!(refs(format!("/api/bundles/{}", podcast.bundle)).await, 0);
    assert_eq!(refs(format!("/api/tasks/{other}")).await, 1);
    assert_eq!(operator.put(&path, json!({ "taskId": "" })).await.status, 400, "a job is for something");
    assert_eq!(operator.put(&path, json!({ "taskId": "none" })).await.status, 404);
    assert_eq!(operator.put(&path, json!({ "requestedBy": "x" })).await.status, 400, "nothing to change");
    let off = operator.put(&path, json!({ "approvalRequired": false })).await.expect(200);
    assert!(off.json["job"].get("approval").is_none());
    let on = operator.put(&path, json!({ "approvalRequired": true })).await.expect(200);
    assert_eq!(on.json["job"]["approval"], json!({ "status": "pending" }));
    let tag = on.header("etag").unwrap().to_owned();
    operator.with("if-match", &tag).put(&path, json!({ "title": "Seen" })).await.expect(200);
    assert_eq!(operator.with("if-match", &tag).put(&path, json!({ "title": "Late" })).await.status, 412);
}
