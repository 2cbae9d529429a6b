//! `GET` and `POST /sign-in`, `POST /sign-out`.

use axum::extract::{Query, Request, State};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, header};

use crate::auth::sign_in::{self, Outcome};
use crate::auth::signed_in::{Form, Sent, html, request_id, source, trouble_bare};
use crate::auth::{cookie, next, session, token};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::routes::MOST_BODY;
use crate::ui::form::Attempt;

const FORM_LIVES: i64 = 3_600;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    out: String,
}

pub(super) async fn show(State(portal): State<Portal>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let to = next::local(&asked.next).unwrap_or("/");
    match session::find(&portal, &headers).await {
        Ok(Some(_)) => Redirect::to(to).into_response(),
        Ok(None) => form(StatusCode::OK, &headers, to, !asked.out.is_empty(), &Attempt::default()),
        Err(error) => {
            tracing::error!(error = error.to_string(), "the session can't be read");
            trouble_bare(Trouble::Internal, "")
        }
    }
}

/// The form with a fresh proof: the same token in a cookie and in the form.
fn form(status: StatusCode, headers: &HeaderMap, to: &str, signed_out: bool, attempt: &Attempt) -> Response {
    let token = match cookie::read(headers, cookie::SIGN_IN).filter(|token| token.len() == 43) {
        Some(token) => token.to_owned(),
        None => match token::random() {
            Ok(token) => token,
            Err(_) => return trouble_bare(Trouble::Internal, ""),
        },
    };
    let mut response = html(status, &pages::sign_in::page(&token, to, signed_out, attempt));
    if let Ok(line) = cookie::set(headers, cookie::SIGN_IN, &token, "/sign-in", FORM_LIVES).parse() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

pub(super) async fn sign_in(State(portal): State<Portal>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let id = request_id(&parts);
    let Ok(bytes) = axum::body::to_bytes(body, MOST_BODY).await else { return trouble_bare(Trouble::TooBig, &id) };
    let sent = Form::read(&bytes);
    let to = next::local(sent.raw("next")).unwrap_or("/");
    let attempt = |message: &str, field: &str, words: &str| Attempt {
        form: "sign-in".to_owned(),
        message: message.to_owned(),
        values: vec![("email".to_owned(), sent.text("email").to_owned())],
        errors: if field.is_empty() { Vec::new() } else { vec![(field.to_owned(), words.to_owned())] },
    };
    let again = |status: StatusCode, attempt: &Attempt| form(status, &parts.headers, to, false, attempt);
    if !token::same(sent.raw("csrf"), cookie::read(&parts.headers, cookie::SIGN_IN).unwrap_or_default()) {
        return again(StatusCode::FORBIDDEN, &attempt("This form was open for too long. Please sign in once more.", "", ""));
    }
    for (field, words) in [("email", "Give your e-mail address."), ("password", "Give your password.")] {
        if sent.raw(field).is_empty() {
            return again(StatusCode::UNPROCESSABLE_ENTITY, &attempt("Something is missing.", field, words));
        }
    }
    let outcome =
        sign_in::check(&portal, sent.text("email"), sent.raw("password"), source(&parts).as_deref(), sign_in::Spelling::Lenient).await;
    let record = match outcome {
        Ok(Outcome::Welcome(record)) => record,
        Ok(Outcome::Wrong) => {
            return again(StatusCode::UNAUTHORIZED, &attempt("E-mail or password is wrong. Check both and try again.", "", ""));
        }
        Ok(Outcome::Disabled) => {
            return again(StatusCode::FORBIDDEN, &attempt("This account is disabled. An admin can enable it again.", "", ""));
        }
        Ok(Outcome::TooMany) => {
            let mut response =
                again(StatusCode::TOO_MANY_REQUESTS, &attempt("Too many attempts. Wait 15 minutes, then try again.", "", ""));
            response.headers_mut().insert(header::RETRY_AFTER, sign_in::PAUSE.into());
            return response;
        }
        Err(error) => {
            tracing::error!(request_id = id, error = error.to_string(), "sign-in can't be checked");
            return trouble_bare(Trouble::Internal, &id);
        }
    };
    match session::start(&portal, &record.user, record.sign_in_changed_at).await {
        Ok(token) => {
            let keep = cookie::set(&parts.headers, cookie::SESSION, &token, "/", session::LONGEST);
            let drop = cookie::set(&parts.headers, cookie::SIGN_IN, "", "/sign-in", 0);
            (AppendHeaders([(header::SET_COOKIE, keep), (header::SET_COOKIE, drop)]), Redirect::to(to)).into_response()
        }
        Err(error) => {
            tracing::error!(request_id = id, error, "the session can't be stored");
            trouble_bare(Trouble::Internal, &id)
        }
    }
}

pub(super) async fn sign_out(State(portal): State<Portal>, headers: HeaderMap, sent: Sent) -> Response {
    if let Err(error) = session::end(&portal, &headers).await {
        tracing::error!(request_id = sent.who.request_id, error = error.to_string(), "the session can't be ended");
        return sent.who.trouble(Trouble::Internal);
    }
    let drop = cookie::set(&headers, cookie::SESSION, "", "/", 0);
    ([(header::SET_COOKIE, drop)], Redirect::to("/sign-in?out=1")).into_response()
}
