//! What a job makes: artifacts, their place on the task and workflow, and what an approval does to all of them (AJ-4, wire
//! contract 12.4).

use serde_json::json;

use super::input::Seen;
use super::steps::{self, Step, add_output, enter, event};
use super::{Action, Job};
use crate::artifact::{Artifact, ArtifactStatus, ArtifactType, DataClass, SourceType, provider_of};
use crate::audit::NewEvent;
use crate::bundle::Bundle;
use crate::id::ArtifactId;
use crate::json::Object;
use crate::linked::{self, Linked};
use crate::maybe::Maybe;
use crate::refs::NamedLink;
use crate::refusal::Refusal;
use crate::task::Task;
use crate::task::change::Context;

/// Artifacts as they will be, each with what the audit log says of it.
pub type Outputs = Vec<(Artifact, NewEvent)>;

/// A record as it will be, with what the audit log says of it; `None` when it stays.
pub type Changed<R> = Option<(R, NewEvent)>;

/// Something an attempt made, already in the bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// Its name within the attempt; its id is derived from it.
    pub name: String,
    /// What it is.
    pub kind: ArtifactType,
    /// Its title.
    pub title: String,
    /// Name of the file.
    pub filename: String,
    /// Media type.
    pub content_type: String,
    /// Where its bytes are.
    pub storage_uri: String,
    /// `sha256:` and the hash in hex.
    pub checksum: String,
    /// Bytes.
    pub size: u64,
    /// Bounded facts.
    pub metadata: Option<Object>,
    /// True for the log of the attempt: kept, and no output.
    pub is_log: bool,
}

/// The artifact of something the running attempt made.
pub(super) fn artifact(job: &Job, made: &Made, context: Context<'_>) -> Artifact {
    new(job, job.output_id(&made.name), made, context)
}

fn new(job: &Job, id: ArtifactId, made: &Made, context: Context<'_>) -> Artifact {
    let by = Some(context.actor.id.clone()).filter(|id| !id.is_empty()).or_else(|| job.requested_by.clone());
    let status = match (made.is_log, job.approval_required) {
        (true, _) => ArtifactStatus::Draft,
        (false, true) => ArtifactStatus::NeedsReview,
        (false, false) => ArtifactStatus::Approved,
    };
    let reviewed = status == ArtifactStatus::Approved;
    Artifact {
        id,
        kind: made.kind,
        title: made.title.clone(),
        description: None,
        status,
        storage_provider: provider_of(&made.storage_uri),
        storage_uri: made.storage_uri.clone(),
        filename: Some(made.filename.clone()),
        content_type: Some(made.content_type.clone()),
        checksum: Some(made.checksum.clone()),
        size_bytes: Some(made.size.into()),
        visibility: DataClass::Internal,
        data_class: DataClass::Internal,
        task_id: job.task_id.clone(),
        bundle_id: job.bundle_id.clone(),
        assistant_job_id: Some(job.id.to_string()),
        file_id: None,
        source_type: SourceType::AssistantOutput,
        created_by: by.clone(),
        reviewed_by: by.filter(|_| reviewed),
        reviewed_at: reviewed.then(|| context.now.to_string()),
        tags: None,
        metadata: made.metadata.clone(),
        evidence_for: Vec::new(),
        created_at: context.now,
        updated_at: context.now,
        version: 0,
    }
}

/// What the audit log says of a new output.
pub fn made_event(artifact: &Artifact) -> NewEvent {
    let facts = json!({ "assistantJobId": artifact.assistant_job_id, "checksum": artifact.checksum });
    event("created", format!("Added artifact '{}'", artifact.title), facts)
}

/// Names the logs of the attempt on the job.
pub(super) fn note_logs(job: &mut Job, logs: &[Artifact]) {
    for log in logs {
        let reference = json!({ "artifactId": log.id, "storageUri": log.storage_uri, "title": log.title, "type": "log" });
        job.log_refs.push(crate::json::object(&reference));
        job.attempt_mut().log_artifact_id = Some(log.id.to_string());
    }
}

/// Outputs of earlier attempts that the running one replaces.
pub(super) fn replaced(job: &Job, earlier: &[Artifact], context: Context<'_>) -> Outputs {
    let old = job.earlier_outputs();
    let open = |artifact: &&Artifact| !matches!(artifact.status, ArtifactStatus::Archived | ArtifactStatus::Superseded);
    let mine = |artifact: &&Artifact| old.iter().any(|id| id == artifact.id.as_str());
    let supersede = |artifact: &Artifact| {
        let after = Artifact { status: ArtifactStatus::Superseded, updated_at: context.now, ..artifact.clone() };
        (after, event("superseded", format!("Superseded artifact '{}'", artifact.title), json!({ "assistantJobId": job.id })))
    };
    earlier.iter().filter(open).filter(mine).map(supersede).collect()
}

