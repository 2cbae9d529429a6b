//! A job's page: what was asked and from what, what came of each attempt, and what can be done now (AJ-7, AJ-8).

use dataops_api::views::job::{JobInput, JobPage};
use dataops_domain::job::JobStatus;
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use super::{attempts, decide, output};
use crate::ui::activity::{self, Tell};
use crate::ui::form::Attempt;
use crate::ui::history;
use crate::ui::job::{self as words_of, ended};
use crate::ui::markdown::document_url;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// Events that the page tells; the others are in the activity.
const EVENTS: usize = 24;

/// What every section of the page needs.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// What the engine answered.
    pub view: &'a JobPage,
    /// The reader and the request.
    pub chrome: &'a Chrome,
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: Tz,
    /// A form that was just refused.
    pub attempt: &'a Attempt,
}

impl Shown<'_> {
    /// The page's own address.
    pub(super) fn own(&self) -> String {
        words_of::address(self.view.job.id.as_str())
    }

    /// The name of a person.
    pub(super) fn name(&self, id: &str) -> String {
        activity::name(Some(id), &self.view.people).unwrap_or_else(|| id.to_owned())
    }
}

/// The page.
pub fn page(shown: Shown<'_>) -> Page {
    let (view, row) = (shown.view, &shown.view.row);
    let working = matches!(row.status, JobStatus::Queued | JobStatus::Running);
    let body = html! {
        article .assistant-job data-watched data-working[working] {
            @if !shown.attempt.message.is_empty() { p .problem role="alert" { (shown.attempt.message) } }
            (state(shown))
            @if working { (tail(shown)) }
            (decide::section(shown))
            div .columns {
                div .column-main { (output::section(shown)) (attempts::section(shown)) (timeline(shown)) }
                aside .column-side aria-label="Around it" { (asked(shown)) (inputs(&view.inputs)) }
            }
        }
    };
    Page {
        lead: html! { a href="/assistants" { "Assistants" } " · " (words_of::kind(&row.assistant_type)) },
        checked: Some(words::clock(view.checked_at, shown.timezone)),
        ..Page::new("assistant-job", row.title.clone(), body)
    }
}

/// Where it stands, in one sentence.
fn state(shown: Shown<'_>) -> Markup {
    let (row, job) = (&shown.view.row, &shown.view.job);
    let error = job.last_error.as_ref().filter(|_| row.status == JobStatus::Failed);
    let said = match row.status {
        JobStatus::Draft => "It is a draft: nobody works on it before it is handed over.".to_owned(),
        JobStatus::Queued => "It was handed over and waits for its assistant.".to_owned(),
        JobStatus::Running => "The assistant is at work.".to_owned(),
        JobStatus::WaitingApproval => "It waits for your decision: look at what it made.".to_owned(),
        JobStatus::Approved => "It was approved.".to_owned(),
        JobStatus::Rejected => {
            row.reason.as_ref().map_or_else(|| "It was rejected.".to_owned(), |why| format!("It was rejected: {}", ended(why)))
        }
        JobStatus::Retrying => "It is to be tried again; hand it over.".to_owned(),
        JobStatus::Succeeded => "It is done.".to_owned(),
        JobStatus::Failed => error.map_or_else(|| "It failed.".to_owned(), |error| format!("It failed: {}", ended(&error.summary))),
        JobStatus::Canceled => "It was canceled.".to_owned(),
    };
    let spent = matches!(row.status, JobStatus::Failed | JobStatus::Rejected) && !shown.view.may.retry && !row.acknowledged;
    html! {
        section #state aria-label="Where it stands" {
            p .{ "job-verdict " (words_of::tone(row.status)) } { (said) }
            p .hint {
                (words_of::attempts(row)) @if let Some(error) = error { " · " code { (error.code) } }
                @if row.acknowledged { " · acknowledged" @if let Some(by) = &job.acknowledged_by { " by " (shown.name(by)) } @if let Some(at) = job.acknowledged_at { ", " (words::moment(at, shown.today, shown.timezone)) } }
            }
            @if spent { p { "No attempt is left. Make a follow-up task, or acknowledge it with a note." } }
        }
    }
}

