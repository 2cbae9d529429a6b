//! What an older system exported comes in: eleven files, job events without number and hash.

use std::path::Path;

use dataops_engine::ImportMode;
use dataops_testkit::Stack;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{findings, folder, operation};

const AT: &str = "2026-03-10T09:00:00.000Z";

fn records() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("users", vec![json!({ "created_at": AT, "email": "Ops@example.org", "name": "Ops", "user_id": "u1" })]),
        (
            "tasks",
            vec![
                json!({ "assignee_id": "u1", "bundle_id": "b1", "created_at": AT, "date": "2026-03-10", "description": "Publish", "status": "todo", "task_id": "t1", "updated_at": AT }),
            ],
        ),
        (
            "bundles",
            vec![
                json!({ "anchor_date": "2026-03-20", "bundle_id": "b1", "created_at": AT, "stage": "announced", "status": "active", "title": "Run", "updated_at": AT }),
            ],
        ),
        ("templates", vec![]),
        ("recurring_configs", vec![]),
        ("files", vec![]),
        ("artifacts", vec![]),
        (
            "assistant_jobs",
            vec![
                json!({ "approval_required": true, "assistant_job_id": "j1", "assistant_type": "podcast", "attempt_count": 1, "created_at": AT, "input_refs": [], "max_attempts": 2, "requested_by": "u1", "status": "failed", "task_id": "t1", "title": "Job", "updated_at": AT }),
            ],
        ),
        (
            "audit_events",
            vec![
                json!({ "action": "failed", "actor_id": "u1", "assistant_job_id": "j1", "audit_event_id": "e1", "created_at": "2026-03-10T10:00:00.000Z", "summary": "Failed" }),
                json!({ "action": "created", "actor_id": "u1", "assistant_job_id": "j1", "audit_event_id": "e2", "created_at": AT, "summary": "Created" }),
            ],
        ),
        ("intake_items", vec![json!({ "intake_item_id": "i1", "status": "blocked" })]),
        ("notifications", vec![]),
    ]
}

fn write(folder: &Path) {
    let (mut files, mut counts, mut checksums) = (json!({}), json!({}), json!({}));
    for (entity, records) in records() {
        let (file, text) = (format!("{entity}.jsonl"), records.iter().map(|record| format!("{record}\n")).collect::<String>());
        std::fs::write(folder.join(&file), &text).unwrap();
        let hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        checksums[file.as_str()] = format!("sha256:{hex}").into();
        (files[entity], counts[entity]) = (file.into(), records.len().into());
    }
    let manifest = json!({
        "schema_version": "dataops.execution.v1", "export_format_version": 1, "generated_at": AT, "source_environment": "test", "source_stack": "unknown",
        "source_region": "unknown", "app_git_sha": "unknown", "entity_files": files, "entity_counts": counts, "checksums": checksums,
        "redactions": ["users.password_hash", "sessions"], "omitted_entities": ["sessions"],
    });
    std::fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}

#[tokio::test]
async fn an_older_export_comes_in_and_its_jobs_get_chains() {
    let old = tempfile::tempdir().unwrap();
    write(old.path());
    let stack = Stack::empty().await;
    let job = stack.importer();
    let import = |name: &'static str| {
        let (engine, operation, path) = (job.engine().clone(), operation(&stack, name), old.path().to_owned());
        async move { engine.import(&operation, &path, ImportMode::IntoEmpty, &std::env::temp_dir()).await }
    };
    let imported = import("one").await.unwrap();
    assert_eq!((imported.written, &imported.plan.errors, imported.conflicts.len()), (6, &Vec::new(), 0), "{imported:#?}");
    let again = import("two").await.unwrap();
    assert_eq!((again.written, again.conflicts), (0, Vec::new()), "the same again");
    let detail = stack.operator().get("/api/assistant-jobs/j1").await.expect(200).json;
    let told: Vec<_> = detail["events"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!((told, &detail["job"]["version"]), (vec!["created".to_owned(), "failed".to_owned()], &json!(2)));
    stack.operator().post("/api/assistant-jobs/j1/retry", json!({})).await.expect(200);
    // Records without a chain are whole too: theirs begins with their first change.
    let mut cursor = Value::Null;
    loop {
        let chains = stack.administrate(json!({ "command": "audit-verify", "cursor": cursor })).await;
        assert_eq!(chains["audit"]["findings"], json!([]), "{chains}");
        cursor = chains["audit"]["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let taken = stack.admin().post("/api/users", json!({ "name": "X", "email": "ops@EXAMPLE.org" })).await;
    assert_ne!(taken.status, 201, "the address is reserved: {}", taken.text);
    assert_eq!(findings(folder(&stack).await.path()), Vec::<String>::new());
}
