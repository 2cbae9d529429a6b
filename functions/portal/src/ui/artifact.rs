//! An artifact as one line: what it is, where its review stands, and the decision that is due.

use dataops_domain::artifact::{Artifact, ArtifactStatus};
use maud::{Markup, html};

use super::form;
use super::icon::icon;

/// The status in the operator's words.
pub fn status_words(status: ArtifactStatus) -> &'static str {
    match status {
        ArtifactStatus::Draft => "draft",
        ArtifactStatus::NeedsReview => "waits for review",
        ArtifactStatus::Approved => "approved",
        ArtifactStatus::Rejected => "rejected",
        ArtifactStatus::Archived => "archived",
        ArtifactStatus::Superseded => "superseded",
    }
}

/// The type in the operator's words.
pub fn kind_words(word: &str) -> String {
    word.replace('-', " ")
}

/// Where its content opens: the web address, or the bytes that are kept here.
pub fn address(artifact: &Artifact) -> Option<String> {
    let uri = artifact.storage_uri.as_str();
    if uri.starts_with("http://") || uri.starts_with("https://") {
        return Some(uri.to_owned());
    }
    uri.starts_with("s3://").then(|| format!("/work/api/artifacts/{}/content", artifact.id))
}

/// The line, with the buttons of a review when one is due.
pub fn row(artifact: &Artifact, csrf: &str, back: &str) -> Markup {
    html! {
        li .artifact data-id=(artifact.id) {
            div .artifact-words {
                p { (icon("file")) " " a href={ "/artifacts/" (artifact.id) } { (artifact.title) } }
                p .hint {
                    (kind_words(artifact.kind.as_str())) " · " span .{ "is-" (artifact.status.as_str()) } { (status_words(artifact.status)) }
                    @if let Some(address) = address(artifact) { " · " a href=(address) rel="noopener noreferrer" { "Open" span .sr { " " (artifact.title) } } }
                    @if !artifact.evidence_for.is_empty() { " · proves a done task" }
                }
            }
            @match artifact.assistant_job_id.as_deref().filter(|_| is_due(artifact)) {
                Some(job) => (with_its_job(job, artifact)),
                None => (decision(artifact, csrf, back)),
            }
        }
    }
}

/// The way to the job that made it. It is decided there: deciding the job fills links and tries again, and the artifact alone
/// would leave the job waiting. The job's own line has the one *Review*.
fn with_its_job(job: &str, artifact: &Artifact) -> Markup {
    html! { a .quiet href=(super::job::address(job)) { "Decided with its job" span .sr { ": " (artifact.title) } } }
}

/// True while a review is due.
pub fn is_due(artifact: &Artifact) -> bool {
    matches!(artifact.status, ArtifactStatus::Draft | ArtifactStatus::NeedsReview | ArtifactStatus::Rejected)
}

/// The buttons of a review that is due.
pub fn decision(artifact: &Artifact, csrf: &str, back: &str) -> Markup {
    let due = is_due(artifact);
    let title = &artifact.title;
    html! {
        @if due {
            form .review method="post" action={ "/artifacts/" (artifact.id) "/approved" } {
                (form::hidden(csrf, back))
                button .act { "Approve" span .sr { " " (title) } }
                @if artifact.status != ArtifactStatus::Rejected {
                    button .quiet formaction={ "/artifacts/" (artifact.id) "/rejected" } { "Reject" span .sr { " " (title) } }
                }
            }
        }
    }
}
