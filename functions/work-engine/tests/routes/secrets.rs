use dataops_testkit::Stack;
use serde_json::{Value, json};

/// In pieces, so that this file holds no credential itself.
fn token() -> String {
    ["xox", "b-123456789012-1234567890123-", "AbCdEfGhIjKlMnOpQrStUvWx"].concat()
}

fn with(base: &Value, field: &str, value: Value) -> Value {
    let mut body = base.clone();
    body[field] = value;
    body
}

/// Every free text of a task, in the shape the field has.
fn texts_of_a_task(secret: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("description", json!(format!("deploy with {secret}"))),
        ("comment", json!(secret)),
        ("externalStatus", json!(format!("sent {secret}"))),
        ("instructionDocId", json!(secret)),
        ("phase", json!(secret)),
        ("source", json!(secret)),
        ("tags", json!(["fine", secret])),
        ("systems", json!([secret])),
        ("validation", json!({ "rule": { "deep": [1, { "text": format!("use {secret}") }] } })),
        ("validation", json!({ secret: "as a name" })),
        ("proofRequirement", json!({ "type": "url", "label": secret })),
        ("artifactRefs", json!([{ "artifactId": "a1", "title": secret }])),
        ("link", json!(format!("https://example.org/?q={secret}"))),
        ("instructionsUrl", json!(format!("https://example.org/{secret}"))),
    ]
}

#[tokio::test]
async fn no_field_of_a_task_takes_a_secret_and_no_answer_repeats_it() {
    let stack = Stack::seeded().await;
    let base = json!({ "description": "Deploy", "date": "2026-07-02" });
    let task = stack.operator().post("/api/tasks", base.clone()).await.expect(201);
    let id = task.str("/id");
    for (field, value) in texts_of_a_task(&token()) {
        let problem = stack.operator().with("accept", "application/problem+json");
        let made = problem.post("/api/tasks", with(&base, field, value.clone())).await.expect(400);
        let wanted = format!("{field} looks like a Slack token (slack-token); keep it in the password manager and refer to it there");
        let said = made.error().replace(".label", "").replacen("label", field, usize::from(field == "proofRequirement"));
        assert_eq!(said, wanted);
        assert!(made.str("/errors/0/pointer").starts_with(&format!("/{field}")), "{}", made.text);
        assert!(!made.text.contains("AbCdEf"), "{}", made.text);
        let changed = stack.operator().put(&format!("/api/tasks/{id}"), json!({ field: value })).await.expect(400);
        assert!(!changed.text.contains("AbCdEf"), "{}", changed.text);
    }
}

#[tokio::test]
async fn notes_keep_the_contract_s_words_and_the_rules() {
    let stack = Stack::seeded().await;
    let task = stack.operator().post("/api/tasks", json!({ "description": "Ask", "date": "2026-07-02" })).await.expect(201);
    let path = format!("/api/tasks/{}/actions/comment", task.str("/id"));
    for note in ["see ?sig=1", "Authorization: Basic x", "api_key = 1", "Bearer abc", &token(), "postgres://app:hunter2@db/x"] {
        let answer = stack.operator().post(&path, json!({ "note": note })).await.expect(400);
        assert!(answer.error().starts_with("note "), "{}", answer.text);
        assert!(!answer.text.contains(note), "{}", answer.text);
    }
    for note in ["task-42 is risk-free", "the password is in the vault", "https://us02web.zoom.us/j/81234567890?pwd=QWxhZGRpbjpvcGVu"] {
        stack.operator().post(&path, json!({ "note": note })).await.expect(200);
    }
}

#[tokio::test]
async fn links_take_what_meetings_carry_and_no_signed_address() {
    let stack = Stack::seeded().await;
    let base = json!({ "description": "Join", "date": "2026-07-02" });
    for link in [
        "https://us02web.zoom.us/j/81234567890?pwd=QWxhZGRpbjpvcGVuIHNlc2FtZQ09.1",
        "https://example.org/invite?token=q8Zr2LmX0vB7nK4tY6wP1sD3",
        "https://www.dropbox.com/scl/fi/8h2k3j4h5k6j7h8/minutes.pdf?rlkey=q1w2e3r4t5y6u7i8o9p0a1s2d&dl=0",
    ] {
        stack.operator().post("/api/tasks", with(&base, "link", json!(link))).await.expect(201);
    }
    let signature = "0123456789abcdef".repeat(4);
    let signed = format!("https://b.s3.amazonaws.com/k?X-Amz-Signature={signature}");
    for link in [&*signed, "https://ops:s3cr3t-2026@example.org/a"] {
        let answer = stack.operator().post("/api/tasks", with(&base, "link", json!(link))).await.expect(400);
        assert!(answer.error().starts_with("link looks like a"), "{}", answer.text);
    }
}

#[tokio::test]
async fn bundles_templates_and_users_take_none_either() {
    let stack = Stack::seeded().await;
    let secret = token();
    let bundle = json!({ "title": "Run", "anchorDate": "2026-07-20" });
    for (field, value) in [
        ("title", json!(secret)),
        ("description", json!(format!("with {secret}"))),
        ("tags", json!([secret])),
        ("bundleLinks", json!([{ "name": secret, "url": "" }])),
        ("bundleLinks", json!([{ "name": "Doc", "url": format!("https://example.org/{secret}") }])),
        ("references", json!([{ "name": "Doc", "url": format!("https://example.org/{secret}") }])),
    ] {
        let answer = stack.operator().post("/api/bundles", with(&bundle, field, value)).await.expect(400);
        assert!(answer.error().starts_with(&format!("{field} looks like a Slack token")), "{}", answer.text);
        assert!(!answer.text.contains("AbCdEf"), "{}", answer.text);
    }
    let definition = json!({ "refId": "a", "description": "Do", "offsetDays": 0 });
    let template = json!({ "name": "T", "type": "t", "taskDefinitions": [definition] });
    for (field, value) in [
        ("name", json!(secret)),
        ("taskDefinitions", json!([{ "refId": "a", "description": secret, "offsetDays": 0 }])),
        ("references", json!([{ "name": secret, "url": "https://example.org" }])),
    ] {
        let answer = stack.admin().post("/api/templates", with(&template, field, value)).await.expect(400);
        assert!(answer.error().contains("looks like a Slack token"), "{}", answer.text);
        assert!(!answer.text.contains("AbCdEf"), "{}", answer.text);
    }
    let user = json!({ "name": secret, "email": "n@example.org" });
    let answer = stack.admin().post("/api/users", user).await.expect(400);
    assert!(answer.error().starts_with("name looks like a Slack token"), "{}", answer.text);
    let strong = json!({ "name": "N", "email": "n@example.org", "password": secret });
    stack.admin().post("/api/users", strong).await.expect(201);
}

#[tokio::test]
async fn an_answer_that_quotes_what_was_sent_is_redacted() {
    let stack = Stack::seeded().await;
    let path = format!("/api/tasks/{}", token());
    let problem = stack.operator().with("accept", "application/problem+json");
    let answer = problem.get(&path).await.expect(404);
    assert_eq!(answer.str("/instance"), "/api/tasks/[redacted: slack-token]");
}
