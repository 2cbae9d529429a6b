//! The template editor: one section, or one task, a page. Every field says what is wrong with it, and what may be.

use dataops_api::views::templates::TemplatePage;
use dataops_domain::bundle::Stage;
use dataops_domain::json::Object;
use dataops_domain::proof::ProofType;
use dataops_domain::refusal::FieldError;
use maud::{Markup, html};
use serde_json::Value;

use super::template::{SECTIONS, text};
use crate::ui::form::{self, Attempt, Field};
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// Empty rows that a list is offered with.
const SPARE: usize = 3;
/// The form's name, which makes the ids of its fields.
pub const FORM: &str = "template";

/// A list of the editor: its field on the wire, and its columns with their labels.
pub struct List {
    /// The field on the wire.
    pub field: &'static str,
    /// Key and label of each column.
    pub columns: &'static [(&'static str, &'static str)],
}

/// The list a section edits.
pub fn list(section: &str) -> Option<List> {
    match section {
        "phases" => Some(List { field: "phases", columns: &[("id", "Id"), ("name", "Name"), ("stage", "Stage")] }),
        "links" => Some(List { field: "bundleLinkDefinitions", columns: &[("name", "Name"), ("description", "What it is")] }),
        "references" => Some(List { field: "references", columns: &[("name", "Name"), ("url", "Address")] }),
        _ => None,
    }
}

/// The page of a section.
pub fn section(view: &TemplatePage, chrome: &Chrome, section: &str, attempt: &Attempt) -> Option<Page> {
    let title = SECTIONS.iter().find(|(name, _)| *name == section)?.1;
    let path = format!("/templates/{}", view.template.id);
    let fields = match section {
        "basics" => basics(view, attempt),
        "start" => start(view, attempt),
        "documents" => documents(view, attempt),
        _ => rows(view, &list(section)?, attempt),
    };
    Some(frame(view, chrome, title, &format!("{path}/edit/{section}"), attempt, &fields, &html! {}))
}

/// The page of one task; `index` is its place, or none for a new one.
pub fn task(view: &TemplatePage, chrome: &Chrome, index: Option<usize>, attempt: &Attempt) -> Option<Page> {
    let empty = Object::new();
    let task = match index {
        Some(index) => view.template.task_definitions.get(index)?,
        None => &empty,
    };
    let path = format!("/templates/{}", view.template.id);
    let action = index.map_or_else(|| format!("{path}/tasks/new"), |index| format!("{path}/tasks/{index}"));
    let title = if index.is_some() { text(task, "description") } else { "Add a task" };
    let after = html! {
        @if let Some(index) = index {
            section .part { h2 { "Place" }
                p .hint { "Task " (index + 1) " of " (view.template.task_definitions.len()) ". Tasks of one day are worked on in this order." }
                form .actions method="post" data-plain {
                    (form::hidden(&chrome.csrf, &action)) input type="hidden" name="version" value=(view.template.version);
                    button formaction={ (action) "/up" } disabled[index == 0] { "Move up" }
                    button formaction={ (action) "/down" } disabled[index + 1 >= view.template.task_definitions.len()] { "Move down" }
                    button formaction={ (action) "/remove" } { "Remove from the template" }
                }
            }
        }
    };
    Some(frame(view, chrome, title, &action, attempt, &task_fields(view, task, index, attempt), &after))
}

fn frame(view: &TemplatePage, chrome: &Chrome, title: &str, action: &str, attempt: &Attempt, fields: &Markup, after: &Markup) -> Page {
    let path = format!("/templates/{}", view.template.id);
    let version = attempt.value(FORM, "version").map_or_else(|| view.template.version.to_string(), str::to_owned);
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        form .stack method="post" action=(action) data-plain data-check {
            (form::hidden(&chrome.csrf, action))
            input type="hidden" name="version" value=(version);
            (fields)
            p .actions { button .primary { "Save" } a .quiet href=(path) { "Cancel" } }
        }
        (after)
    };
    Page { lead: html! { "Template " a href=(path) { (view.template.name) } }, ..Page::new("template-edit", title, body) }
}

