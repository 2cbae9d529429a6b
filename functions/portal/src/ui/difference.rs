//! Differences in the operator's words: which field of a template or task says what, and what it would say.

use dataops_api::views::row::Person;
use dataops_domain::template::difference::FieldChange;
use maud::{Markup, html};
use serde_json::Value;

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 160;

/// A field's name as a person says it.
pub fn label(field: &str) -> &str {
    match field {
        "name" => "Name",
        "type" => "Short name",
        "emoji" => "Emoji",
        "description" => "What is to be done",
        "titlePattern" => "Title of a run",
        "anchorMeaning" => "What the date means",
        "tags" => "Tags",
        "defaultAssigneeId" => "Done by, unless a task says otherwise",
        "triggerType" => "How it starts",
        "triggerSchedule" => "Schedule",
        "triggerLeadDays" => "Days ahead",
        "triggerEnabled" => "Schedule switched on",
        "sourceDocIds" => "Documents",
        "references" => "References",
        "bundleLinkDefinitions" => "Links of a run",
        "phases" => "Phases",
        "offsetDays" => "Days from the date",
        "date" => "Due",
        "phase" => "Phase",
        "isMilestone" => "Milestone",
        "stageOnComplete" => "Stage when done",
        "assigneeId" => "Done by",
        "requiredLinkName" => "Link it needs",
        "requiresFile" => "Needs a file",
        "proofRequirement" => "Proof",
        "instructionDocId" => "Document",
        "instructionStepId" => "Step",
        "instructionsUrl" => "Instructions elsewhere",
        "systems" => "Systems",
        "validation" => "Rules",
        "artifactRefs" => "Planned artifacts",
        "assistantJobRefs" => "Planned assistants",
        "auditEventRefs" => "Events",
        other => other,
    }
}

/// A value in a few words.
pub fn value(field: &str, value: &Value, people: &[Person]) -> String {
    let words = match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(id) if field.ends_with("ssigneeId") => {
            people.iter().find(|person| person.id == *id).map_or_else(|| id.clone(), |person| person.name.clone())
        }
        Value::String(date) if field == "date" => {
            dataops_domain::time::parse_date(date).map_or_else(|| date.clone(), super::words::full_date)
        }
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "nothing".to_owned(),
        Value::Array(list) => list.iter().map(entry).collect::<Vec<_>>().join(", "),
        Value::Object(proof) if field == "proofRequirement" => proof_words(proof),
        other => other.to_string(),
    };
    if words.chars().count() <= LONGEST { words } else { words.chars().take(LONGEST).chain(['…']).collect() }
}

fn entry(value: &Value) -> String {
    let named = value.get("name").and_then(Value::as_str);
    value.as_str().or(named).map_or_else(|| value.to_string(), str::to_owned)
}

fn proof_words(proof: &dataops_domain::json::Object) -> String {
    let text = |key: &str| proof.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = match text("type") {
        "url" => "a link",
        "file" => "a file",
        "artifact" => "an approved artifact",
        "comment" => "a comment",
        "external-status" => "a status elsewhere",
        other => other,
    };
    let label = if text("label").is_empty() { String::new() } else { format!(": {}", text("label")) };
    let required = if proof.get("required") == Some(&Value::Bool(false)) { ", if there is one" } else { "" };
    format!("{kind}{label}{required}")
}

/// One changed field: what it says, and what it would say.
pub fn field(change: &FieldChange, people: &[Person], note: &str) -> Markup {
    html! {
        li {
            span .change-label { (label(&change.field)) }
            span { del { (value(&change.field, &change.from, people)) } " " span aria-hidden="true" { "→" } span .sr { " becomes " } " " ins { (value(&change.field, &change.to, people)) } }
            @if !note.is_empty() { span .hint { (note) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_told_in_words() {
        let people = [Person { id: "u1".into(), name: "Olga Petrova".into(), disabled: false }];
        assert_eq!(value("assigneeId", &json!("u1"), &people), "Olga Petrova");
        assert_eq!(
            value("proofRequirement", &json!({ "type": "url", "label": "Luma", "required": false }), &people),
            "a link: Luma, if there is one"
        );
        assert_eq!(value("phases", &json!([{ "id": "a", "name": "First" }, { "id": "b", "name": "Second" }]), &people), "First, Second");
        assert_eq!(value("date", &json!("2026-11-20"), &people), "Friday 20 November 2026");
        assert_eq!(value("tags", &json!(null), &people), "nothing");
    }
}
