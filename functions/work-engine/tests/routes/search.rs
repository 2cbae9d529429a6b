//! `/api/search`: everything is found at once, and with three reads at most.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use dataops_domain::id::TaskId;
use dataops_domain::task::{Status, Task};
use dataops_domain::time::{parse_date, plus_days};
use dataops_testkit::{Answer, Caller, Stack};
use serde_json::{Value, json};

/// A day, in seconds.
const DAY: i64 = 24 * 3_600;

/// The tasks that answer.
async fn find(caller: &Caller, question: &str) -> Answer {
    find_of(caller, question, "&type=task").await
}

async fn find_of(caller: &Caller, question: &str, kind: &str) -> Answer {
    let query: String = url::form_urlencoded::byte_serialize(question.as_bytes()).collect();
    caller.get(&format!("/api/search?limit=100&q={query}{kind}")).await.expect(200)
}

fn titles(answer: &Answer) -> Vec<String> {
    answer.json["results"].as_array().unwrap().iter().map(|result| result["title"].as_str().unwrap().to_owned()).collect()
}

async fn task(caller: &Caller, title: &str) -> String {
    caller.post("/api/tasks", json!({ "description": title, "date": "2026-07-02" })).await.expect(201).str("/id").to_owned()
}

async fn pass(stack: &Stack) -> Value {
    let answer = stack.administrate(json!({ "command": "search-pass" })).await;
    assert_eq!(answer["ok"], true, "{answer}");
    answer["search"].clone()
}

/// Passes until the index is whole.
async fn index(stack: &Stack) {
    while pass(stack).await["building"] == true {}
}

fn calls(stack: &Stack) -> Vec<String> {
    let calls = stack.ledger.take();
    calls.into_iter().map(|call| call.operation.to_owned()).collect()
}

#[tokio::test]
async fn what_was_just_made_changed_or_deleted_is_known_at_once() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for _ in 0..3 {
        let id = task(&operator, "Prüfe die Réservation für Frau Müller").await;
        for question in ["muller", "Mueller", "MÜLL", "reservation prufe", "pruefe frau", &id, &id.to_lowercase()] {
            let found = find(&operator, question).await;
            assert_eq!(titles(&found), ["Prüfe die Réservation für Frau Müller"], "{question}");
            assert_eq!(found.str("/results/0/type"), "task");
            assert_eq!((found.str("/results/0/id"), found.str("/results/0/status")), (id.as_str(), "todo"));
        }
        assert_eq!(titles(&find(&operator, "muller host").await), [""; 0], "every word must be there");
        let path = format!("/api/tasks/{id}");
        let changes =
            json!({ "description": "Call the restaurant", "comment": "Ask for the quiet corner", "assigneeId": "host", "tags": ["venue"] });
        operator.put(&path, changes).await.expect(200);
        assert_eq!(titles(&find(&operator, "muller").await), [""; 0]);
        for question in ["quiet corner", "call quiet", "restaurant host", "venue"] {
            assert_eq!(titles(&find(&operator, question).await), ["Call the restaurant"], "{question}");
        }
        let found = find(&operator, "quiet").await;
        assert_eq!((found.str("/results/0/excerpt"), found.str("/results/0/assignee")), ("Ask for the quiet corner", "Host"));
        operator.put(&path, json!({ "status": "done" })).await.expect(200);
        assert_eq!(find(&operator, "restaurant").await.str("/results/0/status"), "done");
        operator.delete(&path).await.expect(204);
        assert_eq!(titles(&find(&operator, "restaurant").await), [""; 0]);
        // Once without an index, once over a new one, once over one that knows nothing of it.
        index(&stack).await;
        assert_eq!(titles(&find(&operator, "restaurant").await), [""; 0]);
        stack.clock.advance(3_600);
    }
}

