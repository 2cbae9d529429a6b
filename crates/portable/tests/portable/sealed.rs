//! A small store with something of everything, its export, and what it takes to alter that and make it look whole again.

use std::path::Path;

use dataops_domain::audit::{Head, NewEvent, chained};
use dataops_domain::generation::{SourceKey, window};
use dataops_domain::{Timestamp, json};
use dataops_portable::{Entity, Incoming};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::export;

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

const AT: &str = "2026-05-01T10:00:00.000Z";

/// A small store with something of everything; all of it is valid.
pub(crate) fn store() -> Vec<Incoming> {
    let mut records = Vec::new();
    let mut heads = std::collections::BTreeMap::new();
    for (kind, id) in [("task", "t1"), ("assistant_job", "j1")] {
        let mut head = Head::default();
        for (at, action) in ["created", "queued", "log-appended"].into_iter().enumerate() {
            let new = NewEvent { action, summary: format!("Step {at}"), metadata: json!({ "n": at }) };
            let event = chained(kind, id, &head, new, Some("eve"), Timestamp::from_millis(at as i64 * 1_000));
            head = Head { sequence: event.sequence, hash: event.hash.clone() };
            records.push(Incoming::event(&event));
        }
        heads.insert(id, head);
    }
    let mut add = |entity: Entity, fields: Value| {
        let head = fields["id"].as_str().and_then(|id| heads.get(id)).cloned().unwrap_or_default();
        records.push(Incoming::json(entity, json::object(&fields), head));
    };
    for id in ["eve", "host"] {
        add(Entity::Users, json!({ "id": id, "name": id, "email": format!("{id}@example.org"), "createdAt": AT, "role": "admin" }));
    }
    let history = json!([
        { "id": "h1", "taskId": "t1", "action": "waiting-started", "createdAt": AT, "bundleId": "b1", "actorId": "eve", "followUpAt": "2026-05-09", "note": "asked" },
        { "id": "h2", "taskId": "t1", "action": "completed", "createdAt": AT, "actorId": "host" },
    ]);
    let done = |id: &str, more: Value| {
        let mut task = json!({ "id": id, "description": "Do it", "date": "2026-05-01", "status": "done", "source": "manual", "completedBy": "eve", "completedAt": AT, "createdAt": AT, "updatedAt": AT });
        task.as_object_mut().unwrap().extend(json::object(&more));
        task
    };
    add(
        Entity::Tasks,
        done(
            "t1",
            json!({
                "bundleId": "b1", "templateId": "tp1", "assigneeId": "host", "link": "https://example.org", "proofRequirement": { "type": "url", "label": "Page", "required": true },
                "taskHistory": history, "artifactRefs": [{ "artifactId": "any" }], "assistantJobRefs": [{ "assistantJobId": "j1" }], "systems": ["mail"], "validation": { "hint": "x" },
            }),
        ),
    );
    add(Entity::Tasks, done("t2", json!({ "requiresFile": true, "proofRequirement": { "type": "file" } })));
    add(Entity::Tasks, done("t3", json!({ "bundleId": "b1", "proofRequirement": { "type": "artifact" } })));
    add(
        Entity::Tasks,
        done(
            "t4",
            json!({ "requiredLinkName": "Luma", "link": "https://lu.ma", "comment": "seen", "proofRequirement": { "type": "comment" } }),
        ),
    );
    add(Entity::Tasks, done("t5", json!({ "proofRequirement": { "type": "external-status" }, "externalStatus": "sent" })));
    add(
        Entity::Tasks,
        done(
            "t6",
            json!({ "requiresFile": true, "comment": "No sponsor", "validation": { "skipClosure": { "allowedStatuses": ["no sponsor"] } } }),
        ),
    );
    add(
        Entity::Tasks,
        done("t7", json!({ "bundleId": "b1", "validation": { "requiredBundleLinks": ["Luma"] }, "evidence": { "link": "x" } })),
    );
    add(
        Entity::Tasks,
        done("t8", json!({ "proofRequirement": { "type": "artifact" }, "evidence": { "artifactIds": ["a2"], "fileIds": ["f1"] } })),
    );
    add(
        Entity::Tasks,
        json!({ "id": "w1", "description": "Wait", "date": "2026-05-01", "status": "waiting", "source": "manual", "waitingFor": "guest", "followUpAt": "2026-05-05", "comment": "c", "createdAt": AT, "updatedAt": AT }),
    );
    let duty = dataops_domain::generation::work::duty_task_id("c1", dataops_domain::time::parse_date("2026-05-04").unwrap());
    add(
        Entity::Tasks,
        json!({ "id": duty, "description": "Duty", "date": "2026-05-06", "status": "todo", "source": "recurring", "recurringConfigId": "c1", "createdAt": AT, "updatedAt": AT }),
    );
    add(
        Entity::Bundles,
        json!({
            "id": "b1", "title": "Run", "anchorDate": "2026-06-01", "stage": "announced", "status": "active", "templateId": "tp1", "createdAt": AT, "updatedAt": AT,
            "bundleLinks": [{ "name": "Luma", "url": "https://lu.ma/x" }, { "name": "Other", "url": "" }], "linked": { "attached": ["a1"] }, "assistantJobRefs": [{ "assistantJobId": "j1" }],
        }),
    );
    add(
        Entity::Templates,
        json!({
            "id": "tp1", "name": "Podcast", "type": "podcast", "phases": [{ "id": "p", "name": "P" }], "sourceDocIds": ["d"], "triggerEnabled": true, "createdAt": AT, "updatedAt": AT,
            "taskDefinitions": [{ "refId": "r", "description": "D", "offsetDays": -3, "instructionDocId": "d", "systems": ["s"], "validation": "v", "proofRequirement": { "type": "url" }, "artifactRefs": [{ "artifactId": "x" }] }],
        }),
    );
    add(
        Entity::RecurringConfigs,
        json!({ "id": "c1", "description": "Duty", "cronExpression": "0 9 * * 1", "enabled": true, "assigneeId": "host", "tags": ["t"], "createdAt": AT, "updatedAt": AT }),
    );
    add(
        Entity::Files,
        json!({ "id": "f1", "taskId": "t2", "bundleId": "b1", "filename": "a.pdf", "category": "invoice", "storagePath": "t2/a.pdf", "storageProvider": "s3", "storageUri": "s3://b/t2", "contentType": "application/pdf", "checksum": "sha256:00", "sizeBytes": 3, "createdAt": AT }),
    );
    let artifact = |id: &str, status: &str| {
        json!({
            "id": id, "type": "report", "title": "R", "status": status, "storageProvider": "s3", "storageUri": "s3://b/k", "checksum": "sha256:00", "visibility": "internal", "dataClass": "internal",
            "sourceType": "system", "taskId": "t1", "fileId": "f1", "assistantJobId": "j1", "createdBy": "eve", "reviewedBy": "host", "reviewedAt": AT, "metadata": { "list": [{ "n": 1 }] }, "createdAt": AT, "updatedAt": AT,
        })
    };
    add(Entity::Artifacts, artifact("a1", "approved"));
    add(Entity::Artifacts, artifact("a2", "archived"));
    add(
        Entity::AssistantJobs,
        json!({
            "id": "j1", "assistantType": "podcast", "title": "Job", "status": "rejected", "taskId": "t1", "bundleId": "b1", "requestedBy": "eve", "inputRefs": [{ "type": "task", "id": "t1" }],
            "outputArtifactIds": ["a1"], "logRefs": [{ "artifactId": "a1" }], "approvalRequired": true, "approval": { "status": "rejected", "decidedBy": "host", "decidedAt": AT, "reason": "No" },
            "attemptCount": 1, "maxAttempts": 2, "createdAt": AT, "updatedAt": AT,
        }),
    );
    add(
        Entity::Notifications,
        json!({ "id": "n1", "type": "follow-up-due", "message": "Ask", "taskId": "w1", "bundleId": "b1", "userId": "host", "dueAt": "2026-05-05", "metadata": { "severity": 1 }, "dismissed": false, "createdAt": AT }),
    );
    add(
        Entity::Notifications,
        json!({ "id": "n2", "type": "stage-change", "message": "Moved", "templateId": "tp1", "recurringConfigId": "c1", "dismissed": true, "createdAt": AT }),
    );
    let (source, date) = (SourceKey::recurring("c1"), dataops_domain::time::parse_date("2026-05-04").unwrap());
    add(
        Entity::GenerationWindows,
        json!({ "id": window::id_of(&source, date), "source": source, "date": date, "status": "created", "taskId": duty, "tasks": 1, "by": "tick", "attempts": 1, "createdAt": AT, "updatedAt": AT }),
    );
    records
}

