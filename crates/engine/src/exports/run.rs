//! The export job: one run at a time, in as many invocations as it takes.
//!
//! An invocation that runs out of time leaves its sorted runs under the working prefix of the bucket and says where reading was;
//! the next one goes on from there. One that is killed leaves nothing that counts: the lock runs out, and the next begins at the
//! last such place, or anew.

use std::path::Path;
use std::time::Duration;

use dataops_api::exports::{ExportMade, FolderMade};
use dataops_domain::Timestamp;
use dataops_domain::reminder::Failure;
use dataops_portable::{Manifest, Origin, Writer};
use dataops_store::Operation;
use serde_json::json;

use super::folder::{TRIES, finished};
use super::publish::{self, get_file, put_file};
use super::snapshot::Place;
use super::state::{Checkpoint, Held, Hold};
use super::{Destination, ExportLimits, ExportOutcome, ExportSettings, FINISHING_RESERVE, READING_RESERVE, apart, disk};
use crate::Engine;
use crate::error::{Error, Expected};

/// How many invocations in a row may end without a word before the export is given up.
const MOST_LOST: u32 = 3;
/// Where an invocation leaves what the next one goes on with.
const WORK: &str = "work";

impl Engine {
    /// Makes an export, or goes on with the one that was left; with `only_go_on` nothing but that.
    ///
    /// # Errors
    /// 400 when nothing is configured to take it, 409 while another run is under way, and when what is stored gives no valid export.
    pub async fn export_run(
        &self,
        operation: &Operation,
        settings: &ExportSettings,
        limits: &ExportLimits,
        only_go_on: bool,
    ) -> Result<ExportOutcome, Error> {
        let destination = settings.destination.as_ref().ok_or_else(nowhere)?;
        let mut held = match self.exports_hold(operation, &limits.holder, (limits.now)(), only_go_on).await? {
            Hold::Taken(held) => held,
            Hold::NothingLeft { newest } => return Ok(ExportOutcome::Idle { newest }),
        };
        held.state.environment = Some(settings.origin.environment.clone());
        if held.lost() > MOST_LOST {
            let words = "Invocations of the export job end without a word, again and again: out of time or of memory";
            let error = Expected::new(500, "export_lost", words).into();
            self.export_failed(operation, &mut held, &error, (limits.now)()).await;
            return Err(error);
        }
        match self.export_held(&mut held, destination, settings, limits).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => {
                self.export_failed(operation, &mut held, &error, (limits.now)()).await;
                Err(error)
            }
        }
    }

    async fn export_held(
        &self,
        held: &mut Held<'_>,
        destination: &Destination,
        settings: &ExportSettings,
        limits: &ExportLimits,
    ) -> Result<ExportOutcome, Error> {
        let run = held.state.run.clone().unwrap_or_else(|| unreachable!("it was just taken"));
        let scratch = swept_scratch(&settings.scratch)?;
        let origin = Origin { generated_at: run.generated_at, ..settings.origin.clone() };
        let folder = scratch.path().join("export");
        let left = run.checkpoint.as_ref().map(|checkpoint| checkpoint.files.clone()).unwrap_or_default();
        let mut place = run.checkpoint.map(|checkpoint| checkpoint.place).unwrap_or_default();
        // Whoever finds everything read has all the time there is for the rest.
        let mut only_to_finish = place.is_done();
        let mut tried = 1;
        let mut runs = scratch.path().join("runs-1");
        std::fs::create_dir(&runs).map_err(disk)?;
        self.work_fetch(run.generated_at, &left, &runs).await?;
        let manifest = loop {
            let mut writer = Writer::new(&runs)?;
            while !place.is_done() {
                let step = place.step;
                writer = self.snapshot_step(writer, &mut place, limits).await?;
                let turned = place.step != step;
                if !turned || (!place.is_done() && !limits.has(READING_RESERVE)) {
                    return self.export_leave(held, writer, place, limits).await;
                }
                if let Some(run) = &mut held.state.run {
                    run.progress = place.clone();
                }
                held.save((limits.now)()).await?;
            }
            if !only_to_finish && !limits.has(FINISHING_RESERVE) {
                return self.export_leave(held, writer, place, limits).await;
            }
            match finished(writer, &folder, &origin, scratch.path()).await? {
                Ok(manifest) => break manifest,
                Err(invalid) if tried == TRIES || !limits.has(FINISHING_RESERVE) => return Err(invalid.into()),
                Err(invalid) => tracing::warn!(%invalid, "the export is made once more"),
            }
            tried += 1;
            // All of it anew: what was left is as wrong as this, and reading takes its time again.
            only_to_finish = false;
            place = Place::default();
            if let Some(run) = &mut held.state.run {
                run.checkpoint = None;
            }
            held.save((limits.now)()).await?;
            runs = scratch.path().join(format!("runs-{tried}"));
            std::fs::create_dir(&runs).map_err(disk)?;
        };
        held.save((limits.now)()).await?;
        let made = self.export_publish(held, destination, settings, &origin, &folder, &manifest, (limits.now)()).await?;
        self.work_clear(run.generated_at, &left).await;
        Ok(ExportOutcome::Made(made))
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of one export")]
    async fn export_publish(
        &self,
        held: &mut Held<'_>,
        destination: &Destination,
        settings: &ExportSettings,
        origin: &Origin,
        folder: &Path,
        manifest: &Manifest,
        now: Timestamp,
    ) -> Result<ExportMade, Error> {
        if let Destination::Folder(out) = destination {
            replace(folder, out)?;
            held.publish(None).await?;
            return Ok(ExportMade::Folder(FolderMade {
                output_dir: out.display().to_string(),
                schema_version: manifest.schema_version.clone(),
                entity_counts: manifest.entity_counts.0.iter().cloned().collect(),
                generated_at: origin.generated_at,
            }));
        }
        let made = self.archive_publish(destination, settings, origin, folder, manifest).await?;
        held.publish(Some(publish::listed(&made, now)).filter(|_| *destination == Destination::Bucket)).await?;
        Ok(ExportMade::Archive(made))
    }

    /// Leaves what was read to the next invocation.
    async fn export_leave(
        &self,
        held: &mut Held<'_>,
        mut writer: Writer,
        place: Place,
        limits: &ExportLimits,
    ) -> Result<ExportOutcome, Error> {
        let generated_at = held.state.run.as_ref().map_or(held.operation().now, |run| run.generated_at);
        let paths = apart(move || Ok(writer.checkpoint()?)).await?;
        let exports = self.store.exports()?;
        let before = held.state.run.as_ref().and_then(|run| run.checkpoint.clone()).map(|checkpoint| checkpoint.files).unwrap_or_default();
        let mut files = Vec::new();
        for path in &paths {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // A run never changes: what an earlier invocation has brought up is there.
            if let Some(there) = before.iter().find(|there| run_name(there) == name) {
                files.push(there.clone());
                continue;
            }
            // Never over what the last checkpoint names: it counts until this one is written.
            let kept = format!("{}-{name}", held.revision());
            put_file(exports, &work_key(generated_at, &kept), path, publish::BYTES).await?;
            files.push(kept);
        }
        let records = place.records;
        let over: Vec<String> = before.into_iter().filter(|there| !files.contains(there)).collect();
        held.leave((limits.now)(), Checkpoint { place, files }).await?;
        self.work_clear(generated_at, &over).await;
        Ok(ExportOutcome::Suspended { records, newest: held.state.newest() })
    }

    async fn work_fetch(&self, generated_at: Timestamp, files: &[String], runs: &Path) -> Result<(), Error> {
        for file in files {
            if !get_file(self.store.exports()?, &work_key(generated_at, file), &runs.join(run_name(file))).await? {
                return Err(Error::Internal(format!("the working file {file} of the export is gone")));
            }
        }
        Ok(())
    }

    /// Removes working files. What stays in spite of it, the bucket's lifecycle removes.
    async fn work_clear(&self, generated_at: Timestamp, files: &[String]) {
        let Ok(exports) = self.store.exports() else { return };
        for file in files {
            if let Err(error) = exports.delete(&work_key(generated_at, file)).await {
                tracing::warn!(file, %error, "a working file of an export stays");
            }
        }
    }

    /// Ends the run and tells people, once a day. It must not hide why the export failed, so its own failures are logged.
    async fn export_failed(&self, operation: &Operation, held: &mut Held<'_>, error: &Error, now: Timestamp) {
        tracing::error!(?error, "the export failed");
        let reason = match error {
            Error::Expected(expected) => expected.message.clone(),
            _ => "It could not be carried out; the logs of the export job say why".to_owned(),
        };
        let reason = dataops_domain::secrets::redact(&reason).chars().take(500).collect::<String>();
        if let Error::Expected(expected) = error
            && expected.code == "export_running"
        {
            // Another run has taken over, and the end is its to tell.
            return;
        }
        if let Err(error) = held.fail(now, reason.clone()).await {
            tracing::error!(%error, "the end of the export can't be noted; its lock runs out");
        }
        let today = now.local_date(self.timezone()).to_string();
        let failure = Failure {
            subject: "export".to_owned(),
            occasion: today.clone(),
            message: format!("The export of {today} failed: {reason}"),
            due_at: Some(today),
            metadata: Some(json!({ "function": "export-job" })),
            ..Failure::default()
        };
        if let Err(error) = self.automation_failed(operation, failure).await {
            tracing::error!(%error, "nobody can be told that the export failed");
        }
    }
}

