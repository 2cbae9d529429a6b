//! What can only be seen of all files together: relations, duplicates, chains, and proof by other records.
//!
//! Facts are filed under what they are about: all that concerns one record, one chain or one gate then stands together, the
//! record itself first, and is judged in one pass over the sorted facts.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::path::Path;

use dataops_domain::proof::ProofType;
use dataops_domain::task::gates::Gate;

use sha2::{Digest, Sha256};

use super::{MOST_ID, Record, place, proof};
use crate::entity::Entity;
use crate::folder::hex;
use crate::json::Json;
use crate::relations;
use crate::report::{Finding, Findings, cut};
use crate::schema::Field;
use crate::sort::Sorter;

const FACTS_BUDGET: usize = 12 * 1024 * 1024;
const SMALL_BUDGET: usize = 3 * 1024 * 1024;

/// Below this a space is the records of a kind.
const CHAINS: u8 = 100;
const FOLLOW_UPS: u8 = 101;

/// What a fact says.
mod tag {
    pub(super) const KNOWN: u8 = 0;
    pub(super) const NAMED: u8 = 1;
    /// A task is proved when this artifact is approved.
    pub(super) const PROVES: u8 = 2;
    /// The artifact is one of a bundle's.
    pub(super) const IN_BUNDLE: u8 = 3;
}

/// That a thing is there which proves, and that a task wants it to be.
const PROVEN: u8 = 0;
const WANTED: u8 = 1;
/// How many ids of a catalog are kept in memory.
const MOST_IN_CATALOG: usize = 10_000;
const MOST_LENGTH_IN_CATALOG: usize = 256;

/// What is remembered of all records.
pub(super) struct Joins {
    /// By space and id; then what says so.
    facts: Sorter,
    /// By what may prove: who is proved by it.
    proofs: Sorter,
    /// By want: its words, and whether it was met.
    wants: Sorter,
    /// The ids of catalogs, as far as they were read and are few.
    catalogs: [HashSet<String>; Entity::ALL.len()],
}

/// Where a finding belongs: kind and line.
fn source(record: &Record<'_, '_>) -> [u8; 5] {
    let [a, b, c, d] = u32::try_from(record.line).unwrap_or(u32::MAX).to_le_bytes();
    [record.entity.index() as u8, a, b, c, d]
}

fn read_source(bytes: &[u8]) -> Option<(Entity, u64, &[u8])> {
    let (entity, rest) = bytes.split_first()?;
    let (line, rest) = rest.split_first_chunk::<4>()?;
    Some((Entity::at(usize::from(*entity))?, u64::from(u32::from_le_bytes(*line)), rest))
}

fn slot(bundle: &str, name: &str) -> String {
    format!("{bundle}\u{1}{name}")
}

/// An id as facts are filed under: what is longer than any id can be is told apart by its digest.
fn short(id: &str) -> Cow<'_, str> {
    if id.len() <= MOST_ID {
        return Cow::Borrowed(id);
    }
    Cow::Owned(format!("{} (sha256 {})", cut(id, 200), hex(&Sha256::digest(id.as_bytes()))))
}

/// Files a fact: what has the lower tag is told first of all that is filed under an id.
fn file(sorter: &mut Sorter, space: u8, id: &str, tag: u8, told: &[&[u8]]) -> io::Result<()> {
    sorter.push_parts(&[&[space], short(id).as_bytes(), &[0, tag]], told)
}

impl Joins {
    pub(super) fn new(scratch: &Path) -> io::Result<Self> {
        Ok(Self {
            facts: Sorter::new(scratch, "facts", FACTS_BUDGET)?,
            proofs: Sorter::new(scratch, "proofs", SMALL_BUDGET)?,
            wants: Sorter::new(scratch, "wants", SMALL_BUDGET)?,
            catalogs: Default::default(),
        })
    }

