//! Reads the store into a writer, while the product goes on.
//!
//! What comes of it is no moment's picture, but one in which everything fits: each record is as it was at some moment between the
//! begin and the end, whole, with its events up to then; what a record names is in it, because what was made meanwhile is read
//! afterwards. So records come first and the audit log after them; what the log tells of records made even later is read last,
//! each with its own chain.

use std::collections::BTreeMap;

use dataops_domain::audit::{self, Event};
use dataops_domain::id;
use dataops_portable::{Entity, Incoming, Writer};
use dataops_store::{Record, StoreError, WholePage};
use serde::{Deserialize, Serialize};

use super::kinds::{self, Kind, READ, with_kind};
use super::{ExportLimits, READING_RESERVE, apart};
use crate::Engine;
use crate::error::Error;

/// How often what is missing is looked for: what is made while it is read is looked for once more.
const ROUNDS: usize = 3;
/// Records asked for at once.
const AT_ONCE: usize = 100;

/// How far reading is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    /// The step: a kind of [`READ`], then what they name, then the audit log, then what it tells of.
    pub(super) step: usize,
    /// Where in its table to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// Records read so far.
    pub(super) records: u64,
}

const MISSING: usize = READ.len();
const EVENTS: usize = MISSING + 1;
const LATE: usize = EVENTS + 1;
const DONE: usize = LATE + 1;

impl Place {
    /// What is being read, in words.
    pub(super) fn words(&self) -> &'static str {
        match self.step {
            MISSING => "what records name",
            EVENTS => "audit events",
            LATE => "what was made meanwhile",
            step => READ.get(step).map_or("sorting and checking", |entity| entity.name()),
        }
    }

    /// True when all is read.
    pub(super) fn is_done(&self) -> bool {
        self.step >= DONE
    }

    fn turn(&mut self) {
        self.step += 1;
        self.after = None;
    }
}

impl Engine {
    /// Reads one step, or as much of it as there is time for. Gives the writer back; the place says how far it came.
    pub(super) async fn snapshot_step(&self, writer: Writer, place: &mut Place, limits: &ExportLimits) -> Result<Writer, Error> {
        match place.step {
            MISSING => self.snapshot_missing(writer, place, false).await,
            EVENTS => self.snapshot_events(writer, place, limits).await,
            LATE => self.snapshot_missing(writer, place, true).await,
            step => match READ.get(step) {
                Some(entity) => with_kind!(*entity, K => self.snapshot_table::<K>(writer, place, limits).await, _ => Ok(writer)),
                None => Ok(writer),
            },
        }
    }

    async fn snapshot_table<K: Kind>(&self, writer: Writer, place: &mut Place, limits: &ExportLimits) -> Result<Writer, Error> {
        let read = |after: Option<String>| async move { self.store.whole::<K>(after.as_deref()).await };
        paged(writer, place, limits, read, kinds::incoming).await
    }

    async fn snapshot_events(&self, writer: Writer, place: &mut Place, limits: &ExportLimits) -> Result<Writer, Error> {
        let read = |after: Option<String>| async move { self.store.whole_events(after.as_deref()).await };
        paged(writer, place, limits, read, |event| Incoming::event(&event)).await
    }

    /// Reads what is named and was not there when its table was read. `with_chains`: with its events too.
    async fn snapshot_missing(&self, mut writer: Writer, place: &mut Place, with_chains: bool) -> Result<Writer, Error> {
        for _ in 0..ROUNDS {
            let (back, wanted) = unresolved(writer).await?;
            writer = back;
            let mut found = 0;
            for (entity, ids) in wanted {
                for ids in ids.chunks(AT_ONCE) {
                    let records = with_kind!(entity, K => self.read_again::<K>(ids, with_chains).await?, _ => Vec::new());
                    found += records.len();
                    writer = push(writer, records.into_iter()).await?;
                }
            }
            place.records += found as u64;
            if found == 0 {
                break;
            }
        }
        place.turn();
        Ok(writer)
    }

    async fn read_again<K: Kind>(&self, ids: &[String], with_chains: bool) -> Result<Vec<Incoming>, Error> {
        let mut records = Vec::new();
        for kept in self.store.kept::<K>(ids).await? {
            if with_chains && kept.head.sequence > 0 {
                let chain = self.store.chain(&audit::Entity::new(K::KIND, Record::entity(&kept.record))).await?;
                let events = chain.iter().filter_map(|kept| serde_json::from_str::<Event>(&kept.text).ok());
                records.extend(events.map(|event| Incoming::event(&event)));
            }
            records.push(kinds::incoming(kept));
        }
        Ok(records)
    }
}

/// Reads a table from its place on, page by page, to its end or as far as there is time. The next page comes in while this one is
/// sorted.
async fn paged<T, F>(
    mut writer: Writer,
    place: &mut Place,
    limits: &ExportLimits,
    read: impl Fn(Option<String>) -> F,
    incoming: fn(T) -> Incoming,
) -> Result<Writer, Error>
where
    T: Send + 'static,
    F: Future<Output = Result<WholePage<T>, StoreError>>,
{
    let mut page = read(place.after.clone()).await?;
    loop {
        let (records, next) = (page.records, page.next);
        place.records += records.len() as u64;
        let pushed = push(writer, records.into_iter().map(incoming));
        let following = async {
            match &next {
                Some(next) => read(Some(next.clone())).await.map(Some),
                None => Ok(None),
            }
        };
        let (pushed, following) = futures_util::future::join(pushed, following).await;
        writer = pushed?;
        place.after = next;
        match following? {
            None => {
                place.turn();
                return Ok(writer);
            }
            Some(_) if !limits.has(READING_RESERVE) => return Ok(writer),
            Some(following) => page = following,
        }
    }
}

async fn push(mut writer: Writer, records: impl Iterator<Item = Incoming> + Send + 'static) -> Result<Writer, Error> {
    apart(move || {
        records.into_iter().try_for_each(|record| writer.push(record))?;
        Ok(writer)
    })
    .await
}

/// What is named and not there, by kind. What no record can be named by is not looked for.
async fn unresolved(mut writer: Writer) -> Result<(Writer, BTreeMap<Entity, Vec<String>>), Error> {
    apart(move || {
        let mut wanted: BTreeMap<Entity, Vec<String>> = BTreeMap::new();
        writer.unresolved(|entity, named| {
            if id::is_valid(named) {
                wanted.entry(entity).or_default().push(named.to_owned());
            }
        })?;
        Ok((writer, wanted))
    })
    .await
}
