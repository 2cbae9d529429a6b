use dataops_testkit::{Caller, Stack};
use serde_json::{Value, json};

fn link(extra: Value) -> Value {
    let mut body = json!({ "type": "report", "title": "Results", "storageUri": "https://example.org/report" });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

async fn made(caller: &Caller, extra: Value) -> Value {
    caller.post("/api/artifacts", link(extra)).await.expect(201).json["artifact"].clone()
}

async fn task(caller: &Caller, extra: Value) -> String {
    let mut body = json!({ "description": "Prove it", "date": "2026-07-02" });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    caller.post("/api/tasks", body).await.expect(201).str("/id").to_owned()
}

async fn bundle(caller: &Caller) -> String {
    caller.post("/api/bundles", json!({ "title": "Run", "anchorDate": "2026-07-10" })).await.expect(201).str("/bundle/id").to_owned()
}

fn id(artifact: &Value) -> &str {
    artifact["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_new_artifact_has_the_contracts_defaults() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let artifact = made(&operator, json!({})).await;
    for (key, value) in [
        ("status", "draft"),
        ("storageProvider", "external-url"),
        ("dataClass", "internal"),
        ("visibility", "internal"),
        ("sourceType", "manual-link"),
        ("createdBy", "editor"),
    ] {
        assert_eq!(artifact[key], value, "{key}");
    }
    for (uri, provider) in [
        ("https://github.com/x/y", "github"),
        ("https://www.dropbox.com/s/a", "dropbox"),
        ("https://docs.google.com/document/d/1", "google-drive"),
        ("https://drive.google.com/file/d/1", "google-drive"),
        ("notion page 12", "unknown"),
    ] {
        assert_eq!(made(&operator, json!({ "storageUri": format!("  {uri} ") })).await["storageProvider"], provider);
    }
    let s3 = made(&operator, json!({ "storageUri": "s3://b/k", "checksum": "sha256:1", "visibility": "private" })).await;
    assert_eq!((&s3["storageProvider"], &s3["dataClass"], &s3["visibility"]), (&json!("s3"), &json!("private"), &json!("private")));
    let decided = made(&operator, json!({ "status": "approved", "createdBy": "host" })).await;
    assert_eq!((&decided["reviewedBy"], &decided["reviewedAt"]), (&json!("host"), &decided["createdAt"]));
}

#[tokio::test]
async fn bad_fields_are_refused_by_name() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for (body, word) in [
        (json!({ "title": "x", "storageUri": "https://e.org" }), "type"),
        (json!({ "type": "report", "storageUri": "https://e.org" }), "title"),
        (json!({ "type": "report", "title": "x" }), "storageUri"),
        (link(json!({ "type": "novel" })), "type"),
        (link(json!({ "status": "good" })), "status"),
        (link(json!({ "storageProvider": "ftp" })), "storageProvider"),
        (link(json!({ "dataClass": "top" })), "dataClass"),
        (link(json!({ "visibility": 1 })), "visibility"),
        (link(json!({ "sourceType": "magic" })), "sourceType"),
        (link(json!({ "tags": "a" })), "tags"),
        (link(json!({ "sizeBytes": -1 })), "sizeBytes"),
        (link(json!({ "description": 5 })), "description"),
        (link(json!({ "metadata": [] })), "metadata"),
        (link(json!({ "storageUri": "s3://b/k" })), "checksum"),
        (link(json!({ "storageUri": "https://b.s3.amazonaws.com/k?X-Amz-Signature=1" })), "signed URL"),
        (link(json!({ "storageUri": "https://e.org/?access_token=1" })), "signed URL"),
        (link(json!({ "storageUri": "javascript:alert(1)" })), "storageUri"),
        (link(json!({ "metadata": { "a": { "apiKey": "x" } } })), "must not contain secrets"),
        (link(json!({ "metadata": { "Session_Cookie": "x" } })), "must not contain secrets"),
        (link(json!({ "metadata": { "a": ["see ?sig=1"] } })), "must not contain secrets"),
        (link(json!({ "metadata": { "a": "x".repeat(4_090) } })), "4096"),
    ] {
        let refused = operator.post("/api/artifacts", body.clone()).await.expect(400);
        assert!(refused.error().contains(word), "{body}: {}", refused.error());
    }
    made(&operator, json!({ "metadata": { "a": "x".repeat(4_096 - 8) } })).await;
    made(&operator, json!({ "metadata": { "list": [{ "token": "arrays are not descended" }] } })).await;
    for (key, value) in [("taskId", "nobody"), ("bundleId", "nobody"), ("fileId", "nobody")] {
        operator.post("/api/artifacts", link(json!({ key: value }))).await.expect(404);
    }
    made(&operator, json!({ "assistantJobId": "not-checked" })).await;
    let deep = (0..40).fold(json!(1), |inner, _| json!({ "a": inner }));
    operator.post("/api/artifacts", link(json!({ "metadata": deep }))).await.expect(400);
}

#[tokio::test]
async fn lists_are_filtered_by_everything_at_once() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let (one, run) = (task(&operator, json!({})).await, bundle(&operator).await);
    made(&operator, json!({ "title": "A", "taskId": one, "status": "approved" })).await;
    made(&operator, json!({ "title": "B", "taskId": one, "bundleId": run, "type": "invoice" })).await;
    made(&operator, json!({ "title": "C", "bundleId": run, "status": "needs-review", "assistantJobId": "j1" })).await;
    let titles = async |query: &str| {
        let list = operator.get(&format!("/api/artifacts{query}")).await.expect(200).json["artifacts"].clone();
        let mut titles: Vec<&str> = list.as_array().unwrap().iter().map(|each| each["title"].as_str().unwrap()).collect();
        titles.sort_unstable();
        titles.join("")
    };
    assert_eq!(titles("").await, "ABC");
    assert_eq!(titles(&format!("?taskId={one}")).await, "AB");
    assert_eq!(titles(&format!("?taskId={one}&bundleId={run}")).await, "B");
    assert_eq!(titles(&format!("?bundleId={run}")).await, "BC");
    assert_eq!(titles("?status=needs-review").await, "C");
    assert_eq!(titles("?type=invoice").await, "B");
    assert_eq!(titles("?assistantJobId=j1&status=draft").await, "");
    assert_eq!(titles("?status=unheard-of").await, "");
    operator.delete("/api/artifacts/x").await.expect(404);
}

