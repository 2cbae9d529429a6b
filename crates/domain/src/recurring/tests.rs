use serde_json::{Value, json};

use super::seed::Seeded;
use super::*;
use crate::actor::Actor;
use crate::pause::Ask;
use crate::refusal::Refusal;

const BERLIN: Tz = chrono_tz::Europe::Berlin;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T08:00:00Z").expect("a moment")
}

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

fn parsed(body: Value) -> Result<Object, Refusal> {
    input::parse_new(&object(body), now(), BERLIN)
}

fn made(body: Value) -> RecurringConfig {
    let fields = parsed(body).expect("a good body");
    input::new(RecurringConfigId::new("c1"), &fields, &Actor::new("operator"), now(), BERLIN)
}

fn edited(config: &RecurringConfig, body: Value) -> change::Change {
    let changes = input::parse_changes(&object(body), config, now(), BERLIN).expect("a good body");
    change::edit(config, &changes, &Actor::new("operator"), now().plus_seconds(60), BERLIN).expect("allowed")
}

fn pointers(refused: &Refusal) -> Vec<&str> {
    refused.errors.iter().map(|error| error.pointer.as_str()).collect()
}

#[test]
fn a_new_config_has_the_contracts_shape() {
    let config = made(
        json!({ "description": "Backup", "cronExpression": "0\t9  * * 3", "assigneeId": "operator", "schedule": "weekly", "dayOfWeek": 3 }),
    );
    let shown = json::object(&config.shown(now(), BERLIN));
    assert_eq!(
        Value::Object(shown),
        json!({ "id": "c1", "description": "Backup", "cronExpression": "0 9 * * 3", "enabled": true, "assigneeId": "operator",
            "createdAt": "2026-11-21T08:00:00.000Z", "updatedAt": "2026-11-21T08:00:00.000Z", "version": 0 })
    );
}

#[test]
fn every_wrong_field_is_named_in_the_contracts_order() {
    let refused = parsed(json!({})).expect_err("refused");
    assert_eq!(pointers(&refused), ["/description", "/cronExpression"]);
    assert!(refused.message.to_lowercase().contains("description"));
    let cases = [
        (json!({ "description": "x", "schedule": "0 9 * * 1" }), "cronexpression"),
        (json!({ "description": "x", "cronExpression": "* * * *" }), "cron"),
        (json!({ "description": "x", "cronExpression": "0 0 9 * * *" }), "cron"),
        (json!({ "description": "x", "cronExpression": "0 9 31 2 *" }), "can never fire"),
        (json!({ "description": "x", "cronExpression": 7 }), "cron"),
        (json!({ "description": "x", "cronExpression": "" }), "cron"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "assigneeId": 7 }), "assigneeid"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "enabled": "yes" }), "enabled"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "timezone": "Mars/Base" }), "timezone"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "proofRequirement": { "type": "smell" } }), "proof"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "instructionsUrl": "javascript:1" }), "instructionsurl"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "systems": "slack" }), "systems"),
        (json!({ "description": "x", "cronExpression": "0 9 * * *", "requiresFile": 1 }), "requiresfile"),
    ];
    for (body, words) in cases {
        let refused = parsed(body.clone()).expect_err("refused");
        assert_eq!(refused.errors.len(), 1, "{body}");
        assert!(refused.message.to_lowercase().contains(words), "{body}: {}", refused.message);
    }
}

#[test]
fn a_change_that_says_nothing_is_refused() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3" }));
    let refused = |body: Value| input::parse_changes(&object(body), &config, now(), BERLIN).expect_err("refused");
    assert!(refused(json!({ "schedule": "daily" })).message.to_lowercase().contains("no valid fields"));
    assert!(refused(json!({ "cronExpression": "0 9 * *" })).message.to_lowercase().contains("cron"));
    assert_eq!(pointers(&refused(json!({ "description": null, "cronExpression": null, "enabled": null }))).len(), 3);
    assert_eq!(pointers(&refused(json!({ "description": " " }))), ["/description"]);
}

#[test]
fn a_null_removes_an_optional_field() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3", "assigneeId": "host", "timezone": "Asia/Tokyo" }));
    let (after, event) = edited(&config, json!({ "assigneeId": null, "timezone": "" })).expect("changed");
    assert_eq!((after.assignee_id, after.timezone), (None, None));
    assert_eq!(event.metadata["changes"]["assigneeId"], json!({ "from": "host", "to": null }));
    assert_eq!(edited(&config, json!({ "assigneeId": "host" })), None);
}

#[test]
fn enabled_false_is_a_pause_without_a_reason() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3" }));
    let (off, _) = edited(&config, json!({ "enabled": false })).expect("changed");
    assert!(!off.enabled && off.pauses.len() == 1 && off.pauses[0].reason.is_none());
    assert_eq!(edited(&off, json!({ "enabled": false })), None);
    let (on, _) = edited(&off, json!({ "enabled": true })).expect("changed");
    assert!(on.enabled && on.pauses[0].resumed_by.as_deref() == Some("operator"));
    let born_off = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3", "enabled": false }));
    assert!(!born_off.enabled && born_off.pauses.len() == 1);
}

