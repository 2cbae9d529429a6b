//! The upload form: the only multipart body the API reads.

use bytes::Bytes;
use dataops_domain::file::upload::{Announced, CATEGORY_WORDS, parse_tags};
use dataops_domain::file::{Category, MAX_DIRECT, name};
use dataops_domain::refusal::Refusal;
use dataops_engine::{Error, Expected, Upload};
use futures_util::stream;
use http::header;
use multer::{Constraints, Multipart, SizeLimit};

use super::Call;

/// What a form may hold besides the file.
const MAX_PART: u64 = 16 * 1024;

/// The form as it was sent, not judged yet.
#[derive(Debug, Default)]
pub(crate) struct UploadForm {
    pub(crate) task_id: String,
    category: Option<String>,
    tags: Option<String>,
    filename: String,
    bytes: Bytes,
}

impl UploadForm {
    /// Reads the form: `taskId`, `category`, `tags` and one part with a file name.
    ///
    /// # Errors
    /// When it is no form, is empty, or lacks the task or the file.
    pub(crate) async fn read(call: &Call) -> Result<Self, Error> {
        let kind = call.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let wrong = |code, words: &str| Error::from(Expected::new(400, code, words));
        let boundary = multer::parse_boundary(kind).map_err(|_| wrong("multipart_required", "Content-Type must be multipart/form-data"))?;
        if call.body.is_empty() {
            return Err(wrong("body_required", "Request body is required"));
        }
        let whole = stream::iter([Ok::<Bytes, std::convert::Infallible>(call.body.clone())]);
        let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(call.body.len() as u64 + 1));
        let mut parts = Multipart::with_constraints(whole, boundary, limits);
        let unreadable = |error: multer::Error| wrong("multipart_unreadable", &format!("The form can't be read: {error}"));
        let mut form = Self::default();
        let mut has_file = false;
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let (field, filename) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
            let bytes = part.bytes().await.map_err(unreadable)?;
            if let Some(filename) = filename {
                if has_file {
                    return Err(wrong("one_file", "Send one file in each request"));
                }
                (form.filename, form.bytes, has_file) = (filename, bytes, true);
                continue;
            }
            if bytes.len() as u64 > MAX_PART {
                return Err(Refusal::field(format!("/{field}"), format!("{field} must be at most {MAX_PART} bytes")).into());
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            match field.as_str() {
                "taskId" => text.trim().clone_into(&mut form.task_id),
                "category" => form.category = Some(text).filter(|text| !text.trim().is_empty()),
                "tags" => form.tags = Some(text).filter(|text| !text.trim().is_empty()),
                _ => {}
            }
        }
        if form.task_id.is_empty() {
            return Err(Refusal::field("/taskId", "Missing required field: taskId").into());
        }
        if !has_file {
            return Err(Refusal::field("/file", "Missing required field: file").into());
        }
        Ok(form)
    }

    /// The file that the form carries.
    ///
    /// # Errors
    /// A category or tags that are wrong, an empty file, one that is too big for this route.
    pub(crate) fn upload(self) -> Result<Upload, Error> {
        let category = match self.category.as_deref().map(str::trim) {
            Some(word) => Category::parse(word).ok_or_else(|| Refusal::field("/category", CATEGORY_WORDS))?,
            None => Category::default(),
        };
        let tags = self.tags.as_deref().map(parse_tags).transpose()?;
        if self.bytes.is_empty() {
            return Err(Refusal::field("/file", "The file is empty; choose one with content").into());
        }
        if self.bytes.len() as u64 > MAX_DIRECT {
            let words = format!("The file is larger than {MAX_DIRECT} bytes; announce it with POST /api/files/uploads");
            return Err(Expected::new(413, "file_too_large", words).into());
        }
        let announced = Announced {
            task_id: self.task_id,
            filename: name::safe(&self.filename),
            category,
            tags,
            size: 0,
            sha256: String::new(),
            content_type: String::new(),
        };
        Ok(Upload::new(announced, self.bytes))
    }
}
