//! The dialogs that a list's menus open. Without JavaScript the same menu entries lead to the task's page, which has
//! the same forms.

use dataops_api::views::row::Person;
use dataops_domain::bundle::Bundle;
use dataops_domain::time::Date;
use maud::{Markup, html};

use super::form::{self, Attempt, Field};
use super::page::Chrome;
use super::words;

/// Every dialog of a page with rows; `workflow` is the one a new task belongs to.
pub fn all(chrome: &Chrome, people: &[Person], today: Date, workflow: Option<&Bundle>) -> Markup {
    let csrf = chrome.csrf.as_str();
    let soon = words::workday_after(today, 3).to_string();
    let date = today.to_string();
    html! {
        (new_task(chrome, people, &date, workflow))
        (dialog("wait", "Wait for somebody", "Wait", csrf, &wait_fields("d-wait", &soon, &Attempt::default())))
        (dialog("sent", "Asked again", "Save", csrf, &sent_fields("d-sent", &soon, "", &Attempt::default())))
        (dialog("answered", "They answered", "Back on my list", csrf, &answered_fields("d-answered", &Attempt::default())))
        (dialog("due", "Due date", "Save", csrf, &Field { kind: "date", value: &date, required: true, ..Field::text("d-due", "date", "Due") }.show(&Attempt::default())))
        (dialog("assign", "Assign", "Save", csrf, &form::select("d-assign", "assigneeId", "Who does it", &form::people_options("Nobody", people, ""), "")))
    }
}

/// A new task without leaving the page. The module that opens it sets the key, so that sending it twice makes one task.
fn new_task(chrome: &Chrome, people: &[Person], date: &str, workflow: Option<&Bundle>) -> Markup {
    let none = Attempt::default();
    html! {
        dialog #dialog-new aria-labelledby="dialog-new-h" {
            form method="post" action="/tasks/new" {
                h2 #dialog-new-h { "New task" }
                @if let Some(workflow) = workflow { p .dialog-task { "In " (workflow.title) } input type="hidden" name="bundleId" value=(workflow.id); }
                (form::hidden(&chrome.csrf, &chrome.path))
                input type="hidden" name="key";
                input type="hidden" name="stay" value="1";
                (Field { required: true, most: 500, ..Field::text("d-new", "description", "What is to be done?") }.show(&none))
                (Field { kind: "date", value: date, required: true, ..Field::text("d-new", "date", "Due") }.show(&none))
                (form::select("d-new", "assigneeId", "Who does it", &form::people_options("Nobody yet", people, ""), &chrome.user_id))
                p .dialog-actions {
                    button .primary { "Create task" } button .quiet type="button" data-close { "Cancel" }
                    a .dialog-more href={ "/tasks/new" @if let Some(workflow) = workflow { "?bundle=" (workflow.id) } } { "More fields" }
                }
            }
        }
    }
}

fn dialog(name: &str, title: &str, verb: &str, csrf: &str, fields: &Markup) -> Markup {
    html! {
        dialog id={ "dialog-" (name) } aria-labelledby={ "dialog-" (name) "-h" } {
            form method="post" action="/tasks" data-dialog-form=(name) {
                h2 id={ "dialog-" (name) "-h" } { (title) }
                p .dialog-task {}
                (form::hidden(csrf, "/"))
                (fields)
                p .dialog-actions { button .primary { (verb) } button .quiet type="button" data-close { "Cancel" } }
            }
        }
    }
}

/// Who is waited for, until when, how they were asked, and what for.
pub fn wait_fields(form: &str, follow_up: &str, attempt: &Attempt) -> Markup {
    html! {
        (Field { required: true, most: 160, ..Field::text(form, "waitingFor", "Who are you waiting for?") }.show(attempt))
        (Field { kind: "date", value: follow_up, required: true, ..Field::text(form, "followUpAt", "Ask again on") }.show(attempt))
        (Field { value: "e-mail", required: true, most: 60, ..Field::text(form, "channel", "Asked by") }.show(attempt))
        (Field { kind: "area", required: true, most: 500, ..Field::text(form, "note", "What you asked") }.show(attempt))
    }
}

/// How they were asked again, and when to look next.
pub fn sent_fields(form: &str, follow_up: &str, channel: &str, attempt: &Attempt) -> Markup {
    let channel = if channel.is_empty() { "e-mail" } else { channel };
    html! {
        (Field { value: channel, required: true, most: 60, ..Field::text(form, "channel", "Asked by") }.show(attempt))
        (Field { kind: "area", value: "Asked again", required: true, most: 500, ..Field::text(form, "note", "Note") }.show(attempt))
        (Field { kind: "date", value: follow_up, required: true, ..Field::text(form, "nextFollowUpAt", "Ask again on") }.show(attempt))
    }
}

/// What they said.
pub fn answered_fields(form: &str, attempt: &Attempt) -> Markup {
    Field { kind: "area", required: true, most: 500, ..Field::text(form, "note", "What they said") }.show(attempt)
}
