//! One source: how it stands, its next dates, its ledger with why, its pauses; for a duty the form that changes it.

use dataops_api::views::recurring::SourcePage;
use dataops_domain::generation::Kind;
use dataops_domain::pause::Pause;
use dataops_domain::time::Tz;
use maud::{Markup, html};

use super::{form as fields, standing};
use crate::ui::activity;
use crate::ui::form::Attempt;
use crate::ui::group::{clear, group};
use crate::ui::page::{Chrome, Page};
use crate::ui::{ledger, source, words};

/// Rows of the ledger that are shown.
const ROWS: usize = 60;

/// The page.
pub fn page(view: &SourcePage, chrome: &Chrome, timezone: Tz, attempt: &Attempt) -> Page {
    let row = &view.row;
    let workflow = row.source.kind == Kind::Template;
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        (facts(view, timezone))
        div .standings { (standing::sections(row, chrome, view.today, attempt)) }
        @if view.windows.is_empty() { (clear("ledger", "Ledger", "Nothing in the last 30 days.")) }
        @else { (group("ledger", "Ledger of the last 30 days", &view.windows.len().to_string(), "", &ledger::rows(&view.windows, view.today, ROWS))) }
        @if !view.pauses.is_empty() { (group("pauses", "Pauses", &view.pauses.len().to_string(), "", &pauses(view, timezone))) }
        @if workflow {
            p .actions { a .button href={ "/templates/" (row.source.id) "/edit/start" } { "Change its schedule" } a .quiet href={ "/templates/" (row.source.id) } { "The template" } a .quiet href=(source::generate(&row.source)) { "Make dates…" } }
        } @else if let Some(config) = &view.recurring_config {
            section .part #edit aria-labelledby="edit-h" { h2 #edit-h { "Change it" } (fields::form(fields::Of::Stored(config), Some(row), &view.people, &view.documents, chrome, view.today, attempt)) }
        }
    };
    Page {
        lead: html! { a href="/recurring" { "Recurring" } " · " @if workflow { "automatic workflow" } @else { "duty" } },
        actions: html! { @if !workflow { a .button href=(source::generate(&row.source)) { "Make dates…" } } },
        ..Page::new("recurring-one", row.title.clone(), body)
    }
}

fn facts(view: &SourcePage, timezone: Tz) -> Markup {
    let row = &view.row;
    html! {
        section aria-label="Facts" { dl .facts {
            div { dt { "State" } dd { (source::state(row, view.today, timezone)) } }
            div { dt { "Comes up" } dd { (row.sentence.as_deref().unwrap_or("Never by itself")) @if row.timezone != view.timezone { " (" (row.timezone) ")" } } }
            @if row.lead_days != 0 { div { dt { "Date of the workflow" } dd { (words::count(row.lead_days.unsigned_abs() as usize, "day", "days")) @if row.lead_days > 0 { " later" } @else { " earlier" } } } }
            div { dt { "Done by" } dd { @if let Some(person) = &row.assignee { (source::assignee(person)) } @else { "Nobody yet" } } }
            div { dt { "In 30 days" } dd { (row.made) " made, " (row.skipped) " skipped, " (row.failed) " failed" } }
            div .is-wide { dt { "Next dates" } dd { @if row.next.is_empty() { "None while it stands like this." } @else { (source::upcoming(&row.next, view.today, 10)) } } }
            div { dt { "History" } dd { a href=(activity::address(if row.source.kind == Kind::Template { "template" } else { "recurring_config" }, &row.source.id)) { "All activity" } } }
        } }
    }
}

fn pauses(view: &SourcePage, timezone: Tz) -> Markup {
    let who = |id: &str| view.people.iter().find(|person| person.id == id).map_or_else(|| id.to_owned(), |person| person.name.clone());
    let ended = |pause: &Pause| match (pause.resumed_at, pause.until.as_deref()) {
        (Some(at), _) => {
            let by = pause.resumed_by.as_deref().map_or_else(String::new, |id| format!(" by {}", who(id)));
            format!("resumed {}{by}", words::moment(at, view.today, timezone))
        }
        (None, Some(until)) => match words::follow_up_day(until, timezone) {
            Some(day) => format!("until {}", words::short_date(day, view.today)),
            None => format!("until {until}"),
        },
        (None, None) => "until somebody resumes it".to_owned(),
    };
    html! {
        ul .windows { @for pause in &view.pauses {
            li { time datetime=(pause.from) { (words::moment(pause.from, view.today, timezone)) } span .window-why { (who(&pause.actor_id)) ", " (ended(pause)) @if let Some(reason) = &pause.reason { ": " (reason) } } }
        } }
    }
}
