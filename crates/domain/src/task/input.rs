//! Reading task bodies: which fields a request may set, and what each must look like (wire contract 4.3, 4.4).

use serde_json::Value;

use super::{Status, Task};
use crate::input::{self, Fields, MAX_LONG_TEXT};
use crate::json::Object;
use crate::refs;
use crate::refusal::Refusal;

/// The words that refuse a wait without its three parts.
pub const WAITING_NEEDS: &str = "Waiting tasks require waitingFor, followUpAt, and comment";

/// The longest id of something else, in characters: index keys take 2,048 bytes.
const MAX_REFERENCE: usize = 256;

const CREATABLE: [&str; 27] = [
    "description",
    "date",
    "comment",
    "bundleId",
    "source",
    "status",
    "waitingFor",
    "followUpAt",
    "followUpChannel",
    "proofRequirement",
    "externalStatus",
    "instructionsUrl",
    "instructionDocId",
    "instructionStepId",
    "phase",
    "systems",
    "validation",
    "link",
    "requiredLinkName",
    "requiresFile",
    "assigneeId",
    "tags",
    "templateId",
    "artifactRefs",
    "assistantJobRefs",
    "auditEventRefs",
    "sourceDocIds",
];

/// Reads the fields of a new task. `owned` are addresses of artifacts that are its workflow's.
///
/// # Errors
/// Every field that is missing or wrong, in the contract's order.
pub fn parse_new(body: &Object, owned: &[String]) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body).owning(owned);
    fields.required_text("description", "Missing required field: description");
    match fields.value("date") {
        None | Some(Value::Bool(false)) => fields.refuse("date", "Missing required field: date"),
        Some(Value::Number(zero)) if zero.as_f64() == Some(0.0) => fields.refuse("date", "Missing required field: date"),
        Some(Value::String(text)) if text.is_empty() => fields.refuse("date", "Missing required field: date"),
        Some(_) => fields.date("date"),
    }
    check_status(&mut fields);
    if body.get("status").and_then(Value::as_str) == Some(Status::Waiting.as_str()) {
        let filled = |key: &str| body.get(key).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
        if !["waitingFor", "followUpAt", "comment"].iter().all(|key| filled(key)) {
            fields.refuse("waitingFor", WAITING_NEEDS);
        }
    }
    check_common(&mut fields, None);
    fields.finish()?;
    Ok(input::kept(body, &CREATABLE).into_iter().filter(|(key, value)| !(value.is_null() && NEVER_NULL.contains(&key.as_str()))).collect())
}

/// Reads the changes to a task. `stored` is the task as it was read; its own values always pass, and so do the
/// addresses of artifacts that are its or its workflow's.
///
/// # Errors
/// Every field that is wrong, or that nothing would change.
pub fn parse_changes(body: &Object, stored: Option<&Task>, owned: &[String]) -> Result<Object, Refusal> {
    let mut known = CREATABLE.to_vec();
    known.push(refs::INTAKE.0);
    let changes = input::kept(body, &known);
    if changes.is_empty() {
        return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
    }
    let mut fields = Fields::of(body).owning(owned);
    check_status(&mut fields);
    check_common(&mut fields, stored);
    fields.references(refs::INTAKE.0, refs::INTAKE.1);
    if body.contains_key("description") {
        fields.required_text("description", "description must not be blank");
    }
    for key in NEVER_NULL.iter().filter(|key| !matches!(**key, "description" | "status")) {
        if body.get(*key).is_some_and(Value::is_null) {
            fields.refuse(key, format!("{key} must not be null"));
        }
    }
    fields.date("date");
    fields.finish()?;
    Ok(changes)
}

/// Fields that a task always has, so `null` is no value for them.
const NEVER_NULL: [&str; 5] = ["description", "date", "status", "source", "sourceDocIds"];

fn check_status(fields: &mut Fields<'_>) {
    fields.one_of("status", &Status::ALL.map(Status::as_str), Status::UNKNOWN);
}

fn check_common(fields: &mut Fields<'_>, stored: Option<&Task>) {
    for key in ["instructionDocId", "instructionStepId", "phase"] {
        fields.text(key);
    }
    fields.texts("systems");
    fields.text_or_object("validation");
    fields.proof("proofRequirement");
    for (list, id_key) in refs::LISTS {
        fields.references(list, id_key);
    }
    fields.text_up_to("comment", MAX_LONG_TEXT);
    for key in ["source", "waitingFor", "followUpChannel", "externalStatus", "requiredLinkName"] {
        fields.text(key);
    }
    for key in ["assigneeId", "bundleId", "templateId"] {
        fields.text_up_to(key, MAX_REFERENCE);
    }
    fields.date_or_timestamp("followUpAt");
    fields.link("instructionsUrl", stored.and_then(|task| task.instructions_url.text()));
    fields.link("link", stored.and_then(|task| task.link.text()));
    fields.boolean("requiresFile");
    fields.texts("tags");
    fields.texts("sourceDocIds");
}
