use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn duty(caller: &Caller, description: &str, cron: &str) -> String {
    let made = caller.post("/api/recurring", json!({ "description": description, "cronExpression": cron })).await.expect(201);
    made.str("/recurringConfig/id").to_owned()
}

#[tokio::test]
async fn a_duty_is_made_read_changed_and_deleted() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let body =
        json!({ "description": "Backup", "cronExpression": "0\t9 * *  WED", "assigneeId": "editor", "schedule": "x", "dayOfWeek": 3 });
    let made = operator.post("/api/recurring", body).await.expect(201);
    let config = &made.json["recurringConfig"];
    assert_eq!((config["enabled"].clone(), config["cronExpression"].clone()), (json!(true), json!("0 9 * * WED")));
    assert!(config.get("schedule").is_none() && config.get("contentHash").is_none() && config.get("pauses").is_none(), "{config}");
    let id = made.str("/recurringConfig/id").to_owned();
    let read = operator.get(&format!("/api/recurring/{id}/")).await.expect(200);
    assert_eq!(read.json, made.json);
    assert!(read.header("etag").is_some_and(|tag| tag.starts_with("\"1-")));
    let listed = operator.get("/api/recurring").await.expect(200);
    assert_eq!(listed.json["recurringConfigs"].as_array().unwrap().len(), 1);
    let changed = operator.put(&format!("/api/recurring/{id}"), json!({ "description": "Backup list" })).await.expect(200);
    assert_eq!(
        (changed.str("/recurringConfig/description"), changed.json["recurringConfig"]["version"].as_u64()),
        ("Backup list", Some(2))
    );
    operator.with("if-match", "\"1\"").put(&format!("/api/recurring/{id}"), json!({ "description": "x" })).await.expect(412);
    operator.delete(&format!("/api/recurring/{id}")).await.expect(204);
    assert!(operator.get(&format!("/api/recurring/{id}")).await.expect(404).error().contains("not found"));
    assert_eq!(operator.get("/api/recurring").await.json["recurringConfigs"], json!([]));
}

#[tokio::test]
async fn bad_input_names_its_field() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    assert_eq!(operator.send("POST", "/api/recurring", b"{".to_vec()).await.expect(400).error(), "Invalid JSON");
    assert!(operator.post("/api/recurring", json!({ "cronExpression": "0 9 * * 1" })).await.expect(400).error().contains("description"));
    let none = operator.post("/api/recurring", json!({ "description": "D", "schedule": "0 9 * * 1" })).await.expect(400);
    assert!(none.error().to_lowercase().contains("cronexpression"), "{}", none.text);
    for cron in ["99 99 * * *", "* * * *", "0 9 31 2 *", "0 9 * * MON-XYZ", "0 0 9 * * 1", "0 9 L * *", "@daily", "0 9 ? * 1", ""] {
        let refused = operator.post("/api/recurring", json!({ "description": "D", "cronExpression": cron })).await.expect(400);
        assert!(refused.error().to_lowercase().contains("cron"), "{cron}: {}", refused.text);
    }
    let zone = json!({ "description": "D", "cronExpression": "0 9 * * 1", "timezone": "Europe/Nowhere" });
    assert!(operator.post("/api/recurring", zone).await.expect(400).error().contains("timezone"));
    let wrong = json!({ "description": "D", "cronExpression": "0 9 * * 1", "enabled": "yes", "assigneeId": 7 });
    operator.post("/api/recurring", wrong).await.expect(400);

    let id = duty(&operator, "D", "0 9 * * 1").await;
    let path = format!("/api/recurring/{id}");
    assert_eq!(operator.send("PUT", &path, b"{".to_vec()).await.status, 400);
    operator.send("PUT", &path, Vec::new()).await.expect(400);
    operator.put("/api/recurring/nothing", json!({ "description": 7 })).await.expect(404);
    assert!(operator.put(&path, json!({ "schedule": "x" })).await.expect(400).error().to_lowercase().contains("no valid fields"));
    assert!(operator.put(&path, json!({ "cronExpression": "nonsense" })).await.expect(400).error().to_lowercase().contains("cron"));
    for (method, path) in
        [("PATCH", path.as_str()), ("PUT", "/api/recurring"), ("GET", "/api/recurring/generate"), ("GET", "/api/cron/run")]
    {
        assert_eq!(operator.send(method, path, Vec::new()).await.expect(405).error(), "Method not allowed", "{method} {path}");
    }
    operator.send("POST", "/api/cron/nothing", Vec::new()).await.expect(404);
    duty(&operator, "D", "0 9 * * 1").await;
}

#[tokio::test]
async fn a_duty_with_history_is_not_deleted() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Backup", "0 9 * * *").await;
    operator.post("/api/cron/run", json!({})).await.expect(200);
    let refused = operator.delete(&format!("/api/recurring/{id}")).await.expect(409);
    assert!(refused.error().contains("Pause or disable"), "{}", refused.text);
    let mut body = refused.json.clone();
    body.as_object_mut().unwrap().remove("error");
    let references = json!({ "tasks": 1, "notifications": 1, "total": 2 });
    let wanted = json!({ "code": "recurring_config_has_generated_history", "recurringConfigId": id, "references": references });
    assert_eq!(body, wanted);
    operator.get(&format!("/api/recurring/{id}")).await.expect(200);
}