#[tokio::test]
async fn a_workflow_is_found_with_its_tasks_under_whatever_name_it_has() {
    let stack = Stack::seeded().await;
    index(&stack).await;
    let operator = stack.operator();
    let body = json!({ "title": "Vector databases - Ada", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let made = operator.post("/api/bundles", body).await.expect(201);
    let found = find_of(&operator, "vector ada", "").await;
    assert_eq!(found.json["total"], 43, "the workflow and its 42 tasks");
    assert_eq!(found.str("/results/0/type"), "bundle");
    assert_eq!(found.str("/results/1/bundleTitle"), "Vector databases - Ada");
    assert_eq!(found.json["counts"], json!([{ "type": "task", "number": 42 }, { "type": "bundle", "number": 1 }]));
    let few = operator.get("/api/search?q=vector&each=2").await.expect(200);
    assert_eq!(
        (few.json["total"].as_u64(), few.json["results"].as_array().unwrap().len(), &few.json["nextCursor"]),
        (Some(43), 3, &Value::Null)
    );
    let one = operator.get("/api/search?q=vector&type=bundle").await.expect(200);
    assert_eq!((one.json["total"].as_u64(), one.json["results"].as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(one.json["counts"], found.json["counts"]);
    index(&stack).await;
    operator.put(&format!("/api/bundles/{}", made.str("/bundle/id")), json!({ "title": "Graph databases - Ada" })).await.expect(200);
    assert_eq!(find_of(&operator, "vector", "").await.json["total"], 0);
    assert_eq!(find_of(&operator, "graph", "").await.json["total"], 43);
    let podcasts = find_of(&operator, "podcast", "").await;
    assert!(podcasts.json["results"].as_array().unwrap().iter().any(|result| result["type"] == "template"), "{}", podcasts.text);
}

#[tokio::test]
async fn a_big_workflow_is_found_with_every_task() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let tasks: Vec<Value> = (0..150)
        .map(|n| json!({ "refId": format!("t{n}"), "description": format!("Step {n} of the marathon"), "offsetDays": n }))
        .collect();
    let template =
        operator.post("/api/templates", json!({ "name": "Marathon", "type": "marathon", "taskDefinitions": tasks })).await.expect(201);
    let body = json!({ "title": "Spring", "anchorDate": "2026-07-20", "templateId": template.str("/template/id") });
    operator.post("/api/bundles", body).await.expect(201);
    assert_eq!(operator.get("/api/search?q=marathon&type=task").await.json["total"], 150);
    index(&stack).await;
    stack.clock.advance(3_600);
    assert_eq!(operator.get("/api/search?q=marathon&type=task").await.json["total"], 150);
}

#[tokio::test]
async fn questions_are_answered_in_parts() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for n in 0..25 {
        task(&operator, &format!("Part {n}")).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/api/search?q=part&type=task&limit=10".to_owned());
    loop {
        let answer = operator.get(&path).await.expect(200);
        seen.extend(titles(&answer));
        let Some(next) = answer.json["nextCursor"].as_str() else { break };
        path = format!("/api/search?q=part&type=task&limit=10&cursor={next}");
    }
    assert_eq!(seen.len(), 25);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25, "none twice");
}

#[tokio::test]
async fn odd_questions_get_a_clear_answer() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for path in
        ["/api/search", "/api/search?q=", "/api/search?q=%20%20", "/api/search?q=...%21", "/api/search?q=%00", "/api/search?q=%F0%9F%8E%89"]
    {
        stack.ledger.take();
        let answer = operator.get(path).await.expect(200);
        assert_eq!(answer.json["results"], json!([]), "{path}");
        assert_eq!(calls(&stack), [""; 0], "{path}: nothing is looked up");
    }
    for question in ["' OR '1'='1", "<script>alert(1)</script>", "../../../etc/passwd", "a AND NOT b", "*:*", "\u{202e}\u{300}", "%s%n{}"] {
        find(&operator, question).await;
    }
    for (path, words) in [
        (format!("/api/search?q={}", "x".repeat(201)), "q must have at most 200 characters"),
        ("/api/search?q=x&type=user".to_owned(), "type must be task, bundle, document, artifact, file or template"),
        ("/api/search?q=x&limit=0".to_owned(), "limit must be a whole number, at least 1"),
        ("/api/search?q=x&each=many".to_owned(), "each must be a whole number, at least 1"),
        ("/api/search?q=x&cursor=%C3%BC".to_owned(), "cursor must be the nextCursor of an earlier answer"),
        ("/api/search?q=x&cursor=eHl6".to_owned(), "cursor must be the nextCursor of an earlier answer"),
    ] {
        assert_eq!(operator.get(&path).await.expect(400).error(), words, "{path}");
    }
    stack.anonymous().get("/api/search?q=x").await.expect(401);
    operator.post("/api/search?q=x", json!({})).await.expect(404);
}

#[tokio::test]
async fn nothing_is_lost_at_midnight_or_while_no_pass_runs() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    stack.clock.advance(14 * 3_600 + 58 * 60);
    index(&stack).await;
    task(&operator, "Late Wednesday").await;
    stack.clock.advance(240);
    task(&operator, "Early Thursday").await;
    for _ in 0..2 {
        let found = find(&operator, "day").await;
        assert_eq!(found.json["total"], 0, "the beginning of a word, not its end");
        assert_eq!(find(&operator, "late wed").await.json["total"], 1);
        assert_eq!(find(&operator, "early").await.json["total"], 1);
        pass(&stack).await;
    }
    for day in 1..=5 {
        stack.clock.advance(DAY);
        task(&operator, &format!("Outage {day}")).await;
    }
    let found = find(&operator, "outage").await;
    assert!(found.json["total"].as_u64().is_some_and(|number| number >= 1), "today is found also without a pass");
    assert_eq!(found.json["complete"], false, "and it is said that more may be missing");
    assert_eq!(pass(&stack).await["taken"], 5);
    stack.clock.advance(301);
    let found = find(&operator, "outage").await;
    assert_eq!((found.json["total"].as_u64(), found.json["complete"].as_bool()), (Some(5), Some(true)));
}

