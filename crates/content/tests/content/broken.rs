//! Content that can't be understood is refused with file, line and what was expected.

use dataops_content::{Content, ContentError};

use crate::fixture::{DUTY, Fixture, PREPARE, TALK};

#[test]
fn broken_yaml_names_file_line_and_expectation() {
    let refusal = Fixture::new().but(TALK, "offset_days: -3", "offset_days: soon").refusal();
    assert_eq!(refusal, "content/workflows/talk.yaml:28: tasks[1].offset_days: invalid type: string \"soon\", expected a whole number");
    let refusal = Fixture::new().but(TALK, "tags: [Talk]", "tags: [Talk").refusal();
    assert!(refusal.starts_with("content/workflows/talk.yaml:8: "), "{refusal}");
    assert!(refusal.contains("expected ',' or ']'"), "{refusal}");
}

#[test]
fn an_unknown_key_is_named() {
    let refusal = Fixture::new().but(TALK, "    milestone: true", "    millstone: true").refusal();
    assert!(refusal.starts_with("content/workflows/talk.yaml:30: tasks[1]: unknown field `millstone`, expected one of `id`"), "{refusal}");
    let refusal = Fixture::new().but(DUTY, "assignee", "asignee").refusal();
    assert!(refusal.starts_with("content/duties.yaml:5: duties[0]: unknown field `asignee`"), "{refusal}");
    let refusal = Fixture::new().but(PREPARE, "summary:", "sumary:").refusal();
    assert!(refusal.starts_with("content/documents/talk/prepare.md:4: unknown field `sumary`"), "{refusal}");
}

#[test]
fn validation_is_free() {
    let content = Fixture::new().but(TALK, "    validation:", "    validation:\n      ourOwn: {key: [1, true]}").content();
    assert_eq!(content.workflows()[0].fields["taskDefinitions"][1]["validation"]["ourOwn"], serde_json::json!({ "key": [1, true] }));
}

#[test]
fn a_missing_field_is_named() {
    let refusal = Fixture::new().but(TALK, "    phase_id: before\n", "").refusal();
    assert!(refusal.contains("missing field `phase_id`"), "{refusal}");
}

#[test]
fn a_stage_and_a_proof_type_are_one_of_those_there_are() {
    let refusal = Fixture::new().but(TALK, "stage: preparation", "stage: begun").refusal();
    assert!(
        refusal.starts_with("content/workflows/talk.yaml:16: phases[0].stage: unknown variant `begun`, expected one of `preparation`"),
        "{refusal}"
    );
    let refusal = Fixture::new().but(TALK, "stage_on_complete: announced", "stage_on_complete: begun").refusal();
    assert!(refusal.contains("talk.yaml:31: tasks[1].stage_on_complete: unknown variant `begun`"), "{refusal}");
    let refusal = Fixture::new().but(TALK, "{type: url", "{type: link").refusal();
    assert!(refusal.contains("talk.yaml:23: tasks[0].proof.type: unknown variant `link`"), "{refusal}");
}

#[test]
fn a_trigger_is_whole() {
    let refusal = Fixture::new().but(TALK, ", enabled: true", "").refusal();
    assert_eq!(refusal, "content/workflows/talk.yaml:9: trigger: mode automatic needs schedule, lead_days and enabled");
    let refusal = Fixture::new().but(TALK, "mode: automatic", "mode: manual").refusal();
    assert_eq!(refusal, "content/workflows/talk.yaml:9: trigger: mode manual takes no schedule, lead_days or enabled");
}

#[test]
fn what_the_api_refuses_is_refused_at_its_task() {
    let refusal = Fixture::new().but(TALK, "offset_days: -3", "offset_days: -9999").refusal();
    assert!(refusal.starts_with("content/workflows/talk.yaml:26: task announce: each of taskDefinitions needs offsetDays"), "{refusal}");
}

#[test]
fn every_broken_file_is_named() {
    let error = Fixture::new().but(TALK, "type: talk", "kind: talk").but(DUTY, "key:", "kay:").read().expect_err("refused");
    assert_eq!(error.problems().len(), 2);
    assert_eq!(error.to_string().lines().count(), 2);
}

#[test]
fn frontmatter_is_closed() {
    let refusal = Fixture::new().with(PREPARE, "---\nid: a\n").refusal();
    assert_eq!(refusal, "content/documents/talk/prepare.md:1: expected a line --- that ends the frontmatter");
}

#[test]
fn text_is_utf_8_and_the_folder_is_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("duties.yaml"), b"duties:\n  - \xff").expect("written");
    let error = Content::read(folder.path()).expect_err("refused");
    assert_eq!(error.to_string(), "content/duties.yaml:2: expected UTF-8 text");
    assert!(matches!(Content::read(&folder.path().join("none")), Err(ContentError::Unreadable { .. })));
}

#[test]
fn a_secret_is_refused_with_its_line_and_never_repeated() {
    let token = ["xox", "b-123456789012-1234567890123-", "AbCdEfGhIjKlMnOpQrStUvWx"].concat();
    let refusal = Fixture::new().but(PREPARE, "summary:", &format!("summary: {token}")).refusal();
    assert!(refusal.starts_with("content/documents/talk/prepare.md:4: looks like a Slack token (slack-token); keep it in"), "{refusal}");
    assert!(!refusal.contains("AbCdEf"), "{refusal}");
}
