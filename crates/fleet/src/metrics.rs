//! What the product tells CloudWatch of itself, as embedded metrics: one log line holds all of an invocation.
//!
//! The names stand here and nowhere else; `scripts/check_template.py` compares them with the alarms of the template. Every metric has
//! the one dimension `Stack`.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, SystemTime};

use dataops_domain::Timestamp;
use metrique_writer::format::Format;
use metrique_writer::unit::{AsCount, AsSeconds};
use metrique_writer::{Entry, EntryWriter, Value};
use metrique_writer_format_emf::Emf;

use crate::scope;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "DataOps";
/// The one dimension: the stack's name.
pub const DIMENSION: &str = "Stack";

/// A metric of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// A tick that came to its end; without it nothing is made, and no reminder raised.
    TickSettled,
    /// Windows whose work a tick made.
    WindowsMade,
    /// Windows that nobody settled in time; they wait for somebody to ask for them.
    WindowsMissed,
    /// Windows that could not be made.
    WindowsFailed,
    /// How long the oldest assistant job waits for approval, in seconds; 0 when none waits.
    OldestApproval,
    /// Attempts whose runner was not heard of in time.
    RunnerLost,
    /// Attempts that failed.
    JobsFailed,
    /// How old the newest archive is that was found sound, in seconds. Untold while there is none.
    ExportAge,
    /// Tries of a database call that were throttled.
    DatabaseThrottles,
    /// Tries of a database call that failed on the database's side, or got no answer.
    DatabaseErrors,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 10] = [
        Self::TickSettled,
        Self::WindowsMade,
        Self::WindowsMissed,
        Self::WindowsFailed,
        Self::OldestApproval,
        Self::RunnerLost,
        Self::JobsFailed,
        Self::ExportAge,
        Self::DatabaseThrottles,
        Self::DatabaseErrors,
    ];

    /// Its name in CloudWatch.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TickSettled => "TickSettled",
            Self::WindowsMade => "WindowsMade",
            Self::WindowsMissed => "WindowsMissed",
            Self::WindowsFailed => "WindowsFailed",
            Self::OldestApproval => "OldestApproval",
            Self::RunnerLost => "RunnerLost",
            Self::JobsFailed => "JobsFailed",
            Self::ExportAge => "ExportAge",
            Self::DatabaseThrottles => "DatabaseThrottles",
            Self::DatabaseErrors => "DatabaseErrors",
        }
    }

    const fn is_in_seconds(self) -> bool {
        matches!(self, Self::OldestApproval | Self::ExportAge)
    }
}

/// What an invocation has counted.
pub type Values = BTreeMap<Metric, u64>;

/// Adds to a metric of the invocation under way. Without one it is forgotten.
pub fn add(metric: Metric, value: u64) {
    scope::seen(|seen| *seen.metrics.entry(metric).or_default() += value);
}

/// A try of a database call that was throttled.
pub fn throttled() {
    add(Metric::DatabaseThrottles, 1);
}

/// A try of a database call that failed, or got no answer.
pub fn failed() {
    add(Metric::DatabaseErrors, 1);
}

/// Writes what an invocation has counted as one line: nothing when it has counted nothing.
///
/// # Errors
/// When the writer refuses.
pub fn write(stack: &str, at: Timestamp, values: &Values, out: &mut impl io::Write) -> io::Result<()> {
    if values.is_empty() {
        return Ok(());
    }
    let mut format = Emf::all_validations(NAMESPACE.to_owned(), vec![vec![DIMENSION.to_owned()]]);
    format.format(&Line { stack, at, values }, out).map_err(|error| io::Error::other(error.to_string()))
}

/// The line of one invocation.
struct Line<'a> {
    stack: &'a str,
    at: Timestamp,
    values: &'a Values,
}

impl Entry for Line<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        let millis = u64::try_from(self.at.millis()).unwrap_or_default();
        writer.timestamp(SystemTime::UNIX_EPOCH + Duration::from_millis(millis));
        writer.value(DIMENSION, self.stack);
        for (metric, value) in self.values {
            if metric.is_in_seconds() {
                writer.value(metric.name(), &in_seconds(*value));
            } else {
                writer.value(metric.name(), &counted(*value));
            }
        }
    }
}

fn counted(value: u64) -> impl Value {
    AsCount::from(value)
}

fn in_seconds(value: u64) -> impl Value {
    AsSeconds::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_embedded_metrics_with_the_stack_as_dimension() {
        let values = Values::from([(Metric::TickSettled, 1), (Metric::OldestApproval, 7200)]);
        let mut out = Vec::new();
        write("ops", Timestamp::from_millis(1_700_000_000_000), &values, &mut out).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
        let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&line["Stack"], &line["TickSettled"], &line["OldestApproval"]), (&"ops".into(), &1.into(), &7200.into()));
        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_000_u64);
        let told = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&told["Namespace"], &told["Dimensions"][0][0]), (&NAMESPACE.into(), &DIMENSION.into()));
        let units: Vec<_> =
            told["Metrics"].as_array().expect("metrics").iter().map(|one| (one["Name"].clone(), one["Unit"].clone())).collect();
        assert_eq!(units, [("TickSettled".into(), "Count".into()), ("OldestApproval".into(), "Seconds".into())]);
    }

    #[test]
    fn nothing_counted_writes_nothing() {
        let mut out = Vec::new();
        write("ops", Timestamp::from_millis(0), &Values::new(), &mut out).expect("nothing to write");
        assert!(out.is_empty());
    }
}
