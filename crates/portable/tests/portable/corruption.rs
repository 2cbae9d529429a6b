//! Whatever is wrong with an export is found, told in the right words and at its place, and nothing else is found.

use std::collections::BTreeMap;
use std::path::Path;

use dataops_domain::audit::Head;
use dataops_domain::json;
use dataops_portable::{Entity, Incoming, Manifest, schema};
use serde_json::{Value, json};

use crate::sealed::{edit_json, good, read, reseal, write};
use crate::world::World;
use crate::{export, findings, messages, samples};

/// One corruption of records: where, how, and what is found: code, pointer, words.
struct Case {
    entity: Entity,
    edit: fn(&mut Vec<Value>),
    code: &'static str,
    pointer: &'static str,
    words: &'static str,
}

fn case(entity: Entity, edit: fn(&mut Vec<Value>), code: &'static str, pointer: &'static str, words: &'static str) -> Case {
    Case { entity, edit, code, pointer, words }
}

fn remove(record: &mut Value, field: &str) {
    record.as_object_mut().unwrap().shift_remove(field);
}

/// The record with this id.
fn of<'v>(records: &'v mut [Value], entity: Entity, id: &str) -> &'v mut Value {
    records.iter_mut().find(|record| record[entity.id_key()] == id).unwrap()
}

fn task<'v>(records: &'v mut [Value], id: &str) -> &'v mut Value {
    of(records, Entity::Tasks, id)
}

