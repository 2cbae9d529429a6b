//! Process documents: the registry, one document, and the form that reports a gap in one.

use dataops_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::views::row::Person;

/// A document in the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentEntry {
    /// Stable id, such as `sop.podcast.prep-document`.
    pub id: String,
    /// Title.
    pub title: String,
    /// What kind of document it is, such as `sop` or `template`.
    pub kind: String,
    /// What part of the work it is about, such as `podcast`; empty when it is about none in particular.
    pub area: String,
    /// What it is for, in a sentence; may be empty.
    pub summary: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Systems it touches.
    pub systems: Vec<String>,
    /// Ids and paths it had before.
    pub aliases: Vec<String>,
    /// How many steps it has.
    pub step_count: usize,
    /// When its file was last written, as far as the build could tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Where the words asked for are; only in an answer to `q`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// Where the words asked for are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The step that is meant, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    /// That step's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_title: Option<String>,
    /// The words around, as plain text.
    pub excerpt: String,
}

/// `GET /api/documents`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentList {
    /// The documents, by area and title; best first when words were asked for.
    pub documents: Vec<DocumentEntry>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `GET /api/documents/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentAnswer {
    /// The document.
    pub document: DocumentWhole,
}

/// A document with its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentWhole {
    /// What the registry says of it.
    #[serde(flatten)]
    pub entry: DocumentEntry,
    /// The text in Markdown, without its title. Raw HTML in it is text, never markup.
    pub markdown: String,
    /// Its steps.
    pub steps: Vec<DocumentStep>,
    /// Its headings in order.
    pub outline: Vec<Heading>,
    /// Where the links of its text lead that stay inside the documents.
    pub links: Vec<TextLink>,
    /// Documents to read with it.
    pub related: Vec<DocumentLink>,
    /// What refers to it.
    pub backlinks: Backlinks,
    /// The document before it in its area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<DocumentLink>,
    /// The document after it in its area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DocumentLink>,
}

/// A step of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DocumentStep {
    /// Its number, as a task names it; also its anchor.
    pub id: String,
    /// Title without the number.
    pub title: String,
    /// The text in Markdown.
    pub markdown: String,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Title as plain text, with its number.
    pub title: String,
    /// Its place on the document's page, without `#`.
    pub anchor: String,
    /// True for a step.
    pub is_step: bool,
}

/// A link of a text, worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextLink {
    /// Its address as the text has it.
    pub written: String,
    /// The document it leads to.
    pub id: String,
    /// That document's title.
    pub title: String,
    /// The place in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
}

/// A document to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentLink {
    /// Document id.
    pub id: String,
    /// Title; the id when there is no such document.
    pub title: String,
    /// False when there is no such document.
    pub found: bool,
}

/// What refers to a document: other documents, workflow definitions and recurring duties, as the content has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Backlinks {
    /// Documents.
    pub documents: Vec<DocumentLink>,
    /// Workflow definitions.
    pub workflows: Vec<WorkflowUse>,
    /// Recurring duties.
    pub duties: Vec<TaskUse>,
}

/// A workflow definition that refers to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowUse {
    /// The template's id.
    pub template_id: String,
    /// Its name.
    pub name: String,
    /// Its emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// True when the whole workflow lists it as reading.
    pub whole: bool,
    /// Its tasks that the document describes.
    pub tasks: Vec<TaskUse>,
}

/// A task of a definition, or a duty, that a document describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskUse {
    /// Its name in the definition, or the duty's key.
    pub key: String,
    /// What is to be done.
    pub description: String,
    /// The step that describes it, when it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
}

/// `GET /api/views/gap`: what the form shows that reports a gap in a process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GapForm {
    /// Today in the application timezone.
    pub today: dataops_domain::time::Date,
    /// The document the gap is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentLink>,
    /// The step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    /// The step's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_title: Option<String>,
    /// The document's steps, to choose from.
    #[serde(default)]
    pub steps: Vec<Named>,
    /// The task during which it was found: id and what is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Named>,
    /// The workflow of that task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Named>,
    /// Who looks at gaps unless somebody else is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// Users, for assigning.
    pub people: Vec<Person>,
}

/// An id with the name people know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}
