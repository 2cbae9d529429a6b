//! Validates an export (wire contract 15.3, EX-2): every file in one pass, then what can only be seen of all of them together.
//!
//! A line is judged by itself as it comes; what it names, proves and continues is remembered as facts, sorted on disk, and
//! joined at the end. So memory does not grow with the export.

mod fields;
mod joins;
mod manifest;
mod nested;
mod proof;
mod records;
mod secrets;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::entity::Entity;
use crate::folder::hex;
use crate::json::{Json, Members};
use crate::manifest::Ordered;
use crate::read::{self, Failure, Files, Limits, Line, Lines};
use crate::report::{Finding, Findings, Report, cut};

/// The most findings about one record: one of nothing but mistakes would fill the disk with them.
const MOST_OF_RECORD: u32 = 1_000;

/// How to validate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where runs may be kept meanwhile: a folder that is there. One of its own is made in it and removed in the end.
    pub scratch: PathBuf,
    /// What is read at most.
    pub limits: Limits,
}

impl Options {
    /// The usual limits.
    pub fn new(scratch: impl Into<PathBuf>) -> Self {
        Self { scratch: scratch.into(), limits: Limits::default() }
    }
}

/// Validates the export at a path: a folder, a bag, or an archive of either.
///
/// # Errors
/// When there is nothing at the path, or the scratch folder cannot be used. What is wrong with the export is no error but
/// told in the report.
pub fn validate(path: &Path, options: &Options) -> Result<Report, Failure> {
    let scratch = tempfile::tempdir_in(&options.scratch).map_err(Failure::Scratch)?;
    let mut check = Check::new(scratch.path(), options.limits).map_err(Failure::Scratch)?;
    read::read(path, &options.limits, &mut check)?;
    let (findings, counts) = check.finish().map_err(Failure::Scratch)?;
    Ok(Report::new(findings, counts, scratch))
}

/// What is known of a file that was read.
#[derive(Debug, Clone, Default)]
struct Seen {
    sha256: String,
    bytes: u64,
    /// What it says, when it is one that is read whole.
    text: Vec<u8>,
}

struct Check {
    scratch: PathBuf,
    limits: Limits,
    /// What is wrong with the folder or archive itself.
    broken: Vec<Finding>,
    findings: Findings,
    seen: BTreeMap<String, Seen>,
    /// The files of a bag around the export.
    bag: BTreeMap<String, Seen>,
    /// Lines of each file: what the manifest counts.
    lines: [u64; Entity::ALL.len()],
    /// Those of them that are JSON objects.
    records: [u64; Entity::ALL.len()],
    chains: [(u64, Sha256); Entity::ALL.len()],
    joins: joins::Joins,
    /// Findings about the record that is being judged.
    of_record: u32,
}

/// The record that is being judged.
struct Record<'r, 'a> {
    entity: Entity,
    /// Counted from 0.
    line: u64,
    id: &'r str,
    json: &'r Json<'a>,
}

impl<'r, 'a> Record<'r, 'a> {
    /// What findings call it: `tasks[2]`.
    fn context(&self) -> String {
        format!("{}[{}]", self.entity.name(), self.line)
    }

    fn get(&self, name: &str) -> Option<&'r Json<'a>> {
        self.json.get(name).filter(|value| **value != Json::Null)
    }

    /// A text that is there and not empty.
    fn text(&self, name: &str) -> Option<&'r str> {
        self.get(name)?.text().filter(|text| !text.is_empty())
    }

    fn is_deleted(&self) -> bool {
        self.get("deleted_at").is_some()
    }
}

impl Check {
    fn new(scratch: &Path, limits: Limits) -> io::Result<Self> {
        Ok(Self {
            scratch: scratch.to_owned(),
            limits,
            broken: Vec::new(),
            findings: Findings::new(scratch)?,
            seen: BTreeMap::new(),
            bag: BTreeMap::new(),
            lines: [0; Entity::ALL.len()],
            records: [0; Entity::ALL.len()],
            chains: std::array::from_fn(|_| (0, Sha256::new())),
            joins: joins::Joins::new(scratch)?,
            of_record: 0,
        })
    }

