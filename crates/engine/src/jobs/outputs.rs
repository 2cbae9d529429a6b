//! What an attempt makes, on its way into the bucket. The address holds the hash of the bytes: whoever puts the same bytes
//! puts the same object, and nobody puts over another's.

use bytes::Bytes;
use dataops_assistants::Output;
use dataops_domain::artifact::ArtifactType;
use dataops_domain::job::Job;
use dataops_domain::job::outputs::Made;
use dataops_domain::json::Object;
use dataops_store::Store;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The folder of all outputs in the bucket.
const FOLDER: &str = "assistant-jobs";
/// How often an output is put.
const TRIES: u32 = 3;
/// The most bytes of an artifact's facts, as JSON.
const MAX_METADATA: usize = 4_096;

/// Something to be put into the bucket.
pub(super) struct File {
    pub(super) name: String,
    pub(super) kind: ArtifactType,
    pub(super) title: String,
    pub(super) media_type: String,
    pub(super) metadata: Option<Object>,
    pub(super) is_log: bool,
    pub(super) bytes: Vec<u8>,
}

impl File {
    pub(super) fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            kind: ArtifactType::Other,
            title: name.to_owned(),
            media_type: "text/plain; charset=utf-8".to_owned(),
            metadata: None,
            is_log: false,
            bytes,
        }
    }

    /// The whole log of an attempt.
    pub(super) fn log(job: &Job, lines: &[String]) -> Self {
        let mut text = lines.join("\n");
        text.push('\n');
        let title = format!("{}: log of attempt {}", job.title, job.attempt_number());
        Self { title, is_log: true, ..Self::new("log.txt", text.into_bytes()) }
    }
}

impl From<Output> for File {
    fn from(output: Output) -> Self {
        let metadata = Some(output.metadata).filter(|facts| !facts.is_empty() && size(facts) <= MAX_METADATA);
        Self {
            kind: output.artifact_type,
            title: output.title,
            media_type: output.media_type,
            metadata,
            ..Self::new(&output.name, output.bytes)
        }
    }
}

fn size(facts: &Object) -> usize {
    serde_json::to_string(facts).map_or(usize::MAX, |text| text.len())
}

/// Puts a file into the bucket and says what it is there.
pub(super) async fn put(store: &Store, job: &Job, file: File) -> Result<Made, Error> {
    let sum: String = Sha256::digest(&file.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let name = dataops_domain::file::name::safe(&file.name);
    let key = format!("{FOLDER}/{}/{}/{}/{name}", job.id, job.attempt_number(), &sum[..16]);
    let objects = store.objects()?;
    let (size, bytes) = (file.bytes.len() as u64, Bytes::from(file.bytes));
    for tried in 1.. {
        // Putting the same bytes again does no harm, so an answer that was lost is no reason to give up.
        match objects.put(&key, bytes.clone(), &file.media_type, &sum).await {
            Ok(()) => break,
            Err(error) if tried >= TRIES => return Err(error.into()),
            Err(error) => tracing::warn!(job = %job.id, error = ?error, "an output got no answer from the bucket"),
        }
    }
    Ok(Made {
        name: file.name,
        kind: file.kind,
        title: file.title,
        filename: name,
        content_type: file.media_type,
        storage_uri: objects.uri(&key),
        checksum: format!("sha256:{sum}"),
        size,
        metadata: file.metadata,
        is_log: file.is_log,
    })
}

/// Puts files into the bucket, one after the other, in their order.
pub(super) async fn put_all(store: &Store, job: &Job, files: Vec<File>) -> Result<Vec<Made>, Error> {
    let mut made = Vec::with_capacity(files.len());
    for file in files {
        made.push(put(store, job, file).await?);
    }
    Ok(made)
}
