//! `command`: a configured local command (`claude`, `codex` or `heru`) in a working folder of its own, for the local fleet
//! and container images.
//!
//! The command sees the variables it is allowed and no others, reads the inputs as files, and writes one document. Its
//! group of processes ends with it, with the limits, with a cancel, and with this process as far as it can tell. Nothing
//! is committed or pushed: the folder is no repository, and is gone afterwards.

mod call;
mod events;
mod group;
mod objects;
mod workspace;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use dataops_content::Content;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::{Instant, sleep_until, timeout};

use crate::brief::{Brief, Way};
use crate::clean;
use crate::config::{self, Config, Dialect, Limits};
use crate::executor::{Cancel, Executor, Finished, Reporter, Run};
use crate::failure::{Code, Failure};
use crate::output::Outputs;
use crate::request::Request;
use events::Heard;
use group::Group;
use objects::{Objects, Piece};
use workspace::Workspace;

/// The most bytes a command may print, on both outputs together.
const MAX_PRINTED: usize = 16 * 1024 * 1024;
/// How many last lines of its errors are kept to tell what went wrong.
const LAST_LINES: usize = 5;
/// How long what was printed last may take to arrive after the command has ended.
const DRAIN: Duration = Duration::from_secs(1);

/// Runs a request with a local command.
#[derive(Debug, Clone)]
pub(crate) struct LocalCommand(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: config::Command,
    limits: Limits,
    content: Arc<Content>,
}

impl LocalCommand {
    /// The executor with these settings.
    pub(crate) fn new(config: &Config, content: Arc<Content>) -> Self {
        Self(Arc::new(Parts { settings: config.command.clone(), limits: config.limits, content }))
    }
}

impl Executor for LocalCommand {
    fn name(&self) -> &'static str {
        "command"
    }

    fn start(&self, request: Request) -> Run {
        let parts = Arc::clone(&self.0);
        Run::of(move |mut reporter, cancel| async move { parts.run(&request, &mut reporter, cancel).await })
    }
}

impl Parts {
    async fn run(&self, request: &Request, reporter: &mut Reporter, cancel: Cancel) -> Result<Finished, Failure> {
        let (program, dialect, folder) = self.needed()?;
        reporter.progress(Some(1), "Preparing the working folder");
        let brief = Brief::of(&self.content, request, Way::Command)?;
        let workspace = Workspace::new(&folder, &request.job_id, request.attempt, &brief)
            .map_err(|error| Failure::new(Code::ExecutorUnavailable, &format!("the working folder cannot be made: {error}")))?;
        let cwd = workspace.folder().to_string_lossy();
        let session = request.session.as_deref().filter(|_| self.goes_on(dialect));
        let call = call::call(&self.settings, dialect, &brief.prompt, &cwd, session);
        let mut command = Command::new(&program);
        command.args(&call.arguments).current_dir(workspace.folder()).env_clear().envs(self.settings.environment.iter().cloned());
        let mut heard = Heard::default();
        let watched = self.watch(&mut command, dialect, &mut heard, reporter, cancel).await;
        let made = watched.and_then(|()| self.made(&brief, &workspace, &heard, reporter));
        match made {
            Ok(outputs) => Ok(Finished { outputs, usage: heard.usage, session: heard.session }),
            Err(failure) => Err(Failure { session: heard.session, ..failure }),
        }
    }

    /// What the command has left in its folder.
    fn made(&self, brief: &Brief, workspace: &Workspace, heard: &Heard, reporter: &mut Reporter) -> Result<Outputs, Failure> {
        reporter.progress(Some(98), "Checking the document");
        let document = workspace.document(brief.document_name());
        let document = document.map_err(|error| Failure::new(Code::NoOutput, &format!("the document cannot be read: {error}")))?;
        let document = document
            .ok_or_else(|| Failure::new(Code::NoOutput, &format!("the command ended without writing output/{}", brief.document_name())))?;
        let outputs = brief.outputs(&document, "command", self.settings.model.as_deref(), heard.usage)?;
        reporter.progress(Some(100), "Ready for review");
        Ok(outputs)
    }

    /// Whether a session can be gone on with. One of claude belongs to the folder it was begun in, and ours is new.
    fn goes_on(&self, dialect: Dialect) -> bool {
        match dialect {
            Dialect::Claude => false,
            Dialect::Codex => true,
            Dialect::Heru => self.settings.heru_engine == "codex",
        }
    }

    fn needed(&self) -> Result<(PathBuf, Dialect, PathBuf), Failure> {
        let settings = &self.settings;
        match (&settings.program, settings.dialect, &settings.folder) {
            (Some(program), Some(dialect), Some(folder)) => Ok((program.clone(), dialect, folder.clone())),
            _ => Err(Failure::new(Code::ExecutorOff, "command is off")),
        }
    }

