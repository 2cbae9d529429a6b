use dataops_testkit::Stack;
use serde_json::{Value, json};

fn start(kind: &str, anchor: &str) -> Value {
    json!({ "title": format!("A {kind}"), "anchorDate": anchor, "templateId": format!("task-template.tasks.{kind}") })
}

#[tokio::test]
async fn all_eleven_workflows_start_with_the_right_dates() {
    let stack = Stack::seeded().await;
    let expected = [
        ("newsletter", 15, "2026-07-06", "2026-07-27"),
        ("book-of-the-week", 21, "2026-06-29", "2026-07-27"),
        ("podcast", 42, "2026-06-22", "2026-07-27"),
        ("webinar", 32, "2026-06-22", "2026-07-27"),
        ("workshop", 36, "2026-06-20", "2026-07-27"),
        ("oss", 14, "2026-06-29", "2026-07-22"),
        ("course", 8, "2026-06-20", "2026-07-13"),
        ("social-media", 5, "2026-07-20", "2026-07-24"),
        ("tax-report", 9, "2026-07-20", "2026-07-27"),
        ("maven-ll", 7, "2026-07-13", "2026-07-23"),
        ("office-hours", 5, "2026-07-20", "2026-07-24"),
    ];
    for (kind, tasks, first, last) in expected {
        let made = stack.operator().post("/api/bundles", start(kind, "2026-07-20")).await.expect(201);
        let mut dates: Vec<&str> = made.json["tasks"].as_array().unwrap().iter().map(|task| task["date"].as_str().unwrap()).collect();
        dates.sort_unstable();
        assert_eq!((dates.len(), dates[0], dates[dates.len() - 1]), (tasks, first, last), "{kind}");
    }
}

#[tokio::test]
async fn a_representative_definition_instantiates_whole() {
    let stack = Stack::empty().await;
    let proofs = ["url", "file", "artifact", "comment", "external-status"];
    let definitions: Vec<Value> = proofs.iter().enumerate().map(|(index, kind)| json!({
        "refId": format!("task-{kind}"), "description": format!("Prove by {kind}"), "offsetDays": index as i64 - 2, "phase": "setup", "isMilestone": true,
        "proofRequirement": { "type": kind, "label": "P", "required": true }, "instructionDocId": "sop.x", "instructionStepId": "6",
        "instructionsUrl": "https://example.org/fallback", "systems": ["luma"], "validation": { "requiredBundleLinks": ["Luma"] },
        "requiredLinkName": "Luma", "requiresFile": false, "stageOnComplete": "announced",
        "artifactRefs": [{ "artifactId": "planned" }], "assistantJobRefs": [{ "assistantJobId": "planned" }], "auditEventRefs": [{ "auditEventId": "e" }],
    })).collect();
    let template = json!({
        "name": "Representative", "type": "representative", "emoji": "🎙️", "tags": ["T"], "defaultAssigneeId": "editor", "sourceDocIds": ["reference.x"],
        "phases": [{ "id": "setup", "name": "Setup", "stage": "preparation" }], "references": [{ "name": "Index", "url": "https://example.org" }],
        "bundleLinkDefinitions": [{ "name": "Luma" }], "taskDefinitions": definitions,
    });
    let template_id = stack.operator().post("/api/templates", template).await.expect(201).str("/template/id").to_owned();
    let made = stack
        .operator()
        .post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-03-01", "templateId": template_id }))
        .await
        .expect(201);
    let bundle = &made.json["bundle"];
    assert_eq!(bundle["bundleLinks"], json!([{ "name": "Luma", "url": "" }]));
    assert_eq!((&bundle["emoji"], &bundle["tags"], &bundle["sourceDocIds"]), (&json!("🎙️"), &json!(["T"]), &json!(["reference.x"])));
    for (index, kind) in proofs.iter().enumerate() {
        let task = &made.json["tasks"][index];
        let date = ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"][index];
        let expected = json!({
            "templateTaskRef": format!("task-{kind}"), "bundleId": bundle["id"], "templateId": template_id, "source": "template", "status": "todo",
            "date": date, "assigneeId": "editor", "tags": ["T"],
            "proofRequirement": { "type": kind, "label": "P", "required": true }, "instructionDocId": "sop.x", "instructionStepId": "6",
            "instructionsUrl": "https://example.org/fallback", "phase": "setup", "systems": ["luma"], "requiredLinkName": "Luma", "requiresFile": false,
            "stageOnComplete": "announced", "artifactRefs": [{ "artifactId": "planned" }], "assistantJobRefs": [{ "assistantJobId": "planned" }],
            "auditEventRefs": [{ "auditEventId": "e" }], "sourceDocIds": ["reference.x"],
        });
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&task[key], value, "{kind} {key}");
        }
        assert!(task.get("isMilestone").is_none() && task.get("comment").is_none());
    }
}