    /// Remembers what a field of a record names.
    pub(super) fn relate(&mut self, record: &Record<'_, '_>, field: &Field, value: &Json<'_>) -> io::Result<()> {
        relations::of_field(record.entity, field, value, &mut |relation: relations::Relation<'_>| {
            if self.catalogs[relation.target.index()].contains(relation.id) {
                return Ok(());
            }
            let mut pointer = Vec::with_capacity(32);
            relation.pointer.write(&mut pointer);
            file(&mut self.facts, relation.target.index() as u8, relation.id, tag::NAMED, &[&source(record), &pointer])
        })
    }

    /// Remembers what a record is, what it proves and what it continues.
    pub(super) fn remember(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let entity = record.entity;
        let source = source(record);
        // The place of an event in its chain says as much as its id.
        let in_chain = self.event(record, &source)?;
        let few =
            |ids: &&mut HashSet<String>| is_catalog(entity) && ids.len() < MOST_IN_CATALOG && record.id.len() <= MOST_LENGTH_IN_CATALOG;
        if !in_chain && !record.id.is_empty() {
            let approved = entity == Entity::Artifacts && record.text("status") == Some("approved") && !record.is_deleted();
            file(&mut self.facts, entity.index() as u8, record.id, tag::KNOWN, &[&source, &[u8::from(approved)]])?;
            if let Some(catalog) = self.catalogs.get_mut(entity.index()).filter(few) {
                catalog.insert(record.id.to_owned());
            }
        }
        self.provide(record)?;
        if record.text("notification_type") == Some("follow-up-due")
            && let Some((task, due)) = record.text("task_id").zip(record.text("due_at"))
        {
            file(&mut self.facts, FOLLOW_UPS, &format!("{task} and due_at {due}"), tag::KNOWN, &[&source])?;
        }
        Ok(())
    }

    /// Remembers what a record proves.
    fn provide(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        if record.is_deleted() && record.entity != Entity::Bundles {
            return Ok(());
        }
        let Self { proofs, facts, .. } = self;
        let mut prove = |by: u8, id: &str| file(proofs, by, id, PROVEN, &[]);
        match record.entity {
            Entity::Files if record.text("status").is_none_or(|status| status == "ready") => {
                record.text("task_id").map_or(Ok(()), |task| prove(b'f', task))
            }
            Entity::Artifacts if record.text("status") == Some("approved") => {
                record.text("task_id").map_or(Ok(()), |task| prove(b't', task))?;
                record.text("bundle_id").map_or(Ok(()), |bundle| prove(b'b', bundle))
            }
            Entity::Bundles => {
                for link in record.get("bundle_links").map_or(&[][..], Json::list) {
                    let filled = link.text_of("url").is_some_and(|url| !url.trim().is_empty());
                    if let Some(name) = link.text_of("name").filter(|_| filled) {
                        prove(b'l', &slot(record.id, name))?;
                    }
                }
                let artifacts = Entity::Artifacts.index() as u8;
                proof::artifacts_of(record)
                    .try_for_each(|id| file(facts, artifacts, id, tag::IN_BUNDLE, &[cut(record.id, MOST_ID).as_bytes()]))
            }
            _ => Ok(()),
        }
    }

    /// Remembers that a done task wants something of other records.
    pub(super) fn want(&mut self, record: &Record<'_, '_>, at: usize, gate: &Gate, words: &str) -> io::Result<()> {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
        let (line, at) = (number(record.line), number(at as u64));
        self.wants.push_parts(&[&line, &at], &[&[0], proof::pointer(gate).as_bytes(), &[0], cut(words, MOST_ID).as_bytes()])?;
        let Self { proofs, facts, .. } = self;
        let told: &[&[u8]] = &[&line, &at];
        let mut by = |by: u8, id: &str| file(proofs, by, id, WANTED, told);
        let bundle = record.text("bundle_id");
        match gate {
            Gate::BundleLink(name) => bundle.map_or(Ok(()), |bundle| by(b'l', &slot(bundle, name))),
            Gate::Proof(proof) if proof.kind == ProofType::Artifact => {
                by(b't', record.id)?;
                bundle.map_or(Ok(()), |bundle| by(b'b', bundle))?;
                let artifacts = Entity::Artifacts.index() as u8;
                proof::artifacts_of(record).try_for_each(|id| file(facts, artifacts, id, tag::PROVES, told))
            }
            Gate::File | Gate::Proof(_) | Gate::Link(_) => by(b'f', record.id),
        }
    }

    /// Remembers where a record says that its chain ends.
    pub(super) fn end_of_chain(&mut self, record: &Record<'_, '_>, sequence: u64, hash: &str) -> io::Result<()> {
        let Some(kind) = record.entity.kind() else { return Ok(()) };
        let place = u64::MAX.to_be_bytes();
        let id = short(record.id);
        let key: [&[u8]; 6] = [&[CHAINS], kind.as_bytes(), b"#", id.as_bytes(), &[0], &place];
        self.facts.push_parts(&key, &[&source(record), &sequence.to_le_bytes(), hash.as_bytes()])
    }

    /// Remembers the place of an event in its chain; false when it has none.
    fn event(&mut self, record: &Record<'_, '_>, source: &[u8]) -> io::Result<bool> {
        if !record.entity.is_events() {
            return Ok(false);
        }
        let Some(sequence) = record.get("sequence").and_then(Json::number) else { return Ok(false) };
        let Some((kind, of)) = record.text("entity_type").zip(record.text("entity_id")) else { return Ok(false) };
        let (kind, of) = (short(kind), short(of));
        let hash = |name: &str| cut(record.text(name).unwrap_or_default(), MOST_ID);
        let (hash, before) = (hash("hash"), hash("previous_hash"));
        let place = sequence.to_be_bytes();
        let key: [&[u8]; 6] = [&[CHAINS], kind.as_bytes(), b"#", of.as_bytes(), &[0], &place];
        self.facts.push_parts(&key, &[source, hash.as_bytes(), b" ", before.as_bytes()])?;
        Ok(true)
    }

    /// Judges everything that was remembered.
    pub(super) fn judge(mut self, findings: &mut Findings) -> io::Result<()> {
        let mut group = Group::default();
        let mut chain = Chain::default();
        let mut merged = self.facts.merged()?;
        while let Some((key, value)) = merged.next()? {
            match key.first().copied().unwrap_or_default() {
                CHAINS => chain.link(key, value, findings)?,
                FOLLOW_UPS => group.follow_up(key, value, findings)?,
                _ => group.record(key, value, findings, &mut self.proofs, &mut self.wants)?,
            }
        }
        chain.close(findings)?;
        drop(merged);
        self.facts.clear()?;
        let (mut of, mut proved): (Vec<u8>, bool) = (Vec::new(), false);
        let mut merged = self.proofs.merged()?;
        while let Some((key, value)) = merged.next()? {
            let (what, wanted) = key.split_at(key.len() - 1);
            if of != what {
                of = what.to_vec();
                proved = false;
            }
            match wanted {
                [PROVEN] => proved = true,
                _ if proved => self.wants.push(value, &[1])?,
                _ => {}
            }
        }
        drop(merged);
        unmet(&mut self.wants, findings)
    }
}

