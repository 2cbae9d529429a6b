use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

async fn task(caller: &Caller, mut fields: Value) -> String {
    fields["description"] = json!("Prove it");
    fields["date"] = json!("2026-07-02");
    caller.post("/api/tasks", fields).await.expect(201).str("/id").to_owned()
}

async fn done(caller: &Caller, id: &str, with: Value) -> dataops_testkit::Answer {
    let mut body = with;
    body["status"] = json!("done");
    caller.put(&format!("/api/tasks/{id}"), body).await
}

#[tokio::test]
async fn each_gate_refuses_in_its_own_words() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let proof = |kind: &str| json!({ "proofRequirement": { "type": kind, "label": "The proof" } });
    let cases = [
        (json!({ "requiredLinkName": "Luma" }), "Cannot mark task as done: required link 'Luma' is not filled"),
        (json!({ "requiresFile": true }), "Cannot mark task as done: required file has not been uploaded"),
        (
            json!({ "validation": { "requiredBundleLinks": ["A", "B"] } }),
            "Cannot mark task as done: required shared bundle link 'A' needs a workflow bundle",
        ),
        (
            json!({ "bundleId": "none", "validation": { "requiredBundleLinks": ["A"] } }),
            "Cannot mark task as done: required bundle link 'A' is not filled",
        ),
        (proof("url"), "Cannot mark task as done: required url proof 'The proof' is missing"),
        (proof("file"), "Cannot mark task as done: required file proof 'The proof' is missing"),
        (proof("artifact"), "Cannot mark task as done: required approved artifact proof 'The proof' is missing"),
        (proof("comment"), "Cannot mark task as done: required comment proof 'The proof' is missing"),
        (proof("external-status"), "Cannot mark task as done: required external-status proof 'The proof' is missing"),
        (json!({ "proofRequirement": { "type": "url" } }), "Cannot mark task as done: required url proof is missing"),
    ];
    for (fields, words) in cases {
        let id = task(&operator, fields.clone()).await;
        let refused = done(&operator, &id, json!({})).await.expect(400);
        assert_eq!((refused.error(), refused.json["missing"][0].as_str()), (words, Some(words)), "{fields}");
        let stored = operator.get(&format!("/api/tasks/{id}")).await;
        assert_eq!(
            (stored.str("/status"), stored.json.get("completedAt"), stored.json["version"].as_u64()),
            ("todo", None, Some(1)),
            "a refusal writes nothing"
        );
    }
}

#[tokio::test]
async fn a_refusal_lists_everything_that_is_missing() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(
        &operator,
        json!({
            "requiredLinkName": "Luma", "requiresFile": true, "bundleId": "none", "validation": { "requiredBundleLinks": ["A", "B"] },
            "proofRequirement": { "type": "comment", "label": "Note" },
        }),
    )
    .await;
    let refused = done(&operator, &id, json!({})).await.expect(400);
    assert_eq!(refused.json["missing"].as_array().unwrap().len(), 5, "{}", refused.text);
    let problem = done(&operator.with("accept", "application/problem+json"), &id, json!({})).await.expect(400);
    assert_eq!(problem.json["errors"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn proof_may_come_with_the_request_and_completion_records_it() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({ "proofRequirement": { "type": "comment" } })).await;
    stack.clock.advance(5);
    let closed = done(&operator, &id, json!({ "comment": "sent" })).await.expect(200);
    assert_eq!(
        (closed.str("/status"), closed.str("/completedBy"), closed.str("/completedAt")),
        ("done", "editor", "2026-07-01T09:00:05.000Z")
    );
    assert_eq!(closed.str("/evidence/comment"), "sent");
    assert_eq!((closed.str("/taskHistory/0/action"), closed.str("/taskHistory/0/note")), ("completed", "sent"));
    let suggested = task(&operator, json!({ "proofRequirement": { "type": "file", "required": false } })).await;
    done(&operator, &suggested, json!({})).await.expect(200);
}

