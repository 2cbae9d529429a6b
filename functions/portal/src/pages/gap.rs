//! The small form that reports a gap in a process: what is wrong, where, and who looks at it. Work goes on meanwhile.

use dataops_api::documents::GapForm;
use maud::{Markup, html};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::markdown::document_url;
use crate::ui::page::{Chrome, Page};

/// The page.
pub fn page(view: &GapForm, chrome: &Chrome, attempt: &Attempt) -> Page {
    let chosen = |name: &str, otherwise: &str| attempt.value("gap", name).unwrap_or(otherwise).to_owned();
    let owner = view.owner_id.as_deref().unwrap_or(&chrome.user_id);
    let steps: Vec<(String, String)> = std::iter::once((String::new(), "The whole document".to_owned()))
        .chain(view.steps.iter().map(|step| (step.id.clone(), format!("{}. {}", step.id, step.name))))
        .collect();
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        (about(view))
        form .stack method="post" action="/gaps/new" data-plain {
            (form::hidden(&chrome.csrf, &back(view)))
            input type="hidden" name="key" value=(chosen("key", ""));
            @if let Some(document) = &view.document { input type="hidden" name="document" value=(document.id); }
            @if let Some(task) = &view.task { input type="hidden" name="task" value=(task.id); }
            @if !view.steps.is_empty() { (form::select("gap", "step", "Where", &steps, &chosen("step", view.step_id.as_deref().unwrap_or_default()))) }
            (Field { kind: "area", required: true, most: 2_000, ..Field::text("gap", "wrong", "What is wrong or missing?") }.show(attempt))
            (Field { kind: "area", hint: "optional", most: 2_000, ..Field::text("gap", "meanwhile", "How did you get on meanwhile?") }.show(attempt))
            (form::select("gap", "assigneeId", "Who looks at it", &form::people_options("Nobody yet", &view.people, owner), &chosen("assigneeId", owner)))
            p .actions { button .primary { "Report the gap" } a .quiet href=(back(view)) { "Cancel" } }
        }
    };
    let lead = html! { "It becomes a task of its own. What you are working on goes on as it is." };
    Page { lead, ..Page::new("gap", "Report a process gap", body) }
}

fn about(view: &GapForm) -> Markup {
    html! {
        @if view.document.is_some() || view.task.is_some() {
            dl .facts {
                @if let Some(document) = &view.document { div { dt { "Document" } dd { @if document.found { (document.title) } @else { (document.title) " (missing)" } } } }
                @if let Some(task) = &view.task { div { dt { "Found in the task" } dd { (task.name) } } }
                @if let Some(workflow) = &view.workflow { div { dt { "Workflow" } dd { (workflow.name) } } }
            }
        }
    }
}

/// Where the reader was: the task, else the step of the document, else all documents.
pub fn back(view: &GapForm) -> String {
    match (&view.task, view.document.as_ref().filter(|document| document.found)) {
        (Some(task), _) => format!("/tasks/{}", task.id),
        (None, Some(document)) => document_url(&document.id, "", view.step_id.as_deref().unwrap_or_default()),
        (None, None) => "/documents".to_owned(),
    }
}
