//! The registry of process documents, one document, and the form that reports a gap in one.

use dataops_testkit::Stack;
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    list["documents"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_registry_lists_every_document_and_costs_no_call() {
    let stack = Stack::empty().await;
    stack.ledger.take();
    let list = stack.operator().get("/api/documents").await.expect(200);
    assert_eq!(ids(&list.json).len(), 64);
    assert!(list.json.get("nextCursor").is_none());
    let entry = list.json["documents"].as_array().unwrap().iter().find(|entry| entry["id"] == "sop.podcast.prep-document").unwrap();
    assert_eq!(entry["title"], "Prepare the podcast document");
    assert_eq!((&entry["kind"], &entry["area"], &entry["stepCount"]), (&json!("sop"), &json!("podcast"), &json!(6)));
    assert_eq!((&entry["tags"], &entry["aliases"]), (&json!(["podcast"]), &json!([])));
    assert!(entry["updatedAt"].as_str().unwrap().ends_with('Z') && entry.get("found").is_none());
    let tag = list.header("etag").unwrap().to_owned();
    assert_eq!(stack.operator().with("if-none-match", &tag).get("/api/documents").await.status, 304);
    assert_eq!(stack.ledger.take_calls().len(), 0);
}

#[tokio::test]
async fn the_registry_is_searched_narrowed_and_paged() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let found = operator.get("/api/documents?q=podcast+edit+access").await.expect(200).json;
    assert_eq!(found["documents"][0]["id"], "sop.podcast.prep-document");
    let step = &found["documents"][0]["found"];
    assert_eq!((&step["stepId"], &step["stepTitle"]), (&json!("6"), &json!("Give the guest edit access")));
    let texts = operator.get("/api/documents?kind=template&area=podcast").await.expect(200).json;
    assert_eq!(ids(&texts), ["template.podcast.guest-messages"]);
    for nothing in ["q=zebra", "kind=none", "area=none", "tag=none", "q=%00%ff", "q=%3Cscript%3E"] {
        assert_eq!(operator.get(&format!("/api/documents?{nothing}")).await.expect(200).json["documents"], json!([]), "{nothing}");
    }
    assert_eq!(
        operator.get(&format!("/api/documents?q={}", "x".repeat(201))).await.expect(400).error(),
        "q must have at most 200 characters"
    );
    let mut seen = Vec::new();
    let mut path = "/api/documents?limit=20".to_owned();
    loop {
        let page = operator.get(&path).await.expect(200).json;
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/documents?limit=20&cursor={cursor}");
    }
    let all = operator.get("/api/documents").await.json;
    assert_eq!(seen, ids(&all));
    assert_eq!(operator.get("/api/documents?cursor=x").await.status, 400);
}

