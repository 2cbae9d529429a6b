use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn duty(caller: &Caller, description: &str, cron: &str) -> String {
    let made = caller.post("/api/recurring", json!({ "description": description, "cronExpression": cron })).await.expect(201);
    made.str("/recurringConfig/id").to_owned()
}

async fn letter(caller: &Caller, schedule: &str, lead: i64) -> String {
    let body = json!({ "name": "Letter", "type": "letter", "triggerType": "automatic", "triggerSchedule": schedule, "triggerLeadDays": lead,
        "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }, { "refId": "b", "description": "B", "offsetDays": 1 }] });
    caller.post("/api/templates", body).await.expect(201).str("/template/id").to_owned()
}

#[tokio::test]
async fn generating_a_range_makes_each_date_once_and_tells_nobody() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Backup", "0 9 * * 1-5").await;
    let off = duty(&operator, "Off", "0 9 * * *").await;
    operator.put(&format!("/api/recurring/{off}"), json!({ "enabled": false })).await.expect(200);
    let body = json!({ "startDate": "2026-06-01", "endDate": "2026-06-14" });
    let made = operator.post("/api/recurring/generate", body.clone()).await.expect(200);
    let tasks = made.json["generated"].as_array().unwrap();
    assert_eq!((tasks.len(), made.json["skipped"].as_u64(), made.json["failures"].as_u64()), (10, Some(0), Some(0)));
    assert_eq!(
        (tasks[0]["date"].clone(), tasks[0]["source"].clone(), tasks[0]["recurringConfigId"].clone()),
        (json!("2026-06-01"), json!("recurring"), json!(id))
    );
    assert_eq!(tasks[0]["dueAt"], json!("2026-06-01T07:00:00.000Z"), "09:00 in Berlin");
    let again = operator.post("/api/recurring/generate", body).await.expect(200);
    assert_eq!((again.json["generated"].clone(), again.json["skipped"].as_u64()), (json!([]), Some(10)));
    assert_eq!(operator.get("/api/notifications?all=true").await.json["notifications"], json!([]));
    for (body, words) in [
        (json!({}), "startDate"),
        (json!({ "startDate": "2026-06-01" }), "endDate"),
        (json!({ "startDate": "1.6.2026", "endDate": "2026-06-02" }), "startDate"),
        (json!({ "startDate": "2026-06-02", "endDate": "2026-06-01" }), "endDate"),
        (json!({ "startDate": "2026-01-01", "endDate": "2026-04-02" }), "90 days"),
    ] {
        assert!(operator.post("/api/recurring/generate", body).await.expect(400).error().contains(words), "{words}");
    }
    operator.send("POST", "/api/recurring/generate", b"{".to_vec()).await.expect(400);
}

#[tokio::test]
async fn a_preview_says_what_applying_does_and_applying_asks_for_it_again_when_the_world_changed() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Backup", "0 9 * * *").await;
    let paused = duty(&operator, "Paused", "0 9 * * *").await;
    operator.post(&format!("/api/recurring/{paused}/pause"), json!({ "reason": "Holidays" })).await.expect(200);
    let template = letter(&operator, "0 9 * * 1", 7).await;
    let range = json!({ "from": "2026-07-06", "to": "2026-07-07" });
    let before = stack.raw().all("tasks").len();
    let preview = operator.post("/api/recurring/preview", range.clone()).await.expect(200);
    let counters = json!({ "templateCreated": 1, "templateSkipped": 0, "templateRecovered": 0, "recurringGenerated": 2, "recurringSkipped": 0, "failures": 0 });
    assert_eq!(preview.json["counters"], counters);
    assert_eq!((preview.json["create"].as_array().unwrap().len(), preview.json["paused"].as_array().unwrap().len()), (3, 2));
    assert_eq!(stack.raw().all("tasks").len(), before, "a preview writes nothing");

    let mut apply = range.clone();
    apply["token"] = preview.json["token"].clone();
    operator.put(&format!("/api/recurring/{id}"), json!({ "description": "Backup the list" })).await.expect(200);
    let refused = operator.post("/api/recurring/apply", apply.clone()).await.expect(409);
    apply["token"] = refused.json["preview"]["token"].clone();
    operator.delete(&format!("/api/templates/{template}")).await.expect(204);
    let refused = operator.post("/api/recurring/apply", apply.clone()).await.expect(409);
    assert_eq!(refused.json["preview"]["counters"]["templateCreated"], json!(0));
    apply["token"] = refused.json["preview"]["token"].clone();
    let applied = operator.post("/api/recurring/apply", apply.clone()).await.expect(200);
    assert_eq!((applied.json["counters"]["recurringGenerated"].as_u64(), applied.json["tasks"].as_array().unwrap().len()), (Some(2), 2));
    let again = operator.post("/api/recurring/apply", apply).await.expect(409);
    assert_eq!(again.json["preview"]["counters"]["recurringSkipped"], json!(2));
    operator.post("/api/recurring/apply", range).await.expect(400);
    operator.post("/api/recurring/preview", json!({ "date": "2026-07-06", "source": "duty" })).await.expect(400);
    operator.post("/api/recurring/preview", json!({ "date": "2026-07-06", "source": "recurring#none" })).await.expect(404);
}

#[tokio::test]
async fn a_date_that_matches_nothing_reports_nothing() {
    let stack = Stack::empty().await;
    duty(&stack.operator(), "Backup", "0 9 * * 3").await;
    let preview = stack.operator().post("/api/recurring/preview", json!({ "date": "2026-07-06" })).await.expect(200);
    assert!(preview.json["counters"].as_object().unwrap().values().all(|count| count == 0));
    assert_eq!((preview.json["create"].clone(), preview.json["paused"].clone()), (json!([]), json!([])));
}

