//! Rules about workflows.

use std::collections::BTreeMap;

use dataops_domain::Timestamp;
use dataops_domain::template::{Definition, Template};
use serde_json::Value;

use super::{Finding, links, repeated, slots, words};
use crate::documents::Documents;
use crate::{Content, Workflow};

pub(super) fn check(content: &Content) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut files: BTreeMap<&str, &str> = BTreeMap::new();
    for workflow in content.workflows() {
        let mut found = messages(workflow, content.documents());
        if let Some(other) = files.insert(workflow.id.as_str(), &workflow.source) {
            found.push(format!("id '{}' is the id of {other} too", workflow.id));
        }
        findings.extend(found.into_iter().map(|message| Finding { file: workflow.shown(), message }));
    }
    findings
}

fn messages(workflow: &Workflow, documents: &Documents) -> Vec<String> {
    let template = workflow.template(Timestamp::from_millis(0));
    let tasks = template.definitions();
    let mut found = head(workflow, &template, documents);
    found.extend(repeats(&template, &tasks));
    let phases: Vec<&str> = template.phases.iter().flatten().map(|phase| phase.id.as_str()).collect();
    for task in &tasks {
        let said = task_messages(task, &phases, documents);
        found.extend(said.into_iter().map(|message| format!("task {}: {message}", task.ref_id)));
    }
    for pair in tasks.windows(2) {
        if let [before, after] = pair
            && before.offset_days > after.offset_days
        {
            found.push(format!("task {}: not in date order; it is due before {}, which stands above it", after.ref_id, before.ref_id));
        }
    }
    found.extend(slots::check(&template, &tasks));
    found.extend(words::placeholders(&texts(&Value::Object(workflow.fields.clone()))));
    found
}

fn head(workflow: &Workflow, template: &Template, documents: &Documents) -> Vec<String> {
    let mut found = Vec::new();
    let kind = &template.kind;
    if !words::is_slug(kind, "") {
        found.push(format!("type '{kind}': expected lower-case letters, digits and -"));
    }
    if workflow.source != format!("workflows/{kind}.yaml") {
        found.push(format!("type '{kind}': expected the file name without .yaml"));
    }
    if workflow.id.as_str() != format!("task-template.tasks.{kind}") {
        found.push(format!("id '{}': expected task-template.tasks.{kind}", workflow.id));
    }
    found.extend(words::role(template.default_assignee_id.as_deref()));
    found.extend(template.trigger_schedule.as_deref().and_then(words::schedule));
    found.extend(template.source_doc_ids.iter().flatten().filter_map(|id| links::instruction(documents, id, None)));
    found
}

fn repeats(template: &Template, tasks: &[Definition]) -> Vec<String> {
    let phases = template.phases.iter().flatten().map(|phase| phase.id.as_str());
    let slots = template.bundle_link_definitions.iter().flatten().map(|slot| slot.name.as_str());
    let refs = tasks.iter().map(|task| task.ref_id.as_str());
    let said = |what: &'static str| move |name: &str| format!("{what} '{name}' is there more than once");
    let mut found: Vec<String> = repeated(phases).into_iter().map(said("phase")).collect();
    found.extend(repeated(slots).into_iter().map(said("slot")));
    found.extend(repeated(refs).into_iter().map(said("task")));
    found
}

fn task_messages(task: &Definition, phases: &[&str], documents: &Documents) -> Vec<String> {
    let mut found = Vec::new();
    if !words::is_slug(&task.ref_id, "") {
        found.push("id: expected lower-case letters, digits and -".to_owned());
    }
    found.extend(task.phase.as_deref().filter(|phase| !phases.contains(phase)).map(|phase| format!("unknown phase '{phase}'")));
    found.extend(words::role(task.assignee_id.as_deref()));
    let step = task.instruction_step_id.as_deref();
    found.extend(task.instruction_doc_id.as_deref().and_then(|id| links::instruction(documents, id, step)));
    found
}

/// Every text in a value, one per line.
fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(texts).collect::<Vec<_>>().join("\n"),
        Value::Object(object) => object.values().map(texts).collect::<Vec<_>>().join("\n"),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}
