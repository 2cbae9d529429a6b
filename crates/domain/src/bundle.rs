//! A bundle: one run of a workflow (WM-3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{BundleId, TemplateId};
use crate::input::{self, Fields, MAX_LONG_TEXT};
use crate::json::{self, Object};
use crate::linked::Linked;
use crate::maybe::Maybe;
use crate::refs::{self, NamedLink, Reference};
use crate::refusal::Refusal;
use crate::template::Phase;
use crate::time::{Date, Timestamp};

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Being prepared.
    #[default]
    Preparation,
    /// Announced to the world.
    Announced,
    /// The event or publication is over.
    AfterEvent,
    /// All is done.
    Done,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 4] = [Self::Preparation, Self::Announced, Self::AfterEvent, Self::Done];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparation => "preparation",
            Self::Announced => "announced",
            Self::AfterEvent => "after-event",
            Self::Done => "done",
        }
    }

    /// The stage with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }
}

/// Whether a run is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BundleStatus {
    /// Under way.
    #[default]
    Active,
    /// Put away; stays readable.
    Archived,
}

/// One run of a workflow, or a free collection of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    /// The bundle's id.
    pub id: BundleId,
    /// Title as shown.
    pub title: String,
    /// The date all task dates are counted from.
    pub anchor_date: Date,
    /// How far it has come.
    #[serde(default)]
    pub stage: Stage,
    /// Whether it is under way.
    #[serde(default)]
    pub status: BundleStatus,
    /// Longer text.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub description: Maybe<String>,
    /// The template it was started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TemplateId>,
    /// The version of the template it was started from, or that somebody looked through last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version: Option<u64>,
    /// The template's phases when it was started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
    /// The template's emoji.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<String>)]
    pub emoji: Maybe<String>,
    /// Links to look things up.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<NamedLink>>)]
    pub references: Maybe<Vec<NamedLink>>,
    /// The slots that the work fills.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<NamedLink>>)]
    pub bundle_links: Maybe<Vec<NamedLink>>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<String>>)]
    pub tags: Maybe<Vec<String>>,
    /// Documents to read around the work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_doc_ids: Vec<String>,
    /// Artifacts a caller refers to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub artifact_refs: Maybe<Vec<Reference>>,
    /// Assistant jobs a caller refers to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub assistant_job_refs: Maybe<Vec<Reference>>,
    /// Audit events a caller refers to.
    #[serde(default, skip_serializing_if = "Maybe::is_unset")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub audit_event_refs: Maybe<Vec<Reference>>,
    /// For each filled slot that proved a done task: those tasks. Such a slot can't be emptied before they are reopened.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Option<Object>)]
    pub evidence_for: BTreeMap<String, Vec<String>>,
    /// Ids of its artifacts; answers show what they say, not the ids.
    #[serde(default, skip_serializing_if = "Linked::is_empty")]
    #[schema(ignore)]
    pub linked: Linked,
    /// How many tasks its template gave it; the progress shown in lists counts against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_tasks: Option<u32>,
    /// True while a big workflow's tasks are still being written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub being_made: bool,
    /// Set while its tasks follow to another anchor date, when that takes several transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Moving>,
    /// The anchor date it was started for, once it has another: the ids of its template's tasks come from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_for: Option<Date>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Raised by every change a client can see.
    #[serde(default)]
    pub version: u64,
}

/// A move of the anchor date that is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moving {
    /// The anchor date the tasks come from.
    pub from: Date,
    /// Until then its writer finishes it; afterwards anybody may.
    pub deadline: Timestamp,
}

impl Bundle {
    /// The anchor date it was started for. Ids of its template's tasks are derived from this date, so a task is found
    /// and never made twice, wherever the workflow has moved since.
    pub fn first_anchor(&self) -> Date {
        self.started_for.unwrap_or(self.anchor_date)
    }

    /// The bundle with another anchor date. Its tasks are moved by [`crate::reschedule`] or stay.
    #[must_use]
    pub fn with_anchor(&self, anchor_date: Date) -> Self {
        Self { anchor_date, started_for: Some(self.first_anchor()).filter(|first| *first != anchor_date), ..self.clone() }
    }

    /// The slots, empty and filled.
    pub fn links(&self) -> &[NamedLink] {
        self.bundle_links.get().map_or(&[], Vec::as_slice)
    }

    /// The slot of this name; a filled one when there are several.
    pub fn link(&self, name: &str) -> Option<&NamedLink> {
        let mut named = self.links().iter().filter(|link| link.name == name);
        named.clone().find(|link| link.is_filled()).or_else(|| named.next())
    }

