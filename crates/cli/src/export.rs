//! `dataops export`: everything that is stored, as a folder or a bag.

use dataops_fleet::Config;
use serde_json::json;

use crate::args::ExportArgs;
use crate::error::CliError;
use crate::output::say;

/// Exports, and says what is in it.
pub(crate) async fn run(wanted: &ExportArgs, environment: &Config) -> Result<(), CliError> {
    let opened = wanted.place.open(environment).await?;
    let (job, operation) = (opened.job(), opened.operation("export"));
    let limits = job.limits(None).map_err(|error| CliError::CouldNot(error.to_string()))?;
    let made = job.engine().export_folder(&operation, &wanted.out, wanted.bag, job.settings(), &limits).await;
    opened.close().await;
    let made = made.map_err(|error| CliError::of_engine(&error)).inspect_err(|error| {
        if wanted.json {
            say(json!({ "error": error.to_string() }));
        }
    })?;
    let manifest = &made.manifest;
    if wanted.json {
        say(json!({
            "output_dir": made.folder, "generated_at": manifest.generated_at, "schema_version": manifest.schema_version,
            "entity_counts": manifest.entity_counts, "checksums": manifest.checksums, "redacted_values": manifest.redacted_values,
        }));
        return Ok(());
    }
    for (entity, count) in manifest.entity_counts.0.iter().filter(|(_, count)| *count > 0) {
        say(format!("{count:>8} {entity}"));
    }
    say(format!("Exported to {}: it was found valid. Nobody's password and no session is in it.", made.folder.display()));
    Ok(())
}
