//! An assistant job in the operator's words: its line in a list, its badge beside the work, what is to be done next.

use dataops_api::views::assistants::{JobNext, JobRow};
use dataops_api::views::row::JobBadge;
use dataops_domain::job::JobStatus;
use dataops_domain::time::Timestamp;
use maud::{Markup, html};

use super::icon::icon;
use super::{row, words};

/// The longest error or reason that a line tells, in characters.
const WORDS: usize = 200;

/// The address of a job's page.
pub fn address(id: &str) -> String {
    format!("/assistants/jobs/{id}")
}

/// Where a job stands, as a person says it.
pub fn status(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Draft => "draft",
        JobStatus::Queued => "waits for its assistant",
        JobStatus::Running => "at work",
        JobStatus::WaitingApproval => "waits for approval",
        JobStatus::Approved => "approved",
        JobStatus::Rejected => "rejected",
        JobStatus::Retrying => "to be tried again",
        JobStatus::Succeeded => "done",
        JobStatus::Failed => "failed",
        JobStatus::Canceled => "canceled",
    }
}

/// The colour of a status.
pub fn tone(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Failed => "is-late",
        JobStatus::WaitingApproval | JobStatus::Rejected | JobStatus::Retrying => "is-chase",
        JobStatus::Approved | JobStatus::Succeeded => "is-fine",
        JobStatus::Draft | JobStatus::Queued | JobStatus::Running | JobStatus::Canceled => "is-plain",
    }
}

/// Which assistant, as a person says it.
pub fn kind(assistant_type: &str) -> String {
    format!("{} assistant", words::upper_first(&assistant_type.replace(['-', '_'], " ")))
}

/// `attempt 1 of 2`.
pub fn attempts(row: &JobRow) -> String {
    if row.attempt == 0 {
        return format!("{} allowed", words::count(row.max_attempts as usize, "attempt", "attempts"));
    }
    format!("attempt {} of {}", row.attempt, row.max_attempts)
}

/// A list of jobs.
pub fn list(rows: &[JobRow], now: Timestamp) -> Markup {
    html! { ul .jobs { @for row in rows { (line(row, now)) } } }
}

/// One job as a line: what, for which work, how it stands, for how long, and the one thing to do next.
pub fn line(row: &JobRow, now: Timestamp) -> Markup {
    let own = address(&row.id);
    html! {
        li .job data-id=(row.id) {
            div .job-name {
                a .title href=(own) { (row.title) }
                span .job-sub { (kind(&row.assistant_type)) " · " (attempts(row)) " · " time datetime=(row.updated_at) { (words::age(row.updated_at, now)) } }
            }
            span .{ "job-state " (tone(row.status)) } {
                @if row.status == JobStatus::Failed { (icon("late")) }
                span { (status(row.status)) @if let Some(percent) = percent(row) { ", " (percent) " %" } @if row.acknowledged { ", acknowledged" } }
            }
            p .job-facts {
                @if let Some(task) = &row.task { a href={ "/tasks/" (task.id) } data-open { (task.description) } }
                @if let Some(workflow) = &row.workflow { (row::chip(workflow)) }
                @if let Some(why) = why(row) { span .job-why { (why) } }
            }
            (next(row, &own))
        }
    }
}

/// How far a running one is.
fn percent(row: &JobRow) -> Option<u8> {
    row.progress.as_ref().filter(|_| row.status == JobStatus::Running).and_then(|progress| progress.percent)
}

/// Why the last attempt came to nothing, or what the running one is at.
fn why(row: &JobRow) -> Option<String> {
    let said = match row.status {
        JobStatus::Failed => row.error.as_ref().map(|error| error.summary.clone()),
        JobStatus::Rejected | JobStatus::Retrying => row.reason.clone().or_else(|| row.error.as_ref().map(|error| error.summary.clone())),
        JobStatus::Running => row.progress.as_ref().and_then(|progress| progress.step.clone()),
        _ => None,
    }?;
    let said = if said.chars().count() <= WORDS { said } else { said.chars().take(WORDS).chain(['…']).collect() };
    let spent = row.next == JobNext::FollowUp;
    Some(if spent { format!("{} No attempt is left.", ended(&said)) } else { said })
}

/// A sentence with its full stop.
pub fn ended(words: &str) -> String {
    if words.ends_with(['.', '!', '?', '…']) { words.to_owned() } else { format!("{words}.") }
}

/// The one thing to do next.
fn next(row: &JobRow, own: &str) -> Markup {
    let sr = html! { span .sr { ": " (row.title) } };
    html! {
        @match row.next {
            JobNext::Review => a .act href=(own) { "Review" (sr) },
            JobNext::Retry => button .act form="act" formaction={ (own) "/retry" } { "Try again" (sr) },
            JobNext::FollowUp => a .act href={ (own) "#follow-up" } { "Follow up" (sr) },
            JobNext::Submit => button .act form="act" formaction={ (own) "/submit" } { "Hand over" (sr) },
            JobNext::Wait => a .act href=(own) { "Watch" (sr) },
            JobNext::Nothing => a .act href=(own) { "Open" (sr) },
        }
    }
}

/// What a live job wants, beside the work it is for.
pub fn badge(job: &JobBadge) -> Markup {
    let words = match job.next {
        JobNext::Review => "review",
        JobNext::Retry => "try again",
        JobNext::FollowUp => "no attempt left",
        JobNext::Submit => "to hand over",
        JobNext::Wait => "at work",
        JobNext::Nothing => status(job.status),
    };
    html! {
        a .{ "job-badge " (tone(job.status)) } href=(address(&job.id)) title={ (kind(&job.assistant_type)) ": " (status(job.status)) } { (icon("assistant")) span { span .sr { "Assistant: " } (words) } }
    }
}
