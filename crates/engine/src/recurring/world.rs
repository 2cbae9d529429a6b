//! What the planner looks at: the sources, the ledger's rows of some days, and work that is there without a row.

use std::collections::{BTreeMap, HashMap, HashSet};

use dataops_domain::generation::{self, Asked, Kind, Known, Outcome, Plan, Planned, Range, Source, SourceKey};
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::template::Template;
use dataops_domain::time::{self, Date, Timestamp, Tz};
use dataops_store::{Range as Part, Store, StoreError, Stored, UserRecord, WindowRow};
use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt};

use crate::Engine;

/// Sources whose work is looked for at the same time.
const AT_ONCE: usize = 8;

/// A window's date, and the anchor of the workflow it makes.
type Dates = (Date, Option<Date>);

/// The record of a source, as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Record {
    /// A duty.
    Config(Box<Stored<RecurringConfig>>),
    /// An automatic template.
    Template(Box<Stored<Template>>),
}

/// Everything a plan is made from.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) sources: Vec<Source>,
    pub(crate) records: HashMap<SourceKey, Record>,
    pub(crate) rows: HashMap<(SourceKey, Date), Stored<WindowRow>>,
    pub(crate) known: Known,
    /// Users who can't be given work.
    pub(crate) disabled: HashSet<String>,
}

impl World {
    pub(crate) fn plan(&self, asked: Asked, now: Timestamp) -> Plan {
        generation::plan(&self.sources, asked, &self.known, now)
    }

    pub(crate) fn source(&self, key: &SourceKey) -> Option<&Source> {
        self.sources.iter().find(|source| source.key == *key)
    }

    /// Only this source, when one is named.
    #[must_use]
    pub(crate) fn only(mut self, key: Option<&SourceKey>) -> Self {
        if let Some(key) = key {
            self.sources.retain(|source| source.key == *key);
        }
        self
    }

    fn know(&mut self, rows: Vec<Stored<WindowRow>>) {
        for stored in rows {
            let row = stored.record.window.clone();
            self.rows.insert((row.source.clone(), row.date), stored);
            self.known.settle(row);
        }
    }
}

/// The sources there are: duties, and templates that are started by a schedule. A record that can't be read is a source, too,
/// which says so.
pub(crate) async fn sources(store: &Store, timezone: Tz) -> Result<(Vec<Source>, HashMap<SourceKey, Record>), StoreError> {
    let (configs, templates) = try_join(store.catalog_readable::<RecurringConfig>(), store.catalog_readable::<Template>()).await?;
    Ok(sources_of(configs, templates, timezone))
}

/// A catalog, and what in it can't be read: its id and why.
pub(crate) type Readable<R> = (Vec<Stored<R>>, Vec<(String, String)>);

/// The sources that two catalogs hold.
pub(crate) fn sources_of(
    configs: Readable<RecurringConfig>,
    templates: Readable<Template>,
    timezone: Tz,
) -> (Vec<Source>, HashMap<SourceKey, Record>) {
    let (mut sources, mut records) = (Vec::new(), HashMap::new());
    for stored in configs.0 {
        let source = Source::of_config(&stored.record, timezone);
        records.insert(source.key.clone(), Record::Config(Box::new(stored)));
        sources.push(source);
    }
    for stored in templates.0 {
        if stored.record.is_automatic() {
            let source = Source::of_template(&stored.record, timezone);
            records.insert(source.key.clone(), Record::Template(Box::new(stored)));
            sources.push(source);
        }
    }
    let broken = configs.1.into_iter().map(|(id, why)| (SourceKey::recurring(id), why));
    for (key, why) in broken.chain(templates.1.into_iter().map(|(id, why)| (SourceKey::template(id), why))) {
        sources.push(Source::unreadable(key, why, timezone));
    }
    sources.sort_by(|a, b| (&a.title, &a.key).cmp(&(&b.title, &b.key)));
    (sources, records)
}

impl Engine {
    /// The sources and the ledger's rows of some days.
    pub(crate) async fn world(&self, range: Range) -> Result<World, StoreError> {
        // A source with a timezone of its own may be a day ahead or behind.
        let (from, to) = (time::plus_days(range.from, -1).unwrap_or(range.from), time::plus_days(range.to, 1).unwrap_or(range.to));
        let rows = self.store.windows_of_days(from, to);
        let ((sources, records), rows) = try_join(sources(&self.store, self.timezone), rows).await?;
        let mut world = World { sources, records, ..World::default() };
        world.know(rows);
        Ok(world)
    }

