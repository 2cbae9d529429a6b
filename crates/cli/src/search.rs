//! `dataops search rebuild`: makes the search index anew.

use std::path::Path;

use dataops_local::admin::Administered;
use dataops_local::functions;
use serde_json::json;

use crate::error::CliError;
use crate::output::say;
use crate::target::clock;

/// Begins with it, then runs the passes that finish it.
pub(crate) async fn rebuild(data_dir: &Path) -> Result<(), CliError> {
    let engine = Administered::open(data_dir, clock(data_dir).await?, &functions::own()).await?;
    let (mut command, mut records) = ("search-rebuild", 0);
    loop {
        let answer = engine.run(&json!({ "command": command })).await?;
        records += answer["search"]["taken"].as_u64().unwrap_or_default();
        if answer["search"]["building"] != true {
            break;
        }
        command = "search-pass";
    }
    engine.close().await;
    say(format!("The search index is new: {records} records."));
    Ok(())
}
