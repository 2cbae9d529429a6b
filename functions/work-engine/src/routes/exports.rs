//! `/api/exports`: past archives, starting one, a link to one, and looking at one again (wire contract 17). For admins.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::exports::{ExportList, ExportStarted};
use dataops_engine::Download;
use serde_json::json;

use super::not_found;
use crate::App;
use crate::http::{Call, Ids, Reply};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/exports", routing::get(list).post(start).fallback(not_found))
        .route("/api/exports/{id}/download", routing::get(download).fallback(not_found))
        .route("/api/exports/{id}/evidence", routing::get(evidence).fallback(not_found))
        .route("/api/exports/{id}/verify", routing::post(verify).fallback(not_found))
}

#[utoipa::path(get, path = "/api/exports", tag = "exports", responses((status = 200, body = ExportList, description = "Newest first"), (status = 403, description = "Not an admin")))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.exports_list(&call.operation).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/exports", tag = "exports", responses((status = 200, body = ExportStarted), (status = 403, description = "Not an admin")))]
pub(crate) async fn start(State(app): State<App>, call: Call) -> Response {
    let work = async {
        app.engine.admin_gate(&call.operation).await?;
        let started = match &app.export_job {
            Some(job) => job.start(&json!({})).await,
            None => false,
        };
        Reply::ok(ExportStarted { started })
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/exports/{id}/download", tag = "exports", params(("id" = String, Path)),
    responses((status = 302, description = "A link that works for five minutes"), (status = 403, description = "Not an admin"), (status = 404)))]
pub(crate) async fn download(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.download(app.engine.export_link(&call.operation, &id).await.map(Download::At))
}

#[utoipa::path(get, path = "/api/exports/{id}/evidence", tag = "exports", params(("id" = String, Path)),
    responses((status = 302, description = "A link that works for five minutes"), (status = 403, description = "Not an admin"), (status = 404)))]
pub(crate) async fn evidence(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.download(app.engine.drill_link(&call.operation, &id).await.map(Download::At))
}

#[utoipa::path(post, path = "/api/exports/{id}/verify", tag = "exports", params(("id" = String, Path)),
    responses((status = 200, body = ExportStarted), (status = 403, description = "Not an admin"), (status = 404)))]
pub(crate) async fn verify(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        app.engine.archive_verify_ask(&call.operation, &id).await?;
        let started = match &app.export_job {
            Some(job) => job.start(&json!({ "verify": id })).await,
            None => false,
        };
        if !started {
            app.engine.archive_verify_cancel(&call.operation, &id).await?;
        }
        Reply::ok(ExportStarted { started })
    };
    call.answer(work.await)
}
