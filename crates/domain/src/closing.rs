//! Closing a workflow: what still speaks against it (operator's job 15).

use serde::{Deserialize, Serialize};

use crate::bundle::{Bundle, BundleStatus};
use crate::refusal::{FieldError, Refusal};
use crate::task::gates;
use crate::task::{Status, Task};

/// What kind of thing is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockerKind {
    /// A task is to be done or waits.
    OpenTask,
    /// A task counts as done, but nothing shows it.
    MissingEvidence,
    /// A slot that a task needs is empty.
    EmptyLink,
    /// The workflow is still being made or moved.
    Unfinished,
}

/// One reason why a workflow can't be closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    /// What kind.
    pub kind: BlockerKind,
    /// In words.
    pub words: String,
    /// The task concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The slot concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Everything that speaks against closing, in the order it is best dealt with. The stage is no reason: closing sets it.
pub fn blockers(bundle: &Bundle, tasks: &[Task]) -> Vec<Blocker> {
    let mut found = Vec::new();
    let mut block = |kind, words: String, task: Option<&Task>, link: Option<&str>| {
        found.push(Blocker { kind, words, task_id: task.map(|task| task.id.to_string()), link: link.map(str::to_owned) });
    };
    if bundle.being_made || bundle.moving.is_some() {
        let words = if bundle.being_made { "Its tasks are still being made" } else { "Its tasks are still following to its new date" };
        block(BlockerKind::Unfinished, words.to_owned(), None, None);
    }
    for task in tasks.iter().filter(|task| task.is_open()) {
        let state = if task.status == Status::Waiting { "still waits" } else { "is not done" };
        block(BlockerKind::OpenTask, format!("'{}' {state}", task.description), Some(task), None);
    }
    for task in tasks.iter().filter(|task| task.status == Status::Done && task.evidence.is_none() && !gates::gates(task).is_empty()) {
        block(BlockerKind::MissingEvidence, format!("'{}' counts as done without its proof", task.description), Some(task), None);
    }
    let needs = |task: &&Task, name: &str| {
        let skipped = task.evidence.as_ref().is_some_and(|evidence| evidence.skipped_as.is_some());
        let named = task.required_link_name.text() == Some(name) || gates::required_bundle_links(task).iter().any(|link| link == name);
        named && !skipped && task.status != Status::Archived
    };
    for link in bundle.links().iter().filter(|link| !link.is_filled()) {
        if tasks.iter().any(|task| needs(&task, &link.name)) {
            block(BlockerKind::EmptyLink, format!("The link '{}' is empty", link.name), None, Some(&link.name));
        }
    }
    found
}

/// The refusal to close a workflow; `None` when nothing speaks against it.
pub fn refusal(blockers: &[Blocker]) -> Option<Refusal> {
    let first = blockers.first()?;
    let rest = blockers.len() - 1;
    let more = if rest == 0 { String::new() } else { format!(", and {rest} more") };
    Some(Refusal {
        code: "cannot_close",
        message: format!("Cannot close the workflow: {}{more}", first.words),
        errors: blockers
            .iter()
            .map(|blocker| FieldError {
                pointer: blocker.task_id.as_ref().map_or_else(|| "/bundleLinks".to_owned(), |id| format!("/tasks/{id}")),
                message: blocker.words.clone(),
            })
            .collect(),
        missing: blockers.iter().map(|blocker| blocker.words.clone()).collect(),
    })
}

/// The bundle, closed: at its last stage and put away.
#[must_use]
pub fn closed(bundle: &Bundle) -> Bundle {
    Bundle { stage: crate::bundle::Stage::Done, status: BundleStatus::Archived, ..bundle.clone() }
}
