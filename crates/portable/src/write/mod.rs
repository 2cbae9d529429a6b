//! Writes an export: records come in any order, sorted runs go to a scratch folder, and the files are merged from them.
//!
//! What a store may hold and an export may not is settled on the way, so that a valid store always gives a valid export:
//! secrets are taken out, actors that are no users become service users, relations that name nothing stored are set apart,
//! and each record comes with its events up to the moment it was read.

mod amend;
mod files;
mod resolve;

pub(crate) use files::head_line;

use std::io;
use std::path::{Path, PathBuf};

use crate::entity::Entity;
use crate::json::Json;
use crate::manifest::{Manifest, Origin};
use crate::record::{self, Incoming};
use crate::redact;
use crate::relations;
use crate::sort::Sorter;

/// The longest line of a file, in bytes.
pub(crate) const MOST_LINE: usize = 4 * 1024 * 1024;
const RECORDS_BUDGET: usize = 12 * 1024 * 1024;
const FACTS_BUDGET: usize = 6 * 1024 * 1024;

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk refused.
    #[error("the export cannot be written: {0}")]
    Io(#[from] io::Error),
    /// A record without an id that can be exported.
    #[error("a record of {entity} has no id that can be exported: '{id}'", entity = .entity.name())]
    Id {
        /// Which kind.
        entity: Entity,
        /// What stands where its id should.
        id: String,
    },
    /// A record that is too long for a line.
    #[error("the record {id} of {entity} has {bytes} bytes; a line may have {MOST_LINE}", entity = .entity.name())]
    TooLong {
        /// Which kind.
        entity: Entity,
        /// Its id.
        id: String,
        /// How long.
        bytes: usize,
    },
}

/// Takes records in any order. A record that comes twice counts as it came last.
#[derive(Debug)]
pub struct Writer {
    scratch: PathBuf,
    records: Sorter,
    facts: Sorter,
}

/// What a fact says of the record it is filed under.
pub(crate) mod tag {
    /// It is there; up to which event.
    pub(crate) const KNOWN: u8 = 0;
    /// Another record names it.
    pub(crate) const NAMED: u8 = 1;
    /// An event is about it.
    pub(crate) const EVENT: u8 = 2;
}

impl Writer {
    /// A writer that keeps its runs in the folder `scratch`, which is there. Runs of an interrupted writer that are in it count.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn new(scratch: &Path) -> Result<Self, WriteError> {
        Ok(Self {
            scratch: scratch.to_owned(),
            records: Sorter::new(scratch, "records", RECORDS_BUDGET)?,
            facts: Sorter::new(scratch, "facts", FACTS_BUDGET)?,
        })
    }

    /// Takes a record.
    ///
    /// # Errors
    /// When it has no usable id or is too long, or the disk refuses.
    pub fn push(&mut self, incoming: Incoming) -> Result<(), WriteError> {
        let (entity, head) = (incoming.entity, incoming.head.sequence);
        let mut record = incoming.portable();
        let redacted = redact::redact(entity, &mut record);
        if redacted.now > 0 && entity.is_events() {
            record.insert("redacted".to_owned(), true.into());
        }
        if entity == Entity::Tasks {
            record::settle_history(&mut record);
        }
        let id = record.get(entity.id_key()).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let good = dataops_domain::id::is_valid(&id) || entity.is_events() && is_event_id(&id);
        if !good {
            return Err(WriteError::Id { entity, id });
        }
        let line = record::line(&record);
        if line.len() > MOST_LINE {
            return Err(WriteError::TooLong { entity, id, bytes: line.len() });
        }
        self.remember(entity, &id, head, &line)?;
        Ok(self.records.push_parts(&[&key(entity, &id)], &[&redacted.marks.to_le_bytes(), &line])?)
    }

    /// Remembers what the record is and what it names.
    fn remember(&mut self, entity: Entity, id: &str, head: u64, line: &[u8]) -> Result<(), WriteError> {
        self.facts.push(&fact(entity, id, tag::KNOWN), &head.to_le_bytes())?;
        let Ok(json) = Json::parse(line) else { return Ok(()) };
        let facts = &mut self.facts;
        let members = json.members();
        for field in relations::fields(entity) {
            let Some(value) = crate::json::find(members, field.name) else { continue };
            relations::of_field(entity, field, value, &mut |relation: relations::Relation<'_>| {
                let mut told = vec![entity.index() as u8];
                told.extend_from_slice(id.as_bytes());
                told.push(0);
                relation.pointer.write(&mut told);
                facts.push(&fact(relation.target, relation.id, tag::NAMED), &told)
            })?;
        }
        if let (Some((kind, of)), Some(sequence)) = (relations::subject(entity, &json), json.get("sequence").and_then(Json::number)) {
            let mut told = vec![entity.index() as u8];
            told.extend_from_slice(&sequence.to_le_bytes());
            told.extend_from_slice(id.as_bytes());
            facts.push(&fact(kind, of, tag::EVENT), &told)?;
        }
        Ok(())
    }

    /// Writes what is in memory to the scratch folder and says which files hold everything so far: a writer over copies of
    /// them goes on from here.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn checkpoint(&mut self) -> Result<Vec<PathBuf>, WriteError> {
        self.records.flush()?;
        self.facts.flush()?;
        Ok(self.records.runs().iter().chain(self.facts.runs()).cloned().collect())
    }

    /// Hands over what records name and nobody has pushed: what was made while the others were read, and what a caller made
    /// up. Of users only those that events are about, because an actor need not be one.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn unresolved(&mut self, found: impl FnMut(Entity, &str)) -> Result<(), WriteError> {
        resolve::unresolved(&mut self.facts, found)
    }

    /// Writes the export into `folder`, which is there and empty, and removes the runs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self, folder: &Path, origin: &Origin) -> Result<Manifest, WriteError> {
        let mut amendments = Sorter::new(&self.scratch, "amendments", FACTS_BUDGET)?;
        let told = resolve::resolve(&mut self.facts, &mut self.records, &mut amendments)?;
        self.facts.clear()?;
        let manifest = files::write(folder, origin, &mut self.records, &mut amendments, told)?;
        self.records.clear()?;
        amendments.clear()?;
        Ok(manifest)
    }
}

/// The key of a record: kind, then id, so that everything comes in the order of the files.
pub(crate) fn key(entity: Entity, id: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(id.len() + 1);
    key.push(entity.index() as u8);
    key.extend_from_slice(id.as_bytes());
    key
}

/// The key of a fact about a record.
fn fact(entity: Entity, id: &str, tag: u8) -> Vec<u8> {
    let mut key = key(entity, id);
    key.extend_from_slice(&[0, tag]);
    key
}

/// An event's id holds the kind and id of what it is about, so it is longer than other ids.
pub(crate) fn is_event_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 256 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}
