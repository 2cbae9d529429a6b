use std::sync::Arc;

use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn tasks(stack: &Arc<Stack>, fields: &[Value]) -> (Caller, Vec<String>) {
    let caller = stack.operator();
    let mut ids = Vec::new();
    for field in fields {
        let mut body = json!({ "description": "x", "date": "2026-07-02" });
        body.as_object_mut().unwrap().extend(field.as_object().unwrap().clone());
        ids.push(caller.post("/api/tasks", body).await.expect(201).str("/id").to_owned());
    }
    (caller, ids)
}

fn outcomes(answer: &Value) -> Vec<(bool, &str)> {
    answer["results"].as_array().unwrap().iter().map(|one| (one["ok"] == true, one["code"].as_str().unwrap_or(""))).collect()
}

#[tokio::test]
async fn each_task_has_a_result_of_its_own() {
    let stack = Stack::empty().await;
    let (caller, ids) = tasks(&stack, &[json!({}), json!({ "requiredLinkName": "Luma" }), json!({})]).await;
    let wait = json!({ "waitingFor": "x", "followUpAt": "2026-07-09", "channel": "mail", "note": "n" });
    caller.post(&format!("/api/tasks/{}/actions/mark-waiting", ids[2]), wait).await.expect(200);
    let asked = [ids[0].as_str(), "none", &ids[1], &ids[0], &ids[2], "../x"];
    let answer = caller.post("/api/tasks/bulk", json!({ "ids": asked, "action": "done" })).await.expect(200).json;
    assert_eq!(
        outcomes(&answer),
        [
            (true, ""),
            (false, "not_found"),
            (false, "proof_missing"),
            (false, "duplicate"),
            (false, "invalid_transition"),
            (false, "not_found")
        ]
    );
    let given: Vec<&str> = answer["results"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(given, asked);
    assert_eq!(answer["results"][0]["task"]["status"], "done");
    assert_eq!(answer["results"][2]["missing"], json!(["Cannot mark task as done: required link 'Luma' is not filled"]));
    assert!(answer["results"][2].get("task").is_none());
}

#[tokio::test]
async fn every_action_does_what_it_says() {
    let stack = Stack::empty().await;
    let (caller, ids) = tasks(&stack, &[json!({ "tags": ["a"] }), json!({ "date": "2026-12-31" })]).await;
    let act = async |action: &str, fields: Value| {
        let body = json!({ "ids": ids, "action": action, "fields": fields });
        let answer = caller.post("/api/tasks/bulk", body).await.expect(200).json;
        assert_eq!(outcomes(&answer), [(true, ""), (true, "")], "{action}: {answer}");
        answer["results"].as_array().unwrap().iter().map(|one| one["task"].clone()).collect::<Vec<_>>()
    };
    let told = |tasks: &[Value], key: &str| tasks.iter().map(|task| task[key].clone()).collect::<Vec<_>>();
    assert_eq!(told(&act("reschedule", json!({ "days": 1 })).await, "date"), [json!("2026-07-03"), json!("2027-01-01")]);
    assert_eq!(told(&act("reschedule", json!({ "date": "2026-08-01" })).await, "date"), [json!("2026-08-01"), json!("2026-08-01")]);
    assert_eq!(told(&act("assign", json!({ "assigneeId": "host" })).await, "assigneeId"), [json!("host"), json!("host")]);
    assert_eq!(told(&act("add-tags", json!({ "tags": ["b", "a", " b "] })).await, "tags"), [json!(["a", "b"]), json!(["b", "a"])]);
    assert_eq!(told(&act("remove-tags", json!({ "tags": ["b"] })).await, "tags"), [json!(["a"]), json!(["a"])]);
    assert_eq!(told(&act("done", json!({})).await, "status"), [json!("done"), json!("done")]);
    assert_eq!(told(&act("reopen", json!({})).await, "status"), [json!("todo"), json!("todo")]);
    let archived = act("archive", json!({})).await;
    assert_eq!(told(&archived, "status"), [json!("archived"), json!("archived")]);
    let versions: Value = archived
        .iter()
        .map(|task| (task["id"].as_str().unwrap().to_owned(), task["version"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(told(&act("undo", json!({ "versions": versions })).await, "status"), [json!("todo"), json!("todo")]);
    assert_eq!(told(&act("delete", json!({})).await, "status"), [json!(null), json!(null)]);
    caller.get(&format!("/api/tasks/{}", ids[0])).await.expect(404);
}

#[tokio::test]
async fn a_request_that_is_wrong_changes_nothing() {
    let stack = Stack::empty().await;
    let (caller, ids) = tasks(&stack, &[json!({})]).await;
    let refuse = async |body: Value| caller.post("/api/tasks/bulk", body).await.expect(400).error().to_owned();
    assert_eq!(refuse(Value::Null).await, "Request body is required");
    assert!(refuse(json!({ "ids": vec![ids[0].clone(); 101], "action": "done" })).await.contains("at most 100"));
    assert!(refuse(json!({ "ids": ids, "action": "dance" })).await.contains("action must be one of"));
    assert!(refuse(json!({ "ids": ids, "action": "reschedule", "fields": { "days": 4_000 } })).await.contains("days"));
    assert_eq!(caller.get(&format!("/api/tasks/{}", ids[0])).await.json["version"], 1);
    stack.anonymous().post("/api/tasks/bulk", json!({ "ids": ids, "action": "done" })).await.expect(401);
    caller.get("/api/tasks/bulk").await.expect(404);
}

#[tokio::test]
async fn a_repeated_request_moves_nothing_twice() {
    let stack = Stack::empty().await;
    let (caller, ids) = tasks(&stack, &[json!({}), json!({})]).await;
    let keyed = caller.with("idempotency-key", "shift");
    let body = json!({ "ids": ids, "action": "reschedule", "fields": { "days": 3 } });
    let first = keyed.post("/api/tasks/bulk", body.clone()).await.expect(200);
    caller.put(&format!("/api/tasks/{}", ids[0]), json!({ "comment": "meanwhile" })).await.expect(200);
    let again = keyed.post("/api/tasks/bulk", body).await.expect(200);
    assert_eq!((again.text.clone(), again.header("idempotency-replayed")), (first.text, Some("true")));
    assert_eq!(caller.get(&format!("/api/tasks/{}", ids[0])).await.str("/date"), "2026-07-05");
    keyed.post("/api/tasks/bulk", json!({ "ids": ids, "action": "done" })).await.expect(422);
}

/// A request that was cut off after its first task: the repetition finishes the rest and leaves the first alone, although
/// somebody has changed it since.
#[tokio::test]
async fn an_interrupted_request_is_finished_by_its_repetition() {
    let stack = Stack::empty().await;
    let (caller, ids) = tasks(&stack, &[json!({}), json!({})]).await;
    let body = json!({ "ids": ids, "action": "reschedule", "fields": { "days": 3 } });
    stack.ledger.kill_after_writes(1);
    let (keyed, first) = (caller.with("idempotency-key", "cut"), body.clone());
    assert!(tokio::spawn(async move { keyed.post("/api/tasks/bulk", first).await }).await.is_err(), "cut off");
    assert_eq!(caller.get(&format!("/api/tasks/{}", ids[1])).await.str("/date"), "2026-07-02");
    caller.put(&format!("/api/tasks/{}", ids[0]), json!({ "comment": "meanwhile" })).await.expect(200);
    let done = caller.with("idempotency-key", "cut").post("/api/tasks/bulk", body).await.expect(200).json;
    assert_eq!(outcomes(&done), [(true, ""), (true, "")]);
    for id in &ids {
        assert_eq!(caller.get(&format!("/api/tasks/{id}")).await.str("/date"), "2026-07-05");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_request_sent_at_once_is_done_once() {
    let stack = Stack::empty().await;
    let (caller, ids) = tasks(&stack, &[json!({}), json!({}), json!({})]).await;
    let keyed = caller.with("idempotency-key", "k");
    let body = json!({ "ids": ids, "action": "reschedule", "fields": { "days": 1 } });
    let sent: Vec<_> = (0..4)
        .map(|_| {
            let (keyed, body) = (keyed.clone(), body.clone());
            tokio::spawn(async move { keyed.post("/api/tasks/bulk", body).await })
        })
        .collect();
    for answer in sent {
        let answer = answer.await.unwrap().expect(200).json;
        assert_eq!(outcomes(&answer), [(true, ""); 3]);
    }
    for id in &ids {
        let task = caller.get(&format!("/api/tasks/{id}")).await.json;
        assert_eq!((&task["date"], &task["version"]), (&json!("2026-07-03"), &json!(2)));
    }
}
