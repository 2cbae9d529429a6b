//! Artifacts: the review queue and everything else that the work produced; and one artifact with its facts.

use dataops_api::wire::ArtifactList;
use dataops_domain::artifact::{Artifact, ArtifactStatus, ArtifactType};
use dataops_domain::time::Tz;
use maud::{Markup, html};

use crate::ui::activity;
use crate::ui::artifact::{address, decision, is_due, kind_words, row, status_words};
use crate::ui::form::{self, Attempt};
use crate::ui::page::{Chrome, Page};

const STATUSES: [ArtifactStatus; 6] = [
    ArtifactStatus::NeedsReview,
    ArtifactStatus::Draft,
    ArtifactStatus::Approved,
    ArtifactStatus::Rejected,
    ArtifactStatus::Superseded,
    ArtifactStatus::Archived,
];

/// The list, with the filters that stand in the address.
pub fn list(list: &ArtifactList, chrome: &Chrome, status: &str, kind: &str) -> Page {
    let filtered = !status.is_empty() || !kind.is_empty();
    let body = html! {
        form .filters method="get" action="/artifacts" {
            (choice("status", "Review", status, STATUSES.iter().map(|each| (each.as_str(), status_words(*each).to_owned()))))
            (choice("type", "Type", kind, ArtifactType::WORDS.iter().map(|word| (*word, kind_words(word)))))
            button { "Show" }
            @if filtered { a .button .quiet href="/artifacts" { "All" } }
        }
        section #list aria-label="Artifacts" {
            @if list.artifacts.is_empty() {
                p .none { @if filtered { "No artifact fits these filters." } @else { "No artifacts yet. They are added from a task: a link, or an uploaded file." } }
            } @else {
                ul .artifacts { @for artifact in &list.artifacts { (row(artifact, &chrome.csrf, &chrome.path)) } }
            }
        }
        @if let Some(cursor) = &list.next_cursor {
            nav .pages aria-label="Pages" { a .button href={ "/artifacts?status=" (status) "&type=" (kind) "&cursor=" (cursor) } { "More" } }
        }
    };
    Page { lead: html! { "What the work produced, and whether somebody approved it." }, ..Page::new("artifacts", "Artifacts", body) }
}

fn choice(name: &str, label: &str, chosen: &str, options: impl Iterator<Item = (&'static str, String)>) -> Markup {
    html! {
        div .field {
            label for={ "filter-" (name) } { (label) }
            select #{ "filter-" (name) } name=(name) {
                option value="" { "Any" }
                @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
            }
        }
    }
}

/// One artifact.
pub fn page(artifact: &Artifact, chrome: &Chrome, timezone: Tz, attempt: &Attempt) -> Page {
    let back = format!("/artifacts/{}", artifact.id);
    let body = html! {
        article .artifact-page #artifact {
            @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
            @if let Some(text) = &artifact.description { p { (text) } }
            p .actions {
                @if let Some(address) = address(artifact) { a .button href=(address) rel="noopener noreferrer" { "Open the content" } }
                @else { code { (artifact.storage_uri) } }
            }
            @if let Some(job) = artifact.assistant_job_id.as_deref().filter(|_| is_due(artifact)) {
                p .hint { "An assistant made it. " a href=(crate::ui::job::address(job)) { "Decide on the job" } " to fill its link as well, or to let it try again." }
            }
            (decision(artifact, &chrome.csrf, &back))
            (facts(artifact, timezone))
            @if !matches!(artifact.status, ArtifactStatus::Archived) {
                form method="post" action={ (back) "/archived" } {
                    (form::hidden(&chrome.csrf, &back))
                    button .quiet { "Archive" }
                    @if artifact.status == ArtifactStatus::Approved { button .quiet formaction={ (back) "/superseded" } { "Replaced by a newer one" } }
                }
            }
            p .more { a href=(activity::address("artifact", artifact.id.as_str())) { "All activity" } }
        }
    };
    let lead =
        html! { (kind_words(artifact.kind.as_str())) " · " span .{ "is-" (artifact.status.as_str()) } { (status_words(artifact.status)) } };
    Page { lead, ..Page::new("artifact", artifact.title.clone(), body) }
}

fn facts(artifact: &Artifact, timezone: Tz) -> Markup {
    let day = |text: &str| dataops_domain::Timestamp::parse(text).map_or_else(|| text.to_owned(), |at| at.local_date(timezone).to_string());
    html! {
        dl .facts {
            @if let Some(task) = &artifact.task_id { div { dt { "Task" } dd { a href={ "/tasks/" (task) } { "Open the task" } } } }
            @if let Some(job) = &artifact.assistant_job_id { div { dt { "Made by" } dd { a href=(crate::ui::job::address(job)) { "Open the assistant’s job" } } } }
            @if let Some(bundle) = &artifact.bundle_id { div { dt { "Workflow" } dd { a href={ "/workflows/" (bundle) } { "Open the workflow" } } } }
            @if let Some(by) = &artifact.reviewed_by { div { dt { "Reviewed" } dd { (by) @if let Some(at) = &artifact.reviewed_at { ", " (day(at)) } } } }
            @if let Some(by) = &artifact.created_by { div { dt { "Added by" } dd { (by) ", " (day(&artifact.created_at.to_string())) } } }
            @if let Some(name) = &artifact.filename { div { dt { "File" } dd { (name) } } }
            @if let Some(checksum) = &artifact.checksum { div { dt { "Checksum" } dd { code .checksum { (checksum) } } } }
        }
    }
}