fn basics(view: &TemplatePage, attempt: &Attempt) -> Markup {
    let template = &view.template;
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let tags = template.tags.clone().unwrap_or_default().join(", ");
    let assignee = chosen(attempt, "defaultAssigneeId", template.default_assignee_id.as_deref().unwrap_or_default());
    html! {
        (Field { value: &template.name, required: true, most: 200, ..Field::text(FORM, "name", "Name") }.show(attempt))
        (Field { value: &of(&template.emoji), most: 16, ..Field::text(FORM, "emoji", "Emoji") }.show(attempt))
        (Field { kind: "area", value: &of(&template.description), most: 2_000, ..Field::text(FORM, "description", "What a run is") }.show(attempt))
        (Field { value: &of(&template.title_pattern), most: 200, hint: "words in braces are asked for at the start", ..Field::text(FORM, "titlePattern", "Title of a run") }.show(attempt))
        (Field { value: &of(&template.anchor_meaning), most: 200, ..Field::text(FORM, "anchorMeaning", "What the date means") }.show(attempt))
        (Field { value: &tags, hint: "separated by commas", ..Field::text(FORM, "tags", "Tags") }.show(attempt))
        (people(view, attempt, "defaultAssigneeId", "Done by, unless a task says otherwise", "Nobody", &assignee))
        (advice(view, "/defaultAssigneeId"))
    }
}

fn start(view: &TemplatePage, attempt: &Attempt) -> Markup {
    let template = &view.template;
    let kinds = [("manual".to_owned(), "By a person".to_owned()), ("automatic".to_owned(), "By its schedule".to_owned())];
    let kind = chosen(attempt, "triggerType", template.trigger_type.as_deref().unwrap_or("manual"));
    let lead = template.trigger_lead_days.as_ref().map(ToString::to_string).unwrap_or_default();
    html! {
        (form::select(FORM, "triggerType", "How it starts", &kinds, &kind))
        (Field { value: template.trigger_schedule.as_deref().unwrap_or_default(), hint: "five cron fields, such as 0 9 * * 1 for Mondays at 9", ..Field::text(FORM, "triggerSchedule", "Schedule") }.show(attempt))
        (advice(view, "/triggerSchedule"))
        (Field { value: &lead, hint: "from the day it starts to the date of the run", ..Field::text(FORM, "triggerLeadDays", "Days ahead") }.show(attempt))
        (tick(attempt, "triggerEnabled", "The schedule is switched on", template.trigger_enabled != Some(false)))
    }
}

fn documents(view: &TemplatePage, attempt: &Attempt) -> Markup {
    let ids = view.template.source_doc_ids.clone().unwrap_or_default().join("\n");
    html! {
        (Field { kind: "area", value: &ids, hint: "one id a line", ..Field::text(FORM, "sourceDocIds", "Documents to read around the work") }.show(attempt))
        (advice(view, "/sourceDocIds"))
        (choices(view))
    }
}

fn rows(view: &TemplatePage, list: &List, attempt: &Attempt) -> Markup {
    let stored = dataops_domain::json::object(&view.template);
    let entries: Vec<Value> = stored.get(list.field).and_then(Value::as_array).cloned().unwrap_or_default();
    let typed = attempt.values.iter().filter(|(name, _)| name.starts_with("row:")).count() / list.columns.len().max(1);
    let shown = typed.max(entries.len() + SPARE);
    html! {
        p .hint { "Empty a line to remove it. The number says its place." }
        @if let Some(words) = attempt.error(FORM, list.field) { p .wrong { (words) } }
        ol .entries {
            @for row in 0..shown {
                li .entry {
                    @let place = attempt.value(FORM, &format!("place:{row}")).map_or_else(|| (row + 1).to_string(), str::to_owned);
                    input .place type="text" inputmode="numeric" name={ "place:" (row) } value=(place) aria-label={ "Place of line " (row + 1) };
                    @for (key, label) in list.columns {
                        @let value = entries.get(row).and_then(|entry| entry.get(*key)).and_then(Value::as_str).unwrap_or_default();
                        (cell(attempt, row, key, label, value))
                    }
                    (advice(view, &format!("/{}/{row}", list.field)))
                }
            }
        }
    }
}