#[tokio::test]
async fn changes_validate_the_merged_record_and_review_names_who_and_when() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let artifact = made(&operator, json!({ "createdBy": "host" })).await;
    let path = format!("/api/artifacts/{}", id(&artifact));
    operator.put(&path, json!({})).await.expect(400);
    operator.put(&path, json!({ "createdBy": "me", "id": "x" })).await.expect(400);
    operator.put("/api/artifacts/nobody", json!({ "title": "x" })).await.expect(404);
    operator.put(&path, json!({ "title": null })).await.expect(400);
    stack.clock.advance(5 * 60);
    let approved = operator.put(&path, json!({ "status": "approved" })).await.expect(200);
    assert_eq!(approved.str("/artifact/reviewedBy"), "editor");
    assert_eq!(approved.str("/artifact/reviewedAt"), "2026-07-01T09:05:00.000Z");
    assert_eq!(approved.str("/artifact/createdBy"), "host");
    let moved = operator.put(&path, json!({ "storageUri": "https://github.com/a/b", "visibility": "public" })).await.expect(200);
    assert_eq!((moved.str("/artifact/storageProvider"), moved.str("/artifact/dataClass")), ("github", "public"));
    let rejected = operator.put(&path, json!({ "status": "rejected", "reviewedBy": "host", "reviewedAt": "2026-06-30" })).await.expect(200);
    assert_eq!((rejected.str("/artifact/reviewedBy"), rejected.str("/artifact/reviewedAt")), ("host", "2026-06-30"));
    let archived = operator.put(&format!("{path}/archive"), json!({})).await.expect(200);
    assert_eq!(archived.str("/artifact/status"), "archived");
    let again = operator.put(&format!("{path}/archive"), json!({})).await.expect(200);
    assert_eq!(again.json, archived.json, "archiving twice is once");
    operator.put("/api/artifacts/nobody/archive", json!({})).await.expect(404);
}

