use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn make(caller: &Caller, fields: Value) -> String {
    let mut body = json!({ "description": "Call the sponsor", "date": "2026-07-02" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    caller.post("/api/tasks", body).await.expect(201).str("/id").to_owned()
}

async fn undo(caller: &Caller, id: &str, version: &Value) -> dataops_testkit::Answer {
    caller.post(&format!("/api/tasks/{id}/actions/undo"), json!({ "version": version })).await
}

#[tokio::test]
async fn each_undo_brings_back_what_was_before() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = make(&operator, json!({ "assigneeId": "editor", "tags": ["a"] })).await;
    for (change, key, before) in [
        (json!({ "date": "2026-09-01" }), "date", json!("2026-07-02")),
        (json!({ "assigneeId": null }), "assigneeId", json!("editor")),
        (json!({ "tags": ["b", "c"] }), "tags", json!(["a"])),
        (json!({ "status": "done" }), "status", json!("todo")),
        (json!({ "status": "archived" }), "status", json!("todo")),
    ] {
        stack.clock.advance(60);
        let changed = operator.put(&format!("/api/tasks/{id}"), change.clone()).await.expect(200);
        let undone = undo(&operator, &id, &changed.json["version"]).await.expect(200).json;
        assert_eq!(undone[key], before, "{change}");
        let again = undo(&operator, &id, &changed.json["version"]).await.expect(200).json;
        assert_eq!(again["version"], undone["version"], "pressed twice, undone once");
    }
    let task = operator.get(&format!("/api/tasks/{id}")).await.json;
    assert!(task.get("completedAt").is_none() && task.get("evidence").is_none());
    assert_eq!(task["taskHistory"][1]["action"], "reopened");
}

#[tokio::test]
async fn undoing_a_completion_brings_the_wait_back() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = make(&operator, json!({})).await;
    let wait = json!({ "waitingFor": "Sponsor", "followUpAt": "2026-07-09", "channel": "mail", "note": "asked" });
    operator.post(&format!("/api/tasks/{id}/actions/mark-waiting"), wait).await.expect(200);
    let done = operator.post(&format!("/api/tasks/{id}/actions/resolve-done"), json!({ "note": "came" })).await.expect(200);
    let back = undo(&operator, &id, &done.json["version"]).await.expect(200).json;
    assert_eq!(
        (&back["status"], &back["waitingFor"], &back["followUpAt"], &back["followUpChannel"]),
        (&json!("waiting"), &json!("Sponsor"), &json!("2026-07-09"), &json!("mail"))
    );
    let home = operator.get("/api/views/home").await.json;
    assert_eq!(home["waiting"][0]["waitingFor"], "Sponsor");
}

#[tokio::test]
async fn what_somebody_has_changed_since_is_left_alone_and_named() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let id = make(&operator, json!({})).await;
    let done = operator.put(&format!("/api/tasks/{id}"), json!({ "status": "done" })).await.expect(200);
    stack.user("host").post(&format!("/api/tasks/{id}/actions/comment"), json!({ "note": "well done" })).await.expect(200);
    let late = undo(&operator, &id, &done.json["version"]).await.expect(409);
    assert_eq!(late.error(), "Host has changed it since: commented 'Call the sponsor'");
    assert_eq!(operator.get(&format!("/api/tasks/{id}")).await.str("/status"), "done");
    let commented = operator.get(&format!("/api/tasks/{id}")).await.json["version"].clone();
    assert!(undo(&operator, &id, &commented).await.expect(400).error().contains("can't be undone"), "a comment stays");
    undo(&operator, "none", &json!(1)).await.expect(404);
    undo(&operator, &id, &json!("x")).await.expect(400);
}

#[tokio::test]
async fn undoing_a_milestone_takes_the_stage_back_and_its_evidence_marks() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let body = json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", body).await.expect(201);
    let bundle = format!("/api/bundles/{}", made.str("/bundle/id"));
    let stream =
        made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "actual-stream").unwrap()["id"].clone();
    let stream = stream.as_str().unwrap();
    let done = operator.put(&format!("/api/tasks/{stream}"), json!({ "status": "done", "link": "https://example.org" })).await.expect(200);
    assert_eq!(operator.get(&bundle).await.str("/bundle/stage"), "after-event");
    undo(&operator, stream, &done.json["version"]).await.expect(200);
    let after = operator.get(&bundle).await.json;
    assert_eq!(after["bundle"]["stage"], "preparation");
    assert!(after["bundle"].get("evidenceFor").is_none(), "{after}");
}
