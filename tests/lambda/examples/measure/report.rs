//! What was measured, as a page.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Median and ends of several runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    low: f64,
    median: f64,
    high: f64,
}

/// What was measured of one function. Times are milliseconds, memory and sizes megabytes.
pub(crate) struct Figures {
    pub(crate) name: String,
    pub(crate) request: String,
    pub(crate) ready: Range,
    /// What of that its threads had a processor.
    pub(crate) busy: Range,
    pub(crate) first: Range,
    pub(crate) memory_ready: Range,
    pub(crate) memory: Range,
    pub(crate) file: Option<f64>,
    pub(crate) zip: Option<f64>,
    /// Instructions until it is ready.
    pub(crate) start: Option<f64>,
    pub(crate) per_request: Option<f64>,
}

impl Range {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { low: values[0], median: values[values.len() / 2], high: values[values.len() - 1] }
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} ({:.1}-{:.1})", self.median, self.low, self.high)
    }
}

/// Megabytes of a file.
pub(crate) fn size(file: &Path) -> f64 {
    std::fs::metadata(file).unwrap().len() as f64 / 1e6
}

/// Megabytes of a file as `sam` packs it. The archive's own frame is some hundred bytes more.
pub(crate) fn zipped(file: &Path) -> f64 {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&std::fs::read(file).unwrap()).unwrap();
    encoder.finish().unwrap().len() as f64 / 1e6
}

fn millions(count: Option<f64>) -> String {
    count.map_or_else(|| "-".to_owned(), |count| format!("{:.2}", count / 1e6))
}

fn megabytes(size: Option<f64>) -> String {
    size.map_or_else(|| "-".to_owned(), |size| format!("{size:.2}"))
}

/// The tables.
pub(crate) fn page(all: &[Figures]) -> String {
    let bare = &all[0];
    let mut page = String::new();
    page.push_str("| Function | Start to ready, ms | times the bare one | of it computing, ms | times the bare one | First answer, ms | Ready, M instructions | Warm request, M instructions |\n");
    page.push_str("|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for one in all {
        let (times, of_busy) = (one.ready.median / bare.ready.median, one.busy.median / bare.busy.median);
        let (start, warm) = (millions(one.start), millions(one.per_request));
        writeln!(page, "| {} | {} | {times:.1} | {} | {of_busy:.1} | {} | {start} | {warm} |", one.name, one.ready, one.busy, one.first)
            .unwrap();
    }
    page.push_str("\n| Function | Memory when ready, MB | Memory at most, MB | Binary, MB | Zip, MB | Its request |\n");
    page.push_str("|---|--:|--:|--:|--:|---|\n");
    for one in all {
        let (file, zip) = (megabytes(one.file), megabytes(one.zip));
        writeln!(page, "| {} | {} | {} | {file} | {zip} | {} |", one.name, one.memory_ready, one.memory, one.request).unwrap();
    }
    page
}
