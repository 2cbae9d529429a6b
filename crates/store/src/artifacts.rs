//! Artifacts in their table.

use dataops_domain::artifact::{Artifact, ArtifactStatus};
use dataops_domain::search::Entry;

use crate::Store;
use crate::error::StoreError;
use crate::item::Record;
use crate::query::{Page, Range, shard};
use crate::tables::{ARTIFACTS_BY_BUNDLE, ARTIFACTS_BY_JOB, ARTIFACTS_BY_TASK, ARTIFACTS_IN_REVIEW, ARTIFACTS_RECENT, Table};

impl Record for Artifact {
    const TABLE: Table = Table::Artifacts;
    const KIND: &'static str = "artifact";
    const TRASH: Option<crate::tables::Index> = Some(ARTIFACTS_RECENT);

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let sort = format!("{}#{}", self.created_at, self.id);
        let mut attributes = vec![
            (ARTIFACTS_RECENT.partition, shard("artifacts")),
            (ARTIFACTS_RECENT.sort, sort.clone()),
            ("status", self.status.as_str().to_owned()),
        ];
        let owners = [
            (ARTIFACTS_BY_TASK, self.task_id.clone()),
            (ARTIFACTS_BY_BUNDLE, self.bundle_id.clone()),
            (ARTIFACTS_BY_JOB, self.assistant_job_id.clone()),
            (ARTIFACTS_IN_REVIEW, (self.status == ArtifactStatus::NeedsReview).then(|| shard("review"))),
        ];
        for (index, owner) in owners {
            if let Some(owner) = owner {
                attributes.push((index.partition, owner));
                attributes.push((index.sort, sort.clone()));
            }
        }
        attributes
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_version(&mut self, version: u64) {
        self.version = version;
    }

    fn found(&self) -> Option<Entry> {
        Some(Entry::from(self))
    }
}

/// Which artifacts to list: all of these, exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArtifactFilter {
    /// Of a task.
    pub task: Option<String>,
    /// Of a bundle.
    pub bundle: Option<String>,
    /// Of a job.
    pub job: Option<String>,
    /// Of a file.
    pub file: Option<String>,
    /// In a status, by its word.
    pub status: Option<String>,
    /// Of a type, by its word.
    pub kind: Option<String>,
}

impl ArtifactFilter {
    fn takes(&self, artifact: &Artifact) -> bool {
        let is = |wanted: &Option<String>, has: Option<&str>| wanted.as_deref().is_none_or(|wanted| has == Some(wanted));
        is(&self.task, artifact.task_id.as_deref())
            && is(&self.bundle, artifact.bundle_id.as_deref())
            && is(&self.job, artifact.assistant_job_id.as_deref())
            && is(&self.file, artifact.file_id.as_deref())
            && is(&self.status, Some(artifact.status.as_str()))
            && is(&self.kind, Some(artifact.kind.as_str()))
    }
}

impl Store {
    /// Lists artifacts by the time they were made, by the narrowest index the filter allows.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn artifacts(&self, filter: &ArtifactFilter, range: &Range) -> Result<Page<Artifact>, StoreError> {
        let needs_review = filter.status.as_deref() == Some(ArtifactStatus::NeedsReview.as_str());
        let (index, partition) = match filter {
            ArtifactFilter { task: Some(task), .. } => (ARTIFACTS_BY_TASK, task.clone()),
            ArtifactFilter { job: Some(job), .. } => (ARTIFACTS_BY_JOB, job.clone()),
            ArtifactFilter { bundle: Some(bundle), .. } => (ARTIFACTS_BY_BUNDLE, bundle.clone()),
            _ if needs_review => (ARTIFACTS_IN_REVIEW, shard("review")),
            _ => (ARTIFACTS_RECENT, shard("artifacts")),
        };
        self.query_of(index, &partition, range, |artifact| filter.takes(artifact)).await
    }
}
