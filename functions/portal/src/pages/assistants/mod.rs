//! Assistants: what waits for a person first, then what failed, what is worked on, and what came to an end (AJ-7).

pub mod ask;
mod attempts;
mod decide;
pub mod edit;
pub mod job;
mod output;
pub mod section;

use dataops_api::views::assistants::{AssistantsPage, ExecutorRow, JobRow};
use dataops_domain::time::Tz;
use maud::{Markup, html};

use crate::ui::group::{clear, group};
use crate::ui::page::Page;
use crate::ui::{job as line, words};

/// The most lines of a group: with them the page stays under 60 KB.
const MOST: usize = 20;
/// The most lines of the page.
const ROOM: usize = 42;

/// The page.
pub fn page(view: &AssistantsPage, timezone: Tz) -> Page {
    let mut room = ROOM;
    let mut part = |id: &str, title: &str, tone: &str, rows: &[JobRow], empty: &str| {
        if rows.is_empty() {
            return if empty.is_empty() {
                html! {}
            } else {
                clear(id, title, empty)
            };
        }
        let shown = rows.len().min(MOST).min(room.max(3));
        room = room.saturating_sub(shown);
        let content = html! {
            (line::list(&rows[..shown], view.checked_at))
            @if shown < rows.len() { p .further { (rows.len() - shown) " more" @if !tone.is_empty() { ". Decide on these first" } "." } }
        };
        group(id, title, &rows.len().to_string(), tone, &content)
    };
    let body: Markup = html! {
        (part("waiting", "Waiting for approval", "is-chase", &view.waiting, "Nothing waits for your decision."))
        (part("failed", "Failed or rejected", "is-late", &view.failed, "Nothing failed."))
        (part("running", "Under way", "", &view.running, "No assistant is at work."))
        (part("drafts", "Drafts", "", &view.drafts, ""))
        (part("recent", "Lately", "", &view.recent, "Nothing is over yet. Ask the assistant from a podcast’s task or workflow."))
        @if view.more { p .further #more { "There are more jobs under way than this page shows." } }
        (executors(&view.executors))
    };
    Page {
        lead: html! { "What was asked of assistants, and what is to be decided" },
        checked: Some(words::clock(view.checked_at, timezone)),
        ..Page::new("assistants", "Assistants", body)
    }
}

/// What does the work, and whether anybody has tried it (AJ-8).
fn executors(rows: &[ExecutorRow]) -> Markup {
    let chosen: Vec<&ExecutorRow> = rows.iter().filter(|row| row.name != DRY_RUN && !row.types.is_empty()).collect();
    html! {
        @if !rows.is_empty() {
            section .executors #executors {
                h2 { "What does the work" }
                @for row in &chosen {
                    p {
                        (row.types.join(", ")) ": " (executor(&row.name)) " "
                        span .job-state.(if row.verified { "is-fine" } else { "is-chase" }) { (if row.verified { "verified" } else { "not verified" }) }
                    }
                }
                p .hint {
                    (if chosen.is_empty() { "Every assistant" } else { "Every other assistant" })
                    " works by the reviewed rules in " code { "content/" } ": the same inputs give the same document, without a service or a credential. "
                    @let off: Vec<&str> = rows.iter().filter(|row| row.name != DRY_RUN && row.types.is_empty()).map(|row| executor(&row.name)).collect();
                    @if !off.is_empty() { "Not in use, and not verified: " (off.join(", ")) "." }
                }
            }
        }
    }
}

/// The name of the executor that needs nothing.
const DRY_RUN: &str = "dry-run";

fn executor(name: &str) -> &str {
    match name {
        "messages-http" => "a Messages service",
        "command" => "a local command",
        other => other,
    }
}

/// The number beside Assistants: what waits for a person.
pub fn attention(view: &AssistantsPage) -> usize {
    view.waiting.len() + view.failed.len()
}
