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

#[tokio::test]
async fn the_gate_comes_first_then_body_fields_nothing_to_update_and_the_id() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for (method, path) in [("POST", "/api/users"), ("PATCH", "/api/users/none"), ("PUT", "/api/users/host")] {
        for body in [b"{".to_vec(), Vec::new(), b"{\"role\":\"king\"}".to_vec()] {
            assert_eq!(operator.send(method, path, body).await.expect(403).error(), "Admin access required");
        }
    }
    let admin = stack.admin();
    assert_eq!(admin.send("PATCH", "/api/users/none", Vec::new()).await.expect(400).error(), "Request body is required");
    assert_eq!(admin.send("PATCH", "/api/users/none", b"[]".to_vec()).await.expect(400).error(), "Request body must be a JSON object");
    assert!(admin.send("PATCH", "/api/users/none", b"{\"role\":\"king\"}".to_vec()).await.expect(400).error().contains("role"));
    for body in ["{}", "{\"id\":\"x\"}", "{\"password\":null}"] {
        assert_eq!(admin.send("PATCH", "/api/users/none", body.into()).await.expect(400).error(), "No valid fields to update");
    }
    assert_eq!(admin.send("PATCH", "/api/users/none", b"{\"name\":\"x\"}".to_vec()).await.expect(404).error(), "User not found");
    let wrong =
        ["{\"name\":7}", "{\"name\":\" \"}", "{\"email\":\"x\"}", "{\"password\":\"abc\"}", "{\"password\":7}", "{\"disabled\":null}"];
    for body in wrong {
        admin.send("PATCH", "/api/users/host", body.into()).await.expect(400);
    }
    let long = "p".repeat(1_025);
    admin.put("/api/users/host", json!({ "password": long })).await.expect(400);
}

#[tokio::test]
async fn the_last_enabled_admin_stays() {
    let stack = Stack::seeded().await;
    for body in [json!({ "role": "operator" }), json!({ "disabled": true }), json!({ "role": "operator", "disabled": true })] {
        let refused = stack.admin().with("accept", "application/problem+json").put("/api/users/operator", body).await.expect(400);
        assert_eq!(refused.str("/code"), "last_admin");
        assert!(refused.error().contains("admin must remain"), "{}", refused.error());
    }
    let refused = stack.administrate(json!({ "command": "user-disable", "id": "operator" })).await;
    assert!(refused["error"].as_str().unwrap().contains("admin must remain"), "{refused}");
    stack.admin().put("/api/users/operator", json!({ "role": "admin", "disabled": false, "name": "Olga" })).await.expect(200);
    stack.admin().put("/api/users/editor", json!({ "role": "admin" })).await.expect(200);
    stack.admin().put("/api/users/editor", json!({ "disabled": true })).await.expect(200);
    stack.admin().put("/api/users/operator", json!({ "role": "operator" })).await.expect(400);
    stack.admin().put("/api/users/editor", json!({ "disabled": false })).await.expect(200);
    stack.admin().put("/api/users/operator", json!({ "role": "operator" })).await.expect(200);
    stack.admin().put("/api/users/editor", json!({ "role": "operator" })).await.expect(403);
}

