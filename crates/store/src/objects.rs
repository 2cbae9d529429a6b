//! Bytes in the artifact bucket: uploads, outputs and the search index. Records hold the key; the bucket's name in an
//! owned address is a label, and bytes are found by key in this stack's own bucket.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::Store;
use crate::calls::{self, Call, Fate, Fates, Observer};
use crate::error::StoreError;

/// The scheme of addresses of owned bytes.
const SCHEME: &str = "s3://";

/// The bucket of one stack.
#[derive(Clone)]
pub struct Objects {
    pub(crate) client: aws_sdk_s3::Client,
    pub(crate) bucket: String,
    pub(crate) observer: Option<Observer>,
    pub(crate) fates: Option<Fates>,
}

/// What the bucket says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hex, when the bucket checked one at the upload.
    pub sha256: Option<String>,
}

/// A request that the holder may make without credentials, until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// `PUT` or `GET`.
    pub method: String,
    /// The signed address.
    pub url: String,
    /// Headers that are part of the signature and must be sent as they are.
    pub headers: Vec<(String, String)>,
}

/// What a signed upload must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedObject<'a> {
    /// Bytes.
    pub size: u64,
    /// SHA-256 in hex.
    pub sha256: &'a str,
    /// Media type.
    pub content_type: &'a str,
}

impl Objects {
    /// The bucket named; `endpoint` points it at another S3 than AWS's own.
    pub fn connect(sdk: &aws_types::SdkConfig, endpoint: Option<String>, bucket: impl Into<String>) -> Self {
        let mut config = aws_sdk_s3::config::Builder::from(sdk);
        if let Some(endpoint) = endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        Self { client: aws_sdk_s3::Client::from_conf(config.build()), bucket: bucket.into(), observer: None, fates: None }
    }

    /// The address of a key, as records show it.
    pub fn uri(&self, key: &str) -> String {
        format!("{SCHEME}{}/{key}", self.bucket)
    }

    /// The key in an address of owned bytes, whatever bucket it names.
    pub fn key_of(uri: &str) -> Option<&str> {
        uri.strip_prefix(SCHEME)?.split_once('/').map(|(_, key)| key).filter(|key| !key.is_empty())
    }

