//! What was found wrong with an export: in the order of the files, however much it is.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::manifest::Ordered;
use crate::sort::Sorter;

const BUDGET: usize = 2 * 1024 * 1024;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The file; empty for the archive itself.
    pub file: String,
    /// The line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The record, counted from 0 as the words count it: `tasks[2]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Its id, where it is at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A JSON pointer into the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The kind of finding, in a stable word such as `broken-relation`.
    pub code: String,
    /// The same in words for a person.
    pub message: String,
}

impl Finding {
    /// For a person: where, then what.
    pub fn words(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        let id = self.id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
        let file = if self.file.is_empty() { "archive" } else { &self.file };
        format!("{file}{line}{id}: {}", self.message)
    }
}

/// The most bytes of words or a pointer in a finding.
const MOST_TOLD: usize = 2_000;

/// The beginning of a text that is too long to be told.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", &text[..text.floor_char_boundary(most)]))
}

/// Collects findings, in memory and then on disk.
#[derive(Debug)]
pub(crate) struct Findings {
    sorter: Sorter,
    count: u64,
}

impl Findings {
    pub(crate) fn new(scratch: &std::path::Path) -> io::Result<Self> {
        Ok(Self { sorter: Sorter::new(scratch, "findings", BUDGET)?, count: 0 })
    }

    /// Takes a finding, to be told at its place in the order of files.
    pub(crate) fn push(&mut self, place: u8, finding: &Finding) -> io::Result<()> {
        self.count += 1;
        let mut key = vec![place];
        key.extend_from_slice(&finding.line.unwrap_or(0).to_be_bytes());
        let short = |text: &String| cut(text, MOST_TOLD).into_owned();
        // What is wrong may be wrong because it is without end.
        let finding = Finding {
            id: finding.id.as_ref().map(short),
            pointer: finding.pointer.as_ref().map(short),
            message: short(&finding.message),
            ..finding.clone()
        };
        self.sorter.push(&key, &serde_json::to_vec(&finding).map_err(io::Error::other)?)
    }
}

/// What a validation says.
#[derive(Debug)]
pub struct Report {
    /// True when nothing is wrong.
    pub valid: bool,
    /// How many findings.
    pub total: u64,
    /// How many records of each file can be read; empty when the manifest cannot be.
    pub counts: Ordered<u64>,
    findings: Findings,
    // Held as long as the findings are read from it.
    _scratch: TempDir,
}

impl Report {
    pub(crate) fn new(findings: Findings, counts: Ordered<u64>, scratch: TempDir) -> Self {
        Self { valid: findings.count == 0, total: findings.count, counts, findings, _scratch: scratch }
    }

    /// Hands over every finding, in order.
    ///
    /// # Errors
    /// When the scratch folder cannot be read, or `each` fails.
    pub fn each(&mut self, mut each: impl FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        let mut merged = self.findings.sorter.merged()?;
        while let Some((_, value)) = merged.next()? {
            each(&serde_json::from_slice(value).map_err(io::Error::other)?)?;
        }
        Ok(())
    }

    /// The first findings, at most so many.
    ///
    /// # Errors
    /// When the scratch folder cannot be read.
    pub fn first(&mut self, most: usize) -> io::Result<Vec<Finding>> {
        let mut merged = self.findings.sorter.merged()?;
        let mut first = Vec::new();
        while first.len() < most
            && let Some((_, value)) = merged.next()?
        {
            first.push(serde_json::from_slice(value).map_err(io::Error::other)?);
        }
        Ok(first)
    }

    /// Writes it for machines: `{valid, errors, entityCounts, findings}`.
    ///
    /// # Errors
    /// When `out` or the scratch folder fails.
    pub fn write_json(&mut self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "{{\"valid\":{},\"errors\":[", self.valid)?;
        let mut separator = "";
        self.each(|finding| {
            out.write_all(separator.as_bytes())?;
            separator = ",";
            Ok(serde_json::to_writer(&mut *out, &finding.message)?)
        })?;
        write!(out, "],\"entityCounts\":")?;
        serde_json::to_writer(&mut *out, &self.counts)?;
        write!(out, ",\"findings\":[")?;
        let mut separator = "";
        self.each(|finding| {
            out.write_all(separator.as_bytes())?;
            separator = ",";
            Ok(serde_json::to_writer(&mut *out, finding)?)
        })?;
        writeln!(out, "]}}")
    }

    /// Writes it for people: a line for each finding, then one that sums up.
    ///
    /// # Errors
    /// When `out` or the scratch folder fails.
    pub fn write_words(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.each(|finding| writeln!(out, "{}", finding.words()))?;
        let records: u64 = self.counts.0.iter().map(|(_, count)| count).sum();
        let end = match self.total {
            0 => "nothing is wrong".to_owned(),
            1 => "1 thing is wrong".to_owned(),
            count => format!("{count} things are wrong"),
        };
        writeln!(out, "Checked {records} records: {end}.")
    }
}