/// Adds an artifact that is there to a job: it is the job's from now on.
///
/// # Errors
/// It belongs to another job or another workflow; too many outputs.
pub fn attach(stored: &Job, artifact: &Artifact, context: Context<'_>) -> Result<(Step, Artifact), Refusal> {
    let mut job = stored.clone();
    enter(&mut job, Action::Attach, false, context.now)?;
    let refuse = |words: &str| Err(Refusal { code: "artifact_elsewhere", ..Refusal::field("/artifactId", words) });
    if artifact.assistant_job_id.as_deref().is_some_and(|other| other != job.id.as_str()) {
        return refuse("The artifact belongs to another assistant job");
    }
    if let (Some(its), Some(ours)) = (&artifact.bundle_id, job.bundle_id.as_ref().or(job.task_bundle_id.as_ref()))
        && its != ours
    {
        return refuse("The artifact belongs to another workflow than the job");
    }
    add_output(&mut job, artifact.id.as_str())?;
    let after = owned(&job, artifact, context);
    let attached = event("artifact-attached", format!("Attached '{}'", artifact.title), json!({ "artifactIds": [artifact.id] }));
    Ok((Step::new(job, attached), after))
}

/// The artifact as this job's, shown on its task and workflow unless it has others.
fn owned(job: &Job, artifact: &Artifact, context: Context<'_>) -> Artifact {
    let mut after = artifact.clone();
    after.assistant_job_id = Some(job.id.to_string());
    after.task_id = after.task_id.or_else(|| job.task_id.clone());
    after.bundle_id = after.bundle_id.or_else(|| job.bundle_id.clone());
    after.updated_at = context.now;
    after
}

/// An artifact that a worker names as an output and that is no job's yet becomes this job's; `None` when it is already.
pub fn adopted(job: &Job, artifact: &Artifact, context: Context<'_>) -> Changed<Artifact> {
    artifact.assistant_job_id.is_none().then(|| (owned(job, artifact, context), attached_event(job, artifact)))
}

/// What the audit log of an artifact says when it becomes a job's.
pub fn attached_event(job: &Job, artifact: &Artifact) -> NewEvent {
    event("attached", format!("Attached artifact '{}'", artifact.title), json!({ "assistantJobId": job.id }))
}

/// An edited version of an output takes its place; both are kept.
///
/// # Errors
/// Nothing waits for approval, the artifact is no output of the job, or it has changed since it was read.
pub fn revise(
    stored: &Job,
    old: &Artifact,
    made: &Made,
    seen: Option<&str>,
    context: Context<'_>,
) -> Result<(Step, Artifact, (Artifact, NewEvent)), Refusal> {
    may_revise(stored, old, seen)?;
    let mut job = stored.clone();
    enter(&mut job, Action::Revise, false, context.now)?;
    if old.checksum.as_deref() == Some(made.checksum.as_str()) {
        return Err(Refusal::rule("nothing_to_update", "The edited text is the one that is there"));
    }
    let id = job.derived_artifact("revision", &format!("{}/{}", old.id, made.checksum));
    let artifact = Artifact { kind: old.kind, data_class: old.data_class, visibility: old.visibility, ..new(&job, id, made, context) };
    let place = |known: &mut String| {
        if known == old.id.as_str() {
            *known = artifact.id.to_string();
        }
    };
    job.output_artifact_ids.iter_mut().for_each(place);
    job.attempt_mut().output_artifact_ids.iter_mut().for_each(place);
    let superseded = Artifact { status: ArtifactStatus::Superseded, updated_at: context.now, ..old.clone() };
    let told = event("superseded", format!("Superseded by an edited version '{}'", artifact.title), json!({ "artifactId": artifact.id }));
    let facts = json!({ "artifactIds": [artifact.id], "replaces": old.id });
    let step = Step::new(job, event("artifact-attached", format!("Edited '{}'", old.title), facts));
    Ok((step, artifact, (superseded, told)))
}

/// Whether an output may be edited, before the new text is stored.
///
/// # Errors
/// The artifact is no output of the job, or it has changed since it was read.
pub fn may_revise(stored: &Job, old: &Artifact, seen: Option<&str>) -> Result<(), Refusal> {
    if !stored.output_artifact_ids.iter().any(|id| id == old.id.as_str()) {
        return Err(Refusal::field("/artifactId", "artifactId must be an output of this job"));
    }
    if seen.is_some_and(|seen| old.checksum.as_deref() != Some(seen)) {
        return Err(changed(&old.title));
    }
    Ok(())
}

fn changed(title: &str) -> Refusal {
    let words = format!("'{title}' has changed since you looked at it; look again before you decide");
    Refusal { code: ARTIFACT_CHANGED, ..Refusal::field("/artifacts", words) }
}

