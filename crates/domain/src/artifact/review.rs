//! Deciding what becomes of an artifact: made, changed, reviewed, put away (wire contract 11).

use serde_json::{Value, json};

use super::{Artifact, ArtifactStatus, ArtifactType, DataClass, SourceType, StorageProvider, provider_of};
use crate::audit::NewEvent;
use crate::id::ArtifactId;
use crate::json::{self, Object};
use crate::refusal::Refusal;
use crate::task::change::Context;
use crate::time::Timestamp;

/// What shows as its content; fixed while it proves a done task.
const CONTENT: [&str; 5] = ["storageUri", "storageProvider", "checksum", "fileId", "sizeBytes"];

/// A new artifact from its validated fields.
pub fn create(id: ArtifactId, fields: &Object, context: Context<'_>) -> (Artifact, NewEvent) {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).map(str::to_owned);
    let actor = Some(context.actor.id.clone()).filter(|id| !id.is_empty());
    let bare = bare(id, &text("storageUri").unwrap_or_default(), actor, context.now);
    let mut artifact = json::merged(&bare, fields);
    let class = |key: &str| text(key).as_deref().and_then(DataClass::parse);
    artifact.data_class = class("dataClass").or(class("visibility")).unwrap_or(bare.data_class);
    artifact.visibility = class("visibility").unwrap_or(artifact.data_class);
    if is_decision(artifact.status) {
        artifact.reviewed_at = artifact.reviewed_at.or_else(|| Some(context.now.to_string()));
        artifact.reviewed_by = artifact.reviewed_by.or_else(|| artifact.created_by.clone());
    }
    let event = NewEvent { action: "created", summary: format!("Added artifact '{}'", artifact.title), metadata: Value::Null };
    (artifact, event)
}

fn bare(id: ArtifactId, uri: &str, created_by: Option<String>, now: Timestamp) -> Artifact {
    Artifact {
        id,
        kind: ArtifactType::Other,
        title: String::new(),
        description: None,
        status: ArtifactStatus::Draft,
        storage_provider: provider_of(uri),
        storage_uri: uri.to_owned(),
        filename: None,
        content_type: None,
        checksum: None,
        size_bytes: None,
        visibility: DataClass::Internal,
        data_class: DataClass::Internal,
        task_id: None,
        bundle_id: None,
        assistant_job_id: None,
        file_id: None,
        source_type: SourceType::ManualLink,
        created_by,
        reviewed_by: None,
        reviewed_at: None,
        tags: None,
        metadata: None,
        evidence_for: Vec::new(),
        created_at: now,
        updated_at: now,
        version: 0,
    }
}

/// Decides changes to an artifact.
///
/// # Errors
/// When it proves a done task and the change would take its approval or its content away.
pub fn update(stored: &Artifact, changes: &Object, context: Context<'_>) -> Result<(Artifact, NewEvent), Refusal> {
    let mut changes = changes.clone();
    if let Some(uri) = changes.get("storageUri").and_then(Value::as_str).filter(|_| !changes.contains_key("storageProvider")) {
        let provider = if uri == stored.storage_uri { stored.storage_provider } else { provider_of(uri) };
        changes.insert("storageProvider".to_owned(), json!(provider));
    }
    if let Some(visibility) = changes.get("visibility").cloned().filter(|_| !changes.contains_key("dataClass")) {
        changes.insert("dataClass".to_owned(), visibility);
    }
    let requested = changes.get("status").and_then(Value::as_str).and_then(ArtifactStatus::parse);
    if requested.is_some_and(is_decision) && changes.get("reviewedAt").is_none_or(Value::is_null) {
        changes.insert("reviewedAt".to_owned(), json!(context.now));
        let by = changes.get("reviewedBy").and_then(Value::as_str).map(str::to_owned);
        let by = by.or_else(|| Some(context.actor.id.clone()).filter(|id| !id.is_empty())).or_else(|| stored.reviewed_by.clone());
        changes.insert("reviewedBy".to_owned(), json!(by));
    }
    let mut after: Artifact = json::merged(stored, &changes);
    after.updated_at = context.now;
    if is_decision(after.status) && after.reviewed_at.is_none() {
        after.reviewed_at = stored.reviewed_at.clone().or_else(|| Some(context.now.to_string()));
    }
    keep_checksum(&after, &changes)?;
    keep_evidence(stored, &after)?;
    let action = action(stored.status, after.status);
    let summary = format!("{} artifact '{}'", title(action), after.title);
    let event = NewEvent { action, summary, metadata: json!({ "changes": json::changes(stored, &after) }) };
    Ok((after, event))
}

/// Refuses a change after which bytes of ours have no checksum; what had none before may be changed in other ways.
fn keep_checksum(after: &Artifact, changes: &Object) -> Result<(), Refusal> {
    let owned = matches!(after.storage_provider, StorageProvider::S3 | StorageProvider::LocalDev);
    let named = ["storageUri", "storageProvider", "checksum"].iter().any(|key| changes.contains_key(*key));
    if owned && named && after.checksum.as_deref().is_none_or(|sum| sum.trim().is_empty()) {
        return Err(Refusal::field("/checksum", format!("checksum is required for {} artifacts", after.storage_provider.as_str())));
    }
    Ok(())
}

/// Refuses to take away what proves a done task. Putting it away or replacing it stays allowed: the task's evidence
/// keeps its checksum.
fn keep_evidence(before: &Artifact, after: &Artifact) -> Result<(), Refusal> {
    if before.evidence_for.is_empty() {
        return Ok(());
    }
    let kept = matches!(after.status, ArtifactStatus::Approved | ArtifactStatus::Archived | ArtifactStatus::Superseded);
    if !kept {
        let words = "The approval of the artifact is evidence of a done task; reopen the task first";
        return Err(Refusal { code: "evidence_in_use", ..Refusal::field("/status", words) });
    }
    let (old, new) = (json::object(before), json::object(after));
    match CONTENT.iter().find(|key| old.get(**key) != new.get(**key)) {
        Some(key) => {
            let words = format!("The artifact's {key} is evidence of a done task; reopen the task first");
            Err(Refusal { code: "evidence_in_use", ..Refusal::field(format!("/{key}"), words) })
        }
        None => Ok(()),
    }
}

fn is_decision(status: ArtifactStatus) -> bool {
    matches!(status, ArtifactStatus::Approved | ArtifactStatus::Rejected)
}

fn action(before: ArtifactStatus, after: ArtifactStatus) -> &'static str {
    if before == after {
        return "updated";
    }
    match after {
        ArtifactStatus::Approved => "approved",
        ArtifactStatus::Rejected => "rejected",
        ArtifactStatus::Archived => "archived",
        ArtifactStatus::Superseded => "superseded",
        ArtifactStatus::NeedsReview => "review-requested",
        ArtifactStatus::Draft => "returned-to-draft",
    }
}

fn title(action: &str) -> &'static str {
    match action {
        "approved" => "Approved",
        "rejected" => "Rejected",
        "archived" => "Archived",
        "superseded" => "Superseded",
        "review-requested" => "Asked for review of",
        "returned-to-draft" => "Returned to draft",
        _ => "Changed",
    }
}