fn cases() -> Vec<Case> {
    use Entity::{
        Artifacts, AssistantJobs, AuditEvents, Bundles, ChangeEvents, Files, GenerationWindows, Notifications, RecurringConfigs, Tasks,
        Templates, Users,
    };
    vec![
        // Fields.
        case(Tasks, |r| remove(task(r, "t5"), "description"), "missing-field", "/description", "missing required string field description"),
        case(
            Tasks,
            |r| task(r, "t5")["description"] = "".into(),
            "missing-field",
            "/description",
            "missing required string field description",
        ),
        case(Tasks, |r| task(r, "t5")["date"] = "2026-02-30".into(), "bad-date", "/date", "field date must be a YYYY-MM-DD date"),
        case(Tasks, |r| task(r, "t5")["status"] = "paused".into(), "unknown-value", "/status", "field status has unknown value: paused"),
        case(Tasks, |r| task(r, "t5")["phase"] = 3.into(), "wrong-type", "/phase", "field phase must be a string when present"),
        case(
            Tasks,
            |r| task(r, "t5")["systems"] = json!(["a", 1]),
            "wrong-type",
            "/systems",
            "field systems must be an array of strings when present",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["validation"] = json!([1]),
            "wrong-type",
            "/validation",
            "field validation must be a string or object when present",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["requires_file"] = "no".into(),
            "wrong-type",
            "/requires_file",
            "field requires_file must be a boolean when present",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["completed_at"] = "tomorrow".into(),
            "bad-date",
            "/completed_at",
            "field completed_at must be a parseable date or timestamp",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["comment"] = "x".repeat(20_001).into(),
            "too-long",
            "/comment",
            "field comment must be at most 20000 characters long",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["artifact_refs"] = json!([{ "type": "x" }]),
            "missing-field",
            "/artifact_refs/0/artifactId",
            ".artifact_refs[0] missing required string field artifactId",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["artifact_refs"] = json!([{ "artifactId": "a1" }, "a2"]),
            "missing-field",
            "/artifact_refs/1",
            "tasks[5].artifact_refs[1] missing required string field artifactId",
        ),
        case(
            Bundles,
            |r| r[0]["assistant_job_refs"] = json!([null]),
            "missing-field",
            "/assistant_job_refs/0",
            "bundles[0].assistant_job_refs[0] missing required string field assistantJobId",
        ),
        case(
            Templates,
            |r| r[0]["task_definitions"][0]["artifactRefs"] = json!([7]),
            "missing-field",
            "/task_definitions/0/artifactRefs/0",
            "templates[0].task_definitions[0].artifactRefs[0] missing required string field artifactId",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["intake_refs"] = json!({ "intakeItemId": "i" }),
            "wrong-type",
            "/intake_refs",
            "field intake_refs must be an array of objects when present",
        ),
        case(
            Tasks,
            |r| task(r, "w1")["proof_requirement"] = json!({ "type": "oath" }),
            "unknown-value",
            "/proof_requirement/type",
            "field proof_requirement.type must be one of",
        ),
        case(Tasks, |r| remove(task(r, "w1"), "waiting_for"), "missing-field", "/waiting_for", "missing required string field waiting_for"),
        case(
            Tasks,
            |r| remove(task(r, "w1"), "follow_up_at"),
            "missing-field",
            "/follow_up_at",
            "missing required string field follow_up_at",
        ),
        case(
            Files,
            |r| r[0]["size_bytes"] = "3".into(),
            "wrong-type",
            "/size_bytes",
            "field size_bytes must be a finite number when present",
        ),
        case(Files, |r| r[0]["file_id"] = "../f1".into(), "bad-id", "/file_id", "field file_id must have at most 128 characters"),
        case(
            Templates,
            |r| remove(&mut r[0]["phases"][0], "name"),
            "missing-field",
            "/phases/0/name",
            "templates[0].phases[0] missing required string field name",
        ),
        case(
            Templates,
            |r| r[0]["task_definitions"][0]["systems"] = "s".into(),
            "wrong-type",
            "/task_definitions/0/systems",
            "templates[0].task_definitions[0] field systems must be an array of strings when present",
        ),
        case(
            Templates,
            |r| r[0]["task_definitions"][0]["proofRequirement"]["type"] = "x".into(),
            "unknown-value",
            "/task_definitions/0/proofRequirement/type",
            "field proofRequirement.type must be one of",
        ),
        case(
            Templates,
            |r| r[0]["task_definitions"][0]["artifactRefs"] = json!([{}]),
            "missing-field",
            "/task_definitions/0/artifactRefs/0/artifactId",
            "templates[0].task_definitions[0].artifactRefs[0] missing required string field artifactId",
        ),
        case(
            RecurringConfigs,
            |r| remove(&mut r[0], "cron_expression"),
            "missing-field",
            "/cron_expression",
            "missing required string field cron_expression",
        ),
        case(Artifacts, |r| r[0]["type"] = "poem".into(), "unknown-value", "/type", "artifacts[0] field type has unknown value: poem"),
        case(Artifacts, |r| remove(&mut r[0], "reviewed_at"), "missing-field", "/reviewed_at", "missing required string field reviewed_at"),
        case(
            Artifacts,
            |r| remove(&mut r[0], "checksum"),
            "missing-checksum",
            "/checksum",
            "checksum is required for DataOps-owned s3 artifacts",
        ),
        case(
            Artifacts,
            |r| r[0]["metadata"]["long"] = "x".repeat(6_000).into(),
            "too-long",
            "/metadata",
            "field metadata must be at most 4096 bytes of JSON",
        ),
        // Duplicates.
        case(
            Tasks,
            |r| {
                let same = task(r, "t5").clone();
                r.push(same);
            },
            "duplicate-id",
            "/task_id",
            "tasks has a duplicate task_id: t5",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["task_history"][1]["id"] = "h1".into(),
            "duplicate-id",
            "/task_history/1/id",
            "has the id of another event of the task: h1",
        ),
        case(
            Notifications,
            |r| {
                let mut same = r[0].clone();
                same["notification_id"] = "n0".into();
                r.push(same);
            },
            "duplicate-follow-up",
            "/due_at",
            "repeats the follow-up-due notification of task_id w1 and due_at 2026-05-05",
        ),
        // Relations.
        case(
            Tasks,
            |r| task(r, "t5")["assignee_id"] = "nobody".into(),
            "broken-relation",
            "/assignee_id",
            "references missing assignee_id: nobody",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["completed_by"] = "nobody".into(),
            "broken-relation",
            "/completed_by",
            "references missing completed_by: nobody",
        ),
        case(Tasks, |r| task(r, "t5")["bundle_id"] = "b9".into(), "broken-relation", "/bundle_id", "references missing bundle_id: b9"),
        case(Tasks, |r| task(r, "t5")["template_id"] = "x".into(), "broken-relation", "/template_id", "references missing template_id: x"),
        case(
            Tasks,
            |r| task(r, "t5")["recurring_config_id"] = "x".into(),
            "broken-relation",
            "/recurring_config_id",
            "references missing recurring_config_id: x",
        ),
        case(
            Tasks,
            |r| task(r, "t5")["assistant_job_refs"] = json!([{ "assistantJobId": "x" }]),
            "broken-relation",
            "/assistant_job_refs/0/assistantJobId",
            ".assistant_job_refs[0] references missing assistantJobId: x",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["task_history"][0]["actorId"] = "x".into(),
            "broken-relation",
            "/task_history/0/actorId",
            ".task_history[0] references missing actorId: x",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["task_history"][0]["taskId"] = "t2".into(),
            "broken-relation",
            "/task_history/0/taskId",
            ".task_history[0] taskId must match parent task_id",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["task_history"][0]["bundleId"] = "b2".into(),
            "broken-relation",
            "/task_history/0/bundleId",
            ".task_history[0] bundleId must match parent bundle_id",
        ),
        case(
            Tasks,
            |r| task(r, "t8")["evidence"]["fileIds"] = json!(["f9"]),
            "broken-relation",
            "/evidence/fileIds/0",
            ".evidence.fileIds[0] references missing file_id: f9",
        ),
        case(
            Bundles,
            |r| r[0]["template_id"] = "x".into(),
            "broken-relation",
            "/template_id",
            "bundles[0] references missing template_id: x",
        ),
        case(
            RecurringConfigs,
            |r| r[0]["assignee_id"] = "x".into(),
            "broken-relation",
            "/assignee_id",
            "references missing assignee_id: x",
        ),
        case(Files, |r| r[0]["bundle_id"] = "x".into(), "broken-relation", "/bundle_id", "references missing bundle_id: x"),
        case(Artifacts, |r| r[0]["task_id"] = "x".into(), "broken-relation", "/task_id", "references missing task_id: x"),
        case(Artifacts, |r| r[0]["file_id"] = "x".into(), "broken-relation", "/file_id", "references missing file_id: x"),
        case(
            Artifacts,
            |r| r[0]["assistant_job_id"] = "x".into(),
            "broken-relation",
            "/assistant_job_id",
            "references missing assistant_job_id: x",
        ),
        case(Artifacts, |r| r[0]["created_by"] = "x".into(), "broken-relation", "/created_by", "references missing created_by: x"),
        case(Artifacts, |r| r[0]["reviewed_by"] = "x".into(), "broken-relation", "/reviewed_by", "references missing reviewed_by: x"),
        case(
            AssistantJobs,
            |r| r[0]["requested_by"] = "x".into(),
            "broken-relation",
            "/requested_by",
            "references missing requested_by: x",
        ),
        case(
            AssistantJobs,
            |r| r[0]["retry_of_job_id"] = "x".into(),
            "broken-relation",
            "/retry_of_job_id",
            "references missing retry_of_job_id: x",
        ),
        case(
            AssistantJobs,
            |r| r[0]["output_artifact_ids"] = json!(["a1", "x"]),
            "broken-relation",
            "/output_artifact_ids/1",
            "assistant_jobs[0].output_artifact_ids[1] references missing artifact_id: x",
        ),
        case(
            AssistantJobs,
            |r| r[0]["input_refs"][0]["id"] = "x".into(),
            "broken-relation",
            "/input_refs/0/id",
            ".input_refs[0] references missing id: x",
        ),
        case(
            AssistantJobs,
            |r| r[0]["log_refs"][0]["artifactId"] = "x".into(),
            "broken-relation",
            "/log_refs/0/artifactId",
            ".log_refs[0] references missing artifactId: x",
        ),
        case(
            AssistantJobs,
            |r| r[0]["approval"]["decidedBy"] = "x".into(),
            "broken-relation",
            "/approval/decidedBy",
            ".approval references missing decidedBy: x",
        ),
        case(Notifications, |r| r[0]["user_id"] = "x".into(), "broken-relation", "/user_id", "references missing user_id: x"),
        case(
            Notifications,
            |r| r[1]["recurring_config_id"] = "x".into(),
            "broken-relation",
            "/recurring_config_id",
            "references missing recurring_config_id: x",
        ),
        // Rules of jobs and notifications.
        case(AssistantJobs, |r| r[0]["status"] = "lost".into(), "unknown-value", "/status", "field status has unknown value: lost"),
        case(
            AssistantJobs,
            |r| remove(&mut r[0]["approval"], "reason"),
            "missing-field",
            "/approval/reason",
            "assistant_jobs[0].approval missing required string field reason",
        ),
        case(
            AssistantJobs,
            |r| {
                r[0]["status"] = "waiting_approval".into();
                r[0]["approval_required"] = false.into();
            },
            "contradiction",
            "/approval_required",
            "cannot be waiting_approval when approval_required is false",
        ),
        case(
            AssistantJobs,
            |r| {
                remove(&mut r[0], "task_id");
                remove(&mut r[0], "bundle_id");
            },
            "missing-field",
            "/task_id",
            "missing required string field task_id",
        ),
        case(
            Notifications,
            |r| r[1]["notification_type"] = "poem".into(),
            "unknown-value",
            "/notification_type",
            "field notification_type has unknown value: poem",
        ),
        case(Notifications, |r| remove(&mut r[0], "due_at"), "missing-field", "/due_at", "missing required string field due_at"),
        case(Notifications, |r| remove(&mut r[0], "task_id"), "missing-field", "/task_id", "missing required string field task_id"),
        // Done without proof.
        case(Tasks, |r| remove(task(r, "t1"), "link"), "done-without-proof", "/link", "cannot be done without required url proof"),
        case(
            Tasks,
            |r| remove(task(r, "t4"), "comment"),
            "done-without-proof",
            "/comment",
            "cannot be done without required comment proof",
        ),
        case(Tasks, |r| remove(task(r, "t4"), "link"), "done-without-proof", "/link", "cannot be done without required link 'Luma'"),
        case(
            Tasks,
            |r| remove(task(r, "t5"), "external_status"),
            "done-without-proof",
            "/external_status",
            "cannot be done without required external-status proof",
        ),
        case(
            Tasks,
            |r| task(r, "t6")["comment"] = "No sponsor, I think".into(),
            "done-without-proof",
            "/requires_file",
            "cannot be done without required file",
        ),
        case(
            Tasks,
            |r| remove(task(r, "t3"), "bundle_id"),
            "done-without-proof",
            "/proof_requirement",
            "cannot be done without required approved artifact proof",
        ),
        case(
            Artifacts,
            |r| {
                r[0]["status"] = "needs-review".into();
            },
            "done-without-proof",
            "/proof_requirement",
            "cannot be done without required approved artifact proof",
        ),
        case(
            Bundles,
            |r| r[0]["bundle_links"][0]["url"] = "".into(),
            "done-without-proof",
            "/validation/requiredBundleLinks",
            "cannot be done without required bundle link 'Luma'",
        ),
        // Secrets.
        case(
            Artifacts,
            |r| r[0]["metadata"] = json!({ "accessToken": 1 }),
            "secret",
            "/metadata/accessToken",
            "artifacts[0].metadata.accessToken must not contain secrets or signed URLs",
        ),
        case(
            Artifacts,
            |r| r[0]["metadata"]["list"][0] = json!({ "apiKey": "x" }),
            "secret",
            "/metadata/list/0/apiKey",
            "artifacts[0].metadata.list[0].apiKey must not contain secrets or signed URLs",
        ),
        case(
            Artifacts,
            |r| r[0]["storage_uri"] = "https://b.s3.amazonaws.com/k?X-Amz-Signature=abc".into(),
            "signed-url",
            "/storage_uri",
            "artifacts[0].storage_uri must not contain signed URLs or tokens",
        ),
        case(
            AssistantJobs,
            |r| r[0]["input_refs"][0]["uri"] = "https://x?access_token=1".into(),
            "signed-url",
            "/input_refs/0/uri",
            "must not contain signed URLs or tokens",
        ),
        case(
            Notifications,
            |r| r[0]["message"] = "password=abc".into(),
            "signed-url",
            "/message",
            "must not contain signed URLs or tokens",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["task_history"][0]["note"] = "see ?sig=1".into(),
            "signed-url",
            "/task_history/0/note",
            "must not contain signed URLs or tokens",
        ),
        case(
            Users,
            |r| r[0]["password_hash"] = "x".into(),
            "secret",
            "/password_hash",
            "users[0].password_hash must not contain secrets or signed URLs",
        ),
        // Chains.
        case(
            ChangeEvents,
            |r| r[1]["summary"] = "Step 9".into(),
            "chain-altered",
            "/hash",
            "change_events[1] hash does not fit what the event says",
        ),
        case(
            ChangeEvents,
            |r| {
                let same = r[1].clone();
                r.push(same);
            },
            "chain-repeated",
            "/sequence",
            "is event 2 of task#t1 once more: change_events has a duplicate audit_event_id: task.t1.00000002",
        ),
        case(
            AuditEvents,
            |r| {
                let same = r[0].clone();
                r.push(same);
            },
            "chain-repeated",
            "/sequence",
            "audit_events has a duplicate audit_event_id: assistant_job.j1.00000001",
        ),
        case(
            ChangeEvents,
            |r| {
                r.remove(1);
            },
            "chain-missing",
            "/sequence",
            "is event 3 of task#t1, and event 2 is missing",
        ),
        case(
            ChangeEvents,
            |r| {
                r.remove(2);
            },
            "chain-end",
            "/last_event",
            "says that task#t1 has 3 events, and they end with event 2",
        ),
        case(ChangeEvents, |r| r.clear(), "chain-end", "/last_event", "says that task#t1 has 3 events, and there are none"),
        case(
            ChangeEvents,
            |r| r[1]["audit_event_id"] = "task.t1.00000007".into(),
            "derived-id",
            "/audit_event_id",
            "field audit_event_id is not made of entity_type, entity_id and sequence",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["last_event"]["hash"] = "0".repeat(64).into(),
            "chain-end",
            "/last_event",
            "says that task#t1 ends with another event 3",
        ),
        case(
            Tasks,
            |r| task(r, "t1")["last_event"]["sequence"] = 2.into(),
            "chain-end",
            "/last_event",
            "says that task#t1 has 2 events, and there are 3",
        ),
        case(
            AuditEvents,
            |r| r[2]["metadata"]["n"] = 5.into(),
            "chain-altered",
            "/hash",
            "audit_events[2] hash does not fit what the event says",
        ),
        case(AuditEvents, |r| r[1]["action"] = "guessed".into(), "unknown-value", "/action", "field action has unknown value: guessed"),
        case(
            Tasks,
            |r| remove(task(r, "t1"), "last_event"),
            "chain-end",
            "/entity_id",
            "is of task#t1, whose record is missing or has no last_event",
        ),
        // Derived ids.
        case(
            GenerationWindows,
            |r| r[0]["generation_window_id"] = "01J00000000000000000000000".into(),
            "derived-id",
            "/generation_window_id",
            "field generation_window_id is not the id derived from source and date",
        ),
        case(
            GenerationWindows,
            |r| r[0]["task_id"] = "t1".into(),
            "derived-id",
            "/task_id",
            "field task_id is not the id derived from source and date",
        ),
        case(
            GenerationWindows,
            |r| r[0]["source"] = "weekly#c1".into(),
            "unknown-value",
            "/source",
            "field source must be recurring#<id> or template#<id>",
        ),
    ]
}

