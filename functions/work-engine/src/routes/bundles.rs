//! `/api/bundles`: runs of workflows.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::reschedule::Rescheduled;
use dataops_api::wire::{BundleAnswer, BundleDetail, BundleList, TakeRequest, TaskList, TemplateDifference, TemplateTaken};
use dataops_engine::TakeParts;
use serde_json::json;

use super::not_allowed;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/bundles", routing::get(list).post(create).fallback(not_allowed))
        .route("/api/bundles/{id}/restore", routing::post(restore).fallback(not_allowed))
        .route("/api/bundles/{id}", routing::get(get).put(update).delete(delete).fallback(not_allowed))
        .route("/api/bundles/{id}/archive", routing::put(archive).fallback(not_allowed))
        .route("/api/bundles/{id}/reschedule", routing::post(reschedule).fallback(not_allowed))
        .route("/api/bundles/{id}/close", routing::post(close).fallback(not_allowed))
        .route("/api/bundles/{id}/tasks", routing::get(tasks).fallback(not_allowed))
        .route("/api/bundles/{id}/template-difference", routing::get(template_difference).post(template_take).fallback(not_allowed))
}

#[utoipa::path(get, path = "/api/bundles", tag = "bundles", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = BundleList)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut list = app.engine.bundles_list(&call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/bundles", tag = "bundles", request_body = Object, responses((status = 201, body = BundleAnswer), (status = 400), (status = 404), (status = 422)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::created(app.engine.bundle_create(&call.operation, &call.json()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/bundles/{id}", tag = "bundles", params(("id" = String, Path)), responses((status = 200, body = BundleDetail), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.bundle_detail(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(put, path = "/api/bundles/{id}", tag = "bundles", params(("id" = String, Path)), request_body = Object, responses((status = 200, body = BundleAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let bundle = app.engine.bundle_update(&call.operation, &id, &call.changes()?, call.seen()?).await?;
        Reply::ok(json!({ "bundle": bundle }))
    };
    call.answer(work.await)
}

#[utoipa::path(put, path = "/api/bundles/{id}/archive", tag = "bundles", params(("id" = String, Path)), responses((status = 200, body = BundleAnswer), (status = 404), (status = 412)))]
pub(crate) async fn archive(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let bundle = app.engine.bundle_archive(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "bundle": bundle }))
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/bundles/{id}/reschedule", tag = "bundles", params(("id" = String, Path)), request_body(content = Object,
    description = "`{anchorDate, from?, preview?}`; `from` is the anchor date the caller has seen"),
    responses((status = 200, body = Rescheduled), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn reschedule(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.bundle_reschedule(&call.operation, &id, &call.json()?, call.seen()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/bundles/{id}/close", tag = "bundles", params(("id" = String, Path)), responses((status = 200, body = BundleAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn close(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let bundle = app.engine.bundle_close(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "bundle": bundle }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(delete, path = "/api/bundles/{id}", tag = "bundles", params(("id" = String, Path)), responses((status = 204), (status = 400), (status = 404)))]
pub(crate) async fn delete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { app.engine.bundle_delete(&call.operation, &id, call.seen()?).await.map(|()| Reply::nothing()) };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/bundles/{id}/tasks", tag = "bundles", params(("id" = String, Path), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = TaskList), (status = 404)))]
pub(crate) async fn tasks(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let mut list = app.engine.bundle_tasks(&id, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/bundles/{id}/restore", tag = "bundles", params(("id" = String, Path)),
    responses((status = 200, body = BundleAnswer, description = "The bundle out of the trash, or as it is when it was never there"), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn restore(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let bundle = app.engine.bundle_restore(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "bundle": bundle }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/bundles/{id}/template-difference", tag = "bundles", params(("id" = String, Path)), responses((status = 200, body = TemplateDifference), (status = 404)))]
pub(crate) async fn template_difference(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.template_difference(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/bundles/{id}/template-difference", tag = "bundles", params(("id" = String, Path)), request_body = TakeRequest, responses((status = 200, body = TemplateTaken), (status = 400), (status = 404), (status = 409), (status = 412), (status = 422)))]
pub(crate) async fn template_take(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let wanted = TakeParts::read(&call.json()?)?;
        Reply::ok(app.engine.template_take(&call.operation, &id, &wanted, call.seen()?).await?)
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}
