//! The event: one HTTP request as API Gateway hands it to a function.
//!
//! Only the fields that a function or the local door needs. The path stays as it was sent: percent-encoding is neither
//! undone nor normalised, and `..` is not resolved.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri, request};
use serde::{Deserialize, Serialize};

use super::answer::text_or_base64;
use crate::InvokeError;

/// An API Gateway HTTP API event, payload format 2.0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpEvent {
    /// Always `2.0`.
    pub version: String,
    /// Always `$default`: one route catches everything.
    pub route_key: String,
    /// The path as it was sent.
    pub raw_path: String,
    /// The query as it was sent, without `?`.
    pub raw_query_string: String,
    /// Each cookie as `name=value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Lower-cased names; repeated headers are joined with commas.
    pub headers: BTreeMap<String, String>,
    /// What the gateway knows about the request.
    pub request_context: EventContext,
    /// The body, as text or base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether `body` is base64.
    pub is_base64_encoded: bool,
}

/// What the gateway knows about the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventContext {
    /// The host name the caller used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_name: Option<String>,
    /// The request line.
    pub http: EventHttp,
    /// The gateway's id of this request.
    pub request_id: String,
    /// Always `$default`.
    pub route_key: String,
    /// Always `$default`.
    pub stage: String,
    /// When the request arrived, in milliseconds since 1970.
    pub time_epoch: i64,
}

/// The request line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventHttp {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path.
    pub path: String,
    /// `HTTP/1.1`.
    pub protocol: String,
    /// The caller's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The caller's user agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl HttpEvent {
    /// The event for a request, as the gateway would make it. Whoever calls it fills in the id, address and time.
    pub fn from_request(parts: &request::Parts, body: &[u8]) -> Self {
        let (body, is_base64_encoded) = text_or_base64(&parts.headers, body);
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let http = EventHttp {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            protocol: "HTTP/1.1".to_owned(),
            source_ip: None,
            user_agent: text(http::header::USER_AGENT),
        };
        Self {
            version: "2.0".to_owned(),
            route_key: "$default".to_owned(),
            raw_path: parts.uri.path().to_owned(),
            raw_query_string: parts.uri.query().unwrap_or_default().to_owned(),
            cookies: cookies(&parts.headers),
            headers: joined(&parts.headers),
            request_context: EventContext {
                domain_name: text(http::header::HOST),
                http,
                route_key: "$default".to_owned(),
                stage: "$default".to_owned(),
                ..EventContext::default()
            },
            body: (!body.is_empty()).then_some(body),
            is_base64_encoded,
        }
    }

    /// The body's bytes.
    pub fn body_bytes(&self) -> Result<Vec<u8>, InvokeError> {
        match &self.body {
            Some(text) if self.is_base64_encoded => STANDARD.decode(text).map_err(InvokeError::bad_event),
            Some(text) => Ok(text.clone().into_bytes()),
            None => Ok(Vec::new()),
        }
    }

    /// The request this event stands for. Headers that HTTP does not allow are left out.
    pub fn request<B>(&self, body: B) -> Result<Request<B>, http::Error> {
        let mut target = encoded(&self.raw_path, false);
        if !target.starts_with('/') {
            target.insert(0, '/');
        }
        if !self.raw_query_string.is_empty() {
            target.push('?');
            target.push_str(&encoded(&self.raw_query_string, true));
        }
        let uri: Uri = target.parse()?;
        let method: Method = self.request_context.http.method.parse()?;
        let mut request = Request::builder().method(method).uri(uri).body(body)?;
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
                request.headers_mut().insert(name, value);
            }
        }
        if let (false, Ok(value)) = (self.cookies.is_empty(), HeaderValue::from_str(&self.cookies.join("; "))) {
            request.headers_mut().insert(COOKIE, value);
        }
        Ok(request)
    }
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(';')).map(|cookie| cookie.trim().to_owned()).filter(|c| !c.is_empty()).collect()
}

/// Headers with repeated values joined by commas; cookies travel apart.
pub(super) fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut map: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| *name != COOKIE) {
        let value = String::from_utf8_lossy(value.as_bytes());
        map.entry(name.as_str().to_owned())
            .and_modify(|earlier| {
                earlier.push(',');
                earlier.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    map
}

/// Percent-encodes what a URI may not hold and leaves everything else, escapes included, as it is. The gateway may hand
/// over a decoded path; a client may send a query that is no strict URI.
fn encoded(text: &str, query: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let escape = byte == b'%' && text.as_bytes().get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let allowed = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/[]|".contains(&byte) || (query && byte == b'?');
        if escape || allowed {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
