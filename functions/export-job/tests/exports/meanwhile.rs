//! The product goes on while it is exported: what comes out still fits together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dataops_testkit::Stack;
use serde_json::json;

use crate::busy::Busy;
use crate::{findings, folder};

/// Makes a workflow with a task, a file and a user, changes and deletes some of it, again and again.
async fn work(stack: Arc<Stack>, over: Arc<AtomicBool>) -> usize {
    let (operator, admin) = (stack.operator(), stack.admin());
    let mut round = 0;
    while !over.load(Ordering::SeqCst) {
        round += 1;
        let bundle =
            operator.post("/api/bundles", json!({ "title": format!("Run {round}"), "anchorDate": "2026-08-01" })).await.expect(201);
        let bundle = bundle.str("/bundle/id").to_owned();
        let body = json!({ "description": "Do", "date": "2026-07-30", "bundleId": bundle, "requiresFile": true });
        let task = operator.post("/api/tasks", body).await.expect(201).str("/id").to_owned();
        operator.upload(&[("taskId", &task), ("category", "document")], "a.txt", b"words").await.expect(201);
        operator.put(&format!("/api/tasks/{task}"), json!({ "status": "done" })).await.expect(200);
        let body = json!({ "name": "New", "email": format!("new{round}@example.org"), "password": "four or more" });
        admin.post("/api/users", body).await.expect(201);
        if round % 3 == 0 {
            operator.delete(&format!("/api/bundles/{bundle}")).await;
        }
    }
    round
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_while_work_goes_on_is_valid() {
    let busy = Busy::start().await;
    let over = Arc::new(AtomicBool::new(false));
    let working = tokio::spawn(work(Arc::clone(&busy.stack), Arc::clone(&over)));
    for _ in 0..3 {
        let export = folder(&busy.stack).await;
        assert_eq!(findings(export.path()), Vec::<String>::new());
    }
    over.store(true, Ordering::SeqCst);
    let rounds = working.await.unwrap();
    assert!(rounds > 1, "{rounds} rounds of work went on meanwhile");
}