    /// The bundle with its empty slot `name` filled; `None` when there is no such slot or it is filled already.
    pub fn with_link_filled(&self, name: &str, url: &str) -> Option<Self> {
        if self.link(name)?.is_filled() || url.trim().is_empty() {
            return None;
        }
        let mut filled = self.clone();
        if let Maybe::Set(links) = &mut filled.bundle_links
            && let Some(slot) = links.iter_mut().find(|link| link.name == name)
        {
            url.clone_into(&mut slot.url);
        }
        Some(filled)
    }
}

const STAGE_WORDS: &str = "Invalid stage. Must be 'preparation', 'announced', 'after-event', or 'done'";
const STATUS_WORDS: &str = "Invalid status. Must be 'active' or 'archived'";
const UPDATABLE: [&str; 12] = [
    "title",
    "description",
    "anchorDate",
    "references",
    "bundleLinks",
    "emoji",
    "tags",
    "stage",
    "status",
    "artifactRefs",
    "assistantJobRefs",
    "auditEventRefs",
];

/// Reads the fields of a new bundle (all but `templateId`, which the caller looks up first).
///
/// # Errors
/// Every field that is missing or wrong, in the contract's order.
pub fn parse_new(body: &Object) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body);
    fields.required_text("title", "title is required");
    match fields.value("anchorDate") {
        None => fields.refuse("anchorDate", "anchorDate is required"),
        Some(_) => fields.date("anchorDate"),
    }
    check_common(&mut fields, &[]);
    fields.finish()?;
    Ok(input::kept(body, &UPDATABLE).into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// Reads the changes to a bundle. `owned` are addresses of its artifacts.
///
/// # Errors
/// Every field that is wrong, evidence that would be taken away, or that nothing would change.
pub fn parse_changes(body: &Object, stored: &Bundle, owned: &[String]) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body).owning(owned);
    if body.contains_key("title") {
        fields.required_text("title", "title must not be blank");
    }
    if body.contains_key("anchorDate") {
        match fields.value("anchorDate") {
            None => fields.refuse("anchorDate", "anchorDate must be a date"),
            Some(_) => fields.date("anchorDate"),
        }
    }
    let urls: Vec<&str> =
        stored.links().iter().chain(stored.references.get().into_iter().flatten()).map(|link| link.url.as_str()).collect();
    check_common(&mut fields, &urls);
    fields.finish()?;
    let changes = input::kept(body, &UPDATABLE);
    if changes.is_empty() {
        return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
    }
    keep_evidence(stored, &json::merged(stored, &changes))?;
    Ok(changes)
}

fn check_common(fields: &mut Fields<'_>, stored_urls: &[&str]) {
    fields.one_of("stage", &Stage::ALL.map(Stage::as_str), STAGE_WORDS);
    fields.one_of("status", &["active", "archived"], STATUS_WORDS);
    for (list, id_key) in refs::LISTS {
        fields.references(list, id_key);
    }
    fields.text_up_to("description", MAX_LONG_TEXT);
    fields.text("emoji");
    fields.texts("tags");
    fields.named_links("references", stored_urls);
    fields.named_links("bundleLinks", stored_urls);
}

/// Refuses to empty or remove a slot that proved a done task.
fn keep_evidence(before: &Bundle, after: &Bundle) -> Result<(), Refusal> {
    for (name, tasks) in &before.evidence_for {
        let kept = after.link(name).is_some_and(NamedLink::is_filled);
        if !kept && !tasks.is_empty() {
            let words = format!("The bundle link '{name}' is evidence of a done task; reopen the task first");
            return Err(Refusal { code: "evidence_in_use", ..Refusal::field("/bundleLinks", words) });
        }
    }
    Ok(())
}

/// A new bundle from its validated fields.
pub fn new(id: BundleId, fields: &Object, template_id: Option<TemplateId>, now: Timestamp) -> Bundle {
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let bare = Bundle {
        id,
        title: text("title").to_owned(),
        anchor_date: crate::time::parse_date(text("anchorDate")).unwrap_or_default(),
        stage: Stage::default(),
        status: BundleStatus::default(),
        description: Maybe::Unset,
        template_id,
        template_version: None,
        phases: Vec::new(),
        emoji: Maybe::Unset,
        references: Maybe::Unset,
        bundle_links: Maybe::Unset,
        tags: Maybe::Unset,
        source_doc_ids: Vec::new(),
        artifact_refs: Maybe::Unset,
        assistant_job_refs: Maybe::Unset,
        audit_event_refs: Maybe::Unset,
        evidence_for: BTreeMap::new(),
        linked: Linked::default(),
        planned_tasks: None,
        being_made: false,
        moving: None,
        started_for: None,
        created_at: now,
        updated_at: now,
        version: 0,
    };
    json::merged(&bare, fields)
}
