//! A small content folder in a temporary place, and ways to break it.

use std::fs;

use dataops_content::{Content, ContentError, Finding};
use tempfile::TempDir;

const WORKFLOW: &str = r#"id: task-template.tasks.talk
type: talk
name: Talk
title_pattern: "{TOPIC}"
description: One talk
anchor: Day of the talk
tags: [Talk]
default_assignee: operator
trigger: {mode: automatic, schedule: "0 9 * * 1", lead_days: 14, enabled: true}
source_document_ids: [sop.talk.prepare]
references: []
bundle_links:
  - {name: Page, description: The public page}
  - {name: Brief, description: Given by the sponsor, filled_by: operator}
phases:
  - {id: before, name: Before, stage: preparation}
tasks:
  - id: publish-page
    name: Publish the page
    offset_days: -7
    phase_id: before
    required_link: Page
    proof: {type: url, label: Page, required: true}
    instruction_doc_id: sop.talk.prepare
    instruction_step_id: "2"
  - id: announce
    name: Announce it
    offset_days: -3
    phase_id: before
    milestone: true
    stage_on_complete: announced
    assignee: editor
    instruction_doc_id: sop.talk.prepare
    validation:
      requiredBundleLinks: [Page, Brief]
"#;

const DUTIES: &str = r#"duties:
  - key: review
    description: Review the talks
    schedule: "0 9 * * *"
    assignee: operator
    instruction_doc_id: sop.talk.prepare
"#;

const DOCUMENT: &str = "---
id: sop.talk.prepare
title: Prepare a talk
summary: How a talk is prepared.
doc_type: sop
schema_version: 1
aliases: [sop.old.prepare, content/talk/sops/prepare.md]
related_docs: [reference.talk.overview]
---

# Prepare a talk

## Summary

Why.

## Prerequisites

## Procedure

## 1. Ask

Ask the speaker.

```
## 7. Not a step, and no [[reference]] or TODO
```

## 2. Publish

See [[reference.talk.overview|the overview]].

## Validation

## Troubleshooting

## References
";

const OVERVIEW: &str = "---
id: reference.talk.overview
title: Talks
summary: What a talk is.
doc_type: reference
schema_version: 1
---

# Talks

## Summary

## Content

## References
";

const PLAYBOOK: &str = r#"assistant: talk
title: Talk
minutes: 10
intake:
  - {key: guest, group: guest, label: Name, also: [name, speaker], need: required, ask: "How do we say your name?"}
  - {key: topic, group: topics, label: Topics, also: [topics], need: optional, list: true}
sections:
  - {id: start, name: Start, minutes: 6, pick: 1, purpose: To begin.}
  - {id: end, name: End, minutes: 4, pick: 1, purpose: To end.}
themes:
  - {id: work, name: Work, words: [work, job]}
levels:
  - {id: new, name: New, words: [junior]}
questions:
  - {id: begin, section: start, ask: "How did it begin?", listen: a scene, then: "And then?"}
  - {id: on-topic, section: start, themes: [work], ask: "What is hard about {topic}?", listen: a reason, then: "For whom?"}
  - {id: a-day, section: start, themes: [work], levels: [new], ask: "What does a day look like?", listen: hours, then: "Why?"}
  - {id: a-tool, section: end, themes: [work], ask: "Which tool did you put away?", listen: a loss, then: "Why?"}
  - {id: goodbye, section: end, ask: "Where can people find you?", listen: one place, then: "May we link it?"}
live:
  - {kind: clarify, say: "What does the word mean?"}
mail: {subject: A few things, opening: thank you., closing: Until soon., complete: We have all.}
checklist:
  - {day: -1, do: Try the sound}
"#;

/// The file of the workflow.
pub(crate) const TALK: &str = "workflows/talk.yaml";
/// The file of the duties.
pub(crate) const DUTY: &str = "duties.yaml";
/// The file of the procedure.
pub(crate) const PREPARE: &str = "documents/talk/prepare.md";
/// The file of the reference document.
pub(crate) const TALKS: &str = "documents/talk/overview.md";
/// The file of the playbook.
pub(crate) const BOOK: &str = "playbooks/talk.yaml";
/// The file of the playbook's prompt.
pub(crate) const PROMPT: &str = "prompts/talk.md";

/// A content folder.
pub(crate) struct Fixture(TempDir);

impl Fixture {
    /// A folder without a fault.
    pub(crate) fn new() -> Self {
        let fixture = Self(tempfile::tempdir().expect("a temporary folder"));
        let fixture = fixture.with(TALK, WORKFLOW).with(DUTY, DUTIES).with(PREPARE, DOCUMENT).with(TALKS, OVERVIEW);
        let prompts = [PROMPT, "prompts/messages.md", "prompts/command.md"];
        prompts.into_iter().fold(fixture.with(BOOK, PLAYBOOK), |fixture, path| fixture.with(path, "# Write it\n\nIn plain words.\n"))
    }

    /// With this file.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
        self
    }

    /// With `from` in a file replaced by `to`.
    pub(crate) fn but(self, path: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.0.path().join(path)).expect("the file is there");
        assert!(text.contains(from), "{path} has no {from}");
        self.with(path, &text.replacen(from, to, 1))
    }

    /// Without this file.
    pub(crate) fn without(self, path: &str) -> Self {
        fs::remove_file(self.0.path().join(path)).expect("the file was there");
        self
    }

    /// Reads it.
    pub(crate) fn read(&self) -> Result<Content, ContentError> {
        Content::read(self.0.path())
    }

    /// Reads it; it can be read.
    pub(crate) fn content(&self) -> Content {
        self.read().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Why it can't be read.
    pub(crate) fn refusal(&self) -> String {
        self.read().expect_err("it is refused").to_string()
    }

    /// What the lint finds, as text.
    pub(crate) fn findings(&self) -> Vec<String> {
        dataops_content::lint(&self.content()).iter().map(Finding::to_string).collect()
    }
}

/// The findings after one replacement in one file of the faultless folder, without the file's name.
pub(crate) fn findings(path: &str, from: &str, to: &str) -> Vec<String> {
    let start = format!("content/{path}: ");
    let found = Fixture::new().but(path, from, to).findings();
    found.iter().map(|finding| finding.strip_prefix(&start).unwrap_or(finding).to_owned()).collect()
}

#[test]
fn the_fixture_has_no_fault() {
    assert_eq!(Fixture::new().findings(), Vec::<String>::new());
}
