//! Measures the release binaries: how long each takes to be ready, its first answer, its memory, what it weighs, and the
//! instructions of a warm request; beside them a function in Rust and one in JavaScript that do nothing. `scripts/measure` runs it.
//!
//! The platform is [`dataops_lambda_tests::Platform`], the services are the embedded AWS; neither is in the figures but as the time
//! that a first answer waits for it.

#![expect(clippy::unwrap_used, reason = "a measurement that can't be made stops")]

mod process;
mod report;
mod subject;
mod world;

use std::path::PathBuf;

use process::Process;
use report::{Figures, Range};
use subject::Subject;
use world::World;

/// Starts of each function.
const STARTS: usize = 41;
/// Requests of a warm function, and half of what the second count of instructions makes.
const REQUESTS: usize = 25;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [binaries, node, out] = arguments.as_slice() else {
        panic!("expected the folder of the binaries, the function in JavaScript and the file to write; scripts/measure gives them")
    };
    let world = World::start(binaries).await;
    let mut all = Vec::new();
    for subject in subject::all(&world, binaries, node) {
        all.push(figures(&subject).await);
    }
    std::fs::write(out, report::page(&all)).unwrap();
}

async fn figures(subject: &Subject) -> Figures {
    let (mut ready, mut busy, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let (mut memory_ready, mut memory) = (Vec::new(), Vec::new());
    for nth in 0..=STARTS {
        let mut process = Process::start(subject, None).await;
        let (computed, at_rest) = (process.on_processor(), process.high_water());
        let answered = process.ask(subject).await;
        if nth == 0 {
            // The first one reads the binary from the disk.
            continue;
        }
        for _ in 0..if nth <= 3 { REQUESTS } else { 0 } {
            process.ask(subject).await;
        }
        ready.push(process.ready.as_secs_f64() * 1e3);
        busy.push(computed);
        first.push(answered.as_secs_f64() * 1e3);
        memory_ready.push(at_rest);
        memory.extend((nth <= 3).then(|| process.high_water()));
    }
    let start = process::instructions(subject, 0).await;
    let (once, twice) = (process::instructions(subject, REQUESTS).await, process::instructions(subject, 2 * REQUESTS).await);
    let per_request = twice.zip(once).map(|(twice, once)| (twice - once) / REQUESTS as f64);
    Figures {
        name: subject.name.clone(),
        request: subject.request.to_owned(),
        ready: Range::of(ready),
        busy: Range::of(busy),
        first: Range::of(first),
        memory_ready: Range::of(memory_ready),
        memory: Range::of(memory),
        file: subject.file.as_deref().map(report::size),
        zip: subject.file.as_deref().map(report::zipped),
        start,
        per_request,
    }
}
