//! Which reminders an open task should have now, and whether a stored one is still true (WM-6, WM-7).
//!
//! A reminder has a kind, a subject and an occasion, and its id is derived from the three: a tick that comes twice, two
//! ticks at once and a reader who dismisses one that no tick has stored yet all mean the same record. What has been raised
//! is marked on the task, so that a pass with nothing new writes nothing.

use chrono::Datelike;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit::NewEvent;
use crate::id::{self, NotificationId};
use crate::notification::{Kind, Notification};
use crate::task::gates::{self, Facts};
use crate::task::{HistoryAction, Status, Task};
use crate::time::{self, Date, Timestamp, Tz};

/// Days before its date from which a task is reminded of its missing proof.
pub const PROOF_DAYS: i64 = 2;
/// Days late at which a task is reminded of again, each a reminder of its own.
pub const LATE_DAYS: [i64; 3] = [7, 3, 1];

/// A moment and the timezone in which its day is judged.
#[derive(Debug, Clone, Copy)]
pub struct Today {
    /// Now.
    pub now: Timestamp,
    /// The application timezone.
    pub timezone: Tz,
}

impl Today {
    /// The local date.
    pub fn date(self) -> Date {
        self.now.local_date(self.timezone)
    }

    fn proof_horizon(self) -> Date {
        time::plus_days(self.date(), PROOF_DAYS).unwrap_or_else(|| self.date())
    }
}

/// What a task has been reminded of: the mark that keeps a pass with nothing new from writing anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mark {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The occasion: what makes it another reminder of the same kind.
    pub at: String,
    /// Whom it is for.
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// True when it is no longer true and its reader had dismissed it: should it become true again, it stays dismissed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over: bool,
}

/// The most marks a task keeps of follow-ups that are over.
const MAX_OVER: usize = 10;

/// A reminder that should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Kind, occasion and reader.
    pub mark: Mark,
    /// When it became true.
    pub since: Timestamp,
    /// Days late, for what is overdue.
    pub severity: Option<i64>,
}

/// What is to be written about one task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Reminders that are not marked yet.
    pub raise: Vec<Reminder>,
    /// Marks whose reminders are no longer true.
    pub settle: Vec<Mark>,
}

impl Plan {
    /// True when nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.raise.is_empty() && self.settle.is_empty()
    }

    /// Ids of the reminders to be raised.
    pub fn raised(&self, task: &Task) -> Vec<NotificationId> {
        self.raise.iter().map(|one| one.mark.id_for(task)).collect()
    }

    /// Ids of the reminders whose cause is gone. One that is raised for another reader is the same record.
    pub fn resolved(&self, task: &Task) -> Vec<NotificationId> {
        let raised = self.raised(task);
        self.settle.iter().map(|mark| mark.id_for(task)).filter(|id| !raised.contains(id)).collect()
    }
}

/// The reminders a task should have now.
pub fn wanted(task: &Task, facts: &Facts<'_>, today: Today) -> Vec<Reminder> {
    let mut wanted: Vec<Reminder> = of_date(task, today).into_iter().chain(follow_up(task, today)).collect();
    if asks_proof(task, today) && !gates::missing(task, facts).is_empty() {
        let since = time::plus_days(task.date, -PROOF_DAYS).unwrap_or(task.date);
        wanted.push(reminder(task, Kind::MissingEvidence, task.date.to_string(), since, today, None));
    }
    wanted
}

/// What is to be written so that a task's reminders are those it should have.
pub fn plan(task: &Task, facts: &Facts<'_>, today: Today) -> Plan {
    let wanted = wanted(task, facts, today);
    Plan {
        settle: task.reminded.iter().filter(|mark| !mark.over && !wanted.iter().any(|one| one.mark == **mark)).cloned().collect(),
        raise: wanted.into_iter().filter(|one| !task.reminded.contains(&one.mark)).collect(),
    }
}

/// The task with its marks brought up to date, and what the audit log says of it. `dismissed` are the reminders among those
/// to be settled that somebody had dismissed.
pub fn marked(task: &Task, plan: &Plan, dismissed: &[NotificationId]) -> (Task, NewEvent) {
    let mut after = task.clone();
    let raised_again = |mark: &Mark| plan.raise.iter().any(|one| one.mark.is_about(mark));
    after.reminded.retain(|mark| !plan.settle.contains(mark) && !raised_again(mark));
    let over = plan.settle.iter().filter(|mark| mark.kind == Kind::FollowUpDue && dismissed.contains(&mark.id_for(task)));
    after.reminded.extend(over.map(|mark| Mark { over: true, ..mark.clone() }));
    after.reminded.extend(plan.raise.iter().map(|one| one.mark.clone()));
    let mut surplus = after.reminded.iter().filter(|mark| mark.over).count().saturating_sub(MAX_OVER);
    after.reminded.retain(|mark| {
        let drop = mark.over && surplus > 0;
        surplus -= usize::from(drop);
        !drop
    });
    let names = |marks: &mut dyn Iterator<Item = &Mark>| marks.map(|mark| mark.kind.as_str()).collect::<Vec<_>>().join(", ");
    let raised = names(&mut plan.raise.iter().map(|one| &one.mark));
    let settled = names(&mut plan.settle.iter());
    let summary = match (raised.is_empty(), settled.is_empty()) {
        (false, true) => format!("Reminded: {raised}"),
        (true, _) => format!("Reminders settled: {settled}"),
        (false, false) => format!("Reminded: {raised}; settled: {settled}"),
    };
    (after, NewEvent { action: "reminded", summary, metadata: Value::Null })
}

