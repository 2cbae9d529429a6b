use std::sync::Arc;

use dataops_domain::id::TaskId;
use dataops_domain::task::Task;
use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn make(caller: &Caller, mut fields: Value) -> String {
    for (key, value) in [("description", "Call the sponsor"), ("date", "2026-07-02")] {
        if fields.get(key).is_none() {
            fields[key] = json!(value);
        }
    }
    caller.post("/api/tasks", fields).await.expect(201).str("/id").to_owned()
}

async fn waiting(stack: &Arc<Stack>) -> (Caller, String) {
    let caller = stack.operator();
    let id = make(&caller, json!({})).await;
    let wait = json!({ "waitingFor": "Sponsor", "followUpAt": "2026-07-01", "channel": "mail", "note": "asked for copy" });
    caller.post(&format!("/api/tasks/{id}/actions/mark-waiting"), wait).await.expect(200);
    (caller, id)
}

#[tokio::test]
async fn a_new_task_has_what_was_given_and_nothing_else() {
    let stack = Stack::empty().await;
    let given = json!({
        "description": "Call", "date": "2030-02-28", "tags": ["a"], "link": "guest@example.org", "id": "mine", "taskHistory": [1], "completedAt": "x",
        "validation": { "z": 1, "a": { "y": 1, "b": 2 } }, "bundleId": "no-such-bundle", "artifactRefs": [{ "artifactId": "x", "more": 1 }],
    });
    let made = stack.operator().post("/api/tasks", given).await.expect(201);
    assert_ne!(made.str("/id"), "mine");
    assert_eq!((made.str("/status"), made.str("/source"), made.str("/link")), ("todo", "manual", "mailto:guest@example.org"));
    assert!(made.text.contains(r#""validation":{"z":1,"a":{"y":1,"b":2}}"#), "{}", made.text);
    for absent in ["completedAt", "taskHistory", "comment", "waitingFor", "proofRequirement"] {
        assert!(made.json.get(absent).is_none(), "{absent}");
    }
    assert_eq!(made.str("/createdAt"), "2026-07-01T09:00:00.000Z");
    let read = stack.operator().get(&format!("/api/tasks/{}", made.str("/id"))).await.expect(200);
    assert_eq!(read.text, made.text);
    assert!(read.header("etag").unwrap().starts_with("\"1-"));
}

#[tokio::test]
async fn refusals_come_in_the_contract_s_order_and_words() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let refuse = async |body: Value| operator.post("/api/tasks", body).await.expect(400).error().to_owned();
    for body in [Vec::new(), b"{".to_vec(), b"null".to_vec(), b"[]".to_vec(), b"{\"description\":\"\xff\"}".to_vec()] {
        assert_eq!(operator.send("POST", "/api/tasks", body).await.expect(400).error(), "Request body is required");
    }
    assert_eq!(refuse(json!({})).await, "Missing required field: description");
    assert_eq!(refuse(json!({ "description": "x" })).await, "Missing required field: date");
    let base = |key: &str, value: Value| {
        let mut body = json!({ "description": "x", "date": "2026-07-02" });
        body[key] = value;
        body
    };
    for date in ["2026-02-31", "2026-13-45", "tomorrow", "2026-1-2"] {
        assert!(refuse(base("date", json!(date))).await.contains("date"), "{date}");
    }
    assert_eq!(refuse(base("status", json!("doing"))).await, "Invalid status. Must be 'todo', 'waiting', 'done', or 'archived'");
    assert_eq!(refuse(base("status", json!("waiting"))).await, "Waiting tasks require waitingFor, followUpAt, and comment");
    for (key, value) in [
        ("systems", json!("x")),
        ("systems", json!([1])),
        ("validation", json!([1])),
        ("proofRequirement.type", json!(null)),
        ("artifactRefs", json!([{}])),
        ("assistantJobRefs", json!({})),
        ("instructionDocId", json!(1)),
        ("phase", json!(false)),
        ("comment", json!({})),
        ("tags", json!("x")),
        ("requiresFile", json!("yes")),
        ("bundleId", json!(7)),
        ("link", json!("javascript:alert(1)")),
        ("link", json!("data:text/html,x")),
        ("instructionsUrl", json!("file:///etc/passwd")),
        ("followUpAt", json!("tomorrow")),
        ("description", json!("x".repeat(2_001))),
        ("comment", json!("x".repeat(20_001))),
        ("validation", json!({ "x": "y".repeat(17_000) })),
    ] {
        let body = if key == "proofRequirement.type" { base("proofRequirement", json!({ "type": "magic" })) } else { base(key, value) };
        let words = refuse(body).await;
        assert!(words.contains(key), "{key}: {words}");
    }
    assert_eq!(operator.get("/api/tasks?status=todo").await.json["tasks"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn ten_megabytes_of_notes_are_refused_by_size() {
    let stack = Stack::empty().await;
    let body = json!({ "description": "x", "date": "2026-07-02", "comment": "n".repeat(10_000_000) });
    let answer = stack.operator().post("/api/tasks", body).await.expect(413);
    assert!(answer.error().contains("larger"), "{}", answer.error());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    stack.operator().send("POST", "/api/tasks", deep.into_bytes()).await.expect(400);
}

#[tokio::test]
async fn what_no_item_can_hold_is_refused_by_size() {
    let stack = Stack::empty().await;
    let tags: Vec<String> = (0..200).map(|n| format!("{n}{}", "t".repeat(1_990))).collect();
    let body = json!({ "description": "x", "date": "2026-07-02", "tags": tags });
    assert!(stack.operator().post("/api/tasks", body).await.expect(413).error().contains("too large"));
    let long = json!({ "description": "x", "date": "2026-07-02", "bundleId": "ü".repeat(257) });
    assert!(stack.operator().post("/api/tasks", long).await.expect(400).error().contains("bundleId"));
    let definition = json!({ "refId": "r", "description": "d".repeat(1_900), "offsetDays": 0 });
    let template = json!({ "name": "x", "type": "x", "taskDefinitions": vec![definition; 300] });
    stack.operator().post("/api/templates", template).await.expect(413);
}

#[tokio::test]
async fn a_problem_body_names_every_field() {
    let stack = Stack::empty().await;
    let caller = stack.operator().with("accept", "application/problem+json");
    let answer = caller.post("/api/tasks", json!({ "status": "x", "tags": 1 })).await.expect(400);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let pointers: Vec<&str> = answer.json["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/description", "/date", "/status", "/tags"]);
    assert_eq!((answer.str("/code"), answer.str("/instance"), answer.json["status"].as_u64()), ("invalid_field", "/api/tasks", Some(400)));
    assert!(!answer.str("/requestId").is_empty());
}

#[tokio::test]
async fn updates_change_what_they_name() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = make(&operator, json!({ "bundleId": "b", "comment": "old" })).await;
    let path = format!("/api/tasks/{id}");
    assert_eq!(operator.put(&path, json!({ "unknown": 1 })).await.expect(400).error(), "No valid fields to update");
    assert_eq!(operator.put("/api/tasks/none", json!({ "comment": "x" })).await.expect(404).error(), "Task not found");
    operator.put("/api/tasks/none", json!({ "status": "x" })).await.expect(400);
    stack.clock.advance(60);
    let changed =
        operator.put(&path, json!({ "comment": null, "bundleId": null, "intakeRefs": [{ "intakeItemId": "i" }] })).await.expect(200);
    assert!(changed.json["comment"].is_null() && changed.json.get("comment").is_some());
    assert!(changed.json["bundleId"].is_null());
    assert_eq!((changed.json["version"].as_u64(), changed.str("/updatedAt")), (Some(2), "2026-07-01T09:01:00.000Z"));
    assert_eq!(operator.get("/api/tasks?bundleId=b").await.json["tasks"], json!([]));
    for (key, value) in [("description", json!(null)), ("date", json!(null)), ("date", json!("2026-02-30")), ("status", json!(null))] {
        operator.put(&path, json!({ key: value })).await.expect(400);
    }
}

#[tokio::test]
async fn waiting_needs_who_when_and_why_and_ends_by_its_own_actions() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = make(&operator, json!({})).await;
    let path = format!("/api/tasks/{id}");
    let refused =
        operator.put(&path, json!({ "status": "waiting", "waitingFor": "Sponsor", "followUpAt": "2026-07-09" })).await.expect(400);
    assert_eq!(refused.error(), "Waiting tasks require waitingFor, followUpAt, and comment");
    let put = json!({ "status": "waiting", "waitingFor": "Sponsor", "followUpAt": "2026-07-09", "comment": "asked" });
    let wait = operator.put(&path, put).await.expect(200);
    assert!(wait.json.get("taskHistory").is_none());
    let done = operator.put(&path, json!({ "status": "done" })).await.expect(400);
    assert_eq!(done.error(), "Waiting tasks must be resolved with the follow-up resolve action before completion");
    let todo = operator.put(&path, json!({ "status": "todo" })).await.expect(400);
    assert_eq!(todo.error(), "Waiting tasks must use the response received or unblocked action before returning to todo");
    operator.put(&path, json!({ "waitingFor": " " })).await.expect(400);
    operator.put(&path, json!({ "phase": "x" })).await.expect(200);
    operator.put(&path, json!({ "status": "archived" })).await.expect(200);
}

#[tokio::test]
async fn follow_up_actions_keep_their_history() {
    let stack = Stack::empty().await;
    let (operator, id) = waiting(&stack).await;
    let act = async |action: &str, body: Value| operator.post(&format!("/api/tasks/{id}/actions/{action}"), body).await;
    let sent = act("follow-up-sent", json!({ "channel": " mail ", "note": "again", "nextFollowUpAt": "2026-07-05" })).await.expect(200);
    assert_eq!((sent.str("/status"), sent.str("/followUpAt"), sent.str("/followUpChannel")), ("waiting", "2026-07-05", "mail"));
    let event = &sent.json["taskHistory"][1];
    assert_eq!(
        (event["previousFollowUpAt"].as_str(), event["followUpAt"].as_str(), event["actorId"].as_str()),
        (Some("2026-07-01"), Some("2026-07-05"), Some("editor"))
    );
    let back = act("response-received", json!({ "note": "sent the copy" })).await.expect(200);
    assert_eq!(back.str("/status"), "todo");
    for field in ["waitingFor", "followUpAt", "followUpChannel"] {
        assert_eq!(back.json.get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(back.str("/taskHistory/2/channel"), "mail");
    act("response-received", json!({ "note": "x" })).await.expect(400);
    let note = act("comment", json!({ "note": "called back" })).await.expect(200);
    assert_eq!(note.str("/taskHistory/3/action"), "commented");
}

#[tokio::test]
async fn resolve_done_ends_the_wait_and_completes_at_once() {
    let stack = Stack::empty().await;
    let (operator, id) = waiting(&stack).await;
    let done = operator
        .post(&format!("/api/tasks/{id}/actions/resolve-done"), json!({ "note": "all in", "link": "https://example.org/x" }))
        .await
        .expect(200);
    assert_eq!((done.str("/status"), done.str("/completedBy"), done.str("/link")), ("done", "editor", "https://example.org/x"));
    let actions: Vec<&str> = done.json["taskHistory"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["waiting-started", "wait-resolved", "completed"]);
    operator
        .post(
            &format!("/api/tasks/{id}/actions/mark-waiting"),
            json!({ "waitingFor": "x", "followUpAt": "2026-07-09", "channel": "x", "note": "x" }),
        )
        .await
        .expect(400);
}

#[tokio::test]
async fn action_bodies_are_checked_field_by_field() {
    let stack = Stack::empty().await;
    let (operator, id) = waiting(&stack).await;
    let act = async |action: &str, body: Value| operator.post(&format!("/api/tasks/{id}/actions/{action}"), body).await;
    let good = json!({ "channel": "mail", "note": "n", "nextFollowUpAt": "2026-07-05" });
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    for (key, value) in [("channel", json!(" ")), ("note", json!(null)), ("nextFollowUpAt", json!(""))] {
        assert_eq!(act("follow-up-sent", with(key, value)).await.expect(400).error(), format!("{key} is required"));
    }
    for (key, value) in [
        ("note", json!("x".repeat(501))),
        ("channel", json!("x".repeat(61))),
        ("nextFollowUpAt", json!("2026-99-99")),
        ("nextFollowUpAt", json!("tomorrow")),
        ("note", json!("see https://x/y?X-Amz-Signature=1")),
        ("note", json!("Bearer abcdef")),
        ("channel", json!("token=abc")),
        ("note", json!(5)),
    ] {
        let answer = act("follow-up-sent", with(key, value.clone())).await.expect(400);
        assert!(answer.error().contains(key), "{key} {value}: {}", answer.error());
    }
    act("follow-up-sent", json!({ "channel": "mail", "note": "n", "followUpAt": "2026-07-05T08:00:00Z" })).await.expect(200);
    assert_eq!(
        operator.send("POST", &format!("/api/tasks/{id}/actions/unblocked"), Vec::new()).await.expect(400).error(),
        "Request body is required"
    );
    act("explode", json!({ "note": "x" })).await.expect(404);
    assert_eq!(operator.post("/api/tasks/none/actions/unblocked", json!({})).await.expect(404).error(), "Task not found");
}

#[tokio::test]
async fn lists_filter_by_day_range_bundle_or_status() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for (date, status) in
        [("2026-07-01", "todo"), ("2026-07-02", "done"), ("2026-07-02", "todo"), ("2026-07-02", "archived"), ("2026-07-04", "todo")]
    {
        make(&operator, json!({ "date": date, "status": status, "bundleId": "b" })).await;
    }
    let list = async |query: &str| {
        let answer = operator.get(&format!("/api/tasks?{query}")).await.expect(200);
        answer.json["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| format!("{} {}", task["date"].as_str().unwrap(), task["status"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(list("date=2026-07-02").await, ["2026-07-02 archived", "2026-07-02 done", "2026-07-02 todo"]);
    assert_eq!(list("startDate=2026-07-02&endDate=2026-07-04").await.len(), 4);
    let of_bundle: Vec<String> = list("bundleId=b").await.iter().map(|line| line[..10].to_owned()).collect();
    assert_eq!(of_bundle, ["2026-07-01", "2026-07-02", "2026-07-02", "2026-07-02", "2026-07-04"]);
    assert_eq!(list("status=todo").await, ["2026-07-01 todo", "2026-07-02 todo", "2026-07-04 todo"]);
    assert_eq!(list("date=2026-07-01&status=done").await, ["2026-07-01 todo"], "the first filter wins");
    assert_eq!(operator.get("/api/tasks").await.expect(400).error().split(':').next(), Some("At least one filter is required"));
    assert_eq!(
        operator.get("/api/tasks?startDate=2026-07-01").await.expect(400).error(),
        "Both startDate and endDate are required for range queries"
    );
    for bad in ["status=x", "date=2026-02-31", "status=todo&limit=0", "status=todo&limit=x", "status=todo&cursor=%21%21"] {
        operator.get(&format!("/api/tasks?{bad}")).await.expect(400);
    }
}

#[tokio::test]
async fn pages_never_lose_or_repeat_a_task() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for day in 1..=9 {
        let status = if day % 3 == 0 { "done" } else { "todo" };
        make(&operator, json!({ "date": format!("2026-07-0{day}"), "status": status, "bundleId": "b" })).await;
    }
    for day in ["todo", "archived", "done", "todo"] {
        make(&operator, json!({ "date": "2026-08-01", "status": day })).await;
    }
    for filter in ["status=todo", "date=2026-08-01", "bundleId=b", "startDate=2026-07-01&endDate=2026-07-31"] {
        let whole = operator.get(&format!("/api/tasks?{filter}")).await.expect(200).json["tasks"].clone();
        for limit in [1, 2, 4] {
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = operator.get(&format!("/api/tasks?{filter}&limit={limit}{cursor}")).await.expect(200);
                paged.extend(page.json["tasks"].as_array().unwrap().clone());
                match page.json["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(json!(paged), whole, "{filter} by {limit}");
        }
    }
}

#[tokio::test]
async fn deleting_hides_a_task_and_unknown_ids_are_no_error() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = make(&operator, json!({})).await;
    operator.delete(&format!("/api/tasks/{id}")).await.expect(204);
    operator.delete(&format!("/api/tasks/{id}")).await.expect(204);
    operator.delete("/api/tasks/none").await.expect(204);
    operator.get(&format!("/api/tasks/{id}")).await.expect(404);
    operator.put(&format!("/api/tasks/{id}"), json!({ "comment": "x" })).await.expect(404);
    assert_eq!(operator.get("/api/tasks?status=todo").await.json["tasks"], json!([]));
    operator.send("PATCH", "/api/tasks/x", Vec::new()).await.expect(404);
}

#[tokio::test]
async fn what_somebody_else_changed_is_not_overwritten_unseen() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = make(&operator, json!({})).await;
    let path = format!("/api/tasks/{id}");
    let tag = operator.get(&path).await.header("etag").unwrap().to_owned();
    operator.with("if-match", &tag).put(&path, json!({ "comment": "first" })).await.expect(200);
    let late = operator.with("if-match", &tag).put(&path, json!({ "comment": "second" })).await.expect(412);
    assert!(late.error().contains("version 2"), "{}", late.error());
    operator.with("if-match", "\"2\"").put(&path, json!({ "comment": "third" })).await.expect(200);
    let tag = operator.get(&path).await.header("etag").unwrap().to_owned();
    operator.with("if-match", "\"1\"").delete(&path).await.expect(412);
    for id in ["%FF", "%E2%82"] {
        let missing = operator.get(&format!("/api/tasks/{id}")).await.expect(404);
        assert_eq!((missing.header("content-type"), missing.error()), (Some("application/json"), "Not found"));
    }
    operator.with("if-none-match", &tag).get(&path).await.expect(304);
    operator.with("if-match", "nonsense").put(&path, json!({ "comment": "x" })).await.expect(412);
}

#[tokio::test]
async fn a_day_of_more_than_a_thousand_tasks_is_told_to_its_end() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let made = operator.post("/api/tasks", json!({ "description": "x", "date": "2066-06-06" })).await.expect(201);
    let one: Task = serde_json::from_value(made.json).unwrap();
    stack.write_tasks((0..1_050).map(|number| Task { id: TaskId::new(format!("t-{number:04}")), ..one.clone() }).collect()).await;
    let (mut seen, mut path) = (Vec::new(), "/api/tasks?date=2066-06-06".to_owned());
    loop {
        let page = operator.get(&path).await.expect(200);
        assert!(page.json["tasks"].as_array().unwrap().len() <= 1_000);
        seen.extend(page.json["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.json["nextCursor"].as_str() else { break };
        path = format!("/api/tasks?date=2066-06-06&cursor={}", cursor.replace('#', "%23"));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1_051);
}

#[tokio::test]
async fn a_wait_keeps_its_reason() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let wait = json!({ "description": "x", "date": "2026-07-01", "status": "waiting", "waitingFor": "Guest", "followUpAt": "2026-07-02", "comment": "asked" });
    let path = format!("/api/tasks/{}", operator.post("/api/tasks", wait).await.expect(201).str("/id"));
    for change in [json!({ "comment": " " }), json!({ "comment": null }), json!({ "status": "waiting", "comment": null })] {
        let refused = operator.put(&path, change).await.expect(400);
        assert_eq!(refused.error(), "Waiting tasks require waitingFor, followUpAt, and comment");
    }
    operator.put(&path, json!({ "assigneeId": "editor" })).await.expect(200);
}
