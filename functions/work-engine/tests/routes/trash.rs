use std::sync::Arc;

use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn podcast(operator: &Caller) -> (String, Vec<Value>) {
    let body = json!({ "title": "Run", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", body).await.expect(201);
    (made.str("/bundle/id").to_owned(), made.json["tasks"].as_array().unwrap().clone())
}

fn named(tasks: &[Value], reference: &str) -> String {
    tasks.iter().find(|task| task["templateTaskRef"] == reference).unwrap()["id"].as_str().unwrap().to_owned()
}

async fn trash(caller: &Caller, query: &str) -> Vec<(String, String)> {
    let page = caller.get(&format!("/api/views/trash{query}")).await.expect(200);
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    page.json["items"].as_array().unwrap().iter().map(|item| (text(item, "kind"), text(item, "title"))).collect()
}

fn pair(kind: &str, title: &str) -> (String, String) {
    (kind.to_owned(), title.to_owned())
}

#[tokio::test]
async fn deleted_things_are_listed_newest_first_until_they_are_restored() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    assert_eq!(trash(&operator, "").await, []);
    let (bundle, _) = podcast(&operator).await;
    let task = operator.post("/api/tasks", json!({ "description": "Call", "date": "2026-07-02" })).await.expect(201).str("/id").to_owned();
    operator.delete(&format!("/api/tasks/{task}")).await.expect(204);
    stack.clock.advance(60);
    operator.put(&format!("/api/bundles/{bundle}/archive"), json!({})).await.expect(200);
    operator.delete(&format!("/api/bundles/{bundle}")).await.expect(204);
    stack.clock.advance(60);
    operator.delete("/api/templates/task-template.tasks.newsletter").await.expect(204);
    let newsletter = trash(&operator, "").await.remove(0);
    assert_eq!(trash(&operator, "").await, [newsletter.clone(), pair("bundle", "Run"), pair("task", "Call")]);
    let page = operator.get("/api/views/trash").await.expect(200);
    assert_eq!((page.str("/items/2/deletedBy/name"), page.str("/items/2/deletedAt")), ("Editor", "2026-07-01T09:00:00.000Z"));
    assert_eq!((page.str("/items/2/date"), page.str("/items/2/id")), ("2026-07-02", task.as_str()));

    let back = operator.post(&format!("/api/tasks/{task}/restore"), json!({})).await.expect(200);
    assert_eq!((back.str("/description"), back.json["version"].as_u64()), ("Call", Some(2)));
    assert_eq!(operator.get(&format!("/api/tasks/{task}")).await.expect(200).json, back.json);
    assert_eq!(operator.get("/api/tasks?date=2026-07-02").await.expect(200).json["tasks"][0]["id"], task);
    let back = operator.post(&format!("/api/bundles/{bundle}/restore"), json!({})).await.expect(200);
    assert_eq!((back.str("/bundle/status"), back.json["bundle"]["plannedTasks"].as_u64()), ("archived", Some(42)));
    operator.post("/api/templates/task-template.tasks.newsletter/restore", json!({})).await.expect(200);
    operator.get("/api/templates/task-template.tasks.newsletter").await.expect(200);
    assert_eq!(trash(&operator, "").await, []);
    let events = operator.get(&format!("/api/audit-events?entity=task%23{task}")).await.expect(200);
    let actions: Vec<&str> = events.json["events"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["created", "deleted", "restored"]);
}

#[tokio::test]
async fn restoring_what_is_there_changes_nothing_and_what_never_was_is_not_found() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let (bundle, tasks) = podcast(&operator).await;
    let task = tasks[0]["id"].as_str().unwrap();
    for (path, words) in [("tasks/none", "Task not found"), ("bundles/none", "Bundle not found"), ("templates/none", "Template not found")]
    {
        assert_eq!(operator.post(&format!("/api/{path}/restore"), json!({})).await.expect(404).error(), words);
    }
    for path in [format!("tasks/{task}"), format!("bundles/{bundle}"), "templates/task-template.tasks.podcast".to_owned()] {
        let mut before = operator.get(&format!("/api/{path}")).await.expect(200).json;
        if let Some(bundle) = before.get_mut("bundle").and_then(Value::as_object_mut) {
            bundle.remove("risk");
        }
        assert_eq!(operator.post(&format!("/api/{path}/restore"), json!({})).await.expect(200).json, before, "{path}");
    }
    operator.delete(&format!("/api/tasks/{task}")).await.expect(204);
    operator.with("if-match", "\"7\"").post(&format!("/api/tasks/{task}/restore"), json!({})).await.expect(412);
    let keyed = operator.with("idempotency-key", "k");
    let first = keyed.post(&format!("/api/tasks/{task}/restore"), json!({})).await.expect(200);
    let again = keyed.post(&format!("/api/tasks/{task}/restore"), json!({})).await.expect(200);
    assert_eq!(again.text, first.text);
    operator.get(&format!("/api/tasks/{task}/restore")).await.expect(404);
    operator.put(&format!("/api/bundles/{bundle}/restore"), json!({})).await.expect(405);
    stack.anonymous().post(&format!("/api/tasks/{task}/restore"), json!({})).await.expect(401);
}

