//! Imports: planned without a write, then written so that it may be killed anywhere and repeated (EX-3, EX-6).
//!
//! Nothing is overwritten: every record is put on the condition that nothing lies under its key, and one that is there must be the
//! same. No event tells of an import; the events of the time before come with it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use dataops_domain::audit::{self, Event};
use dataops_domain::generation::SourceKey;
use dataops_domain::json::Object;
use dataops_domain::{Actor, id, time};
use dataops_portable::import::{self, DryRun, Mode, Restored, Step, Verdict};
use dataops_portable::{Entity, Incoming, Limits, Options, validate};
use dataops_store::{CommitError, Operation, Record, Table};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::kinds::{self, Kind, READ, with_kind};
use super::publish::sha256;
use super::{apart, disk};
use crate::Engine;
use crate::error::{Error, Expected};

pub use dataops_portable::import::Mode as ImportMode;

/// Records taken at once.
const AT_ONCE: usize = 100;
/// How many findings and conflicts are told; findings beyond are only counted.
const TOLD: usize = 10_000;
/// The fact that says which import was begun.
const FACT: &str = "import";

/// What an import did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// What was planned before the first write.
    #[serde(flatten)]
    pub plan: DryRun,
    /// Records it wrote; the others were there already, or are not kept.
    pub written: u64,
    /// True when it went on with one that was interrupted.
    pub resumed: bool,
    /// Why it wrote nothing, record by record.
    pub conflicts: Vec<String>,
}

/// Some records of one kind, each with its line, counted from 0.
struct Batch {
    entity: Entity,
    records: Vec<(u64, Object)>,
}

/// Chains that events of an older system get, by job.
type OldChains = HashMap<String, Vec<Event>>;

impl Engine {
    /// Says what an import would do with every record, without writing anything.
    ///
    /// # Errors
    /// When the export or the store can't be read.
    pub async fn import_dry_run(&self, path: &Path, scratch: &Path) -> Result<DryRun, Error> {
        let plan = checked(path, scratch).await?;
        if plan.valid {
            let chains = old_chains(path).await?;
            return Ok(self.import_planned(path, plan, Mode::Merge, &chains).await?.0);
        }
        // What is wrong with it may keep its records from being read; what is wrong is then all there is to tell.
        match self.import_planned(path, plan.clone(), Mode::Merge, &OldChains::new()).await {
            Err(Error::Internal(_)) => Ok(plan),
            planned => Ok(planned?.0),
        }
    }

    /// Imports an export. Without `valid` in the plan, or with conflicts, nothing was written.
    ///
    /// # Errors
    /// 409 for a store that is not empty, unless it is to be merged; when the export or the store can't be read.
    pub async fn import(&self, operation: &Operation, path: &Path, mode: Mode, scratch: &Path) -> Result<Imported, Error> {
        // What it writes at the end must be there before it begins.
        self.own_shelf()?;
        let plan = checked(path, scratch).await?;
        if !plan.valid {
            return Ok(Imported { plan, written: 0, resumed: false, conflicts: Vec::new() });
        }
        let export = identity(path).await?;
        let fact = self.store.system_fact(FACT).await?;
        let begun = fact.value.as_ref().is_some_and(|value| value["export"] == export.as_str());
        if mode == Mode::IntoEmpty && !begun {
            self.must_be_empty().await?;
        }
        let chains = old_chains(path).await?;
        let (plan, conflicts) = self.import_planned(path, plan, mode, &chains).await?;
        let mut imported = Imported { plan, written: 0, resumed: begun, conflicts };
        if !imported.conflicts.is_empty() {
            return Ok(imported);
        }
        // Whichever invocation writes: what one wrote the other knows for its own.
        let own = Operation::new(&format!("import.{export}"), Actor::system(), operation.now, None);
        if !begun {
            let told = json!({ "export": export, "begunAt": operation.now });
            if !self.store.system_swap(FACT, fact.revision, &told, &own.id).await? {
                return Err(Expected::conflict("import_running", "Another import has begun meanwhile").into());
            }
        }
        let mut batches = Batches::of(path);
        while let Some(batch) = batches.next().await? {
            imported.written += self.import_batch(&own, batch, mode, &chains).await?;
        }
        for chain in chains.values() {
            imported.written += self.import_events(&own, chain.clone(), Entity::AuditEvents).await?;
        }
        self.found_again(operation).await?;
        Ok(imported)
    }

