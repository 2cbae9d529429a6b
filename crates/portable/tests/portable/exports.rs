//! What an export looks like.

use dataops_domain::audit::{Head, NewEvent, chained};
use dataops_domain::task::Task;
use dataops_domain::user::User;
use dataops_domain::{Date, Timestamp, bundle, json};
use dataops_portable::{Deleted, Entity, Incoming, Writer};
use serde_json::{Value, json};

use crate::{export, files, findings, messages, origin};

fn user(id: &str) -> Incoming {
    let user: User = serde_json::from_value(json!({
        "id": id, "name": "Eve", "email": format!("{id}@example.org"), "role": "admin", "createdAt": "2026-01-01T00:00:00Z", "version": 1,
    }))
    .unwrap();
    Incoming::of(&user, Head::default())
}

fn task(id: &str, fields: Value) -> Incoming {
    let bare = Task::bare(
        dataops_domain::id::TaskId::new(id),
        "Call the guest",
        Date::from_ymd_opt(2026, 12, 1).unwrap(),
        "manual",
        Timestamp::from_millis(0),
    );
    let task: Task = json::merged(&bare, &json::object(&fields));
    Incoming::of(&task, Head::default())
}

fn lines(folder: &std::path::Path, entity: Entity) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(entity.file())).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn lines_are_canonical() {
    let folder =
        export([task("t2", json!({ "comment": "", "tags": [], "requiresFile": false, "validation": { "z": 1, "a": null } })), user("eve")]);
    let text = std::fs::read_to_string(folder.path().join("tasks.jsonl")).unwrap();
    assert_eq!(
        text,
        "{\"created_at\":\"1970-01-01T00:00:00.000Z\",\"date\":\"2026-12-01\",\"description\":\"Call the guest\",\"requires_file\":false,\"source\":\"manual\",\"status\":\"todo\",\"task_id\":\"t2\",\"updated_at\":\"1970-01-01T00:00:00.000Z\",\"validation\":{\"z\":1,\"a\":null},\"version\":0}\n"
    );
    let users = std::fs::read_to_string(folder.path().join("users.jsonl")).unwrap();
    assert!(users.starts_with("{\"created_at\":") && users.contains("\"role\":\"admin\""), "{users}");
    assert_eq!(std::fs::read(folder.path().join("intake_items.jsonl")).unwrap(), b"");
}

#[test]
fn the_manifest_is_true() {
    let token = ["ghp", "_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
    let folder = export([
        user("eve"),
        task("t1", json!({ "comment": format!("use {token}"), "assigneeId": "nobody", "bundleId": "elsewhere" })),
        task("t0", json!({ "assigneeId": "nobody" })),
    ]);
    let manifest: Value = serde_json::from_slice(&std::fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["schema_version"], &manifest["export_format_version"]), (&json!("dataops.execution.v1"), &json!(1)));
    assert_eq!((&manifest["generated_at"], &manifest["source_environment"]), (&json!("2026-11-21T02:00:00.000Z"), &json!("Prod EU")));
    assert_eq!(manifest["entity_counts"]["tasks"], 2);
    assert_eq!((&manifest["service_actors"], &manifest["external_references"]), (&json!(1), &json!(1)));
    assert_eq!(manifest["redacted_values"], json!({ "tasks": 1 }));
    assert_eq!(manifest["omitted_entities"], json!(["idempotency", "sessions"]));
    assert_eq!(manifest["unimplemented_entities"], json!(["intake_items"]));
    let entities: Vec<&String> = manifest["entity_files"].as_object().unwrap().keys().collect();
    assert_eq!(entities, Entity::ALL.map(Entity::name));
    let told = manifest.to_string() + &String::from_utf8(files(folder.path()).into_values().flatten().collect()).unwrap();
    assert!(!told.contains(&token), "the secret is nowhere");
    let tasks = lines(folder.path(), Entity::Tasks);
    assert_eq!((&tasks[0]["task_id"], &tasks[1]["comment"]), (&json!("t0"), &json!("use [redacted: github-token]")));
    assert_eq!((&tasks[1]["external_bundle_id"], &tasks[1]["bundle_id"]), (&json!("elsewhere"), &Value::Null));
    let users = lines(folder.path(), Entity::Users);
    assert_eq!(
        users[1],
        json!({ "user_id": "nobody", "name": "nobody", "email": "nobody@actor.invalid", "actor_kind": "service", "created_at": "1970-01-01T00:00:00.000Z" })
    );
    assert_eq!(findings(folder.path()), []);
}

