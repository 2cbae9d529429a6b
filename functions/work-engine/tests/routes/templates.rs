use dataops_testkit::Stack;
use serde_json::{Value, json};

fn small() -> Value {
    json!({ "name": "Small", "type": "small", "taskDefinitions": [
        { "refId": "a", "description": "First", "offsetDays": -1, "custom": { "b": 1, "a": 2 } },
        { "refId": "b", "description": "Second", "offsetDays": 2, "assigneeId": "editor" },
    ] })
}

#[tokio::test]
async fn a_template_keeps_what_it_was_given_and_its_key_order() {
    let stack = Stack::empty().await;
    let made = stack.operator().post("/api/templates", small()).await.expect(201);
    let id = made.str("/template/id").to_owned();
    let read = stack.operator().get(&format!("/api/templates/{id}")).await.expect(200);
    assert_eq!(read.json["template"]["taskDefinitions"], small()["taskDefinitions"]);
    assert!(read.text.contains(r#""custom":{"b":1,"a":2}"#), "{}", read.text);
    assert!(read.json["template"].get("emoji").is_none());
    let list = stack.operator().get("/api/templates").await.expect(200);
    assert_eq!(list.json["templates"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn fields_are_refused_by_name() {
    let stack = Stack::empty().await;
    let with = |key: &str, value: Value| {
        let mut body = small();
        body[key] = value;
        body
    };
    let with_definition = |key: &str, value: Value| {
        let mut body = small();
        body["taskDefinitions"][0][key] = value;
        body
    };
    let cases = [
        (json!({ "type": "x" }), "name"),
        (json!({ "name": "x" }), "type"),
        (json!({ "name": "x", "type": "y" }), "taskdefinitions"),
        (with("taskDefinitions", json!([])), "taskdefinitions"),
        (with("taskDefinitions", json!("x")), "taskdefinitions"),
        (with_definition("refId", json!("")), "refid"),
        (with_definition("description", json!(null)), "description"),
        (with_definition("offsetDays", json!("1")), "offsetdays"),
        (with_definition("offsetDays", json!(1e300)), "offsetdays"),
        (with_definition("systems", json!("x")), "systems"),
        (with_definition("isMilestone", json!("x")), "boolean"),
        (with_definition("stageOnComplete", json!("never")), "stageoncomplete"),
        (with_definition("proofRequirement", json!({ "type": "x" })), "proofrequirement.type"),
        (with_definition("artifactRefs", json!([{}])), "artifactrefs"),
        (with("sourceDocIds", json!([1])), "sourcedocids"),
        (with("phases", json!([{ "id": "x" }])), "phases"),
        (with("triggerEnabled", json!("yes")), "triggerenabled"),
    ];
    for (body, word) in cases {
        let answer = stack.operator().post("/api/templates", body.clone()).await.expect(400);
        assert!(answer.error().to_lowercase().contains(word), "{word}: {} for {body}", answer.error());
    }
    assert_eq!(stack.operator().send("POST", "/api/templates", b"{".to_vec()).await.expect(400).error(), "Invalid JSON");
    stack.operator().send("POST", "/api/templates", Vec::new()).await.expect(400);
}

#[tokio::test]
async fn a_change_marks_what_came_from_git_and_a_delete_hides() {
    let stack = Stack::seeded().await;
    let path = "/api/templates/task-template.tasks.podcast";
    assert!(stack.operator().get(path).await.expect(200).json["template"].get("differsFromGit").is_none());
    assert!(stack.operator().put(path, json!({ "unknown": 1 })).await.expect(400).error().to_lowercase().contains("no valid fields"));
    let changed = stack.operator().put(path, json!({ "name": "Podcast, ours" })).await.expect(200);
    assert_eq!(changed.json["template"]["differsFromGit"], true);
    let seeded = stack.administrate(json!({ "command": "seed" })).await;
    assert_eq!(seeded["report"]["differs"], json!(["Podcast"]), "{seeded}");
    stack.operator().delete(path).await.expect(204);
    assert_eq!(stack.operator().get(path).await.expect(404).error(), "Template not found");
    stack.operator().delete(path).await.expect(404);
    let again = stack.administrate(json!({ "command": "seed" })).await;
    assert_eq!(again["report"]["created"], json!([]), "a deleted template stays deleted: {again}");
}

#[tokio::test]
async fn the_preview_shows_every_date_and_makes_nothing() {
    let stack = Stack::seeded().await;
    let preview = stack.operator().get("/api/templates/task-template.tasks.newsletter/preview?anchorDate=2026-07-20").await.expect(200);
    let tasks = preview.json["tasks"].as_array().unwrap();
    assert_eq!((tasks.len(), tasks[0]["date"].as_str(), tasks[14]["date"].as_str()), (15, Some("2026-07-06"), Some("2026-07-27")));
    assert!(tasks.iter().any(|task| task["weekend"] == true));
    assert_eq!(stack.operator().get("/api/bundles").await.json["bundles"], json!([]));
    for bad in ["", "?anchorDate=2026-02-31", "?anchorDate=soon"] {
        stack.operator().get(&format!("/api/templates/task-template.tasks.newsletter/preview{bad}")).await.expect(400);
    }
}
