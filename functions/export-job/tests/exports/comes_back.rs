//! Export, import, export: the same bytes, and a store that works.

use dataops_engine::{Error, ImportMode};
use dataops_testkit::Stack;
use serde_json::{Value, json};

use crate::busy::Busy;
use crate::{assert_same, files, findings, folder, operation};

#[tokio::test]
async fn everything_comes_back_byte_for_byte_and_works() {
    let busy = Busy::start().await;
    let first = folder(&busy.stack).await;
    assert_eq!(findings(first.path()), Vec::<String>::new());

    let other = Stack::empty().await;
    other.clock.set(busy.stack.clock.now());
    let job = other.importer();
    let scratch = std::env::temp_dir();
    let imported = job.engine().import(&operation(&other, "import"), first.path(), ImportMode::IntoEmpty, &scratch).await.unwrap();
    assert!(imported.plan.valid && imported.conflicts.is_empty() && !imported.resumed, "{imported:#?}");
    assert!(imported.written > 100, "{}", imported.written);
    assert_same(first.path(), folder(&other).await.path());

    // Once more: nothing to write, and nothing is written.
    other.ledger.take();
    let again = job.engine().import(&operation(&other, "again"), first.path(), ImportMode::IntoEmpty, &scratch).await.unwrap();
    assert_eq!((again.written, again.resumed), (0, true));

    let chains = other.administrate(json!({ "command": "audit-verify" })).await;
    assert_eq!((&chains["audit"]["findings"], &chains["ok"]), (&json!([]), &json!(true)), "{chains}");
    let operator = other.operator();
    let view = operator.get(&format!("/api/views/bundles/{}", busy.bundle)).await.expect(200).json;
    assert_eq!(view["bundle"]["title"], "Topic - Guest");
    let changed = operator.put(&format!("/api/tasks/{}", busy.task), json!({ "comment": "Seen again" })).await.expect(200);
    assert_eq!(changed.str("/comment"), "Seen again");
    let found = operator.get("/api/search?q=invoice").await.expect(200).json;
    assert!(found["results"].as_array().unwrap().iter().any(|one| one["id"] == busy.task.as_str()), "{found}");
    let ticked = other.administrate(json!({ "command": "tick" })).await;
    let made = |ticked: &Value| ticked["tick"]["counters"]["recurringGenerated"].clone();
    let ticked_there = busy.stack.administrate(json!({ "command": "tick" })).await;
    assert_eq!(made(&ticked), made(&ticked_there), "what was made is not made again: {ticked}");
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_tells_what_an_import_would_do() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let job = busy.stack.importer();
    busy.stack.operator().put(&format!("/api/tasks/{}", busy.task), json!({ "comment": "Changed since" })).await.expect(200);
    let body = json!({ "description": "New since", "date": "2026-07-02" });
    busy.stack.operator().post("/api/tasks", body).await.expect(201);
    busy.stack.ledger.take();
    let plan = job.engine().import_dry_run(export.path(), &std::env::temp_dir()).await.unwrap();
    let writes: Vec<_> =
        busy.stack.ledger.take().into_iter().filter(|call| call.operation.contains("Put") || call.operation.contains("Write")).collect();
    assert_eq!(writes, []);
    let plan = serde_json::to_value(plan).unwrap();
    assert_eq!((&plan["valid"], &plan["errors"], &plan["skipped"]), (&json!(true), &json!([]), &json!({})));
    assert_eq!((&plan["plan"]["tasks"]["updates"], &plan["plan"]["tasks"]["inserts"]), (&json!(1), &json!(0)), "{plan}");
    assert_eq!(plan["plan"]["change_events"]["identical"], plan["wouldWrite"]["change_events"]);
    assert!(plan["plan"]["users"]["skipped"].as_u64() > Some(0), "actors that are no users: {plan}");

    let other = Stack::empty().await;
    let plan = other.importer().engine().import_dry_run(export.path(), &std::env::temp_dir()).await.unwrap();
    let plan = serde_json::to_value(plan).unwrap();
    assert_eq!(plan["plan"]["tasks"]["inserts"], plan["wouldWrite"]["tasks"]);
}

#[tokio::test]
async fn a_store_that_holds_something_is_left_alone_or_merged() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let other = Stack::empty().await;
    other.clock.set(busy.stack.clock.now());
    let task = other.operator().post("/api/tasks", json!({ "description": "Own", "date": "2026-07-02" })).await.expect(201);
    let job = other.importer();
    let import = |name: &'static str, mode| {
        let (operation, path, engine) = (operation(&other, name), export.path().to_owned(), job.engine().clone());
        async move { engine.import(&operation, &path, mode, &std::env::temp_dir()).await }
    };
    let Err(Error::Expected(refused)) = import("one", ImportMode::IntoEmpty).await else { panic!("it was imported") };
    assert!(refused.message.contains("The store is not empty: there are tasks"), "{refused}");
    let merged = import("two", ImportMode::Merge).await.unwrap();
    assert!(merged.written > 100 && merged.conflicts.is_empty(), "{merged:#?}");
    other.operator().get(&format!("/api/tasks/{}", task.str("/id"))).await.expect(200);

    // What differs is not overwritten, and nothing else is written either.
    other.operator().put(&format!("/api/tasks/{}", busy.task), json!({ "comment": "Ours" })).await.expect(200);
    let before = files(folder(&other).await.path());
    let refused = import("three", ImportMode::Merge).await.unwrap();
    assert!(refused.conflicts.iter().any(|words| words.contains(&busy.task) && words.contains("overwrites nothing")), "{refused:#?}");
    assert!(before == files(folder(&other).await.path()), "something was written");
}

#[tokio::test]
async fn an_export_that_is_not_valid_is_not_imported() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let path = export.path().join("tasks.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replacen("Collect the invoice", "Collect an invoice!", 1);
    std::fs::write(&path, text).unwrap();
    let other = Stack::empty().await;
    let job = other.importer();
    let imported =
        job.engine().import(&operation(&other, "import"), export.path(), ImportMode::IntoEmpty, &std::env::temp_dir()).await.unwrap();
    assert!(
        !imported.plan.valid && imported.plan.errors.iter().any(|words| words.starts_with("tasks.jsonl checksum mismatch")),
        "{imported:#?}"
    );
    assert_eq!((imported.written, other.raw().all("tasks").len()), (0, 0));
}
