//! `/api/bundles/:id/template-difference`: a running workflow stays as it is until somebody takes what its template changed.

use std::sync::Arc;

use dataops_testkit::{Answer, Caller, Stack};
use serde_json::{Value, json};

fn task(name: &str, days: i64) -> Value {
    json!({ "refId": name, "description": name, "offsetDays": days })
}

/// A template of `a`, `b`, `c`, `d` and a run of it for 2026-07-20.
async fn run(stack: &Arc<Stack>) -> (Caller, String, String) {
    let operator = stack.operator();
    let template = json!({ "name": "Small", "type": "small", "phases": [{ "id": "p", "name": "P" }], "bundleLinkDefinitions": [{ "name": "Luma" }],
        "taskDefinitions": [task("a", -2), task("b", -1), task("c", 1), task("d", 2)] });
    let template = operator.post("/api/templates", template).await.expect(201).str("/template/id").to_owned();
    let start = json!({ "title": "Run", "anchorDate": "2026-07-20", "templateId": template });
    let bundle = operator.post("/api/bundles", start).await.expect(201).str("/bundle/id").to_owned();
    (operator, template, format!("/api/bundles/{bundle}"))
}

async fn edit(operator: &Caller, template: &str, tasks: Value) {
    let body = json!({ "taskDefinitions": tasks, "phases": [{ "id": "p", "name": "First" }], "bundleLinkDefinitions": [{ "name": "Luma" }, { "name": "Blog" }] });
    operator.put(&format!("/api/templates/{template}"), body).await.expect(200);
}

async fn tasks(operator: &Caller, bundle: &str) -> Vec<Value> {
    operator.get(&format!("{bundle}/tasks")).await.expect(200).json["tasks"].as_array().unwrap().clone()
}

async fn id_of(operator: &Caller, bundle: &str, name: &str) -> String {
    let tasks = tasks(operator, bundle).await;
    tasks.iter().find(|task| task["templateTaskRef"] == name).unwrap()["id"].as_str().unwrap().to_owned()
}

fn told(answer: &Answer) -> Vec<(String, String, String)> {
    let text = |part: &Value, key: &str| part[key].as_str().unwrap_or("-").to_owned();
    answer.json["tasks"].as_array().unwrap().iter().map(|part| (text(part, "ref"), text(part, "kind"), text(part, "does"))).collect()
}