#[tokio::test]
async fn a_document_has_its_steps_links_and_backlinks() {
    let stack = Stack::empty().await;
    stack.ledger.take();
    let answer = stack.operator().get("/api/documents/sop.podcast.prep-document").await.expect(200);
    let document = &answer.json["document"];
    assert_eq!(document["id"], "sop.podcast.prep-document");
    let steps: Vec<&str> = document["steps"].as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap()).collect();
    assert_eq!(steps, ["1", "2", "3", "4", "5", "6"]);
    let outline: Vec<&str> = document["outline"].as_array().unwrap().iter().map(|heading| heading["anchor"].as_str().unwrap()).collect();
    assert_eq!((outline[0], outline[3]), ("section-summary", "1"));
    assert_eq!(
        document["links"][0],
        json!({ "written": "template.podcast.guest-messages", "id": "template.podcast.guest-messages", "title": "Messages around a podcast episode" })
    );
    assert_eq!(document["related"][1], json!({ "id": "sop.events.run-live-stream", "title": "Run the live stream", "found": true }));
    let uses = document["backlinks"]["workflows"].as_array().unwrap();
    let podcast = uses.iter().find(|used| used["templateId"] == "task-template.tasks.podcast").unwrap();
    let access = podcast["tasks"].as_array().unwrap().iter().find(|task| task["key"] == "add-guest-as-editor").unwrap();
    assert_eq!(access["stepId"], "6");
    let readers: Vec<&str> =
        document["backlinks"]["documents"].as_array().unwrap().iter().map(|link| link["id"].as_str().unwrap()).collect();
    assert!(readers.contains(&"reference.admin.process-index") && !readers.contains(&"sop.podcast.prep-document"), "{readers:?}");
    assert_eq!((&document["previous"]["found"], &document["next"]["found"]), (&json!(true), &json!(true)));
    let tag = answer.header("etag").unwrap().to_owned();
    assert_eq!(stack.operator().with("if-none-match", &tag).get("/api/documents/sop.podcast.prep-document").await.status, 304);
    assert_eq!(stack.ledger.take_calls().len(), 0);
    let duties = stack.operator().get("/api/documents/sop.community.slack-export").await.expect(200);
    assert_eq!(duties.json["document"]["backlinks"]["duties"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_document_is_found_by_its_path_and_nothing_else_is() {
    let stack = Stack::empty().await;
    for name in ["documents%2Fpodcast%2Fprep-document.md", "podcast%2Fprep-document.md", "doc:sop.podcast.prep-document"] {
        let answer = stack.operator().get(&format!("/api/documents/{name}")).await.expect(200);
        assert_eq!(answer.str("/document/id"), "sop.podcast.prep-document", "{name}");
    }
    for name in ["none", "sop.podcast", "..%2F..%2Fduties.yaml", "%00", "%3Cscript%3E", "%F0%9F%8E%99", &"x".repeat(4_000)] {
        let answer = stack.operator().get(&format!("/api/documents/{name}")).await.expect(404);
        assert_eq!(answer.error(), "Document not found", "{name}");
    }
    assert_eq!(stack.operator().get("/api/documents/%FF").await.status, 404);
    assert_eq!(stack.operator().post("/api/documents", json!({})).await.expect(404).error(), "Not found");
    assert_eq!(stack.operator().delete("/api/documents/sop.podcast.prep-document").await.expect(404).error(), "Not found");
}

#[tokio::test]
async fn every_document_is_small_and_whole() {
    let stack = Stack::empty().await;
    let list = stack.operator().get("/api/documents").await.expect(200).json;
    for id in ids(&list) {
        let answer = stack.operator().get(&format!("/api/documents/{id}")).await.expect(200);
        assert!(answer.text.len() < 60_000, "{id}: {}", answer.text.len());
        let document = &answer.json["document"];
        assert_eq!(document["stepCount"], json!(document["steps"].as_array().unwrap().len()), "{id}");
        let anchors: std::collections::BTreeSet<&str> =
            document["outline"].as_array().unwrap().iter().map(|heading| heading["anchor"].as_str().unwrap()).collect();
        assert_eq!(anchors.len(), document["outline"].as_array().unwrap().len(), "{id}: an anchor of its own for each heading");
    }
}

#[tokio::test]
async fn a_task_shows_its_step_and_falls_back_to_its_link() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let view = async |more: Value| {
        let mut body = json!({ "description": "x", "date": "2026-07-01" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
        operator.get(&format!("/api/views/tasks/{id}")).await.expect(200).json
    };
    let step = view(json!({ "instructionDocId": "sop.podcast.prep-document", "instructionStepId": "6" })).await;
    assert_eq!(step["instructions"]["stepTitle"], "Give the guest edit access");
    assert!(step["instructions"].get("missingStepId").is_none());
    let lost = view(json!({ "instructionDocId": "sop.podcast.prep-document", "instructionStepId": "60" })).await;
    assert_eq!((&lost["instructions"]["missingStepId"], lost["instructions"].get("stepId")), (&json!("60"), None));
    assert_eq!(lost["instructions"]["links"][0]["id"], "template.podcast.guest-messages", "the whole text has its links");
    let gone = view(json!({ "instructionDocId": "sop.none", "instructionsUrl": "https://example.org/how", "sourceDocIds": ["sop.none", "sop.oss.outreach", "sop.oss.outreach"] })).await;
    assert!(gone.get("instructions").is_none());
    assert_eq!(gone["task"]["instructionsUrl"], "https://example.org/how");
    assert_eq!(
        gone["documents"],
        json!([{ "id": "sop.none", "title": "sop.none", "found": false }, { "id": "sop.oss.outreach", "title": "Find and contact a project", "found": true }])
    );
}

#[tokio::test]
async fn the_form_for_a_gap_knows_where_it_was_found() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let start = json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", start).await.expect(201);
    let task = made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "add-guest-as-editor").unwrap();
    let task = task["id"].as_str().unwrap();
    let form = operator.get(&format!("/api/views/gap?task={task}")).await.expect(200).json;
    assert_eq!((&form["document"]["id"], &form["stepId"]), (&json!("sop.podcast.prep-document"), &json!("6")));
    assert_eq!(
        (&form["task"]["id"], &form["workflow"]["name"], &form["ownerId"]),
        (&json!(task), &json!("Topic - Guest"), &json!("operator"))
    );
    assert_eq!(form["steps"].as_array().unwrap().len(), 6);
    let form = operator.get("/api/views/gap?document=sop.podcast.prep-document&step=99").await.expect(200).json;
    assert_eq!((form.get("stepId"), form.get("task"), &form["document"]["found"]), (None, None, &json!(true)));
    let form = operator.get("/api/views/gap?document=none").await.expect(200).json;
    assert_eq!((&form["document"]["found"], &form["steps"]), (&json!(false), &json!([])));
    operator.get("/api/views/gap").await.expect(200);
    operator.get("/api/views/gap?task=none").await.expect(404);
}
