//! Carries an administration command to the fleet it is for: into the data folder, or over a deployed fleet's API.

use std::io::BufRead;

use dataops_local::{admin, functions};
use serde_json::{Value, json};

use crate::args::Target;
use crate::error::CliError;
use crate::http;

/// One administration command, in both of its forms.
pub(crate) struct Administration {
    /// The engine's administration event.
    pub(crate) event: Value,
    /// The route of the API: method, path and body.
    pub(crate) route: (&'static str, String, Option<Value>),
}

impl Target {
    /// Runs the command and returns what it answered.
    pub(crate) async fn run(&self, command: Administration) -> Result<Value, CliError> {
        let Some(url) = &self.url else {
            return Ok(admin::run(&self.data_dir, &command.event, functions::build).await?);
        };
        let token = match &self.token {
            Some(token) => token.clone(),
            None if self.token_stdin => input_line("token")?,
            None => return Err(CliError::NoToken),
        };
        let (method, path, body) = command.route;
        let body = body.or_else(|| (method != "GET").then(|| json!({})));
        http::call(method, &format!("{}/work/api{path}", url.trim_end_matches('/')), &token, body.as_ref()).await
    }
}

/// The next line of standard input.
pub(crate) fn input_line(what: &'static str) -> Result<String, CliError> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(CliError::Input)?;
    let text = line.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(CliError::EmptyInput(what)) } else { Ok(text.to_owned()) }
}
