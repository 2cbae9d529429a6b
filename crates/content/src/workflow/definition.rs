//! The YAML of a workflow and, as its serialised form, the same in the API's words.

use dataops_domain::bundle::Stage;
use dataops_domain::json::{self, Object};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::yaml::ProofYaml;

/// A whole file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
pub(super) struct WorkflowYaml {
    #[serde(skip_serializing)]
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    emoji: Option<String>,
    title_pattern: String,
    description: String,
    #[serde(rename(serialize = "anchorMeaning"))]
    anchor: String,
    tags: Vec<String>,
    #[serde(rename(serialize = "defaultAssigneeId"))]
    default_assignee: String,
    #[serde(skip_serializing)]
    trigger: Trigger,
    #[serde(rename(serialize = "sourceDocIds"))]
    source_document_ids: Vec<String>,
    references: Vec<ReferenceYaml>,
    #[serde(rename(serialize = "bundleLinkDefinitions"))]
    bundle_links: Vec<SlotYaml>,
    phases: Vec<PhaseYaml>,
    #[serde(rename(serialize = "taskDefinitions"))]
    tasks: Vec<TaskYaml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigger {
    mode: TriggerMode,
    schedule: Option<String>,
    lead_days: Option<u32>,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum TriggerMode {
    Manual,
    Automatic,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ReferenceYaml {
    name: String,
    url: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
struct SlotYaml {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filled_by: Option<FilledBy>,
}

/// Who fills a slot that no task fills.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum FilledBy {
    Operator,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PhaseYaml {
    id: String,
    name: String,
    stage: Stage,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all(serialize = "camelCase"))]
struct TaskYaml {
    #[serde(rename(serialize = "refId"))]
    id: String,
    #[serde(rename(serialize = "description"))]
    name: String,
    offset_days: i64,
    #[serde(rename(serialize = "phase"))]
    phase_id: String,
    #[serde(rename(serialize = "isMilestone"), default, skip_serializing_if = "Option::is_none")]
    milestone: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage_on_complete: Option<Stage>,
    #[serde(rename(serialize = "assigneeId"), default, skip_serializing_if = "Option::is_none")]
    assignee: Option<String>,
    #[serde(rename(serialize = "requiredLinkName"), default, skip_serializing_if = "Option::is_none")]
    required_link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requires_file: Option<bool>,
    #[serde(rename(serialize = "proofRequirement"), default, skip_serializing_if = "Option::is_none")]
    proof: Option<ProofYaml>,
    instruction_doc_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instruction_step_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    systems: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    validation: Option<Object>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    artifact_refs: Vec<Object>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    assistant_job_refs: Vec<Object>,
}

impl WorkflowYaml {
    /// The body that makes the template.
    ///
    /// # Errors
    /// What its trigger lacks.
    pub(super) fn fields(&self) -> Result<Object, String> {
        let mut fields = json::object(self);
        let trigger = &self.trigger;
        match (&trigger.mode, &trigger.schedule, trigger.lead_days, trigger.enabled) {
            (TriggerMode::Manual, None, None, None) => {
                fields.insert("triggerType".to_owned(), json!("manual"));
            }
            (TriggerMode::Manual, ..) => return Err("trigger: mode manual takes no schedule, lead_days or enabled".to_owned()),
            (TriggerMode::Automatic, Some(schedule), Some(lead_days), Some(enabled)) => {
                let pairs = [
                    ("triggerType", json!("automatic")),
                    ("triggerSchedule", json!(schedule)),
                    ("triggerLeadDays", json!(lead_days)),
                    ("triggerEnabled", json!(enabled)),
                ];
                fields.extend(pairs.map(|(key, value)| (key.to_owned(), value)));
            }
            (TriggerMode::Automatic, ..) => return Err("trigger: mode automatic needs schedule, lead_days and enabled".to_owned()),
        }
        Ok(fields)
    }
}
