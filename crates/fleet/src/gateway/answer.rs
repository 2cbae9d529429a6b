//! The answer: one HTTP response as a function hands it back to API Gateway.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, SET_COOKIE, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, Response};
use serde::{Deserialize, Serialize};

use super::event::joined;
use crate::InvokeError;

/// An answer to an API Gateway HTTP API event, payload format 2.0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpAnswer {
    /// The HTTP status.
    pub status_code: u16,
    /// Lower-cased names; repeated headers are joined with commas.
    pub headers: BTreeMap<String, String>,
    /// Each `Set-Cookie` value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// The body, as text or base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether `body` is base64.
    pub is_base64_encoded: bool,
}

impl HttpAnswer {
    /// The answer that stands for a response.
    pub fn from_response(response: &Response<()>, body: &[u8]) -> Result<Self, InvokeError> {
        let cookie = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut headers = joined(response.headers());
        for name in [SET_COOKIE, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION] {
            headers.remove(name.as_str());
        }
        let (body, is_base64_encoded) = text_or_base64(response.headers(), body);
        Ok(Self {
            status_code: response.status().as_u16(),
            headers,
            cookies: response.headers().get_all(SET_COOKIE).iter().map(cookie).collect(),
            body: (!body.is_empty()).then_some(body),
            is_base64_encoded,
        })
    }

    /// The body's bytes.
    pub fn body_bytes(&self) -> Result<Vec<u8>, InvokeError> {
        match &self.body {
            Some(text) if self.is_base64_encoded => STANDARD.decode(text).map_err(InvokeError::bad_event),
            Some(text) => Ok(text.clone().into_bytes()),
            None => Ok(Vec::new()),
        }
    }

    /// The response this answer stands for. Headers that HTTP does not allow are left out.
    pub fn response<B>(&self, body: B) -> Result<Response<B>, http::Error> {
        let mut response = Response::builder().status(self.status_code).body(body)?;
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
                response.headers_mut().insert(name, value);
            }
        }
        for cookie in &self.cookies {
            response.headers_mut().append(SET_COOKIE, HeaderValue::from_str(cookie)?);
        }
        Ok(response)
    }
}

/// A body as an event or answer carries it: text when its type says text and it is UTF-8, else base64.
pub(super) fn text_or_base64(headers: &HeaderMap, body: &[u8]) -> (String, bool) {
    match std::str::from_utf8(body) {
        Ok(text) if body.is_empty() || is_text(headers) => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let named = ["application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded"];
    let text = kind.starts_with("text/") || named.contains(&kind.as_str()) || kind.ends_with("+json") || kind.ends_with("+xml");
    text && !headers.contains_key(CONTENT_ENCODING)
}
