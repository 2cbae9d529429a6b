//! A template: the definition of a workflow (WM-2).

pub mod advice;
pub mod difference;
pub mod running;
pub mod trigger;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bundle::Stage;
use crate::id::TemplateId;
use crate::input::{self, Fields};
use crate::json::{self, Object};
use crate::pause::Pause;
use crate::proof::ProofRequirement;
use crate::refs::{self, NamedLink};
use crate::refusal::{FieldError, Refusal};
use crate::time::Timestamp;

/// The most tasks a template may define.
pub const MAX_TASKS: usize = 400;
/// The farthest a task may lie from the anchor date, in days.
pub const MAX_OFFSET: i64 = 3_660;

/// A phase of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Phase {
    /// Id that tasks name.
    pub id: String,
    /// Name as shown.
    pub name: String,
    /// The stage this phase belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Anything else a caller keeps with it.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Object,
}

/// A link slot that every run gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LinkDefinition {
    /// Name of the slot.
    pub name: String,
    /// Anything else a caller keeps with it.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Object,
}

/// The definition of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// The template's id.
    pub id: TemplateId,
    /// Name as shown.
    pub name: String,
    /// Short slug, such as `podcast`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Emoji shown with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// Tags every run and task gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Who gets a task that names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_assignee_id: Option<String>,
    /// Phases in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<Vec<Phase>>,
    /// Documents to read around the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_doc_ids: Option<Vec<String>>,
    /// Links to look things up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<NamedLink>>,
    /// Link slots every run gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_link_definitions: Option<Vec<LinkDefinition>>,
    /// The tasks. Unknown keys inside a definition are kept and echoed, so each is an open object; see [`Definition`].
    #[schema(value_type = Vec<Definition>)]
    pub task_definitions: Vec<Object>,
    /// How it is started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_type: Option<String>,
    /// Five-field cron text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_schedule: Option<String>,
    /// Days between the schedule's date and the anchor date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub trigger_lead_days: Option<serde_json::Number>,
    /// False while the schedule is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_enabled: Option<bool>,
    /// IANA name of the schedule's own timezone; the application's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Pauses of its schedule, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// When its schedule was put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Stored only: since when its schedule is what it is, when that is not since it was made. Dates before are not expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub scheduled_since: Option<Timestamp>,
    /// What a run is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How runs are titled, such as `{TOPIC} - {SPEAKER}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_pattern: Option<String>,
    /// What the anchor date means, such as `live-stream date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_meaning: Option<String>,
    /// Hash of the Git definition it was last taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<String>,
    /// True when it was edited here since, so that seeding leaves it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs_from_git: Option<bool>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Raised by every change.
    #[serde(default)]
    pub version: u64,
}

impl Template {
    /// The template with the definition of another one; what only this record has, it keeps.
    #[must_use]
    pub fn defined_as(&self, other: &Self) -> Self {
        let (mut fields, wanted) = (json::object(self), json::object(other));
        for field in difference::FIELDS.into_iter().chain(["taskDefinitions", "contentHash", "differsFromGit"]) {
            match wanted.get(field) {
                Some(value) => fields.insert(field.to_owned(), value.clone()),
                None => fields.shift_remove(field),
            };
        }
        let defined = serde_json::from_value(Value::Object(fields)).unwrap_or_else(|_| self.clone());
        // A schedule that somebody paused or resumed here stays as they left it.
        if self.pauses.is_empty() { defined } else { Self { trigger_enabled: self.trigger_enabled, ..defined } }
    }

    /// The task definitions, read.
    pub fn definitions(&self) -> Vec<Definition> {
        let read = |raw: &Object| serde_json::from_value(Value::Object(raw.clone())).ok();
        self.task_definitions.iter().filter_map(read).collect()
    }
}