#[tokio::test]
async fn pausing_says_why_and_until_when_and_is_not_done_twice() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Backup", "0 9 * * *").await;
    let path = |verb: &str| format!("/api/recurring/{id}/{verb}");
    assert!(operator.post(&path("pause"), json!({})).await.expect(400).error().contains("reason"));
    operator.post(&path("pause"), json!({ "reason": "x", "until": "2026-06-30" })).await.expect(400);
    let paused = operator.post(&path("pause"), json!({ "reason": "Holidays", "until": "2026-07-10" })).await.expect(200);
    let config = &paused.json["recurringConfig"];
    assert_eq!((config["enabled"].clone(), config["version"].clone()), (json!(false), json!(2)));
    let pause = json!([{ "from": "2026-07-01T09:00:00.000Z", "until": "2026-07-10", "reason": "Holidays", "actorId": "editor" }]);
    assert_eq!(config["pauses"], pause);
    let again = operator.post(&path("pause"), json!({ "reason": "Other" })).await.expect(200);
    assert_eq!(again.json, paused.json, "pausing what is paused changes nothing");
    stack.clock.advance(10 * 86_400);
    let over = operator.get(&format!("/api/recurring/{id}")).await.expect(200);
    assert_eq!(over.json["recurringConfig"]["enabled"], json!(true), "it ran out by itself");
    let off = operator.put(&format!("/api/recurring/{id}"), json!({ "enabled": false })).await.expect(200);
    assert_eq!(off.json["recurringConfig"]["pauses"].as_array().unwrap().len(), 2);
    assert!(off.json["recurringConfig"]["pauses"][1].get("reason").is_none());
    let resumed = operator.post(&path("resume"), json!({})).await.expect(200);
    assert_eq!(resumed.json["recurringConfig"]["enabled"], json!(true));
    assert_eq!(operator.post(&path("resume"), json!({})).await.expect(200).json, resumed.json);
    let archived = operator.post(&path("archive"), json!({})).await.expect(200);
    assert!(archived.json["recurringConfig"]["archivedAt"].is_string());
    operator.post(&path("resume"), json!({})).await.expect(400);
    operator.post("/api/recurring/nothing/pause", json!({ "reason": "x" })).await.expect(404);
}

#[tokio::test]
async fn the_schedule_of_a_template_is_paused_like_a_duty() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let body = json!({ "name": "Letter", "type": "letter", "triggerType": "automatic", "triggerSchedule": "0 9 * * *", "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
    let id = operator.post("/api/templates", body).await.expect(201).str("/template/id").to_owned();
    let path = |verb: &str| format!("/api/templates/{id}/trigger/{verb}");
    let paused = operator.post(&path("pause"), json!({ "reason": "Summer" })).await.expect(200);
    assert_eq!(paused.json["template"]["triggerEnabled"], json!(false));
    assert_eq!(operator.post(&path("pause"), json!({ "reason": "Summer" })).await.expect(200).json, paused.json);
    assert_eq!(operator.post("/api/cron/run", json!({})).await.expect(200).json["created"], json!([]));
    operator.post(&path("resume"), json!({})).await.expect(200);
    let off = operator.put(&format!("/api/templates/{id}"), json!({ "triggerEnabled": false })).await.expect(200);
    assert_eq!(off.json["template"]["pauses"].as_array().unwrap().len(), 2);
    assert!(off.json["template"].get("scheduledSince").is_none());
    operator.post(&path("archive"), json!({})).await.expect(200);
    operator.post("/api/templates/nothing/trigger/pause", json!({ "reason": "x" })).await.expect(404);
    let manual = json!({ "name": "M", "type": "m", "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
    let manual = operator.post("/api/templates", manual).await.expect(201).str("/template/id").to_owned();
    operator.post(&format!("/api/templates/{manual}/trigger/pause"), json!({ "reason": "x" })).await.expect(400);
}

#[tokio::test]
async fn seeding_makes_each_duty_once_and_leaves_alone_what_somebody_changed() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let list = operator.get("/api/recurring").await.expect(200);
    let count = list.json["recurringConfigs"].as_array().unwrap().len();
    assert!(count >= 8, "{count} duties");
    let id = "duty.slack-invites";
    operator.post(&format!("/api/recurring/{id}/pause"), json!({ "reason": "Holidays" })).await.expect(200);
    operator.put("/api/recurring/duty.intake-review", json!({ "description": "Mine" })).await.expect(200);
    let report = stack.administrate(json!({ "command": "seed" })).await["report"]["duties"].clone();
    assert_eq!((report["created"].clone(), report["unchanged"].as_u64()), (json!([]), Some(count as u64 - 1)), "{report}");
    assert!(report["differs"][0].as_str().is_some_and(|words| words.contains("(description)")), "{report}");
    let paused = operator.get(&format!("/api/recurring/{id}")).await.expect(200);
    assert_eq!(paused.json["recurringConfig"]["enabled"], Value::Bool(false), "seeding never switches on what is paused");
    assert_eq!(operator.get("/api/recurring/duty.intake-review").await.str("/recurringConfig/description"), "Mine");
}
