//! `GET /trash`, and `POST /trash/:kind/:id`, which takes one thing back.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::views::trash::TrashPage;
use dataops_domain::id;
use serde_json::Value;

use super::act;
use crate::auth::next;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    cursor: String,
}

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Query(asked): Query<Asked>) -> Response {
    let cursor = [("cursor", asked.cursor.as_str())];
    let query = next::with_query("", if asked.cursor.is_empty() { &[] } else { &cursor });
    match portal.client.get::<TrashPage>(&who.caller(), "/api/views/trash", query.trim_start_matches('?')).await {
        Ok(view) => who.page(&pages::trash::page(&view, &who.chrome, portal.timezone, !asked.cursor.is_empty())),
        Err(ClientError::Refused(problem)) if problem.status == 400 => who.trouble(Trouble::NotFound),
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn restore(State(portal): State<Portal>, Path((kind, id)): Path<(String, String)>, sent: Sent) -> Response {
    let Sent { who, form } = sent;
    if !id::is_valid(&id) || !["task", "bundle", "template"].contains(&kind.as_str()) {
        return who.trouble(Trouble::NotFound);
    }
    match act::send(&portal, &who, "POST", &format!("/api/{kind}s/{id}/restore"), &Value::Null).await {
        Ok(_) => act::back(&form, "/trash", "untrashed", None),
        Err(error) => who.failed(&error),
    }
}
