//! `/api/templates`: definitions of workflows.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{StartPreview, TemplateAnswer, TemplateCheck, TemplateContent, TemplateFile, TemplateList};
use serde_json::json;

use super::not_allowed;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/templates", routing::get(list).post(create).fallback(not_allowed))
        .route("/api/templates/{id}/restore", routing::post(restore).fallback(not_allowed))
        .route("/api/templates/{id}", routing::get(get).put(update).delete(delete).fallback(not_allowed))
        .route("/api/templates/{id}/preview", routing::get(preview).fallback(not_allowed))
        .route("/api/templates/{id}/content", routing::get(content).post(take_content).fallback(not_allowed))
        .route("/api/templates/{id}/file", routing::get(file).fallback(not_allowed))
        .route("/api/templates/{id}/trigger/pause", routing::post(trigger_pause).fallback(not_allowed))
        .route("/api/templates/{id}/trigger/resume", routing::post(trigger_resume).fallback(not_allowed))
        .route("/api/templates/{id}/trigger/archive", routing::post(trigger_archive).fallback(not_allowed))
}

#[utoipa::path(get, path = "/api/templates", tag = "templates", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = TemplateList)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut list = app.engine.templates_list(&call.operation, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/templates", tag = "templates", params(("dryRun" = Option<bool>, Query, description = "True to check only: the answer is 200 with the template as it would be, and advice")), request_body = Object, responses((status = 200, body = TemplateCheck), (status = 201, body = TemplateAnswer), (status = 400)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let body = call.json()?;
        if dry(&call) {
            return Reply::ok(app.engine.template_check(&call.operation, None, &body, None).await?);
        }
        let template = app.engine.template_create(&call.operation, &body).await?;
        Reply::created(json!({ "template": template }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/templates/{id}", tag = "templates", params(("id" = String, Path)), responses((status = 200, body = TemplateAnswer), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.template_get(&call.operation, &id).await.and_then(|template| Reply::ok(json!({ "template": template }))))
}

#[utoipa::path(put, path = "/api/templates/{id}", tag = "templates", params(("id" = String, Path), ("dryRun" = Option<bool>, Query, description = "True to check only: the answer has advice besides the template as it would be")), request_body = Object, responses((status = 200, body = TemplateAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        if dry(&call) {
            return Reply::ok(app.engine.template_check(&call.operation, Some(&id), &call.changes()?, call.seen()?).await?);
        }
        let template = app.engine.template_update(&call.operation, &id, &call.changes()?, call.seen()?).await?;
        Reply::ok(json!({ "template": template }))
    };
    call.answer(work.await)
}

#[utoipa::path(delete, path = "/api/templates/{id}", tag = "templates", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn delete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { app.engine.template_delete(&call.operation, &id, call.seen()?).await.map(|()| Reply::nothing()) };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/templates/{id}/preview", tag = "templates", params(("id" = String, Path), ("anchorDate" = String, Query)), responses((status = 200, body = StartPreview), (status = 400), (status = 404)))]
pub(crate) async fn preview(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.template_preview(&call.operation, &id, call.query("anchorDate")).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/templates/{id}/restore", tag = "templates", params(("id" = String, Path)),
    responses((status = 200, body = TemplateAnswer, description = "The template out of the trash, or as it is when it was never there"), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn restore(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let template = app.engine.template_restore(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "template": template }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

/// True when the caller only wants to know what would come of it.
fn dry(call: &Call) -> bool {
    call.query("dryRun") == Some("true")
}

#[utoipa::path(get, path = "/api/templates/{id}/content", tag = "templates", params(("id" = String, Path)), responses((status = 200, body = TemplateContent), (status = 404)))]
pub(crate) async fn content(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.template_content_get(&id).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/templates/{id}/content", tag = "templates", params(("id" = String, Path)), responses((status = 200, body = TemplateAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn take_content(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let template = app.engine.template_take_content(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "template": template }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/templates/{id}/file", tag = "templates", params(("id" = String, Path)), responses((status = 200, body = TemplateFile), (status = 404)))]
pub(crate) async fn file(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.template_file(&id).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/templates/{id}/trigger/pause", tag = "templates", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = TemplateAnswer, description = "The template, its schedule paused; unchanged when it was"), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn trigger_pause(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let template = app.engine.trigger_pause(&call.operation, &id, &call.json()?, call.seen()?).await?;
        Reply::ok(json!({ "template": template }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/templates/{id}/trigger/resume", tag = "templates", params(("id" = String, Path)),
    responses((status = 200, body = TemplateAnswer, description = "The template, its schedule running; unchanged when it was"), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn trigger_resume(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let template = app.engine.trigger_resume(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "template": template }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/templates/{id}/trigger/archive", tag = "templates", params(("id" = String, Path)),
    responses((status = 200, body = TemplateAnswer, description = "The template, its schedule put away; unchanged when it was"), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn trigger_archive(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let template = app.engine.trigger_archive(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "template": template }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}
