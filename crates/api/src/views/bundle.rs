//! A workflow's page.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::Event;
use dataops_domain::bundle::{Bundle, Stage};
use dataops_domain::closing::Blocker;
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::assistants::JobRow;
use super::recurring::Origin;
use super::row::{Person, TaskRow, WorkflowCard};
use crate::documents::DocumentLink;
use crate::wire::TemplateDifference;

/// A slot of the workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkSlot {
    /// Name.
    pub name: String,
    /// Address; empty while it waits.
    pub url: String,
    /// Open tasks that need it.
    pub needed_by: usize,
    /// True when it proves a done task and so can't be emptied.
    pub is_evidence: bool,
}

/// A phase with its tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhaseTasks {
    /// Phase id; empty for tasks without a phase.
    pub id: String,
    /// Name as shown.
    pub name: String,
    /// The stage it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// True for the phase the work is in now.
    #[serde(default)]
    pub current: bool,
    /// Tasks done or put away.
    pub done: usize,
    /// Its tasks by date.
    pub tasks: Vec<TaskRow>,
}

/// Whether a workflow can be closed, and what speaks against it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Close {
    /// True when nothing does.
    pub possible: bool,
    /// Every reason why not.
    pub blockers: Vec<Blocker>,
}

/// `GET /api/views/bundles/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BundlePage {
    /// Today in the application timezone.
    pub today: Date,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// The bundle.
    pub bundle: Bundle,
    /// Its counts.
    pub card: WorkflowCard,
    /// The window that made it; nothing for a workflow that a person started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Its slots, empty ones first.
    pub links: Vec<LinkSlot>,
    /// Its tasks by phase.
    pub phases: Vec<PhaseTasks>,
    /// Its artifacts, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// Assistant jobs for it, the one changed last first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobRow>,
    /// Whether it can be closed.
    pub close: Close,
    /// What happened to it, newest first, at most 50.
    pub events: Vec<Event>,
    /// Documents to read around the work.
    pub documents: Vec<DocumentLink>,
    /// Users, for assigning.
    pub people: Vec<Person>,
    /// What its template changed since, when there is something to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<TemplateChanges>,
}

/// How much a template changed since a workflow was started from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateChanges {
    /// Tasks that could be added.
    pub added: usize,
    /// Tasks that could be changed.
    pub changed: usize,
    /// Tasks that could be deleted.
    pub removed: usize,
    /// Links and phases.
    pub other: usize,
}

/// `GET /api/views/bundles/:id/template`: what can be taken from the template, with names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BundleTemplatePage {
    /// Today in the application timezone.
    pub today: Date,
    /// The bundle.
    pub bundle: Bundle,
    /// What differs.
    pub difference: TemplateDifference,
    /// Users, for names.
    pub people: Vec<Person>,
}
