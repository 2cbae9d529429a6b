//! What runs a request: start, events, outputs, cancel.
//!
//! [`Executor::start`] returns at once with a [`Run`]. Its events are bounded as a whole (`MAX_LOG`), so a caller that
//! reads slowly holds nothing up and nothing grows without end. Every text in an event or a failure is clean: no secret, no control
//! character, one bounded line.

use std::future::Future;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::clean;
use crate::failure::{Code, Failure};
use crate::output::Outputs;
use crate::request::Request;

/// The most bytes of a log line.
const MAX_LINE: usize = 2_000;
/// The most bytes of all events of one run; what comes later is left out, and one line says so.
pub const MAX_LOG: usize = 1024 * 1024;
/// What an event weighs beside its text.
const EVENT: usize = 32;

/// Runs requests of one assistant type.
pub trait Executor: Send + Sync {
    /// Its name, as the configuration and the job's metadata have it: `dry-run`, `messages-http`, `command`.
    fn name(&self) -> &'static str;

    /// Begins. Must be called within a Tokio runtime. The run goes on by itself; dropping the [`Run`] ends it.
    fn start(&self, request: Request) -> Run;
}

/// Something that happened while a request ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// How far it is.
    Progress {
        /// 0 to 100, when the executor can tell; never falls within a run.
        percent: Option<u8>,
        /// What it is doing, in a few words.
        step: String,
    },
    /// A line of its log.
    Log(String),
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Finished {
    /// What it made; at least one.
    pub outputs: Outputs,
    /// What it used.
    pub usage: Usage,
    /// The executor's session, which a later attempt may go on with. Kept on the attempt, never in a global place.
    pub session: Option<String>,
}

/// What a run used, as far as its executor could tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Millionths of a dollar.
    pub cost_micros: u64,
}

/// A request that is running.
#[derive(Debug)]
pub struct Run {
    events: mpsc::UnboundedReceiver<Event>,
    cancel: watch::Sender<bool>,
    work: JoinHandle<Result<Finished, Failure>>,
}

impl Run {
    /// The next event; `None` when the run is over. May be dropped while it waits without losing an event.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Asks it to stop; what it started is ended too. [`Run::finish`] then says [`Code::Canceled`], unless the run was
    /// over already. Asking twice does no harm.
    pub fn cancel(&self) {
        self.cancel.send_replace(true);
    }

    /// What came of it, once it is over. Events that nobody read are dropped.
    ///
    /// # Errors
    /// Why it failed.
    pub async fn finish(mut self) -> Result<Finished, Failure> {
        self.events.close();
        match (&mut self.work).await {
            Ok(result) => result,
            Err(error) if error.is_cancelled() => Err(Failure::new(Code::Canceled, "canceled")),
            Err(_) => Err(Failure::new(Code::BrokenAnswer, "the executor stopped unexpectedly")),
        }
    }

    /// A run of this work. The work is given what it reports to and how it hears of a cancel.
    pub(crate) fn of<F>(work: impl FnOnce(Reporter, Cancel) -> F) -> Self
    where
        F: Future<Output = Result<Finished, Failure>> + Send + 'static,
    {
        let (sender, events) = mpsc::unbounded_channel();
        let (cancel, canceled) = watch::channel(false);
        let reporter = Reporter { events: sender, left: MAX_LOG, percent: None, step: String::new() };
        let work = tokio::spawn(work(reporter, Cancel(canceled)));
        Self { events, cancel, work }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.work.abort();
    }
}

/// How work hears that it is to stop.
#[derive(Debug, Clone)]
pub(crate) struct Cancel(watch::Receiver<bool>);

impl Cancel {
    /// Waits until the run is canceled.
    pub(crate) async fn requested(&mut self) {
        if self.0.wait_for(|canceled| *canceled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Where work reports.
#[derive(Debug)]
pub(crate) struct Reporter {
    events: mpsc::UnboundedSender<Event>,
    left: usize,
    percent: Option<u8>,
    step: String,
}

impl Reporter {
    /// Says how far the work is. What was said already is not said again, and no percentage falls.
    pub(crate) fn progress(&mut self, percent: Option<u8>, step: &str) {
        let percent = percent.map(|percent| percent.min(100)).max(self.percent);
        let step = clean::line(step, 200);
        if percent != self.percent || step != self.step {
            self.percent = percent;
            self.step.clone_from(&step);
            self.send(step.len(), Event::Progress { percent, step });
        }
    }

    /// Adds a line to the log; a blank one is left out.
    pub(crate) fn log(&mut self, text: &str) {
        // What is not kept need not be cleaned: a command that prints without end costs little.
        if self.left == 0 {
            return;
        }
        let line = clean::line(text, MAX_LINE);
        if !line.is_empty() {
            self.send(line.len(), Event::Log(line));
        }
    }

    fn send(&mut self, bytes: usize, event: Event) {
        if self.left == 0 {
            return;
        }
        let weight = bytes + EVENT;
        let event = if weight <= self.left {
            self.left -= weight;
            event
        } else {
            self.left = 0;
            Event::Log("(the log is longer than is kept; the rest is left out)".to_owned())
        };
        drop(self.events.send(event));
    }
}
