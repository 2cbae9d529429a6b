use std::sync::Arc;

use dataops_testkit::{Answer, Caller, Stack};
use serde_json::{Value, json};

async fn started(stack: &Arc<Stack>) -> (Caller, String, Answer) {
    let operator = stack.operator();
    let body = json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", body).await.expect(201);
    let path = format!("/api/bundles/{}", made.str("/bundle/id"));
    (operator, path, made)
}

fn task<'a>(list: &'a Value, reference: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|task| task["templateTaskRef"] == reference).unwrap()
}

async fn dates(caller: &Caller, path: &str) -> Vec<(String, String)> {
    let tasks = caller.get(&format!("{path}/tasks")).await.expect(200).json["tasks"].clone();
    let mut dates: Vec<(String, String)> = tasks
        .as_array()
        .unwrap()
        .iter()
        .map(|task| (task["id"].as_str().unwrap().to_owned(), task["date"].as_str().unwrap().to_owned()))
        .collect();
    dates.sort();
    dates
}

fn days_later(dates: &[(String, String)], days: i64) -> Vec<(String, String)> {
    let later = |date: &str| dataops_domain::time::plus_days(date.parse().unwrap(), days).unwrap().to_string();
    dates.iter().map(|(id, date)| (id.clone(), later(date))).collect()
}

