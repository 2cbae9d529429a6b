//! Recurring work on the wire (wire contract 7, 8 and 17).

use dataops_domain::generation::{Counters, Outcome, Planned, Rule, SourceKey, Window};
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::task::Task;
use dataops_domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// One duty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurringConfigAnswer {
    /// The duty.
    pub recurring_config: RecurringConfig,
}

/// The duties, by description.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurringConfigList {
    /// The duties.
    pub recurring_configs: Vec<RecurringConfig>,
    /// Where the list goes on, when it was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `POST /api/recurring/generate`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Generated {
    /// The tasks it made.
    pub generated: Vec<Task>,
    /// Windows whose task was there.
    pub skipped: u64,
    /// Windows that could not be made.
    pub failures: u64,
    /// Windows it did not reach in its time; the same request again makes them. Absent when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: usize,
}

/// What a run did with automatic templates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CronTemplates {
    /// Bundles it made.
    pub created: Vec<String>,
    /// Bundles that were there.
    pub skipped: u64,
    /// Tasks it made again in them.
    pub recovered: u64,
}

/// What a run did with duties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CronRecurring {
    /// Tasks it made.
    pub generated: Vec<String>,
    /// Tasks that were there.
    pub skipped: u64,
}

/// `POST /api/cron/run`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CronRun {
    /// Bundles it made.
    pub created: Vec<String>,
    /// Everything that was there.
    pub skipped: u64,
    /// Of automatic templates.
    pub templates: CronTemplates,
    /// Of duties.
    pub recurring: CronRecurring,
    /// What failed.
    pub failures: u64,
    /// Windows it did not reach in its time; the next run does. Absent when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A window that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FailedWindow {
    /// The source: `recurring#<id>` or `template#<id>`.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// The local date.
    pub date: Date,
    /// What people call the source.
    pub title: String,
    /// Why.
    pub cause: String,
}

/// `POST /api/recurring/preview`: what applying it would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Preview {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
    /// The one source that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceKey>,
    /// To be sent with apply. It stays the same as long as applying would do the same.
    pub token: String,
    /// What applying would count to.
    pub counters: Counters,
    /// Windows whose work would be made or completed.
    pub create: Vec<Planned>,
    /// Windows whose work is there.
    pub existing: Vec<Planned>,
    /// Windows that are not made: paused, switched off or archived.
    pub paused: Vec<Planned>,
    /// Sources that can't be read.
    pub broken: Vec<Planned>,
}

/// `POST /api/recurring/apply`: what was done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Applied {
    /// What was made, found and could not be done.
    pub counters: Counters,
    /// The tasks of duties that were made.
    pub tasks: Vec<String>,
    /// The bundles that were made.
    pub bundles: Vec<String>,
    /// What failed.
    pub failed: Vec<FailedWindow>,
    /// Windows that were not reached; ask for a preview again.
    pub left: usize,
}

/// `GET /api/recurring/explain`: why something is there, or why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Explained {
    /// What becomes, or became, of the window.
    pub verdict: Outcome,
    /// The first rule that decided it.
    pub rule: Rule,
    /// Why, in a sentence.
    pub why: String,
    /// The window.
    pub window: Planned,
    /// What the ledger says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Window>,
    /// True when its work was there and a person deleted it since. Absent otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// `POST /api/recurring/simulate`: what ticks will make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Simulated {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
    /// The schedule in plain words, when one source was asked for and it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// What it counts to.
    pub counters: Counters,
    /// Every window, by date and source.
    pub windows: Vec<Planned>,
}

/// `GET /api/recurring/windows`: the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WindowList {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub to: Date,
    /// Its rows, by date and source.
    pub windows: Vec<Window>,
    /// Where to go on, when there are more.
    #[serde(default, rename = "nextCursor", skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WindowAnswer {
    /// The row.
    pub window: Window,
}

/// What the last tick left behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
    /// When it finished.
    pub finished_at: Timestamp,
    /// Its local day.
    pub day: Date,
    /// The last day up to which every window is known to be settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_through: Option<Date>,
    /// What it made, found and could not do.
    pub counters: Counters,
    /// Windows it did not reach.
    #[serde(default)]
    pub left: usize,
    /// What failed.
    #[serde(default)]
    pub failed: Vec<FailedWindow>,
}
