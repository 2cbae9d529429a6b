use dataops_testkit::Stack;
use serde_json::json;

#[tokio::test]
async fn a_token_s_value_is_shown_once_and_kept_nowhere() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    assert_eq!(operator.get("/api/tokens").await.expect(200).json, json!({ "tokens": [] }));
    let made = operator.post("/api/tokens", json!({ "name": " Nightly report ", "expiresAt": "2026-07-31" })).await.expect(201);
    let value = made.str("/value").to_owned();
    let id = made.str("/token/id").to_owned();
    assert!(value.starts_with(&format!("dop_{id}_")) && value.len() == 4 + 26 + 1 + 43, "{value}");
    assert_eq!((made.str("/token/name"), made.str("/token/expiresAt")), ("Nightly report", "2026-07-31T22:00:00.000Z"));
    let list = operator.get("/api/tokens").await.expect(200);
    assert_eq!(list.json["tokens"], json!([made.json["token"]]));
    let secret = &value[value.len() - 43..];
    assert!(!list.text.contains(secret));
    assert!(!stack.operator().get("/api/users/editor").await.text.contains("oken"));
    assert_eq!(stack.admin().get("/api/tokens").await.expect(200).json["tokens"], json!([]), "tokens are one's own");
}

#[tokio::test]
async fn a_repeated_request_never_shows_a_token_again() {
    let stack = Stack::seeded().await;
    let keyed = stack.operator().with("idempotency-key", "k");
    keyed.post("/api/tokens", json!({ "name": "x" })).await.expect(201);
    let again = keyed.with("accept", "application/problem+json").post("/api/tokens", json!({ "name": "x" })).await.expect(409);
    assert_eq!(again.str("/code"), "already_shown");
    keyed.post("/api/tokens", json!({ "name": "y" })).await.expect(422);
    assert_eq!(stack.operator().get("/api/tokens").await.json["tokens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_is_revoked_by_its_owner_alone_and_once() {
    let stack = Stack::seeded().await;
    let made = stack.operator().post("/api/tokens", json!({ "name": "x" })).await.expect(201);
    let path = format!("/api/tokens/{}", made.str("/token/id"));
    assert_eq!(stack.admin().delete(&path).await.expect(404).error(), "Token not found");
    stack.operator().delete(&path).await.expect(204);
    stack.operator().delete(&path).await.expect(404);
    stack.operator().delete("/api/tokens/none").await.expect(404);
    assert_eq!(stack.operator().get("/api/tokens").await.json, json!({ "tokens": [] }));
}

#[tokio::test]
async fn tokens_belong_to_enabled_users() {
    let stack = Stack::seeded().await;
    stack.anonymous().get("/api/tokens").await.expect(401);
    for caller in [stack.user("portal-admin"), stack.user("nobody")] {
        caller.get("/api/tokens").await.expect(403);
        caller.post("/api/tokens", json!({ "name": "x" })).await.expect(403);
        caller.delete("/api/tokens/x").await.expect(403);
    }
    for _ in 0..3 {
        stack.operator().post("/api/tokens", json!({ "name": "x" })).await.expect(201);
    }
    stack.admin().put("/api/users/editor", json!({ "disabled": true })).await.expect(200);
    stack.operator().get("/api/tokens").await.expect(403);
    stack.operator().post("/api/tokens", json!({ "name": "x" })).await.expect(403);
    stack.admin().put("/api/users/editor", json!({ "disabled": false })).await.expect(200);
    assert_eq!(stack.operator().get("/api/tokens").await.expect(200).json["tokens"], json!([]), "enabling brings no token back");
}

#[tokio::test]
async fn bad_tokens_are_refused_by_field_and_their_number_is_bounded() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for body in [
        json!({}),
        json!({ "name": "" }),
        json!({ "name": ["x"] }),
        json!({ "name": "x".repeat(81) }),
        json!({ "name": "Authorization: Bearer abc" }),
        json!({ "name": "x", "expiresAt": "yesterday" }),
        json!({ "name": "x", "expiresAt": "2026-06-30" }),
        json!({ "name": "x", "expiresAt": 7 }),
    ] {
        operator.post("/api/tokens", body).await.expect(400);
    }
    assert_eq!(operator.send("POST", "/api/tokens", Vec::new()).await.expect(400).error(), "Request body is required");
    assert_eq!(operator.send("POST", "/api/tokens", b"{".to_vec()).await.expect(400).error(), "Invalid JSON");
    operator.put("/api/tokens", json!({})).await.expect(404);
    let tries = (0..30).map(|n| {
        let operator = stack.operator();
        tokio::spawn(
            async move { operator.post("/api/tokens", json!({ "name": format!("t{n}"), "expiresAt": "2026-07-02" })).await.status },
        )
    });
    let mut made = 0;
    for one in tries.collect::<Vec<_>>() {
        made += usize::from(one.await.unwrap() == 201);
    }
    let before = stack.operator().get("/api/tokens").await.json["tokens"].as_array().unwrap().len();
    assert_eq!(before, made, "what was answered is what there is");
    for n in made..20 {
        operator.post("/api/tokens", json!({ "name": format!("u{n}"), "expiresAt": "2026-07-02" })).await.expect(201);
    }
    let full = operator.post("/api/tokens", json!({ "name": "one more" })).await.expect(409);
    assert!(full.error().contains("20 tokens"), "{}", full.error());
    stack.clock.advance(3 * 86_400);
    assert_eq!(operator.get("/api/tokens").await.json, json!({ "tokens": [] }), "what is over is not listed");
    operator.post("/api/tokens", json!({ "name": "one more" })).await.expect(201);
}

#[tokio::test]
async fn the_owner_s_history_tells_of_tokens_without_their_values() {
    let stack = Stack::seeded().await;
    let made = stack.operator().post("/api/tokens", json!({ "name": "Nightly" })).await.expect(201);
    stack.operator().delete(&format!("/api/tokens/{}", made.str("/token/id"))).await.expect(204);
    let history = stack.admin().get("/api/audit-events?entity=user%23editor").await.expect(200);
    let actions: Vec<_> = history.json["events"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["created", "token-created", "token-revoked"]);
    assert!(!history.text.contains(&made.str("/value")[31..]));
}