#[tokio::test]
async fn a_pass_without_news_writes_nothing_and_a_quiet_day_keeps_the_way_back_short() {
    let stack = Stack::seeded().await;
    index(&stack).await;
    stack.clock.advance(2 * 3_600);
    pass(&stack).await;
    stack.ledger.take();
    stack.clock.advance(900);
    pass(&stack).await;
    assert_eq!(calls(&stack), ["GetItem", "Query"]);
    for _ in 0..8 {
        stack.clock.advance(900);
        pass(&stack).await;
    }
    let written = calls(&stack).iter().filter(|call| *call == "PutItem").count();
    assert!((1..=3).contains(&written), "{written} writes in two quiet hours");
}

/// Finished tasks of other years, written the way a big start writes them.
async fn fill(stack: &Stack, number: usize) {
    let (now, day) = (stack.clock.now(), parse_date("2024-01-01").unwrap());
    let made = |n: usize| {
        let date = plus_days(day, i64::try_from(n % 900).unwrap()).unwrap();
        let mut task = Task::bare(TaskId::new(format!("old-{n}")), format!("Old task {n} about topic{}", n % 97), date, "manual", now);
        task.status = if n.is_multiple_of(10) { Status::Todo } else { Status::Done };
        task
    };
    stack.write_tasks((0..number).map(made).collect()).await;
}

#[tokio::test]
async fn ten_thousand_records_take_three_reads_and_a_pass_costs_what_changed() {
    let mut costs = Vec::new();
    for number in [100, 20_000] {
        let stack = Stack::seeded().await;
        let operator = stack.operator();
        fill(&stack, number).await;
        index(&stack).await;
        for _ in 0..3 {
            stack.clock.advance(3_600);
            pass(&stack).await;
        }
        stack.ledger.take();
        let found = find(&operator, "topic5").await;
        let reads = calls(&stack);
        assert!(reads.len() <= 3 && reads.contains(&"GetObject".to_owned()), "the first question: {reads:?}");
        assert_eq!(found.json["complete"], true);
        assert!(found.json["total"].as_u64().unwrap() >= u64::try_from(number / 97).unwrap(), "{}", found.json["total"]);
        find(&operator, "topic6").await;
        assert_eq!(calls(&stack), ["Query"], "the next ones");
        stack.clock.advance(400);
        find(&operator, "topic7").await;
        assert_eq!(calls(&stack), ["GetItem", "Query"], "after a while");
        for n in 0..10 {
            task(&operator, &format!("New {n}")).await;
        }
        stack.ledger.take();
        assert_eq!(pass(&stack).await["taken"], 10);
        costs.push(stack.ledger.take());
        assert_eq!(find(&operator, "new").await.json["total"], 10);
    }
    let [few, many] = [&costs[0], &costs[1]].map(|calls| calls.iter().map(|call| call.operation).collect::<Vec<_>>());
    assert_eq!(few, ["GetItem", "Query", "PutItem"]);
    assert_eq!(few, many, "20,000 records change no call");
    let [few, many] = [&costs[0], &costs[1]].map(|calls| calls.iter().map(|call| call.capacity).sum::<f64>());
    assert!((few - many).abs() <= 2.0, "and no capacity: {few}, {many}");
}

/// Text that cannot be made much smaller.
fn noise(n: usize) -> String {
    (0..12).map(|part| dataops_domain::id::seeded(u64::try_from(n).unwrap(), &[&format!("{n}.{part}")])).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn changes_become_part_of_a_new_base_and_old_bases_are_deleted() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    index(&stack).await;
    let mut bases = 1;
    for round in 0..3 {
        for n in 0..150 {
            let body =
                json!({ "description": format!("Round {round} number {n}"), "date": "2026-07-02", "comment": noise(round * 1_000 + n) });
            operator.post("/api/tasks", body).await.expect(201);
        }
        bases += usize::from(pass(&stack).await["compacted"] == true);
        stack.clock.advance(3_600);
        assert_eq!(find(&operator, "round number").await.json["total"], 150 * (round + 1));
    }
    assert!(bases >= 3, "{bases} bases");
    stack.clock.advance(2 * 3_600);
    pass(&stack).await;
    stack.clock.advance(2 * 3_600);
    pass(&stack).await;
    assert_eq!(stack.objects("search").len(), 1, "one base is left");
    assert_eq!(find(&operator, "round number").await.json["total"], 450);
}

