//! The signed-in reader of a page, and the forms they send.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::{Caller, ClientError};
use dataops_domain::user::User;
use dataops_fleet::gateway::RequestContext;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::Markup;
use sha2::{Digest, Sha256};

use super::{cookie, next, session, token};
use crate::pages::error::{self, Trouble};
use crate::portal::Portal;
use crate::ui::flash::Flash;
use crate::ui::page::{Chrome, Page, document};

/// The largest form, in bytes.
const MOST_FORM: usize = 1 << 20;

/// Which part of a page a module of ours asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A browser asked for the whole page.
    Document,
    /// A module asked, and takes the page apart itself.
    Page,
    /// A module asked for the task's panel.
    Panel,
    /// A module asked for what to choose from while somebody types.
    Options,
}

/// A signed-in reader and what they asked for.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    /// The reader.
    pub(crate) user: User,
    /// Names the request.
    pub(crate) request_id: String,
    /// When the request reached the gateway, in milliseconds since 1970.
    pub(crate) received_at: i64,
    /// The part that is asked for.
    pub(crate) part: Part,
    /// The frame's facts.
    pub(crate) chrome: Chrome,
    known: Option<String>,
}

impl FromRequestParts<Portal> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Response> {
        let request_id = request_id(parts);
        let part = part(&parts.headers);
        let live = session::find(portal, &parts.headers).await.map_err(|error| {
            tracing::error!(request_id, error = error.to_string(), "the session can't be read");
            trouble_bare(Trouble::Internal, &request_id)
        })?;
        let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let Some(live) = live else { return Err(sign_in_first(parts.method == http::Method::GET, part, path)) };
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let of = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let chrome = Chrome {
            user_id: live.user.id.to_string(),
            user_name: live.user.name.clone(),
            path: next::with_query(path, &[]),
            csrf: live.session.csrf.clone(),
            counts: Vec::new(),
            theme: match cookie::read(&parts.headers, cookie::THEME) {
                Some("light") => Some("light"),
                Some("dark") => Some("dark"),
                _ => None,
            },
            is_admin: live.user.role == dataops_domain::user::Role::Admin,
            flash: of("saved").and_then(|code| Flash::of(code, of("did"))),
        };
        let known = parts.headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        dataops_fleet::scope::actor(live.user.id.as_str());
        Ok(Self { user: live.user, request_id, received_at: received_at(parts), part, chrome, known })
    }
}

impl SignedIn {
    /// Who asks the engine.
    pub(crate) fn caller(&self) -> Caller {
        Caller { user_id: self.user.id.to_string(), request_id: self.request_id.clone(), received_at: self.received_at }
    }

    /// A page; 304 when the reader's module has just this one already.
    pub(crate) fn page(&self, page: &Page) -> Response {
        let words = [&page.title, &page.lead.0, &page.actions.0, &page.body.0];
        let hash = words.iter().fold(Sha256::new(), |hash, text| hash.chain_update(text.as_bytes()).chain_update([0]));
        let hash: String =
            hash.chain_update(crate::assets::version()).finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{hash}\"");
        let mut response = if self.known.as_deref() == Some(&tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            html(StatusCode::OK, &document(&self.chrome, page))
        };
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(checked) = page.checked.as_deref().and_then(|checked| HeaderValue::from_str(checked).ok()) {
            headers.insert("x-checked", checked);
        }
        response
    }

    /// A page that was refused.
    pub(crate) fn refused(&self, page: &Page) -> Response {
        html(StatusCode::UNPROCESSABLE_ENTITY, &document(&self.chrome, page))
    }

    /// What went wrong, as a page, or as words for a module.
    pub(crate) fn trouble(&self, trouble: Trouble) -> Response {
        if self.part != Part::Document {
            return said(status(trouble), &trouble.sentence());
        }
        html(status(trouble), &document(&self.chrome, &error::page(trouble, &self.request_id)))
    }

    /// A failed call of the engine.
    pub(crate) fn failed(&self, error: &ClientError) -> Response {
        match error {
            ClientError::Refused(problem) if problem.status == 404 => self.trouble(Trouble::NotFound),
            ClientError::Refused(problem) => {
                tracing::error!(request_id = self.request_id, status = problem.status, error = problem.detail, "the engine refused a read");
                self.trouble(Trouble::Internal)
            }
            ClientError::Unreachable(reason) => {
                tracing::error!(request_id = self.request_id, reason, "the engine can't be reached");
                self.trouble(Trouble::Unreachable)
            }
        }
    }
}