    /// Finds something in a record. `message` follows the record's context.
    fn find(&mut self, record: &Record<'_, '_>, pointer: impl Into<String>, code: &str, message: &str) -> io::Result<()> {
        self.of_record += 1;
        let (pointer, code, message) = match self.of_record.cmp(&MOST_OF_RECORD) {
            Ordering::Less => (pointer.into(), code, Cow::Borrowed(message)),
            Ordering::Equal => {
                (String::new(), "too-many", format!("has more than {MOST_OF_RECORD} things wrong; the rest is not told").into())
            }
            Ordering::Greater => return Ok(()),
        };
        let separator = if message.starts_with(['.', '[']) { "" } else { " " };
        let finding = Finding {
            file: record.entity.file().to_owned(),
            line: Some(record.line + 1),
            record: Some(record.context()),
            id: Some(cut(record.id, MOST_ID).into_owned()).filter(|id| !id.is_empty()),
            pointer: Some(pointer),
            code: code.to_owned(),
            message: format!("{}{separator}{message}", record.context()),
        };
        self.findings.push(place(record.entity.file()), &finding)
    }

    /// Finds something in a file as a whole, or in a line that is no record.
    fn find_in(&mut self, file: &str, line: Option<u64>, code: &str, message: String) -> io::Result<()> {
        let finding = Finding { file: file.to_owned(), line, record: None, id: None, pointer: None, code: code.to_owned(), message };
        self.findings.push(place(file), &finding)
    }

    fn lines(&mut self, entity: Entity, bytes: &mut dyn Read) -> io::Result<Seen> {
        let mut lines = Lines::new(bytes, self.limits.line);
        let mut line = Vec::new();
        let mut number = 0;
        loop {
            match lines.next(&mut line) {
                Ok(Line::End) => break,
                Ok(Line::Read) => self.line(entity, number, &line)?,
                Ok(Line::TooLong) => {
                    let message = format!("{} line {} is longer than {} bytes", entity.file(), number + 1, self.limits.line);
                    self.find_in(entity.file(), Some(number + 1), "line-too-long", message)?;
                }
                Err(error) => return Err(error),
            }
            number += 1;
        }
        self.lines[entity.index()] = number;
        let (sha256, bytes) = lines.finish()?;
        Ok(Seen { sha256, bytes, text: Vec::new() })
    }

    fn line(&mut self, entity: Entity, number: u64, line: &[u8]) -> io::Result<()> {
        match Json::parse(line) {
            Ok(json @ Json::Object(_)) => {
                self.records[entity.index()] += 1;
                let id = json.text_of(entity.id_key()).unwrap_or_default();
                self.record(&Record { entity, line: number, id, json: &json })
            }
            Ok(_) => {
                let message = format!("{} line {} is not a JSON object", entity.file(), number + 1);
                self.find_in(entity.file(), Some(number + 1), "invalid-json", message)
            }
            Err(error) => {
                let message = format!("{} line {} is not valid JSON: {error}", entity.file(), number + 1);
                self.find_in(entity.file(), Some(number + 1), "invalid-json", message)
            }
        }
    }

