//! Changing one's own password: tries are counted like tries to sign in, and the session that did it goes on.

use axum::response::Response;
use dataops_api::client::Answer;
use dataops_api::wire::SignInChanged;
use http::{StatusCode, header};

use super::session::{self, Api};
use super::sign_in::{MOST_FAILURES, PAUSE};
use crate::api;
use crate::portal::Portal;

/// What is said after too many wrong passwords.
pub(crate) const TOO_MANY: &str = "Too many wrong passwords. Try again in 15 minutes.";

fn key(user: &str) -> String {
    format!("password#{user}")
}

/// False after too many wrong passwords, and when they can't be counted.
pub(crate) async fn may_try(portal: &Portal, user: &str) -> bool {
    let failures = portal.store.login_failures(&key(user), portal.clock.now()).await;
    failures.is_ok_and(|failures| failures < MOST_FAILURES)
}

/// The JSON answer after too many.
pub(crate) fn too_many() -> Response {
    let mut response = api::error(StatusCode::TOO_MANY_REQUESTS, TOO_MANY);
    response.headers_mut().insert(header::RETRY_AFTER, PAUSE.into());
    response
}

/// Counts a refused change.
pub(crate) async fn failed(portal: &Portal, user: &str) {
    if let Err(error) = portal.store.login_failed(&key(user), portal.clock.now()).await {
        tracing::error!(error = error.to_string(), "a wrong password can't be counted");
    }
}

/// After the engine has answered a change through the API: counts a refusal, and keeps the session that succeeded.
pub(crate) async fn settle(portal: &Portal, user: &str, who: &Api, answer: &Answer) {
    if answer.status != 200 {
        return failed(portal, user).await;
    }
    let Ok(changed) = serde_json::from_slice::<SignInChanged>(&answer.body) else { return };
    if let Api::Session(live) = who
        && let Err(error) = session::keep(portal, &live.session, changed.sign_in_changed_at).await
    {
        tracing::error!(error = error.to_string(), "the session can't be kept");
    }
}
