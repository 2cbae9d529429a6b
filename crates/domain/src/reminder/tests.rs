use super::*;
use crate::Actor;
use crate::id::TaskId;
use crate::maybe::Maybe;
use crate::proof::{ProofRequirement, ProofType};
use crate::time::parse_date;

fn day(text: &str) -> Date {
    parse_date(text).expect("a date")
}

fn at(text: &str) -> Today {
    Today { now: Timestamp::parse(text).expect("a moment"), timezone: chrono_tz::Europe::Berlin }
}

fn task(date: &str) -> Task {
    let made = Timestamp::parse("2026-06-01T08:00:00Z").expect("a moment");
    Task { assignee_id: Maybe::Set("editor".to_owned()), ..Task::bare(TaskId::new("t1"), "Send the invoice", day(date), "manual", made) }
}

fn needs_comment(date: &str) -> Task {
    let proof = ProofRequirement { kind: ProofType::Comment, label: None, required: None };
    Task { proof_requirement: Maybe::Set(proof), ..task(date) }
}

/// Kinds and occasions a task has at a moment.
fn said(task: &Task, moment: &str) -> Vec<String> {
    wanted(task, &Facts::default(), at(moment)).iter().map(|one| format!("{} {}", one.mark.kind.as_str(), one.mark.at)).collect()
}

#[test]
fn a_task_is_due_on_its_local_day_and_late_in_three_steps() {
    let task = task("2026-07-01");
    let cases = [
        ("2026-06-30T21:59:59Z", vec![]),
        ("2026-06-30T22:00:00Z", vec!["task-due 2026-07-01"]),
        ("2026-07-01T21:59:59Z", vec!["task-due 2026-07-01"]),
        ("2026-07-01T22:00:00Z", vec!["task-overdue 2026-07-01/1"]),
        ("2026-07-03T12:00:00Z", vec!["task-overdue 2026-07-01/1"]),
        ("2026-07-04T12:00:00Z", vec!["task-overdue 2026-07-01/3"]),
        ("2026-07-07T12:00:00Z", vec!["task-overdue 2026-07-01/3"]),
        ("2026-07-08T12:00:00Z", vec!["task-overdue 2026-07-01/7"]),
        ("2027-07-08T12:00:00Z", vec!["task-overdue 2026-07-01/7"]),
    ];
    for (moment, expected) in cases {
        assert_eq!(said(&task, moment), expected, "{moment}");
    }
}

#[test]
fn a_duty_is_due_as_recurring_and_late_like_anything() {
    let task = Task { recurring_config_id: Some("c1".to_owned()), ..task("2026-07-01") };
    assert_eq!(said(&task, "2026-07-01T08:00:00Z"), ["recurring-due 2026-07-01"]);
    assert_eq!(said(&task, "2026-07-02T08:00:00Z"), ["task-overdue 2026-07-01/1"]);
    let made = wanted(&task, &Facts::default(), at("2026-07-01T08:00:00Z")).remove(0).notification(&task, None);
    assert_eq!(made.metadata, Some(json!({ "generatedDate": "2026-07-01", "recurringConfigId": "c1" })));
    assert_eq!((made.user_id.as_deref(), made.recurring_config_id.as_deref()), (Some("editor"), Some("c1")));
}

#[test]
fn missing_proof_is_told_two_days_ahead_by_the_gates() {
    let mut task = needs_comment("2026-07-03");
    assert_eq!(said(&task, "2026-06-30T12:00:00Z"), [""; 0]);
    assert_eq!(said(&task, "2026-07-01T12:00:00Z"), ["missing-evidence 2026-07-03"]);
    assert_eq!(said(&task, "2026-07-05T12:00:00Z"), ["task-overdue 2026-07-03/1", "missing-evidence 2026-07-03"]);
    task.comment = Maybe::Set("sent".to_owned());
    assert_eq!(said(&task, "2026-07-01T12:00:00Z"), [""; 0]);
}

#[test]
fn a_follow_up_is_due_whatever_the_task_s_own_date() {
    let mut task = Task {
        status: Status::Waiting,
        waiting_for: Maybe::Set("Sponsor".to_owned()),
        follow_up_at: Maybe::Set("2026-07-01".to_owned()),
        ..task("2030-01-01")
    };
    assert_eq!(said(&task, "2026-06-30T21:59:59Z"), [""; 0]);
    assert_eq!(said(&task, "2026-06-30T22:00:00Z"), ["follow-up-due 2026-07-01"]);
    let made = follow_up(&task, at("2026-07-09T08:00:00Z")).expect("due").notification(&task, None);
    assert_eq!((made.user_id.as_deref(), made.due_at.as_deref(), made.task_id.as_deref()), (None, Some("2026-07-01"), Some("t1")));
    assert!(made.message.contains("Send the invoice") && made.message.contains("Sponsor"), "{}", made.message);
    assert_eq!(made.created_at.to_string(), "2026-06-30T22:00:00.000Z", "when it came up, not when it was written");
    task.follow_up_at = Maybe::Set("2020-01-01".to_owned());
    let early = follow_up(&task, at("2026-07-09T08:00:00Z")).expect("due");
    assert_eq!(early.since, task.created_at, "never before the task was there");
    task.status = Status::Todo;
    assert_eq!(follow_up(&task, at("2026-07-09T08:00:00Z")), None);
}

