use dataops_domain::Timestamp;
use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

fn at(stack: &Stack, moment: &str) {
    stack.clock.set(Timestamp::parse(moment).unwrap());
}

async fn run(caller: &Caller) -> Value {
    caller.post("/api/cron/run", json!({})).await.expect(200).json
}

async fn duty(caller: &Caller, description: &str, cron: &str) -> String {
    let made = caller.post("/api/recurring", json!({ "description": description, "cronExpression": cron })).await.expect(201);
    made.str("/recurringConfig/id").to_owned()
}

async fn automatic(caller: &Caller, name: &str, schedule: &str, lead: i64, tasks: usize) -> String {
    let definitions: Vec<Value> =
        (0..tasks).map(|n| json!({ "refId": format!("t{n}"), "description": format!("Task {n}"), "offsetDays": n })).collect();
    let body = json!({ "name": name, "type": "letter", "triggerType": "automatic", "triggerSchedule": schedule, "triggerLeadDays": lead,
        "defaultAssigneeId": "editor", "taskDefinitions": definitions });
    caller.post("/api/templates", body).await.expect(201).str("/template/id").to_owned()
}

async fn notifications(caller: &Caller, kind: &str) -> Vec<Value> {
    let all = caller.get("/api/notifications?all=true").await.expect(200).json;
    all["notifications"].as_array().unwrap().iter().filter(|one| one["type"] == kind).cloned().collect()
}

#[tokio::test]
async fn the_slack_invite_comes_up_once_on_its_day_however_often_the_tick_runs() {
    let stack = Stack::empty().await;
    at(&stack, "2028-02-01T12:00:00Z");
    let operator = stack.user("portal-admin");
    let id = duty(&operator, "Send Slack invites", "0 9 2 2 *").await;
    assert_eq!(run(&operator).await["recurring"]["generated"], json!([]));
    at(&stack, "2028-02-02T05:00:00Z");
    let first = run(&operator).await;
    let task = first["recurring"]["generated"][0].as_str().unwrap().to_owned();
    let again = run(&operator).await;
    assert_eq!(
        (again["recurring"]["generated"].clone(), again["recurring"]["skipped"].as_u64(), again["skipped"].as_u64()),
        (json!([]), Some(1), Some(1))
    );
    let tasks = operator.get("/api/tasks?date=2028-02-02").await.expect(200);
    assert_eq!(tasks.json["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(
        (tasks.str("/tasks/0/id"), tasks.str("/tasks/0/recurringConfigId"), tasks.str("/tasks/0/source")),
        (task.as_str(), id.as_str(), "recurring")
    );
    let told = notifications(&operator, "recurring-due").await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0]["taskId"].as_str(), told[0]["dueAt"].as_str()), (Some(task.as_str()), Some("2028-02-02")));
    assert_eq!(told[0]["metadata"], json!({ "generatedDate": "2028-02-02", "recurringConfigId": id }));
    assert!(told[0]["message"].as_str().is_some_and(|words| words.contains("Send Slack invites") && words.contains("2028-02-02")));
}

#[tokio::test]
async fn a_paused_backup_stays_quiet_and_resumed_work_is_not_made_up_for() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Mailchimp backup", "0 9 * * *").await;
    run(&operator).await;
    operator.post(&format!("/api/recurring/{id}/pause"), json!({ "reason": "List is being moved" })).await.expect(200);
    for day in 2..=5 {
        at(&stack, &format!("2026-07-{day:02}T06:00:00Z"));
        let quiet = run(&operator).await;
        assert_eq!((quiet["recurring"]["generated"].clone(), quiet["failures"].as_u64()), (json!([]), Some(0)));
    }
    operator.post(&format!("/api/recurring/{id}/resume"), json!({})).await.expect(200);
    assert_eq!(run(&operator).await["recurring"]["generated"], json!([]), "nothing of the pause is made up for");
    at(&stack, "2026-07-06T06:00:00Z");
    assert_eq!(run(&operator).await["recurring"]["generated"].as_array().unwrap().len(), 1);
    let ledger = operator.get("/api/recurring/windows?status=skipped").await.expect(200);
    assert_eq!(ledger.json["windows"].as_array().unwrap().len(), 4);
    assert!(ledger.str("/windows/0/cause").contains("List is being moved"));
}

#[tokio::test]
async fn a_lost_tick_is_caught_up_for_seven_days_and_the_rest_is_said_to_be_missed() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    duty(&operator, "Backup", "0 9 * * *").await;
    run(&operator).await;
    at(&stack, "2026-07-15T06:00:00Z");
    let made = run(&operator).await;
    assert_eq!(made["recurring"]["generated"].as_array().unwrap().len(), 8, "today and seven days back");
    let missed = operator.get("/api/recurring/windows?status=missed&from=2026-07-01&to=2026-07-15").await.expect(200);
    assert_eq!(missed.json["windows"].as_array().unwrap().len(), 6, "the 2nd to the 7th");
    assert_eq!(run(&operator).await["recurring"]["generated"], json!([]));
    at(&stack, "2026-07-10T06:00:00Z");
    assert_eq!(run(&operator).await["recurring"]["generated"], json!([]), "a clock that goes back makes nothing twice");
}

