//! What an older system wrote: eleven files and a manifest, the old fields, ids and moments of its own forms.

use std::path::Path;

use dataops_domain::audit::Head;
use dataops_domain::json;
use dataops_portable::import::{Mode, Restored, Step, Verdict, chain_of_old, each_record, judge, step};
use dataops_portable::schema;
use dataops_portable::{Entity, Incoming, Limits};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sealed::{read, sha256};
use crate::{export, messages};

const USER: &str = "7d0b5a52-3c83-4f34-9d3c-0a4b1f6c0001";
const TASK: &str = "7d0b5a52-3c83-4f34-9d3c-0a4b1f6c0002";
const AT: &str = "2026-03-10T09:00:00.000Z";

fn old_records() -> Vec<(Entity, Vec<Value>)> {
    vec![
        (Entity::Users, vec![json!({ "created_at": AT, "email": "ops@example.org", "name": "Ops", "user_id": USER })]),
        (
            Entity::Tasks,
            vec![
                json!({
                    "artifact_refs": [{ "artifactId": "a1", "status": "approved", "title": "Doc" }], "assignee_id": USER, "assistant_job_refs": [{ "assistantJobId": "j1", "assistantType": "podcast", "status": "approved" }],
                    "bundle_id": "b1", "comment": "done", "completed_at": AT, "completed_by": USER, "created_at": AT, "date": "2026-03-10", "description": "Publish",
                    "intake_refs": [{ "intakeItemId": "i1" }], "link": "local-dev://assistant-jobs/j1/podcast-dry-run.json", "proof_requirement": { "type": "artifact", "label": "Doc" },
                    "required_link_name": "Podcast document", "source": "template", "status": "done", "tags": ["Podcast"],
                    "task_history": [{ "id": "h1", "taskId": TASK, "action": "completed", "createdAt": AT, "actorId": USER, "bundleId": "b1", "note": "done" }],
                    "task_id": TASK, "template_id": "tp1", "template_task_ref": "publish", "updated_at": AT,
                }),
                json!({ "date": "2026-03-11", "description": "Bare", "task_id": "bare" }),
                json!({ "date": "2026-03-12", "description": "Wait", "follow_up_at": "2026-03-15", "status": "waiting", "task_id": "waits", "waiting_for": "Sponsor" }),
            ],
        ),
        (
            Entity::Bundles,
            vec![
                json!({ "anchor_date": "2026-03-20", "bundle_id": "b1", "bundle_links": [{ "name": "Podcast document", "url": "local-dev://x" }], "created_at": AT, "stage": "announced", "status": "active", "template_id": "tp1", "title": "Run", "updated_at": AT }),
            ],
        ),
        (
            Entity::Templates,
            vec![
                json!({ "created_at": AT, "name": "Podcast", "task_definitions": [{ "refId": "publish", "description": "Publish", "offsetDays": 0 }], "template_id": "tp1", "trigger_lead_days": 7, "type": "podcast", "updated_at": AT }),
            ],
        ),
        (
            Entity::RecurringConfigs,
            vec![
                json!({ "created_at": AT, "cron_expression": "0 9 * * 1", "description": "Weekly", "enabled": false, "recurring_config_id": "r1", "updated_at": AT }),
            ],
        ),
        (
            Entity::Files,
            vec![
                json!({ "category": "document", "created_at": AT, "file_id": "f1", "filename": "a.txt", "storage_uri": format!("{TASK}/a.txt"), "task_id": TASK }),
            ],
        ),
        (
            Entity::Artifacts,
            vec![json!({
                "artifact_id": "a1", "assistant_job_id": "j1", "checksum": "sha256:1", "created_at": AT, "created_by": USER, "data_class": "internal", "metadata": { "assistant_job_id": "j1" }, "reviewed_at": AT,
                "reviewed_by": USER, "source_type": "assistant-output", "status": "approved", "storage_provider": "local-dev", "storage_uri": "local-dev://assistant-jobs/j1/podcast-dry-run.json",
                "task_id": TASK, "title": "Doc", "type": "assistant-output", "updated_at": AT, "visibility": "internal",
            })],
        ),
        (
            Entity::AssistantJobs,
            vec![json!({
                "approval": { "status": "approved", "decidedAt": AT, "decidedBy": USER }, "approval_required": true, "assistant_job_id": "j1", "assistant_type": "podcast", "attempt_count": 1, "completed_at": AT,
                "created_at": AT, "input_refs": [{ "type": "doc", "id": "x" }], "max_attempts": 2, "output_artifact_ids": ["a1"], "requested_by": USER, "status": "approved", "task_id": TASK, "title": "podcast assistant job", "updated_at": AT,
            })],
        ),
        (
            Entity::AuditEvents,
            vec![
                json!({ "action": "created", "actor_id": USER, "assistant_job_id": "j1", "audit_event_id": "e2", "created_at": "2026-03-10T09:00:01.000Z", "metadata": { "status": "draft" }, "summary": "Created" }),
                json!({ "action": "approved", "assistant_job_id": "j1", "audit_event_id": "e1", "created_at": "2026-03-10T10:00:00.000Z", "summary": "Approved" }),
            ],
        ),
        (Entity::IntakeItems, vec![json!({ "intake_item_id": "i1", "status": "blocked" })]),
        (
            Entity::Notifications,
            vec![
                json!({ "created_at": AT, "dismissed": false, "due_at": "2026-03-15", "message": "Ask", "notification_id": "n1", "notification_type": "follow-up-due", "task_id": "waits" }),
            ],
        ),
    ]
}

