//! A task as one line of a list.

use dataops_api::views::row::{Gate, GateKind, TaskRow, WorkflowChip};
use dataops_domain::bundle::Bundle;
use dataops_domain::proof::{ProofRequirement, ProofType};
use dataops_domain::task::gates::{self, Facts};
use dataops_domain::task::{HistoryAction, Task};

use super::Scene;
use crate::proof;

/// The line of a task, with its bundle when that is known.
pub(super) fn row(task: &Task, bundle: Option<&Bundle>, facts: &Facts<'_>, scene: &Scene) -> TaskRow {
    let asked =
        task.task_history.iter().rev().find(|event| matches!(event.action, HistoryAction::WaitingStarted | HistoryAction::FollowUpSent));
    TaskRow {
        id: task.id.to_string(),
        description: task.description.clone(),
        date: task.date,
        due_in_days: scene.days_to(task.date),
        status: task.status,
        source: task.source.clone(),
        made_by: scene.made_by(task.recurring_config_id.as_deref()),
        workflow: bundle.map(chip),
        phase: task.phase.text().map(|phase| phase_of(task, phase, bundle, scene)),
        missing: if task.is_open() { missing(task, &known(task, facts, scene)) } else { Vec::new() },
        assignee: task.assignee_id.text().map(|id| scene.person(id)),
        waiting_for: task.waiting_for.text().map(str::to_owned),
        follow_up_at: task.follow_up_at.text().map(str::to_owned),
        follow_up_due: task.is_follow_up_due(scene.now, scene.timezone),
        asked_days_ago: asked
            .filter(|_| task.waiting_for.text().is_some())
            .map(|event| -scene.days_to(event.created_at.local_date(scene.timezone))),
        chasers: task.chasers_sent(),
        overdue: task.is_overdue(scene.today),
        tags: task.tags.get().cloned().unwrap_or_default(),
        job: scene.badge(|job| job.task_id.as_deref() == Some(task.id.as_str())),
        version: task.version,
    }
}

/// The name of a task's phase: as its run was started, else as its template says.
fn phase_of(task: &Task, phase: &str, bundle: Option<&Bundle>, scene: &Scene) -> String {
    let own = bundle.and_then(|bundle| bundle.phases.iter().find(|known| known.id == phase));
    own.map_or_else(|| scene.phase(task.template_id.text(), phase), |known| known.name.clone())
}

pub(super) fn chip(bundle: &Bundle) -> WorkflowChip {
    WorkflowChip { id: bundle.id.to_string(), title: bundle.title.clone(), emoji: bundle.emoji.text().map(str::to_owned) }
}

/// What lists know of the proof of a task: its own fields and its bundle's links.
pub(super) fn facts(bundle: Option<&Bundle>) -> Facts<'_> {
    Facts { bundle, ..Facts::default() }
}

/// The facts with what the page knows of the task's files and artifacts.
fn known<'a>(task: &Task, facts: &Facts<'a>, scene: &Scene) -> Facts<'a> {
    let mut known = facts.clone();
    if known.file_ids.is_empty() {
        known.file_ids.clone_from(&task.linked.files);
    }
    if known.approved_artifact_ids.is_empty() && !scene.approved.is_empty() {
        let ids = proof::ids_of_task(task).chain(facts.bundle.into_iter().flat_map(proof::ids_of_bundle));
        known.approved_artifact_ids = ids.filter(|id| scene.approved.contains(id)).collect();
    }
    known
}

fn missing(task: &Task, facts: &Facts<'_>) -> Vec<Gate> {
    let mut shown: Vec<Gate> = gates::missing(task, facts).iter().map(|missing| gate(&missing.gate, false)).collect();
    shown.dedup_by(|a, b| a.kind == b.kind && (a.kind == GateKind::Link || a.label == b.label));
    one_file(shown)
}

/// Every gate of a task with whether it is satisfied.
pub(super) fn all_gates(task: &Task, facts: &Facts<'_>) -> Vec<Gate> {
    let open: Vec<gates::Gate> = gates::missing(task, facts).into_iter().map(|missing| missing.gate).collect();
    let mut shown: Vec<Gate> = gates::gates(task).iter().map(|each| gate(each, !open.contains(each))).collect();
    shown.dedup_by(|a, b| a.kind == b.kind && a.kind == GateKind::Link);
    one_file(shown)
}

/// A required file and a proof that is a file ask for the same thing: the name of the proof says which.
fn one_file(mut gates: Vec<Gate>) -> Vec<Gate> {
    if gates.iter().filter(|gate| gate.kind == GateKind::File).count() > 1 {
        gates.retain(|gate| gate.kind != GateKind::File || gate.label != ANY_FILE);
    }
    gates
}

/// What a required file without a name is called.
const ANY_FILE: &str = "file";

fn gate(gate: &gates::Gate, satisfied: bool) -> Gate {
    let (kind, label) = match gate {
        gates::Gate::Link(name) => (GateKind::Link, name.clone()),
        gates::Gate::File => (GateKind::File, ANY_FILE.to_owned()),
        gates::Gate::BundleLink(name) => (GateKind::BundleLink, name.clone()),
        gates::Gate::Proof(proof) => (
            proof_kind(proof),
            proof.label.clone().filter(|label| !label.trim().is_empty()).unwrap_or_else(|| proof.kind.as_str().replace('-', " ")),
        ),
    };
    Gate { kind, label, satisfied }
}

fn proof_kind(proof: &ProofRequirement) -> GateKind {
    match proof.kind {
        ProofType::Url => GateKind::Link,
        ProofType::File => GateKind::File,
        ProofType::Artifact => GateKind::Artifact,
        ProofType::Comment => GateKind::Comment,
        ProofType::ExternalStatus => GateKind::ExternalStatus,
    }
}
