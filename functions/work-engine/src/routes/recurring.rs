//! `/api/recurring`: duties, and what everything that comes up by itself does (wire contract 7 and 17).

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::recurring::{
    Applied, Explained, Generated, Preview, RecurringConfigAnswer, RecurringConfigList, Simulated, WindowAnswer, WindowList,
};
use dataops_domain::recurring::RecurringConfig;
use dataops_engine::{Error, WindowQuery};

use super::not_allowed;
use crate::App;
use crate::http::{Call, Ids, Reply, limits, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/recurring", routing::get(list).post(create).fallback(not_allowed))
        .route("/api/recurring/generate", routing::post(generate).fallback(not_allowed))
        .route("/api/recurring/preview", routing::post(preview).fallback(not_allowed))
        .route("/api/recurring/apply", routing::post(apply).fallback(not_allowed))
        .route("/api/recurring/simulate", routing::post(simulate).fallback(not_allowed))
        .route("/api/recurring/explain", routing::get(explain).fallback(not_allowed))
        .route("/api/recurring/windows", routing::get(windows).fallback(not_allowed))
        .route("/api/recurring/windows/acknowledge", routing::post(acknowledge).fallback(not_allowed))
        .route("/api/recurring/{id}", routing::get(get).put(update).delete(delete).fallback(not_allowed))
        .route("/api/recurring/{id}/pause", routing::post(pause).fallback(not_allowed))
        .route("/api/recurring/{id}/resume", routing::post(resume).fallback(not_allowed))
        .route("/api/recurring/{id}/archive", routing::post(archive).fallback(not_allowed))
}

fn answered(recurring_config: RecurringConfig) -> Result<Reply, Error> {
    Reply::ok(RecurringConfigAnswer { recurring_config })
}

#[utoipa::path(get, path = "/api/recurring", tag = "recurring", params(("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = RecurringConfigList)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut list = app.engine.recurring_list(&call.operation, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/recurring", tag = "recurring", request_body = Object, responses((status = 201, body = RecurringConfigAnswer), (status = 400)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let recurring_config = app.engine.recurring_create(&call.operation, &call.json()?).await?;
        Reply::created(RecurringConfigAnswer { recurring_config })
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/recurring/{id}", tag = "recurring", params(("id" = String, Path)), responses((status = 200, body = RecurringConfigAnswer), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { answered(app.engine.recurring_get(&call.operation, &id).await?) };
    call.answer(work.await)
}

#[utoipa::path(put, path = "/api/recurring/{id}", tag = "recurring", params(("id" = String, Path)), request_body = Object, responses((status = 200, body = RecurringConfigAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { answered(app.engine.recurring_update(&call.operation, &id, &call.changes()?, call.seen()?).await?) };
    call.answer(work.await)
}

#[utoipa::path(delete, path = "/api/recurring/{id}", tag = "recurring", params(("id" = String, Path)), responses((status = 204), (status = 404), (status = 409, description = "It has made tasks or notifications: pause or archive it")))]
pub(crate) async fn delete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { app.engine.recurring_delete(&call.operation, &id, call.seen()?).await.map(|()| Reply::nothing()) };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/recurring/{id}/pause", tag = "recurring", params(("id" = String, Path)), request_body = Object, responses((status = 200, body = RecurringConfigAnswer, description = "The duty, paused; unchanged when it was"), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn pause(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { answered(app.engine.recurring_pause(&call.operation, &id, &call.json()?, call.seen()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/recurring/{id}/resume", tag = "recurring", params(("id" = String, Path)), responses((status = 200, body = RecurringConfigAnswer, description = "The duty, running; unchanged when it was"), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn resume(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { answered(app.engine.recurring_resume(&call.operation, &id, call.seen()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/recurring/{id}/archive", tag = "recurring", params(("id" = String, Path)), responses((status = 200, body = RecurringConfigAnswer, description = "The duty, put away; unchanged when it was"), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn archive(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { answered(app.engine.recurring_archive(&call.operation, &id, call.seen()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/recurring/generate", tag = "recurring", request_body = Object, responses((status = 200, body = Generated), (status = 400)))]
pub(crate) async fn generate(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.recurring_generate(&call.operation, &call.json()?, &limits()).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/recurring/preview", tag = "recurring", request_body = Object, responses((status = 200, body = Preview), (status = 400), (status = 404)))]
pub(crate) async fn preview(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.recurring_preview(&call.operation, &call.json()?).await?) };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/recurring/apply", tag = "recurring", request_body = Object, responses((status = 200, body = Applied), (status = 400), (status = 404), (status = 409, description = "The world has changed since the preview; a fresh one is in `preview`")))]
pub(crate) async fn apply(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.recurring_apply(&call.operation, &call.json()?, &limits()).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(post, path = "/api/recurring/simulate", tag = "recurring", request_body = Object, responses((status = 200, body = Simulated), (status = 400), (status = 404)))]
pub(crate) async fn simulate(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.recurring_simulate(&call.operation, &call.json()?).await?) };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/recurring/explain", tag = "recurring", params(("source" = String, Query, description = "`recurring#<id>` or `template#<id>`"), ("date" = String, Query)), responses((status = 200, body = Explained), (status = 400), (status = 404)))]
pub(crate) async fn explain(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.recurring_explain(&call.operation, call.query("source"), call.query("date")).await?) };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/recurring/windows", tag = "recurring", params(("from" = Option<String>, Query), ("to" = Option<String>, Query), ("source" = Option<String>, Query),
    ("kind" = Option<String>, Query, description = "`recurring` or `template`"), ("status" = Option<String>, Query, description = "A status of the ledger, or `attention`"), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = WindowList), (status = 400)))]
pub(crate) async fn windows(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let query = WindowQuery { from: text("from"), to: text("to"), source: text("source"), kind: text("kind"), status: text("status") };
        let mut list = app.engine.windows_list(&call.operation, &query, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/recurring/windows/acknowledge", tag = "recurring", request_body = Object, responses((status = 200, body = WindowAnswer), (status = 400), (status = 404)))]
pub(crate) async fn acknowledge(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let window = app.engine.window_acknowledge(&call.operation, &call.json()?).await?;
        Reply::ok(WindowAnswer { window })
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}