/// Kinds of tens of records that many others name. Their files are read first, so that most relations to them need no fact.
fn is_catalog(entity: Entity) -> bool {
    matches!(entity, Entity::Users | Entity::Templates | Entity::RecurringConfigs)
}

/// Tells which wants nothing met.
fn unmet(wants: &mut Sorter, findings: &mut Findings) -> io::Result<()> {
    let mut open: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut merged = wants.merged()?;
    loop {
        let next = merged.next()?.map(|(key, value)| (key.to_vec(), value.to_vec()));
        match (&open, next) {
            (Some((want, _)), Some((same, told))) if *want == same => {
                if told == [1] {
                    open = None;
                }
            }
            (_, next) => {
                if let Some((want, told)) = open.take() {
                    let line = want.first_chunk::<4>().map_or(0, |line| u64::from(u32::from_be_bytes(*line)));
                    let text = String::from_utf8_lossy(told.get(1..).unwrap_or_default()).into_owned();
                    let (pointer, words) = text.split_once('\0').unwrap_or_default();
                    tell(findings, Entity::Tasks, line, pointer, "done-without-proof", words)?;
                }
                let Some((want, told)) = next else { return Ok(()) };
                open = (told.first() == Some(&0)).then_some((want, told));
            }
        }
    }
}

