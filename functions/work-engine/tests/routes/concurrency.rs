use dataops_testkit::{Stack, proof};
use serde_json::json;

/// Runs the same request many times at once.
async fn together<F: Future<Output = dataops_testkit::Answer> + Send + 'static>(
    requests: impl IntoIterator<Item = F>,
) -> Vec<dataops_testkit::Answer> {
    let running: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for request in running {
        answers.push(request.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_requests_lose_nothing_and_double_nothing() {
    let sizes = proof::sizes();
    let (mut starts, mut applied, mut conflicts) = (0, 0, 0);
    for _ in 0..sizes.race_rounds {
        starts += starts_with_one_key_make_one_bundle().await;
        let (stored, refused) = racing_updates_lose_none(sizes.racing_updates).await;
        applied += stored;
        conflicts += refused;
    }
    let counts: [(&str, &dyn std::fmt::Display); 5] = [
        ("rounds", &sizes.race_rounds),
        ("starts sent at once with one key, in all", &starts),
        ("updates racing on one task, each round", &sizes.racing_updates),
        ("updates applied", &applied),
        ("updates answered 409", &conflicts),
    ];
    proof::record("races", "Racing requests", &counts, "one bundle for each key; every applied update is stored, none is lost");
}

/// Eight starts at once with one Idempotency-Key: one bundle, eight times the same answer.
async fn starts_with_one_key_make_one_bundle() -> usize {
    let stack = Stack::seeded().await;
    let body = json!({ "title": "Run", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" });
    let caller = stack.operator().with("idempotency-key", "start-1");
    let answers = together((0..8).map(|_| {
        let (caller, body) = (caller.clone(), body.clone());
        async move { caller.post("/api/bundles", body).await }
    }))
    .await;
    for answer in &answers {
        assert_eq!((answer.status, answer.str("/bundle/id")), (201, answers[0].str("/bundle/id")), "{}", answer.text);
        assert_eq!(answer.json["tasks"].as_array().unwrap().len(), 42);
    }
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed") == Some("true")).count(), 7);
    assert_eq!(stack.operator().get("/api/bundles").await.json["bundles"].as_array().unwrap().len(), 1);
    let other = json!({ "title": "Other", "anchorDate": "2026-07-20" });
    caller.post("/api/bundles", other).await.expect(422);
    answers.len()
}

/// Updates of one task at once: each is stored or answered 409.
async fn racing_updates_lose_none(count: usize) -> (usize, usize) {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = operator.post("/api/tasks", json!({ "description": "x", "date": "2026-07-02" })).await.expect(201).str("/id").to_owned();
    let answers = together((0..count).map(|n| {
        let (caller, path) = (operator.clone(), format!("/api/tasks/{id}/actions/comment"));
        async move { caller.post(&path, json!({ "note": format!("note {n}") })).await }
    }))
    .await;
    let applied = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(
        answers.iter().all(|answer| matches!(answer.status, 200 | 409)),
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    let stored = operator.get(&format!("/api/tasks/{id}")).await.expect(200);
    assert_eq!(stored.json["taskHistory"].as_array().unwrap().len(), applied, "each answered 200 is stored");
    assert_eq!(stored.json["version"].as_u64(), Some(applied as u64 + 1));
    (applied, count - applied)
}

#[tokio::test]
async fn a_repeated_action_gets_its_first_answer_although_the_state_has_moved_on() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = operator.post("/api/tasks", json!({ "description": "x", "date": "2026-07-02" })).await.expect(201).str("/id").to_owned();
    let act = |action: &str| format!("/api/tasks/{id}/actions/{action}");
    operator
        .post(&act("mark-waiting"), json!({ "waitingFor": "x", "followUpAt": "2026-07-03", "channel": "mail", "note": "n" }))
        .await
        .expect(200);
    let keyed = operator.with("idempotency-key", "resolve");
    let first = keyed.post(&act("resolve-done"), json!({ "note": "done" })).await.expect(200);
    stack.clock.advance(3_600);
    let again = keyed.post(&act("resolve-done"), json!({ "note": "done" })).await.expect(200);
    assert_eq!((again.text.clone(), again.header("idempotency-replayed")), (first.text.clone(), Some("true")));
    keyed.post(&act("resolve-done"), json!({ "note": "other" })).await.expect(422);
    stack.clock.advance(25 * 3_600);
    keyed.post(&act("resolve-done"), json!({ "note": "done" })).await.expect(400);
}

#[tokio::test]
async fn a_refused_request_is_not_remembered() {
    let stack = Stack::empty().await;
    let keyed = stack.operator().with("idempotency-key", "k");
    keyed.post("/api/tasks", json!({ "description": "x" })).await.expect(400);
    keyed.post("/api/tasks", json!({ "description": "x", "date": "2026-07-02" })).await.expect(201);
    stack.operator().with("idempotency-key", &"k".repeat(256)).post("/api/tasks", json!({})).await.expect(400);
}

#[tokio::test]
async fn a_key_binds_its_first_body_and_is_free_again_after_a_day() {
    let stack = Stack::seeded().await;
    let keyed = stack.operator().with("idempotency-key", "k");
    let body = json!({ "title": "Run", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.office-hours" });
    let first = keyed.post("/api/bundles", body.clone()).await.expect(201);
    keyed.post("/api/bundles", json!({ "title": "" })).await.expect(422);
    keyed.send("POST", "/api/bundles", b"{".to_vec()).await.expect(422);
    stack.operator().delete("/api/templates/task-template.tasks.office-hours").await.expect(204);
    assert_eq!(keyed.post("/api/bundles", body.clone()).await.expect(201).text, first.text);
    stack.clock.advance(25 * 3_600);
    let plain = json!({ "title": "Run", "anchorDate": "2026-07-20" });
    let second = keyed.post("/api/bundles", plain).await.expect(201);
    assert_ne!(second.str("/bundle/id"), first.str("/bundle/id"));
}