#[tokio::test]
async fn a_request_never_lifts_its_own_gate() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let lifts = [
        (json!({ "proofRequirement": { "type": "url" } }), json!({ "proofRequirement": null })),
        (json!({ "proofRequirement": { "type": "url" } }), json!({ "proofRequirement": { "type": "url", "required": false } })),
        (json!({ "proofRequirement": { "type": "url" } }), json!({ "proofRequirement": { "type": "comment" }, "comment": "x" })),
        (json!({ "requiredLinkName": "Luma" }), json!({ "requiredLinkName": "" })),
        (json!({ "requiresFile": true }), json!({ "requiresFile": false })),
        (json!({ "validation": { "requiredBundleLinks": ["A"] } }), json!({ "validation": {} })),
        (
            json!({ "proofRequirement": { "type": "url" } }),
            json!({ "validation": { "skipClosure": { "allowedStatuses": ["skip"] } }, "comment": "skip" }),
        ),
    ];
    for (stored, request) in lifts {
        let id = task(&operator, stored).await;
        let refused = done(&operator, &id, request.clone()).await;
        assert_eq!(refused.status, 400, "{request} {}", refused.text);
    }
    let id = task(&operator, json!({})).await;
    done(&operator, &id, json!({ "proofRequirement": { "type": "url" } })).await.expect(400);
}

#[tokio::test]
async fn skip_closures_waive_what_they_list() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let all = json!({ "proofRequirement": { "type": "file" }, "requiredLinkName": "Luma", "validation": { "skipClosure": { "allowedStatuses": ["No sponsor this issue"], "requires": ["comment"] } } });
    for comment in ["no SPONSOR this issue ", "checked\n[2026-07-01 09:00] No sponsor this issue\nbye"] {
        let id = task(&operator, all.clone()).await;
        let closed = done(&operator, &id, json!({ "comment": comment })).await.expect(200);
        assert_eq!(closed.str("/evidence/skippedAs"), "No sponsor this issue");
    }
    let id = task(&operator, all.clone()).await;
    done(&operator, &id, json!({ "comment": "there is no sponsor this issue" })).await.expect(400);
    done(&operator, &id, json!({ "externalStatus": "no sponsor this issue" })).await.expect(400);
    let some = json!({ "proofRequirement": { "type": "file" }, "requiredLinkName": "Luma", "validation": { "skipClosure": {
        "allowedStatuses": ["skip", "other"], "suppresses": { "skip": { "proof": true } } } } });
    let id = task(&operator, some).await;
    let refused = done(&operator, &id, json!({ "externalStatus": "skip" })).await.expect(400);
    assert_eq!(refused.json["missing"].as_array().unwrap().len(), 1);
    assert_eq!(done(&operator, &id, json!({ "externalStatus": "other" })).await.expect(400).json["missing"].as_array().unwrap().len(), 2);
    done(&operator, &id, json!({ "externalStatus": "skip", "link": "https://example.org" })).await.expect(200);
    let shared = json!({ "validation": { "requiredBundleLinks": ["A"], "skipClosure": { "allowedStatuses": ["skip"] } } });
    let id = task(&operator, shared).await;
    assert!(done(&operator, &id, json!({ "comment": "skip" })).await.expect(400).error().contains("needs a workflow bundle"));
}

