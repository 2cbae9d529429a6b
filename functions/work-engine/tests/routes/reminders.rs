//! The reminder pass: what it raises, keeps true, writes once, and costs.

use std::sync::Arc;

use dataops_domain::Maybe;
use dataops_domain::id::TaskId;
use dataops_domain::task::{Status, Task};
use dataops_domain::time::{parse_date, plus_days};
use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

async fn pass(stack: &Arc<Stack>) -> Value {
    let answer = stack.administrate(json!({ "command": "remind" })).await;
    assert_eq!((&answer["ok"], &answer["reminders"]["failed"]), (&json!(true), &json!(0)), "{answer}");
    answer["reminders"].clone()
}

async fn make(caller: &Caller, fields: Value) -> String {
    let mut body = json!({ "description": "Send the invoice", "date": "2026-07-01" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    caller.post("/api/tasks", body).await.expect(201).str("/id").to_owned()
}

/// Kind and due date of what is in a reader's inbox, in order of kind.
async fn inbox(caller: &Caller) -> Vec<String> {
    let answer = caller.get("/api/notifications").await.expect(200);
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let mut said: Vec<String> = answer.json["notifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!(
                "{} {}{}",
                text(one, "type"),
                text(one, "dueAt"),
                one["metadata"]["severity"].as_u64().map_or(String::new(), |days| format!(" {days}"))
            )
        })
        .collect();
    said.sort();
    said
}

async fn all(stack: &Arc<Stack>) -> Vec<Value> {
    stack.user("portal-admin").get("/api/notifications?all=true").await.expect(200).json["notifications"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_task_is_told_due_then_late_at_each_step_and_once_each() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    make(&operator, json!({})).await;
    assert_eq!(pass(&stack).await, json!({ "raised": 1, "settled": 0, "failed": 0, "more": false }));
    assert_eq!(inbox(&operator).await, ["task-due 2026-07-01"]);
    let steps = [
        (1, "task-overdue 2026-07-01 1"),
        (2, "task-overdue 2026-07-01 3"),
        (4, "task-overdue 2026-07-01 7"),
        (30, "task-overdue 2026-07-01 7"),
    ];
    for (days, expected) in steps {
        stack.clock.advance(days * DAY);
        pass(&stack).await;
        assert_eq!(inbox(&operator).await, [expected]);
        assert_eq!(pass(&stack).await, json!({ "raised": 0, "settled": 0, "failed": 0, "more": false }));
    }
    assert_eq!(all(&stack).await.len(), 4, "one for each occasion, the earlier ones settled");
}

#[tokio::test]
async fn missing_proof_is_told_until_it_is_there() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let task = make(&operator, json!({ "date": "2026-07-03", "proofRequirement": { "type": "comment", "label": "What was sent" } })).await;
    make(&operator, json!({ "date": "2026-07-04", "requiredLinkName": "Luma" })).await;
    pass(&stack).await;
    assert_eq!(inbox(&operator).await, ["missing-evidence 2026-07-03"]);
    operator.put(&format!("/api/tasks/{task}"), json!({ "comment": "the invoice" })).await.expect(200);
    assert_eq!(inbox(&operator).await, [""; 0], "at once");
    assert_eq!(pass(&stack).await["settled"], 1);
    operator.put(&format!("/api/tasks/{task}"), json!({ "comment": "" })).await.expect(200);
    assert_eq!(pass(&stack).await["raised"], 1, "true again");
    assert_eq!(inbox(&operator).await, ["missing-evidence 2026-07-03"]);
}

#[tokio::test]
async fn what_is_no_longer_true_leaves_the_inbox_at_once_and_the_store_with_the_next_pass() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let mut ids = Vec::new();
    for n in 0..6 {
        ids.push(make(&operator, json!({ "description": format!("Task {n}"), "assigneeId": "editor" })).await);
    }
    pass(&stack).await;
    assert_eq!(inbox(&operator).await.len(), 6);
    let put = async |n: usize, body: Value| operator.put(&format!("/api/tasks/{}", ids[n]), body).await.expect(200);
    put(0, json!({ "status": "done" })).await;
    put(1, json!({ "status": "archived" })).await;
    put(2, json!({ "date": "2026-07-20" })).await;
    put(3, json!({ "assigneeId": "host" })).await;
    operator.delete(&format!("/api/tasks/{}", ids[4])).await.expect(204);
    assert_eq!(inbox(&operator).await, ["task-due 2026-07-01"]);
    assert_eq!(inbox(&stack.user("host")).await, [""; 0]);
    let report = pass(&stack).await;
    assert_eq!((&report["settled"], &report["raised"]), (&json!(3), &json!(1)), "deleting settled its own; the new assignee is told");
    assert_eq!(inbox(&stack.user("host")).await, ["task-due 2026-07-01"]);
    let all = all(&stack).await;
    assert_eq!(all.iter().filter(|one| one["dismissed"] == false).count(), 2);
    assert_eq!(all.iter().filter(|one| one.get("resolvedAt").is_some() && one.get("dismissedBy").is_none()).count(), 4);
    assert_eq!(pass(&stack).await, json!({ "raised": 0, "settled": 0, "failed": 0, "more": false }));
    put(0, json!({ "status": "todo" })).await;
    operator.post(&format!("/api/tasks/{}/restore", ids[4]), json!({})).await.expect(200);
    assert_eq!(pass(&stack).await["raised"], 2, "open again and due, and out of the trash");
    let audit = stack.administrate(json!({ "command": "audit-verify" })).await["audit"].clone();
    assert_eq!(audit["findings"], json!([]), "{audit}");
}

