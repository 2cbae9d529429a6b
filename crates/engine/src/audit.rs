//! The audit log: reading it, and checking its chains (WM-8).

use dataops_api::wire::{AuditReport, EventList};
use dataops_domain::audit::Entity;
use dataops_domain::audit::verify::{self, Finding};
use dataops_domain::refusal::Refusal;
use dataops_domain::time::{self, Date};
use dataops_store::{AUDITED, Operation, Range, StoreError};
use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::error::Error;

/// Events on a page, when the caller names no number.
pub(crate) const PAGE: usize = 50;
/// The most days one request asks the database for; a longer range goes on with the cursor.
const DAYS_A_PAGE: usize = 31;
/// The most days a range may have.
const MAX_DAYS: i64 = 366;
/// Chains that one step of a check looks at, about.
const CHAINS_A_STEP: usize = 100;
/// Chains that are read at the same time.
const AT_ONCE: usize = 8;

/// Which events to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditQuery {
    /// Of one entity.
    Of(Entity),
    /// Of some UTC days, both included.
    Days(Date, Date),
}

/// Which chains to check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditScope {
    /// Of one entity.
    pub entity: Option<Entity>,
    /// Of the entities with an event on these UTC days, both included. Neither: every chain.
    pub days: Option<(Date, Date)>,
    /// Where an earlier step ended.
    pub cursor: Option<String>,
}

impl AuditScope {
    /// Reads a scope from text: an entity, or days, or neither for every chain.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub fn read(operation: &Operation, entity: Option<&str>, from: Option<&str>, to: Option<&str>) -> Result<Self, Refusal> {
        let entity = entity.map(audit_entity).transpose()?;
        let days = match (from, to) {
            (None, None) => None,
            (from, to) => Some(audit_days(from, to, operation.now.local_date(time::Tz::UTC))?),
        };
        if entity.is_some() && days.is_some() {
            return Err(Refusal::field("/entity", "entity stands alone: leave out from and to"));
        }
        Ok(Self { entity, days, cursor: None })
    }
}

/// How far a check of many chains has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    /// Through the records: which listing, after which place; the first and last day any event was of.
    Records { listing: usize, after: Option<String>, span: Option<Span> },
    /// Through the days of the log.
    Days { day: Date, until: Date, after: Option<String> },
}

/// The first and last day of some events.
type Span = (Date, Date);

/// Events of a chain.
struct Counts {
    all: usize,
    redacted: usize,
}

impl Counts {
    fn of(kept: &[verify::Kept]) -> Self {
        let is_redacted =
            |kept: &&verify::Kept| serde_json::from_str::<dataops_domain::audit::Event>(&kept.text).is_ok_and(|event| event.redacted);
        Self { all: kept.len(), redacted: kept.iter().filter(is_redacted).count() }
    }
}