fn old_export() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut files, mut counts, mut checksums) = (json!({}), json!({}), json!({}));
    for (entity, records) in old_records() {
        let text: String = records.iter().map(|record| format!("{record}\n")).collect();
        std::fs::write(folder.path().join(entity.file()), &text).unwrap();
        files[entity.name()] = entity.file().into();
        counts[entity.name()] = records.len().into();
        checksums[entity.file()] = format!("sha256:{}", sha256(text.as_bytes())).into();
    }
    let manifest = json!({
        "schema_version": "dataops.execution.v1", "export_format_version": 1, "generated_at": AT, "source_environment": "test", "source_stack": "unknown",
        "source_region": "unknown", "app_git_sha": "unknown", "entity_files": files, "entity_counts": counts, "checksums": checksums,
        "redactions": ["users.password_hash", "sessions"], "omitted_entities": ["sessions"],
    });
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    folder
}

/// What an import writes, events of an older system chained anew.
fn imported(path: &Path) -> (Vec<Incoming>, u64) {
    let (mut records, mut events, mut skipped) = (Vec::new(), Vec::new(), 0);
    each_record(path, &Limits::default(), |entity, line, record| {
        let verdict = judge(entity, &record, None);
        match step(&verdict, Mode::IntoEmpty).unwrap_or_else(|why| panic!("{} {line}: {why}", entity.name())) {
            Step::Leave => skipped += 1,
            Step::Write if entity == Entity::AuditEvents => events.push(record),
            Step::Write => records.push(Restored::of(entity, &record)),
        }
        Ok(())
    })
    .unwrap();
    let chain = chain_of_old("j1", events);
    let head = chain.last().map(|event| Head { sequence: event.sequence, hash: event.hash.clone() }).unwrap();
    let records = records.into_iter().map(|restored| Restored {
        head: if restored.entity == Entity::AssistantJobs { head.clone() } else { Head::default() },
        ..restored
    });
    (records.map(Incoming::from).chain(chain.iter().map(Incoming::event)).collect(), skipped)
}

