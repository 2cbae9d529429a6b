//! Runs the template's schedules, as EventBridge Scheduler would, by the fleet's clock.
//!
//! A schedule first runs one interval after the start. When the clock is moved over several intervals, it runs once: a
//! tick settles everything that is due.

use std::sync::Arc;
use std::time::Duration;

use dataops_domain::time::Timestamp;
use serde::Serialize;
use tokio::sync::Mutex;

use crate::Host;
use crate::template::{Schedule, Template};

/// How often the clock is looked at, in real time.
const LOOK: Duration = Duration::from_secs(1);

/// The schedules of a fleet.
pub struct Scheduler {
    host: Arc<Host>,
    entries: Mutex<Vec<Entry>>,
}

struct Entry {
    function: String,
    schedule: Schedule,
    next: Timestamp,
}

/// One run of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ran {
    /// The schedule's name in the template.
    pub schedule: String,
    /// The function's physical name.
    pub function: String,
    /// What it answered, as JSON.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub answer: serde_json::Value,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Scheduler {
    /// The schedules of the template's functions, each first due one interval from now.
    pub fn new(template: &Template, host: Arc<Host>) -> Self {
        let now = host.clock().now();
        let entries = template.functions.iter().flat_map(|function| {
            function.schedules.iter().map(move |schedule| Entry {
                function: function.name.clone(),
                next: after(now, schedule),
                schedule: schedule.clone(),
            })
        });
        Self { entries: Mutex::new(entries.collect()), host }
    }

    /// Runs what is due, each schedule once, and returns what ran.
    pub async fn run_due(&self) -> Vec<Ran> {
        let mut ran = Vec::new();
        let mut entries = self.entries.lock().await;
        let now = self.host.clock().now();
        for entry in entries.iter_mut() {
            let latest = after(now, &entry.schedule);
            if entry.next <= now {
                ran.push(self.run_one(entry).await);
                entry.next = latest;
            } else if entry.next > latest {
                // The clock was moved back.
                entry.next = latest;
            }
        }
        ran
    }

    /// Runs every schedule now, due or not, and returns what ran.
    pub async fn run_all(&self) -> Vec<Ran> {
        let mut ran = Vec::new();
        let mut entries = self.entries.lock().await;
        for entry in entries.iter_mut() {
            ran.push(self.run_one(entry).await);
            entry.next = after(self.host.clock().now(), &entry.schedule);
        }
        ran
    }

    async fn run_one(&self, entry: &Entry) -> Ran {
        let input = entry.schedule.input.clone().into_bytes();
        let (answer, error) = match self.host.invoke(&entry.function, input).await {
            Ok(answer) => {
                let answer = serde_json::from_slice(&answer).unwrap_or_default();
                let error = refusal(&answer);
                (answer, error)
            }
            Err(error) => (serde_json::Value::Null, Some(error.to_string())),
        };
        Ran { answer, schedule: entry.schedule.name.clone(), function: entry.function.clone(), error }
    }

    /// Runs what becomes due, until it is dropped.
    pub async fn run(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            for ran in self.run_due().await {
                tracing::info!(schedule = ran.schedule, function = ran.function, error = ran.error, "a schedule ran");
            }
        }
    }
}

/// The words of a function that answered and refused: `{"ok": false, "error": "..."}`.
fn refusal(answer: &serde_json::Value) -> Option<String> {
    (answer["ok"] == false).then(|| answer["error"].as_str().unwrap_or("refused without a reason").to_owned())
}

fn after(now: Timestamp, schedule: &Schedule) -> Timestamp {
    now.plus_seconds(i64::try_from(schedule.every.as_secs()).unwrap_or(i64::MAX))
}
