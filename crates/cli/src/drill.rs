//! `dataops restore-drill`: proves that an archive can be restored (EX-6, wire contract 15.5).

use std::path::{Path, PathBuf};

use dataops_api::exports::Drill;
use dataops_domain::Timestamp;
use dataops_engine::{ExportSettings, ImportMode, archive_checksum, objects_missing};
use dataops_export_job::ExportJob;
use dataops_fleet::{Clock, Config};
use dataops_local::admin::Administered;
use dataops_local::exports::Data;
use dataops_local::functions;
use dataops_portable::import::{DryRun, manifest_bytes};
use dataops_portable::{Limits, Origin};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::args::DrillArgs;
use crate::error::CliError;
use crate::output::{say, warn};
use crate::place::{Opened, is_production};

/// Whoever the checks are made as.
const WHO: &str = "restore-drill";

/// The drill, with its evidence written down.
pub(crate) async fn run(wanted: &DrillArgs, environment: &Config) -> Result<(), CliError> {
    if is_production(&wanted.target_environment) {
        return Err(CliError::CouldNot("a drill is for a non-production environment; name another with --target-environment".to_owned()));
    }
    let scratch = tempfile::tempdir().map_err(|error| CliError::CouldNot(error.to_string()))?;
    let here = wanted.place.aws || wanted.place.is_there();
    let opened = if here { Some(wanted.place.open(environment).await?) } else { None };
    let ended = drilled(wanted, opened.as_ref(), scratch.path()).await;
    if let Some(opened) = opened {
        opened.close().await;
    }
    let (evidence, file) = ended?;
    tell(&evidence, &file, wanted.json)
}

/// Carries the drill out, writes the evidence down, and keeps it beside the archive where this stack lists it.
async fn drilled(wanted: &DrillArgs, opened: Option<&Opened>, scratch: &Path) -> Result<(Value, PathBuf), CliError> {
    let path = fetched(&wanted.archive, opened, scratch).await?;
    let mut evidence = drill(&path, opened, scratch).await?;
    let now = Clock::system().now().to_string();
    let about = json!({
        "schema_version": "dataops.restore-evidence.v1", "archive_uri": wanted.archive, "archive_key": key_of(&wanted.archive),
        "target_environment": wanted.target_environment, "evidence_timestamp": now,
        "production_write_gate": "No record was written outside of the drill's own store; a restore into production must be human-approved",
    });
    if let (Value::Object(evidence), Value::Object(about)) = (&mut evidence, about) {
        evidence.extend(about);
    }
    let file = wanted.evidence.join(format!("restore-evidence-{}.json", now.replace([':', '.'], "-")));
    let could_not = |error: std::io::Error| CliError::CouldNot(format!("the evidence cannot be written to {}: {error}", file.display()));
    std::fs::create_dir_all(&wanted.evidence).map_err(could_not)?;
    let text = format!("{evidence:#}\n");
    std::fs::write(&file, &text).map_err(could_not)?;
    // The drill is what counts: a stack that does not take the note has been restored from all the same.
    if let Some(opened) = opened
        && let Err(error) = noted(&path, opened, &evidence, text.as_bytes()).await
    {
        warn(format!("the drill is not listed with its archive: {error}"));
    }
    Ok((evidence, file))
}

/// Lists the drill with its archive, when the archive is one of this stack.
async fn noted(path: &Path, opened: &Opened, evidence: &Value, text: &[u8]) -> Result<(), CliError> {
    if !path.is_file() {
        return Ok(());
    }
    let checksum = archive_checksum(path).map_err(|error| CliError::of_engine(&error))?;
    let checks = evidence["smoke_check_checklist"].as_array().map(Vec::as_slice).unwrap_or_default();
    let with = |result: &'static str| checks.iter().filter(move |check| check["result"] == result);
    let drill = Drill {
        at: Clock::system().now(),
        environment: evidence["target_environment"].as_str().unwrap_or_default().to_owned(),
        passed: with("passed").count() as u64,
        failed: with("failed").filter_map(|check| check["check"].as_str().map(str::to_owned)).collect(),
        not_run: with("not_run").count() as u64,
        missing_objects: evidence["missing_objects"]["count"].as_u64().unwrap_or_default(),
    };
    let operation = opened.operation(WHO);
    opened.job().engine().drill_note(&operation, &checksum, &drill, text).await.map(drop).map_err(|error| CliError::of_engine(&error))
}