/// A valid export of that store.
pub(crate) fn good() -> TempDir {
    export(store())
}

pub(crate) fn read(folder: &Path, entity: Entity) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(entity.file())).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn write(folder: &Path, entity: Entity, records: &[Value]) {
    let text: String = records.iter().map(|record| format!("{record}\n")).collect();
    std::fs::write(folder.join(entity.file()), text).unwrap();
}

pub(crate) fn edit_json(path: &Path, edit: impl FnOnce(&mut Value)) {
    let mut value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    edit(&mut value);
    std::fs::write(path, value.to_string()).unwrap();
}

/// Makes counts and checksums fit the files as they are now: what is wrong then is what the records say.
pub(crate) fn reseal(folder: &Path) {
    std::fs::remove_file(folder.join("SHA256SUMS")).unwrap();
    std::fs::remove_file(folder.join("datapackage.json")).unwrap();
    edit_json(&folder.join("manifest.json"), |manifest| {
        for entity in Entity::ALL {
            let Ok(bytes) = std::fs::read(folder.join(entity.file())) else { continue };
            manifest["checksums"][entity.file()] = format!("sha256:{}", sha256(&bytes)).into();
            manifest["entity_counts"][entity.name()] = bytes.iter().filter(|byte| **byte == b'\n').count().into();
        }
        manifest.as_object_mut().unwrap().shift_remove("chains");
    });
}
