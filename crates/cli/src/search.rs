//! `dataops search rebuild`: makes the search index anew.

use std::path::Path;

use dataops_local::{admin, functions};
use serde_json::json;

use crate::error::CliError;
use crate::output::say;

/// Begins with it, then runs the passes that finish it.
pub(crate) async fn rebuild(data_dir: &Path) -> Result<(), CliError> {
    let (mut command, mut records) = ("search-rebuild", 0);
    loop {
        let answer = admin::run(data_dir, &json!({ "command": command }), functions::build).await?;
        records += answer["search"]["taken"].as_u64().unwrap_or_default();
        if answer["search"]["building"] != true {
            break;
        }
        command = "search-pass";
    }
    say(format!("The search index is new: {records} records."));
    Ok(())
}
