//! In front of the embedded S3: which call asks for which actions, and what a role that may not list a bucket is told of an object
//! that is not there.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::evaluate::Request;
use super::{Refused, Roles, Stranger, identity};
use crate::template::{PREFIX, REGION};

/// The secret keys of everybody who has one.
pub(crate) struct Secrets(pub(crate) Arc<Roles>);

/// What roles allow of buckets and objects.
pub(crate) struct Access(pub(crate) Arc<Roles>);

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        if self.0.access_keys().any(|known| known == access_key) {
            return Ok(identity::secret_key(access_key).into());
        }
        Err(error(S3ErrorCode::InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records."))
    }
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let caller = self.0.caller(cx.headers(), cx.uri()).map_err(stranger)?;
        if !caller.is_here() {
            let words = format!("The authorization header is malformed; the region '{}' is wrong; expecting '{REGION}'", caller.region);
            return Err(error(S3ErrorCode::AuthorizationHeaderMalformed, words));
        }
        let requests = requests(cx.s3_op().name(), cx.s3_path(), cx.headers(), cx.uri());
        caller.ask(cx.s3_op().name(), requests).map_err(|Refused(words)| error(S3ErrorCode::AccessDenied, words))
    }
}

/// What a call asks for. One that nobody taught this file is asked for under its own name, which no statement names.
fn requests(operation: &str, path: &S3Path, headers: &HeaderMap, uri: &Uri) -> Vec<Request> {
    let on = |action: &str| vec![Request::new(format!("s3:{action}"), arn(path))];
    let of_version = asked(uri, "versionId").is_some();
    match operation {
        "GetObject" | "HeadObject" if of_version => on("GetObjectVersion"),
        "GetObject" | "HeadObject" => on("GetObject"),
        // The parts of an upload too.
        "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => on("PutObject"),
        "CopyObject" | "UploadPartCopy" => {
            let source = headers.get("x-amz-copy-source").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let source = percent_decoded(source.split('?').next().unwrap_or_default());
            let source = Request::new("s3:GetObject", format!("arn:aws:s3:::{}", source.trim_start_matches('/')));
            [vec![source], on("PutObject")].concat()
        }
        "DeleteObject" if of_version => on("DeleteObjectVersion"),
        "AbortMultipartUpload" | "DeleteObject" => on(operation),
        "ListObjects" | "ListObjectsV2" => {
            let mut listing = Request::new("s3:ListBucket", arn(path));
            if let Some(prefix) = asked(uri, "prefix") {
                listing = listing.with(PREFIX, vec![prefix]);
            }
            vec![listing]
        }
        "HeadBucket" => on("ListBucket"),
        "ListParts" => on("ListMultipartUploadParts"),
        other => on(other),
    }
}

/// Whether somebody who was told that an object is not there is to be told only that it is not theirs: whether there is an object is
/// known to those who may list its bucket, whatever prefix they list it by.
pub(crate) fn hides_absence(roles: &Roles, method: &Method, headers: &HeaderMap, uri: &Uri) -> bool {
    let (Ok(caller), Some(bucket)) = (roles.caller(headers, uri), object_of(method, uri)) else { return false };
    !caller.may(
        if method == Method::HEAD { "HeadObject" } else { "GetObject" },
        Request::new("s3:ListBucket", format!("arn:aws:s3:::{bucket}")),
    )
}

/// The bucket of the object that a request reads.
fn object_of<'u>(method: &Method, uri: &'u Uri) -> Option<&'u str> {
    let (bucket, key) = uri.path().trim_start_matches('/').split_once('/')?;
    ((*method == Method::GET || *method == Method::HEAD) && !key.is_empty()).then_some(bucket)
}

/// What they are told then.
pub(crate) fn denied() -> Response {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"#;
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}

fn arn(path: &S3Path) -> String {
    match path {
        S3Path::Root => "*".to_owned(),
        S3Path::Bucket { bucket } => format!("arn:aws:s3:::{bucket}"),
        S3Path::Object { bucket, key } => format!("arn:aws:s3:::{bucket}/{key}"),
    }
}

/// The value of a parameter in an address.
fn asked(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| percent_decoded(value))
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn stranger(stranger: Stranger) -> S3Error {
    match stranger {
        Stranger::Unsigned => error(S3ErrorCode::AccessDenied, "Access Denied"),
        Stranger::Unknown => error(S3ErrorCode::InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records."),
        Stranger::Expired => error(S3ErrorCode::ExpiredToken, "The provided token has expired."),
    }
}

fn error(code: S3ErrorCode, words: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::with_message(code, words)
}
