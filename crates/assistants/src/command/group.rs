//! A process and everything it started: one process group, ended together.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

/// A running process that leads its group. Dropping it ends the group at once.
#[derive(Debug)]
pub(super) struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    /// Starts the command as the leader of a new group, with nothing to read and both outputs to be read.
    pub(super) fn spawn(command: &mut Command) -> io::Result<(Self, ChildStdout, ChildStderr)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        let mut child = command.spawn()?;
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let outputs = child.stdout.take().zip(child.stderr.take());
        let (stdout, stderr) = outputs.ok_or_else(|| io::Error::other("the command has no outputs"))?;
        Ok((Self { child, leader }, stdout, stderr))
    }

    /// Waits for the leader; whatever else is in its group is then ended.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.signal(Signal::SIGKILL);
        self.leader = None;
        Ok(status)
    }

    /// Asks the group to end, and ends it when it does not.
    pub(super) async fn end(mut self, grace: Duration) {
        self.signal(Signal::SIGTERM);
        if timeout(grace, self.child.wait()).await.is_err() {
            self.signal(Signal::SIGKILL);
            drop(timeout(grace, self.child.wait()).await);
        }
        self.signal(Signal::SIGKILL);
        self.leader = None;
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // No such group: it has ended already, which is what was wanted.
            let _ = killpg(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}
