//! An import that is killed after any of its writes and repeated gives the store of one that was not.

use std::sync::Arc;

use dataops_engine::ImportMode;
use dataops_store::Fate;
use dataops_testkit::{Stack, proof};
use serde_json::Value;

use crate::busy::Busy;
use crate::{folder, operation};

const TABLES: [&str; 11] = [
    "users",
    "templates",
    "recurring-configs",
    "bundles",
    "tasks",
    "files",
    "artifacts",
    "assistant-jobs",
    "notifications",
    "generation-windows",
    "audit-events",
];

/// Everything stored, as it is.
fn stored(stack: &Stack) -> Vec<Value> {
    let raw = stack.raw();
    TABLES.iter().flat_map(|table| raw.all(table)).collect()
}

#[tokio::test]
async fn an_import_killed_after_any_write_is_repeated_to_the_same_end() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let stack = Stack::empty().await;
    let empty = stack.snapshot();
    let import = |stack: Arc<Stack>, path: std::path::PathBuf| async move {
        let job = stack.importer();
        job.engine().import(&operation(&stack, "import"), &path, ImportMode::IntoEmpty, &std::env::temp_dir()).await
    };
    stack.ledger.fate_of_writes(|_| Fate::Arrives);
    import(Arc::clone(&stack), export.path().to_owned()).await.unwrap();
    let (whole, writes) = (stored(&stack), stack.ledger.writes_sent());
    assert!(writes > 150, "{writes}");
    let step = (writes / proof::sizes().import_kills).max(1);
    let mut kills = 0;
    for write in (1..writes).step_by(step) {
        kills += 1;
        stack.restore(&empty);
        stack.ledger.kill_after_writes(i64::try_from(write).unwrap());
        let killed = tokio::spawn(import(Arc::clone(&stack), export.path().to_owned())).await;
        assert!(killed.is_err(), "write {write} of {writes}: it was not killed");
        stack.ledger.kill_after_writes(0);
        let resumed = import(Arc::clone(&stack), export.path().to_owned()).await.unwrap();
        assert!(resumed.conflicts.is_empty(), "write {write}: {resumed:#?}");
        assert!(stored(&stack) == whole, "write {write} of {writes}: another store");
    }
    let counts: [(&str, &dyn std::fmt::Display); 2] =
        [("writes of the import", &writes), ("killed after one of them and repeated", &kills)];
    proof::record("import-killed", "An import killed after any of its writes", &counts, "none; each repeated import gave the same items");
}

#[tokio::test]
async fn an_import_whose_writes_or_answers_are_lost_is_repeated_to_the_same_end() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let stack = Stack::empty().await;
    let empty = stack.snapshot();
    let job = stack.importer();
    let import =
        || async { job.engine().import(&operation(&stack, "import"), export.path(), ImportMode::IntoEmpty, &std::env::temp_dir()).await };
    stack.ledger.fate_of_writes(|_| Fate::Arrives);
    import().await.unwrap();
    let (whole, writes) = (stored(&stack), stack.ledger.writes_sent());
    let step = (2 * writes / proof::sizes().import_kills).max(1);
    for (at, write) in (1..=writes).step_by(step).enumerate() {
        let fate = if at % 2 == 0 { Fate::Unanswered } else { Fate::Lost };
        stack.restore(&empty);
        stack.ledger.fate_of_writes(move |nth| if nth == write { fate } else { Fate::Arrives });
        assert!(import().await.is_err(), "write {write} of {writes}: it was not told");
        stack.ledger.fate_of_writes(|_| Fate::Arrives);
        let resumed = import().await.unwrap();
        assert!(resumed.conflicts.is_empty(), "write {write}: {resumed:#?}");
        assert!(stored(&stack) == whole, "write {write} of {writes}, {fate:?}: another store");
    }
    let tried = writes.div_ceil(step);
    let counts: [(&str, &dyn std::fmt::Display); 2] =
        [("writes of the import", &writes), ("of which one, or its answer, was lost", &tried)];
    proof::record(
        "import-lost-writes",
        "An import of which a write or its answer is lost",
        &counts,
        "none; each repeated import gave the same items",
    );
}