    /// Judges one record by itself, and remembers what is to be joined.
    fn record(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let members: &Members<'_> = match record.json {
            Json::Object(members) => members,
            _ => return Ok(()),
        };
        self.of_record = 0;
        self.joins.remember(record)?;
        self.fields(record, members)?;
        self.secrets(record, members)?;
        self.rules(record)?;
        self.chain_end(record)
    }

    /// Takes the end of a record's chain into the digest that the manifest has of them.
    fn chain_end(&mut self, record: &Record<'_, '_>) -> io::Result<()> {
        let Some(head) = record.get(crate::record::LAST_EVENT) else { return Ok(()) };
        let (sequence, hash) = (head.get("sequence").and_then(Json::number), head.text_of("hash"));
        let Some((sequence, hash)) = sequence.zip(hash).filter(|(sequence, hash)| *sequence > 0 && is_hash(hash)) else {
            let words = "field last_event must hold the sequence and hash of an event";
            return self.find(record, "/last_event", "wrong-type", words);
        };
        let (count, digest) = &mut self.chains[record.entity.index()];
        *count += 1;
        digest.update(crate::write::head_line(record.id.as_bytes(), sequence, hash));
        self.joins.end_of_chain(record, sequence, hash)
    }

    fn whole(&mut self, name: &str, bytes: &mut dyn Read) -> io::Result<Seen> {
        let mut text = Vec::new();
        let keeps = matches!(name, "manifest.json" | "datapackage.json" | "SHA256SUMS") || name.ends_with(".txt");
        let mut hash = Sha256::new();
        let (mut size, mut buffer) = (0, vec![0; 64 * 1024]);
        loop {
            let read = bytes.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            size += read as u64;
            if keeps && size <= self.limits.whole {
                text.extend_from_slice(&buffer[..read]);
            }
        }
        if keeps && size > self.limits.whole {
            text.clear();
            self.find_in(name, None, "file-too-large", format!("{name} is larger than {} bytes", self.limits.whole))?;
        }
        Ok(Seen { sha256: hex(&hash.finalize()), bytes: size, text })
    }

    /// Judges what can only be seen of all files together.
    fn finish(mut self) -> io::Result<(Findings, Ordered<u64>)> {
        let Some(counts) = self.manifest()? else {
            // Without a manifest there is no export to speak of: that is the one thing told.
            let mut only = Findings::new(&self.scratch)?;
            if self.broken.is_empty() {
                let message = self.unreadable_manifest();
                let finding = Finding {
                    file: "manifest.json".to_owned(),
                    line: None,
                    record: None,
                    id: None,
                    pointer: None,
                    code: "manifest-unreadable".to_owned(),
                    message,
                };
                only.push(0, &finding)?;
            }
            self.broken.iter().try_for_each(|finding| only.push(0, finding))?;
            return Ok((only, Ordered(Vec::new())));
        };
        self.sums()?;
        for finding in std::mem::take(&mut self.broken) {
            self.findings.push(place(&finding.file), &finding)?;
        }
        let Self { joins, mut findings, .. } = self;
        joins.judge(&mut findings)?;
        Ok((findings, counts))
    }
}

impl Files for Check {
    fn file(&mut self, name: &str, of_bag: bool, bytes: &mut dyn Read) -> io::Result<()> {
        let seen = match Entity::of_file(name).filter(|_| !of_bag) {
            Some(entity) => self.lines(entity, bytes)?,
            None => self.whole(name, bytes)?,
        };
        if !of_bag && name.ends_with(".jsonl") && Entity::of_file(name).is_none() {
            self.find_in(name, None, "unknown-file", format!("{name} is no file of an export"))?;
        }
        let files = if of_bag { &mut self.bag } else { &mut self.seen };
        files.insert(name.to_owned(), seen);
        Ok(())
    }

    fn broken(&mut self, file: &str, code: &'static str, message: String) -> io::Result<()> {
        let finding = Finding { file: file.to_owned(), line: None, record: None, id: None, pointer: None, code: code.to_owned(), message };
        self.broken.push(finding);
        Ok(())
    }
}

/// The most bytes of an id: an actor may be any text of 8,000.
const MOST_ID: usize = 8_000;

/// The order in which findings are told: the manifest, the records, the rest.
fn place(file: &str) -> u8 {
    match (file, Entity::of_file(file)) {
        ("" | "manifest.json", _) => 0,
        (_, Some(entity)) => entity.index() as u8 + 1,
        _ => 100,
    }
}

/// True for a SHA-256 in hex.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
