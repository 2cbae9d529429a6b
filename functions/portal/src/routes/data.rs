//! `GET` and `POST /data`, `POST /data/:id/verify`: exports, for admins.

use axum::extract::{Path, State};
use axum::response::Response;
use dataops_api::ClientError;
use dataops_api::exports::{ExportList, ExportStarted};
use dataops_domain::id;
use serde_json::Value;

use super::act;
use crate::auth::signed_in::{Sent, SignedIn};
use crate::pages;
use crate::pages::error::Trouble;
use crate::portal::Portal;

pub(super) async fn show(State(portal): State<Portal>, who: SignedIn) -> Response {
    match portal.client.get::<ExportList>(&who.caller(), "/api/exports", "").await {
        Ok(view) => who.page(&pages::data::page(&view, &who.chrome, portal.today(), portal.timezone)),
        Err(error) => refused_to(&who, &error),
    }
}

/// Starts an export.
pub(super) async fn start(State(portal): State<Portal>, sent: Sent) -> Response {
    let Sent { who, .. } = sent;
    match portal.client.send::<ExportStarted>(&who.caller(), "POST", "/api/exports", &Value::Null, &[]).await {
        Ok(answer) => act::to("/data", if answer.started { "export-asked" } else { "export-later" }),
        Err(error) => refused_to(&who, &error),
    }
}

/// Has an archive verified once more.
pub(super) async fn verify(State(portal): State<Portal>, Path(id): Path<String>, sent: Sent) -> Response {
    let Sent { who, .. } = sent;
    if !id::is_valid(&id) {
        return who.trouble(Trouble::NotFound);
    }
    let path = format!("/api/exports/{id}/verify");
    match portal.client.send::<ExportStarted>(&who.caller(), "POST", &path, &Value::Null, &[]).await {
        Ok(answer) => act::to("/data", if answer.started { "verify-asked" } else { "export-later" }),
        Err(error) => refused_to(&who, &error),
    }
}

/// A read that was refused: somebody who is no admin hears so.
fn refused_to(who: &SignedIn, error: &ClientError) -> Response {
    match error {
        ClientError::Refused(problem) if problem.status == 403 => who.trouble(Trouble::AdminsOnly),
        _ => who.failed(error),
    }
}
