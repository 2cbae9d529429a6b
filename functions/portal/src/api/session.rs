//! `POST /work/api/auth/login`, `POST /work/api/auth/logout`, `GET /work/api/me`.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{error, json as answer};
use crate::auth::session;
use crate::auth::sign_in::{self, Outcome};
use crate::auth::signed_in::{request_id, source};
use crate::portal::Portal;
use crate::routes::MOST_BODY;

pub(crate) async fn login(State(portal): State<Portal>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MOST_BODY).await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "Request body is too large");
    };
    let Ok(Value::Object(sent)) = serde_json::from_slice::<Value>(&bytes) else { return error(StatusCode::BAD_REQUEST, "Invalid JSON") };
    let text = |name: &str| sent.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (Some(email), Some(password)) = (text("email"), text("password")) else {
        return error(StatusCode::BAD_REQUEST, "email and password are required");
    };
    match sign_in::check(&portal, email, password, source(&parts).as_deref(), sign_in::Spelling::Exact).await {
        Ok(Outcome::Welcome(record)) => match session::start(&portal, &record.user, record.sign_in_changed_at).await {
            Ok(token) => answer(StatusCode::OK, &json!({ "user": record.user, "token": token })),
            Err(reason) => broken(&request_id(&parts), &reason),
        },
        Ok(Outcome::Wrong) => error(StatusCode::UNAUTHORIZED, "Invalid email or password"),
        Ok(Outcome::Disabled) => error(StatusCode::FORBIDDEN, "Account is disabled"),
        Ok(Outcome::TooMany) => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS, "Too many failed attempts. Try again in 15 minutes.");
            response.headers_mut().insert(header::RETRY_AFTER, sign_in::PAUSE.into());
            response
        }
        Err(reason) => broken(&request_id(&parts), &reason.to_string()),
    }
}

pub(crate) async fn logout(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    if let Err(reason) = session::end(&portal, &headers).await {
        tracing::error!(error = reason.to_string(), "the session can't be ended");
    }
    StatusCode::NO_CONTENT.into_response()
}

pub(crate) async fn me(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    match session::find_api(&portal, &headers).await {
        Ok(Some(who)) => answer(StatusCode::OK, &json!({ "user": who.user() })),
        Ok(None) => error(StatusCode::UNAUTHORIZED, "Unauthorized"),
        Err(reason) => broken("", &reason.to_string()),
    }
}

fn broken(request_id: &str, reason: &str) -> Response {
    tracing::error!(request_id, reason, "sign-in is broken");
    error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
}
