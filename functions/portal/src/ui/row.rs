//! One line of a task list. Its buttons belong to the page's one shared form (`form="act"`), which keeps a long list small.

use dataops_api::views::row::{TaskRow, WorkflowChip};
use dataops_domain::task::Status;
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use super::bulk::{self, Picked};
use super::icon::icon;
use super::{gate, job, words};

/// What a list's rows have in common.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: Tz,
    /// Id of the reader, whose own rows name no assignee.
    pub me: &'a str,
    /// False where every row is of the same workflow.
    pub with_workflow: bool,
    /// True for rows that are only read past: title, date and proof, no controls.
    pub lean: bool,
    /// Where rows can be ticked: which are, and what was refused for them.
    pub picked: Option<&'a Picked>,
}

/// A list of rows.
pub fn list(rows: &[TaskRow], with: Rows<'_>) -> Markup {
    html! { ul .rows .is-picking[with.picked.is_some()] { @for task in rows { (row(task, with)) } } }
}

/// One row.
pub fn row(task: &TaskRow, with: Rows<'_>) -> Markup {
    let href = format!("/tasks/{}", task.id);
    let late = task.overdue || task.follow_up_due;
    let class = if task.overdue {
        "row late"
    } else if late {
        "row chase"
    } else {
        "row"
    };
    let date = task.date.to_string();
    let who = task.assignee.as_ref().map(|person| person.id.as_str());
    html! {
        li class=(class) data-id=(task.id) data-date=(date) data-who=[who] data-for=[task.waiting_for.as_deref()] {
            @if let Some(picked) = with.picked { (bulk::pick(task, picked)) }
            @if !with.lean { (state(task, &href)) } @else { span .state .still { (icon(status_icon(task.status))) span .sr { (words::status(task.status)) } } }
            a .title href=(href) data-open { (task.description) }
            @if with.with_workflow { @if let Some(workflow) = &task.workflow { (chip(workflow)) } }
            (due(task, with))
            @if with.with_workflow && task.workflow.is_none() { (source(task)) }
            (proof(task))
            @if let Some(person) = task.assignee.as_ref().filter(|person| person.id != with.me) {
                span .who title=(person.name) aria-label={ "Assigned to " (person.name) } role="img" { (words::initials(&person.name)) }
            }
            @if !with.lean { (primary(task, &href)) (menu(task, &href)) }
            @if let Some(why) = with.picked.and_then(|picked| picked.why(task)) { p .refused { (icon("late")) span { "Not changed: " (why) } } }
        }
    }
}

/// What is missing, and what its assistant wants.
fn proof(task: &TaskRow) -> Markup {
    let needs = !task.missing.is_empty() && task.status != Status::Done;
    // A waiting row has its words in the place of the proof.
    let badge = task.job.as_ref().filter(|_| task.status != Status::Waiting);
    html! {
        @if needs || badge.is_some() {
            span .proof {
                @if needs { span .proof-needs title={ "Needs " (gate::names(&task.missing)) } { (icon("link")) span { "needs " (gate::names(&task.missing)) } } }
                @if let Some(badge) = badge { (job::badge(badge)) }
            }
        }
    }
}

fn status_icon(status: Status) -> &'static str {
    status.as_str()
}

fn state(task: &TaskRow, href: &str) -> Markup {
    let (verb, action) = match task.status {
        Status::Todo => ("Complete", "done"),
        Status::Done | Status::Archived => ("Open again", "reopen"),
        Status::Waiting => {
            return html! { a .state .is-waiting href={ (href) "#answered" } data-dialog="answered" aria-label={ "Waiting, say how it ended: " (task.description) } { (icon("waiting")) } };
        }
    };
    html! {
        button class={ "state is-" (task.status.as_str()) } form="act" formaction={ (href) "/" (action) } aria-label={ (verb) ": " (task.description) } { (icon(status_icon(task.status))) }
    }
}

/// Where it comes from: of generated work the source with its schedule, else a word (RW-6).
fn source(task: &TaskRow) -> Markup {
    html! {
        @if let Some(made_by) = &task.made_by {
            a .source href=(super::source::address(&made_by.source)) title={ "Made by: " (made_by.title) } { (made_by.sentence.as_deref().unwrap_or("recurring")) }
        } @else { span .source { (words::source(&task.source)) } }
    }
}

/// The workflow a task belongs to.
pub fn chip(workflow: &WorkflowChip) -> Markup {
    html! {
        a .chip href={ "/workflows/" (workflow.id) } title=(workflow.title) { @if let Some(emoji) = &workflow.emoji { span aria-hidden="true" { (emoji) } " " } span { (workflow.title) } }
    }
}

fn due(task: &TaskRow, with: Rows<'_>) -> Markup {
    let time = |words: String| html! { time datetime=(task.date) title={ "Due " (words::full_date(task.date)) } { (words) } };
    html! {
        span .due {
            @match task.status {
                Status::Todo => {
                    @if task.overdue { (icon("late")) }
                    (time(words::due(task.date, with.today)))
                }
                Status::Waiting => {
                    (icon("waiting"))
                    span {
                        @if task.follow_up_due { "Follow-up due: " (task.waiting_for.as_deref().unwrap_or("somebody")) }
                        @else { (words::waiting(task.waiting_for.as_deref(), task.follow_up_at.as_deref(), with.today, with.timezone)) }
                        span .asked { (asked(task)) }
                    }
                    @if let Some(badge) = &task.job { (job::badge(badge)) }
                }
                Status::Done | Status::Archived => { (words::status(task.status)) ", due " (time(words::short_date(task.date, with.today))) }
            }
        }
    }
}

fn asked(task: &TaskRow) -> String {
    let ago = match task.asked_days_ago {
        Some(0) => ", asked today".to_owned(),
        Some(1) => ", asked yesterday".to_owned(),
        Some(days) => format!(", asked {days} days ago"),
        None => String::new(),
    };
    let chasers = if task.chasers == 0 { String::new() } else { format!(", {}", words::count(task.chasers, "chaser", "chasers")) };
    format!("{ago}{chasers}")
}

fn primary(task: &TaskRow, href: &str) -> Markup {
    html! {
        @match task.status {
            Status::Todo => button .act form="act" formaction={ (href) "/done" } data-act="done" { "Done" },
            Status::Waiting if task.follow_up_due => a .act href={ (href) "#sent" } data-dialog="sent" { "Sent again" },
            Status::Waiting => a .act href={ (href) "#answered" } data-dialog="answered" { "Answered" },
            Status::Done | Status::Archived => button .act form="act" formaction={ (href) "/reopen" } data-act="reopen" { "Reopen" },
        }
    }
}

fn menu(task: &TaskRow, href: &str) -> Markup {
    let waiting = task.status == Status::Waiting;
    html! {
        details .menu {
            summary aria-label={ "More for " (task.description) } { (icon("more")) }
            div .menu-items {
                @if waiting {
                    @if task.follow_up_due { a href={ (href) "#answered" } { "Answered…" } } @else { a href={ (href) "#sent" } { "Sent again…" } }
                } @else { a href={ (href) "#wait" } { "Wait for somebody…" } }
                a href={ (href) "#due" } { "Due date…" }
                a href={ (href) "#assign" } { "Assign…" }
            }
        }
    }
}
