//! Four weeks: what was done, what is open, and what will come up by itself. A grid on a wide page, a list by day on a phone.

use chrono::Datelike;
use dataops_api::views::recurring::{CalendarDay, CalendarPage};
use dataops_api::views::row::TaskRow;
use dataops_domain::generation::{Outcome, Planned};
use dataops_domain::task::Status;
use dataops_domain::time::{Date, plus_days};
use maud::{Markup, html};

use crate::ui::icon::icon;
use crate::ui::page::Page;
use crate::ui::{source, words};

/// Entries of a day that are named.
const NAMED: usize = 4;

/// The page.
pub fn page(view: &CalendarPage) -> Page {
    let to = |days: i64| plus_days(view.from, days).map(|day| format!("/calendar?from={day}"));
    let body = html! {
        ul .calendar {
            @for day in &view.days { (one(day, view.today, view.from)) }
        }
        p .day-key { span { (icon("todo")) "open" } span .is-chase { (icon("waiting")) "waiting" } span .is-fine { (icon("done")) "done" } span .is-still { (icon("date")) "will come up by itself" } span .is-late { (icon("late")) "not made" } }
    };
    Page {
        lead: html! { (words::short_date(view.from, view.today)) " to " (words::short_date(view.to, view.today)) },
        actions: html! {
            nav .switch aria-label="Which weeks" {
                @if let Some(to) = to(-28) { a href=(to) { "Earlier" } }
                a href="/calendar" aria-current=[(view.from <= view.today && view.today <= view.to).then_some("true")] { "Now" }
                @if let Some(to) = to(28) { a href=(to) { "Later" } }
            }
        },
        ..Page::new("calendar", "Calendar", body)
    }
}

fn one(day: &CalendarDay, today: Date, from: Date) -> Markup {
    let date = day.date;
    let entries: Vec<Markup> = day
        .workflows
        .iter()
        .map(|card| html! { a .day-entry .is-anchor href={ "/workflows/" (card.id) } title=(card.title) { span aria-hidden="true" { (card.emoji.as_deref().unwrap_or("◆")) } span { (card.title) } } })
        .chain(day.windows.iter().filter(|row| needs_a_look(row)).map(window))
        .chain(day.tasks.iter().map(task))
        .chain(day.windows.iter().filter(|row| !needs_a_look(row)).map(window))
        .collect();
    let listed = if day.tasks.iter().any(|row| matches!(row.status, Status::Todo | Status::Waiting)) { "open" } else { "done" };
    let month = if date == from || date.day() == 1 { date.format("%a %-d %b").to_string() } else { date.format("%a %-d").to_string() };
    let more = entries.len().saturating_sub(NAMED);
    html! {
        li .day .is-today[date == today] .is-past[date < today] .is-weekend[date.weekday().number_from_monday() > 5] .is-empty[entries.is_empty()] {
            h2 { time datetime=(date) title=(words::full_date(date)) { (month) } @if date == today { " " span .tag { "today" } } }
            @for entry in entries.iter().take(NAMED) { (entry) }
            @if more > 0 { a .day-more href={ "/tasks?status=" (listed) "&from=" (date) "&to=" (date) } { "and " (more) " more" span .sr { " on " (words::short_date(date, today)) } } }
        }
    }
}

/// What was due and is not there: it comes before everything else of its day.
fn needs_a_look(window: &Planned) -> bool {
    !window.is_work() && window.outcome.skip().is_none()
}

fn task(row: &TaskRow) -> Markup {
    let class = match row.status {
        Status::Todo if row.overdue => "day-entry is-late",
        Status::Todo => "day-entry",
        Status::Waiting => "day-entry is-chase",
        Status::Done | Status::Archived => "day-entry is-done",
    };
    html! { a class=(class) href={ "/tasks/" (row.id) } title=(row.description) { (icon(row.status.as_str())) span { span .sr { (words::status(row.status)) ": " } (row.description) } } }
}

fn window(window: &Planned) -> Markup {
    let comes = matches!(window.outcome, Outcome::Create | Outcome::Recover);
    let (class, drawing, words) =
        if comes { ("day-entry is-still", "date", "Will come up: ") } else { ("day-entry is-late", "late", "Not made: ") };
    let paused = window.outcome.skip().is_some();
    let class = if paused { "day-entry is-still is-skipped" } else { class };
    html! { a class=(class) href=(source::explain(&window.source, window.date)) title=(window.why) { (icon(if paused { "waiting" } else { drawing })) span { span .sr { (words) } (window.title) } } }
}