fn nowhere() -> Error {
    let words =
        "Export storage is not configured: set DATAOPS_EXPORT_ARCHIVE_BUCKET, DATAOPS_EXPORT_ARCHIVE_LOCAL_DIR or EXPORT_OUTPUT_DIR";
    Expected::new(400, "no_export_storage", words).into()
}

/// The name of a run, without that of the checkpoint it came up with.
fn run_name(file: &str) -> &str {
    file.split_once('-').map_or(file, |(_, name)| name)
}

/// A folder for this invocation, and no more of those that were killed: they would fill the disk of the machine they ran on.
fn swept_scratch(within: &Path) -> Result<tempfile::TempDir, Error> {
    const NAME: &str = "dataops-export-";
    const DEAD: Duration = Duration::from_secs(3_600);
    for entry in std::fs::read_dir(within).map_err(disk)?.flatten() {
        let old = entry.metadata().and_then(|of| of.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > DEAD));
        if old && entry.file_name().to_string_lossy().starts_with(NAME) {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
    tempfile::Builder::new().prefix(NAME).tempdir_in(within).map_err(disk)
}

fn work_key(generated_at: Timestamp, file: &str) -> String {
    format!("{WORK}/{}/{file}", generated_at.to_string().replace([':', '.'], "-"))
}

/// Puts the files of an export where another export may lie, and nothing else.
fn replace(made: &Path, out: &Path) -> Result<(), Error> {
    let is_export = out.join("manifest.json").is_file();
    if !is_export {
        super::folder::vacant(out)?;
    }
    std::fs::create_dir_all(out).map_err(disk)?;
    // The manifest goes first and comes last: without it there is no export.
    for step in [false, true] {
        for entry in std::fs::read_dir(made).map_err(disk)? {
            let name = entry.map_err(disk)?.file_name();
            if (name == "manifest.json") == step {
                if !step && is_export {
                    drop(std::fs::remove_file(out.join("manifest.json")));
                }
                std::fs::copy(made.join(&name), out.join(&name)).map_err(disk)?;
            }
        }
    }
    Ok(())
}
