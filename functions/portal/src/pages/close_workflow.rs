//! Closing a workflow: everything that speaks against it with the way there, or the button.

use dataops_api::views::bundle::BundlePage;
use dataops_domain::bundle::BundleStatus;
use dataops_domain::closing::{Blocker, BlockerKind};
use maud::{Markup, html};

use crate::ui::form;
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// Reasons that are listed one by one.
const LISTED: usize = 120;

/// The page.
pub fn page(view: &BundlePage, chrome: &Chrome) -> Page {
    let bundle = &view.bundle;
    let own = format!("/workflows/{}", bundle.id);
    let blockers = &view.close.blockers;
    let body = html! {
        @if bundle.status == BundleStatus::Archived {
            p .notice { (icon("archived")) "It is put away already." }
        } @else if view.close.possible {
            p .all-clear-title { (icon("check")) " Nothing speaks against it." }
            p { "Closing puts the workflow at its last stage and out of the lists. It stays readable, and can be brought back." }
            form method="post" action={ (own) "/close" } data-plain {
                (form::hidden(&chrome.csrf, &own))
                input type="hidden" name="stage" value=(bundle.stage.as_str());
                p .actions { button .primary { "Close this workflow" } a .quiet href=(own) { "Cancel" } }
            }
        } @else {
            section .group aria-labelledby="because-h" {
                h2 #because-h .is-late { "Cannot close because " span .number { (words::count(blockers.len(), "thing is", "things are")) " open" } }
                ul .blockers { @for blocker in blockers.iter().take(LISTED) { li { (reason(blocker, &own)) } } }
                @if blockers.len() > LISTED { p .further { "And " (blockers.len() - LISTED) " more." } }
            }
            p { "A workflow that is given up can be archived instead: its tasks stay as they are." }
        }
        p .back-to { a href=(own) { "Back to the workflow" } }
    };
    Page { lead: html! { (bundle.title) }, ..Page::new("close", "Close the workflow", body) }
}

fn reason(blocker: &Blocker, own: &str) -> Markup {
    let drawing = match blocker.kind {
        BlockerKind::OpenTask => "todo",
        BlockerKind::MissingEvidence => "late",
        BlockerKind::EmptyLink => "link",
        BlockerKind::Unfinished => "waiting",
    };
    let to = match (&blocker.task_id, blocker.kind) {
        (Some(task), _) => Some(format!("/tasks/{task}")),
        (None, BlockerKind::EmptyLink) => Some(format!("{own}#links")),
        _ => None,
    };
    html! { (icon(drawing)) " " @if let Some(to) = to { a href=(to) { (blocker.words) } } @else { (blocker.words) } }
}