/// One task of a template, as the product reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// Stable name of the task inside its template.
    pub ref_id: String,
    /// What is to be done.
    pub description: String,
    /// Days from the anchor date; negative before it.
    pub offset_days: f64,
    /// True for a date the whole run hangs on.
    #[serde(default)]
    pub is_milestone: Option<bool>,
    /// Stage the run reaches when the task is done.
    #[serde(default)]
    pub stage_on_complete: Option<Stage>,
    /// Who does it.
    #[serde(default)]
    pub assignee_id: Option<String>,
    /// Fallback when no document describes it.
    #[serde(default)]
    pub instructions_url: Option<String>,
    /// The document that describes it.
    #[serde(default)]
    pub instruction_doc_id: Option<String>,
    /// The step in that document.
    #[serde(default)]
    pub instruction_step_id: Option<String>,
    /// Phase id.
    #[serde(default)]
    pub phase: Option<String>,
    /// Systems it touches.
    #[serde(default)]
    pub systems: Option<Vec<String>>,
    /// Hints and gates, free-form.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub validation: Option<Value>,
    /// The slot its link fills.
    #[serde(default)]
    pub required_link_name: Option<String>,
    /// True when a file must be uploaded.
    #[serde(default)]
    pub requires_file: Option<bool>,
    /// Proof it needs.
    #[serde(default)]
    pub proof_requirement: Option<ProofRequirement>,
    /// Planned artifacts.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub artifact_refs: Option<Vec<Object>>,
    /// Planned assistant jobs.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub assistant_job_refs: Option<Vec<Object>>,
    /// Audit events.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    pub audit_event_refs: Option<Vec<Object>>,
}

const KNOWN: [&str; 18] = [
    "name",
    "type",
    "emoji",
    "tags",
    "defaultAssigneeId",
    "phases",
    "sourceDocIds",
    "references",
    "bundleLinkDefinitions",
    "taskDefinitions",
    "triggerType",
    "triggerSchedule",
    "triggerLeadDays",
    "triggerEnabled",
    "timezone",
    "description",
    "titlePattern",
    "anchorMeaning",
];

