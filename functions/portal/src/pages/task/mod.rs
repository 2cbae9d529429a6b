//! A task: facts, what it needs to be finished, instructions, waiting, history. A page of its own, and the panel beside
//! a list.

mod comments;
mod facts;
mod files;
mod finish;
mod instructions;
mod note;
mod waiting;

use dataops_api::views::task::TaskPage;
use dataops_domain::task::Status;
use dataops_domain::time::Tz;
use maud::{Markup, html};

use crate::pages::assistants::section as assistant;
use crate::ui::activity::{self, Tell};
use crate::ui::form::{self, Attempt};
use crate::ui::heading::heading;
use crate::ui::history;
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::{dialog, words};

/// What every section of a task needs.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// What the engine answered.
    pub view: &'a TaskPage,
    /// The reader and the request.
    pub chrome: &'a Chrome,
    /// The application timezone.
    pub timezone: Tz,
    /// A form that was just refused.
    pub attempt: &'a Attempt,
    /// Level of the section headings.
    pub level: u8,
}

impl Shown<'_> {
    /// Where the task's forms lead back to.
    fn back(&self) -> String {
        format!("/tasks/{}", self.view.task.id)
    }

    /// The address of one of the task's actions.
    fn action(&self, name: &str) -> String {
        format!("/tasks/{}/{name}", self.view.task.id)
    }
}

/// The task as a page.
pub fn page(view: &TaskPage, chrome: &Chrome, timezone: Tz, attempt: &Attempt) -> Page {
    let shown = Shown { view, chrome, timezone, attempt, level: 2 };
    Page {
        lead: lead(shown),
        checked: Some(words::clock(view.checked_at, timezone)),
        ..Page::new("task", view.task.description.clone(), html! { article .task #task data-id=(view.task.id) { (sections(shown)) } })
    }
}

/// The task as a panel: the same sections one heading lower, under its own title.
pub fn panel(view: &TaskPage, chrome: &Chrome, timezone: Tz, attempt: &Attempt) -> Markup {
    let shown = Shown { view, chrome, timezone, attempt, level: 3 };
    html! {
        article .task data-id=(view.task.id) data-title=(view.task.description) {
            header .panel-head {
                h2 tabindex="-1" { (view.task.description) }
                a .icon-button href={ "/tasks/" (view.task.id) } data-close-panel aria-label="Close the task" { (icon("close")) }
            }
            p .lead { (lead(shown)) }
            div .panel-status role="status" { @if let Some(flash) = &chrome.flash { (flash.show()) } }
            (sections(shown))
        }
    }
}

fn lead(shown: Shown<'_>) -> Markup {
    let (row, task) = (&shown.view.row, &shown.view.task);
    html! {
        @if let Some(workflow) = &row.workflow {
            a href={ "/workflows/" (workflow.id) } { @if let Some(emoji) = &workflow.emoji { span aria-hidden="true" { (emoji) } " " } (workflow.title) }
            @if let Some(phase) = &row.phase { " · " (phase) }
            " · "
        }
        span .{ "is-" (task.status.as_str()) } { (state_words(shown)) }
    }
}

fn state_words(shown: Shown<'_>) -> String {
    let (row, task, today) = (&shown.view.row, &shown.view.task, shown.view.today);
    match task.status {
        Status::Todo => format!("due {}", words::due(task.date, today)),
        Status::Waiting if row.follow_up_due => format!("follow-up due: {}", row.waiting_for.as_deref().unwrap_or("somebody")),
        Status::Waiting => words::waiting(row.waiting_for.as_deref(), row.follow_up_at.as_deref(), today, shown.timezone),
        Status::Done => match task.completed_at {
            Some(at) => format!("done {}", words::moment(at, today, shown.timezone)),
            None => "done".to_owned(),
        },
        Status::Archived => "archived".to_owned(),
    }
}

fn sections(shown: Shown<'_>) -> Markup {
    let view = shown.view;
    let waits = view.task.status == Status::Waiting;
    html! {
        @if !shown.attempt.message.is_empty() { p .problem role="alert" { (shown.attempt.message) } }
        (facts::section(shown))
        @if waits { (waiting::section(shown)) }
        (finish::section(shown))
        (files::section(shown))
        (assistant::section(assistant(shown), &view.jobs, view.checked_at))
        (note::section(shown))
        (instructions::section(shown))
        @if !waits && view.task.status == Status::Todo { (waiting::begin(shown)) }
        (comments::section(shown))
        section .part #history aria-label="History" {
            (heading(shown.level, "", "History"))
            (history::stream(&view.task.task_history, &view.events, Tell { people: &view.people, today: view.today, timezone: shown.timezone }))
            p .more { a href=(activity::address("task", view.task.id.as_str())) { "All activity" } }
        }
        (details(shown))
    }
}

/// What the assistant can be asked about.
fn assistant(shown: Shown<'_>) -> assistant::Of<'_> {
    let (row, task) = (&shown.view.row, &shown.view.task);
    assistant::Of { kind: "task", id: task.id.as_str(), tags: &row.tags, open: task.is_open(), level: shown.level }
}

fn details(shown: Shown<'_>) -> Markup {
    let task = &shown.view.task;
    html! {
        details .technical data-key="technical" {
            summary { "Details" }
            dl .facts {
                div { dt { "Task id" } dd { code { (task.id) } } }
                @if let Some(reference) = &task.template_task_ref { div { dt { "Name in its template" } dd { code { (reference) } } } }
                div { dt { "Version" } dd { (task.version) } }
                div { dt { "Made" } dd { time datetime=(task.created_at) { (words::moment(task.created_at, shown.view.today, shown.timezone)) } } }
            }
            @if task.is_open() {
                form method="post" action=(shown.action("archive")) {
                    (form::hidden(&shown.chrome.csrf, &shown.back()))
                    button .quiet { "Archive this task" }
                }
            }
            form method="post" action=(shown.action("delete")) {
                (form::hidden(&shown.chrome.csrf, "/tasks"))
                button .quiet { "Delete this task" }
            }
        }
    }
}

/// The fields of a wait, shared with the dialogs of lists.
fn wait_fields(shown: Shown<'_>) -> Markup {
    let soon = words::workday_after(shown.view.today, 3).to_string();
    dialog::wait_fields("wait", &soon, shown.attempt)
}