fn key_of(archive: &str) -> &str {
    archive
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
        .map_or_else(|| archive.rsplit('/').next().unwrap_or(archive), |(_, key)| key)
}

/// The archive as a file or folder of this machine.
async fn fetched(archive: &str, opened: Option<&Opened>, scratch: &Path) -> Result<PathBuf, CliError> {
    if !archive.starts_with("s3://") {
        return Ok(PathBuf::from(archive.strip_prefix("file://").unwrap_or(archive)));
    }
    let path = scratch.join("archive.tar.gz");
    let nowhere = || CliError::CouldNot(format!("{archive}: name the stack it lies in, with --data-dir or --aws"));
    opened.ok_or_else(nowhere)?.job().engine().archive_fetch(key_of(archive), &path).await.map_err(|error| CliError::of_engine(&error))?;
    Ok(path)
}

async fn drill(path: &Path, opened: Option<&Opened>, scratch: &Path) -> Result<Value, CliError> {
    let failed = |error: dataops_engine::Error| CliError::of_engine(&error);
    // An archive without a manifest that can be read is not valid, and the evidence says so.
    let bytes = manifest_bytes(path, &Limits::default()).unwrap_or_default();
    let manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = |name: &str| manifest[name].as_str().unwrap_or("unknown").to_owned();
    let generated_at = Timestamp::parse(&text("generated_at")).unwrap_or(Timestamp::from_millis(0));

    // By the clock of the export, so that what it says of its day is so.
    let store = scratch.join("store");
    let data = local(Data::open(&store, Clock::starting_at(generated_at), [].into()).await)?;
    let engine = data.job.engine();
    let plan = engine.import_dry_run(path, scratch).await.map_err(failed)?;
    let mut drilled = Drilled { checks: vec![check("archive is valid", Some(plan.valid))], again: None, missing: None };
    let mut imported = false;
    if plan.valid {
        let operation = data.job.operation(WHO);
        imported = engine.import(&operation, path, ImportMode::IntoEmpty, scratch).await.map_err(failed)?.conflicts.is_empty();
        drilled.checks.push(check("every record was imported", Some(imported)));
        if let Some(shelf) = opened.and_then(|opened| opened.job().engine().own_shelf().ok()) {
            let owned = engine.objects_owned().await.map_err(failed)?;
            drilled.missing = Some(objects_missing(&owned, &shelf).await.map_err(failed)?);
        }
        let origin = Origin {
            generated_at,
            environment: text("source_environment"),
            stack: text("source_stack"),
            region: text("source_region"),
            git_sha: text("app_git_sha"),
        };
        // An older system's export has fewer files and fields than ours.
        let ours = manifest.get("chains").is_some();
        let made = export_again(&data.job, origin, &scratch.join("again")).await.inspect_err(|error| warn(error)).ok();
        drilled.again = made.as_deref().map(digest);
        drilled.checks.push(check("exported again, it is valid", Some(made.is_some())));
        drilled.checks.push(check("exported again, the bytes are the same", made.filter(|_| ours).map(|made| made == bytes)));
    }
    data.close().await;
    if imported {
        drilled.checks.extend(smoke(&store, generated_at).await?);
    }
    Ok(evidence(&manifest, &bytes, &plan, &drilled))
}

/// What a drill found.
struct Drilled {
    checks: Vec<Value>,
    /// The digest of the manifest of the store that was restored.
    again: Option<String>,
    /// Bytes that records own and the stack does not have; `None` when no stack was there to look.
    missing: Option<Vec<dataops_engine::Owned>>,
}

/// Exports the drill's store, and gives the manifest, which names every other byte.
async fn export_again(job: &ExportJob, origin: Origin, out: &Path) -> Result<Vec<u8>, CliError> {
    let settings = ExportSettings { origin: origin.clone(), ..job.settings().clone() };
    let limits = job.limits(None).map_err(|error| CliError::CouldNot(error.to_string()))?;
    let mut operation = job.operation("again");
    operation.now = origin.generated_at;
    job.engine().export_folder(&operation, out, false, &settings, &limits).await.map_err(|error| CliError::of_engine(&error))?;
    std::fs::read(out.join("manifest.json")).map_err(|error| CliError::CouldNot(error.to_string()))
}

