//! What ships: how much there is, and that nothing is wrong with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dataops_content::{Content, Finding};
use dataops_domain::{Timestamp, template};

fn content() -> Arc<Content> {
    Content::embedded().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn nothing_is_to_be_mended() {
    let found: Vec<String> = dataops_content::lint(&content()).iter().map(Finding::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_workflow_has_its_tasks() {
    let content = content();
    let counted: BTreeMap<&str, usize> = content
        .workflows()
        .iter()
        .map(|workflow| {
            let kind = workflow.fields["type"].as_str().expect("a type");
            (kind, workflow.template(Timestamp::from_millis(0)).definitions().len())
        })
        .collect();
    let expected = BTreeMap::from([
        ("newsletter", 15),
        ("book-of-the-week", 21),
        ("podcast", 42),
        ("webinar", 32),
        ("workshop", 36),
        ("oss", 14),
        ("course", 8),
        ("social-media", 5),
        ("tax-report", 9),
        ("maven-ll", 7),
        ("office-hours", 5),
    ]);
    assert_eq!(counted, expected);
}

#[test]
fn there_are_64_documents_and_8_duties() {
    let content = content();
    assert_eq!(content.documents().len(), 64);
    assert_eq!(content.duties().len(), 8);
}

#[test]
fn the_podcast_playbook_has_at_least_60_questions() {
    let content = content();
    let playbook = content.playbook("podcast").expect("a playbook for podcasts");
    assert_eq!(content.playbooks().len(), 1);
    assert!(playbook.questions.len() >= 60, "{}", playbook.questions.len());
    let planned: usize = playbook.sections.iter().map(|section| section.pick).sum();
    assert!((10..=14).contains(&planned), "{planned} questions are planned");
    let last = playbook.sections.last().expect("a section");
    assert_eq!((last.pick, last.droppable), (1, false), "the hour ends with one resource");
    let names: Vec<&str> = content.prompts().iter().map(|prompt| prompt.name.as_str()).collect();
    assert_eq!(names, ["command", "messages", "podcast"]);
}

#[test]
fn the_binary_and_the_folder_hold_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let read = Content::read(&folder).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.workflows(), content().workflows());
    assert_eq!(read.duties(), content().duties());
    assert_eq!(read.playbooks(), content().playbooks());
    assert_eq!(read.prompts(), content().prompts());
    assert!(read.documents().iter().eq(content().documents().iter()));
}

#[test]
fn a_workflow_is_the_body_of_a_template() {
    let content = content();
    for workflow in content.workflows() {
        let kept = template::parse_new(&workflow.fields).expect("the API takes it");
        assert_eq!(
            workflow.template(Timestamp::from_millis(0)).task_definitions.len(),
            kept["taskDefinitions"].as_array().map_or(0, Vec::len)
        );
    }
    let podcast = content.workflows().iter().find(|workflow| workflow.source == "workflows/podcast.yaml").expect("the podcast");
    let made = podcast.template(Timestamp::from_millis(0));
    assert_eq!(made.id.as_str(), "task-template.tasks.podcast");
    assert_eq!(made.anchor_meaning.as_deref(), Some("Live-stream date"));
    assert_eq!(made.content_hash.as_deref(), Some(podcast.hash.as_str()));
    assert_eq!(podcast.hash.len(), 64);
}

#[test]
fn the_yaml_keys_become_the_api_s() {
    let content = content();
    let podcast = content.workflows().iter().find(|workflow| workflow.source == "workflows/podcast.yaml").expect("the podcast");
    let mut sample = podcast.fields.clone();
    for list in ["taskDefinitions", "bundleLinkDefinitions", "phases"] {
        let one = sample[list][3].clone();
        sample.insert(list.to_owned(), serde_json::json!([one]));
    }
    insta::assert_json_snapshot!("podcast_with_one_of_each", sample);
}

/// A template that nobody changed is offered for review as the file it came from, byte by byte: a review shows what was
/// changed and nothing else.
#[test]
fn every_workflow_is_written_as_it_was_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    for workflow in content().workflows() {
        let made = dataops_content::written(&workflow.template(Timestamp::from_millis(0)));
        assert_eq!(made.problems, Vec::<String>::new(), "{}", workflow.source);
        assert_eq!(format!("workflows/{}", made.name), workflow.source);
        let shipped = std::fs::read_to_string(folder.join(&workflow.source)).expect("the file");
        for (number, (made, shipped)) in made.text.lines().zip(shipped.lines()).enumerate() {
            assert_eq!(made, shipped, "{}:{}", workflow.source, number + 1);
        }
        assert_eq!(made.text, shipped, "{}", workflow.source);
    }
}
