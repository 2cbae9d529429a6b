//! Writes a big made-up export, or says how fast one is validated and how much memory that takes.
//!
//! ```text
//! cargo run --release -p dataops-portable --example portable generate 1000000 DIR
//! cargo run --release -p dataops-portable --example portable validate DIR
//! ```

#![expect(clippy::print_stdout, reason = "an example prints")]

#[expect(dead_code, reason = "the tests take more of it")]
#[path = "../tests/support/world.rs"]
mod world;

use std::path::Path;
use std::time::Instant;

use dataops_domain::Timestamp;
use dataops_portable::{Incoming, Options, Origin, Writer, validate};
use world::{Made, World};

type End = Result<(), Box<dyn std::error::Error>>;

fn main() -> End {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate", total, folder] => generate(total.parse()?, Path::new(folder)),
        ["validate", path] => check(Path::new(path)),
        _ => Err("generate TOTAL DIR, or validate PATH".into()),
    }
}

/// Writes an export of nearly so many records, events included, from the last kind to the first: the worst order for the writer.
fn generate(total: u64, folder: &Path) -> End {
    std::fs::create_dir_all(folder)?;
    let scratch = tempfile::tempdir_in(folder.parent().unwrap_or(folder))?;
    let started = Instant::now();
    let mut writer = Writer::new(scratch.path())?;
    let mut records = 0u64;
    let world = World::of_size(1, total * 1_000 / 1_040);
    for entity in world::KINDS.into_iter().rev() {
        for number in (0..world.count(entity)).rev() {
            let Made { record, events } = world.made(entity, number);
            records += 1 + events.len() as u64;
            events.iter().rev().try_for_each(|event| writer.push(Incoming::event(event)))?;
            writer.push(record)?;
        }
    }
    let pushed = used();
    writer.finish(folder, &Origin::at(Timestamp::from_millis(1_790_000_000_000)))?;
    let figures = Figures { records, bytes: size(folder)?, seconds: started.elapsed().as_secs_f64(), used: used() };
    println!("written: {figures}; made and sorted with {pushed:.1} s of it");
    Ok(())
}

fn check(path: &Path) -> End {
    let started = Instant::now();
    let mut report = validate(path, &Options::new(std::env::temp_dir()))?;
    let records = report.counts.0.iter().map(|(_, count)| count).sum();
    let figures = Figures { records, bytes: size(path)?, seconds: started.elapsed().as_secs_f64(), used: used() };
    println!("validated: {figures}; {} findings", report.total);
    println!("its bytes hashed and nothing else: {:.0} MB/s", hashed(path)?);
    report.first(5)?.iter().for_each(|finding| println!("{}", finding.words()));
    Ok(())
}

struct Figures {
    records: u64,
    bytes: u64,
    seconds: f64,
    /// Seconds of one core.
    used: f64,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let megabytes = self.bytes as f64 / 1e6;
        write!(
            f,
            "{} records and {megabytes:.0} MB in {:.1} s, {:.1} s of a core: {:.0} records/s and {:.0} MB/s per core, {} MB of memory at most",
            self.records,
            self.seconds,
            self.used,
            self.records as f64 / self.used,
            megabytes / self.used,
            peak()
        )
    }
}

/// How fast one core hashes the same bytes, in MB/s: what the figures are to be held against.
fn hashed(path: &Path) -> std::io::Result<f64> {
    use sha2::{Digest, Sha256};
    let (before, mut bytes, mut hash) = (used(), 0, Sha256::new());
    for name in ["tasks.jsonl", "change_events.jsonl"] {
        let path = if path.is_dir() { path.join(name) } else { path.to_owned() };
        let text = std::fs::read(path)?;
        bytes += text.len();
        hash.update(&text);
    }
    std::hint::black_box(hash.finalize());
    Ok(bytes as f64 / 1e6 / (used() - before))
}

/// Bytes of the files of records.
fn size(path: &Path) -> std::io::Result<u64> {
    if path.is_file() {
        return Ok(path.metadata()?.len());
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if entry.path().extension().is_some_and(|end| end == "jsonl") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// Seconds of a core that this process has used, as Linux counts them.
fn used() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory this process has had, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}
