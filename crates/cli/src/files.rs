//! `dataops files copy`: brings over the bytes that records own.

use std::path::Path;

use dataops_engine::{Shelf, objects_copy};
use dataops_fleet::Config;
use serde_json::json;

use crate::args::CopyArgs;
use crate::error::CliError;
use crate::output::say;
use crate::place::Opened;

/// Copies and verifies.
pub(crate) async fn copy(wanted: &CopyArgs, environment: &Config) -> Result<(), CliError> {
    let opened = wanted.place.open(environment).await?;
    let copied = copy_with(wanted, &opened).await;
    opened.close().await;
    let copied = copied?;
    if wanted.json {
        say(json!(copied));
    } else {
        for (what, objects) in [("missing", &copied.missing), ("damaged", &copied.damaged)] {
            objects.iter().for_each(|object| say(format!("{what}: {} ({})", object.key, object.record)));
        }
        say(format!("Copied {}, {} were there already.", copied.copied, copied.there));
    }
    match copied.missing.len() + copied.damaged.len() {
        0 => Ok(()),
        _ => Err(CliError::Found(format!("{} missing and {} damaged", copied.missing.len(), copied.damaged.len()))),
    }
}

async fn copy_with(wanted: &CopyArgs, opened: &Opened) -> Result<dataops_engine::Copied, CliError> {
    let engine = opened.job().engine();
    if wanted.from != "stack" && !wanted.from.starts_with("s3://") && !Path::new(&wanted.from).is_dir() {
        return Err(CliError::CouldNot(format!("there is no folder {}", wanted.from)));
    }
    let (from, to) = (shelf(&wanted.from, opened)?, shelf(&wanted.to, opened)?);
    let owned = engine.objects_owned().await.map_err(|error| CliError::of_engine(&error))?;
    objects_copy(&owned, &from, &to, &opened.job().settings().scratch).await.map_err(|error| CliError::of_engine(&error))
}

/// The shelf of a name: `stack`, `s3://bucket` or a folder.
pub(crate) fn shelf(name: &str, opened: &Opened) -> Result<Shelf, CliError> {
    match name.strip_prefix("s3://") {
        Some(bucket) => Ok(Shelf::Bucket(dataops_export_job::bucket(opened.config(), bucket.trim_end_matches('/')))),
        None if name == "stack" => opened.job().engine().own_shelf().map_err(|error| CliError::of_engine(&error)),
        None if Path::new(name).is_file() => Err(CliError::CouldNot(format!("{name} is no folder"))),
        None => Ok(Shelf::Folder(name.into())),
    }
}
