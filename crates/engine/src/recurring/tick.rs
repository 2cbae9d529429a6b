//! The tick: it takes no input but the time and settles every window that is due and that nobody has settled; then reminders
//! and the search index. What it does not reach, the next one does.

use dataops_api::recurring::{CronRecurring, CronRun, CronTemplates, FailedWindow, Heartbeat};
use dataops_domain::generation::window::By;
use dataops_domain::generation::{Asked, Counters, LOOK_BACK_DAYS, Range};
use dataops_domain::time;
use dataops_store::{Operation, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Limits;
use super::settle::Outcomes;
use crate::Engine;
use crate::error::Error;
use crate::reminders::ReminderReport;
use crate::search::SearchReport;

/// The name of the row that says when the last tick finished.
pub(crate) const HEARTBEAT: &str = "heartbeat#tick";

/// What a tick did (FR-4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TickReport {
    /// The six counters.
    pub counters: Counters,
    /// The bundles it made.
    pub bundles: Vec<String>,
    /// The tasks of duties it made.
    pub tasks: Vec<String>,
    /// Rows of the ledger it wrote without work: skipped, missed, found.
    pub noted: usize,
    /// Those of them that say that nobody settled a window in time.
    pub missed: usize,
    /// What failed.
    pub failed: Vec<FailedWindow>,
    /// Windows it did not reach; the next tick goes on.
    pub left: usize,
    /// What the reminder pass did; `None` when there was no time for it or it failed.
    pub reminders: Option<ReminderReport>,
    /// What the search index took in; `None` as above.
    pub search: Option<SearchReport>,
}

impl TickReport {
    /// True when nothing is left for the next tick.
    pub fn is_whole(&self) -> bool {
        self.left == 0
    }

    /// In the shape of `POST /api/cron/run` (wire contract 8).
    pub fn cron_run(&self) -> CronRun {
        let counters = self.counters;
        CronRun {
            created: self.bundles.clone(),
            skipped: counters.template_skipped + counters.recurring_skipped,
            templates: CronTemplates {
                created: self.bundles.clone(),
                skipped: counters.template_skipped,
                recovered: counters.template_recovered,
            },
            recurring: CronRecurring { generated: self.tasks.clone(), skipped: counters.recurring_skipped },
            failures: counters.failures,
            left: self.left,
        }
    }
}

impl Engine {
    /// The tick as somebody asks for it (wire contract 8). Under an Idempotency-Key it runs once.
    ///
    /// # Errors
    /// When the store refuses, or the key was used for something else.
    pub async fn cron_run(&self, operation: &Operation, limits: &Limits) -> Result<CronRun, Error> {
        self.store.replay(operation).await?;
        let answer = self.tick(operation, limits).await?.cron_run();
        self.store.begin(operation).commit(200, &answer).await?;
        Ok(answer)
    }

    /// Settles every window that is due, raises reminders, brings the search index up to date, and says that it did.
    ///
    /// # Errors
    /// When the store refuses to be read. What was written stays, and the next tick goes on.
    pub async fn tick(&self, operation: &Operation, limits: &Limits) -> Result<TickReport, Error> {
        let (heartbeat, search) = self.store.system_get_with_search(HEARTBEAT).await?;
        let heartbeat = heartbeat.and_then(read_heartbeat);
        let settled_through = heartbeat.and_then(|last| last.settled_through);
        let outcomes = self.tick_windows(operation, settled_through, limits).await?;
        let mut report = TickReport {
            counters: outcomes.counters,
            tasks: outcomes.tasks.iter().map(|task| task.id.to_string()).collect(),
            bundles: outcomes.bundles,
            noted: outcomes.noted,
            missed: outcomes.missed,
            failed: outcomes.failed,
            left: outcomes.left,
            reminders: None,
            search: None,
        };
        if limits.has_time() {
            report.reminders = passed("reminders", self.reminders_pass(operation, limits.reminded).await);
        }
        if limits.has_time() {
            report.search = passed("search", self.search_index_pass_from(operation, search).await);
        }
        self.tick_finished(operation, &report, settled_through).await;
        Ok(report)
    }

    async fn tick_windows(&self, operation: &Operation, since: Option<time::Date>, limits: &Limits) -> Result<Outcomes, Error> {
        let today = operation.now.local_date(self.timezone);
        let back = |days: i64| time::plus_days(today, -days).unwrap_or(today);
        let asked = Asked::Tick { since };
        // As far back as a row can ask for somebody: what failed is laid to rest when its source is mended.
        let mut world = self.world(Range { from: back(LOOK_BACK_DAYS), to: today }).await?;
        let plan = self.planned(&mut world, asked, operation.now).await?;
        self.settle_plan(operation, &mut world, (&plan, asked), By::Tick, limits).await
    }

    /// Tells that this tick finished, what it did, and up to which day all is settled.
    async fn tick_finished(&self, operation: &Operation, report: &TickReport, settled_through: Option<time::Date>) {
        let day = operation.now.local_date(self.timezone);
        let heartbeat = Heartbeat {
            finished_at: operation.now,
            day,
            settled_through: if report.is_whole() { Some(day) } else { settled_through },
            counters: report.counters,
            left: report.left,
            failed: report.failed.iter().take(MOST_FAILED).cloned().collect(),
        };
        let value = serde_json::to_value(&heartbeat).unwrap_or_default();
        let written = match self.store.system_put(HEARTBEAT, &value).await {
            Err(StoreError::Database(_)) => self.store.system_put(HEARTBEAT, &value).await,
            done => done,
        };
        if let Err(error) = written {
            tracing::error!(error = ?error, "the heartbeat of a tick could not be written");
        }
        tracing::info!(
            template_created = report.counters.template_created,
            template_skipped = report.counters.template_skipped,
            template_recovered = report.counters.template_recovered,
            recurring_generated = report.counters.recurring_generated,
            recurring_skipped = report.counters.recurring_skipped,
            failures = report.counters.failures,
            noted = report.noted,
            left = report.left,
            reminders_raised = report.reminders.as_ref().map(|reminders| reminders.raised),
            "ticked"
        );
    }

    /// What the last tick left behind.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn heartbeat(&self) -> Result<Option<Heartbeat>, StoreError> {
        Ok(self.store.system_get(HEARTBEAT).await?.and_then(read_heartbeat))
    }
}

/// The most failures a heartbeat names.
const MOST_FAILED: usize = 50;

fn read_heartbeat(value: Value) -> Option<Heartbeat> {
    serde_json::from_value(value).ok()
}

/// A pass that fails keeps nothing else of the tick back.
fn passed<T>(pass: &'static str, done: Result<T, Error>) -> Option<T> {
    done.inspect_err(|error| tracing::error!(pass, error = ?error, "a pass of the tick failed")).ok()
}
