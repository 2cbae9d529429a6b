//! Documents: how they are found and what is read from them.

use dataops_content::{Broken, Target, Unresolved};

use crate::fixture::{Fixture, TALKS};

#[test]
fn a_document_is_found_by_every_name() {
    let content = Fixture::new().content();
    for name in [
        "sop.talk.prepare",
        "sop.old.prepare",
        "documents/talk/prepare.md",
        "content/documents/talk/prepare.md",
        "/content/talk/sops/prepare.md",
        "talk/prepare.md",
        "doc:sop.talk.prepare",
        "[[sop.talk.prepare]]",
        "[[sop.old.prepare|Prepare]]",
        "[[doc:sop.talk.prepare|Prepare]]",
    ] {
        assert_eq!(content.documents().get(name).map(|document| document.id.as_str()), Some("sop.talk.prepare"), "{name}");
    }
    assert_eq!(content.documents().resolve("sop.talk"), Err(Unresolved::NotFound));
}

#[test]
fn a_name_of_two_documents_finds_neither() {
    let content = Fixture::new().but(TALKS, "reference.talk.overview", "sop.talk.prepare").content();
    assert_eq!(content.documents().resolve("sop.talk.prepare"), Err(Unresolved::Ambiguous));
    assert_eq!(content.documents().get("sop.talk.prepare"), None);
}

#[test]
fn a_document_is_text_and_steps() {
    let content = Fixture::new().content();
    let document = content.documents().get("sop.talk.prepare").expect("the document");
    assert!(document.markdown.starts_with("## Summary\n\nWhy."), "{}", document.markdown);
    assert_eq!(document.sections, ["summary", "prerequisites", "procedure", "validation", "troubleshooting", "references"]);
    let steps: Vec<(&str, &str)> = document.steps.iter().map(|step| (step.id.as_str(), step.title.as_str())).collect();
    assert_eq!(steps, [("1", "Ask"), ("2", "Publish")]);
    assert!(document.steps[0].markdown.contains("## 7. Not a step"));
    assert_eq!(document.references, ["reference.talk.overview"]);
}

#[test]
fn backlinks_come_from_frontmatter_and_text() {
    let by_path = "---\nid: reference.talk.overview\ntitle: Talks\nrelated_docs: [prepare.md]\n---\n";
    let content = Fixture::new().with(TALKS, by_path).with("documents/a.md", "See [it](doc:sop.old.prepare).").content();
    let ids: Vec<&str> = content.documents().backlinks("sop.talk.prepare").into_iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["doc.a", "reference.talk.overview"]);
}

const IMPORTED: &str = r#"---
title: "Old way"
schema_version: "1"
source: export
---
# Old way
<!-- sop-section-start: summary -->
Why.
<!-- sop-section-end -->
<!-- sop-section-start: procedure -->
<!-- sop-group-start: "First" -->
<!-- sop-step-start: id=1 systems="email, slack" -->
1. Ask
<!-- sop-screenshot-start -->
![screen](screen.png)
<!-- sop-screenshot-end -->
<!-- sop-step-end -->
<!-- sop-group-end -->
<!-- sop-step-start id=2 -->
2. Publish
   and wait
<!-- sop-step-end -->
<!-- sop-section-end -->
<!-- sop-section-start: validation raw -->
<!-- sop-step-start -->
<!-- sop-section-end -->
"#;

#[test]
fn an_imported_document_is_read_by_its_markers() {
    let content = Fixture::new().with("documents/talk/sops/old_way.md", IMPORTED).content();
    let document = content.documents().get("sop.talk.old-way").expect("the document");
    assert!(document.id_generated);
    assert_eq!((document.title.as_str(), document.doc_type.as_str(), document.schema_version), ("Old way", "sop", Some(1)));
    assert_eq!(document.sections, ["summary", "procedure", "validation"]);
    let steps: Vec<(&str, &str)> = document.steps.iter().map(|step| (step.id.as_str(), step.title.as_str())).collect();
    assert_eq!(steps, [("1", "Ask"), ("2", "Publish")]);
    assert_eq!(document.steps[1].markdown, "and wait");
    assert!(document.markdown.starts_with("Why.\n\n## 1. Ask\n\n![screen]"), "{}", document.markdown);
    let anchors: Vec<&str> = document.outline.iter().map(|heading| heading.anchor.as_str()).collect();
    assert_eq!(anchors, ["1", "2"]);
}

#[test]
fn broken_markers_are_refused() {
    for (text, expected) in [
        ("\n<!-- sop-step-start -->\n<!-- sop-step-end -->", "content/documents/a.md:2: sop-step-start: expected id= and a number"),
        ("<!-- sop-step-start id=1 -->", "content/documents/a.md:1: sop-step-start: expected a sop-step-end"),
        ("<!-- sop-step-end -->", "content/documents/a.md:1: sop-step-end: expected a sop-step-start before it"),
        (
            "---\ntitle: A\n---\n<!-- sop-group-start: \"A\" -->\n<!-- sop-group-start: \"B\" -->\n<!-- sop-group-end -->",
            "content/documents/a.md:5: sop-group-start inside another group; expected a sop-group-end first",
        ),
    ] {
        assert_eq!(Fixture::new().with("documents/a.md", text).refusal(), expected);
    }
    Fixture::new().with("documents/a.md", "```\n<!-- sop-step-end -->\n```").content();
}

#[test]
fn a_link_leads_to_a_document_and_a_place_in_it() {
    let content = Fixture::new().content();
    let (from, prepare) = (content.documents().get("reference.talk.overview").expect("it"), content.documents().get("sop.talk.prepare"));
    let prepare = prepare.expect("it");
    for (written, anchor) in [
        ("sop.talk.prepare", None),
        ("sop.talk.prepare#2", Some("2")),
        ("doc:sop.old.prepare#2", Some("2")),
        ("prepare.md#validation", Some("section-validation")),
        ("./prepare.md#section-validation", Some("section-validation")),
        ("../talk/prepare.md#Validation", Some("section-validation")),
        ("/documents/talk/prepare.md", None),
    ] {
        let target = content.documents().follow(from, written);
        assert_eq!(target, Ok(Target { document: prepare, anchor }), "{written}");
    }
    assert_eq!(content.documents().follow(prepare, "#1"), Ok(Target { document: prepare, anchor: Some("1") }));
    assert_eq!(content.documents().follow(prepare, "#7"), Err(Broken::Anchor(prepare)));
    assert_eq!(content.documents().follow(prepare, "../../../x.md#1"), Err(Broken::Document(Unresolved::NotFound)));
    assert_eq!((prepare.area(), prepare.updated_at.is_some()), ("talk", true));
}

/// Documents that name each other are common; nothing walks round with them.
#[test]
fn documents_may_relate_in_a_circle() {
    let mut fixture = Fixture::new();
    for (at, next) in [("a", "b"), ("b", "c"), ("c", "a")] {
        fixture =
            fixture.with(&format!("documents/{at}.md"), &format!("---\nid: doc.{at}\nrelated_docs: [doc.{next}]\n---\n[[doc.{next}]]\n"));
    }
    assert_eq!(fixture.findings(), Vec::<String>::new());
    let content = fixture.content();
    let ids = |id: &str| content.documents().backlinks(id).into_iter().map(|document| document.id.clone()).collect::<Vec<_>>();
    assert_eq!((ids("doc.a"), ids("doc.b"), ids("doc.c")), (vec!["doc.c".to_owned()], vec!["doc.a".to_owned()], vec!["doc.b".to_owned()]));
    assert_eq!(content.documents().search("doc", 10).len(), 3);
}
