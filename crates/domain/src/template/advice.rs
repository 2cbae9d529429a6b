//! What is allowed in a template and yet hardly meant: a phase no task can be in, a link slot that is not there, a ref
//! used twice. The API takes all of it, so this is advice and refuses nothing; an editor shows it at the field.

use std::collections::HashSet;

use serde_json::Value;

use super::{Definition, Template};
use crate::bundle::Stage;
use crate::refusal::FieldError;

/// Advice on a template, in the order of its fields. Documents, people and schedules are judged by whoever knows them.
pub fn advice(template: &Template) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut say = |pointer: String, message: String| found.push(FieldError { pointer, message });
    let mut phases = HashSet::new();
    for (index, phase) in template.phases.iter().flatten().enumerate() {
        if !phases.insert(phase.id.as_str()) {
            say(format!("/phases/{index}/id"), format!("the phase '{}' is there more than once", phase.id));
        }
        if phase.stage.as_deref().is_some_and(|stage| Stage::parse(stage).is_none()) {
            say(format!("/phases/{index}/stage"), "a stage is preparation, announced, after-event or done".to_owned());
        }
    }
    let mut slots = HashSet::new();
    for (index, slot) in template.bundle_link_definitions.iter().flatten().enumerate() {
        if !slots.insert(slot.name.as_str()) {
            say(format!("/bundleLinkDefinitions/{index}/name"), format!("the link '{}' is there more than once", slot.name));
        }
    }
    let mut refs = HashSet::new();
    for (index, raw) in template.task_definitions.iter().enumerate() {
        let Ok(task) = serde_json::from_value::<Definition>(Value::Object(raw.clone())) else { continue };
        let at = |field: &str| format!("/taskDefinitions/{index}/{field}");
        if !refs.insert(task.ref_id.clone()) {
            say(at("refId"), format!("'{}' names another task already; a start makes only the first of them", task.ref_id));
        }
        if let Some(phase) = task.phase.as_deref().filter(|phase| !phase.is_empty() && !phases.contains(phase)) {
            say(at("phase"), format!("there is no phase '{phase}'; the task would stand outside of the phases"));
        }
        if let Some(slot) = task.required_link_name.as_deref().filter(|slot| !slot.is_empty() && !slots.contains(slot)) {
            say(at("requiredLinkName"), format!("the workflow has no link '{slot}'; the task asks for it all the same"));
        }
        for slot in awaited(&task).filter(|slot| !slots.contains(slot)) {
            say(at("validation"), format!("it waits for the link '{slot}', which the workflow does not have"));
        }
    }
    found
}

fn awaited(task: &Definition) -> impl Iterator<Item = &str> {
    let gates = task.validation.as_ref().and_then(|validation| validation.get("requiredBundleLinks")).and_then(Value::as_array);
    gates.into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::id::TemplateId;
    use crate::time::Timestamp;

    #[test]
    fn what_leads_nowhere_is_named_at_its_field() {
        let Value::Object(fields) = json!({ "name": "A", "type": "a",
            "phases": [{ "id": "p", "name": "P", "stage": "soon" }, { "id": "p", "name": "Q" }],
            "bundleLinkDefinitions": [{ "name": "Luma" }],
            "taskDefinitions": [
                { "refId": "x", "description": "X", "offsetDays": 0, "phase": "q", "requiredLinkName": "Meetup" },
                { "refId": "x", "description": "Y", "offsetDays": 1, "phase": "p", "requiredLinkName": "Luma", "validation": { "requiredBundleLinks": ["Luma", "Blog"] } },
            ] })
        else {
            panic!("an object")
        };
        let found = advice(&super::super::new(TemplateId::new("t"), &fields, Timestamp::from_millis(0)));
        let pointers: Vec<&str> = found.iter().map(|advice| advice.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/phases/0/stage",
                "/phases/1/id",
                "/taskDefinitions/0/phase",
                "/taskDefinitions/0/requiredLinkName",
                "/taskDefinitions/1/refId",
                "/taskDefinitions/1/validation"
            ]
        );
    }
}
