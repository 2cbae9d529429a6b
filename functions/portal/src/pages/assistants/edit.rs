//! Editing an output before it is approved: a new version takes its place, and both are kept.

use dataops_api::views::job::JobPage;
use maud::{Markup, html};

use super::decide;
use super::job::Shown;
use crate::ui::form;
use crate::ui::page::Page;

/// The form's name.
pub const FORM: &str = "edit";
/// The most bytes of a text that is edited on a page: with them it stays under 60 KB.
const MOST: usize = 36_000;

/// The page; `None` when the job has no such text, or nothing of it can be edited now.
pub fn page(shown: Shown<'_>, artifact: &str) -> Option<Page> {
    let view: &JobPage = shown.view;
    let one = view.artifacts.iter().find(|one| one.id.as_str() == artifact)?;
    let preview = view.previews.iter().find(|preview| preview.artifact_id == artifact).filter(|preview| !preview.cut && view.may.decide)?;
    let text = shown.attempt.value(FORM, "content").unwrap_or(&preview.text);
    let error = shown.attempt.error(FORM, "content");
    let content: Markup = if escaped(text) > MOST {
        html! { p .notice { "It is too long to be edited on a page. Open it, edit it elsewhere, and attach the result to the task." } p .actions { a .button href=(shown.own()) { "Back to the job" } } }
    } else {
        html! {
            form .editing method="post" action={ (shown.own()) "/edit" } data-plain {
                (form::hidden(&shown.chrome.csrf, &shown.own()))
                (decide::seen(shown))
                input type="hidden" name="artifact" value=(one.id);
                input type="hidden" name="checksum" value=(one.checksum.as_deref().unwrap_or_default());
                div .field {
                    label for="edit-content" { "The text" }
                    // A line end right after the tag is not part of the text.
                    textarea #edit-content name="content" rows="28" required spellcheck="true" aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "edit-content-error")] { "\n" (text) }
                    @if let Some(words) = error { p .wrong #edit-content-error { (words) } }
                }
                p .hint { "It becomes a version of its own; what the assistant made is kept beside it." }
                p .actions { button .primary name="then" value="approve" { "Save and approve" } button { "Save, decide later" } a .quiet href=(shown.own()) { "Cancel" } }
            }
        }
    };
    let body = html! { @if !shown.attempt.message.is_empty() { p .problem role="alert" { (shown.attempt.message) } } (content) };
    Some(Page {
        lead: html! { a href="/assistants" { "Assistants" } " · " a href=(shown.own()) { (view.row.title) } },
        ..Page::new("assistant-edit", format!("Edit: {}", one.title), body)
    })
}

/// Bytes that a text takes on a page.
fn escaped(text: &str) -> usize {
    html! { (text) }.0.len()
}