#[tokio::test]
async fn a_restored_task_is_counted_and_its_proofs_are_marked_again() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let (bundle, tasks) = podcast(&operator).await;
    let stored = async |pointer: &str| operator.get(&format!("/api/bundles/{bundle}")).await.expect(200).json.pointer(pointer).cloned();
    let id = named(&tasks, "actual-stream");
    operator.put(&format!("/api/tasks/{id}"), json!({ "status": "done", "link": "https://example.org" })).await.expect(200);
    let marked = stored("/bundle/evidenceFor").await;
    operator.delete(&format!("/api/tasks/{id}")).await.expect(204);
    assert_eq!(stored("/bundle/plannedTasks").await, Some(json!(41)));
    assert_ne!(stored("/bundle/evidenceFor").await, marked);
    let version = stored("/bundle/version").await;
    let back = operator.post(&format!("/api/tasks/{id}/restore"), json!({})).await.expect(200);
    assert_eq!(back.str("/status"), "done");
    assert_eq!((stored("/bundle/plannedTasks").await, stored("/bundle/evidenceFor").await), (Some(json!(42)), marked));
    assert_eq!(stored("/bundle/version").await, version, "counting raises no version");
    let page = operator.get(&format!("/api/views/bundles/{bundle}")).await.expect(200);
    assert_eq!((page.json["card"]["total"].as_u64(), page.json["card"]["done"].as_u64()), (Some(42), Some(1)));
}

#[tokio::test]
async fn a_restored_workflow_counts_what_happened_to_its_tasks_meanwhile() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let (bundle, tasks) = podcast(&operator).await;
    let id = |place: usize| tasks[place]["id"].as_str().unwrap();
    operator.delete(&format!("/api/tasks/{}", id(0))).await.expect(204);
    operator.put(&format!("/api/bundles/{bundle}/archive"), json!({})).await.expect(200);
    operator.delete(&format!("/api/bundles/{bundle}")).await.expect(204);
    operator.delete(&format!("/api/tasks/{}", id(1))).await.expect(204);
    operator.delete(&format!("/api/tasks/{}", id(2))).await.expect(204);
    operator.post(&format!("/api/tasks/{}/restore", id(0)), json!({})).await.expect(200);
    let back = operator.post(&format!("/api/bundles/{bundle}/restore"), json!({})).await.expect(200);
    assert_eq!(back.json["bundle"]["plannedTasks"].as_u64(), Some(40));
    operator.post(&format!("/api/tasks/{}/restore", id(1)), json!({})).await.expect(200);
    let page = operator.get(&format!("/api/views/bundles/{bundle}")).await.expect(200);
    assert_eq!(page.json["bundle"]["plannedTasks"].as_u64(), Some(41));
    assert_eq!(page.json["card"]["total"].as_u64(), Some(41));
}

#[tokio::test]
async fn the_trash_goes_on_with_its_cursor() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for n in 0..60 {
        let id = operator.post("/api/tasks", json!({ "description": format!("{n}"), "date": "2026-07-02" })).await.expect(201);
        operator.delete(&format!("/api/tasks/{}", id.str("/id"))).await.expect(204);
        stack.clock.advance(1);
    }
    let first = operator.get("/api/views/trash").await.expect(200);
    assert_eq!((first.str("/items/0/title"), first.str("/items/49/title")), ("59", "10"));
    assert_eq!(trash(&operator, &format!("?cursor={}", first.str("/nextCursor"))).await.first(), Some(&pair("task", "9")));
    let rest = operator.get(&format!("/api/views/trash?cursor={}", first.str("/nextCursor"))).await.expect(200);
    assert_eq!((rest.json["items"].as_array().unwrap().len(), rest.json.get("nextCursor")), (10, None));
}

/// Restoring and changing the workflow at the same time loses neither.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_restores_count_each_task_once() {
    let stack: Arc<Stack> = Stack::seeded().await;
    let operator = stack.operator();
    let (bundle, tasks) = podcast(&operator).await;
    let ids: Vec<String> = tasks[..3].iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect();
    for id in &ids {
        operator.delete(&format!("/api/tasks/{id}")).await.expect(204);
    }
    let restores: Vec<_> = ids
        .iter()
        .flat_map(|id| [id.clone(), id.clone()])
        .map(|id| {
            let caller = operator.clone();
            tokio::spawn(async move { caller.post(&format!("/api/tasks/{id}/restore"), json!({})).await.status })
        })
        .collect();
    for restore in restores {
        assert!(matches!(restore.await.unwrap(), 200 | 409));
    }
    for id in &ids {
        operator.post(&format!("/api/tasks/{id}/restore"), json!({})).await.expect(200);
    }
    let stored = operator.get(&format!("/api/bundles/{bundle}")).await.expect(200);
    assert_eq!(stored.json["bundle"]["plannedTasks"].as_u64(), Some(42));
}