#[tokio::test]
async fn an_attached_artifact_shows_with_its_status_of_now() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let run = bundle(&operator).await;
    let owner = task(&operator, json!({ "bundleId": run, "artifactRefs": [{ "artifactId": "elsewhere", "title": "Given" }] })).await;
    let artifact = made(&operator, json!({})).await;
    let path = format!("/api/artifacts/{}/attach", id(&artifact));
    operator.post(&path, json!({})).await.expect(400);
    operator.post(&path, json!({ "taskId": "nobody" })).await.expect(404);
    operator.post(&path, json!({ "bundleId": "nobody" })).await.expect(404);
    operator.post("/api/artifacts/nobody/attach", json!({ "taskId": owner })).await.expect(404);
    let attached = operator.post(&path, json!({ "taskId": owner, "bundleId": run })).await.expect(200);
    assert_eq!((attached.str("/artifact/taskId"), attached.str("/artifact/bundleId")), (owner.as_str(), run.as_str()));
    operator.put(&format!("/api/artifacts/{}", id(&artifact)), json!({ "status": "approved" })).await.expect(200);
    let reference = json!({ "artifactId": artifact["id"], "type": "report", "title": "Results", "storageUri": "https://example.org/report", "status": "approved" });
    let task_path = format!("/api/tasks/{owner}");
    let shown = operator.get(&task_path).await;
    assert_eq!(shown.json["artifactRefs"], json!([{ "artifactId": "elsewhere", "title": "Given" }, reference]));
    assert_eq!((shown.json.get("linked"), &shown.json["version"]), (None, &json!(1)));
    assert_eq!(operator.get(&format!("/api/bundles/{run}")).await.json["bundle"]["artifactRefs"], json!([reference]));
    let listed = operator.get(&format!("/api/tasks?bundleId={run}")).await;
    assert_eq!(listed.json["tasks"][0]["artifactRefs"][1], reference);
    let replaced = operator.put(&task_path, json!({ "artifactRefs": [] })).await.expect(200);
    assert_eq!(replaced.json["artifactRefs"], json!([]), "a list that is sent replaces the whole list");
}

#[tokio::test]
async fn each_way_an_approved_artifact_may_prove_a_task() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let proof = json!({ "proofRequirement": { "type": "artifact", "label": "Report" } });
    let asking = |extra: Value| {
        let mut fields = proof.clone();
        fields.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        fields
    };
    let done = async |task: &str| operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done" })).await;

    let own = task(&operator, asking(json!({}))).await;
    for status in ["draft", "needs-review", "rejected", "archived", "superseded"] {
        made(&operator, json!({ "taskId": own, "status": status })).await;
        done(&own).await.expect(400);
    }
    made(&operator, json!({ "taskId": own, "status": "approved" })).await;
    done(&own).await.expect(200);

    let run = bundle(&operator).await;
    let shared = task(&operator, asking(json!({ "bundleId": run }))).await;
    done(&shared).await.expect(400);
    made(&operator, json!({ "bundleId": run, "status": "approved" })).await;
    done(&shared).await.expect(200);

    let free = made(&operator, json!({ "status": "approved" })).await;
    let referring = task(&operator, asking(json!({ "artifactRefs": [{ "artifactId": id(&free) }] }))).await;
    done(&referring).await.expect(200);
    let run = bundle(&operator).await;
    operator.put(&format!("/api/bundles/{run}"), json!({ "artifactRefs": [{ "artifactId": id(&free) }] })).await.expect(200);
    let through = task(&operator, asking(json!({ "bundleId": run }))).await;
    done(&through).await.expect(200);
    let nowhere = task(&operator, asking(json!({ "artifactRefs": [{ "artifactId": "nobody" }] }))).await;
    done(&nowhere).await.expect(400);
}

