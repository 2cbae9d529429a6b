//! The bytes that records own travel apart from an export: which they are, and bringing them over.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use dataops_domain::artifact::Artifact;
use dataops_domain::file::{File, FileStatus};
use dataops_store::{Objects, StoreError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::disk;
use super::publish::{BYTES, hex, put_file};
use crate::Engine;
use crate::error::Error;

/// An object that a live record owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Owned {
    /// Its key.
    pub key: String,
    /// SHA-256 in hex, where the record has one.
    pub sha256: Option<String>,
    /// The record, such as `file 01J8Z5`.
    pub record: String,
}

/// A place for objects: a bucket, or a folder with a file for each key.
#[derive(Clone)]
pub enum Shelf {
    /// A bucket.
    Bucket(Objects),
    /// A folder.
    Folder(PathBuf),
}

/// What became of objects that were copied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Copied {
    /// Brought over.
    pub copied: u64,
    /// There already, with the right checksum.
    pub there: u64,
    /// Not to be found where they were to come from.
    pub missing: Vec<Owned>,
    /// Found with other bytes than the record says, and not brought over.
    pub damaged: Vec<Owned>,
}

impl Engine {
    /// Every object that a record of this stack owns, by key.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn objects_owned(&self) -> Result<Vec<Owned>, Error> {
        let mut owned = BTreeMap::new();
        let mut own = |uri: &str, checksum: &str, record: String| {
            if let Some(key) = Objects::key_of(uri) {
                let sha256 = checksum.strip_prefix("sha256:").map(str::to_owned);
                owned.entry(key.to_owned()).or_insert(Owned { key: key.to_owned(), sha256, record });
            }
        };
        let mut after = None;
        loop {
            let page = self.store.whole::<File>(after.as_deref()).await?;
            for file in page.records.iter().filter(|kept| kept.deleted.is_none() && kept.record.status == FileStatus::Ready) {
                own(&file.record.storage_uri, &file.record.checksum, format!("file {}", file.record.id));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        loop {
            let page = self.store.whole::<Artifact>(after.as_deref()).await?;
            for artifact in page.records.iter().filter(|kept| kept.deleted.is_none()) {
                let checksum = artifact.record.checksum.as_deref().unwrap_or_default();
                own(&artifact.record.storage_uri, checksum, format!("artifact {}", artifact.record.id));
            }
            after = page.next;
            if after.is_none() {
                return Ok(owned.into_values().collect());
            }
        }
    }

    /// The shelf of this stack's own bucket.
    ///
    /// # Errors
    /// When no bucket is configured.
    pub fn own_shelf(&self) -> Result<Shelf, Error> {
        Ok(Shelf::Bucket(self.store.objects()?.clone()))
    }
}

/// Brings objects over, each verified by its checksum before and after.
///
/// # Errors
/// When a shelf can't be read or written.
pub async fn copy(owned: &[Owned], from: &Shelf, to: &Shelf, scratch: &Path) -> Result<Copied, Error> {
    let scratch = tempfile::tempdir_in(scratch).map_err(disk)?;
    let held = scratch.path().join("object");
    let mut told = Copied::default();
    for object in owned {
        if object.sha256.is_some() && to.sum(&object.key, &held).await? == object.sha256 {
            told.there += 1;
            continue;
        }
        match from.sum(&object.key, &held).await? {
            None => told.missing.push(object.clone()),
            Some(sum) if object.sha256.as_ref().is_some_and(|wanted| *wanted != sum) => told.damaged.push(object.clone()),
            Some(sum) => {
                to.put(&object.key, &held).await?;
                let written = to.sum(&object.key, &held).await?;
                if written.as_deref() != Some(sum.as_str()) {
                    return Err(StoreError::Objects(format!("{} was written and is not what was read", object.key)).into());
                }
                told.copied += 1;
            }
        }
    }
    Ok(told)
}

/// Those that a shelf does not have.
///
/// # Errors
/// When the shelf can't be read.
pub async fn missing(owned: &[Owned], shelf: &Shelf) -> Result<Vec<Owned>, Error> {
    let mut missing = Vec::new();
    for object in owned {
        let there = match shelf {
            Shelf::Bucket(bucket) => bucket.head(&object.key).await?.is_some(),
            Shelf::Folder(root) => within(root, &object.key)?.is_file(),
        };
        if !there {
            missing.push(object.clone());
        }
    }
    Ok(missing)
}

impl Shelf {
    /// Reads an object into the file `held` and gives its SHA-256 in hex; `None` when there is none.
    async fn sum(&self, key: &str, held: &Path) -> Result<Option<String>, Error> {
        let mut hash = Sha256::new();
        let mut file = tokio::fs::File::create(held).await.map_err(disk)?;
        match self {
            Self::Bucket(bucket) => {
                let Some(mut object) = bucket.get_large(key).await? else { return Ok(None) };
                while let Some(bytes) = object.next().await? {
                    hash.update(&bytes);
                    file.write_all(&bytes).await.map_err(disk)?;
                }
            }
            Self::Folder(root) => {
                let path = within(root, key)?;
                if !path.is_file() {
                    return Ok(None);
                }
                let mut source = tokio::fs::File::open(path).await.map_err(disk)?;
                let mut buffer = vec![0; 256 * 1024];
                loop {
                    let read = tokio::io::AsyncReadExt::read(&mut source, &mut buffer).await.map_err(disk)?;
                    if read == 0 {
                        break;
                    }
                    hash.update(&buffer[..read]);
                    file.write_all(&buffer[..read]).await.map_err(disk)?;
                }
            }
        }
        file.flush().await.map_err(disk)?;
        Ok(Some(hex(&hash.finalize())))
    }

    async fn put(&self, key: &str, held: &Path) -> Result<(), Error> {
        match self {
            // Records say what an object is; the type that a bucket keeps is never served.
            Self::Bucket(bucket) => put_file(bucket, key, held, BYTES).await,
            Self::Folder(root) => {
                let path = within(root, key)?;
                std::fs::create_dir_all(path.parent().unwrap_or(root)).map_err(disk)?;
                std::fs::copy(held, path).map(drop).map_err(disk)
            }
        }
    }
}

/// The file of a key, which must not lead out of the folder.
fn within(root: &Path, key: &str) -> Result<PathBuf, Error> {
    let plain = Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
    if plain { Ok(root.join(key)) } else { Err(Error::Internal(format!("the key {key} is no path in a folder"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_leads_out_of_a_folder() {
        assert!(within(Path::new("/a"), "files/x.pdf").is_ok());
        for key in ["../x", "a/../../x", "/etc/passwd", "./x"] {
            assert!(within(Path::new("/a"), key).is_err(), "{key}");
        }
    }
}
