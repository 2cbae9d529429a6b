use std::sync::Arc;

use dataops_domain::Timestamp;
use dataops_domain::id::NotificationId;
use dataops_domain::notification::Notification;
use dataops_testkit::{Answer, Caller, Stack};
use serde_json::{Value, json};

/// A task that waits since before its follow-up day.
async fn waiting(caller: &Caller, description: &str, follow_up: &str) -> String {
    let made = caller.post("/api/tasks", json!({ "description": description, "date": "2026-12-01", "bundleId": "b1" })).await.expect(201);
    let wait = json!({ "waitingFor": "Sponsor", "followUpAt": follow_up, "channel": "mail", "note": "asked" });
    caller.post(&format!("/api/tasks/{}/actions/mark-waiting", made.str("/id")), wait).await.expect(200);
    made.str("/id").to_owned()
}

fn listed(answer: &Answer) -> Vec<Value> {
    answer.json["notifications"].as_array().expect("a list").clone()
}

fn ids(answer: &Answer) -> Vec<String> {
    listed(answer).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// Something stored for a reader, as an import would leave it.
fn stored(n: usize, reader: Option<&str>, dismissed: bool) -> Notification {
    let moment = Timestamp::parse("2026-06-01T00:00:00Z").unwrap().plus_seconds(n as i64);
    let one = json!({ "id": format!("n-{n:05}"), "type": "automation-failure", "message": format!("Failure {n}"), "dismissed": dismissed, "createdAt": moment });
    Notification { user_id: reader.map(str::to_owned), ..serde_json::from_value(one).unwrap() }
}

#[tokio::test]
async fn a_follow_up_that_came_due_is_listed_at_once_and_reading_writes_nothing() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let task = waiting(&operator, "Signed-off copy", "2026-06-30").await;
    waiting(&operator, "Later", "2026-07-02").await;
    stack.ledger.take();
    let first = operator.get("/api/notifications").await.expect(200);
    let calls = stack.ledger.take_calls();
    assert!(calls.len() <= 3 && calls.iter().all(|call| call.operation == "Query"), "{calls:?}");
    let one = &listed(&first)[0];
    assert_eq!(listed(&first).len(), 1);
    assert_eq!(
        (one["type"].as_str(), one["taskId"].as_str(), one["bundleId"].as_str()),
        (Some("follow-up-due"), Some(task.as_str()), Some("b1"))
    );
    assert_eq!((one["dueAt"].as_str(), one["dismissed"].as_bool(), one.get("userId")), (Some("2026-06-30"), Some(false), None));
    let message = one["message"].as_str().unwrap();
    assert!(message.contains("Signed-off copy") && message.contains("Sponsor"), "{message}");
    assert_eq!(operator.get("/api/notifications").await.text, first.text);
    assert_eq!(first.header("content-type"), Some("application/json"));
    stack.administrate(json!({ "command": "remind" })).await;
    let after = operator.get("/api/notifications").await;
    assert_eq!(ids(&after), ids(&first), "the pass stores it under the id it was listed with");
}

