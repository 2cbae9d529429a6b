//! Uploaded files (wire contract 10). The record comes first, as `uploading`; then the bytes; then both the file is ready
//! and its task knows it, in one transaction. What a crash leaves between these is found by the sweep and removed.

use std::time::Duration;

use bytes::Bytes;
use dataops_api::wire::FileList;
use dataops_domain::audit::NewEvent;
use dataops_domain::file::upload::Announced;
use dataops_domain::file::{File, FileStatus, kind, name};
use dataops_domain::id::FileId;
use dataops_domain::task::Task;
use dataops_domain::{Timestamp, linked};
use dataops_store::{CommitError, ExpectedObject, FileFilter, Objects, Operation, Range, SignedRequest, Stored};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::error::{Error, Expected, check_version};

/// How long a signed upload may begin.
const UPLOAD_EXPIRES: Duration = Duration::from_secs(60 * 60);
/// How long a signed download may begin.
const DOWNLOAD_EXPIRES: Duration = Duration::from_secs(5 * 60);
/// The most bytes that are answered; bigger files are fetched from the bucket.
const MAX_ANSWER: u64 = dataops_domain::file::MAX_DIRECT;
/// How much of a file shows its type.
const START: usize = 8 * 1024;
/// When an upload that was announced and never came is given up, in seconds.
const GIVEN_UP: i64 = 24 * 60 * 60;
/// When a deletion that was interrupted is taken up again, in seconds.
const TAKEN_UP: i64 = 5 * 60;
/// How many left-behind files one sweep takes.
const SWEPT: usize = 50;

/// A file that came through the API.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What was said of it. Size, checksum and type are those of the bytes.
    pub announced: Announced,
    /// Its bytes.
    pub bytes: Bytes,
}

impl Upload {
    /// An upload whose size, checksum and type are taken from its bytes.
    pub fn new(mut announced: Announced, bytes: Bytes) -> Self {
        announced.size = bytes.len() as u64;
        announced.sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        announced.content_type = kind::of_bytes(&announced.filename, &bytes[..bytes.len().min(START)]);
        Self { announced, bytes }
    }
}

/// An upload that goes straight to the bucket.
#[derive(Debug, Clone)]
pub struct UploadStarted {
    /// The file, `uploading`.
    pub file: File,
    /// The request that carries the bytes.
    pub request: SignedRequest,
    /// Until when it may begin.
    pub expires_at: Timestamp,
}

/// A download: the bytes, or where they are.
#[derive(Debug, Clone)]
pub enum Download {
    /// The bytes, to be answered with this type and disposition.
    Bytes {
        /// The content.
        bytes: Bytes,
        /// `Content-Type`.
        content_type: String,
        /// `Content-Disposition`.
        disposition: String,
    },
    /// A signed address of five minutes.
    At(String),
}

impl Engine {
    /// Stores a file that came through the API.
    ///
    /// # Errors
    /// 404 when the task is unknown; a full task.
    pub async fn file_upload(&self, operation: &Operation, upload: &Upload) -> Result<File, Error> {
        self.store.replay(operation).await?;
        let pending = self.file_begin(operation, &upload.announced).await?;
        if pending.record.status == FileStatus::Ready {
            return Ok(pending.record);
        }
        let file = &pending.record;
        let key = key(file)?;
        self.store.objects()?.put(key, upload.bytes.clone(), &file.content_type, &upload.announced.sha256).await?;
        self.file_finish(operation, &pending.record.id, None, 201).await
    }

    /// Announces a file that goes straight to the bucket, and signs its upload.
    ///
    /// # Errors
    /// 404 when the task is unknown; 409 `already_shown` when the same request was answered before.
    pub async fn upload_start(&self, operation: &Operation, announced: &Announced) -> Result<UploadStarted, Error> {
        if let Err(CommitError::Replayed(_)) = self.store.replay(operation).await {
            return Err(Expected::conflict("already_shown", "This upload was announced before; announce it again for a new address").into());
        }
        let pending = self.file_begin(operation, announced).await?.record;
        let expected = ExpectedObject { size: announced.size, sha256: &announced.sha256, content_type: &announced.content_type };
        let request = self.store.objects()?.sign_put(key(&pending)?, &expected, UPLOAD_EXPIRES).await?;
        if operation.idempotency.is_some() {
            self.store.begin(operation).commit(201, &Value::Null).await?;
        }
        let expires_at = operation.now.plus_seconds(i64::try_from(UPLOAD_EXPIRES.as_secs()).unwrap_or(0));
        Ok(UploadStarted { file: pending, request, expires_at })
    }

