//! Looks for secrets in what comes in, line by line, or says how fast it looks.
//!
//! ```text
//! cargo run --release -p dataops-domain --example secrets < notes.txt
//! cargo run --release -p dataops-domain --example secrets speed < notes.txt
//! ```

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::io::Read;

use dataops_domain::secrets;

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    if std::env::args().nth(1).as_deref() == Some("speed") {
        speed(&text);
    } else {
        scan(&text);
    }
    Ok(())
}

fn scan(text: &str) {
    for (number, line) in text.lines().enumerate() {
        for finding in secrets::find(line) {
            println!("{}:{}: {}: {}", number + 1, finding.range.start + 1, finding.rule, secrets::redact(line));
        }
    }
}

/// Scans at least 256 MB of the text, repeated, and prints the rate.
fn speed(text: &str) {
    let chunk = text.repeat((1 << 20) / text.len().max(1) + 1);
    let rounds = (256 << 20) / chunk.len() + 1;
    let started = std::time::Instant::now();
    let found: usize = (0..rounds).map(|_| secrets::find(&chunk).len()).sum();
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = (rounds * chunk.len()) as f64 / 1e6;
    println!("{:.0} MB/s ({megabytes:.0} MB in {seconds:.2} s, {found} findings)", megabytes / seconds);
}
