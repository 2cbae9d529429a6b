//! Rules about documents. Those without a `schema_version` were imported as they are: only what others rely on is
//! judged, which is names and references.

use super::{Finding, repeated, words};
use crate::document::Mentions;
use crate::documents::{Broken, Unresolved};
use crate::{Content, Document};

const TYPES: [&str; 9] = ["sop", "checklist", "template", "task-template", "reference", "playbook", "prompt", "archive", "doc"];

pub(super) fn check(content: &Content) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in content.documents().iter() {
        let mut messages = names(document);
        messages.extend(relations(document, content));
        messages.extend(links(document, content));
        if document.schema_version.is_some() {
            messages.extend(form(document));
        }
        findings.extend(messages.into_iter().map(|message| Finding { file: document.shown(), message }));
    }
    for (name, documents) in content.documents().clashes() {
        let files: Vec<&str> = documents.iter().map(|document| document.source.as_str()).collect();
        let file = documents.first().map(|document| document.shown()).unwrap_or_default();
        findings.push(Finding { file, message: format!("the name '{name}' belongs to more than one document: {}", files.join(", ")) });
    }
    findings
}

fn names(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    if !words::is_slug(&document.id, "._") {
        found.push(format!("id '{}': expected lower-case letters, digits and . _ -", document.id));
    }
    for alias in document.aliases.iter().filter(|alias| **alias == document.id) {
        found.push(format!("alias '{alias}' is the document's own id"));
    }
    for alias in repeated(document.aliases.iter().map(String::as_str)) {
        found.push(format!("alias '{alias}' is there more than once"));
    }
    for step in repeated(document.steps.iter().map(|step| step.id.as_str())) {
        found.push(format!("step {step} is there more than once, so a task that names it can't tell which is meant"));
    }
    for alias in document.aliases.iter().filter(|alias| !alias.ends_with(".md") && !words::is_slug(alias, "._")) {
        found.push(format!("alias '{alias}': expected an id or a path that ends in .md"));
    }
    if !TYPES.contains(&document.doc_type.as_str()) {
        found.push(format!("unknown doc_type '{}'; expected one of {}", document.doc_type, TYPES.join(", ")));
    }
    found
}

/// Documents may relate in a circle, but not to themselves.
fn relations(document: &Document, content: &Content) -> Vec<String> {
    let mut found = Vec::new();
    for id in &document.related_docs {
        match content.documents().get_from(document, id) {
            None => found.push(format!("related_docs names the unknown document '{id}'")),
            Some(related) if related.id == document.id => found.push(format!("related_docs names the document itself as '{id}'")),
            Some(_) => {}
        }
    }
    found.extend(
        repeated(document.related_docs.iter().map(String::as_str)).iter().map(|id| format!("related_docs names '{id}' more than once")),
    );
    found
}

fn links(document: &Document, content: &Content) -> Vec<String> {
    let mentions = Mentions::of(&document.markdown);
    let mut found = Vec::new();
    for written in &mentions.references {
        match content.documents().follow(document, written) {
            Ok(_) => {}
            Err(Broken::Document(Unresolved::NotFound)) => found.push(format!("the text refers to the unknown document '{written}'")),
            Err(Broken::Document(Unresolved::Ambiguous)) => {
                found.push(format!("the text refers to '{written}', which more than one document is named"));
            }
            Err(Broken::Anchor(target)) => {
                found.push(format!("the text refers to '{written}', but '{}' has no such step or section", target.id));
            }
        }
    }
    let refused = |address: &String| format!("the link '{address}' is never followed; expected http, https, mailto or a document");
    found.extend(mentions.refused.iter().map(refused));
    found
}

fn form(document: &Document) -> Vec<String> {
    let mut found = Vec::new();
    if document.schema_version != Some(1) {
        found.push("schema_version: expected 1".to_owned());
    }
    if document.summary.trim().is_empty() {
        found.push("summary is missing".to_owned());
    }
    for section in required_sections(&document.doc_type) {
        if !document.sections.iter().any(|name| name == section) {
            found.push(format!("section '{section}' is missing"));
        }
    }
    for section in repeated(document.sections.iter().map(String::as_str)) {
        found.push(format!("section '{section}' is there more than once"));
    }
    found.extend(shown(document));
    let numbers: Vec<&str> = document.steps.iter().map(|step| step.id.as_str()).collect();
    let expected: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
    if numbers != expected {
        found.push(format!("steps are numbered {}; expected 1 to {} in order", numbers.join(", "), numbers.len()));
    }
    found.extend(words::placeholders(&format!("{}\n{}\n{}", document.title, document.summary, document.prose())));
    found
}

/// What the page of the document would not show as it was meant.
fn shown(document: &Document) -> Vec<String> {
    let mentions = Mentions::of(&document.markdown);
    let bare = |title: &str| !title.is_empty() && title.chars().all(|letter| letter.is_ascii_digit() || ".)".contains(letter));
    let untitled = document.outline.iter().filter(|heading| bare(&heading.title));
    let mut found: Vec<String> = untitled.map(|heading| format!("heading '{}' has no words, so it is no step", heading.title)).collect();
    if mentions.raw_html {
        found.push("raw HTML is shown as text; write Markdown".to_owned());
    }
    found.extend(mentions.pictures.iter().map(|picture| format!("the picture '{picture}' is not shown; say in words what is on it")));
    found
}

fn required_sections(doc_type: &str) -> &'static [&'static str] {
    match doc_type {
        "sop" | "checklist" => &["summary", "prerequisites", "procedure", "validation", "troubleshooting", "references"],
        "template" => &["usage", "notes"],
        "reference" | "playbook" => &["summary", "content", "references"],
        _ => &[],
    }
}
