use std::sync::Arc;

use dataops_testkit::raw::event_key;
use dataops_testkit::{Answer, Stack};
use serde_json::{Value, json};

async fn task(stack: &Arc<Stack>) -> String {
    stack.operator().post("/api/tasks", json!({ "description": "x", "date": "2026-07-02" })).await.expect(201).str("/id").to_owned()
}

/// A task with five events, and its name in the log.
async fn task_of_five(stack: &Arc<Stack>) -> (String, String) {
    let id = task(stack).await;
    for n in 0..4 {
        stack.operator().put(&format!("/api/tasks/{id}"), json!({ "comment": format!("note {n}") })).await.expect(200);
    }
    (id.clone(), format!("task#{id}"))
}

fn of(entity: &str) -> String {
    format!("/api/audit-events?entity={}", entity.replace('#', "%23"))
}

fn numbers(answer: &Answer) -> Vec<u64> {
    answer.json["events"].as_array().unwrap().iter().map(|event| event["sequence"].as_u64().unwrap()).collect()
}

/// Every finding of a whole check, as entity and problem.
async fn whole_check(stack: &Arc<Stack>, query: &str) -> Vec<(String, String)> {
    let (mut findings, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = stack.admin().get(&format!("/api/audit-events/verify?{query}&cursor={cursor}")).await.expect(200);
        for finding in answer.json["audit"]["findings"].as_array().unwrap() {
            findings.push((finding["entity"].as_str().unwrap().to_owned(), finding["problem"].as_str().unwrap().to_owned()));
        }
        match answer.json["audit"]["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return findings,
        }
    }
}

async fn problems(stack: &Arc<Stack>, entity: &str) -> Vec<String> {
    whole_check(stack, &format!("entity={}", entity.replace('#', "%23"))).await.into_iter().map(|(_, problem)| problem).collect()
}

fn event(stack: &Stack, entity: &str, sequence: u64) -> Value {
    stack.raw().get("audit-events", event_key(entity, sequence)).unwrap()
}

/// The event with its text changed.
fn with_text(mut item: Value, change: impl Fn(&str) -> String) -> Value {
    item["doc"]["S"] = json!(change(item["doc"]["S"].as_str().unwrap()));
    item
}

#[tokio::test]
async fn events_of_an_entity_come_oldest_first_fifty_a_page() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let id = task(&stack).await;
    for n in 0..60 {
        operator.put(&format!("/api/tasks/{id}"), json!({ "comment": format!("{n}") })).await.expect(200);
    }
    let path = of(&format!("task#{id}"));
    let first = operator.get(&path).await.expect(200);
    assert_eq!(numbers(&first), (1..=50).collect::<Vec<u64>>());
    let rest = operator.get(&format!("{path}&cursor={}", first.str("/nextCursor"))).await.expect(200);
    assert_eq!(numbers(&rest), (51..=61).collect::<Vec<u64>>());
    assert!(rest.json.get("nextCursor").is_none());
    let few = operator.get(&format!("{path}&limit=2")).await.expect(200);
    assert_eq!(numbers(&few), [1, 2]);
    let event = &few.json["events"][1];
    assert_eq!(event["id"], format!("task.{id}.00000002"));
    assert_eq!((&event["entityType"], &event["entityId"], &event["actorId"]), (&json!("task"), &json!(id), &json!("editor")));
    assert_eq!((&event["action"], &event["createdAt"]), (&json!("updated"), &json!("2026-07-01T09:00:00.000Z")));
    assert_eq!(event["metadata"]["changes"]["comment"], json!({ "from": null, "to": "0" }));
    stack.anonymous().get(&path).await.expect(401);
}

