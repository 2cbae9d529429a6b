//! `/inbox`: what came up, and dismissing it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::inbox::{InboxGroup, InboxPage};
use dataops_domain::id;
use serde_json::Value;

use super::act;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    group: String,
    #[serde(default)]
    cursor: String,
}

pub(super) async fn show(State(portal): State<Portal>, mut who: SignedIn, Query(asked): Query<Asked>) -> Response {
    match portal.client.get::<InboxPage>(&who.caller(), "/api/views/inbox", &query(&asked)).await {
        Ok(view) => {
            who.chrome.counts = vec![("/inbox", view.total)];
            who.page(&pages::inbox::page(&view, portal.timezone))
        }
        // An address that somebody shortened or that names what is gone: the inbox itself.
        Err(ClientError::Refused(problem)) if problem.status == 400 => Redirect::to("/inbox").into_response(),
        Err(error) => who.failed(&error),
    }
}

fn query(asked: &Asked) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(group) = InboxGroup::parse(&asked.group) {
        query.append_pair("group", group.as_str());
    }
    if !asked.cursor.is_empty() {
        query.append_pair("cursor", &asked.cursor);
    }
    query.finish()
}

/// `GET` of a form's address, as a browser makes it when a refused form is reloaded.
pub(super) async fn to_inbox(_: SignedIn) -> Response {
    Redirect::to("/inbox").into_response()
}

pub(super) async fn dismiss(State(portal): State<Portal>, Path(one): Path<String>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    if !id::is_valid(&one) {
        return who.trouble(Trouble::NotFound);
    }
    match act::send(&portal, &who, "PUT", &format!("/api/notifications/{one}/dismiss"), &Value::Null).await {
        Ok(_) => act::back(&form, "/inbox", "dismissed", None),
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn dismiss_all(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    match act::send(&portal, &who, "PUT", "/api/notifications/dismiss-all", &Value::Null).await {
        Ok(_) => act::back(&form, "/inbox", "dismissed-all", None),
        Err(error) => who.failed(&error),
    }
}