#[test]
fn every_corruption_of_a_record_is_found_at_its_place_and_in_its_words() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    for case in cases {
        let folder = good();
        let mut records = read(folder.path(), case.entity);
        (case.edit)(&mut records);
        write(folder.path(), case.entity, &records);
        reseal(folder.path());
        let found = findings(folder.path());
        let wanted = found.iter().find(|finding| finding.code == case.code && finding.pointer.as_deref() == Some(case.pointer));
        let Some(wanted) = wanted else { panic!("{}{}: {found:#?}", case.entity.name(), case.pointer) };
        assert!(wanted.message.contains(case.words), "{}: {}", case.words, wanted.message);
        assert!(wanted.line.is_some() && wanted.record.is_some(), "{wanted:?}");
        // What follows from the same corruption is told as well, and nothing else.
        let follows = |code: &str| match case.code {
            "chain-altered" => code == "chain-unlinked" || code == "chain-end",
            "unknown-value" | "derived-id" if case.entity.is_events() => code == "chain-altered",
            "unknown-value" | "derived-id" | "bad-id" => matches!(code, "broken-relation" | "derived-id" | "done-without-proof"),
            _ => false,
        };
        let strange: Vec<_> = found.iter().filter(|other| other.code != case.code && !follows(&other.code)).collect();
        assert!(strange.is_empty(), "{}{}: {strange:#?}", case.entity.name(), case.pointer);
    }
}

