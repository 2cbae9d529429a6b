//! One runtime interface emulator with its bootstrap: a process that takes one invocation at a time.
//!
//! The emulator ends when a second invocation comes before the first is answered, and answers a failed one with status 200; both
//! are dealt with here, so that what uses it sees what Lambda's Invoke would say.

use std::fs::OpenOptions;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use dataops_fleet::InvokeError;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::Program;

/// How long an emulator may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running emulator. Dropping it ends it and its function.
pub struct Emulator {
    child: Child,
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Emulator {
    /// Starts one; both its output and its function's are added to `log`. The function itself starts with the first invocation.
    ///
    /// # Errors
    /// When the emulator does not run or does not listen.
    pub async fn start(emulator: &Path, program: &Program, log: &Path) -> io::Result<Self> {
        let (own, runtime) = (free_port()?, free_port()?);
        let output = OpenOptions::new().create(true).append(true).open(log)?;
        let mut command = Command::new(emulator);
        command.env_clear().envs(program.environment.iter().cloned());
        command.args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{own}")]);
        command.args(["--runtime-api-address", &format!("127.0.0.1:{runtime}"), "--log-level", "info"]).arg(&program.bootstrap);
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let mut this = Self {
            child: command.spawn()?,
            url: format!("http://127.0.0.1:{own}/2015-03-31/functions/function/invocations"),
            client: Client::builder(TokioExecutor::new()).build_http(),
        };
        this.listens(own).await?;
        Ok(this)
    }

    async fn listens(&mut self, port: u16) -> io::Result<()> {
        let listens = async {
            while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
                if let Some(status) = self.child.try_wait()? {
                    return Err(io::Error::other(format!("the emulator ended with {status} before it listened")));
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            Ok(())
        };
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the emulator does not listen");
        tokio::time::timeout(PATIENCE, listens).await.map_err(late)?
    }

    /// One invocation, as Lambda's Invoke would answer it.
    ///
    /// # Errors
    /// What the function failed with, or how its process ended.
    pub async fn invoke(&mut self, payload: &[u8]) -> Result<Vec<u8>, InvokeError> {
        let broken = |error: &dyn std::fmt::Display| InvokeError::new("Emulator", error.to_string());
        let request = Request::post(&self.url).body(Full::from(payload.to_vec())).map_err(|error| broken(&error))?;
        let answer = self.client.request(request).await.map_err(|error| broken(&error))?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| broken(&error))?.to_bytes();
        if status == StatusCode::OK { said(&body) } else { Err(ended(status, &body)) }
    }
}

/// What the emulator's body stands for. It tells a failure by the body alone.
fn said(body: &[u8]) -> Result<Vec<u8>, InvokeError> {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let text = |name: &str| value.as_ref()?.get(name)?.as_str().map(str::to_owned);
    if let (Some(kind), Some(words)) = (text("errorType"), text("errorMessage")) {
        return Err(InvokeError::new(kind, words));
    }
    match String::from_utf8_lossy(body) {
        words if words.starts_with("Task timed out after") => Err(InvokeError::new("Sandbox.Timedout", words)),
        _ => Ok(body.to_vec()),
    }
}

/// A function that ended without an answer. What it said is in its log.
fn ended(status: StatusCode, body: &[u8]) -> InvokeError {
    InvokeError::new("Runtime.ExitError", format!("the function ended: {status} {}", String::from_utf8_lossy(body)))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Drop for Emulator {
    /// The emulator ends its function when it is told to end, so it is told first.
    fn drop(&mut self) {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default());
        let _ = kill(id, Signal::SIGTERM);
        for _ in 0..200 {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                _ => return,
            }
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
