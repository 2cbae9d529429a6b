//! A task's panel.

use dataops_domain::artifact::Artifact;
use dataops_domain::audit::Event;
use dataops_domain::file::File;
use dataops_domain::task::Task;
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::assistants::JobRow;
use super::recurring::Origin;
use super::row::{Gate, Person, TaskRow};
use crate::documents::{DocumentLink, TextLink};

/// The step of a document that describes a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Instructions {
    /// Document id.
    pub document_id: String,
    /// Document title.
    pub document_title: String,
    /// Step number, when the task names one that exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    /// Step title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_title: Option<String>,
    /// The text, in Markdown: the step's, or the whole document's.
    pub markdown: String,
    /// Where the links of that text lead that stay inside the documents.
    #[serde(default)]
    pub links: Vec<TextLink>,
    /// The step the task names although the document has none such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_step_id: Option<String>,
}

/// `GET /api/views/tasks/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskPage {
    /// Today in the application timezone.
    pub today: Date,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// The task.
    pub task: Task,
    /// Its line, as lists show it.
    pub row: TaskRow,
    /// The window that made it, of a duty or of its workflow; nothing for work that people made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Everything it needs before it is done, in order.
    pub gates: Vec<Gate>,
    /// Texts that close it without proof, such as `no sponsor this issue`.
    pub skip_statuses: Vec<String>,
    /// The instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Instructions>,
    /// Documents to read around it.
    pub documents: Vec<DocumentLink>,
    /// Its files, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// Its artifacts and those of its workflow that may prove it, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// Assistant jobs for it, the one changed last first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobRow>,
    /// What happened to it, newest first, at most 50.
    pub events: Vec<Event>,
    /// Users, for assigning.
    pub people: Vec<Person>,
}