#[tokio::test]
async fn a_newsletter_comes_from_its_schedule_once() {
    let stack = Stack::empty().await;
    let admin = stack.user("portal-admin");
    let id = automatic(&admin, "Newsletter", "0 9 * * 3", 12, 3).await;
    let first = run(&admin).await;
    assert_eq!(first["created"], first["templates"]["created"]);
    let bundle = first["created"][0].as_str().unwrap().to_owned();
    let detail = admin.get(&format!("/api/bundles/{bundle}")).await.expect(200);
    assert_eq!(
        (detail.str("/bundle/title"), detail.str("/bundle/anchorDate"), detail.str("/bundle/stage")),
        ("Newsletter - Jul 13", "2026-07-13", "preparation")
    );
    let tasks = admin.get(&format!("/api/bundles/{bundle}/tasks")).await.expect(200);
    assert_eq!((tasks.json["tasks"].as_array().unwrap().len(), tasks.str("/tasks/0/source")), (3, "template"));
    let again = run(&admin).await;
    assert_eq!((again["created"].clone(), again["templates"]["skipped"].as_u64()), (json!([]), Some(1)));
    let told = notifications(&admin, "stage-change").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0]["bundleId"].as_str(), told[0]["templateId"].as_str(), told[0]["dueAt"].as_str(), told[0]["userId"].as_str()),
        (Some(bundle.as_str()), Some(id.as_str()), Some("2026-07-13"), Some("editor"))
    );
    assert!(told[0]["message"].as_str().is_some_and(|words| words.contains("Newsletter") && words.contains("Jul 13")));
}

#[tokio::test]
async fn a_start_by_hand_is_the_work_of_its_window() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = automatic(&operator, "Tax report", "0 9 * * 3", 5, 2).await;
    let start = json!({ "title": "Tax report by hand", "anchorDate": "2026-07-06", "templateId": id });
    operator.post("/api/bundles", start.clone()).await.expect(201);
    let ran = run(&operator).await;
    assert_eq!((ran["created"].clone(), ran["templates"]["skipped"].as_u64()), (json!([]), Some(1)));
    operator.post("/api/bundles", start).await.expect(201);
    at(&stack, "2026-07-08T06:00:00Z");
    assert_eq!(run(&operator).await["created"].as_array().unwrap().len(), 1);
    let late = json!({ "title": "Once more", "anchorDate": "2026-07-13", "templateId": id });
    assert!(operator.post("/api/bundles", late).await.expect(409).error().contains("Tax report - Jul 13"));
}

