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

const PODCAST: &str = "/api/templates/task-template.tasks.podcast";

#[tokio::test]
async fn a_dry_run_says_what_would_come_of_it_and_writes_nothing() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let mut body = small();
    body["taskDefinitions"][0]["phase"] = json!("nowhere");
    body["taskDefinitions"][1]["instructionDocId"] = json!("sop.none");
    body["defaultAssigneeId"] = json!("nobody");
    let checked = operator.post("/api/templates?dryRun=true", body).await.expect(200);
    let pointers: Vec<&str> = checked.json["advice"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/taskDefinitions/0/phase", "/defaultAssigneeId", "/taskDefinitions/1/instructionDocId"]);
    assert_eq!(operator.get("/api/templates").await.json["templates"].as_array().unwrap().len(), 11);

    let checked = operator.put(&format!("{PODCAST}?dryRun=true"), json!({ "name": "Ours" })).await.expect(200);
    assert_eq!((&checked.json["template"]["name"], &checked.json["template"]["differsFromGit"]), (&json!("Ours"), &json!(true)));
    assert_eq!(operator.get(PODCAST).await.json["template"]["name"], "Podcast");
    let wrong = operator.with("accept", "application/problem+json");
    let refused = wrong
        .put(&format!("{PODCAST}?dryRun=true"), json!({ "taskDefinitions": [{ "refId": "a", "description": "", "offsetDays": 0 }] }))
        .await;
    assert_eq!(refused.expect(400).json["errors"][0]["pointer"], "/taskDefinitions/0/description");
    operator.put("/api/templates/none?dryRun=true", json!({ "name": "x" })).await.expect(404);
}

#[tokio::test]
async fn an_edit_differs_from_git_until_it_is_taken_back() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let content = format!("{PODCAST}/content");
    let same = operator.get(&content).await.expect(200);
    assert_eq!(same.json, json!({ "source": "content/workflows/podcast.yaml", "edited": false, "newer": false }));
    let stored = operator.get(PODCAST).await.json["template"].clone();
    let mut tasks = stored["taskDefinitions"].clone();
    tasks[2]["offsetDays"] = json!(-20);
    tasks.as_array_mut().unwrap().remove(5);
    operator.put(PODCAST, json!({ "taskDefinitions": tasks, "emoji": "🎧" })).await.expect(200);
    let edited = operator.get(&content).await.expect(200);
    let difference = &edited.json["difference"];
    assert_eq!((&edited.json["edited"], &edited.json["newer"]), (&json!(true), &json!(false)));
    assert_eq!(difference["fields"], json!([{ "field": "emoji", "from": "🎧", "to": "🎙️" }]));
    let kinds: Vec<&str> = difference["tasks"].as_array().unwrap().iter().map(|task| task["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["changed", "added"]);

    let file = operator.get(&format!("{PODCAST}/file")).await.expect(200);
    assert_eq!((file.str("/name"), &file.json["problems"]), ("podcast.yaml", &json!([])));
    assert!(file.str("/text").contains("emoji: \"🎧\""));

    let taken = operator.post(&content, json!({})).await.expect(200);
    assert_eq!(taken.json["template"]["taskDefinitions"], stored["taskDefinitions"]);
    assert!(taken.json["template"].get("differsFromGit").is_none());
    let version = taken.json["template"]["version"].clone();
    assert_eq!(
        operator.post(&content, json!({})).await.expect(200).json["template"]["version"],
        version,
        "taken once, there is nothing more"
    );

    operator.put(PODCAST, json!({ "emoji": "🎧" })).await.expect(200);
    let back = operator.put(PODCAST, json!({ "emoji": "🎙️" })).await.expect(200);
    assert!(back.json["template"].get("differsFromGit").is_none(), "edited back, it differs no longer");
    let own = operator.post("/api/templates", small()).await.expect(201).str("/template/id").to_owned();
    assert_eq!(operator.get(&format!("/api/templates/{own}/content")).await.expect(200).json, json!({ "edited": false, "newer": false }));
    operator.post(&format!("/api/templates/{own}/content"), json!({})).await.expect(400);
    assert!(!operator.get(&format!("/api/templates/{own}/file")).await.expect(200).json["problems"].as_array().unwrap().is_empty());
    operator.get("/api/templates/none/content").await.expect(404);
    operator.get("/api/templates/none/file").await.expect(404);
    stack.anonymous().get(&content).await.expect(401);
}

#[tokio::test]
async fn seeding_brings_newer_content_to_what_nobody_edited() {
    let stack = Stack::seeded().await;
    let seed = || stack.administrate(json!({ "command": "seed" }));
    assert_eq!(seed().await["report"]["unchanged"], 11);
    stack.age_template("task-template.tasks.podcast", "0ld").await;
    let content = stack.operator().get(&format!("{PODCAST}/content")).await.expect(200);
    assert_eq!((&content.json["newer"], &content.json["edited"]), (&json!(true), &json!(false)));
    assert_eq!(content.json["difference"]["fields"][0]["from"], "0ld");
    assert_eq!(seed().await["report"]["updated"], json!(["Podcast"]));
    assert_eq!(stack.operator().get(PODCAST).await.json["template"]["name"], "Podcast");
    stack.age_template("task-template.tasks.podcast", "0ld").await;
    stack.operator().put(PODCAST, json!({ "emoji": "🎧" })).await.expect(200);
    let both = stack.operator().get(&format!("{PODCAST}/content")).await.expect(200);
    assert_eq!((&both.json["newer"], &both.json["edited"]), (&json!(true), &json!(true)));
    let report = seed().await;
    assert_eq!((&report["report"]["differs"], &report["report"]["updated"]), (&json!(["Podcast"]), &json!([])));
    assert_eq!(stack.operator().get(PODCAST).await.json["template"]["name"], "0ld", "an edit is never overwritten unasked");
}