#[tokio::test]
async fn dismissing_hides_nothing_of_the_work() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let task = make(&operator, json!({ "date": "2026-06-20" })).await;
    make(&operator, json!({ "date": "2026-07-01" })).await;
    pass(&stack).await;
    let before = operator.get("/api/views/home").await.expect(200);
    assert_eq!(operator.put("/api/notifications/dismiss-all", Value::Null).await.expect(200).json, json!({ "count": 2 }));
    let after = operator.get("/api/views/home").await.expect(200);
    assert_eq!((&after.json["overdue"], &after.json["dueToday"]), (&before.json["overdue"], &before.json["dueToday"]));
    assert_eq!(after.json["overdue"][0]["id"], task);
    pass(&stack).await;
    assert_eq!(inbox(&operator).await, [""; 0], "and is not told again");
    stack.clock.advance(DAY);
    pass(&stack).await;
    assert_eq!(inbox(&operator).await, ["task-overdue 2026-07-01 1"], "until there is a new occasion");
}

#[tokio::test]
async fn a_duty_is_told_as_recurring() {
    let stack = Stack::empty().await;
    let day = parse_date("2026-07-01").unwrap();
    let task = Task {
        recurring_config_id: Some("c1".to_owned()),
        assignee_id: Maybe::Set("host".to_owned()),
        ..Task::bare(TaskId::new("t1"), "Slack invites", day, "recurring", stack.clock.now())
    };
    stack.write_tasks(vec![task]).await;
    pass(&stack).await;
    let answer = stack.user("host").get("/api/notifications").await.expect(200);
    let one = &answer.json["notifications"][0];
    assert_eq!(
        (one["type"].as_str(), one["recurringConfigId"].as_str(), one["userId"].as_str()),
        (Some("recurring-due"), Some("c1"), Some("host"))
    );
    let message = one["message"].as_str().unwrap();
    assert!(message.contains("Slack invites") && message.contains("2026-07-01"), "{message}");
    assert_eq!(inbox(&stack.operator()).await, [""; 0]);
}

#[tokio::test]
async fn a_milestone_moves_the_stage_and_tells_nobody() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let body = json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", body).await.expect(201);
    let stream = made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "actual-stream").unwrap();
    let path = format!("/api/tasks/{}", stream["id"].as_str().unwrap());
    operator.put(&path, json!({ "status": "done", "link": "https://example.org" })).await.expect(200);
    let bundle = operator.get(&format!("/api/bundles/{}", made.str("/bundle/id"))).await.expect(200);
    assert_eq!(bundle.json["bundle"]["stage"], "after-event");
    assert_eq!(all(&stack).await.len(), 0);
}

#[tokio::test]
async fn marks_raise_no_version_and_keep_the_chain() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let task = make(&operator, json!({})).await;
    let before = operator.get(&format!("/api/tasks/{task}")).await;
    pass(&stack).await;
    let after = operator.get(&format!("/api/tasks/{task}")).await;
    for field in ["version", "updatedAt", "taskHistory", "status"] {
        assert_eq!(after.json[field], before.json[field], "{field}");
    }
    let events = operator.get(&format!("/api/views/tasks/{task}")).await.json["events"].clone();
    assert_eq!(
        (events[0]["action"].as_str(), events[0]["sequence"].as_u64(), events[0]["actorId"].as_str()),
        (Some("reminded"), Some(2), Some("system"))
    );
    assert_eq!(events[0]["previousHash"], events[1]["hash"]);
    operator.with("if-match", "\"1\"").put(&format!("/api/tasks/{task}"), json!({ "comment": "x" })).await.expect(200);
    operator.put(&format!("/api/tasks/{task}"), json!({ "reminded": [] })).await.expect(400);
}

