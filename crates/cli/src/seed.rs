//! `dataops seed`: loads the workflow catalog and the duties.

use dataops_fleet::Config;
use serde_json::{Value, json};

use crate::args::Target;
use crate::error::CliError;
use crate::output::say;
use crate::target::Administration;

/// Seeds the fleet and says what was done.
pub(crate) async fn run(target: &Target, environment: &Config) -> Result<(), CliError> {
    let command = Administration { event: json!({ "command": "seed" }), route: ("POST", "/seed".to_owned(), None) };
    let report = &target.run(environment, command).await?["report"];
    let count = |name: &str| report[name].as_array().map_or(0, Vec::len);
    let unchanged = report["unchanged"].as_u64().unwrap_or_default();
    say(format!("Workflows: {} new, {} brought up to date, {unchanged} unchanged.", count("created"), count("updated")));
    for name in report["differs"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        say(format!("Left as it is, because it was changed here: {name}"));
    }
    let duties = &report["duties"];
    let count = |name: &str| duties[name].as_array().map_or(0, Vec::len);
    let unchanged = duties["unchanged"].as_u64().unwrap_or_default();
    say(format!("Duties: {} new, {} brought up to date, {unchanged} unchanged.", count("created"), count("updated")));
    for name in duties["differs"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        say(format!("Left as it is, because it was changed here: {name}"));
    }
    Ok(())
}
