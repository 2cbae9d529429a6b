//! What was redacted on the way out stays whole on the way back: the mark travels with the event.

use dataops_engine::ImportMode;
use dataops_testkit::Stack;
use serde_json::{Value, json};

use crate::busy::Busy;
use crate::{assert_same, findings, folder, operation};

#[tokio::test]
async fn a_store_with_redacted_events_is_exported_again_and_again() {
    let busy = Busy::start().await;
    let operator = busy.stack.operator();
    // A word that the contract's export must not hold, and no secret by the rules of the product.
    let told = json!({ "action": "log-appended", "summary": "see https://form.example.org/x?signature=1" });
    operator.post(&format!("/api/assistant-jobs/{}/events", busy.job), told).await.expect(201);
    let first = folder(&busy.stack).await;
    assert_eq!(findings(first.path()), Vec::<String>::new());
    let manifest: Value = serde_json::from_slice(&std::fs::read(first.path().join("manifest.json")).unwrap()).unwrap();
    assert!(manifest["redacted_values"]["audit_events"].as_u64() > Some(0), "{manifest}");

    let other = Stack::empty().await;
    other.clock.set(busy.stack.clock.now());
    let job = other.importer();
    let scratch = std::env::temp_dir();
    let own = operation(&other, "import");
    assert!(job.engine().import(&own, first.path(), ImportMode::IntoEmpty, &scratch).await.unwrap().conflicts.is_empty());
    assert_same(first.path(), folder(&other).await.path());
    let chain = format!("assistant_job#{}", busy.job);
    let checked = other.administrate(json!({ "command": "audit-verify", "entity": chain })).await;
    assert_eq!((&checked["audit"]["findings"], checked["audit"]["redacted"].as_u64() > Some(0)), (&json!([]), true), "{checked}");
    // Where the event still says what it said, it is the same event.
    let plan = busy.stack.importer().engine().import_dry_run(first.path(), &scratch).await.unwrap();
    let plan = serde_json::to_value(plan).unwrap();
    assert_eq!((&plan["plan"]["audit_events"]["updates"], &plan["valid"]), (&json!(0), &json!(true)), "{plan}");

    // The mark alone excuses nothing.
    let raw = other.raw();
    let mut item = raw.get("audit-events", json!({ "entity": { "S": chain }, "sequence": { "N": "1" } })).unwrap();
    let doc = item["doc"]["S"].as_str().unwrap().replacen("Asked for", "Invented", 1);
    assert!(doc.contains("Invented"), "{doc}");
    let mut event: Value = serde_json::from_str(&doc).unwrap();
    event["redacted"] = true.into();
    item["doc"]["S"] = event.to_string().into();
    raw.put("audit-events", item);
    let checked = other.administrate(json!({ "command": "audit-verify", "entity": chain })).await;
    assert_eq!(checked["audit"]["findings"][0]["problem"], "altered", "{checked}");
}

#[tokio::test]
async fn sessions_and_tokens_of_the_time_before_do_not_come_back() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let other = Stack::empty().await;
    let job = other.importer();
    job.engine().import(&operation(&other, "import"), export.path(), ImportMode::IntoEmpty, &std::env::temp_dir()).await.unwrap();
    for user in other.raw().all("users").iter().filter(|item| item.get("doc").is_some()) {
        let doc: Value = serde_json::from_str(user["doc"]["S"].as_str().unwrap()).unwrap();
        // A session is of its user while both say the same of the last change of signing in; a token while its user has it.
        assert!(doc["sign_in_changed_at"].is_string() && doc.get("tokens").is_none_or(|tokens| tokens == &json!([])), "{doc}");
        assert!(doc.get("password_hash").is_none(), "{doc}");
    }
}
