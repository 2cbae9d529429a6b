//! The files of an export, merged from the runs: records, manifest, data package, schemas, checksums.

use std::io;
use std::path::Path;

use dataops_domain::json::Object;
use sha2::{Digest, Sha256};

use super::resolve::Told;
use super::{WriteError, amend};
use crate::entity::Entity;
use crate::folder::{self, Hashed, PACKAGE, SUMS, Written, hex};
use crate::json::Json;
use crate::manifest::{self, Chains, Manifest, Ordered, Origin, by_entity};
use crate::record;
use crate::schema::{self, Resource};
use crate::sort::{Merged, Sorter};

/// One file of records that is being written, and what is told of it.
struct Lines {
    file: Hashed,
    count: u64,
    redacted: u64,
    external: u64,
    chains: u64,
    heads: Sha256,
}

impl Lines {
    fn create(folder: &Path, entity: Entity) -> io::Result<Self> {
        let file = Hashed::create(&folder.join(entity.file()))?;
        Ok(Self { file, count: 0, redacted: 0, external: 0, chains: 0, heads: Sha256::new() })
    }

    fn write(&mut self, id: &[u8], value: &[u8], amendments: &[Vec<u8>]) -> io::Result<()> {
        // An event that happened after its record was read.
        if amendments.iter().any(Vec::is_empty) {
            return Ok(());
        }
        let (redacted, line) = value.split_at(value.len().min(8));
        self.redacted += redacted.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let amended = if amendments.is_empty() { None } else { serde_json::from_slice::<Object>(line).ok() };
        let amended = amended.map(|mut record| {
            self.external += amend::amend(&mut record, amendments);
            record::settle_history(&mut record);
            record::line(&record)
        });
        let line = amended.as_deref().unwrap_or(line);
        if let Some((sequence, hash)) = head(line) {
            self.chains += 1;
            self.heads.update(head_line(id, sequence, &hash));
        }
        self.count += 1;
        self.file.write(line)?;
        self.file.write(b"\n")
    }
}

/// The end of the chain that a line tells.
fn head(line: &[u8]) -> Option<(u64, String)> {
    // Most of a line need not be read for it: few lines of events, and no other, are without.
    memchr::memmem::find(line, b"\"last_event\":{")?;
    let json = Json::parse(line).ok()?;
    let head = json.get(record::LAST_EVENT)?;
    Some((head.get("sequence")?.number()?, head.text_of("hash")?.to_owned()))
}

/// A line of the digest of chain ends.
pub(crate) fn head_line(id: &[u8], sequence: u64, hash: &str) -> Vec<u8> {
    [id, format!(" {sequence} {hash}\n").as_bytes()].concat()
}

/// Writes the whole folder.
pub(super) fn write(
    folder: &Path,
    origin: &Origin,
    records: &mut Sorter,
    amendments: &mut Sorter,
    told: Told,
) -> Result<Manifest, WriteError> {
    let (mut merged, mut amending) = (records.merged()?, Amending::of(amendments.merged()?)?);
    let mut pending: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut next: Option<(Vec<u8>, Vec<u8>)> = None;
    let mut done = Vec::new();
    for entity in Entity::ALL {
        let mut lines = Lines::create(folder, entity)?;
        loop {
            if next.is_none() {
                next = merged.next()?.map(|(key, value)| (key.to_vec(), value.to_vec()));
            }
            match (&pending, &next) {
                // What came later replaces what came before.
                (Some((key, _)), Some((other, _))) if key == other => pending = next.take(),
                (Some((key, value)), _) if key.first() == Some(&(entity.index() as u8)) => {
                    let of_it = amending.of_key(key)?;
                    lines.write(&key[1..], value, &of_it)?;
                    pending = next.take();
                }
                (None, Some(_)) => pending = next.take(),
                (None, None) | (Some(_), _) => break,
            }
        }
        let summary = Summary {
            count: lines.count,
            redacted: lines.redacted,
            external: lines.external,
            chains: Chains { count: lines.chains, checksum: format!("sha256:{}", hex(&lines.heads.finalize())) },
        };
        done.push((lines.file.finish(entity.file())?, summary));
    }
    rest(folder, origin, &done, told)
}

