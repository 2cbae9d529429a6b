//! Deciding creates and updates of a task: the table says what happens, the gates say whether it may.

use serde_json::Value;

use super::gates::{self, Facts, Gate};
use super::state::{Effect, transition};
use super::{Evidence, HistoryAction, HistoryEvent, Status, Task, input};
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::bundle::Bundle;
use crate::id::{self, TaskId};
use crate::json::{self, Object};
use crate::maybe::Maybe;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Who changes something, when, and under which operation id.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub now: Timestamp,
    /// The operation; ids made on the way are derived from it.
    pub operation: &'a str,
}

/// What one request does: the task as it will be, what happens to its bundle, and the events that tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The task as it will be stored.
    pub task: Task,
    /// What the audit log will say of the task.
    pub event: NewEvent,
    /// The bundle as it will be stored, when the request touches it.
    pub bundle: Option<(Bundle, NewEvent)>,
}

/// Decides a new task from its validated fields.
///
/// # Errors
/// When it is created as done and proof is missing.
pub fn create(id: TaskId, fields: &Object, facts: &Facts<'_>, context: Context<'_>) -> Result<Decision, Refusal> {
    let date = fields.get("date").and_then(Value::as_str).and_then(crate::time::parse_date).unwrap_or_default();
    let bare = Task::bare(id, "", date, "manual", context.now);
    let mut task = json::merged(&bare, fields);
    let filled = facts.bundle.and_then(|bundle| fill_slot(bundle, &task));
    let with_slot = Facts { bundle: filled.as_ref().or(facts.bundle), ..facts.clone() };
    let mut bundle = filled.clone();
    if task.status == Status::Done {
        let mut missing = gates::missing(&task, &with_slot);
        // A new task names its bundle's links first (wire contract 4.3).
        missing.sort_by_key(|missing| !matches!(missing.gate, Gate::BundleLink(_)));
        if let Some(refusal) = gates::refusal(&missing) {
            return Err(refusal);
        }
        complete(&mut task, &with_slot, context);
        bundle = mark_evidence(with_slot.bundle, bundle, &task);
    }
    let event = NewEvent { action: "created", summary: format!("Created task '{}'", task.description), metadata: Value::Null };
    Ok(Decision { bundle: bundle_event(facts.bundle, bundle, &task), event, task })
}

/// Decides an update from its validated changes.
///
/// # Errors
/// A transition the table refuses, missing proof, or evidence of a done task that would be taken away.
pub fn update(stored: &Task, changes: &Object, facts: &Facts<'_>, context: Context<'_>) -> Result<Decision, Refusal> {
    let requested = changes.get("status").and_then(Value::as_str).and_then(Status::parse);
    let effect = match transition(stored.status, requested.map_or(super::state::Action::Edit, Status::requested))? {
        // A task that was done before it was put away comes back as one that is done no longer.
        Effect::Become(Status::Todo) if stored.completed_at.is_some() => Effect::Reopen(Status::Todo),
        effect => effect,
    };
    let mut task = json::merged(stored, changes);
    task.updated_at = context.now;
    let was_done = stored.completed_at.is_some();
    if was_done {
        keep_workflow(stored, &task)?;
    }
    let sets_link = ["link", "bundleId", "requiredLinkName"].iter().any(|key| changes.contains_key(*key));
    let completes = matches!(effect, Effect::Complete | Effect::CompleteAgain);
    let filled = facts.bundle.filter(|_| sets_link || completes).and_then(|bundle| fill_slot(bundle, &task));
    let facts_after = Facts { bundle: filled.as_ref().or(facts.bundle), ..facts.clone() };
    let mut bundle = filled.clone();
    let mut action = "updated";
    if was_done && !matches!(effect, Effect::Reopen(_) | Effect::Wait) {
        keep_evidence(stored, &task, facts, &facts_after)?;
    }
    match effect {
        Effect::Keep if stored.status == Status::Waiting => keep_wait(changes, &task)?,
        Effect::Keep if stored.status == Status::Done => {
            task.evidence = Some(gates::evidence(&task, &facts_after).with_records_of(stored.evidence.as_ref()));
            bundle = mark_evidence(facts_after.bundle, bundle, &task);
        }
        Effect::Keep | Effect::EndWait | Effect::Restore => {}
        Effect::Become(status) => {
            task.status = status;
            action = if status == Status::Archived { "archived" } else { "restored" };
        }
        Effect::Wait => {
            require_wait(&task)?;
            bundle = release(&mut task, stored, &facts_after).or(bundle);
            action = "waiting-started";
        }
        Effect::Complete | Effect::CompleteAgain => {
            if let Some(refusal) = gates::refusal(&gates::judge(stored, &task, &facts_after)) {
                return Err(refusal);
            }
            complete(&mut task, &facts_after, context);
            bundle = mark_evidence(facts_after.bundle, bundle, &task);
            action = "completed";
            if effect == Effect::Complete {
                let note = changes.get("comment").and_then(Value::as_str).filter(|note| !note.trim().is_empty()).map(str::to_owned);
                let event = history(&task, HistoryAction::Completed, context, note);
                task.remember(event);
                bundle = advance_stage(facts_after.bundle, bundle, &task);
            }
        }
        Effect::Reopen(status) => {
            if status == Status::Waiting {
                require_wait(&task)?;
            }
            task.status = status;
            bundle = release(&mut task, stored, &facts_after).or(bundle);
            if stored.status == Status::Done && status == Status::Todo {
                let event = history(&task, HistoryAction::Reopened, context, None);
                task.remember(event);
            }
            action = "reopened";
        }
    }
    let event = NewEvent {
        action,
        summary: format!("{} task '{}'", title(action), task.description),
        metadata: serde_json::json!({ "changes": json::changes(stored, &task) }),
    };
    Ok(Decision { bundle: bundle_event(facts.bundle, bundle, &task), event, task })
}

