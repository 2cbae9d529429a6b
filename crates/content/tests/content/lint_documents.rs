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
fn links_lead_to_a_place_that_is_there() {
    for good in [
        "[[#2]]",
        "[up](#1)",
        "[[sop.old.prepare#2|here]]",
        "[x](overview.md#content)",
        "[x](https://example.org)",
        "[x](mailto:a@example.org)",
    ] {
        assert_eq!(findings(PREPARE, "Ask the speaker.", good), Vec::<String>::new(), "{good}");
    }
    let found = findings(PREPARE, "Ask the speaker.", "[[reference.talk.overview#3]]");
    assert_eq!(found, ["the text refers to 'reference.talk.overview#3', but 'reference.talk.overview' has no such step or section"]);
    let found = findings(PREPARE, "Ask the speaker.", "[x](#9)");
    assert_eq!(found, ["the text refers to '#9', but 'sop.talk.prepare' has no such step or section"]);
    let found = findings(PREPARE, "Ask the speaker.", "[x](../other/none.md)");
    assert_eq!(found, ["the text refers to the unknown document '../other/none.md'"]);
    let found =
        Fixture::new().with("documents/a.md", "---\nid: sop.talk.prepare\n---\n").with("documents/b.md", "[[sop.talk.prepare]]").findings();
    assert!(
        found.contains(&"content/documents/b.md: the text refers to 'sop.talk.prepare', which more than one document is named".to_owned()),
        "{found:?}"
    );
}

#[test]
fn links_are_of_a_kind_that_is_followed() {
    for bad in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org/x"] {
        let found = findings(PREPARE, "Ask the speaker.", &format!("[x]({bad})"));
        assert_eq!(found, [format!("the link '{bad}' is never followed; expected http, https, mailto or a document")]);
    }
}

#[test]
fn a_document_does_not_relate_to_itself() {
    let found = findings(PREPARE, "related_docs: [reference.talk.overview]", "related_docs: [sop.talk.prepare, prepare.md]");
    assert_eq!(
        found,
        ["related_docs names the document itself as 'sop.talk.prepare'", "related_docs names the document itself as 'prepare.md'"]
    );
    let found = findings(PREPARE, "[reference.talk.overview]", "[reference.talk.overview, reference.talk.overview]");
    assert_eq!(found, ["related_docs names 'reference.talk.overview' more than once"]);
    let found = findings(PREPARE, "aliases: [sop.old.prepare,", "aliases: [sop.talk.prepare, sop.old.prepare, sop.old.prepare,");
    assert_eq!(found, ["alias 'sop.talk.prepare' is the document's own id", "alias 'sop.old.prepare' is there more than once"]);
}

#[test]
fn a_step_is_there_once_also_in_imports() {
    let found = Fixture::new().with("documents/a.md", "## 1. Ask\n\n## 1. Ask again\n").findings();
    assert_eq!(found, ["content/documents/a.md: step 1 is there more than once, so a task that names it can't tell which is meant"]);
}

#[test]
fn what_would_not_be_shown_is_found() {
    assert_eq!(findings(PREPARE, "Ask the speaker.", "Ask <b>now</b>."), ["raw HTML is shown as text; write Markdown"]);
    assert_eq!(findings(PREPARE, "Ask the speaker.", "![screen](a.png)"), ["the picture 'a.png' is not shown; say in words what is on it"]);
    assert_eq!(findings(TALKS, "## Content", "## Content\n\n## 2."), ["heading '2.' has no words, so it is no step"]);
    assert_eq!(findings(TALKS, "## Content", "## Content\n\n## Content"), ["section 'content' is there more than once"]);
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