#[tokio::test]
async fn open_tasks_that_nobody_moved_follow_and_the_rest_is_listed() {
    let stack = Stack::seeded().await;
    let (operator, path, made) = started(&stack).await;
    let of = |reference: &str| task(&made.json["tasks"], reference)["id"].as_str().unwrap().to_owned();
    let put = async |reference: &str, body: Value| operator.put(&format!("/api/tasks/{}", of(reference)), body).await.expect(200);
    put("actual-stream", json!({ "status": "done", "link": "https://example.org" })).await;
    put("create-banner-figma", json!({ "status": "archived" })).await;
    put("remind-guest-7d", json!({ "date": "2026-07-04" })).await;
    let wait = json!({ "waitingFor": "Guest", "followUpAt": "2026-07-03", "channel": "mail", "note": "asked" });
    operator.post(&format!("/api/tasks/{}/actions/mark-waiting", of("obtain-speaker-email")), wait).await.expect(200);
    operator
        .post("/api/tasks", json!({ "description": "Own", "date": "2026-07-10", "bundleId": made.str("/bundle/id") }))
        .await
        .expect(201);
    let before = dates(&operator, &path).await;
    let reschedule = format!("{path}/reschedule");
    let preview = operator.post(&reschedule, json!({ "anchorDate": "2026-08-01", "preview": true })).await.expect(200).json;
    assert_eq!(dates(&operator, &path).await, before, "a preview writes nothing");
    assert_eq!(operator.get(&path).await.str("/bundle/anchorDate"), "2026-07-20");
    assert_eq!((preview["moved"].as_array().unwrap().len(), preview["kept"].as_array().unwrap().len()), (39, 4));
    assert_eq!((&preview["from"], &preview["anchorDate"], &preview["preview"]), (&json!("2026-07-20"), &json!("2026-08-01"), &json!(true)));
    let reasons: Vec<&str> = preview["kept"].as_array().unwrap().iter().map(|kept| kept["reason"].as_str().unwrap()).collect();
    for reason in ["done", "archived", "moved-by-hand", "added-by-hand"] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    assert!(preview["moved"].as_array().unwrap().iter().any(|moved| moved["weekend"] == true), "1 August is a Saturday");
    let done = operator.post(&reschedule, json!({ "anchorDate": "2026-08-01", "from": "2026-07-20" })).await.expect(200).json;
    assert_eq!((&done["moved"], &done["kept"]), (&preview["moved"], &preview["kept"]));
    assert_eq!(
        (&done["bundle"]["anchorDate"], &done["bundle"]["version"]),
        (&json!("2026-08-01"), &operator.get(&path).await.json["bundle"]["version"])
    );
    let after = dates(&operator, &path).await;
    let kept: Vec<&str> = done["kept"].as_array().unwrap().iter().map(|kept| kept["id"].as_str().unwrap()).collect();
    for ((id, was), (_, is)) in days_later(&before, 12).iter().zip(&after) {
        let stayed = before.iter().find(|(known, _)| known == id).unwrap();
        assert_eq!(is, if kept.contains(&id.as_str()) { &stayed.1 } else { was });
    }
    let waiting = operator.get(&format!("/api/tasks/{}", of("obtain-speaker-email"))).await.json;
    assert_eq!((&waiting["status"], &waiting["followUpAt"]), (&json!("waiting"), &json!("2026-07-03")), "a follow-up date stays");
    assert_eq!(operator.get(&format!("/api/views{}", path.strip_prefix("/api").unwrap())).await.json["events"][0]["action"], "rescheduled");
    operator.post(&reschedule, json!({ "anchorDate": "2026-07-20", "from": "2026-08-01" })).await.expect(200);
    assert_eq!(dates(&operator, &path).await, before, "moving back is the way to undo");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_words() {
    let stack = Stack::seeded().await;
    let (operator, path, _) = started(&stack).await;
    let reschedule = format!("{path}/reschedule");
    for body in [
        json!({}),
        json!({ "anchorDate": "2026-02-31" }),
        json!({ "anchorDate": "2026-08-01", "preview": "yes" }),
        json!({ "anchorDate": "0001-01-02" }),
    ] {
        let refused = operator.post(&reschedule, body.clone()).await.expect(400);
        assert!(refused.error().contains("anchorDate") || refused.error().contains("preview"), "{body}: {}", refused.error());
    }
    let late = operator.post(&reschedule, json!({ "anchorDate": "2026-08-01", "from": "2026-07-13" })).await.expect(409);
    assert!(late.error().contains("moved to 2026-07-20"), "{}", late.error());
    operator.with("if-match", "\"9\"").post(&reschedule, json!({ "anchorDate": "2026-08-01" })).await.expect(412);
    operator.post("/api/bundles/none/reschedule", json!({ "anchorDate": "2026-08-01" })).await.expect(404);
    operator.get(&reschedule).await.expect(405);
    operator.put(&format!("{path}/archive"), Value::Null).await.expect(200);
    assert!(operator.post(&reschedule, json!({ "anchorDate": "2026-08-01" })).await.expect(400).error().contains("archived"));
    stack.anonymous().post(&reschedule, json!({ "anchorDate": "2026-08-01" })).await.expect(401);
}

#[tokio::test]
async fn a_repeated_move_is_answered_as_the_first() {
    let stack = Stack::seeded().await;
    let (operator, path, _) = started(&stack).await;
    let keyed = operator.with("idempotency-key", "move");
    let body = json!({ "anchorDate": "2026-08-03", "from": "2026-07-20" });
    let first = keyed.post(&format!("{path}/reschedule"), body.clone()).await.expect(200);
    let again = keyed.post(&format!("{path}/reschedule"), body.clone()).await.expect(200);
    assert_eq!((again.text.clone(), again.header("idempotency-replayed")), (first.text, Some("true")));
    let unkeyed = operator.post(&format!("{path}/reschedule"), body).await.expect(200).json;
    assert_eq!((unkeyed["moved"].as_array().unwrap().len(), &unkeyed["kept"][0]["reason"]), (0, &json!("already-there")));
}

#[tokio::test]
async fn tasks_made_before_they_remembered_their_place_follow_their_template() {
    let stack = Stack::seeded().await;
    let (operator, path, made) = started(&stack).await;
    stack.edit_tasks(&path.replace("/api/bundles/", ""), |task| task.planned = None).await;
    let moved = operator.post(&format!("{path}/reschedule"), json!({ "anchorDate": "2026-07-27" })).await.expect(200).json;
    assert_eq!(moved["moved"].as_array().unwrap().len(), 42);
    let stream = task(&made.json["tasks"], "actual-stream")["id"].as_str().unwrap();
    assert_eq!(operator.get(&format!("/api/tasks/{stream}")).await.json["date"], "2026-07-27");
    // From now on they remember it: the template may go.
    let again = operator.post(&format!("{path}/reschedule"), json!({ "anchorDate": "2026-08-03" })).await.expect(200).json;
    assert_eq!(again["moved"].as_array().unwrap().len(), 42);
}

async fn big(stack: &Arc<Stack>) -> (Caller, String) {
    let operator = stack.operator();
    let definitions: Vec<Value> =
        (0..130).map(|n| json!({ "refId": format!("t{n}"), "description": format!("Task {n}"), "offsetDays": n % 30 })).collect();
    let template =
        operator.post("/api/templates", json!({ "name": "Big", "type": "big", "taskDefinitions": definitions })).await.expect(201);
    let body = json!({ "title": "Big run", "anchorDate": "2026-07-20", "templateId": template.str("/template/id") });
    let made = operator.post("/api/bundles", body).await.expect(201);
    (operator, format!("/api/bundles/{}", made.str("/bundle/id")))
}

/// A request whose process ends after some writes: the bundle, three portions of tasks, the end.
async fn cut_off(stack: &Stack, writes: usize, caller: &Caller, path: &str, body: Value) {
    stack.ledger.kill_after_writes(i64::try_from(writes).unwrap());
    let (caller, path) = (caller.clone(), format!("{path}/reschedule"));
    assert!(tokio::spawn(async move { caller.post(&path, body).await }).await.is_err(), "cut off after {writes} writes");
}

/// Cut off after every possible number of writes: repeated, the move is whole, and each task has moved once.
#[tokio::test]
async fn a_big_move_cut_off_anywhere_is_finished_by_its_repetition() {
    let stack = Stack::empty().await;
    let (operator, path) = big(&stack).await;
    let start = dates(&operator, &path).await;
    let mut from = "2026-07-20".to_owned();
    for writes in 1..=5 {
        let to = dataops_domain::time::plus_days(from.parse().unwrap(), 7).unwrap().to_string();
        let body = json!({ "anchorDate": to, "from": from });
        let keyed = operator.with("idempotency-key", &format!("move-{writes}"));
        cut_off(&stack, writes, &keyed, &path, body.clone()).await;
        let half = operator.get(&path).await.json["bundle"]["moving"].clone();
        assert_eq!(half.is_object(), writes < 5, "after {writes} writes: {half}");
        let whole = keyed.post(&format!("{path}/reschedule"), body).await.expect(200).json;
        assert_eq!((whole["moved"].as_array().unwrap().len(), &whole["from"]), (130, &json!(from)), "after {writes} writes");
        assert_eq!(dates(&operator, &path).await, days_later(&start, 7 * i64::try_from(writes).unwrap()));
        assert!(operator.get(&path).await.json["bundle"].get("moving").is_none());
        from = to;
    }
}

#[tokio::test]
async fn an_abandoned_move_is_finished_after_a_minute() {
    let stack = Stack::empty().await;
    let (operator, path) = big(&stack).await;
    let start = dates(&operator, &path).await;
    cut_off(&stack, 2, &operator, &path, json!({ "anchorDate": "2026-07-27" })).await;
    assert_eq!(stack.administrate(json!({ "command": "recover" })).await["recovered"], json!([]), "its writer has a minute");
    stack.clock.advance(61);
    let recovered = stack.administrate(json!({ "command": "recover" })).await;
    assert_eq!(recovered["recovered"], json!([path.replace("/api/bundles/", "")]), "{recovered}");
    assert_eq!(dates(&operator, &path).await, days_later(&start, 7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn moves_at_once_leave_every_task_at_the_date_of_the_workflow() {
    let stack = Stack::empty().await;
    let (operator, path) = big(&stack).await;
    let start = dates(&operator, &path).await;
    let mine = start[3].0.clone();
    let mut sent: Vec<_> = (1..4)
        .map(|weeks| {
            let (caller, path) = (operator.clone(), format!("{path}/reschedule"));
            let to = dataops_domain::time::plus_days("2026-07-20".parse().unwrap(), weeks * 7).unwrap();
            tokio::spawn(async move { caller.post(&path, json!({ "anchorDate": to })).await })
        })
        .collect();
    let (caller, task) = (operator.clone(), format!("/api/tasks/{mine}"));
    sent.push(tokio::spawn(async move { caller.put(&task, json!({ "date": "2026-12-24" })).await }));
    for answer in sent {
        let answer = answer.await.unwrap();
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text);
    }
    let anchor = operator.get(&path).await.str("/bundle/anchorDate").to_owned();
    operator.post(&format!("{path}/reschedule"), json!({ "anchorDate": anchor })).await.expect(200);
    let day = |text: &str| dataops_domain::time::parse_date(text).unwrap();
    let days = (day(&anchor) - day("2026-07-20")).num_days();
    for ((id, expected), (_, is)) in days_later(&start, days).iter().zip(dates(&operator, &path).await.iter()) {
        assert!(is == expected || (id == &mine && is == "2026-12-24"), "{id}: {is} instead of {expected}");
    }
}

#[tokio::test]
async fn a_plain_change_of_the_date_moves_no_task_and_the_first_date_is_kept() {
    let stack = Stack::seeded().await;
    let (operator, path, _) = started(&stack).await;
    let before = dates(&operator, &path).await;
    let changed = operator.put(&path, json!({ "anchorDate": "2026-08-03" })).await.expect(200).json;
    assert_eq!(changed["bundle"]["startedFor"], "2026-07-20");
    assert_eq!(dates(&operator, &path).await, before);
    let moved = operator.post(&format!("{path}/reschedule"), json!({ "anchorDate": "2026-08-03" })).await.expect(200).json;
    assert_eq!(moved["moved"].as_array().unwrap().len(), 42, "the plan catches up when it is asked to");
    let back = operator.post(&format!("{path}/reschedule"), json!({ "anchorDate": "2026-07-20" })).await.expect(200).json;
    assert!(back["bundle"].get("startedFor").is_none());
}