pub(super) fn complete(task: &mut Task, facts: &Facts<'_>, context: Context<'_>) {
    task.status = Status::Done;
    task.completed_at = Some(context.now);
    task.completed_by = Some(context.actor.id.clone()).filter(|id| !id.is_empty());
    task.evidence = Some(gates::evidence(task, facts));
}

/// Clears what a task that is done no longer says of its completion. Returns its bundle without its marks, if it had any.
pub(super) fn release(task: &mut Task, stored: &Task, facts: &Facts<'_>) -> Option<Bundle> {
    task.completed_at = None;
    task.completed_by = None;
    task.evidence = None;
    facts.bundle.and_then(|bundle| without_evidence(bundle, stored))
}

/// A history entry of this task; its id is derived from the operation, so a repeated request makes the same one.
pub(super) fn history(task: &Task, action: HistoryAction, context: Context<'_>, note: Option<String>) -> HistoryEvent {
    let place = (task.task_history.len() + 1).to_string();
    let millis = u64::try_from(context.now.millis()).unwrap_or(0);
    HistoryEvent {
        id: id::seeded(millis, &["history", task.id.as_str(), context.operation, &place]),
        task_id: task.id.to_string(),
        action,
        created_at: context.now,
        bundle_id: task.bundle_id.text().map(str::to_owned),
        actor_id: Some(context.actor.id.clone()).filter(|id| !id.is_empty()),
        channel: None,
        waiting_for: None,
        follow_up_at: None,
        previous_follow_up_at: None,
        note,
    }
}

/// The bundle with the empty slot that the task's link is for filled.
pub(super) fn fill_slot(bundle: &Bundle, task: &Task) -> Option<Bundle> {
    bundle.with_link_filled(task.required_link_name.text()?, task.link.text()?)
}

/// The bundle with the slots that proved this task marked, so that they can't be emptied unnoticed.
pub(super) fn mark_evidence(current: Option<&Bundle>, changed: Option<Bundle>, task: &Task) -> Option<Bundle> {
    let used = task.evidence.as_ref().map_or(&[][..], |evidence| evidence.bundle_links.as_slice());
    let mut marked = changed.clone().or_else(|| current.cloned())?;
    let mut added = false;
    for link in used {
        let tasks = marked.evidence_for.entry(link.name.clone()).or_default();
        if !tasks.iter().any(|id| id == task.id.as_str()) {
            tasks.push(task.id.to_string());
            added = true;
        }
    }
    if added { Some(marked) } else { changed }
}

/// The bundle without the marks of a task that is done no longer.
pub fn without_evidence(bundle: &Bundle, task: &Task) -> Option<Bundle> {
    let mut cleared = bundle.clone();
    for tasks in cleared.evidence_for.values_mut() {
        tasks.retain(|id| id != task.id.as_str());
    }
    cleared.evidence_for.retain(|_, tasks| !tasks.is_empty());
    (cleared != *bundle).then_some(cleared)
}

/// The bundle at the stage that a template task's completion brings it to.
pub(super) fn advance_stage(current: Option<&Bundle>, changed: Option<Bundle>, task: &Task) -> Option<Bundle> {
    let stage = task.stage_on_complete.filter(|_| task.source == "template");
    let Some(stage) = stage else { return changed };
    let mut moved = changed.or_else(|| current.cloned())?;
    moved.stage = stage;
    Some(moved)
}

/// The event a bundle gets for what a task did to it; none when nothing changed.
pub(super) fn bundle_event(before: Option<&Bundle>, after: Option<Bundle>, task: &Task) -> Option<(Bundle, NewEvent)> {
    let (before, mut after) = (before?, after?);
    if *before == after {
        return None;
    }
    let filled = after.links().iter().find(|link| before.link(&link.name).is_some_and(|slot| !slot.is_filled()) && link.is_filled());
    let (action, summary) = match filled {
        _ if before.stage != after.stage => {
            ("stage-changed", format!("Moved the workflow to {} with '{}'", after.stage.as_str(), task.description))
        }
        Some(link) => ("link-filled", format!("Filled the link '{}' with '{}'", link.name, task.description)),
        None if task.status == Status::Done => {
            ("evidence-marked", format!("Used links of the workflow as proof of '{}'", task.description))
        }
        None => ("evidence-released", format!("Released the links that proved '{}'", task.description)),
    };
    if !action.starts_with("evidence") {
        after.updated_at = task.updated_at;
    }
    let event = NewEvent { action, summary, metadata: serde_json::json!({ "taskId": task.id, "changes": json::changes(before, &after) }) };
    Some((after, event))
}

