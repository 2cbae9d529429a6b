use dataops_testkit::Stack;
use serde_json::{Value, json};

#[tokio::test]
async fn a_clean_seeded_home_is_honest() {
    let stack = Stack::seeded().await;
    let home = stack.operator().get("/api/views/home").await.expect(200).json;
    for group in ["overdue", "followUpsDue", "dueToday", "waiting", "next", "workflows"] {
        assert_eq!(home[group], json!([]), "{group}");
    }
    assert_eq!((&home["openTasks"], &home["activeWorkflows"]), (&json!(0), &json!(0)));
    let kinds: Vec<&str> = home["templates"].as_array().unwrap().iter().map(|card| card["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.len(), &kinds[..2]), (11, &["podcast", "newsletter"][..]));
    assert_eq!(Stack::empty().await.operator().get("/api/views/home").await.json["templates"], json!([]));
}

#[tokio::test]
async fn home_groups_by_what_is_done_first() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let make = async |description: &str, date: &str, assignee: &str| {
        operator
            .post("/api/tasks", json!({ "description": description, "date": date, "assigneeId": assignee }))
            .await
            .expect(201)
            .str("/id")
            .to_owned()
    };
    make("late", "2026-06-29", "editor").await;
    make("today", "2026-07-01", "host").await;
    make("soon", "2026-07-03", "editor").await;
    let waiting = make("waiting", "2026-08-01", "editor").await;
    let wait = |at: &str| json!({ "waitingFor": "Sponsor", "followUpAt": at, "channel": "mail", "note": "asked" });
    operator.post(&format!("/api/tasks/{waiting}/actions/mark-waiting"), wait("2026-07-01")).await.expect(200);
    let later = make("later", "2026-08-01", "").await;
    operator.post(&format!("/api/tasks/{later}/actions/mark-waiting"), wait("2026-07-02")).await.expect(200);
    let names = |home: &Value, group: &str| {
        home[group].as_array().unwrap().iter().map(|row| row["description"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let home = operator.get("/api/views/home").await.expect(200).json;
    assert_eq!(names(&home, "overdue"), ["late"]);
    assert_eq!(home["overdue"][0]["dueInDays"], -2);
    assert_eq!(names(&home, "followUpsDue"), ["waiting"]);
    assert_eq!(names(&home, "dueToday"), ["today"]);
    assert_eq!(names(&home, "waiting"), ["later"]);
    assert_eq!(names(&home, "next"), ["soon"]);
    let mine = operator.get("/api/views/home?for=me").await.expect(200).json;
    assert_eq!((names(&mine, "dueToday"), names(&mine, "waiting")), (vec![], vec!["later".to_owned()]), "unassigned work stays");
}

#[tokio::test]
async fn the_workflow_page_shows_links_phases_and_risk() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let made = operator
        .post("/api/bundles", json!({ "title": "Topic - Guest", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" }))
        .await
        .expect(201);
    let page = operator.get(&format!("/api/views/bundles/{}", made.str("/bundle/id"))).await.expect(200).json;
    assert_eq!((page["links"].as_array().unwrap().len(), page["phases"].as_array().unwrap().len()), (12, 8));
    assert_eq!((&page["card"]["done"], &page["card"]["total"], &page["card"]["anchorInDays"]), (&json!(0), &json!(42), &json!(19)));
    assert_eq!(page["phases"][0]["current"], true);
    assert!(page["card"]["risk"]["overdue"].as_u64().unwrap() > 0);
    assert_eq!(page["events"][0]["action"], "created");
    let home = operator.get("/api/views/home").await.expect(200).json;
    assert_eq!(home["workflows"][0]["risk"], page["card"]["risk"]);
    assert_eq!((&home["workflows"][0]["done"], &home["workflows"][0]["total"]), (&json!(0), &json!(42)));
    operator.get("/api/views/bundles/none").await.expect(404);
}

#[tokio::test]
async fn the_task_page_shows_the_step_of_its_document() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    let made = operator
        .post("/api/bundles", json!({ "title": "T", "anchorDate": "2026-07-20", "templateId": "task-template.tasks.podcast" }))
        .await
        .expect(201);
    let task = made.json["tasks"].as_array().unwrap().iter().find(|task| task["templateTaskRef"] == "add-guest-as-editor").unwrap().clone();
    let page = operator.get(&format!("/api/views/tasks/{}", task["id"].as_str().unwrap())).await.expect(200).json;
    assert_eq!((&page["instructions"]["documentId"], &page["instructions"]["stepId"]), (&json!("sop.podcast.prep-document"), &json!("6")));
    assert!(!page["instructions"]["markdown"].as_str().unwrap().is_empty());
    let fallback = operator
        .post(
            "/api/tasks",
            json!({ "description": "x", "date": "2026-07-02", "instructionDocId": "none", "instructionsUrl": "https://example.org" }),
        )
        .await
        .expect(201);
    let page = operator.get(&format!("/api/views/tasks/{}", fallback.str("/id"))).await.expect(200).json;
    assert!(page.get("instructions").is_none());
    assert_eq!(page["task"]["instructionsUrl"], "https://example.org");
}

#[tokio::test]
async fn the_list_of_tasks_filters_in_the_url() {
    let stack = Stack::seeded().await;
    let operator = stack.operator();
    for (text, assignee, tag) in [("Call sponsor", "editor", "a"), ("Write block", "", "b")] {
        operator
            .post("/api/tasks", json!({ "description": text, "date": "2026-07-02", "assigneeId": assignee, "tags": [tag] }))
            .await
            .expect(201);
    }
    let count =
        async |query: &str| operator.get(&format!("/api/views/tasks{query}")).await.expect(200).json["tasks"].as_array().unwrap().len();
    for (query, rows) in [
        ("", 2),
        ("?status=open", 2),
        ("?assignee=editor", 1),
        ("?assignee=none", 1),
        ("?tag=b", 1),
        ("?q=SPONSOR", 1),
        ("?to=2026-07-01", 0),
        ("?status=done", 0),
    ] {
        assert_eq!(count(query).await, rows, "{query}");
    }
    operator.get("/api/views/tasks?status=x").await.expect(400);
    operator.get("/api/views/tasks?from=2026-02-31").await.expect(400);
}
