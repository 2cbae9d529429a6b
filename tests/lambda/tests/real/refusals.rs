//! Bad input through the real binaries: nobody gets past the portal, and nothing that does not fit gets through.

use std::path::Path;

use dataops_local::functions::WORK_ENGINE;
use serde_json::{Value, json};

use crate::site::{changed, site};

/// What is changed about an event, in words and in deed.
type Change<'a> = (&'a str, &'a dyn Fn(&mut Value));

fn tasks_event() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/work-engine-tasks.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn the_engine_answers_nobody_but_the_portal() {
    let site = site("strangers").await;
    let right = tasks_event();
    assert_eq!(site.invoke("work-engine", &right).await.unwrap()["statusCode"], 200);
    let changes: [Change<'_>; 5] = [
        ("no secret", &|event| drop(event["headers"].as_object_mut().unwrap().remove("x-portal-secret"))),
        ("another secret", &|event| event["headers"]["x-portal-secret"] = json!("local-portal-secret-0123456789abcdeF")),
        ("an empty secret", &|event| event["headers"]["x-portal-secret"] = json!("")),
        ("no portal", &|event| drop(event["headers"].as_object_mut().unwrap().remove("x-portal-auth"))),
        ("no headers", &|event| event["headers"] = json!({})),
    ];
    for (what, change) in changes {
        let mut event = right.clone();
        change(&mut event);
        let answer = site.invoke("work-engine", &event).await.unwrap();
        assert_eq!(answer["statusCode"], 401, "{what}: {answer}");
        assert!(!answer["body"].as_str().unwrap().contains("tasks"), "{what}: {answer}");
    }
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_portal_whose_secret_does_not_match_shows_no_work() {
    let site = changed("other_secret", |id, environment| {
        if id == WORK_ENGINE {
            environment.insert("WORK_ENGINE_PORTAL_SECRET".to_owned(), "the-secret-of-another-stack-0123456789".to_owned());
        }
    })
    .await;
    site.visit(|mut api| {
        let refused = api.get("/tasks").expect(502);
        assert_eq!(refused.error(), "The work engine does not answer");
    })
    .await;
    let said = site.logs.of_function("dataops-local-portal");
    assert!(said.iter().any(|line| line.text.contains("WORK_ENGINE_PORTAL_SECRET is not the same")), "the log says why: {said:?}");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the binaries that scripts/test builds"]
async fn a_body_over_the_limit_is_refused_and_the_next_request_answered() {
    let site = site("too_large").await;
    site.visit(|mut api| {
        let task = |bytes: usize| json!({ "description": "x".repeat(bytes), "date": "2026-07-10" });
        // More than a function can be invoked with: API Gateway's answer.
        let refused = api.post("/tasks", &task(6_400_000)).expect(413);
        assert!(refused.error().contains("6291556"), "{}", refused.text);
        // More than the portal passes on, and more than the engine reads.
        api.post("/tasks", &task(5_000_000)).expect(413);
        let refused = api.post("/tasks", &task(2_000_000)).expect(413);
        assert!(refused.error().contains("1048576"), "{}", refused.text);
        api.get("/tasks?status=todo").expect(200);
    })
    .await;
    site.stop().await;
}
