//! Why something is there on a date, or why it is not: the verdict and the first rule that decided it (RW-14).

use dataops_api::recurring::Explained;
use dataops_domain::generation::Status;
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::page::{Chrome, Page};
use crate::ui::{source, words};

/// The longest note.
const MOST: usize = dataops_domain::generation::window::MAX_WORDS;

/// The page.
pub fn page(view: &Explained, chrome: &Chrome, today: Date, timezone: Tz, attempt: &Attempt) -> Page {
    let (window, date) = (&view.window, view.window.date);
    let day = |days: i64| dataops_domain::time::plus_days(date, days).map(|day| source::explain(&window.source, day));
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        p .verdict { @if view.deleted { "It was there, and somebody deleted it" } @else { (source::verdict(view.verdict)) } "." }
        p { (view.why) }
        p .hint { "The rule: " (source::rule(view.rule)) }
        dl .facts {
            div { dt { "Source" } dd { a href=(source::address(&window.source)) { (window.title) } } }
            div { dt { "Date" } dd { time datetime=(date) { (words::full_date(date)) } } }
            @if let Some(due) = window.due_at { div { dt { "Due" } dd { (words::moment(due, today, timezone)) } } }
            @if let Some(anchor) = window.anchor_date { div { dt { "Date of the workflow" } dd { (words::full_date(anchor)) } } }
            @if let Some(row) = &view.row {
                div { dt { "In the ledger" } dd { span .{ "window-status " (source::tone(row.status)) } { (source::status(row.status)) } ", " (words::moment(row.updated_at, today, timezone)) @if let Some(cause) = &row.cause { ": " (cause) } } }
                @if row.attempts > 1 { div { dt { "Tried" } dd { (row.attempts) " times" } } }
                @if let Some((to, name)) = source::work(row).filter(|_| !view.deleted) { div { dt { "What it made" } dd { a href=(to) { "Open " (name) } } } }
            } @else { div { dt { "In the ledger" } dd { "Nothing yet" } } }
        }
        (ways_on(view, chrome, attempt))
        nav .days aria-label="Other days" { @if let Some(to) = day(-1) { a .button href=(to) { "The day before" } } @if let Some(to) = day(1) { a .button href=(to) { "The day after" } } }
    };
    Page {
        lead: html! { a href="/recurring" { "Recurring" } " · " (window.title) ", " (words::short_date(date, today)) },
        ..Page::new("explain", "Why is this here, or not", body)
    }
}

/// What failed or was missed can be tried again, made a task of, or be let rest with a note (RW-8).
fn ways_on(view: &Explained, chrome: &Chrome, attempt: &Attempt) -> Markup {
    let window = &view.window;
    let Some(row) = view.row.as_ref().filter(|row| matches!(row.status, Status::Failed | Status::Missed)) else { return html! {} };
    let name = format!("{} {}", window.source, window.date);
    let back = source::explain(&window.source, window.date);
    let task = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("description", &format!("Look after: {} for {}", window.title, window.date))
        .append_pair("comment", &format!("{} ({back})", view.why))
        .finish();
    html! {
        p .actions {
            button .primary form="act" formaction="/recurring/retry" name="window" value=(name) { "Try again" }
            a .button href={ "/tasks/new?" (task) } { "Make a follow-up task" }
        }
        @match &row.acknowledged {
            Some(seen) => p .hint { "Somebody lets it rest" @if let Some(note) = &seen.note { ": " (note) } "." },
            None => details .standing open[attempt.form == "rest"] data-key="rest" {
                summary { "Let it rest…" }
                form .stack method="post" action="/recurring/acknowledge" data-plain {
                    (form::hidden(&chrome.csrf, &back))
                    input type="hidden" name="window" value=(name);
                    (Field { kind: "area", most: MOST, required: true, ..Field::text("rest", "note", "Why it may rest") }.show(attempt))
                    ul .means { li { "It leaves Home. Nothing is made for this date." } }
                    p .actions { button { "Let it rest" } }
                }
            },
        }
    }
}
