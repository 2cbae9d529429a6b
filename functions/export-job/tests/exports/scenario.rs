//! What an export holds and what it leaves out.

use serde_json::Value;

use crate::busy::{Busy, PASSWORD};
use crate::{files, findings, folder, moment};

fn lines(text: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(text).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn users_tasks_bundles_jobs_artifacts_and_events_are_there_and_secrets_are_not() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    assert_eq!(findings(export.path()), Vec::<String>::new());
    let files = files(export.path());
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    for entity in ["users", "tasks", "bundles", "templates", "recurring_configs", "files", "artifacts", "assistant_jobs"] {
        assert!(manifest["entity_counts"][entity].as_u64() > Some(0), "{entity}: {manifest}");
    }
    for entity in ["audit_events", "notifications", "change_events", "generation_windows"] {
        assert!(manifest["entity_counts"][entity].as_u64() > Some(3), "{entity}: {manifest}");
    }
    assert_eq!((&manifest["source_environment"], &manifest["source_stack"]), (&"local".into(), &"dataops-local".into()));
    assert!(manifest["omitted_entities"].as_array().unwrap().contains(&"sessions".into()), "{manifest}");
    assert_eq!(manifest["entity_counts"]["intake_items"], 0);
    assert_eq!(moment().plus_seconds(3 * 86_400).to_string(), manifest["generated_at"].as_str().unwrap());

    let tasks = lines(&files["tasks.jsonl"]);
    let task = |wanted: &dyn Fn(&Value) -> bool| tasks.iter().find(|task| wanted(task)).unwrap();
    assert!(task(&|task| task["task_id"] == busy.task.as_str())["evidence"]["fileIds"][0].is_string());
    assert!(task(&|task| task["status"] == "waiting")["waiting_for"] == "Sponsor");
    let gone = task(&|task| task.get("deleted_at").is_some());
    assert_eq!((&gone["external_template_id"], &gone["assignee_id"]), (&"never-was".into(), &"somebody-who-left".into()));
    assert!(tasks.iter().any(|task| task["source"] == "recurring") && tasks.iter().any(|task| task["source"] == "template"));
    assert!(lines(&files["recurring_configs.jsonl"]).iter().any(|config| config["pauses"][0]["reason"] == "Holidays"));
    let jobs = lines(&files["assistant_jobs.jsonl"]);
    assert!(jobs.iter().any(|job| job["assistant_job_id"] == busy.job.as_str() && job["status"] == "approved"), "{jobs:?}");

    let all: Vec<u8> = files.into_values().flatten().collect();
    let all = String::from_utf8_lossy(&all);
    for secret in [PASSWORD, "$argon2", "dop_", "password_hash\":", "token_hash", "X-Amz-Signature", "\"op\":"] {
        assert!(!all.contains(secret), "{secret}");
    }
}
