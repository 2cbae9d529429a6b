//! The pass that keeps the search index: a step of the tick.
//!
//! It reads the events since the last pass from the day's index, takes in what they left behind, and writes the row on the
//! condition that nobody else did. When the changes outgrow the row, they become part of a new base. Nothing in it grows
//! with history: a new base is made once per so many changes, whatever the number of ticks. Each write leaves an index
//! that is whole, so a pass may end anywhere, run twice at once or not at all; the next one goes on from the row.

use dataops_domain::search::{Entries, MAX_ENTRIES};
use dataops_domain::time::{self, Date, Timestamp};
use dataops_store::{Operation, SearchBuild, SearchRetired, SearchRow, SearchSource, SearchState};
use serde::{Deserialize, Serialize};

use super::LATE_SECONDS;
use crate::Engine;
use crate::error::Error;

/// The most bytes of changes that stay in the row, compressed: about 600 records.
const MAX_CHANGES: usize = 48 * 1024;
/// The most requests for events in one pass; each brings up to a megabyte.
const MAX_REQUESTS: usize = 100;
/// The most records that one pass takes into a base that is being made; the next pass goes on.
const MAX_RECORDS: usize = 10_000;
/// Seconds that a base stays after the row names another: readers hold a row for some minutes.
const RETIRED_SECONDS: i64 = 3_600;
/// Seconds that a gone record is remembered in the base, so that no late event brings it back.
const GONE_SECONDS: i64 = 24 * 3_600;
/// Seconds without a change after which the row is written all the same, so that readers need not look far back.
const QUIET_SECONDS: i64 = 3_600;

/// What a pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchReport {
    /// Changes it took in, or records of a base that is being made.
    pub taken: usize,
    /// True when it made a new base.
    pub compacted: bool,
    /// True while a base is being made; the next pass goes on.
    pub building: bool,
    /// True when another pass was faster; that one counts.
    pub overtaken: bool,
}

impl Engine {
    /// Brings the search index up to date; without one, begins to make it. Bounded: what is left over is for the next pass.
    ///
    /// # Errors
    /// When the store refuses. Nothing is half done then.
    pub async fn search_index_pass(&self, operation: &Operation) -> Result<SearchReport, Error> {
        let row = self.store.search_row().await?;
        self.search_index_pass_from(operation, row).await
    }

    /// The same from a row that was read before; a pass that finds it outdated writes nothing.
    pub(crate) async fn search_index_pass_from(&self, operation: &Operation, row: Option<SearchRow>) -> Result<SearchReport, Error> {
        match row {
            None => self.search_index_begin(operation, None).await,
            Some(row) if row.state.build.is_some() => self.search_index_build(operation, row).await,
            Some(row) => self.search_index_feed(operation, row).await,
        }
    }