#[test]
fn a_pause_that_ran_out_is_answered_as_enabled() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3" }));
    let ask = Ask { reason: Some("Away".to_owned()), until: Some("2026-11-25".to_owned()) };
    let (paused, event) = change::pause(&config, ask, &Actor::new("host"), now(), BERLIN).expect("allowed").expect("changed");
    assert_eq!((event.action, event.metadata["reason"].as_str()), ("paused", Some("Away")));
    assert!(!paused.shown(now(), BERLIN).enabled);
    let later = Timestamp::parse("2026-11-25T08:00:00Z").expect("a moment");
    assert!(paused.shown(later, BERLIN).enabled);
    assert_eq!(change::resume(&paused, &Actor::system(), later, BERLIN), Ok(None));
    assert!(change::resume(&paused, &Actor::system(), now(), BERLIN).expect("allowed").is_some());
}

#[test]
fn an_archived_config_is_neither_paused_nor_resumed() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3" }));
    let (away, _) = change::archive(&config, now()).expect("changed");
    assert_eq!(change::archive(&away, now()), None);
    assert_eq!(change::pause(&away, Ask::default(), &Actor::system(), now(), BERLIN).expect_err("refused").code, "archived");
}

#[test]
fn another_schedule_counts_from_the_change_on() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3" }));
    let (after, event) = edited(&config, json!({ "cronExpression": "0 9 * * 4" })).expect("changed");
    assert_eq!(after.expected_since(), now().plus_seconds(60));
    assert_eq!(event.metadata["changes"].as_object().map(Object::len), Some(1), "{event:?}");
    assert_eq!(edited(&config, json!({ "description": "Back up" })).expect("changed").0.expected_since(), now());
    assert_eq!(json::object(&after.shown(now(), BERLIN)).get("scheduledSince"), None);
}

fn duty(description: &str) -> RecurringConfig {
    seed::wanted("backup", &object(json!({ "description": description, "cronExpression": "0 9 * * 3", "tags": ["newsletter"] })), now())
}

#[test]
fn seeding_makes_a_duty_once_and_follows_the_content_while_nobody_edits_it() {
    let first = duty("Backup");
    assert_eq!(first.id.as_str(), "duty.backup");
    assert!(matches!(seed::decide(None, &first, now()), Seeded::Create(_)));
    assert_eq!(seed::decide(Some(&first), &first, now()), Seeded::Unchanged);
    let Seeded::Update(after, found) = seed::decide(Some(&first), &duty("Back up"), now().plus_seconds(9)) else { panic!("updated") };
    assert_eq!((after.description.as_str(), found.len(), found[0].field.as_str()), ("Back up", 1, "description"));
    assert_eq!(seed::decide(Some(&after), &duty("Back up"), now()), Seeded::Unchanged);
}

#[test]
fn seeding_never_overwrites_what_an_operator_edited() {
    let (mine, _) = edited(&duty("Backup"), json!({ "description": "My backup", "assigneeId": "host" })).expect("changed");
    let Seeded::Differs(found) = seed::decide(Some(&mine), &duty("Backup"), now()) else { panic!("differs") };
    assert_eq!(found.iter().map(|change| change.field.as_str()).collect::<Vec<_>>(), ["description", "assigneeId"]);
    // An edit that has found its way into the content is an edit no longer.
    let (same, _) = edited(&duty("Backup"), json!({ "description": "Back up" })).expect("changed");
    let Seeded::Update(adopted, found) = seed::decide(Some(&same), &duty("Back up"), now()) else { panic!("adopted") };
    assert!(found.is_empty());
    assert_eq!(seed::decide(Some(&adopted), &duty("Back up"), now()), Seeded::Unchanged);
}

#[test]
fn seeding_never_resumes_what_an_operator_paused() {
    let ask = Ask { reason: Some("Quiet month".to_owned()), until: None };
    let (paused, _) = change::pause(&duty("Backup"), ask, &Actor::new("host"), now(), BERLIN).expect("allowed").expect("changed");
    assert_eq!(seed::decide(Some(&paused), &duty("Backup"), now()), Seeded::Unchanged);
    let Seeded::Update(after, _) = seed::decide(Some(&paused), &duty("Back up"), now()) else { panic!("updated") };
    assert_eq!(after.standing(), paused.standing());
    let (away, _) = change::archive(&duty("Backup"), now()).expect("changed");
    assert!(matches!(seed::decide(Some(&away), &duty("Back up"), now()), Seeded::Differs(_)));
}

#[test]
fn the_definition_hash_sees_what_matters_alone() {
    let config = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3" }));
    let same = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3", "tags": [], "enabled": false }));
    assert_eq!(config.definition_hash(), same.definition_hash());
    let other = made(json!({ "description": "Backup", "cronExpression": "0 9 * * 3", "requiresFile": true }));
    assert_ne!(config.definition_hash(), other.definition_hash());
}
