//! Answering a question with at most three reads: the row, its base, and what happened since. The row and the base are
//! kept in the process; a kept row is as good as a fresh one, because what happened since it is always read.

use std::sync::{Arc, Mutex, PoisonError};

use dataops_api::search::{SearchAnswer, SearchCount, SearchResult};
use dataops_domain::Refusal;
use dataops_domain::search::{Entries, Entry, Hit, Kind, Prepared, Query, Wanted, find};
use dataops_domain::time::{self, Date, Timestamp};
use dataops_store::{Operation, SearchRow};

use super::LATE_SECONDS;
use super::index::day_of;
use crate::Engine;
use crate::error::Error;

/// The most reads of one question.
const MAX_READS: usize = 3;
/// Seconds a row is kept. It is read again to keep short what has to be read since it.
const KEPT_SECONDS: i64 = 300;
/// How many results are shown when nobody says how many.
const USUAL: usize = 20;
/// The most results shown at once.
const MOST: usize = 100;
/// The farthest a cursor leads; nobody reads on, and a question can be narrowed.
const FARTHEST: usize = 10_000;

/// The most documents looked at; there are some hundreds.
const MOST_DOCUMENTS: usize = 1_000;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchAsk {
    /// The words, as typed.
    pub q: String,
    /// Only results of this kind.
    pub kind: Option<String>,
    /// At most so many of each kind; then there is no next part.
    pub each: Option<usize>,
    /// At most so many; 20 when absent, never more than 100.
    pub limit: Option<usize>,
    /// Where an earlier answer ended.
    pub cursor: Option<String>,
}

/// What a process keeps of the index.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Option<Arc<Held>>>);

#[derive(Debug)]
struct Held {
    read_at: Timestamp,
    settled: Timestamp,
    /// Key of the base, when one could be read.
    key: Option<String>,
    base: Arc<Prepared>,
    changes: Prepared,
    /// False while what is stored is not all in the base.
    complete: bool,
}

impl Cache {
    fn get(&self) -> Option<Arc<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, held: &Arc<Held>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(held));
    }
}

impl Engine {
    /// What has every word of a question: work as it is at this moment, and documents. Nothing for a question without words.
    ///
    /// # Errors
    /// A question that is too long, an unknown kind, a cursor of something else.
    pub async fn search(&self, operation: &Operation, ask: &SearchAsk) -> Result<SearchAnswer, Error> {
        let query = Query::parse(&ask.q)?;
        let unknown = || Refusal::field("/type", "type must be task, bundle, document, artifact, file or template");
        let kinds: Vec<Kind> = ask.kind.as_deref().map(|kind| Kind::parse(kind).ok_or_else(unknown)).transpose()?.into_iter().collect();
        let wrong = || Refusal::field("/cursor", "cursor must be the nextCursor of an earlier answer");
        let skip =
            ask.cursor.as_deref().map_or(Ok(0), |text| text.parse::<usize>().ok().filter(|skip| *skip <= FARTHEST).ok_or_else(wrong))?;
        let wanted = Wanted { kinds, skip, each: ask.each, take: ask.limit.unwrap_or(USUAL).min(MOST) };
        if query.is_empty() {
            return Ok(SearchAnswer { results: Vec::new(), counts: Vec::new(), total: 0, complete: true, next_cursor: None });
        }
        let mut reads = MAX_READS;
        let held = self.search_held(operation.now, &mut reads).await?;
        let settled = held.settled.min(operation.now.plus_seconds(-LATE_SECONDS));
        let (since, whole) = self.search_since(operation.now, settled, reads).await?;
        let layers = [held.base.as_ref(), &held.changes, &Prepared::new(&since)];
        let found = find(&layers, self.search_documents(&ask.q), &query, &wanted);
        let shown = skip + found.hits.len();
        Ok(SearchAnswer {
            results: found.hits.into_iter().map(result).collect(),
            counts: found.counts.into_iter().map(|(kind, number)| SearchCount { kind: kind.as_str().to_owned(), number }).collect(),
            total: found.total,
            complete: held.complete && whole,
            next_cursor: (ask.each.is_none() && shown < found.total && shown <= FARTHEST).then(|| shown.to_string()),
        })
    }

