//! What a caller says of a file before the bytes are looked at.

use serde_json::Value;

use super::{Category, File, FileStatus, MAX_SIZE, kind, name};
use crate::actor::Actor;
use crate::id::FileId;
use crate::input::{Fields, MAX_LIST};
use crate::json::Object;
use crate::refusal::Refusal;
use crate::task::Task;
use crate::time::Timestamp;

/// The words for a category that does not exist.
pub const CATEGORY_WORDS: &str = "category must be one of: image, invoice, document";
/// The words for tags that are no list.
pub const TAGS_WORDS: &str = "tags must be a JSON array of strings";

/// What was said of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The task it is for.
    pub task_id: String,
    /// Its name, made safe.
    pub filename: String,
    /// What it is for.
    pub category: Category,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Media type.
    pub content_type: String,
}

impl Announced {
    /// Reads `{taskId, filename, category?, tags?, sizeBytes, checksum}` of an upload that goes straight to the bucket.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn parse(body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let task = fields.required_text("taskId", "Missing required field: taskId");
        let filename = fields.required_text("filename", "Missing required field: filename");
        let words: Vec<&str> = Category::ALL.into_iter().map(Category::as_str).collect();
        fields.one_of("category", &words, CATEGORY_WORDS);
        fields.texts("tags");
        let size = fields.value("sizeBytes").and_then(Value::as_u64).filter(|size| (1..=MAX_SIZE).contains(size));
        if size.is_none() {
            fields.refuse("sizeBytes", format!("sizeBytes must be the number of bytes, from 1 to {MAX_SIZE}"));
        }
        let checksum = fields.value("checksum").and_then(Value::as_str).and_then(digest);
        if checksum.is_none() {
            fields.refuse("checksum", "checksum must be `sha256:` and the 64 hex digits of the bytes");
        }
        let (Some(task), Some(filename), Some(size), Some(sha256)) = (task, filename, size, checksum) else {
            fields.finish()?;
            return Err(Refusal::rule("invalid_upload", "taskId, filename, sizeBytes and checksum are required"));
        };
        fields.finish()?;
        let filename = name::safe(filename);
        let tags =
            body.get("tags").and_then(Value::as_array).map(|tags| tags.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        Ok(Self {
            task_id: task.trim().to_owned(),
            category: body.get("category").and_then(Value::as_str).and_then(Category::parse).unwrap_or_default(),
            content_type: kind::of_name(&filename).unwrap_or(kind::UNKNOWN).to_owned(),
            filename,
            tags,
            size,
            sha256,
        })
    }

    /// The record of the file while its bytes are on their way; `uri` gives the address of its key.
    pub fn file(&self, id: FileId, task: &Task, uri: impl Fn(&str) -> String, actor: &Actor, now: Timestamp) -> File {
        File {
            task_id: task.id.to_string(),
            bundle_id: task.bundle_id.text().map(str::to_owned),
            filename: self.filename.clone(),
            category: self.category,
            tags: self.tags.clone(),
            storage_path: format!("{}/{}", task.id, self.filename),
            storage_provider: "s3".to_owned(),
            storage_uri: uri(&format!("files/{id}/{}", name::slug(&self.filename))),
            content_type: self.content_type.clone(),
            checksum: format!("sha256:{}", self.sha256),
            size_bytes: self.size,
            status: FileStatus::Uploading,
            created_by: Some(actor.id.clone()).filter(|id| !id.is_empty()),
            evidence_for: Vec::new(),
            artifact_ids: Vec::new(),
            created_at: now,
            version: 0,
            id,
        }
    }
}

/// Reads the tags of an upload form: the text of a JSON array of strings.
///
/// # Errors
/// When it is no such list.
pub fn parse_tags(text: &str) -> Result<Vec<String>, Refusal> {
    let tags = serde_json::from_str::<Vec<String>>(text).ok().filter(|tags| tags.len() <= MAX_LIST);
    let good = tags.filter(|tags| tags.iter().all(|tag| tag.chars().count() <= 200 && !tag.trim().is_empty()));
    good.ok_or_else(|| Refusal::field("/tags", TAGS_WORDS))
}

fn digest(text: &str) -> Option<String> {
    let hex = text.strip_prefix("sha256:")?;
    (hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| hex.to_ascii_lowercase())
}