/// The follow-up that is due, whatever the task's own date (WM-6).
pub fn follow_up(task: &Task, today: Today) -> Option<Reminder> {
    if !task.is_follow_up_due(today.now, today.timezone) {
        return None;
    }
    let at = task.follow_up_at.text()?;
    let asked = task
        .task_history
        .iter()
        .rev()
        .find(|event| matches!(event.action, HistoryAction::WaitingStarted | HistoryAction::FollowUpSent))
        .map_or(task.created_at, |event| event.created_at);
    let since = time::follow_up_moment(at, today.timezone)?.max(asked).max(task.created_at);
    // The marks of what is over say so too: what was dismissed is not raised again.
    let over = task.reminded.iter().any(|mark| mark.over && mark.kind == Kind::FollowUpDue && mark.at == at);
    let mark = Mark { kind: Kind::FollowUpDue, at: at.to_owned(), reader: None, over };
    Some(Reminder { mark, since, severity: None })
}

/// Of a task to be done: that its day has come, or how late it is.
fn of_date(task: &Task, today: Today) -> Option<Reminder> {
    if task.status != Status::Todo {
        return None;
    }
    let late = (today.date() - task.date).num_days();
    match LATE_DAYS.into_iter().find(|days| late >= *days) {
        Some(days) => {
            let since = time::plus_days(task.date, days).unwrap_or(task.date);
            Some(reminder(task, Kind::TaskOverdue, format!("{}/{days}", task.date), since, today, Some(days)))
        }
        None if late == 0 => {
            let kind = if task.recurring_config_id.is_some() { Kind::RecurringDue } else { Kind::TaskDue };
            Some(reminder(task, kind, task.date.to_string(), task.date, today, None))
        }
        None => None,
    }
}

fn reminder(task: &Task, kind: Kind, at: String, since: Date, today: Today, severity: Option<i64>) -> Reminder {
    let mark = Mark { kind, at, reader: task.assignee_id.text().map(str::to_owned), over: false };
    Reminder { mark, since: time::start_of_day(since, today.timezone).max(task.created_at), severity }
}

/// True when what a task may be reminded of depends on its proof: it is due within two days, or late.
pub fn asks_proof(task: &Task, today: Today) -> bool {
    task.is_open() && task.date <= today.proof_horizon()
}

impl Mark {
    /// True when it is of the same kind and occasion.
    pub fn is_about(&self, other: &Self) -> bool {
        self.kind == other.kind && self.at == other.at
    }

    /// The id of the reminder it stands for: derived from kind, subject and occasion.
    pub fn id_for(&self, task: &Task) -> NotificationId {
        let day = self.at.get(..10).and_then(time::parse_date).unwrap_or_default();
        derived(day, self.kind, task.id.as_str(), &self.at)
    }
}

impl Reminder {
    /// The notification it is stored as. `workflow` is the title of the task's bundle, where it is known.
    pub fn notification(&self, task: &Task, workflow: Option<&str>) -> Notification {
        let kind = self.mark.kind;
        let mut metadata = json!({});
        if let Some(days) = self.severity {
            metadata["severity"] = json!(days);
        }
        if kind == Kind::RecurringDue {
            metadata["generatedDate"] = json!(task.date);
            metadata["recurringConfigId"] = json!(task.recurring_config_id);
        }
        if let Some(title) = workflow {
            metadata["workflow"] = json!(title);
        }
        let due_at = if kind == Kind::FollowUpDue { self.mark.at.clone() } else { task.date.to_string() };
        Notification {
            user_id: self.mark.reader.clone(),
            task_id: Some(task.id.to_string()),
            bundle_id: task.bundle_id.text().map(str::to_owned),
            recurring_config_id: task.recurring_config_id.clone(),
            metadata: Some(metadata).filter(|metadata| metadata.as_object().is_some_and(|object| !object.is_empty())),
            due_at: Some(due_at),
            ..bare(self.mark.id_for(task), kind, message(task, self), self.since)
        }
    }
}