/// The places of a pattern in a record.
fn places(value: &Value, pattern: &[&str], at: &str, found: &mut Vec<String>) {
    let Some((step, rest)) = pattern.split_first() else { return found.push(at.to_owned()) };
    let mut go = |name: &str, value: &Value| places(value, rest, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
    match (value, *step) {
        (Value::Array(list), "*") => list.iter().enumerate().for_each(|(at, entry)| go(&at.to_string(), entry)),
        (Value::Object(fields), "*") => fields.iter().for_each(|(name, value)| go(name, value)),
        (value, name) => value.get(name).into_iter().for_each(|value| go(name, value)),
    }
}

/// How the words tell a place: `.attempts[0].outputArtifactIds[1] references missing artifact_id`.
fn told(pointer: &str, target: Entity) -> String {
    let mut steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let is_place = |step: &str| step.parse::<usize>().is_ok();
    let field = if is_place(steps[steps.len() - 1]) { target.id_key() } else { steps.pop().unwrap() };
    let path: String = steps.iter().map(|step| if is_place(step) { format!("[{step}]") } else { format!(".{step}") }).collect();
    format!("{path} references missing {field}: ")
}

#[test]
fn whatever_names_a_record_that_is_not_there_is_found() {
    let world = World::of_size(3, 2_500);
    let folder = export(
        world.all().flat_map(|made| std::iter::once(made.record).chain(made.events.iter().map(Incoming::event).collect::<Vec<_>>())),
    );
    let mut all: BTreeMap<&str, Vec<Value>> = Entity::ALL.into_iter().map(|entity| (entity.name(), read(folder.path(), entity))).collect();
    let mut wanted = Vec::new();
    let related = schema::related();
    assert!(related.len() > 70, "{}", related.len());
    for (number, relation) in related.iter().enumerate() {
        let steps: Vec<&str> = relation.pointer.split('/').skip(1).collect();
        let is_source = relation.pointer == "/source";
        let id = format!("missing-{number}");
        let mut place = None;
        for (line, record) in all[relation.entity.name()].iter().enumerate() {
            let mut found = Vec::new();
            places(record, &steps, "", &mut found);
            place = found.into_iter().map(|pointer| (line, pointer)).find(|(_, pointer)| {
                let text = record.pointer(pointer).unwrap().as_str().unwrap_or_default();
                let kind = || record.pointer(&pointer[..pointer.rfind('/').unwrap()]).unwrap()["type"].as_str().unwrap_or_default();
                let fits = match relation.kind {
                    Some(kind) if is_source => text.starts_with(kind),
                    Some(wanted) => kind() == wanted,
                    None => true,
                };
                fits && !text.is_empty() && !text.contains("missing-")
            });
            if place.is_some() {
                break;
            }
        }
        let Some((line, pointer)) = place else { panic!("no record has {relation:?}: the made-up store must make one") };
        let value = all.get_mut(relation.entity.name()).unwrap()[line].pointer_mut(&pointer).unwrap();
        *value = if is_source { format!("{}#{id}", relation.kind.unwrap()).into() } else { id.clone().into() };
        let context = format!("{}[{line}]", relation.entity.name());
        let words = told(&pointer, relation.target);
        wanted.push((pointer, format!("{context}{words}{id}")));
    }
    Entity::ALL.into_iter().for_each(|entity| write(folder.path(), entity, &all[entity.name()]));
    reseal(folder.path());
    let found = findings(folder.path());
    for (pointer, words) in &wanted {
        let of_it: Vec<_> = found.iter().filter(|finding| finding.message == *words).collect();
        let told: Vec<_> = of_it.iter().map(|finding| (finding.code.as_str(), finding.pointer.as_deref())).collect();
        assert_eq!(told, [("broken-relation", Some(pointer.as_str()))], "{words}");
    }
    let told = found.iter().filter(|finding| finding.message.contains("references missing")).count();
    assert_eq!(told, wanted.len(), "nothing else names what is not there");
}

/// A sample of every rule: the first form of each that the domain's own tests have.
fn secrets_of_all_rules() -> Vec<(&'static str, String)> {
    // A text that is nothing but a link may carry what links carry, so a link is put into a sentence.
    let said = |sample: String| if sample.starts_with("http") { format!("see {sample}") } else { sample };
    samples::FORMS.iter().map(|(rule, forms)| (*rule, said(samples::filled(forms[0], 7)))).collect()
}

#[test]
fn no_secret_of_any_rule_leaves_and_each_is_found() {
    let samples = secrets_of_all_rules();
    assert!(samples.len() > 40, "{}", samples.len());
    let tasks = |text: &dyn Fn(usize) -> String| -> Vec<Value> {
        (0..samples.len())
            .map(|at| json!({ "comment": text(at), "date": "2026-01-01", "description": "d", "status": "todo", "task_id": format!("x{at:03}"), "validation": { "deep": [{ "er": text(at) }] } }))
            .collect()
    };
    // On the way out all of them are taken out.
    let stored = tasks(&|at| samples[at].1.clone()).into_iter().map(|mut task| {
        task["id"] = task["task_id"].take();
        Incoming::json(Entity::Tasks, json::object(&task), Head::default())
    });
    let folder = export(stored);
    assert_eq!(messages(folder.path()), Vec::<String>::new());
    let exported = std::fs::read_to_string(folder.path().join("tasks.jsonl")).unwrap();
    for (rule, sample) in &samples {
        let written = json!(sample).to_string();
        assert!(!exported.contains(written.trim_matches('"')), "{rule}");
    }
    // Put in by somebody else, each is found, and never repeated.
    write(folder.path(), Entity::Tasks, &tasks(&|at| samples[at].1.clone()));
    reseal(folder.path());
    let found = findings(folder.path());
    for (at, (rule, sample)) in samples.iter().enumerate() {
        let of_it: Vec<_> = found.iter().filter(|finding| finding.line == Some(at as u64 + 1)).collect();
        let pointers: Vec<&str> = of_it.iter().filter_map(|finding| finding.pointer.as_deref()).collect();
        assert_eq!(pointers, ["/comment", "/validation/deep/0/er"], "{rule}: {sample}");
        assert!(
            of_it.iter().all(|finding| finding.message.contains("must not contain") && !finding.message.contains(sample.as_str())),
            "{rule}"
        );
    }
}

/// One corruption of the folder: how, and the words that are found, all of them.
type Damage = (fn(&Path), &'static [&'static str]);

