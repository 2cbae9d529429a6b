//! Making dates by hand: a range, what would be made and what not, and what was (RW-12).

use dataops_api::recurring::{Applied, Preview};
use dataops_domain::generation::Planned;
use dataops_domain::time::Date;
use maud::{Markup, html};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::group::{clear, group};
use crate::ui::page::{Chrome, Page};
use crate::ui::{source, words};

/// Windows of each group that are listed.
const LISTED: usize = 60;
/// The form's name.
pub const FORM: &str = "generate";

/// What was asked for, as it was typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The first date.
    pub from: String,
    /// The last date.
    pub to: String,
    /// One source alone; empty for all.
    pub source: String,
}

/// What the page shows below its form.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// Nothing yet.
    Empty,
    /// What would be made; the key makes pressing the button twice one request.
    Plan(&'a Preview, &'a str),
    /// What was made.
    Done(&'a Applied),
}

/// The page.
pub fn page(shown: Shown<'_>, asked: &Asked, chrome: &Chrome, today: Date, attempt: &Attempt) -> Page {
    let today_text = today.to_string();
    let or_today = |text: &str| if text.is_empty() { today_text.clone() } else { text.to_owned() };
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        @if let Shown::Done(applied) = shown { (done(applied, today)) }
        form .range method="get" action="/recurring/generate" {
            @if !asked.source.is_empty() { input type="hidden" name="source" value=(asked.source); }
            (Field { kind: "date", value: &or_today(&asked.from), required: true, ..Field::text(FORM, "from", "From") }.show(attempt))
            (Field { kind: "date", value: &or_today(&asked.to), required: true, ..Field::text(FORM, "to", "To") }.show(attempt))
            button { "Look what it would make" }
        }
        p .hint { "At most 90 days. Nothing is made before you have seen it."
            @if !asked.source.is_empty() { " Only for one source; " a href="/recurring/generate" { "for all of them" } "." } }
        @if let Shown::Plan(preview, key) = shown { (plan(preview, key, asked, chrome, today)) }
    };
    Page {
        lead: html! { a href="/recurring" { "Recurring" } " · duties and automatic workflows of a range, once each" },
        ..Page::new("generate", "Make dates", body)
    }
}

fn plan(preview: &Preview, key: &str, asked: &Asked, chrome: &Chrome, today: Date) -> Markup {
    let number = preview.create.len();
    html! {
        @if number == 0 { (clear("create", "To be made", "Nothing: there is no date in this range whose work is missing.")) }
        @else {
            (group("create", "To be made", &number.to_string(), "", &list(&preview.create, today)))
            form .actions method="post" action="/recurring/generate" data-plain {
                (form::hidden(&chrome.csrf, "/recurring"))
                input type="hidden" name="from" value=(preview.from); input type="hidden" name="to" value=(preview.to);
                input type="hidden" name="source" value=(asked.source); input type="hidden" name="token" value=(preview.token);
                input type="hidden" name="key" value=(key);
                button .primary { "Make " (words::count(number, "date", "dates")) } a .quiet href="/recurring" { "Cancel" }
            }
        }
        @if !preview.existing.is_empty() { (group("existing", "Already there", &preview.existing.len().to_string(), "", &list(&preview.existing, today))) }
        @if !preview.paused.is_empty() { (group("paused", "Not made: paused, switched off or archived", &preview.paused.len().to_string(), "is-chase", &list(&preview.paused, today))) }
        @if !preview.broken.is_empty() { (group("broken", "Can’t be read", &preview.broken.len().to_string(), "is-late", &list(&preview.broken, today))) }
    }
}

fn list(windows: &[Planned], today: Date) -> Markup {
    html! {
        ul .windows {
            @for window in windows.iter().take(LISTED) {
                li {
                    time datetime=(window.date) { (words::short_date(window.date, today)) }
                    a .title href=(source::address(&window.source)) { (window.title) }
                    span .window-why {
                        @if window.missing_tasks > 0 { (words::count(window.missing_tasks as usize, "missing task", "missing tasks")) }
                        @else if let Some(anchor) = window.anchor_date { "for " (words::short_date(anchor, today)) }
                        @else if !window.is_work() { (window.why) }
                    }
                }
            }
        }
        @if windows.len() > LISTED { p .further { "And " (windows.len() - LISTED) " more." } }
    }
}

fn done(applied: &Applied, today: Date) -> Markup {
    let counters = &applied.counters;
    html! {
        section .group #done aria-labelledby="done-h" {
            h2 #done-h { "Done" }
            ul .means {
                li { (words::count(counters.recurring_generated as usize, "task", "tasks")) " and " (words::count(counters.template_created as usize, "workflow", "workflows")) " made." }
                li { (counters.recurring_skipped + counters.template_skipped) " were there already." @if counters.template_recovered > 0 { " " (words::count(counters.template_recovered as usize, "missing task", "missing tasks")) " made again." } }
                @if counters.failures > 0 { li .is-late { (counters.failures) " failed." } }
                @if applied.left > 0 { li .is-chase { (applied.left) " were not reached. Look once more what is left to make." } }
            }
            @if !applied.failed.is_empty() {
                ul .windows { @for failed in applied.failed.iter().take(LISTED) {
                    li { time datetime=(failed.date) { (words::short_date(failed.date, today)) } a .title href=(source::address(&failed.source)) { (failed.title) } span .window-why { (failed.cause) } }
                } }
            }
            @if let [task] = applied.tasks.as_slice() { p { a href={ "/tasks/" (task) } { "Open the task" } } }
            @if let [bundle] = applied.bundles.as_slice() { p { a href={ "/workflows/" (bundle) } { "Open the workflow" } } }
        }
    }
}
