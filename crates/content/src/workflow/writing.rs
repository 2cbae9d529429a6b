//! Writing a template as the YAML of a definition, in the style of the shipped files, so that a review shows what a
//! person changed and nothing else.
//!
//! What is written is read again: [`written`] says what of the template the file does not hold, because definitions in
//! Git are stricter than templates made through the API.

use dataops_domain::json::Object;
use dataops_domain::template::Template;
use dataops_domain::template::difference::{self, FieldChange};
use serde_json::Value;

use super::Workflow;
use crate::files::File;
use crate::yaml;

/// A template as a file of `content/workflows/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The file's name, such as `podcast.yaml`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What has to be mended before Git can take it, or is not in the file.
    pub problems: Vec<String>,
}

/// The file a template makes.
pub fn written(template: &Template) -> Written {
    let text = text(template);
    let name = format!("{}.yaml", template.kind);
    let file = File { path: format!("workflows/{name}"), bytes: text.clone().into_bytes(), written: None };
    let problems = match super::read(&file) {
        Ok(read) => lost(template, &read),
        Err(problems) => problems.into_iter().map(|problem| problem.message).collect(),
    };
    Written { name, text, problems }
}

/// What a template has that its file does not say.
fn lost(template: &Template, read: &Workflow) -> Vec<String> {
    let found = difference::between(template, &read.template(template.created_at));
    let gone = |field: &FieldChange| !says(&difference::essence(&field.to), &difference::essence(&field.from));
    let of_fields = found.fields.iter().filter(|field| gone(field)).map(|field| format!("{} is not in the file", field.field));
    let of_tasks = found.tasks.iter().flat_map(|task| {
        let lost = task.fields.iter().filter(|field| gone(field));
        lost.map(|field| format!("task {}: {} is not in the file", task.ref_id, field.field))
    });
    of_fields.chain(of_tasks).collect()
}

/// True when `file` says all that `value` does; it may say more, such as whether a proof is required.
fn says(file: &Value, value: &Value) -> bool {
    match (file, value) {
        (_, Value::Null) => true,
        (Value::Object(file), Value::Object(value)) => value.iter().all(|(key, value)| file.get(key).is_some_and(|file| says(file, value))),
        (file, value) => file == value,
    }
}

const SCHEMA: &str = "# yaml-language-server: $schema=../schemas/workflow.schema.json";

fn text(template: &Template) -> String {
    let mut out = Lines::default();
    out.line(SCHEMA);
    out.line(&format!("id: {}", plain(&format!("task-template.tasks.{}", template.kind))));
    out.line(&format!("type: {}", plain(&template.kind)));
    out.line(&format!("name: {}", plain(&template.name)));
    out.quoted("emoji", template.emoji.as_deref());
    out.quoted("title_pattern", template.title_pattern.as_deref());
    out.quoted("description", template.description.as_deref());
    out.quoted("anchor", template.anchor_meaning.as_deref());
    out.line(&format!("tags: {}", texts(template.tags.as_deref().unwrap_or_default())));
    if let Some(assignee) = template.default_assignee_id.as_deref().filter(|assignee| !assignee.is_empty()) {
        out.line(&format!("default_assignee: {}", plain(assignee)));
    }
    out.line(&format!("trigger: {}", trigger(template)));
    out.line(&format!("source_document_ids: {}", texts(template.source_doc_ids.as_deref().unwrap_or_default())));
    let references =
        template.references.iter().flatten().map(|link| format!("{{name: {}, url: {}}}", inner(&link.name), quoted(&link.url)));
    out.list("references", references.collect());
    out.list("bundle_links", template.bundle_link_definitions.iter().flatten().map(|slot| link_slot(&slot.name, &slot.extra)).collect());
    let phase = |phase: &dataops_domain::template::Phase| {
        let stage = phase.stage.as_deref().map(|stage| format!(", stage: {}", inner(stage))).unwrap_or_default();
        format!("{{id: {}, name: {}{stage}}}", inner(&phase.id), inner(&phase.name))
    };
    out.list("phases", template.phases.iter().flatten().map(phase).collect());
    out.line("tasks:");
    for (index, definition) in template.task_definitions.iter().enumerate() {
        if index > 0 {
            out.line("");
        }
        task(&mut out, definition);
    }
    out.0
}

fn trigger(template: &Template) -> String {
    if template.trigger_type.as_deref() != Some("automatic") {
        return "{mode: manual}".to_owned();
    }
    let schedule = quoted(template.trigger_schedule.as_deref().unwrap_or_default());
    let lead = template.trigger_lead_days.as_ref().map_or_else(|| "0".to_owned(), number);
    format!("{{mode: automatic, schedule: {schedule}, lead_days: {lead}, enabled: {}}}", template.trigger_enabled != Some(false))
}

fn link_slot(name: &str, extra: &Object) -> String {
    let text = |key: &str| extra.get(key).and_then(Value::as_str);
    let description = text("description").map(|words| format!(", description: {}", quoted(words))).unwrap_or_default();
    let filled_by = text("filledBy").map(|who| format!(", filled_by: {}", inner(who))).unwrap_or_default();
    format!("{{name: {}{description}{filled_by}}}", inner(name))
}

