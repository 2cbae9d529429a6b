//! `GET` and `POST /setup/:user`: the page behind a setup link. Nobody is signed in here.
//!
//! The link's secret is in the query, not in the path: the gateway's access log keeps paths.

use axum::extract::{Path, Query, Request, State};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use dataops_api::wire::SignInChanged;
use dataops_api::{Caller, ClientError};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::Markup;
use serde_json::json;

use super::act;
use crate::auth::setup::{self, Opened};
use crate::auth::signed_in::{Form, html, received_at, request_id, source, trouble_bare};
use crate::auth::{cookie, session, sign_in, token};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::routes::MOST_BODY;
use crate::ui::form::Attempt;

const FORM_LIVES: i64 = 3_600;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    token: String,
}

pub(super) async fn show(State(portal): State<Portal>, Path(user): Path<String>, Query(asked): Query<Asked>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match setup::open(&portal, &user, &asked.token, source(&parts).as_deref()).await {
        Ok(opened) => answer(&parts.headers, opened, &asked.token, StatusCode::OK, &Attempt::default()),
        Err(error) => broken(&request_id(&parts), &error.to_string()),
    }
}

/// The form, or why there is none.
fn answer(headers: &HeaderMap, opened: Opened, token: &str, status: StatusCode, attempt: &Attempt) -> Response {
    let record = match opened {
        Opened::Usable(record) => record,
        Opened::Unusable => return said(StatusCode::GONE, &pages::setup::unusable()),
        Opened::TooMany => {
            let mut response = said(StatusCode::TOO_MANY_REQUESTS, &pages::setup::too_many());
            response.headers_mut().insert(header::RETRY_AFTER, sign_in::PAUSE.into());
            return response;
        }
    };
    let known = cookie::read(headers, cookie::SETUP).filter(|token| token.len() == 43).map(str::to_owned);
    let Ok(csrf) = known.map_or_else(token::random, Ok) else { return trouble_bare(Trouble::Internal, "") };
    let link = pages::setup::Link { user: record.user.id.as_str(), email: &record.user.email, token, csrf: &csrf };
    let mut response = said(status, &pages::setup::page(&record.user.name, link, attempt));
    if let Ok(line) = cookie::set(headers, cookie::SETUP, &csrf, "/setup", FORM_LIVES).parse() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// A page whose address is told to nobody.
fn said(status: StatusCode, markup: &Markup) -> Response {
    let mut response = html(status, markup);
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

pub(super) async fn set(State(portal): State<Portal>, Path(user): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let id = request_id(&parts);
    let Ok(bytes) = axum::body::to_bytes(body, MOST_BODY).await else { return trouble_bare(Trouble::TooBig, &id) };
    let form = Form::read(&bytes);
    let secret = form.raw("token").to_owned();
    let opened = match setup::open(&portal, &user, &secret, source(&parts).as_deref()).await {
        Ok(opened) => opened,
        Err(error) => return broken(&id, &error.to_string()),
    };
    let again = |status, opened, attempt: &Attempt| answer(&parts.headers, opened, &secret, status, attempt);
    let wrong = |message: &str, errors: Vec<(String, String)>| Attempt {
        form: "setup".to_owned(),
        message: message.to_owned(),
        values: Vec::new(),
        errors,
    };
    if !matches!(opened, Opened::Usable(_)) {
        return again(StatusCode::GONE, opened, &Attempt::default());
    }
    if !token::same(form.raw("csrf"), cookie::read(&parts.headers, cookie::SETUP).unwrap_or_default()) {
        return again(StatusCode::FORBIDDEN, opened, &wrong("This form was open for too long. Please fill it in once more.", Vec::new()));
    }
    if form.raw("password") != form.raw("repeat") {
        let errors = vec![("repeat".to_owned(), "This is not the same as above.".to_owned())];
        return again(StatusCode::UNPROCESSABLE_ENTITY, opened, &wrong("The two passwords differ.", errors));
    }
    let caller = Caller { user_id: user.clone(), request_id: id.clone(), received_at: received_at(&parts) };
    let body = json!({ "token": secret, "password": form.raw("password") });
    match portal.client.send::<SignInChanged>(&caller, "POST", &format!("/api/users/{user}/setup"), &body, &[]).await {
        Ok(changed) => welcome(&portal, &parts.headers, &changed, &id).await,
        Err(ClientError::Refused(problem)) if problem.code == "setup_link_unusable" || problem.status == 409 => {
            again(StatusCode::GONE, Opened::Unusable, &Attempt::default())
        }
        Err(ClientError::Refused(problem)) if problem.status == 400 => {
            let attempt = Attempt { values: Vec::new(), ..act::attempt("setup", &form, &problem, act::last_part) };
            again(StatusCode::UNPROCESSABLE_ENTITY, opened, &attempt)
        }
        Err(error) => broken(&id, &error.to_string()),
    }
}

/// Signs in whoever has just set their password.
async fn welcome(portal: &Portal, headers: &HeaderMap, changed: &SignInChanged, id: &str) -> Response {
    match session::start(portal, &changed.user, Some(changed.sign_in_changed_at)).await {
        Ok(token) => {
            let keep = cookie::set(headers, cookie::SESSION, &token, "/", session::LONGEST);
            let drop = cookie::set(headers, cookie::SETUP, "", "/setup", 0);
            (AppendHeaders([(header::SET_COOKIE, keep), (header::SET_COOKIE, drop)]), Redirect::to("/?saved=welcome")).into_response()
        }
        Err(error) => {
            tracing::error!(request_id = id, error, "the session can't be stored");
            Redirect::to("/sign-in").into_response()
        }
    }
}

fn broken(id: &str, error: &str) -> Response {
    tracing::error!(request_id = id, error, "a setup link can't be checked");
    trouble_bare(Trouble::Internal, id)
}
