//! A store with something of everything that the product makes, made through its own routes.

use std::sync::Arc;

use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

/// The password of a user, which no export may hold.
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Busy {
    pub(crate) stack: Arc<Stack>,
    pub(crate) bundle: String,
    pub(crate) task: String,
    pub(crate) job: String,
}

impl Busy {
    /// Workflows, duties with a pause, generated tasks and an automatic workflow, reminders, a wait, proof, files, jobs in several
    /// statuses, what was deleted, tokens and answers that were recorded.
    pub(crate) async fn start() -> Self {
        let stack = Stack::seeded().await;
        let (operator, admin) = (stack.operator(), stack.admin());
        let people = json!({ "name": "Ü. Person", "email": "u@example.org", "role": "operator", "password": PASSWORD });
        admin.post("/api/users", people).await.expect(201);
        admin.post("/api/tokens", json!({ "name": "script" })).await.expect(201);

        let templates = operator.get("/api/templates").await.expect(200).json;
        let template = templates["templates"].as_array().unwrap().iter().find(|one| one["type"] == "podcast").unwrap()["id"].clone();
        let body = json!({ "templateId": template, "anchorDate": "2026-07-20", "title": "Topic - Guest" });
        let started = operator.with("idempotency-key", "start").post("/api/bundles", body).await.expect(201);
        let bundle = started.str("/bundle/id").to_owned();
        let gone = operator.post("/api/bundles", json!({ "title": "A mistake", "anchorDate": "2026-07-21" })).await.expect(201);
        operator.delete(&format!("/api/bundles/{}", gone.str("/bundle/id"))).await;

        recurring(&stack, &operator).await;
        let task = proven(&operator, &bundle).await;
        let job = jobs(&stack, &operator, &task, &bundle).await;
        waiting(&operator).await;
        stack.clock.advance(3 * 86_400);
        let reminded = stack.administrate(json!({ "command": "remind" })).await;
        assert_eq!(reminded["ok"], true, "{reminded}");
        Self { stack, bundle, task, job }
    }
}

/// Some of the seeded duties made for a week, one paused; the tick has run.
async fn recurring(stack: &Arc<Stack>, operator: &Caller) {
    let configs = operator.get("/api/recurring").await.expect(200).json;
    let first = configs["recurringConfigs"][0]["id"].as_str().unwrap().to_owned();
    operator.post(&format!("/api/recurring/{first}/pause"), json!({ "reason": "Holidays", "until": "2026-07-10" })).await.expect(200);
    let ticked = stack.administrate(json!({ "command": "tick" })).await;
    assert_eq!(ticked["ok"], true, "{ticked}");
    let made = stack.administrate(json!({ "command": "generate", "from": "2026-07-02", "to": "2026-07-08" })).await;
    assert_eq!(made["ok"], true, "{made}");
}

/// A task that is done with a file, and one that was deleted.
async fn proven(operator: &Caller, bundle: &str) -> String {
    let body =
        json!({ "description": "Collect the invoice", "date": "2026-07-02", "requiresFile": true, "bundleId": bundle, "tags": ["books"] });
    let task = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    operator.upload(&[("taskId", &task), ("category", "invoice")], "invoice.pdf", b"%PDF-1.4 some bytes").await.expect(201);
    operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done", "comment": "It is there" })).await.expect(200);
    let body = json!({ "description": "Not needed", "date": "2026-07-02", "assigneeId": "somebody-who-left", "templateId": "never-was" });
    let gone = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    operator.delete(&format!("/api/tasks/{gone}")).await;
    task
}

/// Jobs that were approved, rejected and failed, and a draft.
async fn jobs(stack: &Arc<Stack>, operator: &Caller, task: &str, bundle: &str) -> String {
    let runner = stack.runner();
    let mut made = Vec::new();
    for end in ["approve", "reject", "fail", "draft"] {
        let body = json!({ "assistantType": "podcast", "title": format!("To {end}"), "taskId": task, "bundleId": bundle, "inputRefs": [{ "type": "task", "id": task }] });
        let job = operator.post("/api/assistant-jobs", body).await.expect(201).str("/job/id").to_owned();
        let act = |action: &'static str, body: Value| {
            let path = format!("/api/assistant-jobs/{job}/{action}");
            async move { operator.post(&path, body).await.expect(200) }
        };
        if end != "draft" {
            act("submit", json!({})).await;
        }
        match end {
            "approve" => {
                stack.run(&runner, Some(&job)).await;
                act("approve", json!({})).await;
            }
            "reject" => {
                stack.run(&runner, Some(&job)).await;
                act("reject", json!({ "reason": "Too short" })).await;
            }
            "fail" => drop(act("transition", json!({ "status": "failed", "error": "It broke" })).await),
            _ => {}
        }
        made.push(job);
    }
    made.remove(0)
}

async fn waiting(operator: &Caller) {
    let body = json!({ "description": "Ask the sponsor", "date": "2026-07-01" });
    let task = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
    let wait = json!({ "waitingFor": "Sponsor", "channel": "email", "followUpAt": "2026-07-03", "note": "Asked by mail" });
    operator.post(&format!("/api/tasks/{task}/actions/mark-waiting"), wait).await.expect(200);
}
