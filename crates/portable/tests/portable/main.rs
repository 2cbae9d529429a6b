//! Exports as whoever makes, checks and reads them sees them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod corruption;
mod exports;
mod generated;
mod hardened;
mod old;
mod planning;
#[expect(dead_code, reason = "the domain's own tests take more of it")]
#[path = "../../../domain/tests/secrets/samples.rs"]
mod samples;
mod sealed;
mod tools;
#[path = "../support/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::path::Path;

use dataops_domain::Timestamp;
use dataops_portable::{Finding, Incoming, Options, Origin, Report, Writer, validate};
use tempfile::TempDir;

/// True when scripts/prove runs these tests at their full sizes.
fn is_full() -> bool {
    std::env::var_os("DATAOPS_PROVE").is_some()
}

/// The moment every export of these tests is made at.
fn origin() -> Origin {
    Origin { environment: "Prod EU".to_owned(), ..Origin::at(Timestamp::parse("2026-11-21T02:00:00Z").unwrap()) }
}

/// Writes an export of these records.
fn export(records: impl IntoIterator<Item = Incoming>) -> TempDir {
    let (scratch, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut writer = Writer::new(scratch.path()).unwrap();
    records.into_iter().for_each(|record| writer.push(record).unwrap());
    writer.finish(folder.path(), &origin()).unwrap();
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "no run is left behind");
    folder
}

fn report(path: &Path) -> Report {
    validate(path, &Options::new(std::env::temp_dir())).unwrap()
}

fn findings(path: &Path) -> Vec<Finding> {
    report(path).first(500).unwrap()
}

fn messages(path: &Path) -> Vec<String> {
    findings(path).into_iter().map(|finding| finding.message).collect()
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect()
}