    /// Begins to make the index anew from what is stored; passes go on with it, and the old one answers until then.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn search_index_rebuild(&self, operation: &Operation) -> Result<SearchReport, Error> {
        let row = self.store.search_row().await?;
        self.search_index_begin(operation, row).await
    }

    async fn search_index_begin(&self, operation: &Operation, old: Option<SearchRow>) -> Result<SearchReport, Error> {
        let settled = operation.now.plus_seconds(-LATE_SECONDS);
        let before = old.as_ref().map(|row| row.version);
        let mut row = old.unwrap_or_else(|| SearchRow::nothing(settled));
        if let Some(part) = row.state.build.take().and_then(|build| build.part) {
            row.retire(part, operation.now);
        }
        row.state.build = Some(SearchBuild { part: None, source: 0, after: None, settled });
        row.version += 1;
        if !self.store.search_row_put(&row, before).await? {
            return Ok(SearchReport { overtaken: true, building: true, ..SearchReport::default() });
        }
        self.search_index_build(operation, row).await
    }

    /// Takes more records into a base that is being made; the last ones make it the base.
    async fn search_index_build(&self, operation: &Operation, row: SearchRow) -> Result<SearchReport, Error> {
        let Some(mut build) = row.state.build.clone() else { return Ok(SearchReport::default()) };
        let part = match &build.part {
            Some(key) => self.store.search_base(key).await?,
            None => Some(Entries::default()),
        };
        // The part is gone: somebody emptied the bucket. Begin again.
        let Some(mut entries) = part else { return Box::pin(self.search_index_begin(operation, Some(row))).await };
        let mut report = SearchReport::default();
        while let Some(source) = SearchSource::ALL.get(build.source).filter(|_| report.taken < MAX_RECORDS) {
            let (found, next) = self.store.search_source(*source, build.after.as_deref()).await?;
            report.taken += found.len();
            entries.merge_all(found);
            build.source += usize::from(next.is_none());
            build.after = next;
        }
        report.building = build.source < SearchSource::ALL.len();
        entries.tidy(operation.now.plus_seconds(-GONE_SECONDS).millis(), MAX_ENTRIES);
        let building = report.building;
        let published = self.search_publish(operation, row, &entries, |row, key| {
            let old = row.state.build.take().and_then(|build| build.part);
            let old = if building {
                row.state.build = Some(SearchBuild { part: Some(key), ..build });
                [old, None]
            } else {
                row.state.settled = build.settled;
                row.changes = Entries::default();
                [old, row.state.base.replace(key)]
            };
            old.into_iter().flatten().for_each(|key| row.retire(key, operation.now));
        });
        report.overtaken = !published.await?;
        Ok(report)
    }

    /// Takes in what happened since the last pass.
    async fn search_index_feed(&self, operation: &Operation, before: SearchRow) -> Result<SearchReport, Error> {
        let mut row = before.clone();
        let mut report = SearchReport { taken: self.search_happened(operation.now, &mut row).await?, ..SearchReport::default() };
        if self.store.search_changes_size(&row.changes)? > MAX_CHANGES {
            let Some(mut entries) = self.search_base(&row).await? else {
                return self.search_index_begin(operation, Some(before)).await;
            };
            entries.merge_all(std::mem::take(&mut row.changes).iter().cloned());
            entries.tidy(operation.now.plus_seconds(-GONE_SECONDS).millis(), MAX_ENTRIES);
            let (settled, now) = (row.state.settled, operation.now);
            let published = self.search_publish(operation, before, &entries, |row, key| {
                row.state.settled = settled;
                row.changes = Entries::default();
                if let Some(old) = row.state.base.replace(key) {
                    row.retire(old, now);
                }
            });
            report.overtaken = !published.await?;
            report.compacted = !report.overtaken;
            return Ok(report);
        }
        if report.taken > 0 || is_worth_writing(&before.state, &row.state, operation.now) {
            self.search_clean(operation.now, &mut row).await?;
            row.version += 1;
            report.overtaken = !self.store.search_row_put(&row, Some(before.version)).await?;
        }
        Ok(report)
    }

    async fn search_base(&self, row: &SearchRow) -> Result<Option<Entries>, Error> {
        match &row.state.base {
            Some(key) => Ok(self.store.search_base(key).await?),
            None => Ok(None),
        }
    }

    /// Takes the events since the row into it, as far as the requests of a pass go. Returns how many brought something new.
    async fn search_happened(&self, now: Timestamp, row: &mut SearchRow) -> Result<usize, Error> {
        let horizon = now.plus_seconds(-LATE_SECONDS);
        // A clock that was set back must not leave out what happens from then on.
        let since = row.state.settled.min(horizon);
        let (mut taken, mut from, last) = (0, since, day_of(now));
        let mut settled = horizon;
        for request in 0..MAX_REQUESTS {
            let day = day_of(from);
            let happened = self.store.search_happened(day, from, MAX_REQUESTS - request).await?;
            taken += row.changes.merge_all(happened.entries);
            settled = settled.min(happened.up_to.unwrap_or(horizon));
            let Some(next) = time::plus_days(day, 1).filter(|_| happened.up_to.is_none() && day < last) else { break };
            from = time::start_of_day(next, time::Tz::UTC);
            if request + 1 == MAX_REQUESTS {
                settled = settled.min(from);
            }
        }
        row.state.settled = since.max(settled);
        Ok(taken)
    }

    /// Writes a base and the row that names it. The row first says that the object is coming, so that it is cleaned up
    /// when this is as far as the pass gets. False when another pass was faster.
    async fn search_publish(
        &self,
        operation: &Operation,
        mut row: SearchRow,
        entries: &Entries,
        then: impl FnOnce(&mut SearchRow, String),
    ) -> Result<bool, Error> {
        self.search_clean(operation.now, &mut row).await?;
        let read = row.version;
        row.version += 1;
        let key = format!("search/{}-{}", row.version, operation.id);
        row.retire(key.clone(), operation.now);
        if !self.store.search_row_put(&row, Some(read)).await? {
            return Ok(false);
        }
        self.store.search_base_put(&key, entries).await?;
        row.state.retired.retain(|retired| retired.key != key);
        then(&mut row, key);
        row.version += 1;
        Ok(self.store.search_row_put(&row, Some(row.version - 1)).await?)
    }

    /// Deletes what no row can name any more, and marks what has been out of use for long: from the next write of the row on
    /// nobody who meant to name it can.
    async fn search_clean(&self, now: Timestamp, row: &mut SearchRow) -> Result<(), Error> {
        for doomed in row.state.retired.iter().filter(|retired| retired.doomed) {
            self.store.search_base_delete(&doomed.key).await?;
        }
        row.state.retired.retain(|retired| !retired.doomed);
        for retired in &mut row.state.retired {
            retired.doomed = retired.at.plus_seconds(RETIRED_SECONDS) <= now;
        }
        Ok(())
    }
}

/// Without a change the row is written once an hour, when a day is over, and when something is to be cleaned up.
fn is_worth_writing(before: &SearchState, after: &SearchState, now: Timestamp) -> bool {
    let due = |retired: &SearchRetired| retired.doomed || retired.at.plus_seconds(RETIRED_SECONDS) <= now;
    before.settled.plus_seconds(QUIET_SECONDS) <= after.settled
        || before.settled > after.settled
        || day_of(before.settled) != day_of(after.settled)
        || before.retired.iter().any(due)
}

/// The UTC day of a moment, by which events are listed.
pub(super) fn day_of(moment: Timestamp) -> Date {
    moment.local_date(time::Tz::UTC)
}
