//! A person at a browser: door, portal, Invoke, engine.

use serde_json::json;

use crate::site::{PASSWORD, site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_person_signs_in_reads_pages_and_signs_out() {
    let site = site("signs_in").await;
    let mut browser = site.browser();
    let pages = move || {
        let away = browser.get("/tasks");
        assert_eq!((away.status, away.header("location")), (303, Some("/sign-in?next=%2Ftasks")));
        let page = browser.get("/sign-in").expect(200).text;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form =
            |password| [("csrf", csrf.clone()), ("next", "/".into()), ("email", "operator@dataops.local".into()), ("password", password)];
        let wrong = form("wrong".to_owned());
        let wrong: Vec<_> = wrong.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!([401, 422].contains(&browser.post_form("/sign-in", &wrong).status));
        let right = form(PASSWORD.to_owned());
        let right: Vec<_> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post_form("/sign-in", &right).expect(303);
        let home = browser.get("/").expect(200);
        assert!(home.text.contains("Podcast") && home.text.contains("Newsletter"), "the seeded workflows are offered");
        for page in ["/tasks", "/documents", "/search?q=invoice", "/settings", "/recurring", "/assistants"] {
            browser.get(page).expect(200);
        }
        let asset = home.text.split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap();
        browser.get(&format!("/assets/{asset}")).expect(200);
        browser.get("/tasks/none").expect(404);
    };
    tokio::task::spawn_blocking(pages).await.unwrap();
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn work_is_made_changed_and_completed_over_the_api() {
    let site = site("works").await;
    site.visit(|mut api| {
        let id = api.post("/tasks", &json!({ "description": "Call the venue", "date": "2026-07-10" })).expect(201).str("/id").to_owned();
        let listed = api.get("/tasks?status=todo").expect(200);
        assert!(listed.text.contains(&id), "{}", listed.text);
        api.send("PUT", &format!("/tasks/{id}"), &json!({ "status": "done" })).expect(200);
        assert_eq!(api.get(&format!("/tasks/{id}")).expect(200).str("/status"), "done");

        let start = json!({ "templateId": "task-template.tasks.podcast", "title": "Episode", "anchorDate": "2026-08-01" });
        let started = api.post("/bundles", &start).expect(201);
        let tasks = started.json["tasks"].as_array().unwrap();
        assert_eq!(tasks.len(), 42);
        let slotted = tasks.iter().find(|task| task["requiredLinkName"].is_string()).unwrap();
        let path = format!("/tasks/{}", slotted["id"].as_str().unwrap());
        let refused = api.send("PUT", &path, &json!({ "status": "done" })).expect(400);
        assert!(refused.error().contains(slotted["requiredLinkName"].as_str().unwrap()), "{}", refused.text);
        let link = json!({ "status": "done", "link": "https://example.org/made" });
        api.send("PUT", &path, &link).expect(200);
        let bundle = api.get(&format!("/bundles/{}", started.str("/bundle/id"))).expect(200);
        assert!(bundle.text.contains("https://example.org/made"), "the slot is filled: {}", bundle.text);
    })
    .await;
    site.stop().await;
}

/// Two processes of the portal and two of the engine run at once, as on AWS, and know nothing of one another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn of_two_changes_at_once_to_one_version_one_is_made() {
    let site = site("at_once").await;
    site.visit(|mut api| {
        let path = format!("/tasks/{}", api.post("/tasks", &json!({ "description": "Call", "date": "2026-07-10" })).expect(201).str("/id"));
        for round in 0..5 {
            let version = api.get(&path).expect(200).header("etag").unwrap().to_owned();
            let change = |who: usize| {
                let (mut api, path, version) = (api.clone(), path.clone(), version.clone());
                let body = json!({ "comment": format!("{who} in round {round}") });
                std::thread::spawn(move || api.send_with("PUT", &path, &[("if-match", &version)], &body).status)
            };
            let mut statuses: Vec<u16> = [change(1), change(2)].into_iter().map(|thread| thread.join().unwrap()).collect();
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412], "round {round}");
        }
    })
    .await;
    let processes = |function: &str| site.logs.lines().iter().filter(|line| line.file == format!("dataops-local-{function}-1")).count();
    assert!(processes("portal") > 0 && processes("work-engine") > 0, "a second process of each was started");
    site.stop().await;
}
