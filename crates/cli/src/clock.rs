//! `dataops clock`: shows or moves the clock of a running fleet.

use dataops_local::DataDir;
use dataops_local::control::MoveClock;
use serde_json::{Value, json};

use crate::args::ClockArgs;
use crate::error::CliError;
use crate::http;
use crate::output::say;
use crate::tick;

/// Moves the clock as asked, and says what it shows and what ran.
pub(crate) async fn run(wanted: &ClockArgs) -> Result<(), CliError> {
    let not_running = || CliError::NotRunning(wanted.data_dir.clone());
    if !wanted.data_dir.exists() {
        return Err(not_running());
    }
    let fleet = DataDir::open(&wanted.data_dir)?.running().ok_or_else(not_running)?;
    let body = MoveClock { set: wanted.set, advance_seconds: wanted.advance };
    let answer = http::call("POST", &format!("{}/clock", fleet.control_url), &fleet.token, Some(&json!(body))).await;
    let answer = answer.map_err(|error| match error {
        // What was killed leaves its address behind.
        CliError::NoAnswer { .. } => not_running(),
        other => other,
    })?;
    say(format!("The clock shows {}.", answer["now"].as_str().unwrap_or_default()));
    if answer["background"] == false {
        say("No schedule runs: the fleet was started with --no-background.");
    }
    tick::say_what_ran(&answer["ran"]);
    if answer["ran"].as_array().is_some_and(Vec::is_empty) && body != MoveClock::default() && answer["background"] != Value::Bool(false) {
        say("No schedule became due.");
    }
    Ok(())
}
