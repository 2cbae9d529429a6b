//! Every rule about documents, on one fault each.

use crate::fixture::{Fixture, PREPARE, TALKS, findings};

#[test]
fn a_name_belongs_to_one_document() {
    let expected = |name| {
        format!(
            "content/documents/talk/overview.md: the name '{name}' belongs to more than one document: documents/talk/overview.md, documents/talk/prepare.md"
        )
    };
    let found = Fixture::new().but(TALKS, "doc_type", "aliases: [sop.old.prepare]\ndoc_type").findings();
    assert_eq!(found, [expected("sop.old.prepare")]);
    let found = Fixture::new().but(TALKS, "doc_type", "aliases: [talk/sops/prepare.md]\ndoc_type").findings();
    assert_eq!(found, [expected("talk/sops/prepare.md")]);
    let found = Fixture::new().but(TALKS, "id: reference.talk.overview", "id: sop.talk.prepare").findings();
    assert!(found.contains(&expected("sop.talk.prepare")), "{found:?}");
}

#[test]
fn ids_aliases_and_types_are_well_formed() {
    let found = Fixture::new().with("documents/a.md", "---\nid: Über\naliases: [Old one]\ndoc_type: novel\n---\n").findings();
    let types = "sop, checklist, template, task-template, reference, playbook, prompt, archive, doc";
    assert_eq!(
        found,
        [
            "content/documents/a.md: id 'Über': expected lower-case letters, digits and . _ -".to_owned(),
            "content/documents/a.md: alias 'Old one': expected an id or a path that ends in .md".to_owned(),
            format!("content/documents/a.md: unknown doc_type 'novel'; expected one of {types}"),
        ]
    );
}

#[test]
fn references_lead_somewhere() {
    let found = findings(PREPARE, "related_docs: [reference.talk.overview]", "related_docs: [reference.none]");
    assert_eq!(found, ["related_docs names the unknown document 'reference.none'"]);
    let found = findings(PREPARE, "[[reference.talk.overview|the overview]]", "[[reference.none|the overview]]");
    assert_eq!(found, ["the text refers to the unknown document 'reference.none'"]);
}

#[test]
fn steps_are_numbered_from_one() {
    let found = findings(PREPARE, "## 1. Ask", "## 3. Ask");
    assert_eq!(found, ["steps are numbered 3, 2; expected 1 to 2 in order"]);
}

#[test]
fn every_section_is_there() {
    assert_eq!(findings(PREPARE, "## Troubleshooting\n", ""), ["section 'troubleshooting' is missing"]);
    assert_eq!(findings(TALKS, "## Content\n", ""), ["section 'content' is missing"]);
    assert_eq!(findings(TALKS, "doc_type: reference", "doc_type: template"), ["section 'usage' is missing", "section 'notes' is missing"]);
}

#[test]
fn the_head_is_complete() {
    assert_eq!(findings(TALKS, "summary: What a talk is.\n", ""), ["summary is missing"]);
    assert_eq!(findings(TALKS, "schema_version: 1", "schema_version: 2"), ["schema_version: expected 1"]);
}

#[test]
fn texts_are_finished() {
    assert_eq!(findings(PREPARE, "Ask the speaker.", "Ask the speaker. TODO: how?"), ["unfinished: TODO"]);
}

#[test]
fn an_import_without_a_version_may_lack_parts() {
    assert_eq!(Fixture::new().with("documents/a.md", "TODO\n").findings(), Vec::<String>::new());
}
