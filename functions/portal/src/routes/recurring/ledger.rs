//! `GET /recurring/explain`, `POST /recurring/retry`, `POST /recurring/acknowledge`: single windows of the ledger.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::recurring::Explained;
use dataops_domain::generation::SourceKey;
use dataops_domain::time::{Date, parse_date};
use serde_json::json;

use super::generate;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::routes::act;
use crate::ui::form::Attempt;
use crate::ui::source;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(crate) struct Asked {
    source: String,
    date: String,
}

pub(crate) async fn explain(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    match (SourceKey::parse(&asked.source), parse_date(&asked.date)) {
        (Some(source), Some(date)) => render(&portal, &who, &source, date, &Attempt::default()).await,
        _ => who.trouble(Trouble::NotFound),
    }
}

async fn render(portal: &Portal, who: &SignedIn, source: &SourceKey, date: Date, attempt: &Attempt) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("source", &source.to_string())
        .append_pair("date", &date.to_string())
        .finish();
    match portal.client.get::<Explained>(&who.caller(), "/api/recurring/explain", &query).await {
        Ok(view) => {
            let page = pages::recurring::explain::page(&view, &who.chrome, portal.today(), portal.timezone, attempt);
            if attempt.message.is_empty() { who.page(&page) } else { who.refused(&page) }
        }
        Err(error) => who.failed(&error),
    }
}

/// `GET` of a form's address, as a browser makes it when what it answered is reloaded.
pub(crate) async fn to_list(_: SignedIn) -> Response {
    Redirect::to("/recurring").into_response()
}

pub(crate) async fn retry(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    let Some((source, date)) = window(form.text("window")) else { return who.trouble(Trouble::NotFound) };
    match generate::retry(&portal, &who, &source, date).await {
        Ok(code) => act::to(&source::explain(&source, date), code),
        Err(error) => who.failed(&error),
    }
}

pub(crate) async fn acknowledge(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    let Some((source, date)) = window(form.text("window")) else { return who.trouble(Trouble::NotFound) };
    let body = json!({ "source": source, "date": date, "note": form.text("note") });
    match act::send(&portal, &who, "POST", "/api/recurring/windows/acknowledge", &body).await {
        Ok(_) => act::back(&form, "/recurring", "rests", None),
        Err(ClientError::Refused(problem)) if matches!(problem.status, 400 | 409 | 412) => {
            let attempt = act::attempt("rest", &form, &problem, act::last_part);
            who.chrome.path = source::explain(&source, date);
            render(&portal, &who, &source, date, &attempt).await
        }
        Err(error) => who.failed(&error),
    }
}

/// A window as a button names it: `recurring#<id> 2026-11-20`.
fn window(text: &str) -> Option<(SourceKey, Date)> {
    let (source, date) = text.split_once(' ')?;
    Some((SourceKey::parse(source)?, parse_date(date)?))
}
