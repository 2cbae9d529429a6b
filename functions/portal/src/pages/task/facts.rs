//! When, who, from where; due date and assignee can be changed in place.

use dataops_domain::task::Status;
use maud::{Markup, html};

use super::Shown;
use crate::ui::form::{self, Field};
use crate::ui::{source, words};

/// The facts.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let (view, task) = (shown.view, &shown.view.task);
    let date = task.date.to_string();
    let assignee = task.assignee_id.text().unwrap_or_default();
    let name = view.row.assignee.as_ref().map_or("Nobody yet", |person| person.name.as_str());
    let open = task.is_open();
    let tried = |form: &str| shown.attempt.form == form;
    html! {
        section #facts aria-label="Facts" { dl .facts {
            div #due {
                dt { "Due" }
                dd {
                    @if open {
                        details open[tried("due")] data-key="due" {
                            summary {
                                @let (on, due) = (words::short_date(task.date, view.today), words::due(task.date, view.today));
                                (on)
                                @if due != on { " " span .is-late[view.row.overdue] { "(" (due) ")" } }
                                span .edit { "Change" }
                            }
                            form .inline method="post" action=(shown.action("due")) {
                                (form::hidden(&shown.chrome.csrf, &shown.back()))
                                (Field { kind: "date", value: &date, required: true, ..Field::text("due", "date", "Due date") }.show(shown.attempt))
                                button { "Save" }
                            }
                        }
                    } @else { (words::short_date(task.date, view.today)) }
                }
            }
            div #assign {
                dt { "Assigned to" }
                dd {
                    @if open {
                        details open[tried("assign")] data-key="assign" {
                            summary { (name) span .edit { "Change" } }
                            form .inline method="post" action=(shown.action("assign")) {
                                (form::hidden(&shown.chrome.csrf, &shown.back()))
                                (form::select("assign", "assigneeId", "Who does it", &form::people_options("Nobody", &view.people, assignee), assignee))
                                button { "Save" }
                            }
                        }
                    } @else { (name) }
                }
            }
            (source(shown))
            @if let Some(systems) = task.systems.get().filter(|systems| !systems.is_empty()) { div { dt { "Systems" } dd { (systems.join(", ")) } } }
            @if !view.row.tags.is_empty() { div { dt { "Tags" } dd { (view.row.tags.join(", ")) } } }
            @if let Some(url) = task.link.text().filter(|url| url.starts_with("http") || url.starts_with("mailto:")) {
                div { dt { "Link" } dd .long { a href=(url) rel="noopener noreferrer" { (url) } } }
            }
            @if task.status == Status::Done { (proved_by(shown)) }
        } }
    }
}

/// Where it comes from; of generated work the source, and the way to why it is here (RW-14).
fn source(shown: Shown<'_>) -> Markup {
    let task = &shown.view.task;
    html! {
        div {
            dt { "Source" }
            dd {
                @if let Some(origin) = &shown.view.origin { (source::origin(origin)) } @else { (words::source(&task.source)) }
            }
        }
    }
}

fn proved_by(shown: Shown<'_>) -> Markup {
    let task = &shown.view.task;
    let who = task
        .completed_by
        .as_deref()
        .map(|id| shown.view.people.iter().find(|person| person.id == id).map_or(id, |person| person.name.as_str()));
    html! {
        @if let Some(who) = who { div { dt { "Done by" } dd { (who) } } }
        @if let Some(evidence) = &task.evidence {
            @if let Some(skipped) = &evidence.skipped_as { div { dt { "Closed as" } dd { (skipped) } } }
            @for link in &evidence.bundle_links { div { dt { (link.name) } dd .long { (link.url) } } }
            @if let Some(comment) = &evidence.comment { div { dt { "Comment" } dd { (comment) } } }
            @if let Some(status) = &evidence.external_status { div { dt { "Status" } dd { (status) } } }
        }
    }
}