fn joined(spans: impl IntoIterator<Item = Option<Span>>) -> Option<Span> {
    spans.into_iter().flatten().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

impl Engine {
    /// Lists events, oldest first, 50 a page.
    ///
    /// # Errors
    /// A cursor of another list.
    pub async fn audit_events(&self, query: &AuditQuery, range: &Range) -> Result<EventList, Error> {
        let limit = range.limit.unwrap_or(PAGE);
        match query {
            AuditQuery::Of(entity) => {
                let page = self.store.events_of(entity, sequence(range.after.as_deref())?, limit, false).await?;
                Ok(EventList { events: page.events, next_cursor: page.next })
            }
            AuditQuery::Days(from, to) => self.events_of_days(*from, *to, range.after.as_deref(), limit).await,
        }
    }

    async fn events_of_days(&self, from: Date, to: Date, after: Option<&str>, limit: usize) -> Result<EventList, Error> {
        let (mut day, mut after) = match after {
            Some(after) => (day_of(after).filter(|day| *day >= from && *day <= to).ok_or_else(strange_cursor)?, Some(after.to_owned())),
            None => (from, None),
        };
        let mut events = Vec::new();
        for _ in 0..DAYS_A_PAGE {
            let page = self.store.events_of_day(day, after.as_deref(), limit - events.len(), false).await?;
            events.extend(page.events);
            if page.next.is_some() {
                return Ok(EventList { events, next_cursor: page.next });
            }
            day = match day.succ_opt().filter(|next| *next <= to) {
                Some(next) => next,
                None => return Ok(EventList { events, next_cursor: None }),
            };
            // The bare date stands before every event of its day.
            after = Some(day.to_string());
            if events.len() == limit {
                break;
            }
        }
        Ok(EventList { events, next_cursor: after })
    }

    /// Checks chains: one entity's at once, many in steps that the caller repeats with the cursor. Nothing is scanned: the
    /// entities come from the indexes and from the log's days, each chain and head is read by key, consistently.
    ///
    /// # Errors
    /// A cursor of another check.
    pub async fn audit_verify(&self, operation: &Operation, scope: &AuditScope) -> Result<AuditReport, Error> {
        if let Some(entity) = &scope.entity {
            return Ok(self.chains(vec![entity.clone()]).await?.0);
        }
        let today = operation.now.local_date(time::Tz::UTC);
        let first = match scope.days {
            Some((from, to)) => Step::Days { day: from, until: to, after: None },
            None => Step::Records { listing: 0, after: None, span: None },
        };
        let step = match &scope.cursor {
            Some(cursor) => serde_json::from_str(cursor).map_err(|_| strange_cursor())?,
            None => first,
        };
        let (report, next) = match step {
            Step::Records { listing, after, span } => self.verify_records(listing, after.as_deref(), span, today).await?,
            Step::Days { day, until, after } => self.verify_days(day, after, until, scope.days.is_none()).await?,
        };
        let next_cursor = next.and_then(|step| serde_json::to_string(&step).ok());
        Ok(AuditReport { next_cursor, ..report })
    }

    async fn verify_records(
        &self,
        listing: usize,
        after: Option<&str>,
        span: Option<Span>,
        today: Date,
    ) -> Result<(AuditReport, Option<Step>), Error> {
        let place = AUDITED.get(listing).ok_or_else(strange_cursor)?;
        let page = self.store.listing(place, after, CHAINS_A_STEP).await?;
        let (report, seen) = self.chains(page.entities).await?;
        let span = joined([span, seen]);
        let next = match page.next {
            Some(after) => Step::Records { listing, after: Some(after), span },
            None if listing + 1 < AUDITED.len() => Step::Records { listing: listing + 1, after: None, span },
            None => {
                let (first, last) = span.unwrap_or((today, today));
                Step::Days { day: first.min(today), until: last.max(today), after: None }
            }
        };
        Ok((report, Some(next)))
    }

    /// Entities that the log knows. After the records, only those that none of the listings has.
    async fn verify_days(
        &self,
        mut day: Date,
        mut after: Option<String>,
        until: Date,
        unlisted: bool,
    ) -> Result<(AuditReport, Option<Step>), Error> {
        let mut entities = std::collections::BTreeSet::new();
        let mut next = None;
        for _ in 0..DAYS_A_PAGE {
            let (found, more) = self.store.entities_of_day(day, after.as_deref(), 1_000).await?;
            entities.extend(found);
            (day, after) = match (more, day.succ_opt().filter(|next| *next <= until)) {
                (Some(more), _) => (day, Some(more)),
                (None, Some(next)) => (next, None),
                (None, None) => {
                    next = None;
                    break;
                }
            };
            next = Some(Step::Days { day, until, after: after.clone() });
            if entities.len() >= CHAINS_A_STEP {
                break;
            }
        }
        let mut wanted: Vec<Entity> = entities.into_iter().collect();
        if unlisted {
            let endings = futures_util::stream::iter(wanted).map(|entity| async {
                let listed = self.store.ending(&entity).await?.listed;
                Ok::<_, StoreError>((entity, listed))
            });
            let endings: Vec<(Entity, bool)> = endings.buffered(AT_ONCE).try_collect().await?;
            wanted = endings.into_iter().filter(|(_, listed)| !listed).map(|(entity, _)| entity).collect();
        }
        Ok((self.chains(wanted).await?.0, next))
    }

    /// Checks these chains. Also tells the first and last day of their events.
    async fn chains(&self, entities: Vec<Entity>) -> Result<(AuditReport, Option<Span>), StoreError> {
        let checks = futures_util::stream::iter(entities).map(|entity| async move { self.chain(&entity).await });
        let checked: Vec<(Counts, Option<Span>, Vec<Finding>)> = checks.buffered(AT_ONCE).try_collect().await?;
        let mut report = AuditReport { entities: checked.len(), ..AuditReport::default() };
        let mut span = None;
        for (events, of_one, findings) in checked {
            report.events += events.all;
            report.redacted += events.redacted;
            report.findings.extend(findings);
            span = joined([span, of_one]);
        }
        Ok((report, span))
    }

    /// Checks one chain. A record that changes between the reads is read again.
    async fn chain(&self, entity: &Entity) -> Result<(Counts, Option<Span>, Vec<Finding>), StoreError> {
        let mut ending = self.store.ending(entity).await?;
        loop {
            let kept = self.store.chain(entity).await?;
            let findings = verify::verify(entity, &kept, &ending.end);
            let span = joined(kept.iter().map(|kept| day_of(&kept.day_sort).map(|day| (day, day))));
            if findings.is_empty() {
                return Ok((Counts::of(&kept), span, findings));
            }
            let now = self.store.ending(entity).await?;
            if now == ending {
                return Ok((Counts::of(&kept), span, findings));
            }
            ending = now;
        }
    }
}

/// Reads a range of days from text; `today` ends a range without an end.
///
/// # Errors
/// Names the field that is wrong.
pub fn audit_days(from: Option<&str>, to: Option<&str>, today: Date) -> Result<(Date, Date), Refusal> {
    let day = |name: &str, text: &str| {
        let wrong = || Refusal::field(format!("/{name}"), format!("{name} must be a real calendar date in the form YYYY-MM-DD"));
        time::parse_date(text).ok_or_else(wrong)
    };
    let from = day("from", from.ok_or_else(|| Refusal::field("/from", "from is required"))?)?;
    let to = to.map(|to| day("to", to)).transpose()?.unwrap_or(today.max(from));
    if to < from {
        return Err(Refusal::field("/to", "to must not be before from"));
    }
    if (to - from).num_days() >= MAX_DAYS {
        return Err(Refusal::field("/to", format!("to must be less than {MAX_DAYS} days after from")));
    }
    Ok((from, to))
}

/// Reads whose events are asked for.
///
/// # Errors
/// When the text has a form that no entity can have.
pub fn audit_entity(text: &str) -> Result<Entity, Refusal> {
    let wrong = || Refusal::field("/entity", "entity must be a type and an id, such as task#01J8Z5 (in an address, # is written %23)");
    Entity::parse(text).ok_or_else(wrong)
}

/// The number of the event a cursor names.
pub(crate) fn sequence(cursor: Option<&str>) -> Result<Option<u64>, Error> {
    cursor.map(|text| text.parse().map_err(|_| strange_cursor())).transpose()
}

fn strange_cursor() -> Error {
    Refusal::field("/cursor", "cursor must be the nextCursor of an earlier answer to the same question").into()
}

/// The day that a place in the index of days begins with.
pub(crate) fn day_of(place: &str) -> Option<Date> {
    time::parse_date(place.get(..10)?)
}