#[tokio::test]
async fn a_workflow_that_cannot_be_finished_is_told_and_keeps_no_other_back() {
    let stack = Stack::empty().await;
    let admin = stack.admin();
    let definitions: Vec<Value> = (0..120).map(|n| json!({ "refId": format!("t{n}"), "description": "x", "offsetDays": 0 })).collect();
    let big = admin.post("/api/templates", json!({ "name": "Big", "type": "big", "taskDefinitions": definitions })).await.expect(201);
    let mut made = Vec::new();
    for title in ["Broken", "Fine"] {
        let body = json!({ "title": title, "anchorDate": "2026-07-20", "templateId": big.str("/template/id") });
        stack.ledger.kill_after(3);
        let caller = admin.clone();
        assert!(tokio::spawn(async move { caller.post("/api/bundles", body).await }).await.is_err(), "killed after its plan was written");
        let bundles = admin.get("/api/bundles").await.json["bundles"].as_array().unwrap().clone();
        let one = bundles.iter().find(|one| one["title"] == title).expect("begun").clone();
        assert_eq!(one["beingMade"], true);
        made.push(one["id"].as_str().unwrap().to_owned());
    }
    let mut item = stack.raw().get("bundles", json!({ "bundle_id": { "S": made[0] } })).unwrap();
    item["manifest"] = json!({ "B": "AAAA" });
    stack.raw().put("bundles", item);
    stack.clock.advance(120);
    for _ in 0..2 {
        let recovered = stack.administrate(json!({ "command": "recover" })).await;
        assert_eq!(recovered["ok"], true, "{recovered}");
        stack.clock.advance(300);
    }
    assert!(admin.get(&format!("/api/bundles/{}", made[1])).await.json["bundle"].get("beingMade").is_none());
    let told = all(&stack).await;
    assert_eq!(told.len(), 1, "once a day: {told:?}");
    assert_eq!((told[0]["type"].as_str(), told[0]["bundleId"].as_str()), (Some("automation-failure"), Some(made[0].as_str())));
    assert!(told[0]["message"].as_str().unwrap().contains("Broken"));
    pass(&stack).await;
    assert_eq!(inbox(&admin).await.len(), 1, "it stays until it is dismissed");
}

/// Finished tasks of years, and open ones due around today.
async fn fill(stack: &Arc<Stack>, finished: usize, open: usize) {
    let now = stack.clock.now();
    let (past, today) = (parse_date("2024-01-01").unwrap(), parse_date("2026-07-01").unwrap());
    let task = |id: String, date, status| Task { status, ..Task::bare(TaskId::new(id), "x", date, "manual", now) };
    let mut tasks: Vec<Task> =
        (0..finished).map(|n| task(format!("old-{n}"), plus_days(past, (n % 900) as i64).unwrap(), Status::Done)).collect();
    tasks.extend((0..open).map(|n| task(format!("open-{n}"), plus_days(today, (n % 10) as i64 - 8).unwrap(), Status::Todo)));
    stack.write_tasks(tasks).await;
    stack.ledger.take();
}

#[tokio::test]
async fn a_pass_costs_what_is_open_and_a_second_one_writes_nothing() {
    let mut first_passes = Vec::new();
    for finished in [0, 20_000] {
        let stack = Stack::empty().await;
        fill(&stack, finished, 500).await;
        let report = pass(&stack).await;
        assert_eq!((report["raised"].as_u64(), report["more"].as_bool()), (Some(450), Some(false)));
        let first = stack.ledger.take_calls();
        assert_eq!(pass(&stack).await["raised"], 0);
        let second = stack.ledger.take_calls();
        assert!(second.iter().all(|call| call.operation == "Query") && second.len() <= 3, "{second:?}");
        assert!(first.len() < 120, "{} calls for 450 reminders", first.len());
        stack.clock.advance(900);
        assert_eq!(pass(&stack).await["raised"], 0);
        assert_eq!(stack.ledger.take_calls().len(), second.len());
        first_passes.push(first.len());
    }
    assert_eq!(first_passes[0], first_passes[1], "20,000 finished tasks change no count");
}