/// What an operator does first, done in the restored store. It changes that store, so it comes last.
async fn smoke(store: &Path, at: Timestamp) -> Result<Vec<Value>, CliError> {
    let engine = local(Administered::open(store, Clock::starting_at(at), &functions::own()).await)?;
    let today = at.to_string().get(..10).unwrap_or_default().to_owned();
    let get = |target: String| {
        let engine = &engine;
        async move { engine.request("GET", &target, WHO, &Value::Null).await.unwrap_or_default() }
    };
    let first = |answer: &Value, list: &str| answer[list][0]["id"].as_str().map(str::to_owned);
    let mut checks = vec![check("today's tasks", Some(get(format!("/api/tasks?date={today}")).await.0 == 200))];
    let bundle = first(&get("/api/bundles".to_owned()).await.1, "bundles");
    checks.push(check(
        "open a workflow",
        match bundle {
            Some(id) => Some(get(format!("/api/views/bundles/{id}")).await.0 == 200),
            None => None,
        },
    ));
    let template = first(&get("/api/templates".to_owned()).await.1, "templates");
    checks.push(check(
        "start a workflow",
        match template {
            Some(id) => {
                let body = json!({ "templateId": id, "anchorDate": "2099-01-15", "title": "Restore drill" });
                Some(engine.request("POST", "/api/bundles", WHO, &body).await.unwrap_or_default().0 == 201)
            }
            None => None,
        },
    ));
    let command = |command: Value| {
        let engine = &engine;
        async move { Some(engine.run(&command).await.is_ok()) }
    };
    checks.push(check("make duties", command(json!({ "command": "generate", "from": today, "to": today })).await));
    checks.push(check("reminders that are due", command(json!({ "command": "remind" })).await));
    let files = get("/api/files".to_owned()).await.1;
    checks.push(check(
        "files of a task",
        match files["files"][0]["taskId"].as_str() {
            Some(task) => Some(get(format!("/api/files?taskId={task}")).await.1["files"].as_array().is_some_and(|files| !files.is_empty())),
            None => None,
        },
    ));
    engine.close().await;
    Ok(checks)
}

/// A line of the checklist; what there was nothing to try on was not run.
fn check(name: &str, passed: Option<bool>) -> Value {
    let result = match passed {
        Some(true) => "passed",
        Some(false) => "failed",
        None => "not_run",
    };
    json!({ "check": name, "result": result })
}

fn evidence(manifest: &Value, bytes: &[u8], plan: &DryRun, drilled: &Drilled) -> Value {
    let counted = |of: fn(&dataops_portable::import::Planned) -> u64| plan.plan.0.iter().map(|(_, planned)| of(planned)).sum::<u64>();
    let skipped: serde_json::Map<String, Value> =
        plan.plan.0.iter().filter(|(_, of)| of.skipped > 0).map(|(entity, of)| (entity.clone(), of.skipped.into())).collect();
    let missing = match &drilled.missing {
        Some(missing) => json!({ "checked": true, "count": missing.len(), "first": missing.iter().take(20).collect::<Vec<_>>() }),
        None => json!({ "checked": false }),
    };
    json!({
        "app_git_sha": manifest["app_git_sha"], "export_generated_at": manifest["generated_at"],
        "manifest_checksum_summary": { "manifest": digest(bytes), "exported_again": drilled.again, "files": manifest["checksums"] },
        "validation": { "valid": plan.valid, "errors": plan.errors, "entityCounts": plan.would_write },
        "dry_run_import": plan, "skipped_record_counts": skipped, "invalid_record_count": counted(|of| of.invalid),
        "smoke_check_checklist": drilled.checks,
        "missing_objects": missing,
    })
}

fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn local<T>(opened: Result<T, dataops_local::LocalError>) -> Result<T, CliError> {
    opened.map_err(|error| CliError::CouldNot(error.to_string()))
}

fn tell(evidence: &Value, file: &Path, as_json: bool) -> Result<(), CliError> {
    let checks = evidence["smoke_check_checklist"].as_array().cloned().unwrap_or_default();
    let failed = checks.iter().filter(|check| check["result"] == "failed").count();
    if as_json {
        say(evidence);
    } else {
        for check in &checks {
            let text = |name: &str| check[name].as_str().unwrap_or_default().replace('_', " ");
            say(format!("{:>8}  {}", text("result"), text("check")));
        }
        let missing = evidence["missing_objects"]["count"].as_u64().unwrap_or_default();
        if missing > 0 {
            say(format!("{missing} files are not in the bucket of this stack: `dataops files copy` brings them."));
        }
        say(format!("The evidence is in {}.", file.display()));
    }
    if failed == 0 { Ok(()) } else { Err(CliError::Found(format!("the drill failed: {failed} of {} checks", checks.len()))) }
}