#[test]
fn what_is_marked_is_not_raised_again_and_what_is_gone_is_settled() {
    let today = at("2026-07-01T08:00:00Z");
    let task = needs_comment("2026-07-01");
    let first = plan(&task, &Facts::default(), today);
    assert_eq!((first.raise.len(), first.settle.len()), (2, 0));
    let (task, event) = marked(&task, &first, &[]);
    assert_eq!(event.summary, "Reminded: task-due, missing-evidence");
    assert!(plan(&task, &Facts::default(), today).is_empty());
    let late = plan(&task, &Facts::default(), at("2026-07-02T08:00:00Z"));
    assert_eq!((late.raise.len(), late.settle.len()), (1, 1));
    let done = Task { status: Status::Done, ..task.clone() };
    let (done, _) = marked(&done, &plan(&done, &Facts::default(), today), &[]);
    assert_eq!(done.reminded, []);
}

#[test]
fn another_assignee_gets_the_same_record() {
    let today = at("2026-07-01T08:00:00Z");
    let task = task("2026-07-01");
    let (mut task, _) = marked(&task, &plan(&task, &Facts::default(), today), &[]);
    task.assignee_id = Maybe::Set("host".to_owned());
    let moved = plan(&task, &Facts::default(), today);
    assert_eq!((moved.raised(&task).len(), moved.settle.len(), moved.resolved(&task).len()), (1, 1, 0));
    let before = reminder_of(&Task { assignee_id: Maybe::Set("editor".to_owned()), ..task.clone() }, today);
    let wanted = reminder_of(&task, today);
    assert_eq!(before.id, wanted.id);
    let (dismissed, _) = before.dismissed(&Actor::new("editor"), today.now);
    let (revived, _) = dismissed.revived(&wanted).expect("the new assignee has not seen it");
    assert!(!revived.dismissed && revived.user_id.as_deref() == Some("host"));
}

fn reminder_of(task: &Task, today: Today) -> Notification {
    wanted(task, &Facts::default(), today).remove(0).notification(task, Some("Podcast"))
}

#[test]
fn what_its_reader_dismissed_stays_dismissed_and_what_was_settled_comes_back() {
    let today = at("2026-07-01T08:00:00Z");
    let task = task("2026-07-01");
    let live = reminder_of(&task, today);
    assert!(live.revived(&live).is_none());
    let (dismissed, _) = live.dismissed(&Actor::new("editor"), today.now);
    assert!(dismissed.revived(&live).is_none() && dismissed.resolved(today.now).is_none());
    let (resolved, _) = live.resolved(today.now).expect("live");
    assert!(resolved.dismissed && resolved.dismissed_by.is_none());
    assert!(!resolved.revived(&live).expect("true again").0.dismissed);
}

#[test]
fn a_dismissed_follow_up_that_is_answered_and_begins_again_stays_dismissed() {
    let today = at("2026-07-09T08:00:00Z");
    let waiting = Task { status: Status::Waiting, follow_up_at: Maybe::Set("2026-07-01".to_owned()), ..task("2030-01-01") };
    let (mut task, _) = marked(&waiting, &plan(&waiting, &Facts::default(), today), &[]);
    task.status = Status::Todo;
    let answered = plan(&task, &Facts::default(), today);
    let ids = answered.resolved(&task);
    let (mut over, _) = marked(&task, &answered, &ids);
    assert!(plan(&over, &Facts::default(), today).is_empty());
    over.status = Status::Waiting;
    assert!(plan(&over, &Facts::default(), today).is_empty(), "the same occasion");
    over.follow_up_at = Maybe::Set("2026-07-02".to_owned());
    assert_eq!(plan(&over, &Facts::default(), today).raise.len(), 1, "another one");
    let (mut gone, _) = marked(&task, &answered, &[]);
    gone.status = Status::Waiting;
    assert_eq!(plan(&gone, &Facts::default(), today).raise.len(), 1, "nobody dismissed it");
}

#[test]
fn a_reminder_holds_as_long_as_its_cause() {
    let today = at("2026-07-01T08:00:00Z");
    let due = task("2026-07-01");
    let reminder = reminder_of(&due, today);
    assert!(holds(&reminder, Some(&due), today));
    assert!(!holds(&reminder, None, today), "done, archived or deleted");
    assert!(!holds(&reminder, Some(&due), at("2026-07-02T08:00:00Z")), "late by now");
    assert!(!holds(&reminder, Some(&task("2026-07-05")), today), "moved");
    assert!(!holds(&reminder, Some(&Task { status: Status::Waiting, ..due.clone() }), today));
    assert!(!holds(&reminder, Some(&Task { assignee_id: Maybe::Unset, ..due.clone() }), today));
    let other = Notification { kind: Some("shipping-update".to_owned()), ..reminder };
    assert!(holds(&other, None, today), "unknown kinds are left alone");
}

#[test]
fn every_kind_has_one_name() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.as_str());
    }
    assert_eq!(Kind::parse("nonsense"), None);
}