#[tokio::test]
async fn evidence_of_a_done_task_stays_until_it_is_reopened() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({ "requiredLinkName": "Luma", "proofRequirement": { "type": "comment" } })).await;
    let path = format!("/api/tasks/{id}");
    done(&operator, &id, json!({ "link": "https://example.org/luma", "comment": "published" })).await.expect(200);
    for body in [
        json!({ "link": "" }),
        json!({ "link": null }),
        json!({ "comment": null }),
        json!({ "comment": " " }),
        json!({ "requiredLinkName": null }),
        json!({ "proofRequirement": null }),
    ] {
        let refused = operator.put(&path, body.clone()).await.expect(400);
        assert!(refused.error().contains("is evidence of a done task"), "{body}: {}", refused.error());
    }
    operator.put(&path, json!({ "link": "https://example.org/moved" })).await.expect(200);
    operator.put(&path, json!({ "requiresFile": true })).await.expect(400);
    let reopened = operator.put(&path, json!({ "status": "todo" })).await.expect(200);
    assert!(reopened.json.get("completedAt").is_none() && reopened.json.get("evidence").is_none());
    assert_eq!(reopened.str("/taskHistory/1/action"), "reopened");
    operator.put(&path, json!({ "link": "" })).await.expect(200);
}

#[tokio::test]
async fn a_link_fills_its_empty_slot_before_gating_and_never_overwrites() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let links = json!([{ "name": "Luma", "url": "" }, { "name": "Meetup", "url": "https://example.org/m" }]);
    let bundle = operator
        .post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-07-20", "bundleLinks": links }))
        .await
        .expect(201)
        .str("/bundle/id")
        .to_owned();
    let gated = task(
        &operator,
        json!({ "bundleId": bundle, "requiredLinkName": "Luma", "validation": { "requiredBundleLinks": ["Luma", "Meetup"] } }),
    )
    .await;
    done(&operator, &gated, json!({ "link": "https://example.org/luma" })).await.expect(200);
    let read = async || operator.get(&format!("/api/bundles/{bundle}")).await.expect(200);
    assert_eq!(read().await.str("/bundle/bundleLinks/0/url"), "https://example.org/luma");
    let other = task(&operator, json!({ "bundleId": bundle, "requiredLinkName": "Meetup" })).await;
    operator.put(&format!("/api/tasks/{other}"), json!({ "link": "https://example.org/else" })).await.expect(200);
    assert_eq!(read().await.str("/bundle/bundleLinks/1/url"), "https://example.org/m");
    let emptied = json!({ "bundleLinks": [{ "name": "Luma", "url": "" }, { "name": "Meetup", "url": "https://example.org/m" }] });
    let refused = operator.put(&format!("/api/bundles/{bundle}"), emptied.clone()).await.expect(400);
    assert!(refused.error().contains("is evidence of a done task"), "{}", refused.error());
    operator.put(&format!("/api/tasks/{gated}"), json!({ "status": "todo" })).await.expect(200);
    operator.put(&format!("/api/bundles/{bundle}"), emptied).await.expect(200);
}

#[tokio::test]
async fn a_task_made_as_done_is_judged_too() {
    let stack = Stack::empty().await;
    let body = json!({ "description": "x", "date": "2026-07-02", "status": "done", "requiresFile": true });
    assert!(stack.operator().post("/api/tasks", body).await.expect(400).error().contains("required file"));
    let made = stack.operator().post("/api/tasks", json!({ "description": "x", "date": "2026-07-02", "status": "done" })).await.expect(201);
    assert_eq!((made.str("/completedBy"), made.str("/completedAt")), ("editor", "2026-07-01T09:00:00.000Z"));
}

/// A done task in a workflow whose link `A` is filled, and both their paths.
async fn proven_by_a_link(caller: &Caller, fields: Value) -> (String, String) {
    let links = json!([{ "name": "A", "url": "https://example.org/a" }]);
    let bundle = caller.post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-07-20", "bundleLinks": links })).await.expect(201);
    let bundle = bundle.str("/bundle/id").to_owned();
    let mut fields = fields;
    fields["bundleId"] = json!(bundle);
    let id = task(caller, fields).await;
    done(caller, &id, json!({ "comment": "ok" })).await.expect(200);
    (format!("/api/tasks/{id}"), format!("/api/bundles/{bundle}"))
}