    /// The index, as it is kept or read.
    async fn search_held(&self, now: Timestamp, reads: &mut usize) -> Result<Arc<Held>, Error> {
        let kept = self.search.get();
        let is_fresh = |held: &Arc<Held>| (0..KEPT_SECONDS * 1_000).contains(&(now.millis() - held.read_at.millis()));
        if let Some(held) = kept.clone().filter(is_fresh) {
            return Ok(held);
        }
        *reads -= 1;
        let row = self.store.search_row().await?;
        // Without an index yet, today and yesterday can be searched all the same.
        let none = || SearchRow::nothing(time::start_of_day(day_of(now.plus_seconds(-24 * 3_600)), time::Tz::UTC));
        let (known, row) = (row.is_some(), row.unwrap_or_else(none));
        let building = row.state.build.as_ref().filter(|_| row.state.base.is_none());
        let key = row.state.base.clone().or_else(|| building.and_then(|build| build.part.clone()));
        let base = match (&key, kept) {
            (Some(_), Some(kept)) if kept.key == key => Some(Arc::clone(&kept.base)),
            (Some(key), _) => {
                *reads -= 1;
                self.store.search_base(key).await?.map(|base| Arc::new(Prepared::new(&base)))
            }
            (None, _) => None,
        };
        if base.is_none() && key.is_some() {
            tracing::warn!(?key, "the base of the search index is gone");
        }
        let held = Arc::new(Held {
            read_at: now,
            settled: row.state.settled,
            complete: known && building.is_none() && base.is_some(),
            key: key.filter(|_| base.is_some()),
            base: base.unwrap_or_default(),
            changes: Prepared::new(&row.changes),
        });
        self.search.put(&held);
        Ok(held)
    }

    /// What happened since the index was settled, the newest first, as far as the reads go; and whether that is all.
    async fn search_since(&self, now: Timestamp, settled: Timestamp, reads: usize) -> Result<(Entries, bool), Error> {
        let (mut since, mut whole) = (Entries::default(), true);
        let days = Days { next: Some(day_of(now)), last: day_of(settled) };
        let (asked, left): (Vec<_>, Vec<_>) = days.enumerate().take(MAX_READS + 1).partition(|(place, _)| *place < reads);
        for (_, day) in asked {
            let happened = self.store.search_happened_last(day, settled).await?;
            since.merge_all(happened.entries);
            whole &= happened.up_to.is_none();
        }
        Ok((since, whole && left.is_empty()))
    }

    fn search_documents(&self, q: &str) -> Vec<Hit> {
        self.content.documents().search(q, MOST_DOCUMENTS).into_iter().map(document).collect()
    }
}

fn document(found: dataops_content::Hit) -> Hit {
    Hit {
        entry: Entry::new(Kind::Document, found.id, &found.title, Timestamp::from_millis(0)),
        step: found.step.zip(found.step_title),
        bundle: None,
        person: None,
        excerpt: Some(found.excerpt).filter(|excerpt| !excerpt.is_empty()),
    }
}

/// Days from one back to another.
struct Days {
    next: Option<Date>,
    last: Date,
}

impl Iterator for Days {
    type Item = Date;

    fn next(&mut self) -> Option<Date> {
        let day = self.next.filter(|day| *day >= self.last)?;
        self.next = time::plus_days(day, -1);
        Some(day)
    }
}

fn result(hit: Hit) -> SearchResult {
    let Entry { kind, id, title, status, date, task, bundle, updated, .. } = hit.entry;
    let (step_id, step_title) = hit.step.unzip();
    SearchResult {
        kind: kind.as_str().to_owned(),
        id,
        title,
        status: Some(status).filter(|status| !status.is_empty()),
        date,
        task_id: task,
        bundle_id: bundle,
        bundle_title: hit.bundle,
        assignee: hit.person,
        step_id,
        step_title,
        excerpt: hit.excerpt,
        updated_at: (kind != Kind::Document).then(|| Timestamp::from_millis(updated)),
    }
}