/// The keys of a task in the file, in its order, with their names in a template.
const TASK: [(&str, &str); 16] = [
    ("id", "refId"),
    ("name", "description"),
    ("offset_days", "offsetDays"),
    ("phase_id", "phase"),
    ("milestone", "isMilestone"),
    ("stage_on_complete", "stageOnComplete"),
    ("assignee", "assigneeId"),
    ("required_link", "requiredLinkName"),
    ("requires_file", "requiresFile"),
    ("proof", "proofRequirement"),
    ("instruction_doc_id", "instructionDocId"),
    ("instruction_step_id", "instructionStepId"),
    ("systems", "systems"),
    ("validation", "validation"),
    ("artifact_refs", "artifactRefs"),
    ("assistant_job_refs", "assistantJobRefs"),
];

fn task(out: &mut Lines, definition: &Object) {
    for (key, name) in TASK {
        let Some(value) = definition.get(name).filter(|value| is_said(value)) else { continue };
        let start = if key == "id" { "  - " } else { "    " };
        match (key, value) {
            ("validation", Value::Object(rules)) => validation(out, rules),
            ("instruction_step_id", Value::String(step)) => out.line(&format!("{start}{key}: {}", quoted(step))),
            ("proof", Value::Object(proof)) => out.line(&format!("{start}{key}: {}", flow(&Value::Object(with_defaults(proof))))),
            (_, Value::String(text)) => out.line(&format!("{start}{key}: {}", plain(text))),
            (_, value) => out.line(&format!("{start}{key}: {}", flow(value))),
        }
    }
}

fn is_said(value: &Value) -> bool {
    !matches!(value, Value::Null) && value.as_str() != Some("") && value.as_array().is_none_or(|list| !list.is_empty())
}

/// A file names all three parts of a proof.
fn with_defaults(proof: &Object) -> Object {
    let mut proof = proof.clone();
    let kind = proof.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    proof.entry("label").or_insert(Value::String(kind));
    proof.entry("required").or_insert(Value::Bool(true));
    proof
}

/// The rules of a task, one a line; a rule with a nested object in it takes a line for each of its parts.
fn validation(out: &mut Lines, rules: &Object) {
    if rules.is_empty() {
        return out.line("    validation: {}");
    }
    out.line("    validation:");
    for (key, value) in rules {
        let key = plain(key);
        match value {
            Value::String(text) => out.line(&format!("      {key}: {}", quoted(text))),
            Value::Object(parts) if parts.values().any(|part| part.as_object().is_some_and(|inner| !inner.is_empty())) => {
                out.line(&format!("      {key}:"));
                for (name, part) in parts {
                    match part {
                        Value::Object(inner) if !inner.is_empty() => {
                            out.line(&format!("        {}:", plain(name)));
                            for (name, value) in inner {
                                out.line(&format!("          {}: {}", plain(name), flow(value)));
                            }
                        }
                        part => out.line(&format!("        {}: {}", plain(name), flow(part))),
                    }
                }
            }
            value => out.line(&format!("      {key}: {}", flow(value))),
        }
    }
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn quoted(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.line(&format!("{key}: {}", quoted(text)));
        }
    }

    fn list(&mut self, key: &str, entries: Vec<String>) {
        if entries.is_empty() {
            return self.line(&format!("{key}: []"));
        }
        self.line(&format!("{key}:"));
        for entry in entries {
            self.line(&format!("  - {entry}"));
        }
    }
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(figure) => number(figure),
        Value::String(text) => inner(text),
        Value::Array(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(object) => {
            let pairs: Vec<String> = object.iter().map(|(key, value)| format!("{}: {}", inner(key), flow(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// Whole numbers without a point: `-14`, not `-14.0`.
fn number(figure: &serde_json::Number) -> String {
    match figure.as_f64() {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => figure.to_string(),
    }
}

fn texts(list: &[String]) -> String {
    format!("[{}]", list.iter().map(|text| inner(text)).collect::<Vec<_>>().join(", "))
}

/// A text in double quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A text on a line of its own: without quotes when nothing in it means something else to YAML.
fn plain(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A text inside brackets, where commas and brackets mean something, too.
fn inner(text: &str) -> String {
    if is_plain(text) && !text.contains([',', '[', ']', '{', '}', '\'']) { text.to_owned() } else { quoted(text) }
}

fn is_plain(text: &str) -> bool {
    let first = |letter: char| letter.is_alphabetic();
    let inside = |letter: char| letter.is_alphanumeric() || " ./_-@()'&+*,;:?!#%=<>[]{}|".contains(letter) || !letter.is_ascii();
    let other =
        |text: &str| matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    text.starts_with(first)
        && text.chars().all(|letter| inside(letter) && !letter.is_control() && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}'))
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !other(text)
        && yaml::is_text(text)
}
