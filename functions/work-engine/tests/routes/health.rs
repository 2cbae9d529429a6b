use dataops_testkit::Stack;

#[tokio::test]
async fn health_is_open_and_other_methods_are_not_found() {
    let stack = Stack::empty().await;
    let answer = stack.anonymous().get("/api/health").await.expect(200);
    assert_eq!(answer.text, r#"{"status":"ok"}"#);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    stack.anonymous().send("POST", "/api/health", Vec::new()).await.expect(404);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_in_the_contract_s_words() {
    let stack = Stack::empty().await;
    for path in ["/api/projects", "/api/tasks/a/b", "/api/bundles/a/b/c", "/elsewhere", "/"] {
        let answer = stack.operator().get(path).await.expect(404);
        assert_eq!(answer.text, r#"{"error":"Not found"}"#, "{path}");
    }
}

#[tokio::test]
async fn the_openapi_document_is_the_committed_one() {
    let document = dataops_work_engine::openapi::generated();
    let text = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        return std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "docs/openapi.json differs from the code: run `UPDATE_DOCS=1 scripts/test`");
    let stack = Stack::empty().await;
    assert_eq!(stack.anonymous().get("/api/openapi.json").await.expect(200).json, document);
}