    /// Runs the command to its good end, or says why it had none.
    async fn watch(
        &self,
        command: &mut Command,
        dialect: Dialect,
        heard: &mut Heard,
        reporter: &mut Reporter,
        mut cancel: Cancel,
    ) -> Result<(), Failure> {
        let started = Group::spawn(command);
        let (mut group, stdout, stderr) =
            started.map_err(|error| Failure::new(Code::ExecutorUnavailable, &format!("the command cannot be started: {error}")))?;
        reporter.progress(Some(3), "The command has started");
        let until = Instant::now() + self.limits.wall;
        let mut alive = Instant::now() + self.limits.inactivity;
        let mut printed = Printed { dialect, heard, reporter, left: MAX_PRINTED, tail: Vec::new() };
        let (mut out, mut err) = (Piped::new(stdout), Piped::new(stderr));
        let stopped = loop {
            tokio::select! {
                biased;
                () = cancel.requested() => break Failure::new(Code::Canceled, "canceled"),
                () = sleep_until(until) => break Failure::new(Code::TimeLimit, &format!("took longer than {:?}", self.limits.wall)),
                () = sleep_until(alive) => break Failure::new(Code::InactivityLimit, &format!("said nothing for {:?}", self.limits.inactivity)),
                status = group.wait() => {
                    let status = status.map_err(|error| Failure::new(Code::CommandFailed, &format!("the command was lost: {error}")))?;
                    // The group is gone and its pipes are closed; what was printed last is still in them.
                    drop(timeout(DRAIN, async {
                        while printed.take(&mut out).is_ok() && out.read().await {}
                        while printed.take(&mut err).is_ok() && err.read().await {}
                    }).await);
                    printed.rest(&mut out);
                    printed.rest(&mut err);
                    return failed(status, printed.heard, &printed.tail).map_or(Ok(()), Err);
                }
                _ = out.read(), if out.open => if let Err(failure) = printed.take(&mut out) {
                    break failure;
                },
                _ = err.read(), if err.open => if let Err(failure) = printed.take(&mut err) {
                    break failure;
                },
            }
            alive = Instant::now() + self.limits.inactivity;
        };
        printed.reporter.log(&format!("ending the command: {stopped}"));
        group.end(self.limits.grace).await;
        Err(stopped)
    }
}

/// One of a command's outputs.
struct Piped<R> {
    pipe: R,
    buffer: Box<[u8]>,
    /// How many bytes of the buffer wait to be taken.
    filled: usize,
    open: bool,
    pieces: Objects,
}

impl<R: AsyncRead + Unpin> Piped<R> {
    fn new(pipe: R) -> Self {
        Self { pipe, buffer: vec![0; 16 * 1024].into_boxed_slice(), filled: 0, open: true, pieces: Objects::default() }
    }

    /// Waits for more; false when there is no more. May be dropped while it waits.
    async fn read(&mut self) -> bool {
        // A pipe that cannot be read is one that has ended.
        self.filled = self.pipe.read(&mut self.buffer).await.unwrap_or(0);
        self.open = self.filled > 0;
        self.open
    }
}

/// What has been printed and what was made of it.
struct Printed<'a> {
    dialect: Dialect,
    heard: &'a mut Heard,
    reporter: &'a mut Reporter,
    /// How many more bytes are taken.
    left: usize,
    /// The last lines that were no event, as they came.
    tail: Vec<String>,
}

impl Printed<'_> {
    /// Takes what was read.
    fn take<R>(&mut self, piped: &mut Piped<R>) -> Result<(), Failure> {
        let filled = std::mem::take(&mut piped.filled);
        let words = format!("the command printed more than {} MB", MAX_PRINTED / 1024 / 1024);
        self.left = self.left.checked_sub(filled).ok_or_else(|| Failure::new(Code::OutputLimit, &words))?;
        let pieces = piped.pieces.feed(&piped.buffer[..filled]);
        self.tell(pieces);
        Ok(())
    }

    /// Takes a last line that was not ended: often the one that says what went wrong.
    fn rest<R>(&mut self, piped: &mut Piped<R>) {
        let pieces = piped.pieces.feed(b"\n");
        self.tell(pieces);
    }

    fn tell(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match piece {
                Piece::Object(text) => match serde_json::from_str(&text) {
                    Ok(event) => self.heard.take(self.dialect, &event, self.reporter),
                    Err(_) => self.line(&text),
                },
                Piece::Line(text) => self.line(&text),
                Piece::TooLong => self.line("(a line that is too long was left out)"),
            }
        }
    }

    fn line(&mut self, text: &str) {
        self.reporter.log(text);
        if self.tail.len() == LAST_LINES {
            self.tail.remove(0);
        }
        // Cleaned when it is told, not for every line.
        self.tail.push(clean::whole_words(text, 1_000).to_owned());
    }
}

/// Words that say a limit of the provider was met.
const LIMITS: [&str; 8] = ["usage limit", "quota", "rate limit", "rate_limit", "budget", "credit", "capacity", "429"];
/// Words that say it may work later.
const LATER: [&str; 7] = ["timeout", "timed out", "network", "connection", "overloaded", "unavailable", "503"];

/// Why the command did not succeed.
fn failed(status: ExitStatus, heard: &Heard, tail: &[String]) -> Option<Failure> {
    if status.success() && heard.error.is_none() {
        return None;
    }
    let said = heard.error.clone().unwrap_or_else(|| tail.join(" | "));
    if let Some(signal) = status.signal() {
        return Some(Failure::new(Code::Interrupted, &format!("the command was ended by signal {signal}: {said}")));
    }
    let number = status.code().unwrap_or_default();
    let folded = said.to_lowercase();
    let code = match number {
        130 | 131 | 143 => Code::Interrupted,
        _ if LIMITS.iter().any(|word| folded.contains(word)) => Code::RateLimited,
        _ if LATER.iter().any(|word| folded.contains(word)) => Code::ServiceUnavailable,
        _ => Code::CommandFailed,
    };
    Some(Failure::new(code, &format!("the command ended with {number}: {said}")))
}
