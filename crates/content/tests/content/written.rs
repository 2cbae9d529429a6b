//! Templates written as files: what was typed comes back, and what a file cannot hold is said.

use dataops_content::written;
use dataops_domain::Timestamp;
use dataops_domain::id::TemplateId;
use dataops_domain::json::Object;
use dataops_domain::template::{self, Template};
use serde_json::{Value, json};

fn made(fields: Value) -> Template {
    let Value::Object(fields) = fields else { panic!("an object") };
    let fields: Object = template::parse_new(&fields).expect("the API takes it");
    template::new(TemplateId::new("t"), &fields, Timestamp::from_millis(0))
}

fn with(text: &str) -> Template {
    made(json!({
        "name": text, "type": "awkward", "emoji": text, "titlePattern": text, "description": text, "anchorMeaning": text, "tags": [text],
        "defaultAssigneeId": text, "triggerType": "manual", "sourceDocIds": [text], "references": [{ "name": text, "url": "https://example.org/a?b=c#d" }],
        "bundleLinkDefinitions": [{ "name": text, "description": text }], "phases": [{ "id": text, "name": text, "stage": "announced" }],
        "taskDefinitions": [{ "refId": text, "description": text, "offsetDays": -3, "phase": text, "assigneeId": text, "requiredLinkName": text,
            "proofRequirement": { "type": "comment", "label": text, "required": false }, "instructionDocId": text, "instructionStepId": text, "systems": [text],
            "validation": { "operatorAction": text, "list": [text, true, 2, null], "nested": { "key": { "deep": [text] }, "flat": text, "empty": {} } } }],
    }))
}

#[test]
fn awkward_texts_come_back() {
    let awkward = [
        "plain words",
        "a: b",
        "x #y",
        "#x",
        "- x",
        "yes",
        "NULL",
        "2026-01-01",
        "0x1F",
        "1e3",
        "~",
        "a, b",
        "[x]",
        "{y}",
        "it's",
        "say \"hi\"",
        "back\\slash",
        "two\nlines",
        "tab\there",
        "ends:",
        "ends ",
        "é ü 🎙️",
        "!tag",
        "&anchor",
        "*alias",
        "%x",
        "@x",
        "`x`",
        "|",
        ">",
        "? x",
        "a:b",
        "Y",
        "<<",
        "=",
        "\u{85}x",
        "a\u{2028}b",
        "\u{feff}x",
        "x\u{7f}y",
        "{NUMBER} of {YEAR}",
        "...",
        "---",
        "Ends in a colon: ",
        "Key: value # note",
    ];
    for text in awkward {
        let written = written(&with(text));
        assert_eq!(written.problems, Vec::<String>::new(), "{text:?}\n{}", written.text);
    }
}

#[test]
fn what_a_file_cannot_hold_is_said() {
    let bare = json!({ "name": "Bare", "type": "bare", "taskDefinitions": [{ "refId": "a", "description": "A", "offsetDays": 0 }] });
    let written_bare = written(&made(bare));
    assert!(written_bare.problems[0].contains("missing field"), "{:?}", written_bare.problems);
    let mut template = with("fine");
    template.task_definitions[0].insert("instructionsUrl".into(), json!("https://example.org"));
    template.task_definitions[0].insert("custom".into(), json!({ "a": 1 }));
    assert_eq!(
        written(&template).problems,
        ["task fine: custom is not in the file", "task fine: instructionsUrl is not in the file"]
            .map(str::to_owned)
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
}

#[test]
fn an_automatic_start_keeps_its_schedule() {
    let mut template = with("fine");
    template.trigger_type = Some("automatic".into());
    template.trigger_schedule = Some("0 9 * * 1".into());
    template.trigger_lead_days = Some(14.into());
    template.trigger_enabled = Some(false);
    let written = written(&template);
    assert_eq!(written.problems, Vec::<String>::new());
    assert!(written.text.contains("trigger: {mode: automatic, schedule: \"0 9 * * 1\", lead_days: 14, enabled: false}"));
}
