//! Puts an archive where archives are kept: the archive first, its manifest last, so that what has a manifest beside it is whole.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use dataops_api::exports::{Archive, ArchiveMade};
use dataops_domain::Timestamp;
use dataops_portable::archive::{self, Packed};
use dataops_portable::{Manifest, Origin};
use dataops_store::{LargeUpload, Objects};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::{Destination, ExportSettings, apart, disk};
use crate::Engine;
use crate::error::Error;

/// The type of archives.
pub(super) const GZIP: &str = "application/gzip";
/// The type of bytes that only their record describes.
pub(super) const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

/// Where the archive of a moment is kept.
pub(super) fn key(settings: &ExportSettings, origin: &Origin) -> String {
    archive::key(&settings.prefix, &origin.environment, origin.generated_at)
}

impl Engine {
    /// Packs the folder of an export and publishes it.
    pub(super) async fn archive_publish(
        &self,
        destination: &Destination,
        settings: &ExportSettings,
        origin: &Origin,
        folder: &Path,
        manifest: &Manifest,
    ) -> Result<ArchiveMade, Error> {
        let key = key(settings, origin);
        let manifest_key = key.replace(".tar.gz", ".manifest.json");
        let manifest_bytes = std::fs::read(folder.join("manifest.json")).map_err(disk)?;
        let (packed, uri) = match destination {
            Destination::Bucket => {
                let (file, packed) = pack(folder, settings.scratch.clone(), origin.generated_at).await?;
                let exports = self.store.exports()?;
                put_file(exports, &key, file.path(), GZIP).await?;
                exports.put(&manifest_key, Bytes::from(manifest_bytes.clone()), JSON, &sha256(&manifest_bytes)).await?;
                (packed, exports.uri(&key))
            }
            Destination::Archives(root) | Destination::Folder(root) => {
                let path = std::path::absolute(root.join(&key)).map_err(disk)?;
                let parent = path.parent().map(Path::to_owned).unwrap_or_default();
                std::fs::create_dir_all(&parent).map_err(disk)?;
                let (file, packed) = pack(folder, parent, origin.generated_at).await?;
                file.persist(&path).map_err(|error| disk(error.error))?;
                std::fs::write(root.join(&manifest_key), manifest_bytes).map_err(disk)?;
                (packed, format!("file://{}", path.display()))
            }
        };
        Ok(ArchiveMade {
            archive_uri: uri,
            archive_key: key,
            generated_at: origin.generated_at,
            schema_version: manifest.schema_version.clone(),
            export_format_version: manifest.export_format_version,
            entity_counts: manifest.entity_counts.0.iter().cloned().collect(),
            checksums: manifest.checksums.0.iter().cloned().collect(),
            archive_checksum: packed.checksum,
            archive_size_bytes: packed.bytes,
        })
    }
}

/// What the list of archives says of one.
pub(super) fn listed(made: &ArchiveMade, published_at: Timestamp) -> Archive {
    let name = made.archive_key.rsplit('/').next().unwrap_or_default();
    Archive {
        id: name.trim_start_matches("dataops-execution-").trim_end_matches(".tar.gz").to_owned(),
        uri: made.archive_uri.clone(),
        key: made.archive_key.clone(),
        generated_at: made.generated_at,
        published_at,
        bytes: made.archive_size_bytes,
        checksum: made.archive_checksum.clone(),
        counts: made.entity_counts.clone(),
        verifying: false,
        verification: None,
        drill: None,
    }
}

async fn pack(folder: &Path, within: PathBuf, at: Timestamp) -> Result<(tempfile::NamedTempFile, Packed), Error> {
    let folder = folder.to_owned();
    apart(move || {
        let mut file = tempfile::NamedTempFile::new_in(within).map_err(disk)?;
        let packed = archive::pack(&folder, None, at, file.as_file_mut()).map_err(disk)?;
        Ok((file, packed))
    })
    .await
}

/// Puts a file, in parts that fit into memory.
pub(super) async fn put_file(objects: &Objects, key: &str, path: &Path, content_type: &str) -> Result<(), Error> {
    let mut upload = objects.put_large(key, content_type).await?;
    match put_parts(&mut upload, path).await {
        Ok(()) => Ok(upload.complete().await?),
        Err(error) => {
            if let Err(left) = upload.abort().await {
                tracing::warn!(key, error = %left, "an upload that was given up is left to the bucket's lifecycle");
            }
            Err(error)
        }
    }
}

async fn put_parts(upload: &mut LargeUpload<'_>, path: &Path) -> Result<(), Error> {
    let mut file = tokio::fs::File::open(path).await.map_err(disk)?;
    let mut first = true;
    loop {
        let mut part = Vec::with_capacity(Objects::PART);
        (&mut file).take(Objects::PART as u64).read_to_end(&mut part).await.map_err(disk)?;
        if part.is_empty() && !first {
            return Ok(());
        }
        first = false;
        let last = part.len() < Objects::PART;
        upload.part(Bytes::from(part)).await?;
        if last {
            return Ok(());
        }
    }
}

/// Reads an object into a file; false when there is none.
pub(super) async fn get_file(objects: &Objects, key: &str, path: &Path) -> Result<bool, Error> {
    use tokio::io::AsyncWriteExt;
    let Some(mut object) = objects.get_large(key).await? else { return Ok(false) };
    let mut file = tokio::fs::File::create(path).await.map_err(disk)?;
    while let Some(bytes) = object.next().await? {
        file.write_all(&bytes).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    Ok(true)
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A digest as text.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