/// What it says, in words that stay true as long as the reminder does.
fn message(task: &Task, reminder: &Reminder) -> String {
    let (what, day) = (&task.description, short(task.date));
    match (reminder.mark.kind, reminder.severity) {
        (Kind::TaskOverdue, Some(7)) => format!("'{what}' has been late for a week or more: it was due {day}"),
        (Kind::TaskOverdue, Some(3)) => format!("'{what}' has been late for three days or more: it was due {day}"),
        (Kind::TaskOverdue, _) => format!("'{what}' is late: it was due {day}"),
        (Kind::FollowUpDue, _) => format!("Ask {} again: '{what}'", task.waiting_for.text().unwrap_or("them")),
        (Kind::MissingEvidence, _) => format!("'{what}' is due {day} and its proof is missing"),
        (Kind::RecurringDue, _) => format!("'{what}' is due on {}", task.date),
        (Kind::TaskDue | Kind::StageChange | Kind::AutomationFailure, _) => format!("'{what}' is due {day}"),
    }
}

/// `Wed 1 Jul 2026`.
fn short(date: Date) -> String {
    format!("{} {}", date.format("%a %-d %b"), date.year())
}

/// True while what a stored reminder says is true. `task` is its task when that is open. Proof outside of the task (files,
/// artifacts, links of the workflow) is judged by the next pass; what reminds of no open task is true until it is dismissed.
pub fn holds(reminder: &Notification, task: Option<&Task>, today: Today) -> bool {
    let Some(kind) = reminder.known_kind() else { return true };
    if matches!(kind, Kind::StageChange | Kind::AutomationFailure) || reminder.task_id.is_none() {
        return true;
    }
    let Some(task) = task else { return false };
    let due_at = reminder.due_at.as_deref().unwrap_or_default();
    let same_reader = reminder.user_id.as_deref() == task.assignee_id.text();
    let same_day = due_at == task.date.to_string() && same_reader;
    let todo = task.status == Status::Todo && same_day;
    match kind {
        Kind::TaskDue => todo && task.date == today.date(),
        Kind::RecurringDue => todo,
        Kind::TaskOverdue => todo && task.date < today.date(),
        Kind::MissingEvidence => {
            let unproven = !gates::missing(task, &Facts::default()).is_empty();
            task.is_open() && same_day && task.date <= today.proof_horizon() && unproven
        }
        Kind::FollowUpDue => task.follow_up_at.text() == Some(due_at) && task.is_follow_up_due(today.now, today.timezone),
        Kind::StageChange | Kind::AutomationFailure => true,
    }
}

/// Something that runs by itself and failed: what a person needs to see why, and to try again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failure {
    /// What failed: the id of a job, source or workflow.
    pub subject: String,
    /// Which failure of it: an attempt or a date. The same one is told once.
    pub occasion: String,
    /// One sentence: what, when, why.
    pub message: String,
    /// Whom to tell; everybody when absent.
    pub user_id: Option<String>,
    /// The task concerned.
    pub task_id: Option<String>,
    /// The workflow concerned.
    pub bundle_id: Option<String>,
    /// The template concerned.
    pub template_id: Option<String>,
    /// The recurring duty concerned.
    pub recurring_config_id: Option<String>,
    /// The date concerned.
    pub due_at: Option<String>,
    /// Details.
    pub metadata: Option<Value>,
}

/// The notification of a failure.
pub fn automation_failed(failure: Failure, today: Today) -> Notification {
    let day = failure.due_at.as_deref().and_then(|at| at.get(..10)).and_then(time::parse_date).unwrap_or_else(|| today.date());
    let id = derived(day, Kind::AutomationFailure, &failure.subject, &failure.occasion);
    Notification {
        user_id: failure.user_id,
        task_id: failure.task_id,
        bundle_id: failure.bundle_id,
        template_id: failure.template_id,
        recurring_config_id: failure.recurring_config_id,
        due_at: failure.due_at,
        metadata: failure.metadata,
        ..bare(id, Kind::AutomationFailure, failure.message, today.now)
    }
}

pub(crate) fn derived(day: Date, kind: Kind, subject: &str, occasion: &str) -> NotificationId {
    NotificationId::new(id::derived(day, &[kind.as_str(), subject, occasion]))
}

pub(crate) fn bare(id: NotificationId, kind: Kind, message: String, created_at: Timestamp) -> Notification {
    Notification {
        id,
        kind: Some(kind.as_str().to_owned()),
        message,
        user_id: None,
        task_id: None,
        bundle_id: None,
        template_id: None,
        recurring_config_id: None,
        metadata: None,
        due_at: None,
        dismissed: false,
        dismissed_at: None,
        dismissed_by: None,
        resolved_at: None,
        created_at,
        version: 0,
    }
}

#[cfg(test)]
mod tests;