#[tokio::test]
async fn approval_that_proves_a_task_stays_and_putting_away_is_allowed() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let owner = task(&operator, json!({ "proofRequirement": { "type": "artifact" } })).await;
    let artifact = made(&operator, json!({ "taskId": owner, "status": "approved", "checksum": "sha256:abc" })).await;
    let path = format!("/api/artifacts/{}", id(&artifact));
    let done = operator.put(&format!("/api/tasks/{owner}"), json!({ "status": "done" })).await.expect(200);
    assert_eq!(done.json["evidence"]["artifactIds"], json!([artifact["id"]]));
    assert_eq!(done.json["evidence"]["checksums"][id(&artifact)], "sha256:abc");
    for change in [
        json!({ "status": "rejected" }),
        json!({ "status": "draft" }),
        json!({ "storageUri": "https://other.example" }),
        json!({ "checksum": "x" }),
    ] {
        let refused = operator.put(&path, change.clone()).await.expect(400);
        assert!(refused.error().contains("is evidence of a done task"), "{change}: {}", refused.error());
    }
    operator.put(&path, json!({ "title": "Renamed" })).await.expect(200);
    operator.put(&path, json!({ "status": "superseded" })).await.expect(200);
    operator.put(&format!("/api/tasks/{owner}"), json!({ "status": "todo" })).await.expect(200);
    operator.put(&path, json!({ "status": "draft" })).await.expect(200);
    operator.put(&format!("/api/tasks/{owner}"), json!({ "status": "done" })).await.expect(400);
}

#[tokio::test]
async fn what_proves_a_task_stays_linked_to_it_wherever_it_moves() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let asking = |extra: Value| {
        let mut fields = json!({ "proofRequirement": { "type": "artifact" } });
        fields.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
        fields
    };
    let (owner, other) = (task(&operator, asking(json!({}))).await, task(&operator, json!({})).await);
    let artifact = made(&operator, json!({ "taskId": owner, "status": "approved" })).await;
    let (owner, path) = (format!("/api/tasks/{owner}"), format!("/api/artifacts/{}", id(&artifact)));
    operator.put(&owner, json!({ "status": "done" })).await.expect(200);
    operator.post(&format!("{path}/attach"), json!({ "taskId": other })).await.expect(200);
    let kept = operator.get(&owner).await.expect(200);
    assert_eq!(kept.json["artifactRefs"][0]["artifactId"], artifact["id"]);
    operator.put(&owner, json!({ "status": "done" })).await.expect(200);
    assert!(operator.put(&owner, json!({ "artifactRefs": [] })).await.expect(400).error().contains("is evidence of a done task"));

    let run = bundle(&operator).await;
    let through = format!("/api/tasks/{}", task(&operator, asking(json!({ "bundleId": run }))).await);
    let shared = made(&operator, json!({ "status": "approved" })).await;
    operator.post(&format!("/api/artifacts/{}/attach", id(&shared)), json!({ "bundleId": run })).await.expect(200);
    operator.put(&through, json!({ "status": "done" })).await.expect(200);
    operator.put(&format!("/api/artifacts/{}", id(&shared)), json!({ "bundleId": null })).await.expect(200);
    operator.put(&through, json!({ "status": "done" })).await.expect(200);
    for (place, change) in [(through.clone(), json!({ "bundleId": null })), (format!("/api/bundles/{run}"), json!({ "artifactRefs": [] }))]
    {
        let refused = operator.put(&place, change).await.expect(400);
        assert!(refused.error().contains("is evidence of a done task"), "{place}: {}", refused.error());
    }
}

#[tokio::test]
async fn links_may_lead_to_an_owned_artifact_and_to_no_other_store() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let run = bundle(&operator).await;
    let address = "s3://bucket/files/report.pdf";
    let artifact = made(&operator, json!({ "storageUri": address, "checksum": "sha256:abc" })).await;
    let fields = json!({ "description": "x", "date": "2026-07-01", "bundleId": run, "link": address });
    assert!(operator.post("/api/tasks", fields.clone()).await.expect(400).error().contains("not `s3:`"));
    operator.post(&format!("/api/artifacts/{}/attach", id(&artifact)), json!({ "bundleId": run })).await.expect(200);
    assert_eq!(operator.post("/api/tasks", fields).await.expect(201).json["link"], address);
    let own = format!("/api/tasks/{}", task(&operator, json!({ "bundleId": run })).await);
    operator.put(&own, json!({ "link": address, "instructionsUrl": address })).await.expect(200);
    let slots = json!({ "bundleLinks": [{ "name": "Report", "url": address }], "references": [{ "name": "It", "url": address }] });
    operator.put(&format!("/api/bundles/{run}"), slots).await.expect(200);
    operator.put(&own, json!({ "link": "s3://bucket/files/other.pdf" })).await.expect(400);
    operator
        .with("if-match", "\"77\"")
        .put(&format!("/api/artifacts/{}/attach", id(&artifact)), json!({ "bundleId": run }))
        .await
        .expect(412);
}

