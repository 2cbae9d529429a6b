//! Starting a workflow: from a template and an anchor date to a bundle and its tasks (WM-10).

use serde_json::Value;

use crate::bundle::{self, Bundle};
use crate::id::{self, BundleId, TaskId};
use crate::json::Object;
use crate::maybe::Maybe;
use crate::refs::NamedLink;
use crate::refusal::Refusal;
use crate::reschedule::Planned;
use crate::task::Task;
use crate::template::{Definition, Template, running};
use crate::time::{self, Date, Timestamp};

/// The bundle a template gives: the caller's fields win whole, what is empty in the template is not copied.
pub fn bundle(id: BundleId, fields: &Object, template: &Template, now: Timestamp) -> Bundle {
    let mut bundle = bundle::new(id, fields, Some(template.id.clone()), now);
    let given = |key: &str| fields.contains_key(key);
    if !given("references") {
        bundle.references = non_empty(template.references.as_ref());
    }
    if !given("emoji") {
        bundle.emoji = template.emoji.clone().filter(|emoji| !emoji.is_empty()).into();
    }
    if !given("tags") {
        bundle.tags = non_empty(template.tags.as_ref());
    }
    if !given("bundleLinks") {
        let slots = template.bundle_link_definitions.iter().flatten().map(|slot| NamedLink::empty(slot.name.clone()));
        bundle.bundle_links = non_empty(Some(&slots.collect()));
    }
    bundle.source_doc_ids = template.source_doc_ids.clone().unwrap_or_default();
    bundle.phases = template.phases.clone().unwrap_or_default();
    bundle.template_version = Some(template.version);
    bundle
}

fn non_empty<T: Clone>(list: Option<&Vec<T>>) -> Maybe<Vec<T>> {
    list.filter(|list| !list.is_empty()).cloned().into()
}

/// Every task of a run, in the template's order. A repeated ref is skipped.
///
/// # Errors
/// When a date would lie outside the years 1 to 9999.
pub fn tasks(bundle_id: &BundleId, anchor: Date, template: &Template, now: Timestamp) -> Result<Vec<Task>, Refusal> {
    let mut seen = std::collections::HashSet::new();
    let definitions = template.definitions();
    definitions
        .iter()
        .filter(|definition| seen.insert(definition.ref_id.clone()))
        .map(|definition| task(bundle_id, anchor, template, definition, now))
        .collect()
}

/// The date a definition's task falls on.
///
/// # Errors
/// When the date would lie outside the years 1 to 9999.
pub fn due_date(anchor: Date, definition: &Definition) -> Result<Date, Refusal> {
    let out_of_range = || Refusal::field("/anchorDate", format!("anchorDate puts the task '{}' outside the calendar", definition.ref_id));
    time::plus_days(anchor, definition.offset_days as i64).ok_or_else(out_of_range)
}

/// The id of a run's task: the same run and ref always give the same. `anchor` is the date the run was started for.
pub fn task_id(bundle_id: &BundleId, anchor: Date, ref_id: &str) -> TaskId {
    TaskId::new(id::derived(anchor, &["task", bundle_id.as_str(), ref_id]))
}

/// One task of a run.
///
/// # Errors
/// When its date would lie outside the years 1 to 9999.
pub fn task(bundle_id: &BundleId, anchor: Date, template: &Template, definition: &Definition, now: Timestamp) -> Result<Task, Refusal> {
    let id = task_id(bundle_id, anchor, &definition.ref_id);
    let date = due_date(anchor, definition)?;
    let bare = Task::bare(id, definition.description.clone(), date, "template", now);
    let text = |text: &Option<String>| -> Maybe<String> { text.clone().filter(|text| !text.is_empty()).into() };
    let assignee = [&definition.assignee_id, &template.default_assignee_id].into_iter().flatten().find(|id| !id.is_empty());
    let meaningful = |value: &&Value| {
        !matches!(value, Value::Null) && value.as_str() != Some("") && !value.as_object().is_some_and(serde_json::Map::is_empty)
    };
    let task = Task {
        bundle_id: Maybe::Set(bundle_id.to_string()),
        template_id: Maybe::Set(template.id.to_string()),
        template_task_ref: Some(definition.ref_id.clone()),
        instructions_url: text(&definition.instructions_url),
        instruction_doc_id: text(&definition.instruction_doc_id),
        instruction_step_id: text(&definition.instruction_step_id),
        source_doc_ids: template.source_doc_ids.clone().unwrap_or_default(),
        phase: text(&definition.phase),
        systems: non_empty(definition.systems.as_ref()),
        validation: definition.validation.as_ref().filter(meaningful).cloned().into(),
        proof_requirement: definition.proof_requirement.clone().into(),
        artifact_refs: non_empty(definition.artifact_refs.as_ref()),
        assistant_job_refs: non_empty(definition.assistant_job_refs.as_ref()),
        audit_event_refs: non_empty(definition.audit_event_refs.as_ref()),
        required_link_name: text(&definition.required_link_name),
        requires_file: definition.requires_file.into(),
        planned: Some(Planned { offset_days: definition.offset_days as i64, date }),
        stage_on_complete: definition.stage_on_complete,
        assignee_id: assignee.cloned().into(),
        tags: non_empty(template.tags.as_ref()),
        ..bare
    };
    Ok(Task { definition_mark: Some(running::mark(&task, definition.offset_days as i64)), ..task })
}
