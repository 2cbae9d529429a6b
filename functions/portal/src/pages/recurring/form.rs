//! The form of a duty: what is to be done, when it comes up (a preset and the cron text side by side), who does it, what
//! proves it. While it is filled in, the page says in words when it would come up.

use dataops_api::views::recurring::{NewDutyPage, SourceRow};
use dataops_api::views::row::Person;
use dataops_api::views::templates::DocumentChoice;
use dataops_domain::json;
use dataops_domain::proof::ProofType;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::time::Date;
use maud::{Markup, html};
use serde_json::Value;

use crate::ui::form::{self, Attempt, Field};
use crate::ui::page::{Chrome, Page};
use crate::ui::{source, words};

/// The form's name, which makes the ids of its fields.
pub const FORM: &str = "duty";

/// Schedules to choose from, as cron text and in words.
const PRESETS: [(&str, &str); 9] = [
    ("0 9 * * *", "Every day at 09:00"),
    ("0 9 * * 1-5", "Monday to Friday at 09:00"),
    ("0 9 * * 1", "Every Monday at 09:00"),
    ("0 9 * * 2", "Every Tuesday at 09:00"),
    ("0 9 * * 3", "Every Wednesday at 09:00"),
    ("0 9 * * 4", "Every Thursday at 09:00"),
    ("0 9 * * 5", "Every Friday at 09:00"),
    ("0 9 1 * *", "On the 1st of every month at 09:00"),
    ("0 9 1 1,4,7,10 *", "On the first day of every quarter at 09:00"),
];

/// What is edited.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// A duty there is.
    Stored(&'a RecurringConfig),
    /// A new one; the key makes pressing the button twice one request.
    New {
        /// The key.
        key: &'a str,
    },
}

/// The page of a new duty.
pub fn new_page(view: &NewDutyPage, chrome: &Chrome, key: &str, attempt: &Attempt) -> Page {
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        (form(Of::New { key }, None, &view.people, &view.documents, chrome, view.today, attempt))
    };
    Page {
        lead: html! { a href="/recurring" { "Recurring" } " · one task each time its schedule names a day" },
        ..Page::new("recurring-one", "New duty", body)
    }
}