const DAMAGES: &[Damage] = &[
    (
        |folder| {
            let mut bytes = std::fs::read(folder.join("tasks.jsonl")).unwrap();
            let at = bytes.windows(5).position(|five| five == b"Do it").unwrap();
            bytes[at] = b'G';
            std::fs::write(folder.join("tasks.jsonl"), bytes).unwrap();
        },
        &[
            "tasks.jsonl checksum mismatch: the manifest says",
            "tasks.jsonl checksum mismatch: datapackage.json",
            "tasks.jsonl checksum mismatch: SHA256SUMS",
        ],
    ),
    (
        |folder| {
            let bytes = std::fs::read(folder.join("users.jsonl")).unwrap();
            std::fs::write(folder.join("users.jsonl"), &bytes[..bytes.len() - 20]).unwrap();
        },
        &[
            "users.jsonl line 2 is not valid JSON",
            "users.jsonl checksum mismatch",
            "users.jsonl checksum mismatch",
            "users.jsonl checksum mismatch",
        ],
    ),
    (
        |folder| std::fs::remove_file(folder.join("bundles.jsonl")).unwrap(),
        &[
            "missing entity file for bundles: bundles.jsonl",
            "datapackage.json names \"bundles.jsonl\"",
            "SHA256SUMS names bundles.jsonl, which is not there",
        ],
    ),
    (
        |folder| std::fs::write(folder.join("sessions.jsonl"), "{}\n").unwrap(),
        &["sessions.jsonl is no file of an export", "SHA256SUMS does not name sessions.jsonl"],
    ),
    (
        |folder| std::fs::write(folder.join("intake_items.jsonl"), "[1]\n").unwrap(),
        &[
            "intake_items.jsonl line 1 is not a JSON object",
            "intake_items count mismatch: the manifest says 0, intake_items.jsonl has 1 records",
            "checksum mismatch",
        ],
    ),
    (|folder| std::fs::remove_file(folder.join("manifest.json")).unwrap(), &["manifest.json is not readable: it is not there"]),
    (|folder| std::fs::write(folder.join("manifest.json"), "{").unwrap(), &["manifest.json is not readable"]),
    (|folder| std::fs::write(folder.join("manifest.json"), "[]").unwrap(), &["manifest.json is not readable: it is not a JSON object"]),
];

