//! The operator's scenarios of recurring work on what the product is seeded with: its duties and its automatic workflows.

use dataops_domain::Timestamp;
use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

fn at(stack: &Stack, moment: &str) {
    stack.clock.set(Timestamp::parse(moment).unwrap());
}

async fn tick(caller: &Caller) -> Value {
    caller.post("/api/cron/run", json!({})).await.expect(200).json
}

fn list<'a>(answer: &'a Value, pointer: &str) -> &'a Vec<Value> {
    answer.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer} in {answer}"))
}

/// The rows of a group of Home that a duty made.
async fn on_home(caller: &Caller, group: &str, duty: &str) -> Vec<Value> {
    let home = caller.get("/api/views/home?for=all").await.expect(200).json;
    let source = json!(format!("recurring#duty.{duty}"));
    list(&home, group).iter().filter(|row| row["madeBy"]["source"] == source).cloned().collect()
}

#[tokio::test]
async fn the_slack_invite_of_2028_02_02_is_there_once_after_two_runs() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    at(&stack, "2028-02-02T05:00:00Z");
    let first = tick(&operator).await;
    assert_eq!(tick(&operator).await["recurring"]["generated"], json!([]));
    let due = on_home(&operator, "/dueToday", "slack-invites").await;
    assert_eq!(due.len(), 1);
    assert!(list(&first, "/recurring/generated").contains(&due[0]["id"]));
    assert_eq!(due[0]["madeBy"]["sentence"], "Every day at 09:00");
    let task = operator.get(&format!("/api/views/tasks/{}", due[0]["id"].as_str().unwrap())).await.expect(200).json;
    assert_eq!(
        (&task["origin"]["date"], &task["origin"]["madeBy"]["source"]),
        (&json!("2028-02-02"), &json!("recurring#duty.slack-invites"))
    );
    assert_eq!(task["task"]["instructionDocId"], "sop.community.slack-invites");
}

#[tokio::test]
async fn the_paused_mailchimp_backup_stays_quiet() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let paused = json!({ "reason": "The audience moves to another account" });
    operator.post("/api/recurring/duty.mailchimp-backup/pause", paused).await.expect(200);
    for wednesday in ["2026-07-08", "2026-07-15", "2026-07-22"] {
        at(&stack, &format!("{wednesday}T05:00:00Z"));
        assert_eq!(tick(&operator).await["failures"], 0);
        assert!(on_home(&operator, "/dueToday", "mailchimp-backup").await.is_empty());
        assert_eq!(on_home(&operator, "/dueToday", "newsletter-start").await.len(), 1, "the other duty of {wednesday} is there");
        let why = operator.get(&format!("/api/recurring/explain?source=recurring%23duty.mailchimp-backup&date={wednesday}")).await;
        assert_eq!(why.str("/verdict"), "paused");
        assert!(why.str("/why").contains("The audience moves to another account"), "{}", why.text);
    }
}

#[tokio::test]
async fn the_resumed_slack_dump_is_not_made_up_for() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    at(&stack, "2026-07-31T12:00:00Z");
    operator.post("/api/recurring/duty.slack-export/pause", json!({ "reason": "No access" })).await.expect(200);
    at(&stack, "2026-08-01T05:00:00Z");
    tick(&operator).await;
    at(&stack, "2026-08-03T09:00:00Z");
    operator.post("/api/recurring/duty.slack-export/resume", json!({})).await.expect(200);
    tick(&operator).await;
    assert!(on_home(&operator, "/overdue", "slack-export").await.is_empty(), "the 1st of August passed during the pause");
    at(&stack, "2026-09-01T05:00:00Z");
    tick(&operator).await;
    assert_eq!(on_home(&operator, "/dueToday", "slack-export").await.len(), 1, "the next month is there");
    let asked = json!({ "startDate": "2026-08-01", "endDate": "2026-08-01" });
    let made = operator.post("/api/recurring/generate", asked).await.expect(200);
    let missed: Vec<&Value> =
        list(&made.json, "/generated").iter().filter(|task| task["recurringConfigId"] == "duty.slack-export").collect();
    assert_eq!(missed.len(), 1, "unless somebody asks for the day");
}

