//! People through the whole fleet: setup links, one's own password, API tokens at the door, the users' pages.

use dataops_testkit::{Answer, Browser};
use serde_json::json;

use super::{Site, hidden, sign_in, site, visit};

/// A client that shows this text as its bearer token.
fn bearer(site: &Site, method: &str, path: &str, token: &str, body: &serde_json::Value) -> Answer {
    let line = format!("Bearer {token}");
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    site.browser().send(method, path, &[("authorization", &line)], &body)
}

fn login(site: &Site, email: &str, password: &str) -> Answer {
    site.browser().post_json("/work/api/auth/login", &[], &json!({ "email": email, "password": password }))
}

/// A session of the operator, as an API client has it.
fn session(site: &Site) -> String {
    login(site, "operator@dataops.local", "dataops").expect(200).str("/token").to_owned()
}

/// The path and query of a new setup link.
fn setup_link(site: &Site, user: &str) -> String {
    let made = bearer(site, "POST", &format!("/work/api/users/{user}/setup-link"), &session(site), &json!({})).expect(201);
    made.str("/setupLink/path").to_owned()
}

/// Opens a link and sends its form.
fn set_password(browser: &mut Browser, link: &str, password: &str, repeat: &str) -> Answer {
    let page = browser.get(link).expect(200).text;
    let (csrf, token) = (hidden(&page, "csrf"), hidden(&page, "token"));
    let path = link.split('?').next().unwrap();
    browser.post_form(path, &[("csrf", &csrf), ("token", &token), ("password", password), ("repeat", repeat)])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_setup_link_leads_to_a_first_sign_in_once() {
    visit(site().await, |site| {
        let link = setup_link(site, "host");
        let mut host = site.browser();
        let page = host.get(&link).expect(200);
        assert!(page.text.contains("host@dataops.local") && page.header("referrer-policy") == Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(set_password(&mut host, &link, "host password", "another").status, 422);
        let short = set_password(&mut host, &link, "abc", "abc");
        assert!(short.status == 422 && short.text.contains("4 to 1024 characters"), "{}", short.text);
        assert!(!short.text.contains("value=\"abc\""), "a password is never sent back");
        let set = set_password(&mut host, &link, "host password", "host password");
        assert_eq!((set.status, set.header("location")), (303, Some("/?saved=welcome")));
        assert!(host.get("/?saved=welcome").expect(200).text.contains("Your password is set"));
        for gone in [link.as_str(), "/setup/host?token=wrong", "/setup/host", "/setup/nobody?token=x", "/setup/a%2Fb?token=x"] {
            let page = site.browser().get(gone);
            assert!(page.status == 410 && page.text.contains("This link cannot be used"), "{gone}: {}", page.status);
        }
        login(site, "host@dataops.local", "host password").expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_setup_form_from_elsewhere_or_after_a_day_sets_nothing() {
    visit(site().await, |site| {
        let link = setup_link(site, "host");
        let (path, token) = link.split_once("?token=").unwrap();
        let fields = [("csrf", "x"), ("token", token), ("password", "host password"), ("repeat", "host password")];
        assert_eq!(site.browser().post_form(path, &fields).status, 403);
        site.fleet.clock.advance(24 * 3_600 + 60);
        site.browser().get(&link).expect(410);
        assert_eq!(site.browser().post_form(path, &fields).status, 410);
        login(site, "host@dataops.local", "host password").expect(401);
        let statuses: Vec<u16> = (0..60).map(|_| site.browser().get("/setup/host?token=guess").status).collect();
        assert_eq!((statuses[0], statuses[59]), (410, 429), "guessing is slowed down");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_browsers_with_one_link_one_is_let_in() {
    visit(site().await, |site| {
        let link = setup_link(site, "host");
        let mut browsers: Vec<Browser> = (0..20).map(|_| site.browser()).collect();
        let pages: Vec<String> = browsers.iter_mut().map(|browser| browser.get(&link).expect(200).text).collect();
        let path = link.split('?').next().unwrap();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tries: Vec<_> = browsers
                .iter_mut()
                .zip(&pages)
                .map(|(browser, page)| {
                    scope.spawn(move || {
                        let (csrf, token) = (hidden(page, "csrf"), hidden(page, "token"));
                        browser.post_form(
                            path,
                            &[("csrf", &csrf), ("token", &token), ("password", "host password"), ("repeat", "host password")],
                        )
                    })
                })
                .collect();
            tries.into_iter().map(|one| one.join().unwrap().status).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [303, 410].contains(status)), "{statuses:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_api_token_works_as_its_owner_until_it_ends() {
    visit(site().await, |site| {
        let session = session(site);
        let new = json!({ "name": "Nightly", "expiresAt": "2026-07-01" });
        let made = bearer(site, "POST", "/work/api/tokens", &session, &new).expect(201);
        let (value, id) = (made.str("/value").to_owned(), made.str("/token/id").to_owned());
        assert_eq!(bearer(site, "GET", "/work/api/me", &value, &json!(null)).expect(200).str("/user/id"), "operator");
        let task = bearer(site, "POST", "/work/api/tasks", &value, &json!({ "description": "x", "date": "2026-07-02", "status": "done" }));
        assert_eq!(task.expect(201).str("/completedBy"), "operator", "no form token is needed");
        bearer(site, "POST", "/work/api/users/host/setup-link", &value, &json!({})).expect(201);
        bearer(site, "POST", "/work/api/tokens", &value, &json!({ "name": "another" })).expect(403);
        let used = bearer(site, "GET", "/work/api/tokens", &value, &json!(null)).expect(200);
        assert!(used.str("/tokens/0/lastUsedAt").starts_with("2026-07-01T09:0"), "{}", used.text);
        assert_eq!(site.browser().send("GET", "/", &[("authorization", &format!("Bearer {value}"))], b"").status, 303, "no page opens");
        for wrong in ["dop_", "dop_x_y", &format!("dop_{id}_wrong"), &value[..value.len() - 1], &format!("{value}x"), &value.to_uppercase()]
        {
            assert_eq!(bearer(site, "GET", "/work/api/tasks?status=todo", wrong, &json!(null)).expect(401).error(), "Unauthorized");
        }
        site.fleet.clock.advance(14 * 3_600);
        bearer(site, "GET", "/work/api/me", &value, &json!(null)).expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revoking_disabling_and_resetting_end_tokens_at_once() {
    visit(site().await, |site| {
        let admin = session(site);
        let mut host = site.browser();
        assert_eq!(set_password(&mut host, &setup_link(site, "host"), "host password", "host password").status, 303);
        let token = || {
            let session = login(site, "host@dataops.local", "host password").expect(200).str("/token").to_owned();
            let made = bearer(site, "POST", "/work/api/tokens", &session, &json!({ "name": "x" })).expect(201);
            (made.str("/value").to_owned(), made.str("/token/id").to_owned())
        };
        let status = |value: &str| bearer(site, "GET", "/work/api/users", value, &json!(null)).status;
        let (first, id) = token();
        assert_eq!(status(&first), 200);
        bearer(site, "POST", "/work/api/users", &first, &json!({ "name": "x", "email": "x@example.org" })).expect(403);
        bearer(site, "DELETE", &format!("/work/api/tokens/{id}"), &first, &json!(null)).expect(204);
        assert_eq!(status(&first), 401);
        let (second, _) = token();
        let put = |body| bearer(site, "PUT", "/work/api/users/host", &admin, &body).expect(200);
        put(json!({ "disabled": true }));
        assert_eq!(status(&second), 401);
        put(json!({ "disabled": false }));
        assert_eq!(status(&second), 401, "enabling brings no token back");
        let (third, _) = token();
        put(json!({ "password": "host password" }));
        assert_eq!(status(&third), 401, "a reset ends tokens too");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_changed_password_ends_every_other_session() {
    visit(site().await, |site| {
        let (mut here, mut there) = (site.signed_in(), site.signed_in());
        let (client, other) = (session(site), session(site));
        let token = bearer(site, "POST", "/work/api/tokens", &client, &json!({ "name": "x" })).expect(201).str("/value").to_owned();
        let before = here.cookie("dataops_session").unwrap().to_owned();
        let csrf = hidden(&here.get("/settings").expect(200).text, "csrf");
        let change = |here: &mut Browser, old: &str, new: &str, repeat: &str| {
            let fields = [("csrf", csrf.as_str()), ("oldPassword", old), ("newPassword", new), ("repeat", repeat)];
            here.post_form("/settings/password", &fields)
        };
        let wrong = change(&mut here, "wrong", "a longer one", "a longer one");
        assert!(wrong.status == 422 && wrong.text.contains("old password is wrong"), "{}", wrong.status);
        assert!(!wrong.text.contains("a longer one"), "a password is never sent back");
        assert_eq!(change(&mut here, "dataops", "a longer one", "another").status, 422);
        assert_eq!(change(&mut here, "dataops", "a longer one", "a longer one").header("location"), Some("/settings?saved=password"));
        here.get("/settings").expect(200);
        assert_ne!(here.cookie("dataops_session").unwrap(), before, "the session goes on under a new token");
        assert_eq!(there.get("/").status, 303);
        let status = |token: &str| bearer(site, "GET", "/work/api/me", token, &json!(null)).status;
        assert_eq!((status(&before), status(&client), status(&other), status(&token)), (401, 401, 401, 200));
        let client = login(site, "operator@dataops.local", "a longer one").expect(200).str("/token").to_owned();
        let body = json!({ "oldPassword": "a longer one", "newPassword": "dataops" });
        bearer(site, "POST", "/work/api/users/operator/password", &client, &body).expect(200);
        assert_eq!(status(&client), 200, "the session that changed it goes on");
        assert_eq!(here.get("/").status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_the_old_password_is_slowed_down() {
    visit(site().await, |site| {
        let client = session(site);
        let body = json!({ "oldPassword": "guess", "newPassword": "a longer one" });
        let guess = || bearer(site, "POST", "/work/api/users/operator/password", &client, &body).status;
        let statuses: Vec<u16> = (0..12).map(|_| guess()).collect();
        assert_eq!((statuses[0], statuses[9], statuses[10], statuses[11]), (400, 400, 429, 429));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_longer_than_any_is_an_ordinary_failed_sign_in() {
    visit(site().await, |site| {
        for length in [1_025, 61 * 1_024, 3_000_000] {
            let long = "p".repeat(length);
            assert_eq!(login(site, "operator@dataops.local", &long).expect(401).error(), "Invalid email or password");
            assert_eq!(sign_in(&mut site.browser(), "operator@dataops.local", &long).status, 401);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn users_are_managed_by_admins_alone() {
    visit(site().await, |site| {
        let mut host = site.browser();
        assert_eq!(set_password(&mut host, &setup_link(site, "host"), "host password", "host password").status, 303);
        let page = host.get("/settings").expect(200);
        assert!(page.text.contains("host@dataops.local") && !page.text.contains("href=\"/users\""));
        let csrf = hidden(&page.text, "csrf");
        for path in ["/users", "/users/editor"] {
            let refused = host.get(path).expect(403);
            assert!(refused.text.contains("This page is for admins"));
        }
        for path in ["/users", "/users/editor/disable", "/users/editor/setup-link", "/users/editor/reassign"] {
            assert_eq!(
                host.post_form(path, &[("csrf", &csrf), ("name", "x"), ("email", "x@example.org"), ("task", "x"), ("to", "host")]).status,
                403,
                "{path}"
            );
        }
        let mut admin = site.signed_in();
        let list = admin.get("/users").expect(200).text;
        assert!(list.contains("last signed in") && list.contains("cannot sign in yet"), "{list}");
        let csrf = hidden(&list, "csrf");
        let taken = admin.post_form("/users", &[("csrf", &csrf), ("name", "New"), ("email", "HOST@dataops.local"), ("role", "operator")]);
        assert!(taken.status == 422 && taken.text.contains("used by another user"), "{}", taken.status);
        let made = admin.post_form("/users", &[("csrf", &csrf), ("name", "New"), ("email", "new@example.org"), ("role", "operator")]);
        let address = made.header("location").unwrap().split('?').next().unwrap().to_owned();
        let key = hidden(&admin.get(&address).expect(200).text, "key");
        let link = admin.post_form(&format!("{address}/setup-link"), &[("csrf", &csrf), ("key", &key)]).expect(200).text;
        assert!(link.contains(&format!("{}/setup/", site.fleet.running.url)), "the whole address is there to copy");
        let again = admin.post_form(&format!("{address}/setup-link"), &[("csrf", &csrf), ("key", &key)]);
        assert!(again.status == 422 && again.text.contains("not shown again") && !again.text.contains("?token="));
        let only = admin.post_form("/users/operator/disable", &[("csrf", &csrf)]);
        assert!(only.status == 422 && only.text.contains("At least one admin"), "{}", only.status);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_still_assigned_is_shown_and_given_away() {
    visit(site().await, |site| {
        let client = session(site);
        for n in 0..3 {
            let task = json!({ "description": format!("Call <b>{n}</b>"), "date": "2026-07-02", "assigneeId": "host" });
            bearer(site, "POST", "/work/api/tasks", &client, &task).expect(201);
        }
        let mut admin = site.signed_in();
        let page = admin.get("/users/host").expect(200).text;
        assert!(page.contains("Call &lt;b&gt;1&lt;/b&gt;") && page.len() < 60_000);
        let csrf = hidden(&page, "csrf");
        let ids: Vec<&str> = page.split("name=\"task\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(ids.len(), 3);
        assert_eq!(admin.post_form("/users/host/reassign", &[("csrf", &csrf), ("to", "editor")]).status, 422, "nothing is ticked");
        let fields = [("csrf", csrf.as_str()), ("to", "editor"), ("task", ids[0]), ("task", ids[1])];
        assert_eq!(admin.post_form("/users/host/reassign", &fields).header("location"), Some("/users/host?saved=reassigned"));
        let again = admin.post_form("/users/host/reassign", &fields);
        assert_eq!(again.header("location"), Some("/users/host?saved=reassigned"), "repeating finds it done");
        assert_eq!(admin.get("/users/host").text.matches("name=\"task\"").count(), 1);
    })
    .await;
}