#[tokio::test]
async fn no_status_in_the_request_makes_evidence_removable() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let gates = json!({ "validation": { "requiredBundleLinks": ["A"] }, "proofRequirement": { "type": "comment" } });
    let (path, _) = proven_by_a_link(&operator, gates).await;
    for status in ["done", "archived"] {
        for (field, value) in [
            ("comment", json!(null)),
            ("proofRequirement", json!(null)),
            ("validation", json!(null)),
            ("bundleId", json!(null)),
            ("bundleId", json!("other")),
        ] {
            let refused = operator.put(&path, json!({ "status": status, field: value })).await.expect(400);
            assert!(refused.error().contains("is evidence of a done task"), "{status} {field}: {}", refused.error());
        }
    }
    operator.put(&path, json!({ "status": "archived" })).await.expect(200);
    operator.put(&path, json!({ "comment": null })).await.expect(400);
    operator.put(&path, json!({ "status": "todo" })).await.expect(200);
    operator.put(&path, json!({ "comment": null, "bundleId": null })).await.expect(200);
}

#[tokio::test]
async fn the_closure_that_lifted_a_gate_is_evidence_too() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let id = task(&operator, json!({ "requiredLinkName": "L", "validation": { "skipClosure": { "allowedStatuses": ["no"] } } })).await;
    done(&operator, &id, json!({ "comment": "no" })).await.expect(200);
    for body in [
        json!({ "validation": null }),
        json!({ "comment": "yes" }),
        json!({ "validation": { "skipClosure": { "allowedStatuses": ["other"] } } }),
    ] {
        operator.put(&format!("/api/tasks/{id}"), body.clone()).await.expect(400);
    }
}

#[tokio::test]
async fn a_task_that_leaves_its_workflow_no_longer_uses_it() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let links = json!([{ "name": "A", "url": "https://example.org/a" }, { "name": "S", "url": "" }]);
    let bundle = operator
        .post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-07-20", "bundleLinks": links }))
        .await
        .expect(201)
        .str("/bundle/id")
        .to_owned();
    let gated = task(&operator, json!({ "bundleId": bundle, "validation": { "requiredBundleLinks": ["A"] } })).await;
    assert!(done(&operator, &gated, json!({ "bundleId": null })).await.expect(400).error().contains("needs a workflow bundle"));
    let slot = task(&operator, json!({ "bundleId": bundle, "requiredLinkName": "S" })).await;
    operator.put(&format!("/api/tasks/{slot}"), json!({ "link": "https://example.org/s", "bundleId": null })).await.expect(200);
    let read = async || operator.get(&format!("/api/bundles/{bundle}")).await.expect(200).str("/bundle/bundleLinks/1/url").to_owned();
    assert_eq!(read().await, "");
    operator.put(&format!("/api/tasks/{slot}"), json!({ "bundleId": bundle })).await.expect(200);
    assert_eq!(read().await, "https://example.org/s", "joining a workflow brings the link along");
}

#[tokio::test]
async fn reopening_releases_the_workflow_s_links_whichever_way() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for reopened in
        [json!({ "status": "todo" }), json!({ "status": "waiting", "waitingFor": "x", "followUpAt": "2026-07-09", "comment": "why" })]
    {
        let (path, bundle) = proven_by_a_link(&operator, json!({ "validation": { "requiredBundleLinks": ["A"] } })).await;
        operator.put(&bundle, json!({ "bundleLinks": [] })).await.expect(400);
        let after = operator.put(&path, reopened).await.expect(200);
        assert!(after.json.get("completedAt").is_none() && after.json.get("evidence").is_none());
        operator.put(&bundle, json!({ "bundleLinks": [] })).await.expect(200);
    }
    let (path, bundle) = proven_by_a_link(&operator, json!({})).await;
    operator.put(&path, json!({ "validation": { "requiredBundleLinks": ["A"] } })).await.expect(200);
    operator.put(&bundle, json!({ "bundleLinks": [] })).await.expect(400);
}
