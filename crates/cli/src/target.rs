//! Carries an administration command to the fleet it is for: into the data folder, into a stack, or over a deployed fleet's API.

use std::io::BufRead;
use std::path::Path;

use dataops_fleet::{Clock, Config};
use dataops_local::control::MoveClock;
use dataops_local::functions;
use dataops_local::{DataDir, admin::Administered};
use serde_json::{Value, json};

use crate::args::Target;
use crate::error::CliError;
use crate::http;
use crate::stack::Stack;

/// One administration command, in both of its forms.
pub(crate) struct Administration {
    /// The engine's administration event.
    pub(crate) event: Value,
    /// The route of the API: method, path and body.
    pub(crate) route: (&'static str, String, Option<Value>),
}

/// A fleet that is ready for commands.
pub(crate) enum Connection {
    /// The engine over a data folder.
    Local(Box<Administered>),
    /// The engine of a deployed stack.
    Stack(Box<Stack>),
    /// The API of a deployed fleet.
    Remote {
        /// Where its API begins.
        url: String,
        /// The caller's token.
        token: String,
    },
}

impl Target {
    /// The address of the portal; `None` when no fleet runs on the data folder, or when a stack is named without its address.
    pub(crate) fn portal(&self) -> Result<Option<String>, CliError> {
        match &self.url {
            Some(url) => Ok(Some(url.trim_end_matches('/').to_owned())),
            None if self.stack.is_some() => Ok(None),
            None => Ok(DataDir::open(&self.data_dir)?.running().map(|fleet| fleet.url.trim_end_matches('/').to_owned())),
        }
    }

    /// Runs the command and returns what it answered.
    pub(crate) async fn run(&self, environment: &Config, command: Administration) -> Result<Value, CliError> {
        let connection = self.open(environment).await?;
        let answer = connection.run(command).await;
        connection.close().await;
        answer
    }

    /// Reaches the fleet, for several commands.
    pub(crate) async fn open(&self, environment: &Config) -> Result<Connection, CliError> {
        if let Some(stack) = &self.stack {
            return Ok(Connection::Stack(Box::new(Stack::open(stack, environment).await?)));
        }
        let Some(url) = &self.url else {
            return Ok(Connection::Local(Box::new(
                Administered::open(&self.data_dir, clock(&self.data_dir).await?, &functions::own()).await?,
            )));
        };
        let token = match &self.token {
            Some(token) => token.clone(),
            None if self.token_stdin => input_line("token")?,
            None => return Err(CliError::NoToken),
        };
        Ok(Connection::Remote { url: format!("{}/work/api", url.trim_end_matches('/')), token })
    }
}

/// The clock of the fleet that runs on a data folder; real time where none does.
pub(crate) async fn clock(data_dir: &Path) -> Result<Clock, CliError> {
    let Some(fleet) = DataDir::open(data_dir)?.running() else { return Ok(Clock::system()) };
    match http::call("POST", &format!("{}/clock", fleet.control_url), &fleet.token, Some(&json!(MoveClock::default()))).await {
        Ok(answer) => Ok(answer["offsetMillis"].as_i64().map_or_else(Clock::system, Clock::with_offset)),
        // It was killed and left its address behind.
        Err(CliError::NoAnswer { .. }) => Ok(Clock::system()),
        Err(error) => Err(error),
    }
}

impl Connection {
    /// Runs a command and returns what it answered.
    pub(crate) async fn run(&self, command: Administration) -> Result<Value, CliError> {
        match self {
            Self::Local(engine) => Ok(engine.run(&command.event).await?),
            Self::Stack(stack) => stack.administrate(&command.event).await,
            Self::Remote { url, token } => {
                let (method, path, body) = command.route;
                let body = body.or_else(|| (method != "GET").then(|| json!({})));
                http::call(method, &format!("{url}{path}"), token, body.as_ref()).await
            }
        }
    }

    /// Lets go of it.
    pub(crate) async fn close(self) {
        if let Self::Local(engine) = self {
            engine.close().await;
        }
    }
}

/// The next line of standard input.
pub(crate) fn input_line(what: &'static str) -> Result<String, CliError> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(CliError::Input)?;
    let text = line.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(CliError::EmptyInput(what)) } else { Ok(text.to_owned()) }
}
