use dataops_testkit::Stack;
use serde_json::{Value, json};

#[tokio::test]
async fn a_workflow_closes_when_nothing_speaks_against_it() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let bundle = json!({ "title": "Run", "anchorDate": "2026-07-20", "bundleLinks": [{ "name": "Luma", "url": "" }, { "name": "Board", "url": "" }] });
    let id = operator.post("/api/bundles", bundle).await.expect(201).str("/bundle/id").to_owned();
    let task = json!({ "description": "Publish", "date": "2026-07-02", "bundleId": id, "requiredLinkName": "Luma" });
    let task = operator.post("/api/tasks", task).await.expect(201).str("/id").to_owned();
    let close = format!("/api/bundles/{id}/close");
    let refused = operator.post(&close, Value::Null).await.expect(400);
    assert_eq!(refused.error(), "Cannot close the workflow: 'Publish' is not done, and 1 more");
    assert_eq!(refused.json["missing"], json!(["'Publish' is not done", "The link 'Luma' is empty"]));
    let view = operator.get(&format!("/api/views/bundles/{id}")).await.json["close"].clone();
    assert_eq!(
        (&view["possible"], &view["blockers"][0]["kind"], &view["blockers"][0]["taskId"]),
        (&json!(false), &json!("open-task"), &json!(task))
    );
    assert_eq!((&view["blockers"][1]["kind"], &view["blockers"][1]["link"]), (&json!("empty-link"), &json!("Luma")));
    operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done", "link": "https://example.org" })).await.expect(200);
    assert_eq!(operator.get(&format!("/api/views/bundles/{id}")).await.json["close"], json!({ "possible": true, "blockers": [] }));
    let closed = operator.post(&close, Value::Null).await.expect(200);
    assert_eq!((closed.str("/bundle/status"), closed.str("/bundle/stage")), ("archived", "done"));
    assert_eq!(operator.post(&close, Value::Null).await.expect(200).json["bundle"]["version"], closed.json["bundle"]["version"]);
    operator.post("/api/bundles/none/close", Value::Null).await.expect(404);
    operator.get(&close).await.expect(405);
    stack.anonymous().post(&close, Value::Null).await.expect(401);
}

#[tokio::test]
async fn a_bundle_tells_its_risk() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id =
        operator.post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-07-20" })).await.expect(201).str("/bundle/id").to_owned();
    let path = format!("/api/bundles/{id}");
    assert_eq!(
        operator.get(&path).await.json["bundle"]["risk"],
        json!({ "overdue": 0, "waiting": 0, "followUpDue": 0, "missingEvidence": 0 })
    );
    for fields in [
        json!({ "date": "2026-06-30" }),
        json!({ "date": "2026-07-02", "requiredLinkName": "Luma" }),
        json!({ "date": "2026-08-02", "requiredLinkName": "Luma" }),
        json!({ "date": "2026-08-02", "status": "waiting", "waitingFor": "x", "followUpAt": "2026-07-01", "comment": "asked" }),
    ] {
        let mut body = json!({ "description": "x", "bundleId": id });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        operator.post("/api/tasks", body).await.expect(201);
    }
    let answer = operator.get(&path).await.expect(200);
    assert_eq!(answer.json["bundle"]["risk"], json!({ "overdue": 1, "waiting": 1, "followUpDue": 1, "missingEvidence": 1 }));
    assert!(answer.header("etag").unwrap().starts_with("\"1-"));
}
