//! One process of a function: started, asked, looked at.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dataops_lambda_tests::{Heard, Platform};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::subject::Subject;

/// Longer than anything takes, also under valgrind.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Process {
    child: Child,
    platform: Platform,
    /// From the start of the process to its first question for an event.
    pub(crate) ready: Duration,
    /// Its last answer.
    pub(crate) said: Vec<u8>,
}

impl Process {
    /// Starts it and waits until it is ready; `counts` has valgrind count its instructions into that file.
    pub(crate) async fn start(subject: &Subject, counts: Option<&Path>) -> Self {
        let mut platform = Platform::start().await;
        let mut command = match counts {
            None => Command::new(&subject.command[0]),
            Some(file) => {
                let mut valgrind = Command::new("valgrind");
                valgrind.args(["--quiet", "--tool=callgrind"]).arg(format!("--callgrind-out-file={}", file.display()));
                valgrind.arg(&subject.command[0]);
                valgrind
            }
        };
        command.args(&subject.command[1..]).env_clear().envs(subject.environment.iter().cloned());
        command.env("AWS_LAMBDA_RUNTIME_API", &platform.address).env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        command.env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Instant::now();
        let child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", subject.name));
        match platform.hear(PATIENCE).await {
            Some(Heard::Next(at)) => Self { child, platform, ready: at - started, said: Vec::new() },
            other => panic!("{} is not ready: {other:?}", subject.name),
        }
    }

    /// One request; how long its answer took.
    pub(crate) async fn ask(&mut self, subject: &Subject) -> Duration {
        let sent = Instant::now();
        self.platform.send(&subject.event);
        loop {
            match self.platform.hear(PATIENCE).await {
                Some(Heard::Answer(at, said)) => {
                    self.said = said;
                    let text = String::from_utf8_lossy(&self.said);
                    assert!(!text.contains("\"ok\":false") && !text.contains("\"statusCode\":4"), "{}: {text}", subject.name);
                    return at - sent;
                }
                Some(Heard::Next(_)) => {}
                other => panic!("{} does not answer: {other:?}", subject.name),
            }
        }
    }

    /// The most memory it has held so far, in MB.
    pub(crate) fn high_water(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.trim().strip_suffix(" kB"));
        kilobytes.and_then(|text| text.trim().parse::<f64>().ok()).unwrap() / 1024.0
    }

    /// Milliseconds that its threads have had a processor so far.
    pub(crate) fn on_processor(&self) -> f64 {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let nanoseconds = |thread: std::io::Result<std::fs::DirEntry>| -> f64 {
            let text = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
            text.split_whitespace().next().unwrap().parse().unwrap()
        };
        threads.map(nanoseconds).sum::<f64>() / 1e6
    }

    /// Ends it as the platform would, so that valgrind writes what it counted.
    fn end(mut self) {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(id, Signal::SIGTERM).unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The instructions of a process that answers so many requests; `None` for what valgrind can't run.
pub(crate) async fn instructions(subject: &Subject, requests: usize) -> Option<f64> {
    if !subject.counted {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counts");
    let mut process = Process::start(subject, Some(&file)).await;
    for _ in 0..requests {
        process.ask(subject).await;
    }
    process.end();
    let text = std::fs::read_to_string(&file).unwrap();
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
    total.map(|total| total.split_whitespace().next().unwrap().parse().unwrap())
}