#[tokio::test]
async fn a_dismissed_follow_up_stays_dismissed_until_its_day_changes() {
    for with_pass in [false, true] {
        let stack = Stack::empty().await;
        let operator = stack.operator();
        let pass = async || {
            if with_pass {
                stack.administrate(json!({ "command": "remind" })).await;
            }
        };
        let task = waiting(&operator, "Copy", "2026-06-30").await;
        let before = operator.get(&format!("/api/tasks/{task}")).await;
        pass().await;
        let id = ids(&operator.get("/api/notifications").await)[0].clone();
        let dismiss = async || operator.put(&format!("/api/notifications/{id}/dismiss"), Value::Null).await;
        let first = dismiss().await.expect(200);
        assert_eq!((first.str("/notification/id"), &first.json["notification"]["dismissed"]), (id.as_str(), &json!(true)));
        assert_eq!((dismiss().await.expect(200).text, listed(&operator.get("/api/notifications").await).len()), (first.text, 0));
        assert_eq!(ids(&operator.get("/api/notifications?all=true").await), [id.as_str()]);
        let now = operator.get(&format!("/api/tasks/{task}")).await;
        for field in ["status", "version", "followUpAt", "updatedAt", "taskHistory"] {
            assert_eq!(now.json[field], before.json[field], "dismissing changes no task: {field}");
        }
        pass().await;
        let act = async |action: &str, body: Value| operator.post(&format!("/api/tasks/{task}/actions/{action}"), body).await.expect(200);
        act("response-received", json!({ "note": "came" })).await;
        pass().await;
        act("mark-waiting", json!({ "waitingFor": "Sponsor", "followUpAt": "2026-06-30", "channel": "mail", "note": "again" })).await;
        assert_eq!(ids(&operator.get("/api/notifications").await), [""; 0], "the same occasion, pass: {with_pass}");
        pass().await;
        assert_eq!(ids(&operator.get("/api/notifications").await), [""; 0], "the same occasion, pass: {with_pass}");
        act("follow-up-sent", json!({ "channel": "mail", "note": "n", "nextFollowUpAt": "2026-07-01" })).await;
        let next = operator.get("/api/notifications").await;
        assert_eq!((ids(&next).len(), listed(&next)[0]["dueAt"].as_str()), (1, Some("2026-07-01")));
        assert_ne!(ids(&next)[0], id);
    }
}

#[tokio::test]
async fn readers_see_their_own_and_everybody_s_and_nobody_else_s() {
    let stack = Stack::empty().await;
    stack
        .write_notifications(vec![
            stored(1, None, false),
            stored(2, Some("host"), false),
            stored(3, Some("editor"), false),
            stored(4, Some("host"), true),
            stored(5, None, true),
        ])
        .await;
    let (host, editor, portal) = (stack.user("host"), stack.user("editor"), stack.user("portal-admin"));
    let list = async |caller: &Caller, query: &str| ids(&caller.get(&format!("/api/notifications{query}")).await.expect(200));
    assert_eq!(list(&host, "").await, ["n-00002", "n-00001"]);
    assert_eq!(list(&editor, "").await, ["n-00003", "n-00001"]);
    assert_eq!(list(&portal, "").await, ["n-00003", "n-00002", "n-00001"]);
    assert_eq!(list(&host, "?all=true").await, ["n-00002", "n-00001", "n-00005", "n-00004"], "undismissed first, each newest first");
    assert_eq!(list(&editor, "?all=true").await, ["n-00003", "n-00001", "n-00005"]);
    assert_eq!(list(&portal, "?all=true").await.len(), 5);

    let dismiss = async |caller: &Caller, id: &str| caller.put(&format!("/api/notifications/{id}/dismiss"), Value::Null).await;
    let refused = dismiss(&editor, "n-00002").await.expect(404);
    assert!(refused.error().contains("not found"), "{}", refused.text);
    dismiss(&editor, "n-00004").await.expect(404);
    assert_eq!(list(&host, "").await.len(), 2, "and it stays");
    assert_eq!(editor.put("/api/notifications/dismiss-all", Value::Null).await.expect(200).json, json!({ "count": 2 }));
    assert_eq!(list(&host, "").await, ["n-00002"], "dismiss-all is scoped to the reader");
    assert_eq!(editor.put("/api/notifications/dismiss-all", Value::Null).await.expect(200).json, json!({ "count": 0 }));
    dismiss(&portal, "n-00002").await.expect(200);
    let all = portal.get("/api/notifications?all=true").await;
    assert_eq!(listed(&all).iter().filter(|one| one["dismissed"] == false).count(), 0);
    let by = |id: &str| listed(&all).iter().find(|one| one["id"] == id).unwrap()["dismissedBy"].clone();
    assert_eq!((by("n-00003"), by("n-00002"), by("n-00005")), (json!("editor"), json!("portal-admin"), Value::Null));
}

