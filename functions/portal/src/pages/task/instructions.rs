//! How a task is done: the step of its document, rendered, with the way to the whole of it. A task whose document is not
//! there falls back to its link, and one with neither says so (WM-4).

use dataops_api::documents::DocumentLink;
use dataops_api::views::task::Instructions;
use maud::{Markup, html};

use super::Shown;
use crate::ui::heading::heading;
use crate::ui::icon::icon;
use crate::ui::markdown::{self, Text, document_url};

/// The section.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let (view, task) = (shown.view, &shown.view.task);
    html! {
        section .part #instructions aria-label="Instructions" {
            (heading(shown.level, "", "Instructions"))
            @match &view.instructions {
                Some(found) => { (document(shown, found)) }
                None => { (fallback(shown)) }
            }
            (around(shown, &view.documents))
            p .reading { a href={ "/gaps/new?task=" (task.id) } { "Report a gap in the process" } }
        }
    }
}

fn document(shown: Shown<'_>, found: &Instructions) -> Markup {
    let id = shown.view.task.id.as_str();
    let whole = document_url(&found.document_id, id, found.step_id.as_deref().unwrap_or_default());
    let text = Text { markdown: &found.markdown, level: shown.level + 1, links: &found.links, from: id, ..Text::default() };
    html! {
        @if let Some(step) = &found.missing_step_id { p .hint { "The task names step " (step) ", which the document does not have. Here is all of it." } }
        p .reading {
            (icon("file"))
            span {
                (found.document_title)
                @if let (Some(step), Some(title)) = (&found.step_id, &found.step_title) { ", step " (step) ": " (title) }
                " · " a href=(whole) { "Whole document" }
            }
        }
        div .prose { (markdown::render(text)) }
    }
}

fn fallback(shown: Shown<'_>) -> Markup {
    let task = &shown.view.task;
    let followed = |url: &&str| ["http://", "https://", "mailto:"].iter().any(|start| url.starts_with(start));
    let named = task.instruction_doc_id.text().filter(|id| !id.is_empty());
    html! {
        @if let Some(named) = named { p .hint { "The document “" (named) "” that describes this task is not there." } }
        @match task.instructions_url.text().filter(followed) {
            Some(url) => { p { "See " a href=(url) rel="noopener noreferrer" { (url) } } }
            None => { p .hint { @if named.is_some() { "It has no link to fall back to either." } @else { "No document and no link describes this task." } } }
        }
    }
}

/// What to read around the task, the instructions themselves left out.
fn around(shown: Shown<'_>, documents: &[DocumentLink]) -> Markup {
    let shown_above = shown.view.instructions.as_ref().map(|found| found.document_id.as_str());
    let others: Vec<&DocumentLink> = documents.iter().filter(|document| Some(document.id.as_str()) != shown_above).collect();
    html! {
        @if !others.is_empty() {
            p .reading { span { "Read around it: "
                @for (index, document) in others.iter().enumerate() {
                    @if index > 0 { ", " }
                    @if document.found { a href=(document_url(&document.id, shown.view.task.id.as_str(), "")) { (document.title) } } @else { (document.title) " (missing)" }
                }
            } }
        }
    }
}
