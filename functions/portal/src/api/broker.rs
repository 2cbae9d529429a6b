//! `/work/api/*`: passed to the engine's `/api/*` as the signed-in user. Who somebody is comes from the session alone:
//! no header of the caller's is passed but those listed.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use dataops_api::Caller;
use dataops_api::client;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::error;
use crate::auth::session::{self, Api};
use crate::auth::signed_in::{received_at, request_id};
use crate::auth::{own_password, token};
use crate::portal::Portal;
use crate::routes::MOST_BODY;

/// What anybody may read.
const PUBLIC: [&str; 2] = ["/api/openapi.json", "/api/health"];
const PASSED_IN: [&str; 5] = ["accept", "content-type", "if-match", "if-none-match", "idempotency-key"];
const PASSED_BACK: [&str; 7] = ["content-type", "etag", "retry-after", "idempotency-replayed", "content-disposition", "location", "allow"];

pub(crate) async fn pass(State(portal): State<Portal>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(path) = engine_path(&parts.method, parts.uri.path()) else { return error(StatusCode::NOT_FOUND, "Not found") };
    let id = request_id(&parts);
    if parts.method == Method::GET && PUBLIC.contains(&path.as_str()) {
        let caller = Caller { user_id: "anonymous".to_owned(), request_id: id, received_at: received_at(&parts) };
        let request = client::Request { method: "GET".to_owned(), path, headers: passed(&parts.headers), ..client::Request::default() };
        return match portal.client.call(&caller, request).await {
            Ok(answer) => answered(answer),
            Err(_) => error(StatusCode::BAD_GATEWAY, "The work engine does not answer"),
        };
    }
    let who = match session::find_api(&portal, &parts.headers).await {
        Ok(Some(who)) => who,
        Ok(None) => return error(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Err(reason) => {
            tracing::error!(request_id = id, error = reason.to_string(), "the session can't be read");
            return error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
        }
    };
    let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let proven = match &who {
        Api::Session(live) => live.bearer || token::same(header(&parts.headers, "x-csrf-token"), &live.session.csrf),
        Api::Token(_) => true,
    };
    if !reads && !proven {
        return error(
            StatusCode::FORBIDDEN,
            "x-csrf-token is missing or wrong: send the token of this session, or use Authorization: Bearer",
        );
    }
    if let (Api::Token(_), "/api/tokens", false) = (&who, path.trim_end_matches('/'), reads) {
        return error(StatusCode::FORBIDDEN, "API tokens are made by a person who is signed in, not by another token");
    }
    let Ok(bytes) = axum::body::to_bytes(body, MOST_BODY).await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large");
    };
    let request = client::Request {
        method: parts.method.to_string(),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: passed(&parts.headers),
        body: bytes.to_vec(),
    };
    let user = who.user().id.to_string();
    dataops_fleet::scope::actor(&user);
    let password = is_password_of(&request, &user);
    if password && !own_password::may_try(&portal, &user).await {
        return own_password::too_many();
    }
    let caller = Caller { user_id: user.clone(), request_id: id.clone(), received_at: received_at(&parts) };
    match portal.client.call(&caller, request).await {
        Ok(answer) if password => {
            own_password::settle(&portal, &user, &who, &answer).await;
            answered(answer)
        }
        Ok(answer) => answered(answer),
        Err(reason) => {
            tracing::error!(request_id = id, error = reason.to_string(), "the engine can't be reached");
            error(StatusCode::BAD_GATEWAY, "The work engine does not answer")
        }
    }
}

/// The engine's path; `None` for what the portal answers itself or never passes on.
fn engine_path(method: &Method, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/work/api/")?;
    let bare = rest.trim_end_matches('/');
    // A job's log is written by trusted backend code alone; reading it is anybody's.
    let job_events =
        *method != Method::GET && rest.strip_prefix("assistant-jobs/").is_some_and(|job| job.trim_end_matches('/').ends_with("/events"));
    // The setup page is its only way, where tries are counted.
    let setup = rest.strip_prefix("users/").is_some_and(|user| user.trim_end_matches('/').ends_with("/setup"));
    let own = bare == "auth" || rest.starts_with("auth/") || bare == "me" || setup;
    (!own && !job_events).then(|| format!("/api/{rest}"))
}

/// True for a user's change of their own password.
fn is_password_of(request: &client::Request, user: &str) -> bool {
    request.method == "POST" && request.path.trim_end_matches('/') == format!("/api/users/{user}/password")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn passed(headers: &HeaderMap) -> Vec<(String, String)> {
    let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(|value| (name.to_owned(), value.to_owned()));
    PASSED_IN.iter().filter_map(|name| of(name)).collect()
}

fn answered(answer: client::Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, answer.body).into_response();
    response.headers_mut().remove(http::header::CONTENT_TYPE);
    for (name, value) in answer.headers.iter().filter(|(name, _)| PASSED_BACK.contains(&name.as_str())) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_engines_paths_are_passed() {
        assert_eq!(engine_path(&Method::GET, "/work/api/tasks/a%2Fb").as_deref(), Some("/api/tasks/a%2Fb"));
        assert_eq!(engine_path(&Method::GET, "/work/api/bundles/").as_deref(), Some("/api/bundles/"));
        for own in [
            "/work/api/auth/login",
            "/work/api/auth/x",
            "/work/api/auth",
            "/work/api/me",
            "/work/api/me/",
            "/work/api/assistant-jobs/j/events",
            "/work/api/users/u/setup",
            "/work/api/users/u/setup/",
            "/other",
        ] {
            assert_eq!(engine_path(&Method::POST, own), None, "{own}");
        }
        let events = "/work/api/assistant-jobs/j/events";
        assert_eq!(engine_path(&Method::GET, events).as_deref(), Some("/api/assistant-jobs/j/events"));
    }

    #[test]
    fn no_header_of_identity_is_passed() {
        let mut headers = HeaderMap::new();
        for name in ["x-user-id", "x-portal-auth", "x-portal-secret", "authorization", "cookie", "if-match"] {
            headers.insert(name, HeaderValue::from_static("x"));
        }
        assert_eq!(passed(&headers), [("if-match".to_owned(), "x".to_owned())]);
    }
}
