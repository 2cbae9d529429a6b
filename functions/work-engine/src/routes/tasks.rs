//! `/api/tasks`: one piece of work each.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::TaskList;
use dataops_domain::refusal::Refusal;
use dataops_domain::task::{Status, Task};
use dataops_domain::time::{self, Date};
use dataops_engine::{Error, Expected, TaskQuery};

use super::not_found;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/tasks", routing::get(list).post(create).fallback(not_found))
        .route("/api/tasks/{id}", routing::get(get).put(update).delete(delete).fallback(not_found))
        .route("/api/tasks/{id}/restore", routing::post(restore).fallback(not_found))
        .route("/api/tasks/{id}/actions/{action}", routing::post(act).fallback(not_found))
}

#[utoipa::path(get, path = "/api/tasks", tag = "tasks", params(
    ("date" = Option<String>, Query, description = "Of one day"), ("startDate" = Option<String>, Query), ("endDate" = Option<String>, Query),
    ("bundleId" = Option<String>, Query), ("status" = Option<String>, Query), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = TaskList), (status = 400)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let query = query(&call)?;
        let mut list = app.engine.tasks_list(&query, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

/// The first filter present wins: a day, then a range, then a bundle, then a status.
fn query(call: &Call) -> Result<TaskQuery, Error> {
    if let Some(date) = call.query("date") {
        return Ok(TaskQuery::On(read_date("date", date)?));
    }
    match (call.query("startDate"), call.query("endDate")) {
        (Some(from), Some(to)) => return Ok(TaskQuery::Between(read_date("startDate", from)?, read_date("endDate", to)?)),
        (None, None) => {}
        _ => return Err(Refusal::rule("invalid_filter", "Both startDate and endDate are required for range queries").into()),
    }
    if let Some(bundle) = call.query("bundleId") {
        return Ok(TaskQuery::OfBundle(bundle.to_owned()));
    }
    match call.query("status") {
        Some(status) => Ok(TaskQuery::In(Status::parse(status).ok_or_else(|| Refusal::field("/status", Status::UNKNOWN))?)),
        None => {
            Err(Refusal::rule("filter_required", "At least one filter is required: date, startDate and endDate, bundleId or status").into())
        }
    }
}

pub(super) fn read_date(name: &str, text: &str) -> Result<Date, Error> {
    let wrong = || Refusal::field(format!("/{name}"), format!("{name} must be a real calendar date in the form YYYY-MM-DD")).into();
    time::parse_date(text).ok_or_else(wrong)
}

#[utoipa::path(post, path = "/api/tasks", tag = "tasks", request_body = Object, responses((status = 201, body = Task), (status = 400)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let task = app.engine.task_create(&call.operation, &call.object().ok_or_else(required)?).await?;
        Reply::created(task)
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/tasks/{id}", tag = "tasks", params(("id" = String, Path)), responses((status = 200, body = Task), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.task_get(&id).await.and_then(Reply::ok))
}

#[utoipa::path(put, path = "/api/tasks/{id}", tag = "tasks", params(("id" = String, Path)), request_body = Object, responses((status = 200, body = Task), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let body = call.object().ok_or_else(required)?;
        Reply::ok(app.engine.task_update(&call.operation, &id, &body, call.seen()?).await?)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/tasks/{id}/actions/{action}", tag = "tasks", params(("id" = String, Path), ("action" = String, Path, description = "mark-waiting, follow-up-sent, response-received, unblocked, resolve-done, comment, or undo of one's last change")),
    request_body = Object, responses((status = 200, body = Task), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn act(State(app): State<App>, Ids((id, action)): Ids<(String, String)>, call: Call) -> Response {
    let work = async {
        let body = call.object();
        if action == "undo" {
            return Reply::ok(app.engine.task_undo(&call.operation, &id, body.as_ref()).await?);
        }
        Reply::ok(app.engine.task_act(&call.operation, &id, &action, body.as_ref(), call.seen()?).await?)
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(delete, path = "/api/tasks/{id}", tag = "tasks", params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { app.engine.task_delete(&call.operation, &id, call.seen()?).await.map(|()| Reply::nothing()) };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/tasks/{id}/restore", tag = "tasks", params(("id" = String, Path)),
    responses((status = 200, body = Task, description = "The task out of the trash, or as it is when it was never there"), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn restore(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(app.engine.task_restore(&call.operation, &id, call.seen()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

fn required() -> Error {
    Expected::new(400, "body_required", "Request body is required").into()
}
