//! `/api/artifacts`: what the work produced, and its review.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{ArtifactAnswer, ArtifactList};
use dataops_store::ArtifactFilter;
use serde_json::json;

use super::not_found;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/artifacts", routing::get(list).post(create).fallback(not_found))
        .route("/api/artifacts/{id}", routing::get(get).put(update).fallback(not_found))
        .route("/api/artifacts/{id}/attach", routing::put(attach).post(attach).fallback(not_found))
        .route("/api/artifacts/{id}/archive", routing::put(archive).fallback(not_found))
        .route("/api/artifacts/{id}/content", routing::get(content).fallback(not_found))
}

#[utoipa::path(get, path = "/api/artifacts", tag = "artifacts", params(
    ("taskId" = Option<String>, Query), ("bundleId" = Option<String>, Query), ("assistantJobId" = Option<String>, Query), ("fileId" = Option<String>, Query),
    ("status" = Option<String>, Query), ("type" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ArtifactList), (status = 400)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let filter = ArtifactFilter {
            task: text("taskId"),
            bundle: text("bundleId"),
            job: text("assistantJobId"),
            file: text("fileId"),
            status: text("status"),
            kind: text("type"),
        };
        let mut list = app.engine.artifacts_list(&filter, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/artifacts", tag = "artifacts", request_body(content = Object, description = "`type`, `title` and `storageUri`, or `fileId` in place of the address"),
    responses((status = 201, body = ArtifactAnswer), (status = 400), (status = 404), (status = 422)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::created(json!({ "artifact": app.engine.artifact_create(&call.operation, &call.changes()?).await? })) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/artifacts/{id}", tag = "artifacts", params(("id" = String, Path)), responses((status = 200, body = ArtifactAnswer), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.artifact_get(&id).await.and_then(|artifact| Reply::ok(json!({ "artifact": artifact }))))
}

#[utoipa::path(put, path = "/api/artifacts/{id}", tag = "artifacts", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = ArtifactAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let artifact = app.engine.artifact_update(&call.operation, &id, &call.changes()?, call.seen()?).await?;
        Reply::ok(json!({ "artifact": artifact }))
    };
    call.answer(work.await)
}

#[utoipa::path(method(post, put), path = "/api/artifacts/{id}/attach", tag = "artifacts", params(("id" = String, Path)),
    request_body(content = Object, description = "`{taskId?, bundleId?}`"), responses((status = 200, body = ArtifactAnswer), (status = 400), (status = 404)))]
pub(crate) async fn attach(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let artifact = app.engine.artifact_attach(&call.operation, &id, &call.changes()?, call.seen()?).await?;
        Reply::ok(json!({ "artifact": artifact }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(put, path = "/api/artifacts/{id}/archive", tag = "artifacts", params(("id" = String, Path)), responses((status = 200, body = ArtifactAnswer), (status = 404), (status = 412)))]
pub(crate) async fn archive(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let artifact = app.engine.artifact_archive(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "artifact": artifact }))
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/artifacts/{id}/content", tag = "artifacts", params(("id" = String, Path)), responses(
    (status = 200, description = "The bytes", content_type = "application/octet-stream"),
    (status = 302, description = "Over 4 MB: a signed address of five minutes"), (status = 404)))]
pub(crate) async fn content(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.download(app.engine.artifact_content(&id).await)
}
