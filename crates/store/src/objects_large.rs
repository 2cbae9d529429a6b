//! Objects that do not fit into memory: put in parts, read as a stream.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use crate::calls::{self, Fate};
use crate::error::StoreError;
use crate::objects::Objects;

/// An object that is being put in parts. Nothing is there before [`Self::complete`]; one that is given up is to be
/// [aborted](Self::abort), and what a killed process left the bucket's lifecycle removes.
pub struct LargeUpload<'o> {
    objects: &'o Objects,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
}

/// An object that is being read.
pub struct LargeObject(ByteStream);

impl Objects {
    /// The least bytes of a part, the last one excepted.
    pub const PART: usize = 8 * 1024 * 1024;

    /// Begins to put an object in parts.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn put_large(&self, key: &str, content_type: &str) -> Result<LargeUpload<'_>, StoreError> {
        self.meet("CreateMultipartUpload")?;
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key).content_type(content_type);
        let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        let id = reply.upload_id.ok_or_else(|| StoreError::Objects("the bucket began an upload without naming it".to_owned()))?;
        Ok(LargeUpload { objects: self, key: key.to_owned(), id, parts: Vec::new() })
    }

    /// Reads an object as a stream; `None` when there is none.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn get_large(&self, key: &str) -> Result<Option<LargeObject>, StoreError> {
        self.note("GetObject");
        match Box::pin(self.client.get_object().bucket(&self.bucket).key(key).send()).await {
            Ok(reply) => Ok(Some(LargeObject(reply.body))),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    /// Tells of a write that is about to be sent.
    fn meet(&self, name: &'static str) -> Result<(), StoreError> {
        let fate = self.fates.as_ref().map_or(Fate::Arrives, |fates| fates("PutObject"));
        self.note(name);
        if fate == Fate::Arrives { Ok(()) } else { Err(calls::lost(name)) }
    }
}

impl LargeUpload<'_> {
    /// Puts the next part.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn part(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.objects.meet("UploadPart")?;
        let number = i32::try_from(self.parts.len() + 1).unwrap_or(i32::MAX);
        let request = self
            .objects
            .client
            .upload_part()
            .bucket(&self.objects.bucket)
            .key(&self.key)
            .upload_id(&self.id)
            .part_number(number)
            .body(ByteStream::from(bytes));
        let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(reply.e_tag)
            .set_checksum_crc32(reply.checksum_crc32)
            .set_checksum_crc32_c(reply.checksum_crc32_c)
            .set_checksum_sha256(reply.checksum_sha256)
            .build();
        self.parts.push(part);
        Ok(())
    }

    /// Makes the object of its parts.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn complete(self) -> Result<(), StoreError> {
        self.objects.meet("CompleteMultipartUpload")?;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.parts)).build();
        let request = self
            .objects
            .client
            .complete_multipart_upload()
            .bucket(&self.objects.bucket)
            .key(&self.key)
            .upload_id(&self.id)
            .multipart_upload(parts);
        Box::pin(request.send()).await.map(drop).map_err(StoreError::from_sdk)
    }

    /// Gives it up.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn abort(self) -> Result<(), StoreError> {
        self.objects.note("AbortMultipartUpload");
        let request = self.objects.client.abort_multipart_upload().bucket(&self.objects.bucket).key(&self.key).upload_id(&self.id);
        Box::pin(request.send()).await.map(drop).map_err(StoreError::from_sdk)
    }
}

impl LargeObject {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        self.0.next().await.transpose().map_err(|error| StoreError::Objects(error.to_string()))
    }
}
