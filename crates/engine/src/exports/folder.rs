//! An export as a folder: read, sorted, and found valid before anybody gets to see it.

use std::path::{Path, PathBuf};

use dataops_domain::Timestamp;
use dataops_portable::{Manifest, Options, Origin, Writer, bag, validate};
use dataops_store::Operation;

use super::snapshot::Place;
use super::{ExportLimits, ExportSettings, apart, disk};
use crate::Engine;
use crate::error::{Error, Expected};

/// How often an export is made again that is not valid: a record may have been changed back while it was read.
pub(super) const TRIES: u32 = 2;
/// How many findings are told of an export that is not valid.
const TOLD: usize = 5;

/// An export in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Engine {
    /// Exports into the folder `out`, which is not there or empty; as a bag when asked for. Nothing is there until all of it is
    /// there and was found valid. Writes nothing to the store.
    ///
    /// # Errors
    /// When `out` holds something, the store or the disk refuses, or what is stored gives no valid export.
    pub async fn export_folder(
        &self,
        operation: &Operation,
        out: &Path,
        as_bag: bool,
        settings: &ExportSettings,
        limits: &ExportLimits,
    ) -> Result<Exported, Error> {
        let out = &std::path::absolute(out).map_err(disk)?;
        vacant(out)?;
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent).map_err(disk)?;
        // Beside it, so that it can be moved there in one step.
        let beside = tempfile::tempdir_in(parent).map_err(disk)?;
        let origin = Origin { generated_at: operation.now, ..settings.origin.clone() };
        let made = beside.path().join("export");
        let manifest = self.export_checked(&origin, &made, settings, limits).await?;
        let from = if as_bag { wrapped(&made, beside.path(), operation.now).await? } else { made };
        if out.exists() {
            std::fs::remove_dir(out).map_err(disk)?;
        }
        std::fs::rename(&from, out).map_err(disk)?;
        Ok(Exported { folder: out.to_owned(), manifest })
    }

    /// Reads everything and writes it into `folder`, which is made, until it is valid.
    async fn export_checked(
        &self,
        origin: &Origin,
        folder: &Path,
        settings: &ExportSettings,
        limits: &ExportLimits,
    ) -> Result<Manifest, Error> {
        let mut tried = 1;
        loop {
            let scratch = tempfile::tempdir_in(&settings.scratch).map_err(disk)?;
            let mut writer = Writer::new(scratch.path())?;
            let mut place = Place::default();
            while !place.is_done() {
                writer = self.snapshot_step(writer, &mut place, limits).await?;
            }
            match finished(writer, folder, origin, &settings.scratch).await? {
                Ok(manifest) => return Ok(manifest),
                Err(_) if tried < TRIES => tried += 1,
                Err(invalid) => return Err(invalid.into()),
            }
        }
    }
}

/// Writes the files and checks them. The inner error says what is wrong with them.
pub(super) async fn finished(writer: Writer, folder: &Path, origin: &Origin, scratch: &Path) -> Result<Result<Manifest, Expected>, Error> {
    let (folder, origin, scratch) = (folder.to_owned(), origin.clone(), scratch.to_owned());
    apart(move || {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(disk)?;
        }
        std::fs::create_dir(&folder).map_err(disk)?;
        let manifest = writer.finish(&folder, &origin)?;
        let mut report = validate(&folder, &Options::new(&scratch))?;
        if report.valid {
            return Ok(Ok(manifest));
        }
        let first: Vec<String> = report.first(TOLD).map_err(disk)?.into_iter().map(|finding| finding.words()).collect();
        let words = format!("What is stored gives no valid export; {} found, first: {}", report.total, first.join("; "));
        Ok(Err(Expected::conflict("export_invalid", words)))
    })
    .await
}

async fn wrapped(made: &Path, beside: &Path, at: Timestamp) -> Result<PathBuf, Error> {
    let (made, whole) = (made.to_owned(), beside.join("bag"));
    apart(move || {
        std::fs::create_dir(&whole).map_err(disk)?;
        bag::wrap(&made, &whole, at).map_err(disk)?;
        Ok(whole)
    })
    .await
}

/// Refuses a place that holds something.
pub(super) fn vacant(out: &Path) -> Result<(), Error> {
    if out.exists() && !out.is_dir() {
        let words = format!("{} is no folder; name a folder that is not there or empty", out.display());
        return Err(Expected::conflict("not_a_folder", words).into());
    }
    let holds = out.exists() && std::fs::read_dir(out).map_err(disk)?.next().is_some();
    if holds {
        let words = format!("{} holds something already; name a folder that is not there or empty", out.display());
        return Err(Expected::conflict("not_empty", words).into());
    }
    Ok(())
}