/// The code of a decision about an output that is no longer what was looked at.
pub const ARTIFACT_CHANGED: &str = "artifact_changed";

/// What an approval looks at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The outputs that are still there, in the job's order.
    pub outputs: &'a [Artifact],
    /// The job's task.
    pub task: Option<&'a Task>,
    /// The job's workflow, else its task's.
    pub bundle: Option<&'a Bundle>,
}

/// Everything an approval writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Approved {
    /// The step.
    pub step: Step,
    /// The outputs, approved.
    pub outputs: Outputs,
    /// The task with its link.
    pub task: Changed<Task>,
    /// The workflow with its link.
    pub bundle: Changed<Bundle>,
}

/// The output is good: its artifacts are approved, and the task's and the workflow's empty slot get its address.
///
/// # Errors
/// Nothing waits for approval; an output is not what was `seen`.
pub fn approve(stored: &Job, around: Around<'_>, seen: Option<&[Seen]>, context: Context<'_>) -> Result<Approved, Refusal> {
    let step = steps::approve(stored, context)?;
    let gone = |artifact: &&Artifact| matches!(artifact.status, ArtifactStatus::Superseded | ArtifactStatus::Archived);
    let current: Vec<&Artifact> = around.outputs.iter().filter(|artifact| !gone(artifact)).collect();
    if let Some(seen) = seen {
        check_seen(&current, seen)?;
    }
    let outputs = current.iter().filter_map(|artifact| approved(artifact, &step.job, context)).collect();
    let link = main_output(&step.job, &current).map(|one| one.storage_uri.clone());
    let (task, bundle) = match (around.task, link) {
        (Some(task), Some(link)) => filled(task, around.bundle, &link, context),
        _ => (None, None),
    };
    let task = around.task.map_or(Ok(None), |before| mirrored(&step.job, before, task, &current))?;
    let ours = around.bundle.filter(|bundle| stored.bundle_id.as_deref() == Some(bundle.id.as_str()));
    let bundle = ours.map_or(Ok(bundle.clone()), |before| mirrored(&step.job, before, bundle, &current))?;
    Ok(Approved { step, outputs, task, bundle })
}

/// Shows outputs on a task or workflow that does not show them yet, beside what else the approval changes of it.
fn mirrored<R: Mirrors>(job: &Job, before: &R, changed: Changed<R>, outputs: &[&Artifact]) -> Result<Changed<R>, Refusal> {
    let linked = before.linked();
    let missing: Vec<&Artifact> =
        outputs.iter().filter(|artifact| !linked.attached.iter().any(|id| id == artifact.id.as_str())).copied().collect();
    let Some(linked) = linked_with(linked, None, &missing, |artifact| before.owns(artifact))? else { return Ok(changed) };
    let (after, told) = changed.unwrap_or_else(|| (before.clone(), linked_event(job, &missing)));
    Ok(Some((after.with_linked(linked), told)))
}

/// What a job's outputs are shown on.
pub trait Mirrors: Clone {
    /// What is linked to it.
    fn linked(&self) -> &Linked;
    /// The same with other links.
    #[must_use]
    fn with_linked(self, linked: Linked) -> Self;
    /// True for an artifact that names it as its own.
    fn owns(&self, artifact: &Artifact) -> bool;
}

impl Mirrors for Task {
    fn linked(&self) -> &Linked {
        &self.linked
    }

    fn with_linked(self, linked: Linked) -> Self {
        Self { linked, ..self }
    }

    fn owns(&self, artifact: &Artifact) -> bool {
        artifact.task_id.as_deref() == Some(self.id.as_str())
    }
}

impl Mirrors for Bundle {
    fn linked(&self) -> &Linked {
        &self.linked
    }

    fn with_linked(self, linked: Linked) -> Self {
        Self { linked, ..self }
    }

    fn owns(&self, artifact: &Artifact) -> bool {
        artifact.bundle_id.as_deref() == Some(self.id.as_str())
    }
}

/// The output whose address fills the links: of what the approved attempt made, the document, else the first.
fn main_output<'a>(job: &Job, current: &[&'a Artifact]) -> Option<&'a Artifact> {
    let number = job.attempt_number();
    let latest = job.attempts.iter().find(|attempt| attempt.number == number);
    let is_latest =
        |artifact: &&&Artifact| latest.is_some_and(|attempt| attempt.output_artifact_ids.iter().any(|id| id == artifact.id.as_str()));
    let mut own: Vec<&Artifact> = current.iter().filter(is_latest).copied().collect();
    if own.is_empty() {
        own = current.to_vec();
    }
    own.iter().find(|artifact| artifact.kind == ArtifactType::PodcastDoc).or(own.first()).copied()
}

