//! A form with a file. The portal looks only for the proof that the form is ours; the engine reads the file.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header;
use multer::Multipart;

use super::next;
use super::signed_in::SignedIn;
use super::token;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::routes::MOST_BODY;

/// The most bytes of a field that is no file.
const MOST_FIELD: usize = 4_096;

/// A form with a file, and who sent it. Its proof has been checked.
pub(crate) struct SentFile {
    /// Who sent it.
    pub(crate) who: SignedIn,
    /// The form as it came, for the engine.
    pub(crate) bytes: Bytes,
    /// Its type with the boundary.
    pub(crate) content_type: String,
    back: String,
}

impl SentFile {
    /// Where to go afterwards: the page it came from, when it is one of ours.
    pub(crate) fn back<'a>(&'a self, otherwise: &'a str) -> &'a str {
        next::local(&self.back).unwrap_or(otherwise)
    }
}

impl FromRequest<Portal> for SentFile {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, portal).await?;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let Ok(bytes) = axum::body::to_bytes(body, MOST_BODY).await else { return Err(who.trouble(Trouble::TooBig)) };
        let fields = fields(&content_type, &bytes).await;
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
        if !token::same(&field("csrf"), &who.chrome.csrf) {
            return Err(who.trouble(Trouble::Forbidden));
        }
        Ok(Self { who, bytes, content_type, back: field("back") })
    }
}

/// The short fields of a form; what can't be read gives none, and so no proof.
async fn fields(content_type: &str, bytes: &Bytes) -> Vec<(String, String)> {
    let Ok(boundary) = multer::parse_boundary(content_type) else { return Vec::new() };
    let mut parts = Multipart::new(stream::iter([Ok::<Bytes, std::convert::Infallible>(bytes.clone())]), boundary);
    let mut fields = Vec::new();
    while let Ok(Some(part)) = parts.next_field().await {
        let (name, is_file) = (part.name().unwrap_or_default().to_owned(), part.file_name().is_some());
        let Ok(bytes) = part.bytes().await else { break };
        if !is_file && bytes.len() <= MOST_FIELD {
            fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    fields
}
