//! What can be found of a record.

use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::bundle::{Bundle, BundleStatus};
use crate::file::File;
use crate::task::Task;
use crate::template::Template;
use crate::time::{Date, Timestamp};
use crate::user::User;

/// The most characters of a title that are kept.
const MAX_TITLE: usize = 300;
/// The most characters of other text; enough for comment, link and the last notes of a task.
const MAX_TEXT: usize = 600;
/// The most characters of a template's text, which names its tasks. There are tens of templates.
const MAX_TEMPLATE_TEXT: usize = 4_000;
/// The most tags.
const MAX_TAGS: usize = 20;
/// The most characters of a tag.
const MAX_TAG: usize = 60;

/// What an entry is about. One letter where it is stored, a word where it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// One run of a workflow.
    #[serde(rename = "b")]
    Bundle,
    /// A task.
    #[serde(rename = "t")]
    Task,
    /// A workflow's definition.
    #[serde(rename = "m")]
    Template,
    /// A process document.
    #[serde(rename = "d")]
    Document,
    /// Something the work produced.
    #[serde(rename = "a")]
    Artifact,
    /// An uploaded file.
    #[serde(rename = "f")]
    File,
    /// Somebody who works here; never a result, but work is found by their name.
    #[serde(rename = "u")]
    Person,
}

impl Kind {
    /// What can be a result, as the groups of a page are ordered.
    pub const RESULTS: [Self; 6] = [Self::Task, Self::Bundle, Self::Document, Self::Artifact, Self::File, Self::Template];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Bundle => "bundle",
            Self::Template => "template",
            Self::Document => "document",
            Self::Artifact => "artifact",
            Self::File => "file",
            Self::Person => "person",
        }
    }

    /// The kind of results with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::RESULTS.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One record as search knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is.
    #[serde(rename = "k")]
    pub kind: Kind,
    /// The record's id.
    #[serde(rename = "i")]
    pub id: String,
    /// Number of the audit event that left the record so; 0 for a task that has none of its own yet.
    #[serde(rename = "n", default)]
    pub sequence: u64,
    /// True when the record is gone.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// When it was last changed, in milliseconds since 1970.
    #[serde(rename = "u")]
    pub updated: i64,
    /// Title as shown.
    #[serde(rename = "t", default)]
    pub title: String,
    /// Other words it is found by.
    #[serde(rename = "c", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Tags, and who is waited for.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it stands.
    #[serde(rename = "s", default, skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// A task's due date, a run's anchor date.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The task a file or artifact belongs to.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The run it belongs to.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// Id of who does it.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

impl Entry {
    /// An entry with nothing but a title.
    pub fn new(kind: Kind, id: impl Into<String>, title: &str, updated: Timestamp) -> Self {
        Self {
            kind,
            id: id.into(),
            sequence: 0,
            deleted: false,
            updated: updated.millis(),
            title: bounded([title], MAX_TITLE),
            text: String::new(),
            tags: Vec::new(),
            status: String::new(),
            date: None,
            task: None,
            bundle: None,
            person: None,
        }
    }

    /// What is kept of a record that is gone.
    #[must_use]
    pub fn gone(self, at: Timestamp) -> Self {
        Self { deleted: true, ..Self::new(self.kind, self.id, "", at) }
    }

    /// The same entry with the number of the event that left the record so.
    #[must_use]
    pub fn at(self, sequence: u64) -> Self {
        Self { sequence, ..self }
    }

    /// True for work that is under way, and for what is always there.
    pub fn is_open(&self) -> bool {
        !matches!(self.status.as_str(), "done" | "archived" | "superseded" | "rejected")
    }
}

impl From<&Task> for Entry {
    fn from(task: &Task) -> Self {
        let notes = task.task_history.iter().rev().filter_map(|event| event.note.as_deref());
        let words = [task.comment.text(), task.link.text(), task.external_status.text()];
        Self {
            text: bounded(words.into_iter().flatten().chain(notes), MAX_TEXT),
            tags: tags(task.tags.get().into_iter().flatten().map(String::as_str).chain(task.waiting_for.text())),
            status: task.status.as_str().to_owned(),
            date: Some(task.date),
            bundle: task.bundle_id.text().map(str::to_owned),
            person: task.assignee_id.text().map(str::to_owned),
            ..Self::new(Kind::Task, task.id.as_str(), &task.description, task.updated_at)
        }
    }
}