#[tokio::test]
async fn passes_at_once_and_changes_meanwhile_lose_nothing() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    index(&stack).await;
    for round in 0..6 {
        let work = async {
            for n in 0..8 {
                let id = task(&operator, &format!("Race {round} {n}")).await;
                if n % 4 == 0 {
                    operator.delete(&format!("/api/tasks/{id}")).await.expect(204);
                }
            }
        };
        let rebuild = async {
            if round == 3 {
                stack.administrate(json!({ "command": "search-rebuild" })).await;
            }
        };
        tokio::join!(pass(&stack), pass(&stack), work, rebuild, pass(&stack));
        stack.clock.advance(400);
        assert_eq!(find(&operator, "race").await.json["total"], 6 * (round + 1));
    }
    index(&stack).await;
    stack.clock.advance(DAY);
    index(&stack).await;
    assert_eq!(find(&operator, "race").await.json["total"], 36);
}

/// Drives a future so far and no further: what a function is that was killed.
async fn killed_after(polls: usize, work: impl Future) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    poll_fn(|context| {
        if work.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

#[tokio::test]
async fn a_pass_may_end_anywhere() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    index(&stack).await;
    let (mut kills, mut done) = (0, 0);
    for polls in 1..=24 {
        task(&operator, &format!("Kill {polls}")).await;
        let command = if polls % 2 == 0 { "search-pass" } else { "search-rebuild" };
        let finished = killed_after(polls, stack.administrate(json!({ "command": command }))).await;
        kills += usize::from(!finished);
        done += usize::from(finished);
        stack.clock.advance(400);
        let found = find(&operator, "kill").await;
        assert_eq!(
            (found.json["total"].as_u64(), found.json["complete"].as_bool()),
            (Some(polls as u64), Some(true)),
            "after {polls} polls"
        );
    }
    assert!(kills > 5 && done > 0, "{kills} killed, {done} finished");
    index(&stack).await;
    for _ in 0..3 {
        stack.clock.advance(2 * 3_600);
        pass(&stack).await;
    }
    assert_eq!(find(&operator, "kill").await.json["total"], 24);
    assert_eq!(stack.objects("search").len(), 1, "nothing is left behind");
}

#[tokio::test]
async fn an_index_whose_base_is_gone_makes_itself_anew() {
    let stack: Arc<Stack> = Stack::seeded().await;
    let operator = stack.operator();
    fill(&stack, 300).await;
    index(&stack).await;
    stack.objects("search").iter().for_each(|file| std::fs::remove_file(file).unwrap());
    let found = find(&operator, "topic5").await;
    assert_eq!((found.json["total"].as_u64(), found.json["complete"].as_bool()), (Some(0), Some(false)));
    assert_eq!(stack.administrate(json!({ "command": "search-rebuild" })).await["search"]["building"], false);
    stack.clock.advance(400);
    let found = find(&operator, "topic5 old").await;
    assert!(found.json["total"].as_u64().unwrap() > 3 && found.json["complete"] == true, "{}", found.text);
}

#[tokio::test]
async fn documents_are_found_at_their_step() {
    let stack = Stack::seeded().await;
    let found = stack.operator().get("/api/search?q=invoice&type=document&limit=5").await.expect(200);
    let first = &found.json["results"][0];
    assert_eq!(first["type"], "document", "{}", found.text);
    assert!(first["excerpt"].as_str().unwrap().to_lowercase().contains("invoice"), "{first}");
    assert!(found.json["results"].as_array().unwrap().iter().any(|result| result["stepTitle"].is_string()), "{}", found.text);
}

#[tokio::test]
async fn a_clock_that_is_set_back_hides_nothing() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    stack.clock.advance(30 * DAY);
    index(&stack).await;
    stack.clock.advance(-30 * DAY);
    task(&operator, "Yesteryear").await;
    assert_eq!(find(&operator, "yesteryear").await.json["total"], 1);
    // The whole day is read again: the task, and the 11 templates and 3 users that it began with.
    assert_eq!(pass(&stack).await["taken"], 15);
    stack.clock.advance(3_600);
    pass(&stack).await;
    stack.clock.advance(3_600);
    assert_eq!(find(&operator, "yesteryear").await.json["total"], 1);
}