#[tokio::test]
async fn a_pass_is_bounded_and_the_next_one_goes_on() {
    let stack = Stack::empty().await;
    fill(&stack, 0, 2_500).await;
    let mut raised = Vec::new();
    loop {
        let report = pass(&stack).await;
        raised.push(report["raised"].as_u64().unwrap());
        if report["more"] == false {
            break;
        }
    }
    assert_eq!((raised.len(), raised.iter().sum::<u64>()), (3, 2_250));
    assert!(raised.iter().all(|count| *count <= 1_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn passes_at_once_with_people_working_make_no_doubles_and_lose_nothing() {
    let stack = Stack::empty().await;
    fill(&stack, 0, 200).await;
    let passes: Vec<_> = (0..4)
        .map(|_| {
            let stack = Arc::clone(&stack);
            tokio::spawn(async move { stack.administrate(json!({ "command": "remind" })).await })
        })
        .collect();
    let people: Vec<_> = (0..60)
        .map(|n| {
            let caller = stack.operator();
            tokio::spawn(async move { caller.put(&format!("/api/tasks/open-{}", n * 3), json!({ "status": "done" })).await })
        })
        .collect();
    for one in passes {
        assert_eq!(one.await.unwrap()["ok"], true);
    }
    let mut done = 0;
    for one in people {
        let answer = one.await.unwrap();
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text);
        done += usize::from(answer.status == 200);
    }
    pass(&stack).await;
    assert_eq!(pass(&stack).await, json!({ "raised": 0, "settled": 0, "failed": 0, "more": false }));
    let finished = stack.operator().get("/api/tasks?status=done").await.json["tasks"].as_array().unwrap().clone();
    assert_eq!(finished.len(), done);
    let all = all(&stack).await;
    let subject = |one: &Value| (one["taskId"].clone(), one["dueAt"].clone(), one["metadata"]["severity"].clone());
    let mut subjects: Vec<String> = all.iter().map(|one| format!("{:?}", subject(one))).collect();
    let count = subjects.len();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), count, "no doubles");
    let open = stack.operator().get("/api/tasks?status=todo").await.json["tasks"].as_array().unwrap().clone();
    let due = open.iter().filter(|task| task["date"].as_str().unwrap() <= "2026-07-01").count();
    let live: Vec<&Value> = all.iter().filter(|one| one["dismissed"] == false).collect();
    assert_eq!(live.len(), due, "every due task is told, no finished one");
}

#[tokio::test]
async fn a_pass_killed_between_any_two_calls_is_finished_by_the_next() {
    let mut killed = 0;
    for calls in 1.. {
        let stack = Stack::empty().await;
        fill(&stack, 0, 60).await;
        let operator = stack.operator();
        operator.put("/api/tasks/open-0", json!({ "comment": "x" })).await.expect(200);
        pass(&stack).await;
        operator.put("/api/tasks/open-0", json!({ "status": "done" })).await.expect(200);
        stack.clock.advance(DAY);
        stack.ledger.kill_after(calls);
        let running = tokio::spawn({
            let stack = Arc::clone(&stack);
            async move { stack.administrate(json!({ "command": "remind" })).await }
        });
        let whole = running.await.is_ok();
        stack.ledger.kill_after(0);
        pass(&stack).await;
        assert_eq!(pass(&stack).await["raised"], 0);
        let (all, open) = (all(&stack).await, operator.get("/api/tasks?status=todo").await);
        let due = open.json["tasks"].as_array().unwrap().iter().filter(|task| task["date"].as_str().unwrap() <= "2026-07-02").count();
        let mut live: Vec<&str> = all.iter().filter(|one| one["dismissed"] == false).map(|one| one["taskId"].as_str().unwrap()).collect();
        live.sort_unstable();
        let count = live.len();
        live.dedup();
        assert_eq!((count, live.len()), (due, due), "after {calls} calls");
        if whole {
            break;
        }
        killed += 1;
    }
    assert!(killed >= 8, "{killed} places to be killed at");
}

#[tokio::test]
async fn the_inbox_view_groups_what_there_is_to_do_in_three_calls() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let late = make(&operator, json!({ "description": "Late one", "date": "2026-06-28" })).await;
    make(&operator, json!({ "description": "Due one", "requiredLinkName": "Luma" })).await;
    pass(&stack).await;
    stack.ledger.take();
    let view = operator.get("/api/views/inbox").await.expect(200);
    assert!(stack.ledger.take_calls().len() <= 3);
    let groups: Vec<&str> = view.json["parts"].as_array().unwrap().iter().map(|part| part["group"].as_str().unwrap()).collect();
    assert_eq!(groups, ["late", "proof", "today"]);
    assert_eq!((view.json["total"].as_u64(), view.str("/parts/0/rows/0/task/id")), (Some(3), late.as_str()));
    let one = operator.get("/api/views/inbox?group=proof").await.expect(200);
    assert_eq!((one.json["parts"].as_array().unwrap().len(), one.str("/parts/0/rows/0/task/missing/0/label")), (1, "Luma"));
}
