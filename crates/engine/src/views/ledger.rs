//! How the ledger stands: what was expected of today, what is there, and what failed (RW-8, RW-14).

use dataops_api::recurring::Heartbeat;
use dataops_api::views::recurring::{FailureRow, Gap, LedgerSummary};
use dataops_domain::generation::{self, Asked, Known, LOOK_BACK_DAYS, Range, SourceKey, Window};
use dataops_domain::time;
use dataops_store::{Operation, StoreError};

use super::Scene;
use crate::Engine;

/// Seconds after which a tick that did not finish must have been lost: two of them, and some time to run.
const LATE_SECONDS: i64 = 35 * 60;

/// The rows of the last days and the last tick.
pub(super) struct LedgerRead {
    pub(super) rows: Vec<Window>,
    heartbeat: Option<Heartbeat>,
}

impl Engine {
    /// The rows that anybody may still have to look at, and the last tick: two calls.
    pub(super) async fn ledger_read(&self, operation: &Operation) -> Result<LedgerRead, StoreError> {
        let today = operation.now.local_date(self.timezone);
        let from = time::plus_days(today, -LOOK_BACK_DAYS).unwrap_or(today);
        let to = time::plus_days(today, 1).unwrap_or(today);
        let (rows, heartbeat) = futures_util::future::try_join(self.store.windows_of_days(from, to), self.heartbeat()).await?;
        Ok(LedgerRead { rows: rows.into_iter().map(|stored| stored.record.window).collect(), heartbeat })
    }
}

impl LedgerRead {
    /// What should be there today, and what is.
    pub(super) fn summary(&self, scene: &Scene) -> LedgerSummary {
        let today = Range { from: scene.today, to: scene.today };
        let known = Known::of(self.rows.iter().filter(|row| row.date == scene.today).cloned());
        let mut plan = generation::plan(&scene.sources, Asked::Simulate(today), &known, scene.now);
        // Elsewhere the day may not have begun.
        plan.windows.retain(|window| window.opens_at <= scene.now);
        let progress = plan.progress();
        let finished = self.heartbeat.as_ref().map(|last| last.finished_at);
        LedgerSummary {
            expected: progress.expected,
            made: progress.made,
            gap: progress
                .gap
                .into_iter()
                .map(|window| Gap {
                    source: window.source.clone(),
                    title: window.title.clone(),
                    date: window.date,
                    outcome: window.outcome,
                    why: window.why.clone(),
                })
                .collect(),
            last_tick: finished,
            last_check: finished.map(|moment| moment.local_time(scene.timezone)),
            late: finished.is_some_and(|moment| moment.plus_seconds(LATE_SECONDS) < scene.now),
            counters: self.heartbeat.as_ref().map(|last| last.counters),
        }
    }

    /// What failed or was missed, newest first, and nobody lets rest. Days of a source that failed for the same reason are one.
    pub(super) fn failures(&self, scene: &Scene) -> Vec<FailureRow> {
        let mut rows: Vec<&Window> = self.rows.iter().filter(|row| row.needs_attention()).collect();
        rows.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.source.cmp(&b.source)));
        let mut shown: Vec<FailureRow> = Vec::new();
        for row in rows {
            let why = row.cause.clone().unwrap_or_else(|| row.words());
            let same = |last: &&mut FailureRow| (&last.source, last.status, &last.why) == (&row.source, row.status, &why);
            match shown.iter_mut().find(same) {
                Some(last) => last.since = Some(row.date),
                None => shown.push(FailureRow {
                    source: row.source.clone(),
                    title: title(scene, &row.source),
                    date: row.date,
                    since: None,
                    status: row.status,
                    why,
                    attempts: row.attempts,
                }),
            }
        }
        shown
    }
}

/// What people call a source; its id when it is gone.
pub(super) fn title(scene: &Scene, key: &SourceKey) -> String {
    scene.sources.iter().find(|source| source.key == *key).map_or_else(|| key.id.clone(), |source| source.title.clone())
}
