use dataops_testkit::Stack;
use serde_json::json;

#[tokio::test]
async fn without_the_portal_everything_is_unauthorized() {
    let stack = Stack::seeded().await;
    for (method, path) in [
        ("GET", "/api/tasks?status=todo"),
        ("POST", "/api/bundles"),
        ("GET", "/api/unknown"),
        ("GET", "/api/me"),
        ("GET", "/api/views/home"),
    ] {
        let answer = stack.anonymous().send(method, path, Vec::new()).await.expect(401);
        assert_eq!(answer.text, r#"{"error":"Unauthorized"}"#, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_or_empty_secret_is_no_secret() {
    let stack = Stack::empty().await;
    for secret in ["", "x", "portal-secret-of-tests-32-characterS"] {
        let caller = stack.anonymous().with("x-portal-auth", "true").with("x-portal-secret", secret).with("authorization", "Bearer x");
        caller.get("/api/me").await.expect(401);
    }
}

#[tokio::test]
async fn the_actor_is_whom_the_portal_names() {
    let stack = Stack::empty().await;
    let answer = stack.user("ops-1").get("/api/me").await.expect(200);
    assert_eq!(answer.json, json!({ "user": { "id": "ops-1", "name": "Portal user" } }));
    let unnamed = stack.user("").get("/api/me").await.expect(200);
    assert_eq!(unnamed.json["user"]["id"], "portal-admin");
}

#[tokio::test]
async fn sign_in_routes_are_hidden_in_the_engine() {
    let stack = Stack::seeded().await;
    for caller in [stack.admin(), stack.anonymous()] {
        let answer = caller.post("/api/auth/login", json!({})).await.expect(404);
        assert_eq!(answer.error(), "Not found");
    }
}
