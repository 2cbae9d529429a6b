use dataops_testkit::Stack;
use serde_json::json;

#[tokio::test]
async fn only_an_enabled_admin_manages_users() {
    let stack = Stack::seeded().await;
    let new = json!({ "name": "New", "email": "new@example.org", "password": "long enough" });
    for caller in [stack.operator(), stack.user("nobody"), stack.user("portal-admin")] {
        assert_eq!(caller.post("/api/users", new.clone()).await.expect(403).error(), "Admin access required");
        caller.put("/api/users/host", json!({ "name": "x" })).await.expect(403);
    }
    let made = stack.admin().post("/api/users", new).await.expect(201);
    assert_eq!(made.str("/user/role"), "operator");
    assert!(!made.text.contains("assword"), "{}", made.text);
    let id = made.str("/user/id").to_owned();
    stack.admin().put(&format!("/api/users/{id}"), json!({ "role": "admin" })).await.expect(200);
    stack.user(&id).put("/api/users/host", json!({ "name": "Host 2" })).await.expect(200);
    stack.admin().put(&format!("/api/users/{id}"), json!({ "disabled": true })).await.expect(200);
    stack.user(&id).put("/api/users/host", json!({ "name": "Host 3" })).await.expect(403);
    let again = stack.admin().put(&format!("/api/users/{id}"), json!({ "disabled": false })).await.expect(200);
    assert_eq!(again.json["user"]["disabled"], false);
}

#[tokio::test]
async fn an_address_belongs_to_one_user() {
    let stack = Stack::seeded().await;
    let taken = stack.admin().post("/api/users", json!({ "name": "x", "email": "EDITOR@dataops.local" })).await.expect(409);
    assert!(taken.error().contains("email"), "{}", taken.error());
    let free = json!({ "email": "second@example.org" });
    stack.admin().put("/api/users/editor", free).await.expect(200);
    stack.admin().post("/api/users", json!({ "name": "x", "email": "editor@dataops.local" })).await.expect(201);
    stack.admin().put("/api/users/editor", json!({ "email": "editor@dataops.local" })).await.expect(409);
}

#[tokio::test]
async fn fields_are_checked_in_the_contract_s_order_and_words() {
    let stack = Stack::seeded().await;
    let refuse = async |body| stack.admin().post("/api/users", body).await.expect(400).error().to_owned();
    assert_eq!(refuse(json!({})).await, "name is required");
    assert_eq!(refuse(json!({ "name": " ", "email": "a@b.c" })).await, "name is required");
    assert_eq!(refuse(json!({ "name": "x" })).await, "email is required");
    assert!(refuse(json!({ "name": "x", "email": "nope" })).await.contains("email"));
    assert!(refuse(json!({ "name": "x", "email": "a@b.c", "role": "king" })).await.contains("role"));
    assert!(refuse(json!({ "name": "x", "email": "a@b.c", "password": "abc" })).await.contains("password"));
    stack.admin().put("/api/users/host", json!({ "unknown": 1 })).await.expect(400);
    assert_eq!(stack.admin().put("/api/users/none", json!({ "name": "x" })).await.expect(404).error(), "User not found");
    stack.admin().put("/api/users/none", json!({ "disabled": "yes" })).await.expect(400);
    for (method, path) in [("PUT", "/api/users"), ("DELETE", "/api/users"), ("POST", "/api/users/host"), ("DELETE", "/api/users/host")] {
        assert_eq!(stack.admin().send(method, path, Vec::new()).await.expect(405).error(), "Method not allowed");
    }
}

#[tokio::test]
async fn lists_and_single_users_are_for_everyone_signed_in() {
    let stack = Stack::seeded().await;
    let list = stack.operator().get("/api/users/").await.expect(200);
    assert_eq!(list.json["users"].as_array().unwrap().len(), 3);
    assert_eq!(stack.operator().get("/api/users/editor").await.expect(200).str("/user/name"), "Editor");
    stack.operator().get("/api/users/a%2Fb").await.expect(404);
    stack.operator().get("/api/users/..").await.expect(404);
}
