//! The job around an export: one at a time, over as many invocations as it takes, and never silent when it fails.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dataops_domain::Timestamp;
use dataops_engine::ExportLimits;
use dataops_store::Fate;
use dataops_testkit::{ExportJob, Stack};
use serde_json::{Value, json};

use crate::busy::Busy;
use crate::{assert_same, findings, folder, operation, unlimited};

/// The archives of a stack: the paths behind their keys.
fn archives(stack: &Stack) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = stack.objects("execution-exports");
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.to_string_lossy().ends_with(".tar.gz") {
            found.push(path);
        }
    }
    found
}

async fn run(job: &ExportJob, stack: &Stack, name: &str, limits: &ExportLimits, only_go_on: bool) -> Value {
    let outcome = job.engine().export_run(&operation(stack, name), job.settings(), limits, only_go_on).await.unwrap();
    serde_json::to_value(outcome).unwrap()
}

#[tokio::test]
async fn an_archive_is_published_and_listed() {
    let busy = Busy::start().await;
    let job = busy.stack.export_job();
    let answer = busy.stack.export(&job, json!({})).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let made = &answer["made"];
    assert_eq!(made["archive_key"], "execution-exports/local/2026-07-04/dataops-execution-2026-07-04T09-00-00-000Z.tar.gz");
    assert!(made["checksums"].get("manifest.json").is_none() && made["archive_size_bytes"].as_u64() > Some(5_000), "{made}");
    for word in ["secret", "token", "credential", "signed"] {
        assert!(!made.to_string().contains(word), "{word}: {made}");
    }
    let found = archives(&busy.stack);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(findings(&found[0]), Vec::<String>::new());
    assert!(found[0].with_file_name("dataops-execution-2026-07-04T09-00-00-000Z.manifest.json").exists());
    assert!(busy.stack.objects("work").iter().all(|path| std::fs::read_dir(path).map_or(true, |mut left| left.next().is_none())));

    let list = busy.stack.admin().get("/api/exports").await.expect(200).json;
    assert_eq!(list["exports"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["exports"][0]["checksum"], made["archive_checksum"]);
    assert!(list.get("running").is_none() && list.get("failed").is_none(), "{list}");
    busy.stack.operator().get("/api/exports").await.expect(403);
    let download = format!("/api/exports/{}/download", list["exports"][0]["id"].as_str().unwrap());
    busy.stack.operator().get(&download).await.expect(403);
    let link = busy.stack.admin().get(&download).await.expect(302);
    assert!(link.header("location").is_some_and(|url| url.contains("X-Amz-Expires=300")), "{:?}", link.headers);
    busy.stack.admin().get("/api/exports/nothing/download").await.expect(404);
    assert_eq!(busy.stack.export(&job, json!({ "resume": true })).await["idle"], true, "nothing was left");
}

/// An invocation that may take so many looks at the clock before its time is over.
fn hurried(job: &ExportJob, looks: usize) -> ExportLimits {
    let asked = Arc::new(AtomicUsize::new(0));
    let left = move || Some(Duration::from_secs(if asked.fetch_add(1, Ordering::SeqCst) < looks { 600 } else { 10 }));
    ExportLimits { left: Arc::new(left), ..unlimited(job) }
}

#[tokio::test]
async fn an_export_goes_on_where_an_invocation_ran_out_of_time() {
    let busy = Busy::start().await;
    let whole = folder(&busy.stack).await;
    let job = busy.stack.export_job();
    let mut suspended = 0;
    let made = loop {
        let outcome = run(&job, &busy.stack, &format!("part-{suspended}"), &hurried(&job, 2), suspended > 0).await;
        if let Some(made) = outcome.get("made") {
            break made.clone();
        }
        assert!(outcome["suspended"]["records"].is_u64(), "{outcome}");
        let list = busy.stack.admin().get("/api/exports").await.expect(200).json;
        assert_eq!((&list["running"]["waiting"], list["exports"].as_array().unwrap().len()), (&json!(true), 0), "{list}");
        suspended += 1;
        assert!(suspended < 20, "it never ends");
    };
    assert!(suspended > 3, "{suspended}");
    let archive = archives(&busy.stack).remove(0);
    assert_eq!(findings(&archive), Vec::<String>::new());
    // The only record that changed is none: exporting writes no record.
    let counts = |folder: &std::path::Path| serde_json::from_slice::<Value>(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(made["checksums"], counts(whole.path())["checksums"]);
    assert!(busy.stack.objects("work").iter().all(|path| std::fs::read_dir(path).map_or(true, |mut left| left.next().is_none())));
}

#[tokio::test]
async fn what_the_tick_settles_between_two_invocations_fits_in() {
    let busy = Busy::start().await;
    // The last day that has been made ahead.
    busy.stack.clock.set(Timestamp::parse("2026-07-08T09:00:00Z").unwrap());
    let operator = busy.stack.operator();
    let never = json!({ "name": "Never", "type": "never", "triggerType": "automatic", "triggerSchedule": "0 9 31 2 *",
        "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
    let source = format!("template#{}", operator.post("/api/templates", never).await.expect(201).str("/template/id"));
    let job = busy.stack.export_job();
    let mut suspended = 0;
    while run(&job, &busy.stack, &format!("part-{suspended}"), &hurried(&job, 2), suspended > 0).await.get("made").is_none() {
        busy.stack.clock.advance(86_400);
        let ticked = busy.stack.administrate(json!({ "command": "tick" })).await;
        assert!(ticked["tick"]["counters"]["recurringGenerated"].as_u64() > Some(0), "{ticked}");
        // With it the window itself has an event, and the log names a record that was not there.
        let failed = json!({ "source": source, "date": busy.stack.clock.now().to_string()[..10], "note": "Known" });
        operator.post("/api/recurring/windows/acknowledge", failed).await.expect(200);
        suspended += 1;
        assert!(suspended < 20, "it never ends");
    }
    assert!(suspended > 3, "{suspended}");
    assert_eq!(findings(&archives(&busy.stack)[0]), Vec::<String>::new());
}

#[tokio::test]
async fn one_run_at_a_time_and_a_killed_one_is_taken_over() {
    let stack = Stack::seeded().await;
    let job = stack.export_job();
    // Killed by its first read: the lock stays.
    stack.ledger.kill_after(3);
    let killed = {
        let (stack, job) = (Arc::clone(&stack), stack.export_job());
        tokio::spawn(async move { stack.export(&job, json!({})).await }).await
    };
    assert!(killed.is_err(), "it was not killed: {killed:?}");
    stack.ledger.kill_after(0);
    let refused = stack.export(&job, json!({})).await;
    assert_eq!((&refused["ok"], &refused["code"]), (&json!(false), &json!("export_running")), "{refused}");
    assert_eq!(stack.export(&job, json!({ "resume": true })).await["idle"], true, "not yet given up");
    stack.clock.advance(17 * 60);
    let made = stack.export(&job, json!({ "resume": true })).await;
    assert!(made["made"]["archive_key"].as_str().unwrap().contains("2026-07-01T09-17-00"), "it began anew: {made}");
}

#[tokio::test]
async fn what_gives_no_valid_export_is_not_published_and_people_are_told() {
    let busy = Busy::start().await;
    let raw = busy.stack.raw();
    let mut item = raw.get("tasks", json!({ "task_id": { "S": busy.task } })).unwrap();
    let doc = item["doc"]["S"].as_str().unwrap().replace("Collect the invoice", "");
    item["doc"]["S"] = doc.into();
    raw.put("tasks", item);
    let job = busy.stack.export_job();
    let refused = busy.stack.export(&job, json!({})).await;
    assert_eq!((&refused["ok"], &refused["code"]), (&json!(false), &json!("export_invalid")), "{refused}");
    assert!(refused["error"].as_str().unwrap().contains("missing required string field description"), "{refused}");
    assert_eq!(archives(&busy.stack), Vec::<PathBuf>::new());
    let list = busy.stack.admin().get("/api/exports").await.expect(200).json;
    assert!(list["failed"]["reason"].as_str().unwrap().contains("no valid export") && list.get("running").is_none(), "{list}");
    let inbox = busy.stack.operator().get("/api/notifications").await.expect(200).json;
    let told = inbox["notifications"].as_array().unwrap().iter().filter(|one| one["type"] == "automation-failure");
    assert_eq!(told.filter(|one| one["message"].as_str().unwrap().starts_with("The export of 2026-07-04 failed")).count(), 1, "{inbox}");
}

#[tokio::test]
async fn archives_and_exports_go_into_folders_too() {
    let stack = Stack::seeded().await;
    let root = tempfile::tempdir().unwrap();
    let settings = stack.export_job().settings().clone();
    let settings = |destination| dataops_engine::ExportSettings { destination, ..settings.clone() };
    let job = stack.export_job().with_settings(settings(Some(dataops_engine::Destination::Archives(root.path().join("a")))));
    let made = stack.export(&job, json!({})).await;
    let path = made["made"]["archive_uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    assert_eq!(findings(path.as_ref()), Vec::<String>::new());
    let out = root.path().join("b");
    let job = stack.export_job().with_settings(settings(Some(dataops_engine::Destination::Folder(out.clone()))));
    for _ in 0..2 {
        let made = stack.export(&job, json!({})).await;
        assert_eq!(made["made"]["output_dir"], out.to_str().unwrap(), "{made}");
    }
    assert_eq!(findings(&out), Vec::<String>::new());
    assert_same(&out, folder(&stack).await.path());
    let job = stack.export_job().with_settings(settings(None));
    let refused = stack.export(&job, json!({})).await;
    assert!(refused["error"].as_str().unwrap().starts_with("Export storage") && refused["status"] == 400, "{refused}");
}

#[tokio::test]
async fn an_export_that_loses_a_write_is_told_and_the_next_one_is_whole() {
    let busy = Busy::start().await;
    busy.stack.ledger.fate_of_all_writes(|_| Fate::Arrives);
    let job = busy.stack.export_job();
    assert_eq!(busy.stack.export(&job, json!({})).await["ok"], true);
    let writes = busy.stack.ledger.writes_sent();
    for write in (1..=writes).step_by((writes / 5).max(1)) {
        for lost in [Fate::Lost, Fate::Unanswered] {
            busy.stack.clock.advance(3_600);
            busy.stack.ledger.fate_of_all_writes(move |nth| if nth == write { lost } else { Fate::Arrives });
            let job = busy.stack.export_job();
            let answer = busy.stack.export(&job, json!({})).await;
            busy.stack.ledger.fate_of_all_writes(|_| Fate::Arrives);
            busy.stack.clock.advance(3_600);
            let next = busy.stack.export(&job, json!({})).await;
            assert_eq!(next["ok"], true, "write {write} of {writes}, {lost:?}: {answer} {next}");
        }
    }
    for archive in archives(&busy.stack) {
        assert_eq!(findings(&archive), Vec::<String>::new(), "{archive:?}");
    }
}

#[tokio::test]
async fn an_invocation_that_cannot_leave_its_work_fails_and_the_next_one_is_whole() {
    let busy = Busy::start().await;
    let job = busy.stack.export_job();
    let engine = job.engine();
    busy.stack.ledger.fate_of_all_writes(|_| Fate::Arrives);
    let suspended = run(&job, &busy.stack, "left", &hurried(&job, 2), false).await;
    assert!(suspended["suspended"].is_object(), "{suspended}");
    let writes = busy.stack.ledger.writes_sent();
    let mut failed = 0;
    for write in 1..=writes {
        busy.stack.clock.advance(3_600);
        busy.stack.ledger.fate_of_all_writes(move |nth| if nth == write { Fate::Lost } else { Fate::Arrives });
        let name = format!("lost-{write}");
        failed += usize::from(engine.export_run(&operation(&busy.stack, &name), job.settings(), &hurried(&job, 2), false).await.is_err());
        busy.stack.ledger.fate_of_all_writes(|_| Fate::Arrives);
        busy.stack.clock.advance(3_600);
        let next = busy.stack.export(&job, json!({})).await;
        assert_eq!(next["ok"], true, "write {write} of {writes}: {next}");
    }
    assert!(failed > 2, "{failed} of {writes}");
    for archive in archives(&busy.stack) {
        assert_eq!(findings(&archive), Vec::<String>::new(), "{archive:?}");
    }
}