impl From<&Bundle> for Entry {
    fn from(bundle: &Bundle) -> Self {
        let links = bundle.links().iter().filter(|link| !link.url.is_empty()).flat_map(|link| [link.name.as_str(), link.url.as_str()]);
        let template = bundle.template_id.as_ref().map(|id| id.as_str());
        Self {
            text: bounded(bundle.description.text().into_iter().chain(links).chain(template), MAX_TEXT),
            tags: tags(bundle.tags.get().into_iter().flatten().map(String::as_str)),
            status: if bundle.status == BundleStatus::Active { "active" } else { "archived" }.to_owned(),
            date: Some(bundle.anchor_date),
            ..Self::new(Kind::Bundle, bundle.id.as_str(), &bundle.title, bundle.updated_at)
        }
    }
}

impl From<&Template> for Entry {
    fn from(template: &Template) -> Self {
        let definitions = template.definitions();
        let tasks = definitions.iter().map(|definition| definition.description.as_str());
        let own = template.description.as_deref().into_iter().chain([template.kind.as_str()]);
        Self {
            text: bounded(own.chain(tasks), MAX_TEMPLATE_TEXT),
            ..Self::new(Kind::Template, template.id.as_str(), &template.name, template.updated_at)
        }
    }
}

impl From<&Artifact> for Entry {
    fn from(artifact: &Artifact) -> Self {
        let words = [artifact.description.as_deref(), artifact.filename.as_deref(), Some(artifact.storage_uri.as_str())];
        Self {
            text: bounded(words.into_iter().flatten().filter(|text| !text.starts_with("s3:")), MAX_TEXT),
            tags: tags(artifact.tags.iter().flatten().map(String::as_str)),
            status: artifact.status.as_str().to_owned(),
            task: artifact.task_id.clone(),
            bundle: artifact.bundle_id.clone(),
            ..Self::new(Kind::Artifact, artifact.id.as_str(), &artifact.title, artifact.updated_at)
        }
    }
}

impl From<&File> for Entry {
    fn from(file: &File) -> Self {
        Self {
            text: bounded([file.category.as_str()], MAX_TEXT),
            tags: tags(file.tags.iter().flatten().map(String::as_str)),
            task: Some(file.task_id.clone()),
            bundle: file.bundle_id.clone(),
            ..Self::new(Kind::File, file.id.as_str(), &file.filename, file.created_at)
        }
    }
}

impl From<&User> for Entry {
    fn from(user: &User) -> Self {
        Self::new(Kind::Person, user.id.as_str(), &user.name, user.created_at)
    }
}

/// Texts one after the other, blanks made one, cut where it is enough.
fn bounded<'a>(texts: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let mut all = String::new();
    let mut left = most;
    for word in texts.into_iter().flat_map(|text| text.split_whitespace()) {
        let room = left.saturating_sub(usize::from(!all.is_empty()));
        if room == 0 {
            break;
        }
        if !all.is_empty() {
            all.push(' ');
        }
        let kept: String = word.chars().take(room).collect();
        left = room - kept.chars().count();
        all.push_str(&kept);
    }
    all
}

fn tags<'a>(tags: impl Iterator<Item = &'a str>) -> Vec<String> {
    tags.take(MAX_TAGS).map(|tag| bounded([tag], MAX_TAG)).filter(|tag| !tag.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_by_characters() {
        assert_eq!(bounded(["a  b", "\nc"], 10), "a b c");
        assert_eq!(bounded(["äöü äöü", "end"], 5), "äöü ä");
        assert_eq!(bounded(["äöü", "end"], 4), "äöü");
        assert_eq!(bounded(["x".repeat(500).as_str()], 300).len(), 300);
    }
}