#[test]
fn an_older_export_is_valid_and_comes_in() {
    let old = old_export();
    assert_eq!(messages(old.path()), Vec::<String>::new());
    let (records, skipped) = imported(old.path());
    assert_eq!(skipped, 1, "the intake item");
    let new = export(records);
    assert_eq!(messages(new.path()), Vec::<String>::new());
    for (entity, records) in old_records().into_iter().filter(|(entity, _)| !matches!(entity, Entity::IntakeItems | Entity::AuditEvents)) {
        for record in records {
            let exported = read(new.path(), entity).into_iter().find(|other| other[entity.id_key()] == record[entity.id_key()]).unwrap();
            for (field, value) in record.as_object().unwrap() {
                assert_eq!(&exported[field], value, "{} {field}", entity.name());
            }
        }
    }
    let bare = read(new.path(), Entity::Tasks).into_iter().find(|task| task["task_id"] == "bare").unwrap();
    assert_eq!(bare["source"], "manual", "a task of an older system that says nothing was somebody's own");
    let events = read(new.path(), Entity::AuditEvents);
    assert_eq!((&events[0]["summary"], &events[0]["audit_event_id"]), (&json!("Created"), &json!("assistant_job.j1.00000001")));
    assert_eq!(read(new.path(), Entity::AssistantJobs)[0]["last_event"]["sequence"], 2);
}

#[test]
fn the_fields_of_older_exports_are_the_contracts() {
    // Wire contract 15.2: what every reader may rely on.
    let lists = [
        (Entity::Users, "created_at email name user_id"),
        (
            Entity::Tasks,
            "artifact_refs assignee_id assistant_job_refs audit_event_refs bundle_id comment completed_at completed_by created_at date description external_status follow_up_at follow_up_channel instruction_doc_id instruction_step_id instructions_url intake_refs link phase proof_requirement recurring_config_id required_link_name requires_file source stage_on_complete status systems tags task_history task_id template_id template_task_ref updated_at validation waiting_for",
        ),
        (
            Entity::Bundles,
            "anchor_date artifact_refs assistant_job_refs audit_event_refs bundle_id bundle_links created_at description intake_refs references stage status tags template_id title updated_at",
        ),
        (
            Entity::Templates,
            "bundle_link_definitions created_at default_assignee_id name phases references source_doc_ids tags task_definitions template_id trigger_enabled trigger_lead_days trigger_schedule trigger_type type updated_at",
        ),
        (
            Entity::RecurringConfigs,
            "assignee_id created_at cron_expression description enabled instruction_doc_id instruction_step_id instructions_url proof_requirement recurring_config_id required_link_name requires_file systems tags updated_at",
        ),
        (
            Entity::Files,
            "bundle_id category checksum content_type created_at file_id filename size_bytes storage_provider storage_uri tags task_id",
        ),
        (
            Entity::Artifacts,
            "artifact_id assistant_job_id bundle_id checksum content_type created_at created_by data_class description file_id filename metadata reviewed_at reviewed_by size_bytes source_type status storage_provider storage_uri tags task_id title type updated_at visibility",
        ),
        (
            Entity::AssistantJobs,
            "approval approval_required assistant_job_id assistant_type attempt_count bundle_id completed_at created_at input_refs last_error log_refs max_attempts output_artifact_ids queued_at requested_by retry_of_job_id started_at status task_id title updated_at",
        ),
        (Entity::AuditEvents, "action actor_id assistant_job_id audit_event_id created_at metadata summary"),
        (
            Entity::Notifications,
            "bundle_id created_at dismissed due_at intake_item_id message metadata notification_id notification_type recurring_config_id task_id template_id user_id",
        ),
    ];
    for (entity, list) in lists {
        let old: Vec<&str> = schema::fields(entity).iter().filter(|field| !field.ours).map(|field| field.name).collect();
        assert_eq!(old.join(" "), list, "{}", entity.name());
    }
}

#[test]
fn what_the_product_cannot_hold_is_told() {
    let record = json::object(&json!({ "task_id": "t", "description": "x", "date": "2026-01-01", "planned": 7 }));
    assert!(matches!(judge(Entity::Tasks, &record, None), Verdict::Invalid(why) if why.contains("Planned")));
}