fn cell(attempt: &Attempt, row: usize, key: &str, label: &str, stored: &str) -> Markup {
    let name = format!("row:{row}:{key}");
    let id = format!("{FORM}-row-{row}-{key}");
    let value = attempt.value(FORM, &name).unwrap_or(stored);
    let error = attempt.error(FORM, &name);
    html! {
        div .field {
            @if key == "stage" {
                select id=(id) name=(name) aria-label={ (label) " of line " (row + 1) } aria-invalid=[error.map(|_| "true")] {
                    option value="" selected[value.is_empty()] { "No stage" }
                    @for stage in Stage::ALL { option value=(stage.as_str()) selected[value == stage.as_str()] { (words::stage(stage)) } }
                    @if !value.is_empty() && Stage::parse(value).is_none() { option value=(value) selected { (value) } }
                }
            } @else {
                input id=(id) type="text" name=(name) value=(value) placeholder=(label) aria-label={ (label) " of line " (row + 1) } aria-invalid=[error.map(|_| "true")] autocomplete="off";
            }
            @if let Some(words) = error { p .wrong { (words) } }
        }
    }
}

fn task_fields(view: &TemplatePage, task: &Object, index: Option<usize>, attempt: &Attempt) -> Markup {
    let template = &view.template;
    let said = |field: &str| index.map_or_else(|| html! {}, |index| advice(view, &format!("/taskDefinitions/{index}/{field}")));
    let offset = task.get("offsetDays").and_then(Value::as_f64).map_or_else(String::new, |days| format!("{days}"));
    let systems: Vec<&str> = task.get("systems").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let phases =
        options("No phase", template.phases.iter().flatten().map(|phase| (phase.id.clone(), phase.name.clone())), text(task, "phase"));
    let slots = template.bundle_link_definitions.iter().flatten().map(|slot| (slot.name.clone(), slot.name.clone()));
    let slots = options("None", slots, text(task, "requiredLinkName"));
    let stages = options("Stays as it is", Stage::ALL.iter().map(|stage| (stage.as_str().to_owned(), words::stage(*stage).to_owned())), "");
    let proof = task.get("proofRequirement").and_then(Value::as_object);
    let proof_text = |key: &str| proof.map_or("", |proof| text(proof, key));
    let kinds = options("None", ProofType::ALL.iter().map(|kind| (kind.as_str().to_owned(), words::proof(*kind).to_owned())), "");
    let validation = match task.get("validation") {
        Some(Value::String(text)) => text.clone(),
        Some(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        None => String::new(),
    };
    let is = |key: &str| task.get(key) == Some(&Value::Bool(true));
    let field = |name: &'static str, label: &'static str| Field { most: 2_000, ..Field::text(FORM, name, label) };
    let pick = |name: &str, label: &str, options: &[(String, String)], stored: &str| {
        html! { (form::select(FORM, name, label, options, &chosen(attempt, name, stored))) @if let Some(words) = attempt.error(FORM, name) { p .wrong { (words) } } }
    };
    html! {
        (Field { value: text(task, "description"), required: true, ..field("description", "What is to be done") }.show(attempt))
        div .pair {
            (Field { value: &offset, required: true, ..field("offsetDays", "Days from the date") }.show(attempt))
            div { (pick("phase", "Phase", &phases, text(task, "phase"))) (said("phase")) }
        }
        div .pair {
            div { (people(view, attempt, "assigneeId", "Done by", "As the template says", &chosen(attempt, "assigneeId", text(task, "assigneeId")))) (said("assigneeId")) }
            (pick("stageOnComplete", "Stage when done", &stages, text(task, "stageOnComplete")))
        }
        (tick(attempt, "isMilestone", "A milestone: the run hangs on this date", is("isMilestone")))
        fieldset .stack { legend { "What it needs to be done" }
            div .pair {
                (pick("proofType", "Proof", &kinds, proof_text("type")))
                (Field { value: proof_text("label"), ..field("proofLabel", "What the proof is called") }.show(attempt))
            }
            (tick(attempt, "proofRequired", "Can’t be done without this proof", proof.is_none_or(|proof| proof.get("required") != Some(&Value::Bool(false)))))
            (pick("requiredLinkName", "Link of the run that it fills", &slots, text(task, "requiredLinkName"))) (said("requiredLinkName"))
            (tick(attempt, "requiresFile", "Needs an uploaded file", is("requiresFile")))
        }
        fieldset .stack { legend { "How it is done" }
            (Field { value: text(task, "instructionDocId"), hint: "the id of a document", proposals: "documents", ..field("instructionDocId", "Document") }.show(attempt))
            (said("instructionDocId"))
            (Field { value: text(task, "instructionStepId"), hint: &steps(view, text(task, "instructionDocId")), ..field("instructionStepId", "Step") }.show(attempt))
            (said("instructionStepId"))
            (Field { value: text(task, "instructionsUrl"), hint: "only where there is no document", ..field("instructionsUrl", "Instructions elsewhere") }.show(attempt))
            (Field { value: &systems.join(", "), hint: "separated by commas", ..field("systems", "Systems") }.show(attempt))
        }
        details .more-fields open[attempt.error(FORM, "validation").is_some()] data-key="advanced" {
            summary { "Advanced: rules and name" }
            (Field { kind: "area", value: &validation, most: 16_384, hint: "JSON", ..Field::text(FORM, "validation", "Rules") }.show(attempt))
            (said("validation"))
            (Field { value: text(task, "refId"), hint: if index.is_some() { "another name makes another task of it" } else { "made from the words above when empty" }, ..field("refId", "Name inside the template") }.show(attempt))
            (said("refId"))
        }
        (choices(view))
    }
}

/// The choices with `none` first, and last what is stored and none of them.
fn options(none: &str, known: impl Iterator<Item = (String, String)>, stored: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = std::iter::once((String::new(), none.to_owned())).chain(known).collect();
    if !options.iter().any(|(value, _)| value == stored) {
        options.push((stored.to_owned(), stored.to_owned()));
    }
    options
}

fn people(view: &TemplatePage, attempt: &Attempt, name: &str, label: &str, none: &str, chosen: &str) -> Markup {
    let mut options = form::people_options(none, &view.people, chosen);
    if !options.iter().any(|(value, _)| value == chosen) {
        options.push((chosen.to_owned(), chosen.to_owned()));
    }
    html! { (form::select(FORM, name, label, &options, chosen)) @if let Some(words) = attempt.error(FORM, name) { p .wrong { (words) } } }
}

fn chosen(attempt: &Attempt, name: &str, stored: &str) -> String {
    attempt.value(FORM, name).unwrap_or(stored).to_owned()
}

fn tick(attempt: &Attempt, name: &str, label: &str, stored: bool) -> Markup {
    let ticked = if attempt.form == FORM { attempt.value(FORM, name).is_some() } else { stored };
    html! { label .tick { input type="checkbox" name=(name) value="1" checked[ticked]; " " (label) } }
}

/// What may not be meant, at its field.
fn advice(view: &TemplatePage, pointer: &str) -> Markup {
    let under = format!("{pointer}/");
    let of = |advice: &&FieldError| advice.pointer == pointer || advice.pointer.starts_with(&under);
    html! { @for advice in view.advice.iter().filter(of) { p .advice { (advice.message) } } }
}

/// The documents that can be named, for the browser to propose.
fn choices(view: &TemplatePage) -> Markup {
    html! { datalist #documents { @for document in view.documents.iter().take(200) { option value=(document.id) { (document.title) } } } }
}

fn steps(view: &TemplatePage, document: &str) -> String {
    let Some(found) = view.documents.iter().find(|known| known.id == document) else { return "a number".to_owned() };
    let steps: Vec<String> = found.steps.iter().take(12).map(|(id, title)| format!("{id} {title}")).collect();
    if steps.is_empty() { "the document has no steps".to_owned() } else { steps.join(" · ") }
}
