//! A document: its text with the steps, its outline beside it, and what uses it.

use dataops_api::documents::{Backlinks, DocumentLink, DocumentWhole, Heading, WorkflowUse};
use maud::{Markup, html};

use super::{area, kind};
use crate::ui::icon::icon;
use crate::ui::markdown::{self, Text, document_url};
use crate::ui::page::Page;
use crate::ui::words;

/// The page. `from` is the task the reader comes from; empty when they did not.
pub fn one(document: &DocumentWhole, from: &str) -> Page {
    let entry = &document.entry;
    let gap = gap_address(&entry.id, from);
    let text = Text {
        markdown: &document.markdown,
        level: 2,
        links: &document.links,
        outline: &document.outline,
        here: &entry.id,
        from,
        gap: &format!("{gap}&step="),
    };
    let body = html! {
        @if !from.is_empty() { p .back-to { a href={ "/tasks/" (from) } { "← Back to the task" } } }
        details .outline-small { summary { "On this page" } (outline(&document.outline)) }
        div .columns .document {
            article .column-main { div .prose { (markdown::render(text)) } (around(document)) }
            aside .column-side aria-label="Around it" {
                nav .outline aria-label="On this page" { h2 { "On this page" } (outline(&document.outline)) }
                (used_by(&document.backlinks))
                (related(&document.related, from))
                (facts(document))
            }
        }
    };
    let lead = html! {
        a href="/documents" { "Documents" } " · " (area(&entry.area)) " · " (kind(&entry.kind))
        @if !entry.summary.is_empty() { span .document-summary { (entry.summary) } }
    };
    Page { lead, actions: html! { a .button href=(gap) { "Report a gap" } }, ..Page::new("document", entry.title.clone(), body) }
}

fn gap_address(id: &str, from: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("document", id);
    if !from.is_empty() {
        query.append_pair("task", from);
    }
    format!("/gaps/new?{}", query.finish())
}

fn outline(headings: &[Heading]) -> Markup {
    html! {
        ul {
            @for heading in headings.iter().filter(|heading| heading.level <= 2) {
                li .is-step[heading.is_step] { a href={ "#" (heading.anchor) } { (heading.title) } }
            }
        }
    }
}

/// The documents before and after it.
fn around(document: &DocumentWhole) -> Markup {
    let step = |link: &Option<DocumentLink>, words: &str, class: &str| {
        html! { @if let Some(link) = link { a .(class) href=(document_url(&link.id, "", "")) { span .hint { (words) } span { (link.title) } } } }
    };
    html! {
        @if document.previous.is_some() || document.next.is_some() {
            nav .document-around aria-label={ "More on " (area(&document.entry.area)) } { (step(&document.previous, "Before", "before")) (step(&document.next, "Next", "after")) }
        }
    }
}

fn used_by(backlinks: &Backlinks) -> Markup {
    let none = backlinks.documents.is_empty() && backlinks.workflows.is_empty() && backlinks.duties.is_empty();
    html! {
        section .part #used-by {
            h2 { "Used by" }
            @if none { p .hint { "Nothing refers to it yet." } }
            ul .plain {
                @for workflow in &backlinks.workflows { li { (workflow_use(workflow)) } }
                @for duty in &backlinks.duties { li { (duty.description) span .hint { " · recurring" } } }
                @for document in &backlinks.documents { li { a href=(document_url(&document.id, "", "")) { (document.title) } } }
            }
        }
    }
}

fn workflow_use(workflow: &WorkflowUse) -> Markup {
    let name = html! { @if let Some(emoji) = &workflow.emoji { span aria-hidden="true" { (emoji) } " " } (workflow.name) };
    if workflow.tasks.is_empty() {
        return html! { (name) span .hint { " · to read around it" } };
    }
    html! {
        details {
            summary { (name) span .hint { " · " (words::count(workflow.tasks.len(), "task", "tasks")) } }
            ul .plain { @for task in &workflow.tasks { li { (task.description) @if let Some(step) = &task.step_id { span .hint { " · step " (step) } } } } }
        }
    }
}

fn related(related: &[DocumentLink], from: &str) -> Markup {
    html! {
        @if !related.is_empty() {
            section .part #related { h2 { "Read with it" }
                ul .plain { @for document in related { li { @if document.found { a href=(document_url(&document.id, from, "")) { (document.title) } } @else { (document.title) span .hint { " (missing)" } } } } }
            }
        }
    }
}

fn facts(document: &DocumentWhole) -> Markup {
    let entry = &document.entry;
    html! {
        details .technical data-key="technical" {
            summary { "Details" }
            dl .facts {
                div { dt { "Document id" } dd { code { (entry.id) } } }
                @if !entry.systems.is_empty() { div { dt { "Systems" } dd { (entry.systems.join(", ")) } } }
                @if !entry.tags.is_empty() { div { dt { "Tags" } dd { (entry.tags.join(", ")) } } }
                @if !entry.aliases.is_empty() { div { dt { "Earlier names" } dd { (entry.aliases.join(", ")) } } }
            }
            p .hint { (icon("file")) " It is kept with the product’s content and changed there, after review." }
        }
    }
}