/// A form of ours: who sent it and what it says. Its proof has been checked.
pub(crate) struct Sent {
    /// Who sent it.
    pub(crate) who: SignedIn,
    /// What it says.
    pub(crate) form: Form,
}

impl FromRequest<Portal> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let who = SignedIn::from_request_parts(&mut parts, portal).await?;
        let Ok(bytes) = axum::body::to_bytes(body, MOST_FORM).await else { return Err(who.trouble(Trouble::TooBig)) };
        let form = Form::read(&bytes);
        let header = parts.headers.get("x-csrf-token").and_then(|token| token.to_str().ok());
        if !token::same(header.unwrap_or_else(|| form.raw("csrf")), &who.chrome.csrf) {
            return Err(who.trouble(Trouble::Forbidden));
        }
        Ok(Self { who, form })
    }
}

/// The fields of a form, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads an URL-encoded body; line ends become `\n`.
    pub(crate) fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body).into_owned();
        Self(pairs.map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect())
    }

    /// A field as it was typed; empty when it is missing.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A field, trimmed.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// True when the form has the field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Every value of a field that may come more than once.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// The fields whose names start with `prefix`, which is cut off.
    pub(crate) fn starting(&self, prefix: &str) -> Vec<(String, String)> {
        self.0.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.trim().to_owned()))).collect()
    }

    /// Everything that a person typed.
    pub(crate) fn typed(&self) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| !matches!(name.as_str(), "csrf" | "back")).cloned().collect()
    }

    /// Where to go afterwards: the page it came from, when it is one of ours.
    pub(crate) fn back<'a>(&'a self, otherwise: &'a str) -> &'a str {
        next::local(self.raw("back")).unwrap_or(otherwise)
    }
}

/// The id of a request: the gateway's, or none.
pub(crate) fn request_id(parts: &Parts) -> String {
    parts.extensions.get::<RequestContext>().map(|context| context.request_id.clone()).unwrap_or_default()
}

/// When a request reached the gateway, in milliseconds since 1970; 0 when it did not say.
pub(crate) fn received_at(parts: &Parts) -> i64 {
    parts.extensions.get::<RequestContext>().and_then(|context| context.received_at).map_or(0, |moment| moment.millis())
}

/// The caller's network address as the gateway saw it.
pub(crate) fn source(parts: &Parts) -> Option<String> {
    parts.extensions.get::<RequestContext>().and_then(|context| context.source_ip.clone())
}

/// Which part of a page is asked for.
pub(crate) fn part(headers: &HeaderMap) -> Part {
    match headers.get("x-part").and_then(|part| part.to_str().ok()) {
        Some("panel") => Part::Panel,
        Some("options") => Part::Options,
        Some(_) => Part::Page,
        None => Part::Document,
    }
}

fn sign_in_first(reads: bool, part: Part, path: &str) -> Response {
    if part != Part::Document {
        return said(StatusCode::UNAUTHORIZED, "You are signed out. Sign in again in another tab, then repeat this.");
    }
    let target = if reads { path } else { "/" };
    let to = match next::local(&next::with_query(target, &[])) {
        Some(target) if target != "/" => next::with_query("/sign-in", &[("next", target)]),
        _ => "/sign-in".to_owned(),
    };
    Redirect::to(&to).into_response()
}

/// Words for a module that made a request.
pub(crate) fn said(status: StatusCode, words: &str) -> Response {
    (status, axum::Json(serde_json::json!({ "message": words }))).into_response()
}

/// A document.
pub(crate) fn html(status: StatusCode, markup: &Markup) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], markup.0.clone()).into_response()
}

/// What went wrong, for somebody who may not be signed in.
pub(crate) fn trouble_bare(trouble: Trouble, request_id: &str) -> Response {
    html(status(trouble), &error::bare(trouble, request_id))
}

fn status(trouble: Trouble) -> StatusCode {
    StatusCode::from_u16(trouble.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