#[tokio::test]
async fn completing_and_withdrawing_at_once_never_leaves_a_done_task_without_approval() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    for round in 0..15 {
        let owner = task(&operator, json!({ "proofRequirement": { "type": "artifact" } })).await;
        let artifact = made(&operator, json!({ "taskId": owner, "status": "approved" })).await;
        let (task_path, path) = (format!("/api/tasks/{owner}"), format!("/api/artifacts/{}", id(&artifact)));
        let (done, withdrawn) =
            tokio::join!(operator.put(&task_path, json!({ "status": "done" })), operator.put(&path, json!({ "status": "rejected" })));
        assert!(matches!((done.status, withdrawn.status), (200, 400) | (400, 200)), "round {round}: {} / {}", done.text, withdrawn.text);
    }
}

#[tokio::test]
async fn attaching_never_conflicts_with_somebody_who_edits() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let owner = task(&operator, json!({})).await;
    let mut artifacts = Vec::new();
    for _ in 0..6 {
        artifacts.push(made(&operator, json!({})).await);
    }
    let attaching = artifacts.iter().map(|artifact| {
        let (operator, path, body) = (operator.clone(), format!("/api/artifacts/{}/attach", id(artifact)), json!({ "taskId": owner }));
        async move { operator.post(&path, body).await.status }
    });
    let task_path = format!("/api/tasks/{owner}");
    let edits = operator.put(&task_path, json!({ "comment": "meanwhile" }));
    let (attached, edited) = tokio::join!(futures_util::future::join_all(attaching), edits);
    assert_eq!(attached, [200; 6]);
    edited.expect(200);
    assert_eq!(operator.get(&task_path).await.json["artifactRefs"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn an_artifact_of_one_workflow_is_not_attached_to_a_task_of_another() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let (one, two) = (bundle(&operator).await, bundle(&operator).await);
    let foreign = task(&operator, json!({ "bundleId": two })).await;
    let artifact = made(&operator, json!({ "bundleId": one })).await;
    let refused = operator.post(&format!("/api/artifacts/{}/attach", id(&artifact)), json!({ "taskId": foreign })).await.expect(400);
    assert!(refused.error().contains("another workflow"), "{}", refused.error());
    operator.post("/api/artifacts", link(json!({ "bundleId": one, "taskId": foreign }))).await.expect(400);
    operator.post(&format!("/api/artifacts/{}/attach", id(&artifact)), json!({ "taskId": foreign, "bundleId": two })).await.expect(200);
}

#[tokio::test]
async fn an_uploaded_file_becomes_an_artifact_and_keeps_its_bytes() {
    let stack = Stack::empty().await;
    let operator = stack.operator();
    let owner = task(&operator, json!({})).await;
    let file = operator.upload(&[("taskId", &owner)], "report.pdf", b"%PDF-1.4 report").await.expect(201).json["file"].clone();
    let artifact = operator
        .post(
            "/api/artifacts",
            json!({ "type": "report", "title": "Report", "fileId": file["id"], "taskId": owner, "status": "needs-review" }),
        )
        .await
        .expect(201)
        .json["artifact"]
        .clone();
    assert_eq!(
        (&artifact["storageUri"], &artifact["checksum"], &artifact["storageProvider"]),
        (&file["storageUri"], &file["checksum"], &json!("s3"))
    );
    let content = operator.get(&format!("/api/artifacts/{}/content", id(&artifact))).await.expect(200);
    assert_eq!((content.bytes.as_slice(), content.header("content-type")), (&b"%PDF-1.4 report"[..], Some("application/pdf")));
    let refused = operator.delete(&format!("/api/files/{}", file["id"].as_str().unwrap())).await.expect(400);
    assert!(refused.error().contains("content of an artifact"));
    let elsewhere = made(&operator, json!({})).await;
    operator.get(&format!("/api/artifacts/{}/content", id(&elsewhere))).await.expect(404);
}