#[tokio::test]
async fn one_source_that_cannot_be_read_stops_no_other() {
    let stack = Stack::empty().await;
    let admin = stack.user("portal-admin");
    duty(&admin, "Backup", "0 9 * * *").await;
    automatic(&admin, "Good", "0 9 * * *", 0, 2).await;
    let wrong = automatic(&admin, "Wrong", "99 99 * * *", 0, 2).await;
    let far = json!({ "name": "Far", "type": "far", "triggerType": "automatic", "triggerSchedule": "0 9 * * *", "triggerLeadDays": 2.5, "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
    admin.post("/api/templates", far).await.expect(201);
    let item = stack.raw().all("templates").remove(0);
    let mut broken = item.clone();
    broken["template_id"] = json!({ "S": "broken" });
    broken["doc"] = json!({ "S": "{" });
    stack.raw().put("templates", broken);
    let ran = run(&admin).await;
    assert_eq!(
        (ran["created"].as_array().unwrap().len(), ran["recurring"]["generated"].as_array().unwrap().len(), ran["failures"].as_u64()),
        (1, 1, Some(3))
    );
    let told = notifications(&admin, "automation-failure").await;
    assert_eq!(told.len(), 3);
    let of = told.iter().find(|one| one["templateId"] == json!(wrong)).unwrap();
    assert_eq!((of["dueAt"].as_str(), of["metadata"]["date"].as_str()), (Some("2026-07-01"), Some("2026-07-01")));
    assert_eq!(run(&admin).await["failures"].as_u64(), Some(3));
    assert_eq!(notifications(&admin, "automation-failure").await.len(), 3, "told once");
}

#[tokio::test]
async fn work_for_somebody_who_left_is_nobodys() {
    let stack = Stack::seeded().await;
    let admin = stack.admin();
    let body = json!({ "description": "Theirs", "cronExpression": "0 9 * * *", "assigneeId": "host" });
    admin.post("/api/recurring", body).await.expect(201);
    admin.send("PATCH", "/api/users/host", json!({ "disabled": true }).to_string().into_bytes()).await.expect(200);
    run(&admin).await;
    let tasks = admin.get("/api/tasks?date=2026-07-01").await.expect(200).json;
    let theirs = tasks["tasks"].as_array().unwrap().iter().find(|task| task["description"] == "Theirs").unwrap();
    assert!(theirs.get("assigneeId").is_none());
}

#[tokio::test]
async fn a_task_that_was_deleted_is_not_made_again() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    duty(&operator, "Backup", "0 9 * * *").await;
    let task = run(&operator).await["recurring"]["generated"][0].as_str().unwrap().to_owned();
    operator.delete(&format!("/api/tasks/{task}")).await.expect(204);
    assert_eq!(run(&operator).await["recurring"]["generated"], json!([]));
    operator.post("/api/recurring/generate", json!({ "startDate": "2026-07-01", "endDate": "2026-07-01" })).await.expect(200);
    operator.get(&format!("/api/tasks/{task}")).await.expect(404);
    let config = operator.get("/api/recurring").await.expect(200).str("/recurringConfigs/0/id").to_owned();
    let why = operator.get(&format!("/api/recurring/explain?source=recurring%23{config}&date=2026-07-01")).await.expect(200);
    assert_eq!((why.str("/verdict"), &why.json["deleted"]), ("exists", &json!(true)));
    assert!(why.str("/why").contains("Somebody deleted it since"), "{}", why.text);
}

#[tokio::test]
async fn a_run_under_a_key_is_answered_again_and_not_done_again() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    duty(&operator, "Backup", "0 9 * * *").await;
    let keyed = operator.with("idempotency-key", "run-1");
    let first = keyed.post("/api/cron/run", json!({})).await.expect(200);
    assert_eq!(first.json["recurring"]["generated"].as_array().unwrap().len(), 1);
    let again = keyed.post("/api/cron/run", json!({})).await.expect(200);
    assert_eq!((&again.json, again.header("idempotency-replayed")), (&first.json, Some("true")));
    keyed.post("/api/cron/run", json!({ "x": 1 })).await.expect(422);
}

#[tokio::test]
async fn a_tick_with_nothing_due_costs_six_calls_and_a_due_duty_one_transaction() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    duty(&operator, "Backup", "0 9 * * *").await;
    stack.administrate(json!({ "command": "tick" })).await;
    stack.clock.advance(15 * 60);
    stack.administrate(json!({ "command": "tick" })).await;
    stack.clock.advance(15 * 60);
    stack.ledger.take();
    stack.administrate(json!({ "command": "tick" })).await;
    let calls = stack.ledger.take_calls();
    assert!(calls.len() <= 6, "{calls:#?}");
    let task = operator.get("/api/tasks?date=2026-07-01").await.str("/tasks/0/id").to_owned();
    operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done" })).await.expect(200);
    stack.administrate(json!({ "command": "tick" })).await;
    stack.ledger.take();
    at(&stack, "2026-07-02T06:00:00Z");
    stack.administrate(json!({ "command": "tick" })).await;
    let written = stack.ledger.take_calls().iter().filter(|call| call.operation == "TransactWriteItems").count();
    assert_eq!(written, 1);
}

#[tokio::test]
async fn a_workflow_of_more_tasks_than_a_transaction_takes_is_made_whole() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    automatic(&operator, "Big", "0 9 * * *", 0, 150).await;
    let ran = run(&operator).await;
    let bundle = ran["created"][0].as_str().unwrap().to_owned();
    let tasks = operator.get(&format!("/api/bundles/{bundle}/tasks")).await.expect(200);
    assert_eq!(tasks.json["tasks"].as_array().unwrap().len(), 150);
    let ledger = operator.get("/api/recurring/windows").await.expect(200);
    assert_eq!((ledger.str("/windows/0/status"), ledger.json["windows"][0]["tasks"].as_u64()), ("created", Some(150)));
}

#[tokio::test]
async fn a_month_of_the_ledger_is_at_most_two_calls() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for n in 0..10 {
        duty(&operator, &format!("Duty {n}"), "0 9 * * *").await;
    }
    let june = json!({ "startDate": "2026-06-01", "endDate": "2026-06-30" });
    operator.post("/api/recurring/generate", june).await.expect(200);
    stack.ledger.take();
    let page = operator.get("/api/recurring/windows?from=2026-06-01&to=2026-06-30").await.expect(200);
    assert_eq!(page.json["windows"].as_array().unwrap().len(), 300);
    let calls = stack.ledger.take();
    assert!(calls.len() <= 2, "{calls:#?}");
}
