//! Rules about documents. Those without a `schema_version` were imported as they are: only what others rely on is
//! judged, which is names and references.

use super::{Finding, words};
use crate::{Content, Document};

const TYPES: [&str; 9] = ["sop", "checklist", "template", "task-template", "reference", "playbook", "prompt", "archive", "doc"];

pub(super) fn check(content: &Content) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in content.documents.iter() {
        let mut messages = names(document);
        messages.extend(references(document, content));
        if document.schema_version.is_some() {
            messages.extend(form(document));
        }
        findings.extend(messages.into_iter().map(|message| Finding { file: document.shown(), message }));
    }
    for (name, documents) in content.documents.clashes() {
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
    for alias in document.aliases.iter().filter(|alias| !alias.ends_with(".md") && !words::is_slug(alias, "._")) {
        found.push(format!("alias '{alias}': expected an id or a path that ends in .md"));
    }
    if !TYPES.contains(&document.doc_type.as_str()) {
        found.push(format!("unknown doc_type '{}'; expected one of {}", document.doc_type, TYPES.join(", ")));
    }
    found
}

fn references(document: &Document, content: &Content) -> Vec<String> {
    let lost = |reference: &&String| content.documents.get_from(document, reference).is_none();
    let related = document.related_docs.iter().filter(lost).map(|id| format!("related_docs names the unknown document '{id}'"));
    let text = document.references.iter().filter(lost).map(|id| format!("the text refers to the unknown document '{id}'"));
    related.chain(text).collect()
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
    let numbers: Vec<&str> = document.steps.iter().map(|step| step.id.as_str()).collect();
    let expected: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
    if numbers != expected {
        found.push(format!("steps are numbered {}; expected 1 to {} in order", numbers.join(", "), numbers.len()));
    }
    found.extend(words::placeholders(&format!("{}\n{}\n{}", document.title, document.summary, document.prose())));
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