#[tokio::test]
async fn any_source_and_date_is_explained_by_the_rule_that_decided() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Backup", "0 9 * * 3").await;
    operator.post("/api/cron/run", json!({})).await.expect(200);
    let explain = async |date: &str| operator.get(&format!("/api/recurring/explain?source=recurring%23{id}&date={date}")).await;
    for (date, verdict, rule) in [
        ("2026-07-01", "exists", "ledger"),
        ("2026-07-02", "not-matching", "schedule"),
        ("2026-07-08", "create", "due"),
        ("2026-06-24", "before-creation", "creation"),
    ] {
        let said = explain(date).await.expect(200);
        assert_eq!((said.str("/verdict"), said.str("/rule")), (verdict, rule), "{date}: {}", said.text);
        assert!(!said.str("/why").is_empty());
    }
    operator.post(&format!("/api/recurring/{id}/pause"), json!({ "reason": "Holidays" })).await.expect(200);
    let said = explain("2026-07-08").await.expect(200);
    assert_eq!((said.str("/verdict"), said.str("/rule")), ("paused", "open-pause"));
    assert!(said.str("/why").contains("Holidays"));
    explain("2026-02-30").await.expect(400);
    operator.get("/api/recurring/explain?source=task%23x&date=2026-07-01").await.expect(400);
    operator.get("/api/recurring/explain?source=recurring%23none&date=2026-07-01").await.expect(404);
}

#[tokio::test]
async fn a_source_is_simulated_before_it_is_saved() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = duty(&operator, "Backup", "0 9 * * 3").await;
    let simulate = async |more: Value| {
        let mut body = json!({ "from": "2026-07-02", "to": "2026-07-29" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        operator.post("/api/recurring/simulate", body).await
    };
    let dates = |answer: &Value| {
        answer["windows"].as_array().unwrap().iter().map(|one| one["date"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(dates(&simulate(json!({})).await.expect(200).json).len(), 4);
    let changed = simulate(json!({ "recurringConfig": { "id": id, "cronExpression": "0 9 1,15 * *" } })).await.expect(200);
    assert_eq!(
        (dates(&changed.json), changed.str("/sentence")),
        (vec!["2026-07-15".to_owned()], "On the 1st and 15th of every month at 09:00")
    );
    let new = simulate(json!({ "recurringConfig": { "description": "New", "cronExpression": "0 9 * * *" } })).await.expect(200);
    assert_eq!(new.json["counters"]["recurringGenerated"], json!(28));
    simulate(json!({ "recurringConfig": { "description": "New", "cronExpression": "0 9 31 2 *" } })).await.expect(400);
    assert_eq!(operator.get(&format!("/api/recurring/{id}")).await.str("/recurringConfig/cronExpression"), "0 9 * * 3");
}

#[tokio::test]
async fn the_ledger_is_listed_and_a_failure_can_rest() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    duty(&operator, "Backup", "0 9 * * *").await;
    let broken = letter(&operator, "0 9 31 2 *", 0).await;
    let run = operator.post("/api/cron/run", json!({})).await.expect(200);
    assert_eq!((run.json["failures"].as_u64(), run.json["recurring"]["generated"].as_array().unwrap().len()), (Some(1), 1));
    let list = operator.get("/api/recurring/windows?from=2026-07-01&to=2026-07-01").await.expect(200);
    assert_eq!(list.json["windows"].as_array().unwrap().len(), 2);
    let failed = operator.get("/api/recurring/windows?status=attention&kind=template").await.expect(200);
    assert_eq!(failed.str("/windows/0/source"), format!("template#{broken}"));
    assert!(failed.str("/windows/0/cause").contains("never fire"), "{}", failed.text);
    let bare = json!({ "source": format!("template#{broken}"), "date": "2026-07-01" });
    operator.post("/api/recurring/windows/acknowledge", bare).await.expect(200);
    let body = json!({ "source": format!("template#{broken}"), "date": "2026-07-01", "note": "Known" });
    let rested = operator.post("/api/recurring/windows/acknowledge", body.clone()).await.expect(200);
    assert_eq!((rested.str("/window/acknowledged/by"), rested.str("/window/acknowledged/note")), ("editor", "Known"));
    assert_eq!(operator.post("/api/recurring/windows/acknowledge", body).await.expect(200).json, rested.json);
    assert_eq!(operator.get("/api/recurring/windows?status=attention").await.json["windows"], json!([]));
    let first = operator.get("/api/recurring/windows?limit=1").await.expect(200);
    assert_eq!(first.json["windows"].as_array().unwrap().len(), 1);
    let next = operator.get(&format!("/api/recurring/windows?limit=1&cursor={}", first.str("/nextCursor"))).await.expect(200);
    assert_eq!((next.json["windows"].as_array().unwrap().len(), next.json.get("nextCursor")), (1, None));
    assert_ne!(first.json["windows"], next.json["windows"]);
    operator.get("/api/recurring/windows?limit=0").await.expect(400);
    operator.get("/api/recurring/windows?status=odd").await.expect(400);
    operator.get("/api/recurring/windows?from=2026-07-02&to=2026-07-01").await.expect(400);
    let verified = stack.administrate(json!({ "command": "audit-verify" })).await;
    assert_eq!(verified["audit"]["findings"], json!([]), "{verified}");
}