    /// Plans, and before anything is made looks for work that is there although no row says so, such as imported work.
    pub(crate) async fn planned(&self, world: &mut World, asked: Asked, now: Timestamp) -> Result<Plan, StoreError> {
        let plan = world.plan(asked, now);
        let mut wanted: BTreeMap<&SourceKey, Vec<&Planned>> = BTreeMap::new();
        for window in plan.windows.iter().filter(|window| window.outcome == Outcome::Create) {
            wanted.entry(&window.source).or_default().push(window);
        }
        if wanted.is_empty() {
            return Ok(plan);
        }
        let lists: Vec<(SourceKey, Vec<Dates>)> = wanted
            .into_iter()
            .map(|(key, windows)| (key.clone(), windows.into_iter().map(|window| (window.date, window.anchor_date)).collect()))
            .collect();
        let found: Vec<Vec<(SourceKey, Date, String)>> = futures_util::stream::iter(lists)
            .map(|(key, dates)| async move { self.work_of(&key, &dates).await })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let found: Vec<_> = found.into_iter().flatten().collect();
        if found.is_empty() {
            return Ok(plan);
        }
        for (key, date, id) in found {
            world.known.found(key, date, id);
        }
        Ok(world.plan(asked, now))
    }

    /// The tasks or bundles of a source that are its work of these dates: one query, however many the dates.
    async fn work_of(&self, key: &SourceKey, dates: &[Dates]) -> Result<Vec<(SourceKey, Date, String)>, StoreError> {
        let day = |(date, anchor): &Dates| anchor.unwrap_or(*date);
        let (Some(from), Some(to)) = (dates.iter().map(day).min(), dates.iter().map(day).max()) else { return Ok(Vec::new()) };
        let range = Part { from: Some(from.to_string()), to: Some(to.to_string()), ..Part::default() };
        let found: Vec<(Date, String)> = match key.kind {
            Kind::Recurring => {
                let tasks = self.store.tasks_of_recurring(&key.id, &range).await?.into_records();
                tasks.into_iter().map(|task| (task.date, task.id.to_string())).collect()
            }
            Kind::Template => {
                let bundles = self.store.bundles_of_template(&key.id, &range).await?.into_records();
                // One that is being made is finished as it was begun.
                let made = bundles.into_iter().filter(|bundle| !bundle.being_made);
                made.map(|bundle| (bundle.anchor_date, bundle.id.to_string())).collect()
            }
        };
        let of = |wanted: &Dates| {
            let (_, id) = found.iter().find(|(date, _)| *date == day(wanted))?;
            Some((key.clone(), wanted.0, id.clone()))
        };
        Ok(dates.iter().filter_map(of).collect())
    }

    /// Who can't be given work, read when there is work to give.
    pub(crate) async fn know_people(&self, world: &mut World) -> Result<(), StoreError> {
        let users = self.store.catalog::<UserRecord>().await?;
        world.disabled = users.into_iter().filter(|one| !one.record.user.is_enabled()).map(|one| one.record.user.id.to_string()).collect();
        Ok(())
    }

    /// One source as it is now, with the row of one of its windows, both read consistently; `None` when the source is gone.
    pub(crate) async fn world_of(&self, planned: &Planned, disabled: &HashSet<String>) -> Result<World, StoreError> {
        let key = &planned.source;
        let row = self.store.window(key, planned.date);
        let mut world = World { disabled: disabled.clone(), ..World::default() };
        let record = async {
            Ok(match key.kind {
                Kind::Recurring => self.store.get::<RecurringConfig>(&key.id).await?.map(|stored| Record::Config(Box::new(stored))),
                Kind::Template => self.store.get::<Template>(&key.id).await?.map(|stored| Record::Template(Box::new(stored))),
            })
        };
        let (row, record) = try_join(row, record).await?;
        world.know(row.into_iter().collect());
        if let Some(record) = record {
            world.sources.push(match &record {
                Record::Config(config) => Source::of_config(&config.record, self.timezone),
                Record::Template(template) => Source::of_template(&template.record, self.timezone),
            });
            world.records.insert(key.clone(), record);
        }
        if let Some(id) = &planned.work_id
            && self.is_there(key, id).await?
        {
            world.known.found(key.clone(), planned.date, id.clone());
        }
        Ok(world)
    }

    /// True when a window's work is there, or was and somebody deleted it. A workflow that is being made is not there yet.
    async fn is_there(&self, key: &SourceKey, id: &str) -> Result<bool, StoreError> {
        use dataops_domain::{bundle::Bundle, task::Task};
        use dataops_store::Found;
        Ok(match key.kind {
            Kind::Recurring => !matches!(self.store.find::<Task>(id).await?, Found::Nothing),
            Kind::Template => match self.store.find::<Bundle>(id).await? {
                Found::Nothing => false,
                Found::Live(bundle) => !bundle.record.being_made,
                Found::Deleted(_) => true,
            },
        })
    }
}