#[test]
fn every_damage_of_the_folder_is_found() {
    for (damage, words) in DAMAGES {
        let folder = good();
        damage(folder.path());
        let found = messages(folder.path());
        let without: Vec<&&str> = words.iter().filter(|words| !found.iter().any(|message| message.contains(**words))).collect();
        assert!(without.is_empty(), "{without:?} not in {found:#?}");
        let related = |message: &String| {
            words.iter().any(|words| message.contains(words))
                || message.contains("references missing")
                || message.contains("SHA256SUMS")
                || message.contains("checksum mismatch")
                || message.contains("approved artifact")
                || message.contains("bundle link")
        };
        let strange: Vec<&String> = found.iter().filter(|message| !related(message)).collect();
        assert!(strange.is_empty(), "{words:?}: {strange:#?}");
    }
}

#[test]
fn files_that_were_exchanged_are_found() {
    let folder = good();
    let (tasks, bundles) = (folder.path().join("tasks.jsonl"), folder.path().join("bundles.jsonl"));
    let swap = std::fs::read(&tasks).unwrap();
    std::fs::copy(&bundles, &tasks).unwrap();
    std::fs::write(&bundles, swap).unwrap();
    let found = messages(folder.path());
    for words in [
        "tasks.jsonl checksum mismatch",
        "bundles.jsonl checksum mismatch",
        "tasks count mismatch",
        "tasks[0] missing required string field task_id",
        "bundles[0] missing required string field bundle_id",
    ] {
        assert!(found.iter().any(|message| message.contains(words)), "{words} not in {found:#?}");
    }
}