/// Reads a new template.
///
/// # Errors
/// Every field that is missing or wrong, in the contract's order.
pub fn parse_new(body: &Object) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body);
    fields.required_text("name", "name is required");
    fields.required_text("type", "type is required");
    if fields.value("taskDefinitions").is_none() {
        fields.refuse("taskDefinitions", "taskDefinitions is required");
    }
    check(&mut fields);
    fields.finish()?;
    Ok(kept(body).into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// The fields a template knows. A schedule is kept with one blank between its fields, whatever stood there.
fn kept(body: &Object) -> Object {
    let mut fields = input::kept(body, &KNOWN);
    if let Some(Value::String(schedule)) = fields.get_mut("triggerSchedule") {
        *schedule = schedule.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    fields
}

/// Reads the changes to a template. A `null` removes an optional field.
///
/// # Errors
/// Every field that is wrong, or that nothing would change.
pub fn parse_changes(body: &Object) -> Result<Object, Refusal> {
    let changes = kept(body);
    if changes.is_empty() {
        return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
    }
    let mut fields = Fields::of(body);
    for key in ["name", "type"] {
        if body.contains_key(key) {
            fields.required_text(key, &format!("{key} must not be blank"));
        }
    }
    if body.get("taskDefinitions").is_some_and(Value::is_null) {
        fields.refuse("taskDefinitions", "taskDefinitions must be a non-empty list");
    }
    check(&mut fields);
    fields.finish()?;
    Ok(changes)
}

fn check(fields: &mut Fields<'_>) {
    check_definitions(fields);
    fields.texts("sourceDocIds");
    check_phases(fields);
    fields.boolean("triggerEnabled");
    if fields.text("timezone").is_some_and(|name| !name.is_empty() && name.parse::<crate::time::Tz>().is_err()) {
        fields.refuse("timezone", "timezone must be an IANA name such as Europe/Berlin");
    }
    for key in ["emoji", "defaultAssigneeId", "triggerType", "triggerSchedule", "description", "titlePattern", "anchorMeaning"] {
        fields.text(key);
    }
    if fields.value("triggerLeadDays").is_some_and(|days| !days.is_number()) {
        fields.refuse("triggerLeadDays", "triggerLeadDays must be a number of days");
    }
    fields.texts("tags");
    fields.named_links("references", &[]);
    fields.references("bundleLinkDefinitions", "name");
}

fn check_definitions(fields: &mut Fields<'_>) {
    let Some(value) = fields.value("taskDefinitions") else { return };
    match value.as_array() {
        Some(list) if list.is_empty() => fields.refuse("taskDefinitions", "taskDefinitions must be a non-empty list"),
        Some(list) if list.len() > MAX_TASKS => {
            fields.refuse("taskDefinitions", format!("taskDefinitions must have at most {MAX_TASKS} entries"));
        }
        Some(_) if input::depth(value) > input::MAX_DEPTH => {
            fields.refuse("taskDefinitions", format!("taskDefinitions must be nested at most {} levels deep", input::MAX_DEPTH));
        }
        Some(list) => fields.extend(list.iter().enumerate().flat_map(|(index, entry)| definition_errors(index, entry)).collect()),
        None => fields.refuse("taskDefinitions", "taskDefinitions must be a non-empty list"),
    }
}

fn definition_errors(index: usize, entry: &Value) -> Vec<FieldError> {
    let pointer = format!("/taskDefinitions/{index}");
    let Some(object) = entry.as_object() else {
        return vec![FieldError {
            message: "each of taskDefinitions must be an object with refId, description and offsetDays".to_owned(),
            pointer,
        }];
    };
    let mut fields = Fields::at(object, pointer);
    fields.required_text("refId", "each of taskDefinitions needs a refId");
    fields.required_text("description", "each of taskDefinitions needs a description");
    let days = fields.value("offsetDays").and_then(Value::as_f64);
    if !days.is_some_and(|days| days.fract() == 0.0 && days.abs() <= MAX_OFFSET as f64) {
        fields.refuse("offsetDays", format!("each of taskDefinitions needs offsetDays, a whole number from -{MAX_OFFSET} to {MAX_OFFSET}"));
    }
    for key in ["instructionDocId", "instructionStepId", "phase"] {
        fields.text(key);
    }
    fields.texts("systems");
    fields.text_or_object("validation");
    fields.boolean("isMilestone");
    if fields.value("stageOnComplete").is_some() {
        fields.one_of(
            "stageOnComplete",
            &Stage::ALL.map(Stage::as_str),
            "stageOnComplete must be 'preparation', 'announced', 'after-event' or 'done'",
        );
    }
    for key in ["assigneeId", "requiredLinkName"] {
        fields.text(key);
    }
    fields.link("instructionsUrl", None);
    fields.boolean("requiresFile");
    fields.proof("proofRequirement");
    for (list, id_key) in refs::LISTS {
        fields.references(list, id_key);
    }
    fields.into_errors()
}

fn check_phases(fields: &mut Fields<'_>) {
    let Some(value) = fields.value("phases") else { return };
    let named = |phase: &Value, key: &str| phase.get(key).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    let stage = |phase: &Value| phase.get("stage").is_none_or(Value::is_string);
    let good = |list: &Vec<Value>| list.iter().all(|phase| named(phase, "id") && named(phase, "name") && stage(phase));
    if !value.as_array().is_some_and(good) {
        fields.refuse("phases", "phases must be a list of objects with a non-blank id and name, and a string stage");
    }
}

/// A new template from its validated fields.
pub fn new(id: TemplateId, fields: &Object, now: Timestamp) -> Template {
    let bare = Template {
        id,
        name: String::new(),
        kind: String::new(),
        emoji: None,
        tags: None,
        default_assignee_id: None,
        phases: None,
        source_doc_ids: None,
        references: None,
        bundle_link_definitions: None,
        task_definitions: Vec::new(),
        trigger_type: None,
        trigger_schedule: None,
        trigger_lead_days: None,
        trigger_enabled: None,
        timezone: None,
        pauses: Vec::new(),
        archived_at: None,
        scheduled_since: None,
        description: None,
        title_pattern: None,
        anchor_meaning: None,
        content_hash: None,
        differs_from_git: None,
        created_at: now,
        updated_at: now,
        version: 0,
    };
    json::merged(&bare, fields)
}