fn tell(findings: &mut Findings, entity: Entity, line: u64, pointer: &str, code: &str, words: &str) -> io::Result<()> {
    let record = format!("{}[{line}]", entity.name());
    let separator = if words.starts_with('.') { "" } else { " " };
    let finding = Finding {
        file: entity.file().to_owned(),
        line: Some(line + 1),
        message: format!("{record}{separator}{words}"),
        record: Some(record),
        id: None,
        pointer: Some(pointer.to_owned()).filter(|pointer| !pointer.is_empty()),
        code: code.to_owned(),
    };
    findings.push(place(entity.file()), &finding)
}

/// The facts about one record.
#[derive(Default)]
struct Group {
    of: Vec<u8>,
    known: u64,
    approved: bool,
}

impl Group {
    /// Turns to what the key is about; gives the tag and the id.
    fn turn<'k>(&mut self, key: &'k [u8]) -> (u8, &'k str) {
        let (of, end) = key.split_at(key.len().saturating_sub(2));
        if self.of != of {
            self.of.clear();
            self.of.extend_from_slice(of);
            self.known = 0;
            self.approved = false;
        }
        (end.last().copied().unwrap_or_default(), std::str::from_utf8(of.get(1..).unwrap_or_default()).unwrap_or_default())
    }

    fn record(&mut self, key: &[u8], value: &[u8], findings: &mut Findings, proofs: &mut Sorter, wants: &mut Sorter) -> io::Result<()> {
        let (tag, id) = self.turn(key);
        let Some(target) = self.of.first().and_then(|space| Entity::at(usize::from(*space))) else { return Ok(()) };
        match tag {
            tag::KNOWN => {
                let Some((entity, line, rest)) = read_source(value) else { return Ok(()) };
                self.known += 1;
                self.approved |= rest == [1];
                if self.known == 1 {
                    return Ok(());
                }
                let words = format!("repeats an id: {} has a duplicate {}: {id}", entity.name(), entity.id_key());
                tell(findings, entity, line, &format!("/{}", entity.id_key()), "duplicate-id", &words)
            }
            tag::NAMED if self.known == 0 => {
                let Some((entity, line, pointer)) = read_source(value) else { return Ok(()) };
                let pointer = String::from_utf8_lossy(pointer);
                tell(findings, entity, line, &pointer, "broken-relation", &broken(target, &pointer, id))
            }
            tag::PROVES if self.approved => wants.push(value, &[1]),
            tag::IN_BUNDLE if self.approved => file(proofs, b'b', std::str::from_utf8(value).unwrap_or_default(), PROVEN, &[]),
            _ => Ok(()),
        }
    }

    fn follow_up(&mut self, key: &[u8], value: &[u8], findings: &mut Findings) -> io::Result<()> {
        let (_, of) = self.turn(key);
        let Some((entity, line, _)) = read_source(value) else { return Ok(()) };
        self.known += 1;
        if self.known == 1 {
            return Ok(());
        }
        let words = format!("repeats the follow-up-due notification of task_id {of}");
        tell(findings, entity, line, "/due_at", "duplicate-follow-up", &words)
    }
}

