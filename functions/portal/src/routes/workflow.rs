//! `GET /workflows/:id`

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dataops_api::ClientError;
use dataops_api::views::bundle::BundlePage;
use dataops_domain::id;

use crate::auth::signed_in::SignedIn;
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::ui::form::Attempt;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    match read(&portal, &who, &id).await {
        Ok(view) => who.page(&pages::workflow::page(&view, &who.chrome, portal.timezone, &Attempt::default())),
        Err(error) => who.failed(&error),
    }
}

/// `GET` of an action's address, as a browser makes it when a refused form is reloaded: the workflow itself.
pub(super) async fn to_workflow(who: SignedIn, Path((id, _)): Path<(String, String)>) -> Response {
    if id::is_valid(&id) { Redirect::to(&format!("/workflows/{id}")).into_response() } else { who.trouble(Trouble::NotFound) }
}

/// The workflow's view.
pub(super) async fn read(portal: &Portal, who: &SignedIn, id: &str) -> Result<BundlePage, ClientError> {
    portal.client.get(&who.caller(), &format!("/api/views/bundles/{id}"), "").await
}