    /// Takes over a file whose bytes went straight to the bucket. Completing a complete upload changes nothing.
    ///
    /// # Errors
    /// 404 when nothing was announced; 400 when the bytes are not there or are not those announced.
    pub async fn upload_complete(&self, operation: &Operation, id: &str) -> Result<File, Error> {
        let file = self.file_any(id).await?.record;
        if file.status == FileStatus::Ready {
            return Ok(file);
        }
        let (objects, key) = (self.store.objects()?, key(&file)?);
        let Some(head) = objects.head(key).await? else {
            return Err(
                Expected::new(400, "upload_missing", "The file has not arrived yet; upload it to the address that was given").into()
            );
        };
        let start = objects.get_start(key, START).await?.unwrap_or_default();
        let checksum = match head.sha256 {
            Some(sum) => sum,
            None => hash_of(objects, key).await?,
        };
        if head.size != file.size_bytes || format!("sha256:{checksum}") != file.checksum {
            objects.delete(key).await?;
            let words = "The file that arrived is not the one announced (size or SHA-256 differs); upload it again";
            return Err(Expected::new(400, "upload_differs", words).into());
        }
        self.file_finish(operation, &file.id, Some(kind::of_bytes(&file.filename, &start)), 200).await
    }

    async fn file_begin(&self, operation: &Operation, announced: &Announced) -> Result<Stored<File>, Error> {
        let task = self.task(&announced.task_id).await?.record;
        let id = FileId::new(operation.new_id("file"));
        let objects = self.store.objects()?;
        let file = announced.file(id.clone(), &task, |key| objects.uri(key), &operation.actor, operation.now);
        let begun = operation.part("begin");
        let mut transaction = self.store.begin(&begun);
        let pending = transaction.create(file, None);
        match transaction.apply().await {
            Ok(()) => Ok(pending),
            // A repeated request finds what it began.
            Err(CommitError::Exists { .. }) => self.file_any(id.as_str()).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn file_finish(&self, operation: &Operation, id: &FileId, content_type: Option<String>, status: u16) -> Result<File, Error> {
        self.decide_eagerly(operation, || async {
            let pending = self.file_any(id.as_str()).await?;
            if pending.record.status == FileStatus::Ready {
                return Ok(pending.record);
            }
            let task = self.task(&pending.record.task_id).await?;
            let mut file = File { status: FileStatus::Ready, ..pending.record.clone() };
            if let Some(kind) = &content_type {
                file.content_type.clone_from(kind);
            }
            let mut linked = task.record.clone();
            linked::add(&mut linked.linked.files, id.as_str(), "files")?;
            let facts = json!({ "fileId": id, "filename": file.filename, "sizeBytes": file.size_bytes, "checksum": file.checksum });
            let uploaded = NewEvent { action: "uploaded", summary: format!("Uploaded '{}'", file.filename), metadata: facts.clone() };
            let added = NewEvent { action: "file-added", summary: format!("Added file '{}'", file.filename), metadata: facts };
            let mut transaction = self.store.begin(operation);
            let file = transaction.change(&pending, file, uploaded, true).record;
            transaction.change(&task, linked, added, false);
            transaction.commit(status, &json!({ "file": file })).await?;
            Ok(file)
        })
        .await
    }

    /// Reads a file that is there.
    ///
    /// # Errors
    /// 404 when there is none, or its bytes have not arrived.
    pub async fn file_get(&self, id: &str) -> Result<File, Error> {
        Ok(self.file(id).await?.record)
    }

    pub(crate) async fn file(&self, id: &str) -> Result<Stored<File>, Error> {
        let found = self.file_any(id).await?;
        if found.record.status == FileStatus::Ready { Ok(found) } else { Err(Expected::not_found("File not found").into()) }
    }

    /// A file in whatever state; deleted ones are gone.
    async fn file_any(&self, id: &str) -> Result<Stored<File>, Error> {
        let found = match FileId::parse(id) {
            Some(id) => self.store.get::<File>(id.as_str()).await?,
            None => None,
        };
        found.filter(|stored| stored.record.status != FileStatus::Deleting).ok_or_else(|| Expected::not_found("File not found").into())
    }

    /// Lists files by the time of their upload.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn files_list(&self, filter: &FileFilter, range: &Range) -> Result<FileList, Error> {
        let page = self.store.files(filter, range).await?;
        let next_cursor = page.next.clone();
        Ok(FileList { files: page.into_records(), next_cursor })
    }

    /// A file's content.
    ///
    /// # Errors
    /// 404 when there is no such file or its bytes are gone.
    pub async fn file_download(&self, id: &str) -> Result<Download, Error> {
        let file = self.file(id).await?.record;
        self.download(&file.storage_uri, &file.filename, file.served_type(), Some(file.size_bytes)).await
    }

    /// The bytes at an owned address, or a signed address when they are more than an answer carries.
    pub(crate) async fn download(&self, uri: &str, filename: &str, content_type: &str, size: Option<u64>) -> Result<Download, Error> {
        let gone = || Error::from(Expected::not_found("The content is not here any more"));
        let (objects, key) = (self.store.objects()?, Objects::key_of(uri).ok_or_else(gone)?);
        let disposition = name::disposition(filename);
        let size = match size {
            Some(size) => size,
            None => objects.head(key).await?.ok_or_else(gone)?.size,
        };
        if size > MAX_ANSWER {
            let signed = objects.sign_get(key, content_type, &disposition, DOWNLOAD_EXPIRES).await?;
            return Ok(Download::At(signed.url));
        }
        let bytes = objects.get(key).await?.ok_or_else(gone)?;
        Ok(Download::Bytes { bytes, content_type: content_type.to_owned(), disposition })
    }

    /// Deletes a file: it is hidden and taken from its task, then its bytes go, then only its tombstone is left.
    ///
    /// # Errors
    /// 404; 400 when it proves a done task or is the content of an artifact.
    pub async fn file_delete(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<(), Error> {
        let file = self
            .decide_eagerly(operation, || async {
                let stored = self.file(id).await?;
                check_version(seen, stored.record.version)?;
                let (deleting, event) = stored.record.deleting()?;
                let task = self.store.get::<Task>(&stored.record.task_id).await?;
                let mut transaction = self.store.begin(operation);
                let file = transaction.change(&stored, deleting, event, true);
                if let Some(task) = task {
                    let mut without = task.record.clone();
                    linked::remove(&mut without.linked.files, id);
                    let summary = format!("Deleted file '{}'", file.record.filename);
                    let event = NewEvent { action: "file-deleted", summary, metadata: json!({ "fileId": id }) };
                    transaction.change(&task, without, event, false);
                }
                transaction.commit(204, &Value::Null).await?;
                Ok(file)
            })
            .await?;
        self.file_remove(&operation.part("remove"), &file).await
    }

    /// Removes the bytes of a file that nobody sees any more, then leaves its tombstone.
    async fn file_remove(&self, operation: &Operation, file: &Stored<File>) -> Result<(), Error> {
        self.store.objects()?.delete(key(&file.record)?).await?;
        let mut transaction = self.store.begin(operation);
        let summary = format!("Removed the bytes of '{}'", file.record.filename);
        transaction.delete(file, NewEvent { action: "removed", summary, metadata: Value::Null });
        match transaction.apply().await {
            Ok(()) | Err(CommitError::Lost) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn file_give_up(&self, operation: &Operation, file: &Stored<File>) -> Result<Option<Stored<File>>, Error> {
        let given_up = operation.part(&format!("give-up.{}", file.record.id));
        let mut transaction = self.store.begin(&given_up);
        let event = NewEvent { action: "given-up", summary: format!("'{}' never arrived", file.record.filename), metadata: Value::Null };
        let after = transaction.change(file, File { status: FileStatus::Deleting, ..file.record.clone() }, event, false);
        match transaction.apply().await {
            Ok(()) => Ok(Some(after)),
            Err(CommitError::Lost) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes what crashes and closed laptops left behind: uploads that never came, deletions that stopped half-way.
    /// Returns how many.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn files_sweep(&self, operation: &Operation) -> Result<usize, Error> {
        let mut swept = 0;
        for (status, seconds) in [(FileStatus::Uploading, GIVEN_UP), (FileStatus::Deleting, TAKEN_UP)] {
            let before = operation.now.plus_seconds(-seconds);
            for candidate in self.store.files_left_behind(status, before, SWEPT).await?.records {
                let id = candidate.record.id.to_string();
                // The index only finds candidates: the record itself says whether it is still left behind.
                let Some(file) = self.store.get::<File>(&id).await?.filter(|file| file.record.status == status) else { continue };
                // An upload is given up first, so that one that completes right now keeps its bytes.
                let file = if status == FileStatus::Uploading { self.file_give_up(operation, &file).await? } else { Some(file) };
                let Some(file) = file else { continue };
                self.file_remove(&operation.part(&id), &file).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

fn key(file: &File) -> Result<&str, Error> {
    Objects::key_of(&file.storage_uri).ok_or_else(|| Error::Internal(format!("file {} has no address of ours", file.id)))
}

async fn hash_of(objects: &Objects, key: &str) -> Result<String, Error> {
    let bytes = objects.get(key).await?.unwrap_or_default();
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