struct Summary {
    count: u64,
    redacted: u64,
    external: u64,
    chains: Chains,
}

/// The files beside the records.
fn rest(folder: &Path, origin: &Origin, done: &[(Written, Summary)], told: Told) -> Result<Manifest, WriteError> {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let of = |entity: Entity| &done[entity.index()];
    let manifest = Manifest {
        schema_version: manifest::SCHEMA_VERSION.to_owned(),
        export_format_version: manifest::FORMAT_VERSION,
        generated_at: origin.generated_at.to_string(),
        source_environment: origin.environment.clone(),
        source_stack: origin.stack.clone(),
        source_region: origin.region.clone(),
        app_git_sha: origin.git_sha.clone(),
        entity_files: by_entity(|entity| entity.file().to_owned()),
        entity_counts: by_entity(|entity| of(entity).1.count),
        checksums: Ordered(done.iter().map(|(file, _)| (file.name.clone(), file.checksum())).collect()),
        redactions: texts(&manifest::REDACTIONS),
        omitted_entities: texts(&manifest::OMITTED),
        unimplemented_entities: vec![Entity::IntakeItems.name().to_owned()],
        redacted_values: Ordered(
            Entity::ALL
                .into_iter()
                .filter(|entity| of(*entity).1.redacted > 0)
                .map(|entity| (entity.name().to_owned(), of(entity).1.redacted))
                .collect(),
        ),
        service_actors: told.service_actors,
        external_references: done.iter().map(|(_, summary)| summary.external).sum(),
        chains: Ordered(
            Entity::ALL
                .into_iter()
                .filter(|entity| of(*entity).1.chains.count > 0)
                .map(|entity| (entity.name().to_owned(), of(entity).1.chains.clone()))
                .collect(),
        ),
    };
    let resources: Vec<Resource> = Entity::ALL
        .into_iter()
        .map(|entity| {
            let (file, summary) = of(entity);
            Resource { entity, rows: summary.count, bytes: file.bytes, hash: file.checksum() }
        })
        .collect();
    let mut written: Vec<Written> = done.iter().map(|(file, _)| file.clone()).collect();
    let pretty = |value: &serde_json::Value| {
        let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    };
    for entity in Entity::ALL {
        written.push(folder::write(folder, &schema::schema_file(entity), &pretty(&schema::json_schema(entity)))?);
    }
    written.push(folder::write(folder, PACKAGE, &pretty(&schema::package(&resources, &manifest.generated_at)))?);
    written.push(folder::write(folder, manifest::FILE, &manifest.bytes())?);
    let sums = folder::sums(written.iter().map(|file| (file.name.as_str(), file.sha256.as_str())));
    folder::write(folder, SUMS, sums.as_bytes())?;
    Ok(manifest)
}

/// Amendments, read beside the records they are for.
struct Amending<'a> {
    merged: Merged<'a>,
    next: Option<(Vec<u8>, Vec<u8>)>,
}

impl<'a> Amending<'a> {
    fn of(mut merged: Merged<'a>) -> io::Result<Self> {
        let next = merged.next()?.map(|(key, value)| (key.to_vec(), value.to_vec()));
        Ok(Self { merged, next })
    }

    /// Those of a record. Records are asked for in order.
    fn of_key(&mut self, key: &[u8]) -> io::Result<Vec<Vec<u8>>> {
        let mut found = Vec::new();
        while let Some((of, _)) = &self.next
            && of.as_slice() <= key
        {
            let same = of == key;
            let after = self.merged.next()?.map(|(key, value)| (key.to_vec(), value.to_vec()));
            let (_, value) = std::mem::replace(&mut self.next, after).unwrap_or_default();
            if same {
                found.push(value);
            }
        }
        Ok(found)
    }
}
