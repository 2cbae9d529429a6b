//! `GET` and `POST /workflows/:id/close`: what speaks against it, or the closing itself.

use axum::extract::{Path, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_domain::id;
use serde_json::{Value, json};

use super::{act, workflow};
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn, Path(id): Path<String>) -> Response {
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    match workflow::read(&portal, &who, &id).await {
        Ok(view) => who.page(&pages::close_workflow::page(&view, &who.chrome)),
        Err(error) => who.failed(&error),
    }
}

pub(super) async fn go(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { mut who, form } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let own = format!("/workflows/{id}");
    // The stage it had, for taking it back.
    let stage = form.text("stage").to_owned();
    let closed = portal.client.send::<Value>(&who.caller(), "POST", &format!("/api/bundles/{id}/close"), &json!({}), &[]).await;
    match closed {
        Ok(_) => act::back(&form, &own, "closed", Some(&format!("{id}.{stage}"))),
        Err(ClientError::Refused(problem)) if problem.status == 400 => match workflow::read(&portal, &who, &id).await {
            Ok(view) => {
                who.chrome.path = format!("{own}/close");
                who.refused(&pages::close_workflow::page(&view, &who.chrome))
            }
            Err(error) => who.failed(&error),
        },
        Err(error) => who.failed(&error),
    }
}