/// Whatever a caller gave as an actor or an assignee, what is stored is valid, so its export is.
#[test]
fn any_text_may_name_an_actor() {
    let token = ["ghp", "_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat();
    let names = [
        "   ",
        "\u{200b}",
        "password=hunter2",
        "secret=1",
        "api key = 5",
        "token: abc",
        "https://x.example/z?X-Amz-Signature=abc&X-Amz-Credential=def",
        "Bearer abcdefghijklmnop",
        "portal-admin",
        "ops manager <ops@example.org>",
        "ü/../\"\n\t",
        &token,
        &"long ".repeat(200),
    ];
    let tasks = names.iter().enumerate().flat_map(|(at, name)| {
        let history = json!([{ "id": format!("h{at}"), "taskId": format!("a{at:02}"), "action": "commented", "createdAt": "2026-01-01T00:00:00.000Z", "actorId": name, "note": "x" }]);
        [
            task(&format!("a{at:02}"), json!({ "assigneeId": name, "completedBy": name, "taskHistory": history })),
            task(&format!("b{at:02}"), json!({ "assigneeId": name })),
        ]
    });
    let folder = export(tasks);
    assert_eq!(messages(folder.path()), Vec::<String>::new());
    let told = String::from_utf8(files(folder.path()).into_values().flatten().collect()).unwrap();
    assert!(!told.contains(&token), "the secret is nowhere");
    let users = lines(folder.path(), Entity::Users);
    assert!(users.iter().any(|user| user["email"] == "portal-admin@actor.invalid"), "{users:?}");
}

#[test]
fn what_was_deleted_is_told_as_such_and_still_relates() {
    let bundle = bundle::new(
        dataops_domain::id::BundleId::new("b1"),
        &json::object(&json!({ "title": "Run", "anchorDate": "2026-12-01" })),
        None,
        Timestamp::from_millis(0),
    );
    let gone = Incoming::tombstone(&bundle, Head::default(), Deleted { at: Timestamp::from_millis(1_000), by: "eve".to_owned() });
    let folder = export([gone, task("t1", json!({ "bundleId": "b1" }))]);
    let bundles = lines(folder.path(), Entity::Bundles);
    assert_eq!((&bundles[0]["deleted_at"], &bundles[0]["deleted_by"]), (&json!("1970-01-01T00:00:01.000Z"), &json!("eve")));
    assert_eq!(lines(folder.path(), Entity::Tasks)[0]["bundle_id"], "b1");
    assert_eq!(messages(folder.path()), Vec::<String>::new());
}

#[test]
fn a_record_comes_with_its_events_up_to_the_moment_it_was_read() {
    let mut head = Head::default();
    let mut events = Vec::new();
    for at in 0..3 {
        let new = NewEvent { action: "updated", summary: format!("Change {at}"), metadata: Value::Null };
        let event = chained("task", "t1", &head, new, Some("eve"), Timestamp::from_millis(at));
        head = Head { sequence: event.sequence, hash: event.hash.clone() };
        events.push(event);
    }
    let second = Head { sequence: 2, hash: events[1].hash.clone() };
    let read = Incoming { head: second, ..task("t1", json!({})) };
    let folder = export(events.iter().map(Incoming::event).chain([read]));
    let kept = lines(folder.path(), Entity::ChangeEvents);
    assert_eq!(
        kept.iter().map(|event| event["audit_event_id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["task.t1.00000001", "task.t1.00000002"]
    );
    assert_eq!(lines(folder.path(), Entity::Tasks)[0]["last_event"]["sequence"], 2);
    assert_eq!(messages(folder.path()), Vec::<String>::new());
}

#[test]
fn what_came_last_counts_and_what_is_unresolved_is_told() {
    let (scratch, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut writer = Writer::new(scratch.path()).unwrap();
    writer.push(task("t1", json!({ "comment": "first", "bundleId": "b9" }))).unwrap();
    assert_eq!(writer.checkpoint().unwrap().len(), 2);
    drop(writer);
    // Interrupted: another writer goes on with the runs.
    let mut writer = Writer::new(scratch.path()).unwrap();
    writer.push(task("t1", json!({ "comment": "last", "bundleId": "b9", "assigneeId": "nobody" }))).unwrap();
    let mut unresolved = Vec::new();
    writer.unresolved(|entity, id| unresolved.push((entity, id.to_owned()))).unwrap();
    assert_eq!(unresolved, [(Entity::Bundles, "b9".to_owned())]);
    writer.finish(folder.path(), &origin()).unwrap();
    let tasks = lines(folder.path(), Entity::Tasks);
    assert_eq!((tasks.len(), &tasks[0]["comment"]), (1, &json!("last")));
    assert_eq!(messages(folder.path()), Vec::<String>::new());
}

#[test]
fn a_record_without_an_id_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(scratch.path()).unwrap();
    let refused = writer.push(Incoming::json(Entity::AssistantJobs, json::object(&json!({ "id": "../x" })), Head::default()));
    assert_eq!(refused.unwrap_err().to_string(), "a record of assistant_jobs has no id that can be exported: '../x'");
}

#[test]
fn nothing_of_a_runner_at_work_is_exported() {
    let job = json!({
        "id": "j1", "assistantType": "podcast", "title": "Job", "status": "running", "taskId": "t1", "inputRefs": [], "outputArtifactIds": [], "logRefs": [],
        "approvalRequired": true, "attemptCount": 1, "maxAttempts": 2, "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
        "lease": { "until": "2026-01-01T00:00:00.000Z", "attempt": 1, "holder": "h" }, "tail": ["a line"], "attempts": [{ "number": 1, "status": "running", "session": "s" }],
    });
    let folder = export([Incoming::json(Entity::AssistantJobs, json::object(&job), Head::default()), task("t1", json!({}))]);
    let job = &lines(folder.path(), Entity::AssistantJobs)[0];
    assert_eq!(
        (&job["lease"], &job["tail"], &job["attempts"]),
        (&Value::Null, &Value::Null, &json!([{ "number": 1, "status": "running" }]))
    );
    assert_eq!(messages(folder.path()), Vec::<String>::new());
}