#[tokio::test]
async fn of_admins_who_demote_each_other_one_remains() {
    for round in 0..4 {
        let stack = Stack::seeded().await;
        let all = ["operator", "editor", "host"];
        for id in &all[1..] {
            stack.admin().put(&format!("/api/users/{id}"), json!({ "role": "admin" })).await.expect(200);
        }
        let body = if round % 2 == 0 { json!({ "role": "operator" }) } else { json!({ "disabled": true }) };
        let tries = all.into_iter().enumerate().map(|(n, id)| {
            let (caller, body) = (stack.user(all[(n + 1) % 3]), body.clone());
            tokio::spawn(async move { caller.put(&format!("/api/users/{id}"), body).await.status })
        });
        for one in tries.collect::<Vec<_>>() {
            let status = one.await.unwrap();
            assert!([200, 400, 403, 409].contains(&status), "{status}");
        }
        let users = stack.operator().get("/api/users").await.expect(200);
        let admins = users.json["users"].as_array().unwrap().iter().filter(|user| user["role"] == "admin" && user["disabled"] != true);
        assert!(admins.count() >= 1, "{}", users.text);
    }
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner_with_the_old_one() {
    let stack = Stack::seeded().await;
    let change = |old: &str, new: &str| json!({ "oldPassword": old, "newPassword": new });
    let path = "/api/users/operator/password";
    let others = stack.operator().post(path, change("dataops", "a longer one")).await.expect(403);
    assert!(others.error().contains("own password"), "{}", others.error());
    assert_eq!(stack.admin().post(path, change("wrong", "a longer one")).await.expect(400).error(), "The old password is wrong");
    for body in [json!({}), change("dataops", ""), change("dataops", "abc"), change("", "a longer one"), change("dataops", "dataops")] {
        stack.admin().post(path, body).await.expect(400);
    }
    stack.admin().post(path, change("dataops", &"x".repeat(1_025))).await.expect(400);
    stack.admin().post(path, json!({ "oldPassword": "dataops", "newPassword": ["x"] })).await.expect(400);
    stack.admin().send("POST", path, b"{".to_vec()).await.expect(400);
    let changed = stack.admin().post(path, change("dataops", "ghp_0123456789abcdefghijklmnopqrstuvwxyz")).await.expect(200);
    assert_eq!((changed.str("/user/id"), changed.str("/signInChangedAt")), ("operator", "2026-07-01T09:00:00.000Z"));
    assert!(!changed.text.contains("ghp_"));
    stack.admin().post(path, change("dataops", "again")).await.expect(400);
    let second = stack.admin().post(path, change("ghp_0123456789abcdefghijklmnopqrstuvwxyz", "again")).await.expect(200);
    assert_eq!(second.str("/signInChangedAt"), "2026-07-01T09:00:00.001Z", "each change has a moment of its own");
    stack.operator().post("/api/users/editor/password", change("x", "a longer one")).await.expect(400);
    stack.user("nobody").post("/api/users/nobody/password", change("x", "a longer one")).await.expect(404);
    assert_eq!(stack.admin().get(path).await.expect(405).error(), "Method not allowed");
    let history = stack.admin().get("/api/audit-events?entity=user%23operator").await.expect(200);
    assert!(!history.text.contains("again") && !history.text.contains("argon2"), "{}", history.text);
}

#[tokio::test]
async fn a_repeated_password_change_has_its_first_answer() {
    let stack = Stack::seeded().await;
    let keyed = stack.admin().with("idempotency-key", "k");
    let body = json!({ "oldPassword": "dataops", "newPassword": "a longer one" });
    let first = keyed.post("/api/users/operator/password", body.clone()).await.expect(200);
    let again = keyed.post("/api/users/operator/password", body).await.expect(200);
    assert_eq!((again.json, again.headers.iter().any(|(name, _)| name == "idempotency-replayed")), (first.json, true));
}

/// The secret of a setup link's path.
fn secret(path: &str) -> String {
    path.split_once("?token=").expect("a link").1.to_owned()
}

#[tokio::test]
async fn a_setup_link_sets_a_password_once() {
    let stack = Stack::seeded().await;
    assert_eq!(stack.operator().post("/api/users/host/setup-link", json!({})).await.expect(403).error(), "Admin access required");
    assert_eq!(stack.admin().post("/api/users/none/setup-link", json!({})).await.expect(404).error(), "User not found");
    let made = stack.admin().send("POST", "/api/users/host/setup-link", Vec::new()).await.expect(201);
    assert_eq!(made.str("/setupLink/expiresAt"), "2026-07-02T09:00:00.000Z");
    let token = secret(made.str("/setupLink/path"));
    let body = json!({ "token": token, "password": "host password" });
    stack.user("host").post("/api/users/editor/setup", body.clone()).await.expect(400);
    stack.user("host").post("/api/users/none/setup", body.clone()).await.expect(400);
    stack.user("host").post("/api/users/host/setup", json!({ "token": token, "password": "abc" })).await.expect(400);
    stack.user("host").post("/api/users/host/setup", json!({ "token": "x".repeat(43), "password": "host password" })).await.expect(400);
    stack.user("host").post("/api/users/host/setup", body.clone()).await.expect(200);
    let used = stack.user("host").post("/api/users/host/setup", body).await.expect(400);
    assert!(used.error().contains("can't be used"), "{}", used.error());
    let own = json!({ "oldPassword": "host password", "newPassword": "a longer one" });
    stack.user("host").post("/api/users/host/password", own).await.expect(200);
    let history = stack.admin().get("/api/audit-events?entity=user%23host").await.expect(200);
    assert!(history.text.contains("setup-link-made") && history.text.contains("password-set"));
    assert!(!history.text.contains(&token), "the secret is in no event");
}

#[tokio::test]
async fn a_newer_link_time_and_disabling_end_a_setup_link() {
    let stack = Stack::seeded().await;
    let link = async || secret(stack.admin().post("/api/users/host/setup-link", json!({})).await.expect(201).str("/setupLink/path"));
    let try_it = async |token: &str| {
        let body = json!({ "token": token, "password": "host password" });
        stack.user("host").post("/api/users/host/setup", body).await.status
    };
    let (first, second) = (link().await, link().await);
    assert_eq!((try_it(&first).await, try_it(&second).await), (400, 200));
    let late = link().await;
    stack.clock.advance(24 * 3_600);
    assert_eq!(try_it(&late).await, 400);
    let replaced = link().await;
    stack.admin().put("/api/users/host", json!({ "password": "set by an admin" })).await.expect(200);
    assert_eq!(try_it(&replaced).await, 400);
    let disabled = link().await;
    stack.admin().put("/api/users/host", json!({ "disabled": true })).await.expect(200);
    stack.admin().post("/api/users/host/setup-link", json!({})).await.expect(400);
    stack.admin().put("/api/users/host", json!({ "disabled": false })).await.expect(200);
    assert_eq!(try_it(&disabled).await, 400, "enabling brings no link back");
}

#[tokio::test]
async fn a_repeated_request_never_shows_a_setup_link_again() {
    let stack = Stack::seeded().await;
    let keyed = stack.admin().with("idempotency-key", "k").with("accept", "application/problem+json");
    let first = keyed.post("/api/users/host/setup-link", json!({})).await.expect(201);
    assert_eq!(keyed.post("/api/users/host/setup-link", json!({})).await.expect(409).str("/code"), "already_shown");
    let body = json!({ "token": secret(first.str("/setupLink/path")), "password": "host password" });
    stack.user("host").post("/api/users/host/setup", body).await.expect(200);
    let made = stack.administrate(json!({ "command": "user-setup-link", "id": "host" })).await;
    assert!(made["setupLink"]["path"].as_str().unwrap().starts_with("/setup/host?token="), "{made}");
}

#[tokio::test]
async fn of_twenty_who_use_one_setup_link_one_wins() {
    let stack = Stack::seeded().await;
    let token = secret(stack.admin().post("/api/users/host/setup-link", json!({})).await.expect(201).str("/setupLink/path"));
    let tries = (0..20).map(|n| {
        let (host, body) = (stack.user("host"), json!({ "token": token, "password": format!("password {n}") }));
        tokio::spawn(async move { (n, host.post("/api/users/host/setup", body).await.status) })
    });
    let mut won = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        let (n, status) = one.await.unwrap();
        assert!([200, 400, 409].contains(&status), "{status}");
        won.extend((status == 200).then_some(n));
    }
    assert_eq!(won.len(), 1, "{won:?}");
    let own = json!({ "oldPassword": format!("password {}", won[0]), "newPassword": "a longer one" });
    stack.user("host").post("/api/users/host/password", own).await.expect(200);
}

