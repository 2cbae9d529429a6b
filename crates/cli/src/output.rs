//! Standard output and standard error. A closed pipe ends nothing.

use std::fmt::Display;
use std::io::Write;

/// Prints a result.
pub(crate) fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Prints a failure.
pub(crate) fn complain(error: &impl Display) {
    drop(writeln!(std::io::stderr(), "dataops: {error}"));
}

/// Prints what went wrong beside a result that stands.
pub(crate) fn warn(words: impl Display) {
    drop(writeln!(std::io::stderr(), "dataops: {words}"));
}

/// Prints rows in columns as wide as their widest text.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, text)| format!("{text:<0$}", width(column)));
        say(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