#[tokio::test]
async fn the_newsletter_workflow_comes_from_its_schedule_and_says_so() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    at(&stack, "2026-07-06T05:00:00Z");
    tick(&operator).await;
    let home = operator.get("/api/views/home").await.expect(200).json;
    let card = list(&home, "/workflows").iter().find(|card| card["title"] == "Newsletter - Jul 20").expect("it is under way");
    let page = operator.get(&format!("/api/views/bundles/{}", card["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(page.str("/bundle/anchorDate"), "2026-07-20");
    let origin = &page.json["origin"];
    assert_eq!((&origin["date"], &origin["madeBy"]["title"]), (&json!("2026-07-06"), &json!("Newsletter")));
    let first = page.json.pointer("/phases/0/tasks/0/id").and_then(Value::as_str).unwrap();
    assert_eq!(operator.get(&format!("/api/views/tasks/{first}")).await.expect(200).json["origin"], *origin);
    let source = origin["madeBy"]["source"].as_str().unwrap().replace('#', "%23");
    let why = operator.get(&format!("/api/recurring/explain?source={source}&date=2026-07-06")).await.expect(200);
    assert_eq!((why.str("/verdict"), why.str("/row/bundleId")), ("exists", page.str("/bundle/id")));
}

#[tokio::test]
async fn the_tax_report_of_a_month_is_made_once() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    at(&stack, "2026-08-01T05:00:00Z");
    let made = tick(&operator).await;
    let mut anchors = Vec::new();
    for id in list(&made, "/created") {
        anchors.push(operator.get(&format!("/api/bundles/{}", id.as_str().unwrap())).await.expect(200).str("/bundle/title").to_owned());
    }
    assert_eq!(anchors.iter().filter(|title| *title == "Tax Report - Aug 1").count(), 1, "{anchors:?}");
    for _ in 0..3 {
        stack.clock.advance(15 * 60);
        let again = tick(&operator).await;
        assert_eq!((&again["created"], &again["templates"]["recovered"]), (&json!([]), &json!(0)));
    }
}

#[tokio::test]
async fn a_sponsor_follow_up_stays_in_sight_until_it_is_answered() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    at(&stack, "2026-07-06T05:00:00Z");
    tick(&operator).await;
    let task = on_home(&operator, "/dueToday", "sponsor-performance-follow-up").await[0]["id"].as_str().unwrap().to_owned();
    let action = |name: &str| format!("/api/tasks/{task}/actions/{name}");
    let wait = json!({ "waitingFor": "Sponsor", "followUpAt": "2026-07-08", "channel": "e-mail", "note": "Asked for the figures" });
    operator.post(&action("mark-waiting"), wait).await.expect(200);
    assert_eq!(on_home(&operator, "/waiting", "sponsor-performance-follow-up").await.len(), 1);
    operator.put("/api/notifications/dismiss-all", json!({})).await.expect(200);
    at(&stack, "2026-07-08T05:00:00Z");
    tick(&operator).await;
    assert_eq!(on_home(&operator, "/followUpsDue", "sponsor-performance-follow-up").await.len(), 1, "a dismissed reminder hides nothing");
    operator
        .post(&action("follow-up-sent"), json!({ "channel": "e-mail", "note": "Second mail", "nextFollowUpAt": "2026-07-10" }))
        .await
        .expect(200);
    let waiting = on_home(&operator, "/waiting", "sponsor-performance-follow-up").await;
    assert_eq!((waiting.len(), &waiting[0]["chasers"]), (1, &json!(1)));
    operator.post(&action("response-received"), json!({ "note": "Here they are" })).await.expect(200);
    assert_eq!(on_home(&operator, "/overdue", "sponsor-performance-follow-up").await.len(), 1, "answered, and still to be done");
}

#[tokio::test]
async fn a_duty_is_not_done_without_its_proof() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    tick(&operator).await;
    let task = on_home(&operator, "/dueToday", "mailchimp-backup").await[0]["id"].as_str().unwrap().to_owned();
    let address = format!("/api/tasks/{task}");
    let refused = operator.put(&address, json!({ "status": "done" })).await.expect(400);
    assert!(refused.text.contains("Backup in Drive"), "{}", refused.text);
    let done = json!({ "status": "done", "link": "https://drive.example/backup-2026-07-01" });
    assert_eq!(operator.put(&address, done).await.expect(200).str("/status"), "done");
    assert!(on_home(&operator, "/dueToday", "mailchimp-backup").await.is_empty());
}

#[tokio::test]
async fn a_failure_is_in_sight_until_it_is_mended_or_let_rest() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let template = operator.get("/api/templates").await.expect(200).json;
    let tax = list(&template, "/templates").iter().find(|one| one["name"] == "Tax Report").unwrap()["id"].as_str().unwrap().to_owned();
    operator.put(&format!("/api/templates/{tax}"), json!({ "triggerSchedule": "0 9 31 2 *" })).await.expect(200);
    tick(&operator).await;
    let failures = |home: &Value| list(home, "/failures").clone();
    let home = operator.get("/api/views/home").await.expect(200).json;
    assert_eq!(failures(&home).len(), 1);
    assert_eq!((&failures(&home)[0]["title"], &failures(&home)[0]["status"]), (&json!("Tax Report"), &json!("failed")));
    assert!(failures(&home)[0]["why"].as_str().unwrap().contains("never"), "{home}");
    operator.put("/api/notifications/dismiss-all", json!({})).await.expect(200);
    stack.clock.advance(15 * 60);
    tick(&operator).await;
    assert_eq!(failures(&operator.get("/api/views/home").await.json).len(), 1, "a dismissed reminder hides no failure");
    operator.put(&format!("/api/templates/{tax}"), json!({ "triggerSchedule": "0 9 1 * *" })).await.expect(200);
    tick(&operator).await;
    let mended = operator.get("/api/views/home").await.expect(200).json;
    assert!(failures(&mended).is_empty(), "{mended}");
}

#[tokio::test]
async fn after_the_first_tick_home_still_offers_to_start_a_workflow() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    at(&stack, "2026-07-07T05:00:00Z");
    // A Tuesday on which no workflow starts by itself, on a store whose earlier days are not looked at.
    tick(&operator).await;
    let home = operator.get("/api/views/home").await.expect(200).json;
    assert!(!list(&home, "/dueToday").is_empty());
    let offered: Vec<&str> = list(&home, "/templates").iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(offered.contains(&"Podcast") && offered.contains(&"Newsletter"), "{offered:?}");
}