#[tokio::test]
async fn open_tasks_are_given_to_somebody_else_with_a_result_each() {
    let stack = Stack::seeded().await;
    let task = async |assignee: &str, status: &str| {
        let body = json!({ "description": format!("{assignee} {status}"), "date": "2026-07-02", "assigneeId": assignee, "status": status });
        stack.operator().post("/api/tasks", body).await.expect(201).str("/id").to_owned()
    };
    let mine = [task("host", "todo").await, task("host", "todo").await];
    let (done, others) = (task("host", "done").await, task("editor", "todo").await);
    let view = stack.admin().get("/api/views/users/host").await.expect(200);
    assert_eq!(view.json["tasks"]["tasks"].as_array().unwrap().len(), 2, "only what is open");
    let give = async |body| stack.admin().post("/api/users/host/reassign", body).await;
    stack.operator().post("/api/users/host/reassign", json!({ "to": "editor" })).await.expect(403);
    for body in [
        json!({}),
        json!({ "to": "host" }),
        json!({ "to": "none" }),
        json!({ "to": 7 }),
        json!({ "to": "editor", "taskIds": [] }),
        json!({ "to": "editor", "taskIds": "x" }),
        json!({ "to": "editor", "taskIds": [7] }),
        json!({ "to": "editor", "taskIds": vec!["x"; 101] }),
    ] {
        give(body).await.expect(400);
    }
    stack.admin().post("/api/users/none/reassign", json!({ "to": "editor" })).await.expect(404);
    let named = json!({ "to": "editor", "taskIds": [mine[0], mine[0], done, others, "none", "../x"] });
    let answer = give(named).await.expect(200);
    let results: Vec<_> = answer.json["results"].as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["reassigned", "skipped", "reassigned", "skipped", "skipped"], "{}", answer.text);
    stack.admin().put("/api/users/host", json!({ "disabled": true })).await.expect(200);
    let rest = give(json!({ "to": "editor" })).await.expect(200);
    assert_eq!((rest.json["reassigned"].as_u64(), rest.json["more"].as_bool()), (Some(1), Some(false)));
    assert_eq!(give(json!({ "to": "editor" })).await.expect(200).json["results"], json!([]));
    assert_eq!(stack.operator().get(&format!("/api/tasks/{}", mine[1])).await.str("/assigneeId"), "editor");
    stack.admin().post("/api/users/editor/reassign", json!({ "to": "host" })).await.expect(400);
}

