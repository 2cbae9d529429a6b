//! Every rule about duties, on one fault each.

use crate::fixture::{DUTY, Fixture, findings};

#[test]
fn keys_are_slugs() {
    assert_eq!(findings(DUTY, "key: review", "key: The review"), ["duty The review: key: expected lower-case letters, digits and -"]);
}

#[test]
fn a_key_is_there_once() {
    let duty = "  - {key: review, description: Again, schedule: \"0 9 * * *\", assignee: host, instruction_doc_id: sop.talk.prepare}\n";
    let found = Fixture::new().but(DUTY, "duties:\n", &format!("duties:\n{duty}")).findings();
    assert_eq!(found, ["content/duties.yaml: duty 'review' is there more than once"]);
}

#[test]
fn role_schedule_and_document_are_right() {
    assert_eq!(findings(DUTY, "operator", "anna"), ["duty review: unknown role 'anna'; expected operator, editor or host"]);
    assert_eq!(findings(DUTY, "0 9 * * *", "0 9 * * MON").len(), 1);
    assert_eq!(findings(DUTY, "sop.talk.prepare", "sop.none"), ["duty review: unknown document 'sop.none'"]);
    let found = findings(DUTY, "sop.talk.prepare", "sop.talk.prepare\n    instruction_step_id: \"3\"");
    assert_eq!(found, ["duty review: document 'sop.talk.prepare' has no step 3; it has 2"]);
}

#[test]
fn texts_are_finished() {
    assert_eq!(findings(DUTY, "Review the talks", "FIXME"), ["duty review: unfinished: FIXME"]);
}