fn check_seen(current: &[&Artifact], seen: &[Seen]) -> Result<(), Refusal> {
    let same = |artifact: &&&Artifact| seen.iter().any(|(id, sum)| id == artifact.id.as_str() && *sum == artifact.checksum);
    if let Some(other) = current.iter().find(|artifact| !same(artifact)) {
        return Err(changed(&other.title));
    }
    match seen.iter().find(|(id, _)| !current.iter().any(|artifact| artifact.id.as_str() == id)) {
        Some((id, _)) => Err(changed(id)),
        None => Ok(()),
    }
}

fn approved(artifact: &Artifact, job: &Job, context: Context<'_>) -> Option<(Artifact, NewEvent)> {
    if artifact.status == ArtifactStatus::Approved {
        return None;
    }
    let by = job.approval.as_ref().and_then(|approval| approval.decided_by.clone());
    let after = Artifact {
        status: ArtifactStatus::Approved,
        reviewed_at: Some(context.now.to_string()),
        reviewed_by: by,
        updated_at: context.now,
        ..artifact.clone()
    };
    Some((after, event("approved", format!("Approved artifact '{}'", artifact.title), json!({ "assistantJobId": job.id }))))
}

/// The task and its workflow with their empty slot filled. A filled one is never overwritten.
fn filled(task: &Task, bundle: Option<&Bundle>, link: &str, context: Context<'_>) -> (Changed<Task>, Changed<Bundle>) {
    let Some(name) = task.required_link_name.text().filter(|name| !name.trim().is_empty()) else { return (None, None) };
    if task.link.text().is_some_and(|link| !link.trim().is_empty()) {
        return (None, None);
    }
    let changes = Object::from_iter([("link".to_owned(), json!(link))]);
    let mut after: Task = crate::json::merged(task, &changes);
    after.updated_at = context.now;
    let facts = json!({ "changes": crate::json::changes(task, &after) });
    let linked = event("updated", format!("'{name}' was filled by an approved output"), facts);
    let bundle = bundle.and_then(|bundle| Some((with_link(bundle, name, link, context)?, bundle))).map(|(after, before)| {
        let facts = json!({ "changes": crate::json::changes(before, &after) });
        (after, event("updated", format!("'{name}' was filled by an approved output"), facts))
    });
    (Some((after, linked)), bundle)
}

fn with_link(bundle: &Bundle, name: &str, link: &str, context: Context<'_>) -> Option<Bundle> {
    let mut links = bundle.links().to_vec();
    match links.iter_mut().find(|slot| slot.name == name) {
        Some(slot) if slot.is_filled() => return None,
        Some(slot) => link.clone_into(&mut slot.url),
        None => links.push(NamedLink { url: link.to_owned(), ..NamedLink::empty(name) }),
    }
    Some(Bundle { bundle_links: Maybe::Set(links), updated_at: context.now, ..bundle.clone() })
}

/// The ids a task or workflow holds, with a job and what it shows of its artifacts added: `None` when they are there.
/// `own` tells the artifacts that name the record as theirs.
///
/// # Errors
/// When a list is full.
pub fn linked_with(
    before: &Linked,
    job: Option<&str>,
    artifacts: &[&Artifact],
    own: impl Fn(&Artifact) -> bool,
) -> Result<Option<Linked>, Refusal> {
    let mut after = before.clone();
    if let Some(job) = job.filter(|job| !before.jobs.iter().any(|known| known == job)) {
        linked::add(&mut after.jobs, job, "assistant jobs")?;
    }
    for artifact in artifacts {
        let id = artifact.id.as_str();
        if own(artifact) && !after.artifacts.iter().any(|known| known == id) {
            linked::add(&mut after.artifacts, id, "artifacts")?;
        }
        linked::add(&mut after.attached, id, "artifacts")?;
    }
    Ok((after != *before).then_some(after))
}

/// What the audit log of a task or workflow says of a job and its artifacts.
pub fn linked_event(job: &Job, artifacts: &[&Artifact]) -> NewEvent {
    match artifacts {
        [] => event("assistant-asked", format!("Asked the assistant for '{}'", job.title), json!({ "assistantJobId": job.id })),
        some => {
            let ids: Vec<&str> = some.iter().map(|artifact| artifact.id.as_str()).collect();
            let titles: Vec<String> = some.iter().map(|artifact| format!("'{}'", artifact.title)).collect();
            let words = format!("Added {}", titles.join(", "));
            event("artifact-added", words, json!({ "assistantJobId": job.id, "artifactIds": ids }))
        }
    }
}

/// The ids without a job, for the task or workflow that a draft was for before.
pub fn unlinked(before: &Linked, job: &str) -> Option<Linked> {
    let mut after = before.clone();
    linked::remove(&mut after.jobs, job);
    (after != *before).then_some(after)
}