fn outcomes(answer: &Answer) -> Vec<(String, String)> {
    let text = |part: &Value, key: &str| part[key].as_str().unwrap_or_default().to_owned();
    answer.json["results"].as_array().unwrap().iter().map(|part| (text(part, "ref") + &text(part, "link"), text(part, "outcome"))).collect()
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

fn triple(a: &str, b: &str, c: &str) -> (String, String, String) {
    (a.to_owned(), b.to_owned(), c.to_owned())
}

#[tokio::test]
async fn a_run_is_frozen_and_takes_what_it_is_told_to_part_by_part() {
    let stack = Stack::empty().await;
    let (operator, template, bundle) = run(&stack).await;
    let path = format!("{bundle}/template-difference");
    let none = operator.get(&path).await.expect(200);
    assert_eq!((&none.json["tasks"], &none.json["links"], none.json.get("phases")), (&json!([]), &json!([]), None));
    let before = tasks(&operator, &bundle).await;
    operator.put(&format!("/api/tasks/{}", id_of(&operator, &bundle, "b").await), json!({ "description": "ours" })).await.expect(200);
    let changed = |name: &str, days: i64| json!({ "refId": name, "description": format!("{name}, new"), "offsetDays": days });
    edit(&operator, &template, json!([changed("a", -3), changed("b", -2), task("c", 1), { "refId": "e", "description": "e", "offsetDays": 5, "requiredLinkName": "Blog" }])).await;
    assert_eq!(tasks(&operator, &bundle).await.len(), 4);
    assert_eq!(tasks(&operator, &bundle).await[3], before[3], "nothing reaches a run by itself");

    let offered = operator.get(&path).await.expect(200);
    assert_eq!(
        told(&offered),
        [triple("a", "changed", "change"), triple("b", "changed", "change"), triple("e", "added", "add"), triple("d", "removed", "delete")]
    );
    let fields = offered.json["tasks"][1]["fields"].as_array().unwrap();
    let by_hand: Vec<(&str, bool)> = fields.iter().map(|field| (field["field"].as_str().unwrap(), field["byHand"] == true)).collect();
    assert_eq!(by_hand, [("description", true), ("date", false)]);
    assert_eq!((&offered.json["links"], &offered.json["phases"][0]["name"]), (&json!(["Blog"]), &json!("First")));

    let taken = operator.post(&path, json!({ "refs": ["a", "b", "e", "d", "nothing"], "phases": true })).await.expect(200);
    assert_eq!(
        outcomes(&taken),
        [pair("a", "changed"), pair("b", "changed"), pair("e", "added"), pair("d", "deleted"), pair("nothing", "unchanged")]
    );
    let after = tasks(&operator, &bundle).await;
    let shown: Vec<(&str, &str)> =
        after.iter().map(|task| (task["description"].as_str().unwrap(), task["date"].as_str().unwrap())).collect();
    assert_eq!(shown, [("a, new", "2026-07-17"), ("ours", "2026-07-18"), ("c", "2026-07-21"), ("e", "2026-07-25")]);
    let now = operator.get(&bundle).await.expect(200);
    assert_eq!((&now.json["bundle"]["plannedTasks"], &now.json["bundle"]["phases"][0]["name"]), (&json!(4), &json!("First")));
    assert_eq!(
        now.json["bundle"]["bundleLinks"],
        json!([{ "name": "Luma", "url": "" }, { "name": "Blog", "url": "" }]),
        "a new task brings its link"
    );
    assert_eq!(told(&operator.get(&path).await.expect(200)), []);

    let again = operator.post(&path, json!({ "refs": ["a", "e", "d"] })).await.expect(200);
    assert_eq!(outcomes(&again), [pair("a", "unchanged"), pair("e", "unchanged"), pair("d", "unchanged")]);
    assert_eq!(again.json["bundle"]["version"], now.json["bundle"]["version"], "nothing was written");
}

#[tokio::test]
async fn done_begun_and_deleted_tasks_stay_as_they_are() {
    let stack = Stack::empty().await;
    let (operator, template, bundle) = run(&stack).await;
    let path = format!("{bundle}/template-difference");
    let (a, b, c) = (id_of(&operator, &bundle, "a").await, id_of(&operator, &bundle, "b").await, id_of(&operator, &bundle, "c").await);
    operator.put(&format!("/api/tasks/{a}"), json!({ "status": "done" })).await.expect(200);
    operator.put(&format!("/api/tasks/{b}"), json!({ "comment": "half done" })).await.expect(200);
    operator.delete(&format!("/api/tasks/{c}")).await.expect(204);
    edit(&operator, &template, json!([{ "refId": "a", "description": "new", "offsetDays": -2 }, task("c", 1), task("d", 2)])).await;
    let offered = operator.get(&path).await.expect(200);
    assert_eq!(told(&offered), [triple("a", "changed", "nothing"), triple("c", "added", "nothing"), triple("b", "removed", "nothing")]);
    let why: Vec<&str> = offered.json["tasks"].as_array().unwrap().iter().map(|part| part["because"].as_str().unwrap()).collect();
    assert_eq!(why, ["closed", "deleted-by-hand", "changed-by-hand"]);
    let taken = operator.post(&path, json!({ "refs": ["a", "b", "c"] })).await.expect(200);
    assert_eq!(outcomes(&taken), [pair("a", "kept"), pair("b", "kept"), pair("c", "kept")]);
    assert_eq!(tasks(&operator, &bundle).await.len(), 3);
}

#[tokio::test]
async fn two_who_take_the_same_make_one_task() {
    let stack = Stack::empty().await;
    let (operator, template, bundle) = run(&stack).await;
    edit(&operator, &template, json!([task("a", -2), task("b", -1), task("c", 1), task("d", 2), task("e", 3), task("f", 4)])).await;
    let path = format!("{bundle}/template-difference");
    let take = || operator.post(&path, json!({ "refs": ["e", "f"] }));
    let (one, two, three) = tokio::join!(take(), take(), take());
    let mut added = 0;
    for answer in [one.expect(200), two.expect(200), three.expect(200)] {
        added += outcomes(&answer).iter().filter(|(_, outcome)| outcome == "added").count();
    }
    assert_eq!((added, tasks(&operator, &bundle).await.len()), (2, 6));
    assert_eq!(operator.get(&bundle).await.json["bundle"]["plannedTasks"], 6);
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer_and_bad_ones_are_named() {
    let stack = Stack::empty().await;
    let (operator, template, bundle) = run(&stack).await;
    edit(&operator, &template, json!([task("a", -2), task("e", 3)])).await;
    let path = format!("{bundle}/template-difference");
    let keyed = operator.with("idempotency-key", "k");
    let first = keyed.post(&path, json!({ "refs": ["e"], "links": ["Blog", "Nowhere"], "leaveRest": true })).await.expect(200);
    assert_eq!(outcomes(&first), [pair("e", "added"), pair("Blog", "added"), pair("Nowhere", "unchanged")]);
    let again = keyed.post(&path, json!({ "refs": ["e"], "links": ["Blog", "Nowhere"], "leaveRest": true })).await.expect(200);
    assert_eq!(again.json, first.json);
    let seen = operator.get(&path).await.expect(200);
    assert_eq!(seen.json["seenVersion"], seen.json["templateVersion"]);
    for (body, word) in [
        (json!({}), "Name what to take"),
        (json!({ "refs": "e" }), "refs"),
        (json!({ "refs": [1] }), "refs"),
        (json!({ "phases": 1 }), "phases"),
    ] {
        assert!(operator.post(&path, body.clone()).await.expect(400).error().contains(word), "{body}");
    }
    operator.get("/api/bundles/none/template-difference").await.expect(404);
    operator.post("/api/bundles/none/template-difference", json!({ "refs": ["e"] })).await.expect(404);
    stack.anonymous().get(&path).await.expect(401);
    operator.put(&format!("{bundle}/archive"), json!({})).await.expect(200);
    assert!(operator.post(&path, json!({ "refs": ["e"] })).await.expect(400).error().contains("archived"));
    operator.delete(&format!("/api/templates/{template}")).await.expect(204);
    assert_eq!(operator.get(&path).await.expect(200).json["tasks"], json!([]), "a deleted template offers nothing");
}

#[tokio::test]
async fn four_hundred_tasks_change_at_once() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let tasks_of = |more: i64| (0..400).map(|n| task(&format!("t{n}"), n % 40 + more)).collect::<Vec<_>>();
    let template = json!({ "name": "Big", "type": "big", "taskDefinitions": tasks_of(0) });
    let template = operator.post("/api/templates", template).await.expect(201).str("/template/id").to_owned();
    let start = json!({ "title": "Run", "anchorDate": "2026-07-20", "templateId": template });
    let bundle = format!("/api/bundles/{}", operator.post("/api/bundles", start).await.expect(201).str("/bundle/id"));
    operator.put(&format!("/api/templates/{template}"), json!({ "taskDefinitions": tasks_of(1) })).await.expect(200);
    let refs: Vec<String> = (0..400).map(|n| format!("t{n}")).collect();
    let taken = operator.post(&format!("{bundle}/template-difference"), json!({ "refs": refs })).await.expect(200);
    assert!(outcomes(&taken).iter().all(|(_, outcome)| outcome == "changed"), "{}", taken.text);
    assert_eq!(told(&operator.get(&format!("{bundle}/template-difference")).await.expect(200)), []);
}
