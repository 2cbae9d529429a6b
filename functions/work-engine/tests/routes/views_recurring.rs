use std::sync::Arc;

use dataops_domain::Timestamp;
use dataops_testkit::Stack;
use serde_json::json;

async fn working() -> (Arc<Stack>, String, String) {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let duty = json!({ "description": "Backup", "cronExpression": "0 9 * * *" });
    let duty = operator.post("/api/recurring", duty).await.expect(201).str("/recurringConfig/id").to_owned();
    let letter = json!({ "name": "Letter", "type": "letter", "triggerType": "automatic", "triggerSchedule": "0 9 * * 3", "triggerLeadDays": 12,
        "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
    let template = operator.post("/api/templates", letter).await.expect(201).str("/template/id").to_owned();
    operator.post("/api/cron/run", json!({})).await.expect(200);
    (stack, duty, template)
}

#[tokio::test]
async fn the_recurring_page_says_how_every_source_stands() {
    let (stack, duty, template) = working().await;
    let operator = stack.operator();
    let page = operator.get("/api/views/recurring").await.expect(200);
    assert_eq!((page.json["ledger"]["expected"].as_u64(), page.json["ledger"]["made"].as_u64()), (Some(2), Some(2)), "{}", page.text);
    assert_eq!((page.json["ledger"]["gap"].clone(), page.json["failures"].clone()), (json!([]), json!([])));
    let [one, other] = [&page.json["duties"][0], &page.json["workflows"][0]];
    assert_eq!(
        (one["source"].clone(), other["source"].clone()),
        (json!(format!("recurring#{duty}")), json!(format!("template#{template}")))
    );
    assert_eq!(
        (one["state"].clone(), one["sentence"].clone(), one["made"].as_u64()),
        (json!("running"), json!("Every day at 09:00"), Some(1))
    );
    assert_eq!((other["leadDays"].as_i64(), other["lastRun"]["anchorDate"].clone()), (Some(12), json!("2026-07-13")));
    assert_eq!(one["next"][0]["date"], "2026-07-02", "today's is made");

    operator.post(&format!("/api/recurring/{duty}/pause"), json!({ "reason": "Holidays" })).await.expect(200);
    let page = operator.get("/api/views/recurring").await.expect(200).json;
    let one = &page["duties"][0];
    assert_eq!(
        (one["state"].clone(), one["next"].clone(), one["pause"]["reason"].clone()),
        (json!("paused"), json!([]), json!("Holidays"))
    );
    stack.anonymous().get("/api/views/recurring").await.expect(401);
}

#[tokio::test]
async fn the_page_of_a_source_has_its_next_ten_dates_and_its_ledger() {
    let (stack, duty, template) = working().await;
    let operator = stack.operator();
    stack.clock.set(Timestamp::parse("2026-07-02T06:00:00Z").unwrap());
    operator.post("/api/cron/run", json!({})).await.expect(200);
    let page = operator.get(&format!("/api/views/recurring/recurring/{duty}")).await.expect(200);
    assert_eq!((page.str("/recurringConfig/id"), page.json["row"]["next"].as_array().unwrap().len()), (duty.as_str(), 10));
    let dates =
        |of: &serde_json::Value| of.as_array().unwrap().iter().map(|row| row["date"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(dates(&page.json["windows"]), ["2026-07-02", "2026-07-01"], "newest first");
    let page = operator.get(&format!("/api/views/recurring/template/{template}")).await.expect(200);
    assert_eq!((page.str("/template/id"), page.str("/windows/0/status")), (template.as_str(), "created"));
    for wrong in [format!("recurring/{template}"), "recurring/none".to_owned(), format!("duty/{duty}")] {
        operator.get(&format!("/api/views/recurring/{wrong}")).await.expect(404);
    }
}

#[tokio::test]
async fn the_calendar_shows_four_weeks_of_what_is_there_and_what_will_be() {
    let (stack, duty, _) = working().await;
    let operator = stack.operator();
    let page = operator.get("/api/views/calendar").await.expect(200);
    assert_eq!((page.str("/today"), page.str("/from"), page.str("/to")), ("2026-07-01", "2026-06-29", "2026-07-26"));
    let days = page.json["days"].as_array().unwrap();
    assert_eq!(days.len(), 28);
    let day = |date: &str| days.iter().find(|day| day["date"] == date).unwrap();
    assert_eq!((day("2026-07-01")["tasks"].as_array().unwrap().len(), day("2026-07-01")["windows"].as_array().unwrap().len()), (1, 0));
    assert_eq!((day("2026-07-08")["windows"].as_array().unwrap().len(), day("2026-07-09")["windows"].as_array().unwrap().len()), (2, 1));
    let planned = &day("2026-07-09")["windows"][0];
    assert_eq!((planned["source"].clone(), planned["outcome"].clone()), (json!(format!("recurring#{duty}")), json!("create")));
    let later = operator.get("/api/views/calendar?from=2026-08-05").await.expect(200);
    assert_eq!((later.str("/from"), later.json["days"].as_array().unwrap().len()), ("2026-08-03", 28), "from the Monday of that week");
    assert!(operator.get("/api/views/calendar?from=soon").await.expect(400).error().contains("from"));
}
