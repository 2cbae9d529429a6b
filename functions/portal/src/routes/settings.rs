//! `GET /settings`, `POST /settings/password`, `POST /settings/tokens`, `POST /settings/tokens/:id/revoke`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::wire::{SignInChanged, TokenList, TokenMade};
use dataops_api::{ClientError, Problem};
use dataops_domain::id;
use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::act;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::auth::{cookie, own_password, session, token};
use crate::pages;
use crate::pages::error::Trouble;
use crate::pages::settings::Settings;
use crate::portal::Portal;
use crate::ui::form::Attempt;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Response {
    page(&portal, &who, &Attempt::default()).await
}

async fn page(portal: &Portal, who: &SignedIn, attempt: &Attempt) -> Response {
    let tokens = match portal.client.get::<TokenList>(&who.caller(), "/api/tokens", "").await {
        Ok(tokens) => tokens,
        Err(error) => return who.failed(&error),
    };
    let Ok(key) = token::random() else { return who.trouble(Trouble::Internal) };
    let view = Settings { user: &who.user, tokens: &tokens, key: &key, today: portal.today(), timezone: portal.timezone };
    let page = pages::settings::page(view, &who.chrome, attempt);
    if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
}

async fn refused(portal: &Portal, who: &mut SignedIn, attempt: &Attempt) -> Response {
    who.chrome.path = "/settings".to_owned();
    page(portal, who, attempt).await
}

/// Changes the password. The session that did it goes on under a new token: whoever had the old one is signed out too.
pub(super) async fn password(State(portal): State<Portal>, headers: HeaderMap, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let wrong = |message: &str, errors: Vec<(String, String)>| Attempt {
        form: "password".to_owned(),
        message: message.to_owned(),
        values: Vec::new(),
        errors,
    };
    if form.raw("newPassword") != form.raw("repeat") {
        let errors = vec![("repeat".to_owned(), "This is not the same as above.".to_owned())];
        return refused(&portal, &mut who, &wrong("Not changed. The two new passwords differ.", errors)).await;
    }
    let user = who.user.id.to_string();
    if !own_password::may_try(&portal, &user).await {
        return refused(&portal, &mut who, &wrong(own_password::TOO_MANY, Vec::new())).await;
    }
    let body = json!({ "oldPassword": form.raw("oldPassword"), "newPassword": form.raw("newPassword") });
    let path = format!("/api/users/{user}/password");
    match portal.client.send::<SignInChanged>(&who.caller(), "POST", &path, &body, &[]).await {
        Ok(changed) => renewed(&portal, &who, &headers, &changed).await,
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409) => {
            own_password::failed(&portal, &user).await;
            let attempt = Attempt { values: Vec::new(), ..act::attempt("password", &form, &problem, act::last_part) };
            refused(&portal, &mut who, &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

async fn renewed(portal: &Portal, who: &SignedIn, headers: &HeaderMap, changed: &SignInChanged) -> Response {
    let ended = session::end(portal, headers).await.map_err(|error| error.to_string());
    let started = match ended {
        Ok(()) => session::start(portal, &changed.user, Some(changed.sign_in_changed_at)).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(token) => {
            let keep = cookie::set(headers, cookie::SESSION, &token, "/", session::LONGEST);
            ([(header::SET_COOKIE, keep)], Redirect::to("/settings?saved=password")).into_response()
        }
        Err(error) => {
            tracing::error!(request_id = who.request_id, error, "the session can't be renewed");
            Redirect::to("/sign-in").into_response()
        }
    }
}

pub(super) async fn make_token(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let ends = form.text("expiresAt");
    let mut body = json!({ "name": form.text("name") });
    if !ends.is_empty() {
        body["expiresAt"] = json!(ends);
    }
    let key = form.text("key");
    let headers: &[(&str, &str)] = if key.is_empty() { &[] } else { &[("idempotency-key", key)] };
    match portal.client.send::<TokenMade>(&who.caller(), "POST", "/api/tokens", &body, headers).await {
        Ok(made) => {
            who.chrome.path = "/settings".to_owned();
            who.page(&pages::settings::token_made(&made))
        }
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 422) => {
            let mut attempt = act::attempt("token", &form, &problem, act::last_part);
            if let Some(words) = once_only(&problem) {
                attempt = Attempt { message: words.to_owned(), ..Attempt::default() };
            }
            refused(&portal, &mut who, &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

/// What to say when the answer with the secret was given before, or there is no room for another token.
pub(super) fn once_only(problem: &Problem) -> Option<&'static str> {
    match problem.code.as_str() {
        "already_shown" | "idempotency_key_reused" => {
            Some("This was made and shown before, and is not shown again. Make a new one if you need it.")
        }
        "too_many_tokens" => Some("You have as many tokens as there may be. Revoke one that is no longer used."),
        _ => None,
    }
}

pub(super) async fn revoke_token(State(portal): State<Portal>, Path(token): Path<String>, sent: Sent) -> Response {
    if !id::is_valid(&token) {
        return sent.who.trouble(Trouble::NotFound);
    }
    let done = portal.client.send::<Value>(&sent.who.caller(), "DELETE", &format!("/api/tokens/{token}"), &Value::Null, &[]).await;
    match done {
        Ok(_) => Redirect::to("/settings?saved=revoked").into_response(),
        // Revoked in another tab, or over: it is gone, as asked.
        Err(ClientError::Refused(problem)) if problem.status == 404 => Redirect::to("/settings?saved=revoked").into_response(),
        Err(error) => sent.who.failed(&error),
    }
}
