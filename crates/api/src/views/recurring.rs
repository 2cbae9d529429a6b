//! Recurring work as pages show it (RW-6, RW-8, RW-13, RW-14).

use dataops_domain::generation::{Counters, Outcome, Planned, SourceKey, Status, Window};
use dataops_domain::pause::Pause;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::schedule::Upcoming;
use dataops_domain::template::Template;
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::row::{Person, TaskRow, WorkflowCard};
use super::templates::DocumentChoice;

/// Where generated work comes from, as a label beside it (RW-6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceLabel {
    /// `recurring#<id>` or `template#<id>`.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// What people call it.
    pub title: String,
    /// Its schedule in plain words, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
}

/// The window that made a piece of work: what leads to why it is here (RW-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// What made it.
    pub made_by: SourceLabel,
    /// The local date it was made for.
    pub date: Date,
}

/// How the ledger stands today: "expected and made 14 of 14, last check 08:02", or the gap by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerSummary {
    /// Windows of today that should have work.
    pub expected: usize,
    /// Those that have it.
    pub made: usize,
    /// The others, by name.
    pub gap: Vec<Gap>,
    /// When the last tick finished; `None` before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tick: Option<Timestamp>,
    /// The same as a time of day in the application timezone: `08:02`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_check: Option<String>,
    /// True when no tick has finished for so long that one must have been lost.
    pub late: bool,
    /// What the last tick counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counters: Option<Counters>,
}

/// A window of today that should have work and has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// The source.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// What people call it.
    pub title: String,
    /// The local date.
    pub date: Date,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why it is not there, in a sentence.
    pub why: String,
}

/// A window that failed or was missed, and that nobody lets rest (RW-8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureRow {
    /// The source.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// What people call it; its id when it is gone.
    pub title: String,
    /// The local date; of several days that failed for the same reason, the last.
    pub date: Date,
    /// The first of those days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// Failed or missed.
    pub status: Status,
    /// What became of it, in a sentence.
    pub why: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// How a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceState {
    /// It makes work by its schedule.
    Running,
    /// Paused.
    Paused,
    /// Switched off without a pause.
    Disabled,
    /// Put away.
    Archived,
    /// It has no schedule.
    Unscheduled,
    /// It can't be read.
    Broken,
}

/// One source in the list of recurring work (RW-13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceRow {
    /// `recurring#<id>` or `template#<id>`.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// What people call it.
    pub title: String,
    /// Emoji of a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// Its schedule as stored: five fields of cron.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Its schedule in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// The timezone its dates are judged in.
    pub timezone: String,
    /// Days from its date to the anchor of the workflow; 0 for a duty.
    pub lead_days: i64,
    /// The next dates that it will make something on; empty while it makes nothing.
    pub next: Vec<Upcoming>,
    /// How it stands.
    pub state: SourceState,
    /// What is wrong with it, or why it has no schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The pause that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Who paused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_by: Option<Person>,
    /// Who does its work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Person>,
    /// The newest row of the ledger with work, of the last 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_run: Option<Window>,
    /// How many windows of the last 30 days were made.
    pub made: usize,
    /// How many were skipped.
    pub skipped: usize,
    /// How many failed or were missed, and nobody lets them rest.
    pub failed: usize,
    /// The version to send with `If-Match`.
    pub version: u64,
}

/// `GET /api/views/recurring`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurringPage {
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: String,
    /// When this was computed.
    pub checked_at: Timestamp,
    /// How the ledger stands today.
    pub ledger: LedgerSummary,
    /// What failed and waits for somebody.
    pub failures: Vec<FailureRow>,
    /// Duties, by title.
    pub duties: Vec<SourceRow>,
    /// Automatic workflows, by title.
    pub workflows: Vec<SourceRow>,
    /// Users, for assigning.
    pub people: Vec<Person>,
}

/// `GET /api/views/recurring/new`: what the form of a new duty chooses from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewDutyPage {
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: String,
    /// Users, for assigning.
    pub people: Vec<Person>,
    /// Documents, for the instructions.
    pub documents: Vec<DocumentChoice>,
}

/// `GET /api/views/recurring/{kind}/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourcePage {
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: String,
    /// The source, with its next ten dates.
    pub row: SourceRow,
    /// Of a duty: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurring_config: Option<RecurringConfig>,
    /// Of an automatic workflow: its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Template>,
    /// The ledger of the last 30 days, newest first.
    pub windows: Vec<Window>,
    /// Pauses that are over or open, newest first.
    pub pauses: Vec<Pause>,
    /// Users, for assigning.
    pub people: Vec<Person>,
    /// Documents, for the duty's instructions.
    pub documents: Vec<DocumentChoice>,
}

/// One day of the calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarDay {
    /// The local date.
    pub date: Date,
    /// Tasks of the day, open ones first.
    pub tasks: Vec<TaskRow>,
    /// Workflows whose anchor it is.
    pub workflows: Vec<WorkflowCard>,
    /// Windows that have no work yet, as the planner foresees them; and those that were skipped, failed or missed.
    pub windows: Vec<Planned>,
}

/// `GET /api/views/calendar`: four weeks from a Monday.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarPage {
    /// Today in the application timezone.
    pub today: Date,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The days, four weeks of them.
    pub days: Vec<CalendarDay>,
}
