//! Moving a workflow's anchor date: which tasks follow, and why the others stay (WM-3).
//!
//! A task remembers where the plan put it, so a date that a person chose is told from one that the plan gave. That also
//! makes a move of many transactions safe to repeat: each task says by itself whether it has followed already.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::Fields;
use crate::json::Object;
use crate::refusal::Refusal;
use crate::task::{Status, Task};
use crate::template::Template;
use crate::time::{self, Date};

/// Where a workflow's plan put a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// Days from the workflow's anchor date.
    pub offset_days: i64,
    /// The date the plan gave it last. As long as the task's own date is this one, nobody moved it.
    pub date: Date,
}

/// Why a task stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stays {
    /// It is done.
    Done,
    /// It was put away.
    Archived,
    /// Somebody gave it a date of its own.
    MovedByHand,
    /// It was added to the workflow and has no place in its plan.
    AddedByHand,
    /// It has the new date already.
    AlreadyThere,
}

/// What a new anchor date means for one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It goes to this date.
    Follow {
        /// Its date until now.
        from: Date,
        /// Its new place.
        to: Planned,
        /// False when an earlier attempt moved it already.
        pending: bool,
    },
    /// It keeps its date.
    Stay(Stays),
}

/// A request to move a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The new anchor date.
    pub anchor_date: Date,
    /// The anchor date the caller has seen, if they say.
    pub from: Option<Date>,
    /// True to be told only.
    pub preview: bool,
}

/// Reads `{anchorDate, from?, preview?}`.
///
/// # Errors
/// Every field that is missing or wrong.
pub fn parse(body: &Object) -> Result<Request, Refusal> {
    let mut fields = Fields::of(body);
    if fields.value("anchorDate").is_none() {
        fields.refuse("anchorDate", "anchorDate is required");
    }
    fields.date("anchorDate");
    fields.date("from");
    fields.boolean("preview");
    fields.finish()?;
    let date = |key: &str| body.get(key).and_then(Value::as_str).and_then(time::parse_date);
    Ok(Request {
        anchor_date: date("anchorDate").unwrap_or_default(),
        from: date("from"),
        preview: body.get("preview").and_then(Value::as_bool) == Some(true),
    })
}

/// The days from the anchor of each of a template's tasks, for tasks that were made before they remembered it.
pub fn offsets(template: &Template) -> HashMap<String, i64> {
    template.definitions().into_iter().map(|definition| (definition.ref_id, definition.offset_days as i64)).collect()
}

/// What moving the anchor from `from` to `to` means for a task. `from` is the date the plan was last made for.
///
/// # Errors
/// When a task's new date would lie outside the years 1 to 9999.
pub fn step(task: &Task, from: Date, to: Date, offsets: &HashMap<String, i64>) -> Result<Step, Refusal> {
    match task.status {
        Status::Done => return Ok(Step::Stay(Stays::Done)),
        Status::Archived => return Ok(Step::Stay(Stays::Archived)),
        Status::Todo | Status::Waiting => {}
    }
    let remembered = task.planned.map(|planned| planned.offset_days);
    let known = || task.template_task_ref.as_ref().and_then(|name| offsets.get(name).copied());
    let Some(offset_days) = remembered.or_else(known) else { return Ok(Step::Stay(Stays::AddedByHand)) };
    let outside = || Refusal::field("/anchorDate", format!("anchorDate puts the task '{}' outside the calendar", task.description));
    let target = Planned { offset_days, date: time::plus_days(to, offset_days).ok_or_else(outside)? };
    let before = time::plus_days(from, offset_days);
    if task.date == target.date {
        let followed = task.planned == Some(target) && before.is_some_and(|before| before != target.date);
        return Ok(match before {
            Some(from) if followed => Step::Follow { from, to: target, pending: false },
            _ => Step::Stay(Stays::AlreadyThere),
        });
    }
    let follows = task.planned.is_some_and(|planned| planned.date == task.date) || before == Some(task.date);
    Ok(if follows { Step::Follow { from: task.date, to: target, pending: true } } else { Step::Stay(Stays::MovedByHand) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::id::TaskId;

    fn day(text: &str) -> Date {
        time::parse_date(text).expect("a date")
    }

    fn task(date: &str, planned: Option<(i64, &str)>) -> Task {
        let mut task = Task::bare(TaskId::new("t"), "x", day(date), "template", Timestamp::from_millis(0));
        task.template_task_ref = Some("r".into());
        task.planned = planned.map(|(offset_days, date)| Planned { offset_days, date: day(date) });
        task
    }

    fn decided(task: &Task, known: bool) -> Step {
        let offsets = if known { HashMap::from([("r".to_owned(), -3)]) } else { HashMap::new() };
        step(task, day("2026-07-20"), day("2026-07-27"), &offsets).expect("inside the calendar")
    }

    #[test]
    fn a_task_follows_as_long_as_nobody_moved_it() {
        let to = Planned { offset_days: -3, date: day("2026-07-24") };
        let follows = |from: &str, pending| Step::Follow { from: day(from), to, pending };
        assert_eq!(decided(&task("2026-07-17", Some((-3, "2026-07-17"))), false), follows("2026-07-17", true));
        assert_eq!(decided(&task("2026-07-18", Some((-3, "2026-07-17"))), false), Step::Stay(Stays::MovedByHand));
        assert_eq!(
            decided(&task("2026-07-17", Some((-3, "2026-07-10"))), false),
            follows("2026-07-17", true),
            "moved by hand back into the plan"
        );
        assert_eq!(decided(&task("2026-07-17", None), true), follows("2026-07-17", true), "made before tasks remembered their place");
        assert_eq!(decided(&task("2026-07-18", None), true), Step::Stay(Stays::MovedByHand));
        assert_eq!(decided(&task("2026-07-17", None), false), Step::Stay(Stays::AddedByHand));
    }

    #[test]
    fn a_repeated_move_finds_what_has_followed() {
        let to = Planned { offset_days: -3, date: day("2026-07-24") };
        let moved = task("2026-07-24", Some((-3, "2026-07-24")));
        assert_eq!(decided(&moved, false), Step::Follow { from: day("2026-07-17"), to, pending: false });
        assert_eq!(decided(&task("2026-07-24", Some((-3, "2026-07-17"))), false), Step::Stay(Stays::AlreadyThere));
        let mut done = moved;
        done.status = Status::Done;
        assert_eq!(decided(&done, false), Step::Stay(Stays::Done));
    }

    #[test]
    fn dates_outside_the_calendar_are_refused() {
        let far = task("2026-07-17", Some((-3, "2026-07-17")));
        assert!(step(&far, day("2026-07-20"), day("0001-01-02"), &HashMap::new()).is_err());
    }
}
