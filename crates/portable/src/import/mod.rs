//! Planning an import: what would become of each record in a store, told without writing anything (EX-3).
//!
//! Everything here is pure. Whoever has a store reads what it holds under a record's id, asks [`judge`], adds the verdict to a
//! [`DryRun`], and writes what [`step`] says. Sessions are in no export and so never come back; users come without passwords.

mod old;
mod plan;
mod restored;

use std::io::{self, Read};
use std::path::Path;

use dataops_domain::json::Object;

use crate::entity::Entity;
use crate::read::{self, Failure, Files, Limits, Line, Lines};

pub use old::chain_of_old;
pub use plan::{DryRun, FollowUps, Mode, Planned, Step, Verdict, judge, step};
pub use restored::Restored;

/// Hands over every record of an export, file by file, with its line counted from 0. The export must have been found valid:
/// lines that are no records are passed over.
///
/// # Errors
/// When there is nothing at the path, or `each` fails.
pub fn each_record(path: &Path, limits: &Limits, each: impl FnMut(Entity, u64, Object) -> io::Result<()>) -> Result<(), Failure> {
    read::read(path, limits, &mut Records { limits, each })
}

/// The bytes of an export's manifest: what tells one export from another.
///
/// # Errors
/// When there is nothing at the path, or no manifest in it.
pub fn manifest_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let mut manifest = ManifestOnly { limits, bytes: None };
    read::read(path, limits, &mut manifest)?;
    manifest.bytes.ok_or_else(|| Failure::Stopped(io::Error::other("it has no manifest.json")))
}

struct ManifestOnly<'l> {
    limits: &'l Limits,
    bytes: Option<Vec<u8>>,
}

impl Files for ManifestOnly<'_> {
    fn file(&mut self, name: &str, of_bag: bool, bytes: &mut dyn Read) -> io::Result<()> {
        if name == crate::manifest::FILE && !of_bag {
            let mut text = Vec::new();
            bytes.take(self.limits.whole).read_to_end(&mut text)?;
            self.bytes = Some(text);
        }
        io::copy(bytes, &mut io::sink()).map(drop)
    }

    fn broken(&mut self, _file: &str, _code: &'static str, message: String) -> io::Result<()> {
        Err(io::Error::other(message))
    }
}

struct Records<'l, F> {
    limits: &'l Limits,
    each: F,
}

impl<F: FnMut(Entity, u64, Object) -> io::Result<()>> Files for Records<'_, F> {
    fn file(&mut self, name: &str, of_bag: bool, bytes: &mut dyn Read) -> io::Result<()> {
        let Some(entity) = Entity::of_file(name).filter(|_| !of_bag) else {
            return io::copy(bytes, &mut io::sink()).map(drop);
        };
        let mut lines = Lines::new(bytes, self.limits.line);
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            match lines.next(&mut line)? {
                Line::End => return Ok(()),
                Line::TooLong => {}
                Line::Read => {
                    if let Ok(record) = serde_json::from_slice(&line) {
                        (self.each)(entity, number, record)?;
                    }
                }
            }
            number += 1;
        }
    }

    fn broken(&mut self, _file: &str, _code: &'static str, message: String) -> io::Result<()> {
        Err(io::Error::other(message))
    }
}
