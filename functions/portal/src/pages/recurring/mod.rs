//! Everything that comes up by itself: duties and automatic workflows, how each stands and when it is next (RW-13).

pub mod explain;
pub mod form;
pub mod generate;
pub mod one;
mod standing;

use dataops_api::views::recurring::{RecurringPage, SourceRow, SourceState};
use dataops_domain::generation::Kind;
use dataops_domain::time::Tz;
use maud::{Markup, html};

use crate::ui::form::Attempt;
use crate::ui::group::{clear, group};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::{ledger, source, words};

/// Dates that a line of the list names.
const DATES: usize = 3;
/// The most failures that are listed.
const FAILURES: usize = 20;

/// The page.
pub fn page(view: &RecurringPage, chrome: &Chrome, timezone: Tz, attempt: &Attempt) -> Page {
    let away = |row: &&SourceRow| row.state == SourceState::Archived;
    let (archived, duties): (Vec<&SourceRow>, Vec<&SourceRow>) = view.duties.iter().partition(away);
    let (put_away, workflows): (Vec<&SourceRow>, Vec<&SourceRow>) = view.workflows.iter().partition(away);
    let list = |rows: &[&SourceRow]| html! { ul .recurs { @for row in rows { (line(row, view, timezone)) } } };
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        (ledger::line(&view.ledger))
        @if !view.failures.is_empty() { (group("failures", "Failures", &view.failures.len().to_string(), "is-late", &ledger::failures(&view.failures, view.today, FAILURES))) }
        @if duties.is_empty() { (clear("duties", "Duties", "None yet. A duty is one task that comes up by a schedule.")) }
        @else { (group("duties", "Duties", &duties.len().to_string(), "", &list(&duties))) }
        @if workflows.is_empty() { (clear("workflows", "Automatic workflows", "None. A template starts by itself once it has a schedule.")) }
        @else { (group("workflows", "Automatic workflows", &workflows.len().to_string(), "", &list(&workflows))) }
        @let gone: Vec<&SourceRow> = archived.into_iter().chain(put_away).collect();
        @if !gone.is_empty() {
            details .folded-list data-key="archived" { summary { "Archived " span .number { (gone.len()) } } (list(&gone)) }
        }
    };
    Page {
        lead: html! { "What comes up by itself · " (view.timezone) },
        actions: html! { a .button href="/recurring/generate" { "Make dates…" } a .button href="/recurring/new" { (icon("plus")) "New duty" } },
        checked: Some(words::clock(view.checked_at, timezone)),
        after: standing::dialogs(chrome),
        ..Page::new("recurring", "Recurring", body)
    }
}

/// How a row's forms and dialogs name a source: the part of its address below `/recurring/`.
fn name(row: &SourceRow) -> String {
    source::address(&row.source).trim_start_matches("/recurring/").to_owned()
}

fn line(row: &SourceRow, view: &RecurringPage, timezone: Tz) -> Markup {
    let own = source::address(&row.source);
    html! {
        li .recur data-id=(name(row)) {
            div .recur-name {
                a .title href=(own) { @if let Some(emoji) = &row.emoji { span aria-hidden="true" { (emoji) } " " } (row.title) }
                span .recur-sub { (row.sentence.as_deref().or(row.schedule.as_deref()).unwrap_or("No schedule")) @if row.timezone != view.timezone { " · " (row.timezone) } }
            }
            (source::state(row, view.today, timezone))
            p .recur-facts {
                @if !row.next.is_empty() { span { "Next: " (source::upcoming(&row.next, view.today, DATES)) } }
                @if let Some(person) = &row.assignee { (source::assignee(person)) } @else if row.source.kind == Kind::Recurring { span { "Nobody assigned" } }
                @match &row.last_run {
                    Some(run) => span { "Last: " @if let Some((to, _)) = source::work(run) { a href=(to) { (words::short_date(run.date, view.today)) } } @else { (words::short_date(run.date, view.today)) } },
                    None => span { "Not run in the last 30 days" },
                }
                @if row.made + row.skipped + row.failed > 0 { span { (row.made) " made" @if row.skipped > 0 { ", " (row.skipped) " skipped" } @if row.failed > 0 { ", " b .is-late { (row.failed) " failed" } } " in 30 days" } }
            }
            (primary(row, &own))
            (menu(row, &own))
        }
    }
}

fn primary(row: &SourceRow, own: &str) -> Markup {
    let sr = html! { span .sr { " " (row.title) } };
    html! {
        @match row.state {
            SourceState::Running => a .act href={ (own) "#pause" } data-dialog="pause" { "Pause" (sr) },
            SourceState::Paused | SourceState::Disabled => a .act href={ (own) "#resume" } data-dialog="resume" { "Resume" (sr) },
            SourceState::Broken | SourceState::Unscheduled => a .act href=(edit(row)) { "Mend" (sr) },
            SourceState::Archived => span .act-none {},
        }
    }
}

/// Where the schedule of a source is changed.
fn edit(row: &SourceRow) -> String {
    match row.source.kind {
        Kind::Recurring => format!("/recurring/{}#edit", row.source.id),
        Kind::Template => format!("/templates/{}/edit/start", row.source.id),
    }
}

fn menu(row: &SourceRow, own: &str) -> Markup {
    html! {
        details .menu {
            summary aria-label={ "More for " (row.title) } { (icon("more")) }
            div .menu-items {
                a href=(edit(row)) { "Change…" }
                @if row.source.kind == Kind::Template { a href={ "/templates/" (row.source.id) } { "The template" } }
                a href=(source::generate(&row.source)) { "Make dates…" }
                @if row.state != SourceState::Archived { a href={ (own) "#archive" } { "Archive…" } }
                @if row.source.kind == Kind::Recurring { a href={ (own) "#delete" } { "Delete…" } }
            }
        }
    }
}