#[tokio::test]
async fn odd_ids_and_other_routes_are_not_found() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for id in ["unknown", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "..%2Fx", "%00", "a%20b", &"x".repeat(300), "dismiss-all"] {
        let refused = operator.put(&format!("/api/notifications/{id}/dismiss"), Value::Null).await.expect(404);
        assert!(refused.error().to_lowercase().contains("not found"), "{id}: {}", refused.text);
    }
    for (method, path) in [
        ("GET", "/api/notifications/x"),
        ("POST", "/api/notifications"),
        ("DELETE", "/api/notifications/x"),
        ("POST", "/api/notifications/x/dismiss"),
        ("GET", "/api/notifications/dismiss-all"),
        ("PUT", "/api/notifications"),
    ] {
        operator.send(method, path, Vec::new()).await.expect(404);
    }
    operator.get("/api/notifications?limit=0").await.expect(400);
    operator.get("/api/notifications?cursor=%3F").await.expect(400);
    operator.get("/api/views/inbox?group=nonsense").await.expect(400);
    stack.anonymous().get("/api/notifications").await.expect(401);
    stack.anonymous().put("/api/notifications/dismiss-all", Value::Null).await.expect(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dismissing_at_once_counts_each_once() {
    let stack = Stack::empty().await;
    stack.write_notifications((0..120).map(|n| stored(n, None, false)).collect()).await;
    let task = waiting(&stack.operator(), "Copy", "2026-06-30").await;
    let running: Vec<_> = (0..4)
        .map(|n| {
            let caller = stack.user(["editor", "host"][n % 2]);
            tokio::spawn(async move { caller.put("/api/notifications/dismiss-all", Value::Null).await })
        })
        .collect();
    let mut count = 0;
    for request in running {
        let answer = request.await.unwrap();
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text);
        count += answer.json["count"].as_u64().unwrap_or(0);
    }
    let left = stack.operator().put("/api/notifications/dismiss-all", Value::Null).await.expect(200).json["count"].as_u64().unwrap();
    let all = stack.user("portal-admin").get("/api/notifications?all=true").await;
    assert_eq!(listed(&all).len(), 121);
    assert!(listed(&all).iter().all(|one| one["dismissed"] == true) && listed(&all).iter().any(|one| one["taskId"] == task.as_str()));
    // Who is refused after too many lost races says no count: what it dismissed till then is in nobody's.
    assert!(count + left <= 121, "{count} and {left}");
}

#[tokio::test]
async fn ten_thousand_are_paged_and_dismissed_in_bounded_steps() {
    let stack: Arc<Stack> = Stack::empty().await;
    let many = 10_000;
    stack.write_notifications((0..many).map(|n| stored(n, (n % 2 == 0).then_some("editor"), false)).collect()).await;
    let operator = stack.operator();
    let (mut seen, mut path) = (Vec::new(), "/api/notifications".to_owned());
    loop {
        let page = operator.get(&path).await.expect(200);
        seen.extend(ids(&page));
        match page.json.get("nextCursor").and_then(Value::as_str) {
            Some(cursor) => path = format!("/api/notifications?cursor={cursor}"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..many).rev().map(|n| format!("n-{n:05}")).collect();
    assert!(seen == expected, "every one once, newest first: {} of {many}", seen.len());
    operator.get("/api/views/inbox").await.expect(200);
    stack.ledger.take();
    let all = stack.user("host").put("/api/notifications/dismiss-all", Value::Null).await.expect(200);
    assert_eq!(all.json, json!({ "count": many / 2 }));
    let calls = stack.ledger.take_calls();
    assert!(calls.len() < 150, "{} calls", calls.len());
    assert_eq!(ids(&operator.get("/api/notifications?limit=3").await), ["n-09998", "n-09996", "n-09994"]);
    let first = NotificationId::new("n-09999");
    let answer = operator.put(&format!("/api/notifications/{first}/dismiss"), Value::Null).await.expect(200);
    assert_eq!(answer.str("/notification/dismissedBy"), "host", "a dismissed one stays as it is");
}