/// The form.
pub fn form(
    of: Of<'_>,
    row: Option<&SourceRow>,
    people: &[Person],
    documents: &[DocumentChoice],
    chrome: &Chrome,
    today: Date,
    attempt: &Attempt,
) -> Markup {
    let stored = match of {
        Of::Stored(config) => json::object(config),
        Of::New { .. } => json::Object::new(),
    };
    let text = |key: &str| stored.get(key).and_then(Value::as_str).unwrap_or_default();
    let joined = |key: &str| {
        stored.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let chosen = |name: &str, otherwise: &str| attempt.value(FORM, name).unwrap_or(otherwise).to_owned();
    let field = |name: &'static str, label: &'static str| Field { most: 2_000, ..Field::text(FORM, name, label) };
    let assignee = chosen("assigneeId", text("assigneeId"));
    let (action, back) = match of {
        Of::Stored(config) => (format!("/recurring/{}", config.id), format!("/recurring/{}", config.id)),
        Of::New { .. } => ("/recurring/new".to_owned(), "/recurring".to_owned()),
    };
    html! {
        form .stack method="post" action=(action) data-plain data-check {
            (form::hidden(&chrome.csrf, &back))
            @match of {
                Of::Stored(config) => input type="hidden" name="version" value=(chosen("version", &config.version.to_string()));,
                Of::New { key } => input type="hidden" name="key" value=(chosen("key", key));,
            }
            (Field { value: text("description"), required: true, most: 500, ..field("description", "What is to be done") }.show(attempt))
            (schedule(text("cronExpression"), row, today, attempt))
            div .pair {
                (form::select(FORM, "assigneeId", "Done by", &form::people_options("Nobody yet", people, &assignee), &assignee))
                (Field { value: text("timezone"), hint: "empty: the application’s", ..field("timezone", "Timezone") }.show(attempt))
            }
            fieldset .stack { legend { "What each task needs to be done" } (proof(&stored, attempt)) }
            fieldset .stack { legend { "How it is done" }
                (Field { value: text("instructionDocId"), hint: "the id of a document", proposals: "documents", ..field("instructionDocId", "Document") }.show(attempt))
                (Field { value: text("instructionStepId"), hint: "its number, such as 3", ..field("instructionStepId", "Step") }.show(attempt))
                (Field { value: text("instructionsUrl"), hint: "only where there is no document", ..field("instructionsUrl", "Instructions elsewhere") }.show(attempt))
                (Field { value: &joined("systems"), hint: "separated by commas", ..field("systems", "Systems") }.show(attempt))
                (Field { value: &joined("tags"), hint: "separated by commas", ..field("tags", "Tags") }.show(attempt))
            }
            datalist #documents { @for document in documents.iter().take(200) { option value=(document.id) { (document.title) } } }
            p .actions { button .primary { @if row.is_some() { "Save" } @else { "Create duty" } } a .quiet href="/recurring" { "Cancel" } }
            @if row.is_some() { p .hint { "A change counts for what is made from now on. Tasks that are there stay as they are." } }
        }
    }
}

fn schedule(stored: &str, row: Option<&SourceRow>, today: Date, attempt: &Attempt) -> Markup {
    let typed = attempt.value(FORM, "cronExpression").unwrap_or(stored);
    let mut presets = vec![(String::new(), "As written beside".to_owned())];
    presets.extend(PRESETS.iter().map(|(cron, words)| ((*cron).to_owned(), (*words).to_owned())));
    let preset = PRESETS.iter().find(|(cron, _)| *cron == typed).map_or("", |(cron, _)| cron);
    html! {
        div .pair data-presets {
            (form::select(FORM, "preset", "Comes up", &presets, attempt.value(FORM, "preset").unwrap_or(preset)))
            (Field { value: stored, hint: "cron: minute hour day month weekday", most: 200, ..Field::text(FORM, "cronExpression", "As written") }.show(attempt))
        }
        @if let Some(row) = row.filter(|_| attempt.form != FORM) {
            p .says {
                @if let Some(sentence) = &row.sentence { (sentence) ". " }
                @if !row.next.is_empty() { "Next: " (source::upcoming(&row.next, today, 5)) "." }
            }
        }
    }
}

fn proof(stored: &json::Object, attempt: &Attempt) -> Markup {
    let proof = stored.get("proofRequirement").and_then(Value::as_object);
    let of = |key: &str| proof.and_then(|proof| proof.get(key)).and_then(Value::as_str).unwrap_or_default();
    let mut kinds = vec![(String::new(), "None".to_owned())];
    kinds.extend(ProofType::ALL.iter().map(|kind| (kind.as_str().to_owned(), words::proof(*kind).to_owned())));
    let tried = attempt.form == FORM;
    let ticked = |name: &str, stored: bool| if tried { attempt.value(FORM, name).is_some() } else { stored };
    let required = proof.is_none_or(|proof| proof.get("required") != Some(&Value::Bool(false)));
    html! {
        div .pair {
            (form::select(FORM, "proofType", "Proof", &kinds, attempt.value(FORM, "proofType").unwrap_or_else(|| of("type"))))
            (Field { value: of("label"), most: 200, ..Field::text(FORM, "proofLabel", "What the proof is called") }.show(attempt))
        }
        label .tick { input type="checkbox" name="proofRequired" value="1" checked[ticked("proofRequired", required)]; " Can’t be done without this proof" }
        (Field { value: stored.get("requiredLinkName").and_then(Value::as_str).unwrap_or_default(), most: 200, ..Field::text(FORM, "requiredLinkName", "A link it needs, by name") }.show(attempt))
        label .tick { input type="checkbox" name="requiresFile" value="1" checked[ticked("requiresFile", stored.get("requiresFile") == Some(&Value::Bool(true)))]; " Needs an uploaded file" }
    }
}
