//! The door inside the door: only the portal, which knows the secret, gets past it (PL-5).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use dataops_engine::Expected;
use http::{HeaderMap, Uri};
use subtle::ConstantTimeEq;

use super::{Call, answer};
use crate::App;

/// Lets the portal in; hides what the portal answers itself.
pub(crate) async fn portal_only(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let hidden = path == "/api/auth" || path.starts_with("/api/auth/");
    let inside = path.starts_with("/api/");
    let open = matches!(path, "/api/health" | "/api/openapi.json");
    if !inside || open || (!hidden && is_portal(request.headers(), &app.secret)) {
        return next.run(request).await;
    }
    let refusal = if hidden { Expected::not_found("Not found") } else { Expected::new(401, "unauthorized", "Unauthorized") };
    match <Call as axum::extract::FromRequest<App>>::from_request(request, &app).await {
        Ok(call) => answer::refused(&call, &refusal),
        Err(response) => response,
    }
}

fn is_portal(headers: &HeaderMap, secret: &str) -> bool {
    let text = |name: &str| headers.get(name).map(http::HeaderValue::as_bytes).unwrap_or_default();
    !secret.is_empty() && text("x-portal-auth") == b"true" && bool::from(text("x-portal-secret").ct_eq(secret.as_bytes()))
}

/// Where a slash at the end of a path is accepted (wire contract 1).
const SLASHED: [&str; 7] =
    ["/api/bundles", "/api/templates", "/api/recurring", "/api/users", "/api/files", "/api/artifacts", "/api/assistant-jobs"];

/// Accepts a trailing slash where the contract does: everywhere but on tasks and what does not exist.
pub(crate) fn without_trailing_slash<B>(mut request: http::Request<B>) -> http::Request<B> {
    let path = request.uri().path();
    let accepts = SLASHED.iter().any(|prefix| path.starts_with(prefix));
    if accepts && path.ends_with('/') {
        let trimmed = path.trim_end_matches('/');
        let target = request.uri().query().map_or_else(|| trimmed.to_owned(), |query| format!("{trimmed}?{query}"));
        if let Ok(uri) = target.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}