#[tokio::test]
async fn what_is_unknown_has_no_events_and_what_is_malformed_names_its_field() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    assert_eq!(operator.get(&of("task#none")).await.expect(200).json, json!({ "events": [] }));
    assert_eq!(operator.get(&of("planet#x")).await.expect(200).json, json!({ "events": [] }));
    for (query, field) in [
        ("", "entity"),
        ("?entity=", "entity"),
        ("?entity=task", "entity"),
        ("?entity=%23x", "entity"),
        ("?entity=task%23", "entity"),
        ("?entity=task%23a%20b", "entity"),
        ("?entity=task%23x&cursor=bm90LWEtbnVtYmVy", "cursor"),
        ("?entity=task%23x&limit=0", "limit"),
    ] {
        let refused = operator.with("accept", "application/problem+json").get(&format!("/api/audit-events{query}")).await.expect(400);
        assert_eq!(refused.str("/errors/0/pointer"), format!("/{field}"), "{query}");
        assert!(refused.error().contains(field), "{query}: {}", refused.error());
    }
    for (query, field) in [
        ("from=2026-02-31", "from"),
        ("from=today", "from"),
        ("to=2026-07-01", "from"),
        ("from=2026-07-01&to=x", "to"),
        ("from=2026-07-02&to=2026-07-01", "to"),
        ("from=2020-01-01&to=2026-01-01", "to"),
        ("from=2026-07-01&entity=task%23x", "entity"),
        ("from=2026-07-01&to=2026-07-03&cursor=MjAyNi0wOC0wMQ", "cursor"),
    ] {
        let refused = stack.admin().get(&format!("/api/audit-events?{query}")).await.expect(400);
        assert!(refused.error().contains(field), "{query}: {}", refused.error());
    }
    operator.send("DELETE", &of("task#x"), Vec::new()).await.expect(404);
    operator.post("/api/audit-events", json!({})).await.expect(404);
}

