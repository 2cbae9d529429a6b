//! `dataops tick`: runs every schedule once.

use dataops_local::{DataDir, admin, functions};
use serde_json::{Value, json};

use crate::args::TickArgs;
use crate::error::CliError;
use crate::generate;
use crate::http;
use crate::output::say;

/// Ticks, and says what ran.
pub(crate) async fn run(wanted: &TickArgs) -> Result<(), CliError> {
    let running = DataDir::open(&wanted.data_dir)?.running();
    let answer = match running {
        Some(fleet) => http::call("POST", &format!("{}/tick", fleet.control_url), &fleet.token, None).await,
        None => Err(CliError::NotRunning(wanted.data_dir.clone())),
    };
    let ran = match answer {
        Ok(answer) => answer["ran"].clone(),
        // No fleet runs here, or it was killed and left its address behind.
        Err(CliError::NoAnswer { .. } | CliError::NotRunning(_)) => json!(admin::tick(&wanted.data_dir, &functions::own()).await?),
        Err(error) => return Err(error),
    };
    say_what_ran(&ran);
    Ok(())
}

/// A line for each schedule that ran.
pub(crate) fn say_what_ran(ran: &Value) {
    for ran in ran.as_array().into_iter().flatten() {
        let name = |key: &str| ran[key].as_str().unwrap_or_default().to_owned();
        let end = ran["error"].as_str().map_or_else(|| "done".to_owned(), |words| format!("failed: {words}"));
        say(format!("Ran {} of {}: {end}", name("schedule"), name("function")));
        let counters = &ran["answer"]["tick"]["counters"];
        if counters.is_object() {
            generate::say_counters(counters);
        }
    }
}
