//! Exports and imports over the embedded stack, as whoever operates it sees them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "exports/busy.rs"]
mod busy;
#[path = "exports/bytes.rs"]
mod bytes;
#[path = "exports/checks.rs"]
mod checks;
#[path = "exports/comes_back.rs"]
mod comes_back;
#[path = "exports/generated.rs"]
mod generated;
#[path = "exports/job.rs"]
mod job;
#[path = "exports/killed.rs"]
mod killed;
#[path = "exports/meanwhile.rs"]
mod meanwhile;
#[path = "exports/old.rs"]
mod old;
#[path = "exports/redacted.rs"]
mod redacted;
#[path = "exports/route.rs"]
mod route;
#[path = "exports/scenario.rs"]
mod scenario;

use std::collections::BTreeMap;
use std::path::Path;

use dataops_domain::{Actor, Timestamp};
use dataops_engine::ExportLimits;
use dataops_portable::{Options, validate};
use dataops_store::Operation;
use dataops_testkit::{ExportJob, Stack};
use tempfile::TempDir;

/// An operation at the moment of a stack's clock.
fn operation(stack: &Stack, name: &str) -> Operation {
    Operation::new(name, Actor::system(), stack.clock.now(), None)
}

/// The limits of a job that nothing ends.
fn unlimited(job: &ExportJob) -> ExportLimits {
    job.limits(None).unwrap()
}

/// Exports a stack into a folder of its own.
async fn folder(stack: &Stack) -> TempDir {
    let job = stack.export_job();
    let out = tempfile::tempdir().unwrap();
    job.engine().export_folder(&operation(stack, "out"), out.path(), false, job.settings(), &unlimited(&job)).await.unwrap();
    out
}

/// Every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Says where two exports differ, line by line.
fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (left, right) = (text(bytes), text(&other[name]));
        let differs = left.lines().zip(right.lines()).find(|(left, right)| left != right);
        assert!(left == right, "{name}: {differs:#?}, {} lines and {}", left.lines().count(), right.lines().count());
    }
}

/// What is wrong with an export.
fn findings(path: &Path) -> Vec<String> {
    let mut report = validate(path, &Options::new(std::env::temp_dir())).unwrap();
    report.first(20).unwrap().iter().map(dataops_portable::Finding::words).collect()
}

/// The moment all stacks begin at.
fn moment() -> Timestamp {
    Timestamp::parse("2026-07-01T09:00:00Z").unwrap()
}