#[tokio::test]
async fn days_are_for_admins_and_go_on_over_empty_ones() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for caller in [&operator, &stack.user("nobody")] {
        assert_eq!(caller.get("/api/audit-events?from=2026-07-01").await.expect(403).error(), "Admin access required");
        assert_eq!(caller.get("/api/audit-events?to=nonsense").await.expect(403).error(), "Admin access required");
        assert_eq!(caller.get("/api/audit-events/verify").await.expect(403).error(), "Admin access required");
        caller.get("/api/views/timeline?day=2026-07-01").await.expect(403);
    }
    stack.clock.advance(1);
    let first = task(&stack).await;
    stack.clock.advance(40 * 86_400);
    let second = task(&stack).await;
    let admin = stack.admin();
    let day = admin.get("/api/audit-events?from=2026-07-01&to=2026-07-01").await.expect(200);
    let last = day.json["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((last["entityId"].as_str(), last["action"].as_str()), (Some(first.as_str()), Some("created")));
    let (mut all, mut cursor, mut requests) = (Vec::new(), String::new(), 0);
    loop {
        let page = admin.get(&format!("/api/audit-events?from=2026-07-01&limit=10&cursor={cursor}")).await.expect(200);
        assert!(page.json["events"].as_array().unwrap().len() <= 10);
        all.extend(page.json["events"].as_array().unwrap().clone());
        requests += 1;
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(all.len(), day.json["events"].as_array().unwrap().len() + 1);
    assert_eq!(all.last().unwrap()["entityId"].as_str(), Some(second.as_str()));
    assert!(all.is_sorted_by_key(|event| event["createdAt"].as_str().unwrap().to_owned()));
    assert!(requests < 10, "{requests}");
    let timeline = admin.get("/api/views/timeline?day=2026-08-10").await.expect(200);
    assert_eq!((timeline.str("/day"), timeline.str("/events/0/entityId")), ("2026-08-10", second.as_str()));
}

#[tokio::test]
async fn every_kind_of_change_leaves_a_chain_without_gaps() {
    let stack = Stack::seeded().await;
    let (operator, admin) = (stack.operator(), stack.admin());
    let body = json!({ "title": "T", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", body).await.expect(201);
    let bundle = made.str("/bundle/id").to_owned();
    let created = operator.get(&of(&format!("bundle#{bundle}"))).await.expect(200);
    assert_eq!(numbers(&created), [1], "a start is one event, on the bundle");
    assert_eq!(created.json["events"][0]["metadata"]["taskIds"].as_array().unwrap().len(), 42);
    let tasks: Vec<String> = made.json["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect();
    let stream = made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "actual-stream").unwrap();
    let stream = stream["id"].as_str().unwrap();
    operator.put(&format!("/api/tasks/{stream}"), json!({ "status": "done", "link": "https://example.org" })).await.expect(200);
    operator.put(&format!("/api/tasks/{stream}"), json!({ "status": "todo" })).await.expect(200);
    operator.put(&format!("/api/bundles/{bundle}"), json!({ "description": "x" })).await.expect(200);
    operator.delete(&format!("/api/tasks/{}", tasks[3])).await.expect(204);
    operator.post(&format!("/api/tasks/{}/restore", tasks[3]), json!({})).await.expect(200);
    operator.put(&format!("/api/bundles/{bundle}/archive"), json!({})).await.expect(200);
    operator.delete(&format!("/api/bundles/{bundle}")).await.expect(204);
    operator.put("/api/templates/task-template.tasks.podcast", json!({ "name": "P" })).await.expect(200);
    operator.delete("/api/templates/task-template.tasks.podcast").await.expect(204);
    admin.put("/api/users/host", json!({ "email": "other@example.org" })).await.expect(200);
    let (gone, _) = task_of_five(&stack).await;
    operator.delete(&format!("/api/tasks/{gone}")).await.expect(204);
    assert_eq!(whole_check(&stack, "").await, []);
    let checked = admin.get("/api/audit-events/verify").await.expect(200);
    assert!(checked.json["audit"]["entities"].as_u64().unwrap() >= 11, "{}", checked.text);
}

#[tokio::test]
async fn a_check_finds_what_was_changed_taken_out_put_in_or_exchanged() {
    let stack = Stack::seeded().await;
    // A changed byte.
    let (_, changed) = task_of_five(&stack).await;
    stack.raw().put("audit-events", with_text(event(&stack, &changed, 3), |text| text.replace("note 1", "note 9")));
    assert_eq!(problems(&stack, &changed).await, ["altered"]);
    // Text that is no event at all; the list goes on past it.
    let (broken_id, broken) = task_of_five(&stack).await;
    stack.raw().put("audit-events", with_text(event(&stack, &broken, 2), |text| text[1..].to_owned()));
    assert_eq!(problems(&stack, &broken).await, ["unreadable"]);
    let list = stack.operator().get(&of(&broken)).await.expect(200);
    assert_eq!((numbers(&list), list.str("/events/1/action")), (vec![1, 2, 3, 4, 5], "unreadable"));
    stack.operator().get(&format!("/api/views/tasks/{broken_id}")).await.expect(200);
    // Events taken out: first, middle, last, all.
    for (gone, problem) in [(vec![1], "missing"), (vec![2, 3], "missing"), (vec![5], "cut-tail"), (vec![1, 2, 3, 4, 5], "no-chain")] {
        let (_, entity) = task_of_five(&stack).await;
        gone.iter().for_each(|sequence| stack.raw().delete("audit-events", event_key(&entity, *sequence)));
        assert_eq!(problems(&stack, &entity).await, [problem], "{gone:?}");
    }
    // One put in, at the end and in the middle.
    let (_, entity) = task_of_five(&stack).await;
    let mut more = event(&stack, &entity, 5);
    more["sequence"]["N"] = json!("6");
    stack.raw().put("audit-events", more);
    let found = problems(&stack, &entity).await;
    assert!(found.contains(&"inserted".to_owned()) && found.contains(&"misplaced".to_owned()), "{found:?}");
    // Two exchanged.
    let (_, entity) = task_of_five(&stack).await;
    let (second, third) = (event(&stack, &entity, 2), event(&stack, &entity, 3));
    let texts = (second["doc"]["S"].as_str().unwrap().to_owned(), third["doc"]["S"].as_str().unwrap().to_owned());
    stack.raw().put("audit-events", with_text(second, |_| texts.1.clone()));
    stack.raw().put("audit-events", with_text(third, |_| texts.0.clone()));
    let found = problems(&stack, &entity).await;
    assert!(found.contains(&"misplaced".to_owned()) && found.contains(&"unlinked".to_owned()), "{found:?}");
    // The record's head set back.
    let (id, entity) = task_of_five(&stack).await;
    let mut record = stack.raw().get("tasks", json!({ "task_id": { "S": id } })).unwrap();
    record["sequence"]["N"] = json!("4");
    stack.raw().put("tasks", record);
    assert_eq!(problems(&stack, &entity).await, ["inserted", "other-head"]);
    assert_eq!(problems(&stack, "task#none").await, [""; 0]);
}

#[tokio::test]
async fn a_check_of_everything_finds_chains_wherever_their_entities_are() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let events =
        |entity: &str, count: u64| (1..=count).for_each(|sequence| stack.raw().delete("audit-events", event_key(entity, sequence)));
    let problem = |entity: &str, problem: &str| (entity.to_owned(), problem.to_owned());
    // A task in the trash without its chain; a user and a template without theirs.
    let (in_trash, trashed) = task_of_five(&stack).await;
    operator.delete(&format!("/api/tasks/{in_trash}")).await.expect(204);
    events(&trashed, 6);
    events("user#host", 1);
    events("template#task-template.tasks.podcast", 1);
    // A task of which only the log is left; its tombstone is gone too.
    let (id, lost) = task_of_five(&stack).await;
    stack.raw().delete("tasks", json!({ "task_id": { "S": id } }));
    // A tombstone that the trash does not list, as earlier versions left them: its cut tail is found by its day.
    let (hidden_id, hidden) = task_of_five(&stack).await;
    operator.delete(&format!("/api/tasks/{hidden_id}")).await.expect(204);
    let mut tombstone = stack.raw().get("tasks", json!({ "task_id": { "S": hidden_id } })).unwrap();
    tombstone.as_object_mut().unwrap().retain(|name, _| !name.starts_with("closed"));
    stack.raw().put("tasks", tombstone);
    stack.raw().delete("audit-events", event_key(&hidden, 6));
    stack.clock.advance(100 * 86_400);
    let (_, later) = task_of_five(&stack).await;
    stack.raw().delete("audit-events", event_key(&later, 1));
    let mut expected = vec![
        problem(&trashed, "no-chain"),
        problem("user#host", "no-chain"),
        problem("template#task-template.tasks.podcast", "no-chain"),
        problem(&lost, "no-record"),
        problem(&hidden, "cut-tail"),
        problem(&later, "missing"),
    ];
    let mut found = whole_check(&stack, "").await;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let july: Vec<_> = whole_check(&stack, "from=2026-07-01&to=2026-07-31").await;
    assert!(july.contains(&problem(&lost, "no-record")) && !july.contains(&problem(&later, "missing")), "{july:?}");
    assert_eq!(whole_check(&stack, "from=2026-10-09&to=2026-10-09").await, [problem(&later, "missing")]);
    stack.admin().get("/api/audit-events/verify?entity=nonsense").await.expect(400);
    stack.admin().get("/api/audit-events/verify?cursor=bm9uc2Vuc2U").await.expect(400);
    let told = stack.administrate(json!({ "command": "audit-verify", "entity": lost })).await;
    assert_eq!((&told["ok"], &told["audit"]["findings"][0]["problem"]), (&json!(true), &json!("no-record")));
    assert_eq!(stack.administrate(json!({ "command": "audit-verify", "from": "x" })).await["ok"], false);
}

#[tokio::test]
async fn the_timeline_of_an_entity_is_newest_first_and_outlives_it() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let (id, entity) = task_of_five(&stack).await;
    let path = format!("/api/views/timeline?entity={}", entity.replace('#', "%23"));
    let page = operator.get(&path).await.expect(200);
    assert_eq!(numbers(&page), [5, 4, 3, 2, 1]);
    assert_eq!((page.str("/subject/title"), page.json["subject"]["deleted"].as_bool()), ("x", Some(false)));
    operator.delete(&format!("/api/tasks/{id}")).await.expect(204);
    let page = operator.get(&path).await.expect(200);
    assert_eq!((page.str("/events/0/action"), page.json["subject"]["deleted"].as_bool()), ("deleted", Some(true)));
    assert!(page.json["people"].as_array().unwrap().len() == 3);
    for n in 0..50 {
        stack.admin().put("/api/users/host", json!({ "name": format!("Host {n}") })).await.expect(200);
    }
    let first = operator.get("/api/views/timeline?entity=user%23host").await.expect(200);
    assert_eq!((first.json["events"].as_array().unwrap().len(), first.str("/subject/title")), (50, "Host 49"));
    let rest = operator.get(&format!("/api/views/timeline?entity=user%23host&cursor={}", first.str("/nextCursor"))).await.expect(200);
    assert_eq!(numbers(&rest), [1]);
    operator.get("/api/views/timeline").await.expect(400);
    operator.get("/api/views/timeline?entity=x").await.expect(400);
}
