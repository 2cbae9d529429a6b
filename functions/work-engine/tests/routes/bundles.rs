use dataops_testkit::Stack;
use serde_json::{Value, json};

#[tokio::test]
async fn a_bundle_without_a_template_has_its_defaults() {
    let stack = Stack::empty().await;
    let made = stack
        .operator()
        .post("/api/bundles/", json!({ "title": " Run ", "anchorDate": "2026-07-20", "description": "d", "unknown": 1 }))
        .await
        .expect(201);
    assert_eq!((made.str("/bundle/stage"), made.str("/bundle/status")), ("preparation", "active"));
    assert!(made.json.get("tasks").is_none() && made.json["bundle"].get("unknown").is_none() && made.json["bundle"].get("emoji").is_none());
    let list = stack.operator().get("/api/bundles").await.expect(200);
    assert_eq!(list.json["bundles"][0], made.json["bundle"]);
}

#[tokio::test]
async fn fields_are_checked_in_the_contract_s_order() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    assert_eq!(operator.send("POST", "/api/bundles", b"{".to_vec()).await.expect(400).error(), "Invalid JSON");
    operator.send("POST", "/api/bundles", b"null".to_vec()).await.expect(400);
    operator.send("POST", "/api/bundles", Vec::new()).await.expect(400);
    let refuse = async |body: Value, status: u16| operator.post("/api/bundles", body).await.expect(status).error().to_lowercase();
    assert!(refuse(json!({ "anchorDate": "x" }), 400).await.contains("title"));
    for anchor in [json!(null), json!("2026-02-31"), json!("2026-13-45"), json!(5), json!("soon")] {
        assert!(refuse(json!({ "title": "x", "anchorDate": anchor }), 400).await.contains("anchordate"));
    }
    let base = |key: &str, value: Value| {
        let mut body = json!({ "title": "x", "anchorDate": "2026-07-20" });
        body[key] = value;
        body
    };
    assert_eq!(
        refuse(json!({ "title": "x", "anchorDate": "2026-07-20", "templateId": "none", "stage": "x" }), 404).await,
        "template not found"
    );
    assert!(refuse(base("stage", json!("x")), 400).await.contains("invalid stage"));
    assert!(refuse(base("status", json!("x")), 400).await.contains("invalid status"));
    assert!(refuse(base("artifactRefs", json!([{}])), 400).await.contains("artifactrefs"));
    assert!(refuse(base("bundleLinks", json!([{ "name": "x", "url": "javascript:x" }])), 400).await.contains("bundlelinks"));
    assert!(refuse(base("templateId", json!(["x"])), 400).await.contains("templateid"));
    assert_eq!(operator.get("/api/bundles").await.json["bundles"], json!([]));
}

#[tokio::test]
async fn updates_archive_and_delete() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id =
        operator.post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-07-20" })).await.expect(201).str("/bundle/id").to_owned();
    let path = format!("/api/bundles/{id}");
    for body in
        [json!({}), json!({ "templateId": "x" }), json!({ "stage": "x" }), json!({ "title": "" }), json!({ "anchorDate": "2026-02-30" })]
    {
        operator.put(&path, body).await.expect(400);
    }
    assert_eq!(operator.put("/api/bundles/none", json!({ "title": "x" })).await.expect(404).error(), "Bundle not found");
    let changed = operator
        .put(&path, json!({ "stage": "done", "references": [{ "name": "Index", "url": "https://example.org", "note": "kept" }] }))
        .await
        .expect(200);
    assert_eq!((changed.str("/bundle/stage"), changed.str("/bundle/references/0/note")), ("done", "kept"));
    assert_eq!(operator.delete(&path).await.expect(400).error(), "Only archived bundles can be deleted");
    let archived = operator.send("PUT", &format!("{path}/archive/"), Vec::new()).await.expect(200);
    assert_eq!(archived.str("/bundle/status"), "archived");
    operator.delete(&path).await.expect(204);
    operator.get(&path).await.expect(404);
    operator.delete(&path).await.expect(404);
    for (method, path) in [
        ("PATCH", path.clone()),
        ("POST", path.clone()),
        ("GET", format!("{path}/archive")),
        ("POST", format!("{path}/tasks")),
        ("PUT", "/api/bundles".to_owned()),
    ] {
        assert_eq!(operator.send(method, &path, Vec::new()).await.expect(405).error(), "Method not allowed", "{method} {path}");
    }
}