#[tokio::test]
async fn a_task_that_moves_meanwhile_is_judged_alone() {
    let stack = Stack::seeded().await;
    let mut ids = Vec::new();
    for n in 0..12 {
        let body = json!({ "description": format!("Task {n}"), "date": "2026-07-02", "assigneeId": "host" });
        ids.push(stack.operator().post("/api/tasks", body).await.expect(201).str("/id").to_owned());
    }
    let admin = stack.admin().with("idempotency-key", "k");
    let bulk = tokio::spawn({
        let admin = admin.clone();
        async move { admin.post("/api/users/host/reassign", json!({ "to": "editor" })).await }
    });
    for id in &ids[..4] {
        stack.operator().put(&format!("/api/tasks/{id}"), json!({ "assigneeId": "operator" })).await.expect(200);
    }
    let answer = bulk.await.unwrap().expect(200);
    for one in answer.json["results"].as_array().unwrap() {
        let task = stack.operator().get(&format!("/api/tasks/{}", one["id"].as_str().unwrap())).await.expect(200);
        let assignee = task.str("/assigneeId");
        match one["result"].as_str().unwrap() {
            "skipped" => assert_eq!(assignee, "operator", "what somebody else took stays with them"),
            _ => assert!(assignee == "editor" || ids[..4].iter().any(|id| id == one["id"].as_str().unwrap()), "{assignee}"),
        }
    }
    let again = admin.post("/api/users/host/reassign", json!({ "to": "editor" })).await.expect(200);
    assert_eq!(again.json, answer.json, "the same request has the same answer");
}

#[tokio::test]
async fn the_people_s_pages_are_for_admins() {
    let stack = Stack::seeded().await;
    for path in ["/api/views/users", "/api/views/users/host"] {
        assert_eq!(stack.operator().get(path).await.expect(403).error(), "Admin access required");
        stack.anonymous().get(path).await.expect(401);
    }
    stack.admin().get("/api/views/users/none").await.expect(404);
    stack.admin().put("/api/users/host", json!({ "disabled": true })).await.expect(200);
    let view = stack.admin().get("/api/views/users").await.expect(200);
    let ids: Vec<_> = view.json["users"].as_array().unwrap().iter().map(|card| card["user"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["editor", "operator", "host"]);
    assert_eq!((&view.json["users"][1]["onlyAdmin"], &view.json["users"][0]["hasPassword"]), (&json!(true), &json!(false)));
    assert!(!view.text.contains("argon2") && !view.text.contains("passwordHash"));
    stack.ledger.take();
    stack.admin().get("/api/views/users/host").await.expect(200);
    assert!(stack.ledger.take_calls().len() <= 3);
}