#[tokio::test]
async fn a_callers_own_fields_win_whole() {
    let stack = Stack::seeded().await;
    let mut body = start("podcast", "2026-08-17");
    body["tags"] = json!([]);
    body["bundleLinks"] = json!([{ "name": "Only", "url": "https://example.org" }]);
    let made = stack.operator().post("/api/bundles", body).await.expect(201);
    assert_eq!(made.json["bundle"]["tags"], json!([]));
    assert_eq!(made.json["bundle"]["bundleLinks"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_started_run_is_from_its_template_without_any_demo_mark() {
    let stack = Stack::seeded().await;
    let made = stack.operator().post("/api/bundles", start("newsletter", "2026-07-20")).await.expect(201);
    assert!(made.json["tasks"].as_array().unwrap().iter().all(|task| task["source"] == "template"));
    for word in ["demo", "sample", "fake"] {
        assert!(!made.text.to_lowercase().contains(&format!("\"{word}")), "{word}");
    }
}

#[tokio::test]
async fn finishing_a_milestone_moves_the_stage() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let made = operator.post("/api/bundles", start("podcast", "2026-07-20")).await.expect(201);
    let task = made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "actual-stream").unwrap().clone();
    let path = format!("/api/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(
        operator.put(&path, json!({ "status": "done" })).await.expect(400).error(),
        "Cannot mark task as done: required link 'YouTube stream/video' is not filled"
    );
    operator.put(&path, json!({ "status": "done", "link": "https://example.org/stream" })).await.expect(200);
    let bundle = operator.get(&format!("/api/bundles/{}", made.str("/bundle/id"))).await.expect(200);
    assert_eq!(bundle.str("/bundle/stage"), "after-event");
    assert!(bundle.json["bundle"]["bundleLinks"].as_array().unwrap().iter().any(|link| link["url"] == "https://example.org/stream"));
}

#[tokio::test]
async fn dates_outside_the_calendar_are_refused_whole() {
    let stack = Stack::seeded().await;
    let refused = stack.operator().post("/api/bundles", start("podcast", "9999-12-31")).await.expect(400);
    assert!(refused.error().contains("anchorDate"), "{}", refused.error());
    stack.operator().post("/api/bundles", start("podcast", "2199-12-31")).await.expect(201);
}

#[tokio::test]
async fn a_workflow_of_four_hundred_tasks_is_whole_in_the_end() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let definitions: Vec<Value> =
        (0..400).map(|n| json!({ "refId": format!("t{n}"), "description": format!("Task {n}"), "offsetDays": n % 30 })).collect();
    let template = operator
        .post("/api/templates", json!({ "name": "Big", "type": "big", "taskDefinitions": definitions }))
        .await
        .expect(201)
        .str("/template/id")
        .to_owned();
    let body = json!({ "title": "Big run", "anchorDate": "2026-07-20", "templateId": template });
    let keyed = operator.with("idempotency-key", "big-1");
    let made = keyed.post("/api/bundles", body.clone()).await.expect(201);
    assert_eq!(made.json["tasks"].as_array().unwrap().len(), 400);
    assert!(made.json["bundle"].get("beingMade").is_none());
    let again = keyed.post("/api/bundles", body).await;
    assert!(again.status == 201 || again.status == 409, "{}", again.text);
    let id = made.str("/bundle/id");
    assert_eq!(operator.get(&format!("/api/bundles/{id}/tasks")).await.expect(200).json["tasks"].as_array().unwrap().len(), 400);
    assert_eq!(operator.get("/api/bundles").await.json["bundles"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_workflow_too_large_to_answer_is_refused_before_anything_is_made() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let definitions: Vec<Value> = (0..60).map(|n| json!({ "refId": format!("t{n}"), "description": "x", "offsetDays": 0 })).collect();
    let tags: Vec<String> = (0..100).map(|n| format!("{n}{}", "t".repeat(1_900))).collect();
    let template = operator
        .post("/api/templates", json!({ "name": "Large", "type": "large", "tags": tags, "taskDefinitions": definitions }))
        .await
        .expect(201);
    let body = json!({ "title": "x", "anchorDate": "2026-07-20", "templateId": template.str("/template/id") });
    assert!(operator.post("/api/bundles", body).await.expect(413).error().contains("too large"));
    assert_eq!(operator.get("/api/bundles").await.json["bundles"], json!([]));
}
