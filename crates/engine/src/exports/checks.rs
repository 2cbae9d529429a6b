//! What was found when an archive was looked at again: verified on somebody's wish, or restored in a drill.
//!
//! It is a fact of its own, beside the one of the runs: whoever looks at an archive never gets in the way of an export.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use bytes::Bytes;
use dataops_api::exports::{Archive, Drill, Verification};
use dataops_domain::Timestamp;
use dataops_portable::{Options, validate};
use dataops_store::Operation;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::publish::{get_file, hex, sha256};
use super::{ExportSettings, apart, disk};
use crate::Engine;
use crate::error::{Error, Expected};

/// The fact's name.
const FACT: &str = "archive-checks";
/// How often a write is tried that somebody else got in before.
const TRIES: usize = 10;
/// How many findings are kept.
const KEPT: usize = 5;
/// How long a verification is waited for: an invocation takes no longer.
const PATIENCE_SECONDS: i64 = 15 * 60;
const JSON: &str = "application/json";

/// What is known of the archives, by their id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Checks(BTreeMap<String, Check>);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verification: Option<Verification>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drill: Option<Drill>,
}

impl Checks {
    /// Writes what is known to the archives' entries.
    pub(super) fn tell(&self, archives: &mut [Archive], now: Timestamp) {
        for archive in archives {
            let Some(check) = self.0.get(&archive.id) else { continue };
            archive.verifying = check.asked_at.is_some_and(|at| now < at.plus_seconds(PATIENCE_SECONDS));
            archive.verification.clone_from(&check.verification);
            archive.drill.clone_from(&check.drill);
        }
    }
}

impl Engine {
    pub(super) async fn archive_checks(&self) -> Result<Checks, Error> {
        let fact = self.store.system_fact(FACT).await?;
        read(fact.value)
    }

    /// Notes that an archive is to be verified.
    ///
    /// # Errors
    /// 403 for everybody but an admin, 404 for an archive that is not listed.
    pub async fn archive_verify_ask(&self, operation: &Operation, id: &str) -> Result<(), Error> {
        self.admin_gate(operation).await?;
        self.archive_listed(id).await?;
        self.archive_note(operation, id, |check| check.asked_at = Some(operation.now)).await
    }

    /// Takes that back when nothing here can do it.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn archive_verify_cancel(&self, operation: &Operation, id: &str) -> Result<(), Error> {
        self.archive_note(operation, id, |check| check.asked_at = None).await
    }

    /// Reads an archive that is listed once more, compares it with what was noted when it was made, checks all of it as at first,
    /// and notes what was found.
    ///
    /// # Errors
    /// 404 for an archive that is not listed; when the store or the disk refuses.
    pub async fn archive_verify(
        &self,
        operation: &Operation,
        id: &str,
        settings: &ExportSettings,
        now: Timestamp,
    ) -> Result<Verification, Error> {
        let archive = self.archive_listed(id).await?;
        let scratch = tempfile::tempdir_in(&settings.scratch).map_err(disk)?;
        let path = scratch.path().join("archive.tar.gz");
        let first = match get_file(self.store.exports()?, &archive.key, &path).await? {
            true => looked_at(path, archive.checksum, scratch.path().to_owned()).await?,
            false => Found { total: 1, first: vec!["The archive is not in the bucket any more".to_owned()] },
        };
        let verification = Verification { at: now, findings: first.total, first: first.first };
        let noted = verification.clone();
        self.archive_note(operation, id, move |check| {
            check.asked_at = None;
            check.verification = Some(noted.clone());
        })
        .await?;
        Ok(verification)
    }

    /// Keeps the evidence of a drill beside the archive that was restored, and lists the drill with it. False when this stack
    /// lists no archive with this checksum.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn drill_note(&self, operation: &Operation, checksum: &str, drill: &Drill, evidence: &[u8]) -> Result<bool, Error> {
        let (state, _) = self.exports_state().await?;
        let Some(archive) = state.archives.into_iter().find(|archive| archive.checksum == checksum) else { return Ok(false) };
        self.store.exports()?.put(&evidence_key(&archive), Bytes::copy_from_slice(evidence), JSON, &sha256(evidence)).await?;
        self.archive_note(operation, &archive.id, |check| check.drill = Some(drill.clone())).await?;
        Ok(true)
    }

    /// A link under which the evidence of an archive's last drill can be read for five minutes.
    ///
    /// # Errors
    /// 403 for everybody but an admin, 404 for an archive that is not listed or was not restored in a drill.
    pub async fn drill_link(&self, operation: &Operation, id: &str) -> Result<String, Error> {
        self.admin_gate(operation).await?;
        let archive = self.archive_listed(id).await?;
        if self.archive_checks().await?.0.get(id).is_none_or(|check| check.drill.is_none()) {
            return Err(Expected::not_found("No drill restored this export").into());
        }
        self.exports_sign(&evidence_key(&archive), JSON).await
    }

    /// Changes what is known of an archive. What is known of archives that are no longer listed goes.
    async fn archive_note(&self, operation: &Operation, id: &str, change: impl Fn(&mut Check)) -> Result<(), Error> {
        let (state, _) = self.exports_state().await?;
        for _ in 0..TRIES {
            let fact = self.store.system_fact(FACT).await?;
            let mut checks = read(fact.value)?;
            checks.0.retain(|known, _| known == id || state.archives.iter().any(|archive| archive.id == *known));
            change(checks.0.entry(id.to_owned()).or_default());
            if self.store.system_swap(FACT, fact.revision, &json!(checks), &operation.id).await? {
                return Ok(());
            }
        }
        Err(Error::Internal(format!("what is known of archive {id} is written by others all the time")))
    }
}

fn read(value: Option<serde_json::Value>) -> Result<Checks, Error> {
    let checks = value.map(serde_json::from_value).transpose();
    Ok(checks.map_err(|error| Error::Internal(format!("the fact `{FACT}` can't be read: {error}")))?.unwrap_or_default())
}

fn evidence_key(archive: &Archive) -> String {
    archive.key.replace(".tar.gz", ".restore-evidence.json")
}

struct Found {
    total: u64,
    first: Vec<String>,
}

async fn looked_at(path: std::path::PathBuf, checksum: String, scratch: std::path::PathBuf) -> Result<Found, Error> {
    apart(move || {
        let mut report = validate(&path, &Options::new(&scratch))?;
        let mut found =
            Found { total: report.total, first: report.first(KEPT).map_err(disk)?.into_iter().map(|finding| finding.words()).collect() };
        if archive_checksum(&path)? != checksum {
            found.total += 1;
            found.first.insert(0, "Its bytes are not those that were published: the checksum of the archive differs".to_owned());
        }
        Ok(found)
    })
    .await
}

/// The checksum of a file, as lists of archives give it.
///
/// # Errors
/// When the disk refuses.
pub fn archive_checksum(path: &Path) -> Result<String, Error> {
    let (mut file, mut hasher, mut buffer) = (std::fs::File::open(path).map_err(disk)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer).map_err(disk)?;
        if read == 0 {
            return Ok(format!("sha256:{}", hex(&hasher.finalize())));
        }
        hasher.update(&buffer[..read]);
    }
}
