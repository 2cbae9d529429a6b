//! Every rule about workflows, on one fault each.

use crate::fixture::{Fixture, TALK, TALKS, findings};

#[test]
fn phases_are_known() {
    assert_eq!(findings(TALK, "phase_id: before", "phase_id: later"), ["task publish-page: unknown phase 'later'"]);
}

#[test]
fn slots_are_known() {
    let found = findings(TALK, "required_link: Page", "required_link: Site");
    assert!(found.contains(&"task publish-page: required_link names the unknown slot 'Site'".to_owned()), "{found:?}");
    let found = findings(TALK, "[Page, Brief]", "[Page, Letter]");
    assert_eq!(found, ["task announce: requiredBundleLinks names the unknown slot 'Letter'"]);
    let skip = "[Page, Brief]\n      skipClosure: {suppresses: {no: {bundleLinks: [Paper]}, never: {bundleLinks: ['*']}}}";
    assert_eq!(findings(TALK, "[Page, Brief]", skip), ["task announce: skipClosure names the unknown slot 'Paper'"]);
}

#[test]
fn documents_and_steps_are_there() {
    let found = findings(TALK, "source_document_ids: [sop.talk.prepare]", "source_document_ids: [sop.none]");
    assert_eq!(found, ["unknown document 'sop.none'"]);
    let found =
        findings(TALK, "    instruction_doc_id: sop.talk.prepare\n    validation", "    instruction_doc_id: sop.none\n    validation");
    assert_eq!(found, ["task announce: unknown document 'sop.none'"]);
    let found = findings(TALK, "instruction_step_id: \"2\"", "instruction_step_id: \"7\"");
    assert_eq!(found, ["task publish-page: document 'sop.talk.prepare' has no step 7; it has 2"]);
}

#[test]
fn documents_are_named_by_an_id_that_stays() {
    let found = findings(TALK, "source_document_ids: [sop.talk.prepare]", "source_document_ids: [sop.old.prepare]");
    assert_eq!(found, ["document 'sop.old.prepare' is now 'sop.talk.prepare'; refer to it by that id"]);
    let found = Fixture::new()
        .with("documents/a.md", "A.")
        .but(TALK, "source_document_ids: [sop.talk.prepare]", "source_document_ids: [doc.a]")
        .findings();
    assert_eq!(found, ["content/workflows/talk.yaml: document 'doc.a' is referred to, so its frontmatter needs an id"]);
    let found = Fixture::new()
        .but(TALKS, "doc_type", "aliases: [sop.twice]\ndoc_type")
        .with("documents/a.md", "---\nid: sop.twice\n---\n")
        .but(TALK, "source_document_ids: [sop.talk.prepare]", "source_document_ids: [sop.twice]")
        .findings();
    assert_eq!(found[0], "content/workflows/talk.yaml: more than one document is named 'sop.twice'");
}

#[test]
fn roles_are_known() {
    assert_eq!(
        findings(TALK, "assignee: editor", "assignee: anna"),
        ["task announce: unknown role 'anna'; expected operator, editor or host"]
    );
    assert_eq!(
        findings(TALK, "default_assignee: operator", "default_assignee: boss"),
        ["unknown role 'boss'; expected operator, editor or host"]
    );
}

#[test]
fn nothing_is_there_twice() {
    assert_eq!(findings(TALK, "id: announce", "id: publish-page"), ["task 'publish-page' is there more than once"]);
    let phase = "  - {id: before, name: Before, stage: preparation}\n";
    assert_eq!(findings(TALK, phase, &phase.repeat(2)), ["phase 'before' is there more than once"]);
    let slot = "  - {name: Page, description: The public page}\n";
    assert_eq!(findings(TALK, slot, &slot.repeat(2)), ["slot 'Page' is there more than once"]);
}

#[test]
fn a_slot_that_gates_is_filled_by_someone() {
    let expected = "task announce: waits for the slot 'Page', which no task fills; name one, or say filled_by: operator";
    assert_eq!(findings(TALK, "    required_link: Page\n", ""), [expected]);
    let expected = "task announce: waits for the slot 'Brief', which no task fills; name one, or say filled_by: operator";
    assert_eq!(findings(TALK, ", filled_by: operator", ""), [expected]);
}

#[test]
fn a_task_does_not_wait_for_itself() {
    let found = findings(TALK, "    assignee: editor", "    required_link: Brief");
    assert_eq!(found, ["task announce: requiredBundleLinks names 'Brief', which the task fills itself by required_link"]);
}

#[test]
fn a_slot_is_filled_before_it_gates() {
    let found = findings(TALK, "offset_days: -7", "offset_days: -2");
    let order = "task announce: not in date order; it is due before publish-page, which stands above it";
    assert_eq!(found, [order, "task announce: waits for the slot 'Page', which is filled on day -2, after its own day -3"]);
    assert!(findings(TALK, "offset_days: -7", "offset_days: -3").is_empty());
}

#[test]
fn schedules_are_cron() {
    let found = findings(TALK, "0 9 * * 1", "0 9 * *");
    assert_eq!(found, ["schedule '0 9 * *': expected five fields with one space between them, found 4"]);
    assert_eq!(findings(TALK, "0 9 * * 1", "0 99 * * 1").len(), 1);
}

#[test]
fn type_file_and_id_agree() {
    let found = findings(TALK, "type: talk", "type: Talk");
    assert_eq!(
        found,
        [
            "type 'Talk': expected lower-case letters, digits and -",
            "type 'Talk': expected the file name without .yaml",
            "id 'task-template.tasks.talk': expected task-template.tasks.Talk",
        ]
    );
    assert_eq!(findings(TALK, "id: announce", "id: Announce"), ["task Announce: id: expected lower-case letters, digits and -"]);
}

#[test]
fn an_id_belongs_to_one_workflow() {
    let talk = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../content/workflows/course.yaml")).expect("a workflow");
    let found = Fixture::new().with("workflows/a.yaml", &talk).with("workflows/b.yaml", &talk).findings();
    assert!(
        found.contains(&"content/workflows/b.yaml: id 'task-template.tasks.course' is the id of workflows/a.yaml too".to_owned()),
        "{found:?}"
    );
}

#[test]
fn texts_are_finished() {
    assert_eq!(findings(TALK, "name: Announce it", "name: Announce it (TBD)"), ["unfinished: TBD"]);
}
