//! The attempts of a job side by side: how each ended, with its error or reason, and what it made.

use dataops_domain::artifact::Artifact;
use dataops_domain::job::Attempt;
use maud::{Markup, html};

use super::job::Shown;
use crate::ui::artifact::status_words;
use crate::ui::{job, words};

/// The section.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let attempts = &shown.view.job.attempts;
    html! {
        section .part #attempts aria-label="Attempts" {
            h2 { "Attempts " span .number { (attempts.len()) " of " (shown.view.job.max_attempts) } }
            @if attempts.is_empty() { p .none { "None yet." } }
            @else { ol .attempts { @for attempt in attempts { (one(shown, attempt)) } } }
        }
    }
}

fn one(shown: Shown<'_>, attempt: &Attempt) -> Markup {
    let artifacts = &shown.view.artifacts;
    let find = |id: &String| artifacts.iter().find(|artifact| artifact.id.as_str() == id);
    let log = attempt.log_artifact_id.as_ref().and_then(find);
    let when = |at| words::moment(at, shown.today, shown.timezone);
    html! {
        li .attempt {
            h3 { "Attempt " (attempt.number) " " span .{ "job-state " (job::tone(attempt.status)) } { (job::status(attempt.status)) } }
            p .hint {
                @if let Some(at) = attempt.started_at { time datetime=(at) { (when(at)) } }
                @if let (Some(from), Some(to)) = (attempt.started_at, attempt.ended_at) { ", " (took(to.millis() - from.millis())) }
                @if let Some(by) = &attempt.decided_by { " · decided by " (shown.name(by)) }
            }
            @if let Some(error) = &attempt.error { p .attempt-why { b { "Error: " } (error.summary) " " code { (error.code) } } }
            @if let Some(reason) = &attempt.reason { p .attempt-why { b { "Rejected: " } (reason) } }
            ul .plain {
                @for artifact in attempt.output_artifact_ids.iter().filter_map(find) { li { (made(artifact)) } }
                @if let Some(log) = log { li { a href={ "/artifacts/" (log.id) } { "Its whole log" } } }
            }
        }
    }
}

fn made(artifact: &Artifact) -> Markup {
    html! { a href={ "/artifacts/" (artifact.id) } { (artifact.title) } " " span .optional { (status_words(artifact.status)) } }
}

/// `took 3 s`, `took 2 min`.
fn took(millis: i64) -> String {
    match millis / 1_000 {
        ..1 => "took less than a second".to_owned(),
        seconds @ 1..100 => format!("took {seconds} s"),
        seconds => format!("took {} min", seconds / 60),
    }
}