/// How far it is, and the last lines of its log.
fn tail(shown: Shown<'_>) -> Markup {
    let view = shown.view;
    let progress = view.job.progress.as_ref();
    html! {
        section .part #working aria-label="At work" {
            h2 { "At work" }
            @if let Some(progress) = progress {
                p .progress {
                    @if let Some(percent) = progress.percent { progress value=(percent) max="100" aria-label="Progress" {} span { (percent) " %" } }
                    @if let Some(step) = &progress.step { span { (step) } }
                }
            }
            @if view.tail.is_empty() { p .none { "Nothing written yet." } }
            @else { pre .tail role="region" tabindex="0" aria-label="The last lines of its log" { @for line in &view.tail { (cut(line)) "\n" } } }
            p .hint { "This page follows along. Without JavaScript, reload it." }
        }
    }
}

fn cut(line: &str) -> String {
    line.chars().take(200).collect()
}

fn asked(shown: Shown<'_>) -> Markup {
    let (row, job) = (&shown.view.row, &shown.view.job);
    html! {
        section .part #asked aria-label="What was asked" {
            h2 { "What was asked" }
            dl .facts {
                @if let Some(task) = &row.task { div .is-wide { dt { "For the task" } dd { a href={ "/tasks/" (task.id) } { (task.description) } } } }
                @if let Some(workflow) = &row.workflow { div .is-wide { dt { "For the workflow" } dd { a href={ "/workflows/" (workflow.id) } { (workflow.title) } } } }
                @if let Some(person) = &row.requested_by { div { dt { "Asked by" } dd { (person.name) } } }
                div { dt { "Asked" } dd { time datetime=(job.created_at) { (words::moment(job.created_at, shown.today, shown.timezone)) } } }
                div { dt { "Approval" } dd { @if job.approval_required { "Somebody has to approve it" } @else { "Not needed" } } }
                div { dt { "Attempts" } dd { (row.attempt) " of " (row.max_attempts) } }
                @if let Some(fills) = row.task.as_ref().and_then(|task| task.fills.as_ref()) { div .is-wide { dt { "Approving also fills" } dd { "the link “" (fills) "” of the task, where it is empty" } } }
            }
            details .technical data-key="technical" {
                summary { "Details" }
                dl .facts { div { dt { "Job id" } dd { code { (job.id) } } } div { dt { "Assistant" } dd { code { (job.assistant_type) } } } div { dt { "Version" } dd { (job.version) } } }
            }
        }
    }
}

fn inputs(inputs: &[JobInput]) -> Markup {
    html! {
        section .part #inputs aria-label="From which inputs" {
            h2 { "From which inputs" }
            @if inputs.is_empty() { p .none { "Only the task and its workflow." } }
            @else { ul .plain { @for input in inputs.iter().take(40) { li {
                @match leads(input) { Some(to) => a href=(to) rel="noopener noreferrer" { (input.title) }, None => (input.title) }
                " " span .optional { (kind(&input.kind)) @if input.missing { ", not there any more" } }
            } } } }
        }
    }
}

/// Where an input is to be looked at.
fn leads(input: &JobInput) -> Option<String> {
    let id = input.id.as_deref().filter(|id| !input.missing && dataops_domain::id::is_valid(id));
    let web = || input.uri.clone().filter(|uri| uri.starts_with("https://") || uri.starts_with("http://"));
    match (input.kind.as_str(), id) {
        ("task", Some(id)) => Some(format!("/tasks/{id}")),
        ("bundle" | "card", Some(id)) => Some(format!("/workflows/{id}")),
        ("artifact", Some(id)) => Some(format!("/artifacts/{id}")),
        ("doc" | "document", Some(id)) => Some(document_url(id, "", "")),
        ("file", Some(id)) => Some(format!("/work/api/files/{id}/download")),
        _ => web(),
    }
}

fn kind(kind: &str) -> &str {
    match kind {
        "doc" => "document",
        "bundle" | "card" => "workflow",
        "url" => "link",
        "source-message" => "message",
        other => other,
    }
}

fn timeline(shown: Shown<'_>) -> Markup {
    let view = shown.view;
    let last = &view.events[view.events.len().saturating_sub(EVENTS)..];
    html! {
        section .part #timeline aria-label="Timeline" {
            h2 { "Timeline" }
            (history::stream(&[], last, Tell { people: &view.people, today: shown.today, timezone: shown.timezone }))
            p .more { a href=(activity::address("assistant_job", view.job.id.as_str())) { "All activity" } }
        }
    }
}