#[test]
fn every_lie_of_the_manifest_is_found() {
    type Lie = (fn(&mut Value), &'static str);
    let lies: [Lie; 14] = [
        (|m| m["schema_version"] = "dataops.execution.v2".into(), "manifest schema_version must be dataops.execution.v1"),
        (|m| m["export_format_version"] = 2.into(), "manifest export_format_version must be 1"),
        (|m| m["generated_at"] = 3.into(), "manifest generated_at must be a parseable date or timestamp"),
        (|m| m["generated_at"] = "soon".into(), "manifest generated_at must be a parseable date or timestamp"),
        (|m| m["entity_counts"]["tasks"] = 99.into(), "tasks count mismatch: the manifest says 99"),
        (|m| m["entity_counts"]["tasks"] = "10".into(), "tasks count mismatch"),
        (|m| m["checksums"]["users.jsonl"] = format!("sha256:{}", "0".repeat(64)).into(), "users.jsonl checksum mismatch"),
        (|m| remove(&mut m["checksums"], "users.jsonl"), "users.jsonl checksum mismatch: the manifest says nothing"),
        (|m| remove(&mut m["entity_files"], "files"), "manifest entity_files is missing files"),
        (|m| m["entity_files"]["files"] = "../files.jsonl".into(), "manifest entity_files.files must be files.jsonl"),
        (|m| m["entity_files"]["sessions"] = "sessions.jsonl".into(), "manifest entity_files names an entity that no export has: sessions"),
        (|m| m["redactions"] = json!(["sessions"]), "manifest redactions must include users.password_hash"),
        (|m| m["omitted_entities"] = json!([]), "manifest omitted_entities must include sessions"),
        (|m| m["chains"]["tasks"]["count"] = 7.into(), "the ends of the audit chains of tasks are not those the manifest tells"),
    ];
    for (lie, words) in lies {
        let folder = good();
        edit_json(&folder.path().join("manifest.json"), lie);
        std::fs::remove_file(folder.path().join("SHA256SUMS")).unwrap();
        let found = messages(folder.path());
        assert_eq!(found.len(), 1, "{words}: {found:#?}");
        assert!(found[0].contains(words), "{words}: {found:#?}");
    }
}

#[test]
fn a_manifest_that_was_read_back_says_the_same() {
    let folder = good();
    let manifest: Manifest = serde_json::from_slice(&std::fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest.entity_counts.get("tasks"), Some(&10));
    assert_eq!(manifest.chains.get("tasks").map(|chains| chains.count), Some(1));
}

#[test]
fn what_is_valid_has_no_finding() {
    let folder = good();
    assert_eq!(findings(folder.path()), []);
    reseal(folder.path());
    assert_eq!(findings(folder.path()), []);
}

#[test]
fn work_of_a_workflow_may_have_another_id_than_its_schedule_would_give() {
    use dataops_domain::generation::work;
    use dataops_domain::{start, time};
    let day = time::parse_date("2026-06-01").unwrap();
    let made = work::bundle_id("tp1", day);
    let record = |entity: Entity, fields: Value| Incoming::json(entity, json::object(&fields), Head::default());
    let at = "2026-05-01T10:00:00.000Z";
    let mut records = crate::sealed::store();
    // Made by the schedule of another template than it names now, and moved before anybody noted what it was started for.
    records.push(record(
        Entity::Bundles,
        json!({ "id": work::bundle_id("older", day), "title": "R", "anchorDate": "2026-07-01", "templateId": "tp1", "createdAt": at, "updatedAt": at }),
    ));
    // Made for a workflow that it left.
    records.push(record(
        Entity::Tasks,
        json!({ "id": start::task_id(&made, day, "r"), "description": "D", "date": "2026-06-01", "status": "todo", "source": "template", "bundleId": "b1", "templateId": "tp1", "templateTaskRef": "r", "createdAt": at, "updatedAt": at }),
    ));
    assert_eq!(messages(export(records).path()), Vec::<String>::new());
}