/// A wait needs who, when and why (WM-6).
fn require_wait(task: &Task) -> Result<(), Refusal> {
    let complete = task.waiting_for.text().is_some() && task.follow_up_at.text().is_some() && task.comment.text().is_some();
    if complete { Ok(()) } else { Err(Refusal::field("/waitingFor", input::WAITING_NEEDS)) }
}

/// An edit of a waiting task must not blank who is waited for, when to ask, or why.
fn keep_wait(changes: &Object, task: &Task) -> Result<(), Refusal> {
    let blanked = |key: &str, text: Option<&str>| changes.contains_key(key) && text.is_none();
    let reason = blanked("comment", task.comment.text());
    if reason || blanked("waitingFor", task.waiting_for.text()) || blanked("followUpAt", task.follow_up_at.text()) {
        return Err(Refusal::field("/waitingFor", input::WAITING_NEEDS));
    }
    Ok(())
}

/// A task whose proof lies in its workflow's links stays in that workflow while it counts as done.
fn keep_workflow(stored: &Task, merged: &Task) -> Result<(), Refusal> {
    let shared = stored.evidence.as_ref().is_some_and(|evidence| !evidence.bundle_links.is_empty());
    if shared && stored.bundle_id != merged.bundle_id {
        let words = "The workflow whose links were used is evidence of a done task; reopen the task first";
        return Err(Refusal { code: "evidence_in_use", ..Refusal::field("/bundleId", words) });
    }
    Ok(())
}

/// A done task keeps its gates and what satisfied them; a gate added now must be satisfied too.
fn keep_evidence(stored: &Task, merged: &Task, before: &Facts<'_>, after: &Facts<'_>) -> Result<(), Refusal> {
    let (had, has) = (gates::gates(stored), gates::gates(merged));
    // What was recorded as evidence has met its gate, also where it is no longer among what was read for this decision.
    let recorded = |gate: &Gate| stored.evidence.as_ref().is_some_and(|evidence| is_recorded(gate, evidence));
    let open_before: Vec<Gate> =
        gates::missing(stored, before).into_iter().map(|missing| missing.gate).filter(|gate| !recorded(gate)).collect();
    // A closure that lifted a gate is evidence too: without it the gate stands again.
    let mut open_after = gates::judge(stored, merged, after);
    open_after.extend(gates::missing(merged, after));
    for gate in had.iter().filter(|gate| !open_before.contains(gate)) {
        let lost = open_after.iter().any(|missing| missing.gate == *gate);
        if lost || !has.contains(gate) {
            let (field, name) = named(gate);
            let words = format!("The {name} is evidence of a done task; reopen the task first");
            return Err(Refusal { code: "evidence_in_use", ..Refusal::field(field, words) });
        }
    }
    let added: Vec<gates::Missing> = open_after.into_iter().filter(|missing| !had.contains(&missing.gate)).collect();
    gates::refusal(&added).map_or(Ok(()), Err)
}

fn is_recorded(gate: &Gate, evidence: &Evidence) -> bool {
    use crate::proof::ProofType;
    match gate {
        Gate::File => !evidence.file_ids.is_empty(),
        Gate::Proof(proof) if proof.kind == ProofType::File => !evidence.file_ids.is_empty(),
        Gate::Proof(proof) if proof.kind == ProofType::Artifact => !evidence.artifact_ids.is_empty(),
        Gate::Proof(_) | Gate::Link(_) | Gate::BundleLink(_) => false,
    }
}

fn named(gate: &Gate) -> (&'static str, String) {
    use crate::proof::ProofType;
    match gate {
        Gate::Link(name) => ("/link", format!("link '{name}'")),
        Gate::File => ("/requiresFile", "uploaded file".to_owned()),
        Gate::BundleLink(name) => ("/validation", format!("bundle link '{name}'")),
        Gate::Proof(proof) => match proof.kind {
            ProofType::Url => ("/link", "link".to_owned()),
            ProofType::File => ("/proofRequirement", "file".to_owned()),
            ProofType::Artifact => ("/proofRequirement", "approved artifact".to_owned()),
            ProofType::Comment => ("/comment", "comment".to_owned()),
            ProofType::ExternalStatus => ("/externalStatus", "external status".to_owned()),
        },
    }
}

pub(super) fn title(action: &str) -> &'static str {
    match action {
        "completed" => "Completed",
        "reopened" => "Reopened",
        "archived" => "Archived",
        "restored" => "Restored",
        "waiting-started" => "Started to wait on",
        _ => "Changed",
    }
}

/// Wait fields after a wait: present and null.
pub(super) fn end_wait(task: &mut Task) {
    task.waiting_for = Maybe::Null;
    task.follow_up_at = Maybe::Null;
    task.follow_up_channel = Maybe::Null;
}
