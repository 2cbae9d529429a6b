//! The planner: which windows there are, and what becomes of each (RW-4, RW-11, RW-12, RW-14, FR-4).
//!
//! A window is a source and a local date. Tick, preview, backfill, simulation and explanation ask this one function; they
//! differ in what they ask for ([`Asked`]), never in the rules. The rules stand in one list in [`judge`], and the first that
//! applies decides and is named.
//!
//! Nothing is made here. The engine writes what [`Plan`] says, each window in the transaction that makes its work.

pub mod counters;
mod judge;
pub mod notice;
pub mod plan;
pub mod range;
pub mod source;
pub mod window;
pub mod work;

use std::collections::BTreeMap;

use crate::time::{self, Date, Timestamp};

pub use counters::Counters;
pub use plan::{Outcome, Plan, Planned, Rule};
pub use range::Range;
pub use source::{Kind, Source, SourceKey, Timing};
pub use window::{Status, Window};

/// How many days after its date a window is still made by a tick.
pub const CATCH_UP_DAYS: i64 = 7;
/// How many days back a tick looks for windows that nobody has settled, to say that they were missed.
pub const LOOK_BACK_DAYS: i64 = 90;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Every window that is open now and settled by nobody: what a tick does. `since` is a day up to which all is known to be
    /// settled; without it only the days of the catch-up are looked at.
    Tick {
        /// The day of the last tick that finished.
        since: Option<Date>,
    },
    /// Exactly these dates, because a person asks: creation and past pauses do not count, a present pause does.
    Explicit(Range),
    /// What ticks make on these dates, each judged at the moment the first tick of its day comes.
    Simulate(Range),
}

/// What is known about windows before they are planned.
#[derive(Debug, Clone, Default)]
pub struct Known {
    rows: BTreeMap<(SourceKey, Date), Window>,
    found: BTreeMap<(SourceKey, Date), String>,
    incomplete: BTreeMap<(SourceKey, Date), u32>,
}

impl Known {
    /// What the ledger says.
    pub fn of(rows: impl IntoIterator<Item = Window>) -> Self {
        let rows = rows.into_iter().map(|row| ((row.source.clone(), row.date), row)).collect();
        Self { rows, ..Self::default() }
    }

    /// Adds a row, in place of what was known of its window.
    pub fn settle(&mut self, row: Window) {
        self.rows.insert((row.source.clone(), row.date), row);
    }

    /// Adds that a window's work is there, although no row says so: the id of the task or bundle.
    pub fn found(&mut self, source: SourceKey, date: Date, id: impl Into<String>) {
        self.found.insert((source, date), id.into());
    }

    /// Adds that a window's bundle lacks this many tasks that nobody deleted.
    pub fn incomplete(&mut self, source: SourceKey, date: Date, missing_tasks: u32) {
        self.incomplete.insert((source, date), missing_tasks);
    }

    /// The ledger's row of a window.
    pub fn row(&self, source: &SourceKey, date: Date) -> Option<&Window> {
        self.rows.get(&(source.clone(), date))
    }
}

/// Every window that is asked for, with what becomes of it, by date and source.
pub fn plan(sources: &[Source], asked: Asked, known: &Known, now: Timestamp) -> Plan {
    let mut windows: Vec<Planned> = sources.iter().flat_map(|source| of_source(source, asked, known, now)).collect();
    windows.sort_by(|a, b| (a.date, &a.source).cmp(&(b.date, &b.source)));
    Plan { windows }
}

/// What becomes of one window, and the first rule that decides it: why it is there, or why not.
pub fn explain(source: &Source, date: Date, known: &Known, now: Timestamp) -> Planned {
    judge::judge(source, date, Asked::Simulate(Range { from: date, to: date }), known, now)
}

fn of_source(source: &Source, asked: Asked, known: &Known, now: Timestamp) -> Vec<Planned> {
    let judged = |date| judge::judge(source, date, asked, known, now);
    let range = range_of(source, asked, now);
    if let Timing::Broken(_) = source.timing {
        // Nobody can say which dates it names, so it is told once, on the last date: today, for a tick.
        return range.map(|range| judged(range.to)).into_iter().collect();
    }
    let failed = failed_outside(source, asked, range, known).map(judged).filter(|window| !window.is_work());
    let named = range.into_iter().flat_map(|range| range.dates().collect::<Vec<_>>());
    failed.chain(named.map(judged)).collect()
}

/// What failed on dates that a tick does not look at any more. Once its source is mended, such a date may not be wanted any
/// more, and then its row is laid to rest; work is not made for it.
fn failed_outside<'a>(source: &'a Source, asked: Asked, range: Option<Range>, known: &'a Known) -> impl Iterator<Item = Date> + 'a {
    let own = known.rows.values().filter(move |row| matches!(asked, Asked::Tick { .. }) && row.source == source.key);
    let outside = move |date: Date| range.is_none_or(|range| date < range.from || date > range.to);
    own.filter(|row| row.status == Status::Failed).map(|row| row.date).filter(move |date| outside(*date))
}

/// The local dates of a source that are asked for.
fn range_of(source: &Source, asked: Asked, now: Timestamp) -> Option<Range> {
    let since = match asked {
        Asked::Explicit(range) | Asked::Simulate(range) => return Some(range),
        Asked::Tick { since } => since,
    };
    let today = now.local_date(source.zone);
    let back = |days: i64| time::plus_days(today, -days).unwrap_or(today);
    let from = since.map_or(back(CATCH_UP_DAYS), |since| since.clamp(back(LOOK_BACK_DAYS), back(CATCH_UP_DAYS)));
    let from = from.max(source.since.local_date(source.zone));
    // After the day it was put away, nothing is expected of it.
    let to = source.standing.archived_at.map_or(today, |archived| archived.local_date(source.zone).min(today));
    (from <= to).then_some(Range { from, to })
}

#[cfg(test)]
mod tests;
