//! The process documents: all of them by area, and one of them.

mod one;

use dataops_api::documents::{DocumentEntry, DocumentList};
use maud::{Markup, html};

use crate::ui::form;
use crate::ui::group::group;
use crate::ui::markdown::document_url;
use crate::ui::page::Page;
use crate::ui::words;

pub use one::one;

/// What the list is narrowed to, as the address gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Words in the documents.
    pub q: String,
    /// What kind of document.
    pub kind: String,
}

impl Filters {
    fn narrows(&self) -> bool {
        !self.q.is_empty() || !self.kind.is_empty()
    }
}

/// Kinds of documents in the operator's words.
const KINDS: [(&str, &str); 8] = [
    ("sop", "Procedure"),
    ("template", "Texts to copy"),
    ("reference", "Reference"),
    ("playbook", "Playbook"),
    ("checklist", "Checklist"),
    ("task-template", "Workflow"),
    ("prompt", "Prompt"),
    ("archive", "Archive"),
];

/// Parts of the work whose folder does not say its name.
const AREAS: [(&str, &str); 4] =
    [("admin", "Administration"), ("oss", "Open-Source Spotlight"), ("social", "Social media"), ("", "General")];

fn kind(kind: &str) -> &str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("Document", |(_, words)| words)
}

fn area(area: &str) -> String {
    let named = AREAS.iter().find(|(known, _)| *known == area).map(|(_, words)| (*words).to_owned());
    named.unwrap_or_else(|| words::upper_first(&area.replace(['-', '_'], " ")))
}

/// All of them, or those that match.
pub fn list(list: &DocumentList, filters: &Filters) -> Page {
    let number = words::count(list.documents.len(), "document", "documents");
    let body = html! {
        (bar(filters))
        @if list.documents.is_empty() { (nothing(filters)) }
        @else if filters.q.is_empty() { (by_area(&list.documents)) }
        @else { section #list aria-label="Documents found" { (entries(&list.documents)) } }
    };
    let lead = html! { @if filters.narrows() { (number) " found" } @else { (number) " on how the work is done" } };
    Page { lead, actions: html! { a .button href="/gaps/new" { "Report a gap" } }, ..Page::new("documents", "Documents", body) }
}

fn bar(filters: &Filters) -> Markup {
    let all = std::iter::once((String::new(), "Every kind".to_owned()));
    let kinds: Vec<(String, String)> =
        all.chain(KINDS[..4].iter().map(|(kind, words)| ((*kind).to_owned(), (*words).to_owned()))).collect();
    html! {
        form .document-filter action="/documents" role="search" {
            div .field { label for="filter-q" { "Words" } input #filter-q type="search" name="q" value=(filters.q) maxlength="200" placeholder="Luma, invoice, thumbnail…"; }
            (form::select("filter", "kind", "Kind", &kinds, &filters.kind))
            p .filter-actions { button .primary { "Find" } @if filters.narrows() { a .quiet href="/documents" { "Clear" } } }
        }
    }
}

fn nothing(filters: &Filters) -> Markup {
    html! {
        p .none #list {
            @if filters.narrows() { "No document has all of these words. " a href="/documents" { "Show all documents" } ", or " a href="/gaps/new" { "say that one is missing" } "." }
            @else { "There are no documents in this installation." }
        }
    }
}

fn by_area(documents: &[DocumentEntry]) -> Markup {
    html! {
        @for (index, of_area) in documents.chunk_by(|a, b| a.area == b.area).enumerate() {
            @let name = of_area.first().map(|entry| area(&entry.area)).unwrap_or_default();
            (group(&format!("area-{index}"), &name, &of_area.len().to_string(), "", &entries(of_area)))
        }
    }
}

fn entries(documents: &[DocumentEntry]) -> Markup {
    html! {
        ul .documents {
            @for entry in documents {
                li {
                    a .title href=(document_url(&entry.id, "", "")) { (entry.title) }
                    div .document-words {
                        @match &entry.found {
                            Some(found) => {
                                @if let (Some(step), Some(title)) = (&found.step_id, &found.step_title) { p { a href=(document_url(&entry.id, "", step)) { (step) ". " (title) } } }
                                p .hint { (found.excerpt) }
                            }
                            None => { @if !entry.summary.is_empty() { p .hint { (entry.summary) } } }
                        }
                    }
                    span .hint { (kind(&entry.kind)) @if entry.step_count > 0 { " · " (words::count(entry.step_count, "step", "steps")) } }
                }
            }
        }
    }
}

/// There is no document of this name.
pub fn missing(name: &str) -> Page {
    let words = name.chars().take(120).collect::<String>();
    let search = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &words.replace(['.', '-', '/'], " ")).finish();
    let body = html! {
        p { "No document is named " code { (words) } ". It may have been renamed, or was never written." }
        p .actions { a .button .primary href={ "/documents?" (search) } { "Look for something like it" } a .quiet href="/documents" { "All documents" } }
    };
    Page::new("documents", "There is no such document", body)
}