/// The words for a relation that leads nowhere.
fn broken(target: Entity, pointer: &str, id: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let id: String = id.chars().take(200).collect();
    let (last, before) = steps.split_last().map_or(("", &[][..]), |(last, before)| (*last, before));
    let is_place = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
    let (way, field) = if is_place(last) { (&steps[..], target.id_key()) } else { (before, last) };
    let mut path = String::new();
    for step in way {
        if is_place(step) {
            path.push_str(&format!("[{step}]"));
        } else {
            path.push('.');
            path.push_str(step);
        }
    }
    let separator = if path.is_empty() { "" } else { " " };
    format!("{path}{separator}references missing {field}: {id}")
}

/// One chain as its links come by.
#[derive(Default)]
struct Chain {
    of: Vec<u8>,
    next: u64,
    hash: String,
    /// Where its last event stands, until its record says where it ends.
    open: Option<(Entity, u64)>,
}

impl Chain {
    fn link(&mut self, key: &[u8], value: &[u8], findings: &mut Findings) -> io::Result<()> {
        let (of, number) = key.split_at(key.len().saturating_sub(8));
        if self.of != of {
            self.close(findings)?;
            self.of = of.to_vec();
            self.next = 1;
            self.hash = String::new();
        }
        let sequence = number.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let name = String::from_utf8_lossy(of.get(1..of.len().saturating_sub(1)).unwrap_or_default()).into_owned();
        let Some((entity, line, told)) = read_source(value) else { return Ok(()) };
        if sequence == u64::MAX {
            self.open = None;
            return self.ends(entity, line, &name, told, findings);
        }
        self.open = Some((entity, line));
        let told = String::from_utf8_lossy(told).into_owned();
        let (hash, before) = told.split_once(' ').unwrap_or((&told, ""));
        let mut find = |code: &str, words: String| tell(findings, entity, line, "/sequence", code, &words);
        if sequence < self.next {
            // As another duplicate: with the kind, the name of the id and the id, which is made of the chain and the place.
            let (kind, id_key, id) = (entity.name(), entity.id_key(), name.replacen('#', ".", 1));
            let words = format!("is event {sequence} of {name} once more: {kind} has a duplicate {id_key}: {id}.{sequence:08}");
            find("chain-repeated", words)?;
            return Ok(());
        }
        if sequence > self.next {
            find("chain-missing", format!("is event {sequence} of {name}, and event {} is missing", self.next))?;
        } else if before != self.hash {
            tell(findings, entity, line, "/previous_hash", "chain-unlinked", &format!("does not follow the event of {name} before it"))?;
        }
        self.next = sequence + 1;
        hash.clone_into(&mut self.hash);
        Ok(())
    }

    /// Tells that a chain has no record that says where it ends.
    fn close(&mut self, findings: &mut Findings) -> io::Result<()> {
        let Some((entity, line)) = self.open.take() else { return Ok(()) };
        let name = String::from_utf8_lossy(self.of.get(1..self.of.len().saturating_sub(1)).unwrap_or_default()).into_owned();
        let words = format!("is of {name}, whose record is missing or has no last_event");
        tell(findings, entity, line, "/entity_id", "chain-end", &words)
    }

    /// Holds the end of the chain against what its record says.
    fn ends(&mut self, entity: Entity, line: u64, name: &str, told: &[u8], findings: &mut Findings) -> io::Result<()> {
        let Some((sequence, hash)) = told.split_first_chunk::<8>() else { return Ok(()) };
        let sequence = u64::from_le_bytes(*sequence);
        let last = self.next - 1;
        let words = match last {
            0 => format!("says that {name} has {sequence} events, and there are none"),
            last if last < sequence => format!("says that {name} has {sequence} events, and they end with event {last}"),
            last if last > sequence => format!("says that {name} has {sequence} events, and there are {last}"),
            _ if self.hash.as_bytes() != hash => format!("says that {name} ends with another event {sequence}"),
            _ => return Ok(()),
        };
        tell(findings, entity, line, "/last_event", "chain-end", &words)
    }
}