    /// Stores bytes under a key, replacing what is there. The bucket refuses them when they were damaged on the way.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn put(&self, key: &str, bytes: Bytes, content_type: &str, sha256: &str) -> Result<(), StoreError> {
        const NAME: &str = "PutObject";
        let fate = self.fates.as_ref().map_or(Fate::Arrives, |fates| fates(NAME));
        if fate == Fate::Lost {
            return Err(calls::lost(NAME));
        }
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .checksum_sha256(base64_of_hex(sha256))
            .body(ByteStream::from(bytes));
        Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        self.note(NAME);
        if fate == Fate::Unanswered { Err(calls::lost(NAME)) } else { Ok(()) }
    }

    /// Reads an object whole; `None` when there is none.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        self.note("GetObject");
        let reply = match Box::pin(self.client.get_object().bucket(&self.bucket).key(key).send()).await {
            Ok(reply) => reply,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(StoreError::from_sdk(error)),
        };
        let body = reply.body.collect().await.map_err(|error| StoreError::Objects(error.to_string()))?;
        Ok(Some(body.into_bytes()))
    }

    /// Reads the first bytes of an object; `None` when there is none.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn get_start(&self, key: &str, most: usize) -> Result<Option<Bytes>, StoreError> {
        self.note("GetObject");
        let range = format!("bytes=0-{}", most.saturating_sub(1));
        let reply = match Box::pin(self.client.get_object().bucket(&self.bucket).key(key).range(range).send()).await {
            Ok(reply) => reply,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(StoreError::from_sdk(error)),
        };
        let body = reply.body.collect().await.map_err(|error| StoreError::Objects(error.to_string()))?;
        Ok(Some(body.into_bytes()))
    }

    /// Size and checksum of an object; `None` when there is none.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn head(&self, key: &str) -> Result<Option<ObjectHead>, StoreError> {
        self.note("HeadObject");
        let request = self.client.head_object().bucket(&self.bucket).key(key).checksum_mode(ChecksumMode::Enabled);
        match Box::pin(request.send()).await {
            Ok(reply) => Ok(Some(ObjectHead {
                size: reply.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                sha256: reply.checksum_sha256().and_then(hex_of_base64),
            })),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    /// Deletes an object; none is no error.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.note("DeleteObject");
        Box::pin(self.client.delete_object().bucket(&self.bucket).key(key).send()).await.map_err(StoreError::from_sdk)?;
        Ok(())
    }

    /// Signs an upload of exactly these bytes: another size, type or checksum is refused by the bucket.
    ///
    /// # Errors
    /// When nothing can be signed.
    pub async fn sign_put(&self, key: &str, expected: &ExpectedObject<'_>, expires: Duration) -> Result<SignedRequest, StoreError> {
        let size = i64::try_from(expected.size).unwrap_or(i64::MAX);
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(expected.content_type)
            .content_length(size)
            .checksum_sha256(base64_of_hex(expected.sha256));
        Box::pin(request.presigned(presigning(expires)?)).await.map(signed).map_err(StoreError::from_sdk)
    }

    /// Signs a download under a type and disposition of ours.
    ///
    /// # Errors
    /// When nothing can be signed.
    pub async fn sign_get(&self, key: &str, content_type: &str, disposition: &str, expires: Duration) -> Result<SignedRequest, StoreError> {
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_type(content_type)
            .response_content_disposition(disposition);
        Box::pin(request.presigned(presigning(expires)?)).await.map(signed).map_err(StoreError::from_sdk)
    }

    pub(crate) fn note(&self, operation: &'static str) {
        if let Some(observer) = &self.observer {
            observer(Call { operation, target: self.bucket.clone(), capacity: 0.0 });
        }
    }
}

impl Store {
    /// The same store with the bucket its records refer to.
    #[must_use]
    pub fn with_objects(mut self, mut objects: Objects) -> Self {
        objects.observer.clone_from(&self.hooks.observer);
        objects.fates.clone_from(&self.hooks.fates);
        self.objects = Some(objects);
        self
    }

    /// The same store with the bucket that archives are kept in.
    #[must_use]
    pub fn with_exports(mut self, mut exports: Objects) -> Self {
        exports.observer.clone_from(&self.hooks.observer);
        exports.fates.clone_from(&self.hooks.fates);
        self.exports = Some(exports);
        self
    }

    /// The bucket of archives.
    ///
    /// # Errors
    /// When this function was given none.
    pub fn exports(&self) -> Result<&Objects, StoreError> {
        self.exports.as_ref().ok_or(StoreError::NotConfigured("DATAOPS_EXPORT_ARCHIVE_BUCKET"))
    }

    /// The bucket.
    ///
    /// # Errors
    /// When this function was given none.
    pub fn objects(&self) -> Result<&Objects, StoreError> {
        self.objects.as_ref().ok_or(StoreError::NotConfigured("DATAOPS_ARTIFACTS_BUCKET"))
    }
}

fn presigning(expires: Duration) -> Result<PresigningConfig, StoreError> {
    PresigningConfig::expires_in(expires).map_err(|error| StoreError::Objects(error.to_string()))
}

fn signed(request: PresignedRequest) -> SignedRequest {
    SignedRequest {
        method: request.method().to_owned(),
        url: request.uri().to_owned(),
        headers: request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}

fn base64_of_hex(hex: &str) -> String {
    let bytes: Vec<u8> = (0..hex.len() / 2).filter_map(|at| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()).collect();
    STANDARD.encode(bytes)
}

fn hex_of_base64(text: &str) -> Option<String> {
    Some(STANDARD.decode(text).ok()?.iter().map(|byte| format!("{byte:02x}")).collect())
}