    /// What this stack says it is: its export job notes it with every run. `None` for one that has never exported.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn stack_environment(&self) -> Result<Option<String>, Error> {
        Ok(self.exports_state().await?.0.environment)
    }

    /// True when nothing is stored but what the product notes for itself.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn store_is_empty(&self) -> Result<bool, Error> {
        match self.must_be_empty().await {
            Ok(()) => Ok(true),
            Err(Error::Expected(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn must_be_empty(&self) -> Result<(), Error> {
        for entity in READ {
            let table = with_kind!(entity, K => K::TABLE, _ => continue);
            self.empty(table, entity.name()).await?;
        }
        self.empty(Table::AuditEvents, Entity::ChangeEvents.name()).await
    }

    async fn empty(&self, table: Table, name: &str) -> Result<(), Error> {
        if self.store.is_empty(table).await? {
            return Ok(());
        }
        let words =
            format!("The store is not empty: there are {name}. Import into a new one, or merge what is new and the same with --merge");
        Err(Expected::conflict("not_empty", words).into())
    }

    /// What would become of every record, and why an import may not go on.
    async fn import_planned(&self, path: &Path, mut plan: DryRun, mode: Mode, chains: &OldChains) -> Result<(DryRun, Vec<String>), Error> {
        let mut conflicts = Vec::new();
        let mut addresses = HashMap::new();
        let mut batches = Batches::of(path);
        while let Some(mut batch) = batches.next().await? {
            prepare(&mut batch, chains);
            let there = self.there(&batch).await?;
            for (line, record) in &batch.records {
                let mut verdict = import::judge(batch.entity, record, there.get(&key(batch.entity, record)));
                if batch.entity == Entity::Users && verdict == Verdict::Insert {
                    verdict = self.address_free(record, &mut addresses).await?;
                }
                plan.add(batch.entity, &verdict);
                if let Err(why) = import::step(&verdict, mode)
                    && conflicts.len() < TOLD
                {
                    conflicts.push(words(batch.entity, *line, record, &why));
                }
            }
        }
        Ok((plan, conflicts))
    }

    /// A new user's address must be nobody else's, here or in the same export: signing in goes by it.
    async fn address_free(&self, record: &Object, taken: &mut HashMap<String, String>) -> Result<Verdict, Error> {
        let id = key(Entity::Users, record);
        let address = record.get("email").and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
        if address.is_empty() {
            return Ok(Verdict::Insert);
        }
        let other = match taken.insert(address.clone(), id.clone()) {
            Some(other) => Some(other),
            None => self.store.user_by_email(&address).await?.map(|there| there.user.id.to_string()),
        };
        Ok(match other.filter(|other| *other != id) {
            Some(other) => Verdict::Invalid(format!("the address {address} is that of user {other}")),
            None => Verdict::Insert,
        })
    }

    /// What lies under the keys of a batch, as an export would have it.
    async fn there(&self, batch: &Batch) -> Result<HashMap<String, Incoming>, Error> {
        let mut ids: Vec<String> = batch.records.iter().map(|(_, record)| key(batch.entity, record)).collect();
        ids.retain(|id| !id.is_empty());
        ids.sort();
        ids.dedup();
        match batch.entity {
            Entity::GenerationWindows => self.windows_there(batch).await,
            Entity::AuditEvents | Entity::ChangeEvents => self.events_there(batch).await,
            entity => {
                ids.retain(|id| id::is_valid(id));
                with_kind!(entity, K => self.records_there::<K>(&ids).await, _ => Ok(HashMap::new()))
            }
        }
    }

    async fn records_there<K: Kind>(&self, ids: &[String]) -> Result<HashMap<String, Incoming>, Error> {
        let kept = self.store.kept::<K>(ids).await?;
        Ok(kept.into_iter().map(|kept| (Record::key(&kept.record).to_owned(), kinds::incoming(kept))).collect())
    }

    async fn windows_there(&self, batch: &Batch) -> Result<HashMap<String, Incoming>, Error> {
        let place = |record: &Object| {
            let text = |name: &str| record.get(name).and_then(Value::as_str);
            Some((SourceKey::parse(text("source")?)?, time::parse_date(text("date")?)?))
        };
        let mut places: Vec<_> = batch.records.iter().filter_map(|(_, record)| place(record)).collect();
        places.sort_by_key(|(source, date)| (source.to_string(), *date));
        places.dedup();
        let rows = self.store.windows(&places).await?;
        let incoming = rows.into_iter().map(|row| {
            let id = Record::entity(&row.record).to_owned();
            (id, Incoming::of(&row.record.window, row.head))
        });
        Ok(incoming.collect())
    }

    async fn events_there(&self, batch: &Batch) -> Result<HashMap<String, Incoming>, Error> {
        let mut places: BTreeMap<String, (audit::Entity, u64)> = BTreeMap::new();
        for (_, record) in &batch.records {
            let text = |name: &str| record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            if let Some(((kind, of), sequence)) =
                text("entity_type").zip(text("entity_id")).zip(record.get("sequence").and_then(Value::as_u64))
            {
                places.insert(format!("{kind}#{of}#{sequence}"), (audit::Entity::new(kind, of), sequence));
            }
        }
        let places: Vec<_> = places.into_values().collect();
        let events = self.store.kept_events(&places).await?;
        Ok(events.iter().map(|event| (event.id.clone(), Incoming::event(event))).collect())
    }

    /// Writes what of a batch is not there. Says how many that were.
    async fn import_batch(&self, own: &Operation, mut batch: Batch, mode: Mode, chains: &OldChains) -> Result<u64, Error> {
        prepare(&mut batch, chains);
        let there = self.there(&batch).await?;
        let mut wanted = Vec::new();
        for (line, record) in &batch.records {
            let verdict = import::judge(batch.entity, record, there.get(&key(batch.entity, record)));
            match import::step(&verdict, mode) {
                Ok(Step::Write) => wanted.push(Restored::of(batch.entity, record)),
                Ok(Step::Leave) => {}
                Err(why) => return Err(changed(&words(batch.entity, *line, record, &why))),
            }
        }
        match batch.entity {
            Entity::AuditEvents | Entity::ChangeEvents => {
                // Those without a hash are an older system's; they come as chains.
                let events = wanted.iter().filter(|restored| restored.fields.contains_key("hash")).map(Restored::read_event);
                let events = events.collect::<Result<Vec<_>, _>>().map_err(|why| changed(&why))?;
                self.import_events(own, events, batch.entity).await
            }
            Entity::Users => self.import_users(own, &wanted).await,
            entity => with_kind!(entity, K => self.import_records::<K>(own, entity, &wanted).await, _ => Ok(0)),
        }
    }

    async fn import_records<K: Kind>(&self, own: &Operation, entity: Entity, wanted: &[Restored]) -> Result<u64, Error> {
        let kept = wanted.iter().map(kinds::kept::<K>).collect::<Result<Vec<_>, _>>().map_err(|why| changed(&why))?;
        let written = self.store.restore(own, &kept).await?;
        match written.iter().position(|written| !written) {
            None => Ok(written.len() as u64),
            Some(at) => Err(changed(&format!("{} {}: somebody has written it meanwhile", entity.name(), wanted[at].id))),
        }
    }

    async fn import_users(&self, own: &Operation, wanted: &[Restored]) -> Result<u64, Error> {
        for restored in wanted {
            let mut kept = kinds::kept::<dataops_store::UserRecord>(restored).map_err(|why| changed(&why))?;
            // A session of the time before is not one of this user.
            kept.record.sign_in_changed_at = Some(own.now);
            match self.store.restore_user(own, &kept).await {
                Ok(true) => {}
                Ok(false) => return Err(changed(&format!("users {}: somebody has written it meanwhile", restored.id))),
                Err(CommitError::Exists { key, .. }) => {
                    return Err(changed(&format!("users {}: the address {key} is another user's", restored.id)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(wanted.len() as u64)
    }

    async fn import_events(&self, own: &Operation, events: Vec<Event>, entity: Entity) -> Result<u64, Error> {
        let written = self.store.restore_events(own, &events).await?;
        for (event, _) in events.iter().zip(&written).filter(|(_, written)| !**written) {
            // Events carry no operation: one that is there is one's own when it is the same.
            let place = (audit::Entity::new(event.entity_type.clone(), event.entity_id.clone()), event.sequence);
            if self.store.kept_events(&[place]).await?.first() != Some(event) {
                return Err(changed(&format!("{} {}: another event has its place", entity.name(), event.id)));
            }
        }
        Ok(written.iter().filter(|written| **written).count() as u64)
    }

    /// Makes the search index anew: what is imported comes without the entries that feed it.
    async fn found_again(&self, operation: &Operation) -> Result<(), Error> {
        let mut report = self.search_index_rebuild(operation).await?;
        while report.building {
            report = self.search_index_pass(operation).await?;
        }
        Ok(())
    }
}

/// What is known of an export before its records are planned: whether it is valid, and what is in it.
async fn checked(path: &Path, scratch: &Path) -> Result<DryRun, Error> {
    let (path, scratch) = (path.to_owned(), scratch.to_owned());
    apart(move || {
        let mut report = validate(&path, &Options::new(scratch))?;
        let errors = report.first(TOLD).map_err(disk)?.into_iter().map(|finding| finding.message).collect();
        Ok(DryRun { error_count: report.total, ..DryRun::new(report.valid, errors, &report.counts) })
    })
    .await
}

/// What tells an export from every other: the digest of its manifest, which names all of it.
async fn identity(path: &Path) -> Result<String, Error> {
    let path = path.to_owned();
    apart(move || {
        let bytes = import::manifest_bytes(&path, &Limits::default())?;
        Ok(sha256(&bytes))
    })
    .await
}

/// The chains of jobs whose events an older system wrote without hashes. Ours have hashes, and need no place in memory.
async fn old_chains(path: &Path) -> Result<OldChains, Error> {
    let path = path.to_owned();
    apart(move || {
        let mut events: HashMap<String, Vec<Object>> = HashMap::new();
        let manifest: Value = serde_json::from_slice(&import::manifest_bytes(&path, &Limits::default())?).unwrap_or_default();
        if manifest.get("chains").is_some() {
            return Ok(OldChains::new());
        }
        import::each_record(&path, &Limits::default(), |entity, _, record| {
            let job = record.get("assistant_job_id").and_then(Value::as_str).map(str::to_owned);
            if entity == Entity::AuditEvents
                && !record.contains_key("hash")
                && let Some(job) = job
            {
                events.entry(job).or_default().push(record);
            }
            Ok(())
        })?;
        Ok(events.into_iter().map(|(job, events)| (job.clone(), import::chain_of_old(&job, events))).collect())
    })
    .await
}

/// Gives jobs of an older system the end of the chain that their events get, and the version that is their number.
fn prepare(batch: &mut Batch, chains: &OldChains) {
    if batch.entity != Entity::AssistantJobs {
        return;
    }
    for (_, record) in &mut batch.records {
        let last = record.get("assistant_job_id").and_then(Value::as_str).and_then(|id| chains.get(id)?.last());
        if let Some(last) = last.filter(|_| !record.contains_key("last_event")) {
            record.insert("last_event".to_owned(), json!({ "sequence": last.sequence, "hash": last.hash }));
            record.insert("version".to_owned(), last.sequence.into());
        }
    }
}

fn key(entity: Entity, record: &Object) -> String {
    record.get(entity.id_key()).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn words(entity: Entity, line: u64, record: &Object, why: &str) -> String {
    format!("{}:{} ({}): {why}", entity.file(), line + 1, key(entity, record))
}

/// The store is no longer as it was when the import was planned.
fn changed(words: &str) -> Error {
    Expected::conflict("import_conflict", format!("The import stopped: {words}. What it wrote stays; repeat it when this is settled"))
        .into()
}

/// Reads an export on a thread of its own, some records at a time.
struct Batches {
    batches: mpsc::Receiver<Batch>,
    reading: Option<tokio::task::JoinHandle<Result<(), dataops_portable::Failure>>>,
}

impl Batches {
    fn of(path: &Path) -> Self {
        let (sender, batches) = mpsc::channel(2);
        let path: PathBuf = path.to_owned();
        let reading = tokio::task::spawn_blocking(move || read(&path, &sender));
        Self { batches, reading: Some(reading) }
    }

    async fn next(&mut self) -> Result<Option<Batch>, Error> {
        if let Some(batch) = self.batches.recv().await {
            return Ok(Some(batch));
        }
        match self.reading.take() {
            Some(reading) => reading.await.map_err(|error| Error::Internal(format!("reading the export ended: {error}")))??,
            None => return Ok(None),
        }
        Ok(None)
    }
}

fn read(path: &Path, sender: &mpsc::Sender<Batch>) -> Result<(), dataops_portable::Failure> {
    let gone = |_| std::io::Error::other("nobody reads on");
    let mut batch = Batch { entity: Entity::Users, records: Vec::new() };
    import::each_record(path, &Limits::default(), |entity, line, record| {
        if batch.entity != entity || batch.records.len() == AT_ONCE {
            let full = std::mem::replace(&mut batch, Batch { entity, records: Vec::new() });
            if !full.records.is_empty() {
                sender.blocking_send(full).map_err(gone)?;
            }
        }
        batch.records.push((line, record));
        Ok(())
    })?;
    if !batch.records.is_empty() {
        sender.blocking_send(batch).map_err(|error| dataops_portable::Failure::Stopped(gone(error)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dataops_portable::import::Verdict;

    use super::*;

    #[test]
    fn a_verdict_that_stops_an_import_names_file_line_and_record() {
        let record = dataops_domain::json::object(&json!({ "task_id": "t1" }));
        let why = import::step(&Verdict::Update, Mode::Merge).expect_err("refused");
        assert!(words(Entity::Tasks, 2, &record, &why).starts_with("tasks.jsonl:3 (t1): the store has another record"));
    }
}
