//! Past archives, for admins.

use std::path::Path;
use std::time::Duration;

use dataops_api::exports::{Archive, ExportList, ExportProgress};
use dataops_store::Operation;

use super::publish::{GZIP, get_file};
use crate::Engine;
use crate::error::{Error, Expected};

/// How long a link to an archive works.
const LINK: Duration = Duration::from_secs(300);

impl Engine {
    /// Past archives, newest first, and how the export stands.
    ///
    /// # Errors
    /// 403 for everybody but an admin.
    pub async fn exports_list(&self, operation: &Operation) -> Result<ExportList, Error> {
        self.admin_gate(operation).await?;
        self.exports_seen(operation).await
    }

    /// The same, for whoever the platform has let in.
    pub(crate) async fn exports_seen(&self, operation: &Operation) -> Result<ExportList, Error> {
        let ((state, _), checks) = futures_util::future::try_join(self.exports_state(), self.archive_checks()).await?;
        let running = state.run.map(|run| ExportProgress {
            generated_at: run.generated_at,
            step: run.progress.words().to_owned(),
            records: run.progress.records,
            waiting: run.until <= operation.now,
        });
        let mut exports = state.archives;
        checks.tell(&mut exports, operation.now);
        Ok(ExportList { checked_at: operation.now, exports, running, failed: state.failed })
    }

    /// A link under which an archive can be read for five minutes.
    ///
    /// # Errors
    /// 403 for everybody but an admin, 404 for an archive that is not listed.
    pub async fn export_link(&self, operation: &Operation, id: &str) -> Result<String, Error> {
        self.admin_gate(operation).await?;
        let archive = self.archive_listed(id).await?;
        self.exports_sign(&archive.key, GZIP).await
    }

    /// A link to an object of the bucket of archives, under its own name.
    pub(super) async fn exports_sign(&self, key: &str, content_type: &str) -> Result<String, Error> {
        let name = key.rsplit('/').next().unwrap_or_default();
        let disposition = format!("attachment; filename=\"{name}\"");
        Ok(self.store.exports()?.sign_get(key, content_type, &disposition, LINK).await?.url)
    }

    /// An archive that is listed.
    pub(super) async fn archive_listed(&self, id: &str) -> Result<Archive, Error> {
        let (state, _) = self.exports_state().await?;
        let archive = state.archives.into_iter().find(|archive| archive.id == id);
        archive.ok_or_else(|| Expected::not_found("No such export").into())
    }

    /// Reads an archive of the bucket into a file.
    ///
    /// # Errors
    /// 404 when there is none under this key.
    pub async fn archive_fetch(&self, key: &str, path: &Path) -> Result<(), Error> {
        if get_file(self.store.exports()?, key, path).await? {
            return Ok(());
        }
        Err(Expected::not_found(format!("There is no archive under {key}")).into())
    }
}
