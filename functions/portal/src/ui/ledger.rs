//! The ledger of generated work: how today stands in one line, what failed with its ways on, and its rows (RW-8, RW-14).

use dataops_api::views::recurring::{FailureRow, LedgerSummary};
use dataops_domain::generation::{Status, Window};
use dataops_domain::time::Date;
use maud::{Markup, html};

use super::icon::icon;
use super::{source, words};

/// The most gaps that the line names.
const NAMED: usize = 5;

/// `Expected and made: 14 of 14, last check 08:02`, or the gap by name.
pub fn line(ledger: &LedgerSummary) -> Markup {
    let check = ledger.last_check.as_deref().map_or_else(String::new, |at| format!(", last check {at}"));
    let whole = ledger.gap.is_empty();
    if ledger.last_tick.is_none() {
        return not_yet(ledger);
    }
    html! {
        p .ledger-line .is-chase[ledger.late || !whole] {
            (icon(if whole && !ledger.late { "check" } else { "late" }))
            span {
                "Expected and made: " b { (ledger.made) " of " (ledger.expected) } (check)
                @if ledger.late { ". The next check is overdue: what is due is caught up when it comes" }
                @if !whole {
                    ". Missing: " (gap(ledger))
                }
                "."
            }
        }
    }
}

/// Before the first check nothing is missing: it has not been looked for.
fn not_yet(ledger: &LedgerSummary) -> Markup {
    html! {
        p .ledger-line {
            (icon("date"))
            span { @if ledger.gap.is_empty() { "Nothing comes up by itself today." } @else { "Coming up by itself today, at the first check: " (gap(ledger)) "." } }
        }
    }
}

fn gap(ledger: &LedgerSummary) -> Markup {
    html! {
        @for (place, gap) in ledger.gap.iter().take(NAMED).enumerate() {
            @if place > 0 { ", " }
            a href=(source::explain(&gap.source, gap.date)) title=(gap.why) { (gap.title) }
        }
        @if ledger.gap.len() > NAMED { " and " a href="/recurring" { (ledger.gap.len() - NAMED) " more" } }
    }
}

/// What failed or was missed: each with another try, and why; at most `most` of them, the others behind a link.
pub fn failures(list: &[FailureRow], today: Date, most: usize) -> Markup {
    html! {
        ul .failures {
            @for failure in list.iter().take(most) {
                li .failure data-id={ (failure.source) " " (failure.date) } {
                    (icon("late"))
                    div .failure-words {
                        a .title href=(source::address(&failure.source)) { (failure.title) }
                        p { (source::status(failure.status)) @if let Some(since) = failure.since { " since " time datetime=(since) { (words::short_date(since, today)) } ", last" } " for " time datetime=(failure.date) { (words::short_date(failure.date, today)) } ": " (failure.why)
                            @if failure.attempts > 1 { " Tried " (failure.attempts) " times." } }
                    }
                    a .quiet href=(source::explain(&failure.source, failure.date)) { "Why" span .sr { " " (failure.title) " is not there" } }
                    button .act form="act" formaction="/recurring/retry" name="window" value={ (failure.source) " " (failure.date) } { "Retry" span .sr { " " (failure.title) } }
                }
            }
        }
        @if list.len() > most { p .further { a href="/recurring" { "Show all " (list.len()) } } }
    }
}

/// Rows of the ledger, newest first, each with why.
pub fn rows(windows: &[Window], today: Date, most: usize) -> Markup {
    html! {
        ul .windows {
            @for window in windows.iter().take(most) {
                li {
                    time datetime=(window.date) { (words::short_date(window.date, today)) }
                    span .{ "window-status " (source::tone(window.status)) } { (source::status(window.status)) }
                    span .window-why { (because(window)) @if let Some((to, words)) = source::work(window) { " " a href=(to) { "Open " (words) } } }
                    a .quiet href=(source::explain(&window.source, window.date)) { "Why" span .sr { " on " (window.date) } }
                }
            }
        }
        @if windows.len() > most { p .further { (windows.len() - most) " earlier ones are not shown." } }
    }
}

fn because(window: &Window) -> String {
    use dataops_domain::generation::window::{By, Skip};
    let mut parts: Vec<String> = Vec::new();
    parts.extend(window.reason.map(|reason| {
        let words = match reason {
            Skip::Paused => "paused",
            Skip::Disabled => "switched off",
            Skip::Archived => "archived",
            Skip::BeforeCreation => "before it was made, or its schedule was what it is",
            Skip::NotNamed => "it failed; its schedule does not name the date any more",
        };
        words.to_owned()
    }));
    parts.extend(window.cause.clone());
    match (window.status, window.by) {
        (Status::Created | Status::Recovered, By::Request) => parts.push("a person asked for it".to_owned()),
        (_, By::Start) => parts.push("started by hand".to_owned()),
        _ => {}
    }
    if window.tasks > 1 {
        parts.push(words::count(window.tasks as usize, "task", "tasks"));
    }
    if let Some(seen) = &window.acknowledged {
        parts.push(seen.note.as_ref().map_or_else(|| "let rest".to_owned(), |note| format!("let rest: {note}")));
    }
    parts.join(", ")
}
