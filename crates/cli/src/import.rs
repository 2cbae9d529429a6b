//! `dataops dry-run-import` and `dataops import`.

use dataops_engine::{Error, ImportMode, Imported};
use dataops_fleet::Config;
use dataops_portable::import::DryRun;
use serde_json::json;

use crate::args::{DryRunArgs, ImportArgs, Place};
use crate::error::CliError;
use crate::output::{complain, say};
use crate::place::{Opened, is_production};
use crate::target::input_line;

/// Says what an import would do.
pub(crate) async fn dry_run(wanted: &DryRunArgs, environment: &Config) -> Result<(), CliError> {
    // A folder that is not there is an empty store, and stays away.
    let scratch = tempfile::tempdir().map_err(|error| CliError::CouldNot(error.to_string()))?;
    let empty = Place { data_dir: scratch.path().join("empty"), aws: false };
    let place = if wanted.place.aws || wanted.place.is_there() { &wanted.place } else { &empty };
    let opened = place.open_or_make(environment).await?;
    let plan = opened.job().engine().import_dry_run(&wanted.path, &opened.job().settings().scratch).await;
    opened.close().await;
    let plan = plan.map_err(|error| CliError::of_engine(&error))?;
    if wanted.json {
        say(json!(plan));
    } else {
        say_plan(&plan);
    }
    let (updates, invalid) = plan.plan.0.iter().fold((0, 0), |(updates, invalid), (_, of)| (updates + of.updates, invalid + of.invalid));
    if !plan.valid {
        return Err(CliError::Invalid(plan.error_count));
    }
    match updates + invalid {
        0 => Ok(()),
        _ => Err(CliError::Found(format!(
            "{updates} records differ from what is stored and {invalid} cannot be held; an import would write nothing"
        ))),
    }
}

/// Imports.
pub(crate) async fn run(wanted: &ImportArgs, environment: &Config) -> Result<(), CliError> {
    let opened = wanted.place.open_or_make(environment).await?;
    if let Err(refused) = guard(wanted, &opened).await {
        opened.close().await;
        return Err(refused);
    }
    let mode = if wanted.merge { ImportMode::Merge } else { ImportMode::IntoEmpty };
    let (job, operation) = (opened.job(), opened.operation("import"));
    let imported = job.engine().import(&operation, &wanted.path, mode, &job.settings().scratch).await;
    opened.close().await;
    match imported {
        Ok(imported) => told(&imported, wanted.json),
        Err(Error::Expected(refused)) => {
            if wanted.json {
                say(json!({ "error": refused.message, "code": refused.code }));
            }
            Err(CliError::Found(refused.message))
        }
        Err(error) => Err(CliError::of_engine(&error)),
    }
}

/// Keeps an import out of production until somebody has typed what it is about to do.
async fn guard(wanted: &ImportArgs, opened: &Opened) -> Result<(), CliError> {
    let environment = opened.environment().await?;
    if !is_production(&environment) {
        return Ok(());
    }
    if !wanted.break_glass {
        let words = format!("this stack is {environment}: nothing is imported into it without --break-glass");
        return Err(CliError::CouldNot(words));
    }
    let expected = format!("import into {environment}");
    complain(&format!("type `{expected}` to go on"));
    match input_line("confirmation") {
        Ok(line) if line == expected => Ok(()),
        _ => Err(CliError::CouldNot(format!("`{expected}` was not typed; nothing was written"))),
    }
}

fn told(imported: &Imported, as_json: bool) -> Result<(), CliError> {
    if as_json {
        say(json!(imported));
    } else {
        say_plan(&imported.plan);
        imported.conflicts.iter().for_each(say);
    }
    if !imported.plan.valid {
        return Err(CliError::Invalid(imported.plan.error_count));
    }
    if !imported.conflicts.is_empty() {
        return Err(CliError::Found("something is in the way of the import; nothing was written".to_owned()));
    }
    if !as_json {
        let resumed = if imported.resumed { ", going on with an import that was begun" } else { "" };
        say(format!(
            "Wrote {} records{resumed}. Users have no passwords: make each a link with `dataops user setup-link ID`.",
            imported.written
        ));
        say("The bytes of files come apart: `dataops files copy`.");
    }
    Ok(())
}

/// What would become of the records, in a line for each kind, and what is wrong with the export.
fn say_plan(plan: &DryRun) {
    plan.errors.iter().for_each(say);
    for (entity, of) in plan.plan.0.iter().filter(|(_, of)| *of != dataops_portable::import::Planned::default()) {
        say(format!(
            "{entity}: {} new, {} the same, {} different, {} not kept, {} that cannot be held",
            of.inserts, of.identical, of.updates, of.skipped, of.invalid
        ));
    }
}
