//! What a workflow can take from its template, part by part.

use dataops_api::views::bundle::BundleTemplatePage;
use dataops_domain::template::difference::Kind;
use dataops_domain::template::running::{Because, Does, TaskPart};
use maud::{Markup, html};

use crate::ui::difference::field;
use crate::ui::form;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// The most parts shown at once; the others come after these are taken or left.
const MOST: usize = 60;

/// The page.
pub fn page(view: &BundleTemplatePage, chrome: &Chrome, problem: &str) -> Page {
    let (bundle, found) = (&view.bundle, &view.difference.parts);
    let workflow = format!("/workflows/{}", bundle.id);
    let (takeable, kept): (Vec<&TaskPart>, Vec<&TaskPart>) = found.tasks.iter().partition(|part| part.does != Does::Nothing);
    let nothing = found.takeable() == 0;
    let name = view.difference.template_name.as_deref().unwrap_or("its template");
    let body = html! {
        @if !problem.is_empty() { p .problem role="alert" { (problem) } }
        @if nothing { p .none { "There is nothing to take: the workflow is as its template says, or was changed on purpose. " a href=(workflow) { "Back to the workflow" } "." } }
        @else {
            p .intro { "Nothing reaches a running workflow by itself. Tick what it should take; what somebody changed here stays as it is." }
            form method="post" action={ (workflow) "/template" } data-plain {
                (form::hidden(&chrome.csrf, &workflow))
                @for (does, title) in [(Does::Add, "New tasks"), (Does::Change, "Changed tasks"), (Does::Delete, "Tasks the template dropped")] {
                    (parts(takeable.iter().take(MOST).filter(|part| part.does == does), does, title, view))
                }
                @if !found.links.is_empty() || found.phases.is_some() {
                    section .group aria-labelledby="other-h" {
                        h2 #other-h { "Around the tasks" }
                        ul .takes {
                            @for link in &found.links { li .take { label { input type="checkbox" name="link" value=(link) checked; " New link: " strong { (link) } } } }
                            @if let Some(phases) = &found.phases {
                                li .take { label { input type="checkbox" name="phases" value="1" checked; " Phases: " (phases.iter().map(|phase| phase.name.as_str()).collect::<Vec<_>>().join(", ")) } }
                            }
                        }
                    }
                }
                @if takeable.len() > MOST { p .hint { (words::count(takeable.len() - MOST, "more task follows", "more tasks follow")) " once these are taken." } }
                p .actions { button .primary name="do" value="take" { "Take what is ticked" } button name="do" value="leave" { "Leave it as it is" } a .quiet href=(workflow) { "Cancel" } }
            }
        }
        @if !kept.is_empty() {
            details .folded data-key="kept" {
                summary { (words::count(kept.len(), "difference", "differences")) " that can’t be taken" }
                ul .takes { @for part in kept.iter().take(MOST) { li .take { strong { (part.description) } " " span .hint { (why(part)) } } } }
            }
        }
    };
    Page {
        lead: html! { a href=(workflow) { (bundle.title) } " against " (name) },
        ..Page::new("workflow-template", "What the template changed", body)
    }
}

fn parts<'a>(parts: impl Iterator<Item = &'a &'a TaskPart>, does: Does, title: &str, view: &BundleTemplatePage) -> Markup {
    let parts: Vec<&&TaskPart> = parts.collect();
    if parts.is_empty() {
        return html! {};
    }
    let id = format!("part-{title}").to_lowercase().replace(' ', "-");
    html! {
        section .group aria-labelledby=(id) {
            h2 id=(id) { (title) " " span .number { (parts.len()) } }
            ul .takes {
                @for part in parts {
                    li .take {
                        label {
                            // Deleting is never proposed.
                            input type="checkbox" name="ref" value=(part.ref_id) checked[does != Does::Delete];
                            " " strong { (part.description) } " "
                            span .hint { "due " (words::short_date(part.date, view.today)) @if part.date < view.today { ", already past" } }
                        }
                        @if !part.fields.is_empty() {
                            ul .changes {
                                @for change in &part.fields { (field(&change.change, &view.people, if change.by_hand { "changed here by hand: stays" } else { "" })) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn why(part: &TaskPart) -> &'static str {
    match (part.because, part.kind) {
        (Some(Because::Closed), Kind::Removed) => "the template dropped it; it is done here",
        (Some(Because::Closed), _) => "it is done",
        (Some(Because::ChangedByHand), Kind::Removed) => "the template dropped it; somebody has worked on it here",
        (Some(Because::ChangedByHand), _) => "it was changed here by hand",
        (Some(Because::DeletedByHand), _) => "it was deleted here",
        (None, _) => "",
    }
}
