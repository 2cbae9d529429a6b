//! `/api/assistant-jobs`: what people ask of assistants, and what becomes of it (wire contract 12.2).

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::wire::{EventAnswer, EventList, JobAcknowledged, JobAnswer, JobArtifactAnswer, JobDetail, JobList};
use dataops_domain::job::Job;
use dataops_domain::json::Object;
use dataops_engine::{Error, JobQuery, job_is_waiting};
use serde_json::{Value, json};

use super::not_found;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    let at = |rest: &str| format!("/api/assistant-jobs/{{id}}{rest}");
    Router::new()
        .route("/api/assistant-jobs", routing::get(list).post(create).fallback(not_found))
        .route(&at(""), routing::get(get).put(update).fallback(not_found))
        .route(&at("/submit"), routing::post(submit).put(submit).fallback(not_found))
        .route(&at("/transition"), routing::post(transition).put(transition).fallback(not_found))
        .route(&at("/retry"), routing::post(retry).put(retry).fallback(not_found))
        .route(&at("/approve"), routing::post(approve).put(approve).fallback(not_found))
        .route(&at("/reject"), routing::post(reject).put(reject).fallback(not_found))
        .route(&at("/revise"), routing::post(revise).put(revise).fallback(not_found))
        .route(&at("/cancel"), routing::post(cancel).put(cancel).fallback(not_found))
        .route(&at("/artifacts"), routing::post(attach).put(attach).fallback(not_found))
        .route(&at("/run-dry"), routing::post(run_dry).put(run_dry).fallback(not_found))
        .route(&at("/acknowledge"), routing::post(acknowledge).put(acknowledge).fallback(not_found))
        .route(&at("/events"), routing::get(events).post(log).fallback(not_found))
}

#[utoipa::path(get, path = "/api/assistant-jobs", tag = "assistant-jobs", params(
    ("status" = Option<String>, Query), ("assistantType" = Option<String>, Query), ("taskId" = Option<String>, Query), ("bundleId" = Option<String>, Query),
    ("needsApproval" = Option<bool>, Query, description = "`true` for those that wait for approval"), ("limit" = Option<u32>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = JobList), (status = 400)))]
pub(crate) async fn list(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let text = |name: &str| call.query(name).map(str::to_owned);
        let query = JobQuery {
            status: text("status"),
            assistant_type: text("assistantType"),
            task: text("taskId"),
            bundle: text("bundleId"),
            needs_approval: call.query("needsApproval") == Some("true"),
        };
        let mut list = app.engine.jobs_list(&query, &call.range()?).await?;
        list.next_cursor = paging::cursor(list.next_cursor);
        Reply::ok(list)
    };
    call.answer(work.await)
}

#[utoipa::path(post, path = "/api/assistant-jobs", tag = "assistant-jobs", request_body = Object,
    responses((status = 201, body = JobAnswer), (status = 400), (status = 404), (status = 422)))]
pub(crate) async fn create(State(app): State<App>, call: Call) -> Response {
    let work = async { Reply::created(json!({ "job": app.engine.job_create(&call.operation, &call.changes()?).await? })) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/assistant-jobs/{id}", tag = "assistant-jobs", params(("id" = String, Path)), responses((status = 200, body = JobDetail), (status = 404)))]
pub(crate) async fn get(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.job_get(&id).await.and_then(Reply::ok))
}

#[utoipa::path(put, path = "/api/assistant-jobs/{id}", tag = "assistant-jobs", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn update(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let job = app.engine.job_update(&call.operation, &id, &call.changes()?, call.seen()?).await?;
        Reply::ok(json!({ "job": job }))
    };
    call.answer(work.await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/submit", tag = "assistant-jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn submit(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { app.engine.job_submit(&call.operation, &id, call.seen()?).await };
    answer_started(&app, &call, work.await).await
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/transition", tag = "assistant-jobs", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn transition(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let body = match call.json() {
            Ok(body) => Some(body),
            // A job that does not exist is told before a body that does not either.
            Err(_) if call.body.iter().all(u8::is_ascii_whitespace) => None,
            Err(error) => return Err(error),
        };
        app.engine.job_transition(&call.operation, &id, body.as_ref(), call.seen()?).await
    };
    answer_started(&app, &call, work.await).await
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/retry", tag = "assistant-jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn retry(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let job = app.engine.job_retry(&call.operation, &id, &optional(&call)?, call.seen()?).await?;
        Reply::ok(json!({ "job": job }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/approve", tag = "assistant-jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn approve(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let job = app.engine.job_approve(&call.operation, &id, &optional(&call)?, call.seen()?).await?;
        Reply::ok(json!({ "job": job }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/reject", tag = "assistant-jobs", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn reject(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let job = app.engine.job_reject(&call.operation, &id, &optional(&call)?, call.seen()?).await?;
        Reply::ok(json!({ "job": job }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/revise", tag = "assistant-jobs", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = JobArtifactAnswer), (status = 400), (status = 404), (status = 409), (status = 412)))]
pub(crate) async fn revise(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let (job, artifact) = app.engine.job_revise(&call.operation, &id, &call.changes()?, call.seen()?).await?;
        Reply::ok(json!({ "job": job, "artifact": artifact }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/cancel", tag = "assistant-jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn cancel(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::ok(json!({ "job": app.engine.job_cancel(&call.operation, &id, call.seen()?).await? })) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/artifacts", tag = "assistant-jobs", params(("id" = String, Path)), request_body = Object,
    responses((status = 200, body = JobArtifactAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn attach(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let (job, artifact) = app.engine.job_attach(&call.operation, &id, &optional(&call)?, call.seen()?).await?;
        Reply::ok(json!({ "job": job, "artifact": artifact }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/run-dry", tag = "assistant-jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobArtifactAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn run_dry(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let (job, artifact) = app.engine.job_run_dry(&call.operation, &id, call.seen()?).await?;
        Reply::ok(json!({ "job": job, "artifact": artifact }))
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(method(post, put), path = "/api/assistant-jobs/{id}/acknowledge", tag = "assistant-jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobAcknowledged), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn acknowledge(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let (job, task) = app.engine.job_acknowledge(&call.operation, &id, &optional(&call)?, call.seen()?).await?;
        Reply::ok(JobAcknowledged { job, task })
    };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

#[utoipa::path(get, path = "/api/assistant-jobs/{id}/events", tag = "assistant-jobs", params(("id" = String, Path)), responses((status = 200, body = EventList)))]
pub(crate) async fn events(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.job_events(&id).await.and_then(Reply::ok))
}

#[utoipa::path(post, path = "/api/assistant-jobs/{id}/events", tag = "assistant-jobs", params(("id" = String, Path)), request_body = Object,
    responses((status = 201, body = EventAnswer), (status = 400), (status = 404), (status = 412)))]
pub(crate) async fn log(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async { Reply::created(app.engine.job_log(&call.operation, &id, &optional(&call)?, call.seen()?).await?) };
    call.answer(app.engine.settle(&call.operation, work.await).await)
}

/// The body of an action that may come without one.
fn optional(call: &Call) -> Result<Object, Error> {
    let bare =
        call.body.iter().all(u8::is_ascii_whitespace) || serde_json::from_slice::<Value>(&call.body).is_ok_and(|body| body.is_null());
    if bare { Ok(Object::new()) } else { call.json() }
}

/// Answers a step, and starts the runner when somebody should begin to work: after the step is stored, and whether or not
/// starting succeeds, since the runner's own schedule finds what was not started.
async fn answer_started(app: &App, call: &Call, decided: Result<Job, Error>) -> Response {
    let decided = app.engine.settle(&call.operation, decided).await;
    if let (Ok(job), Some(runner)) = (&decided, &app.runner)
        && job_is_waiting(job)
    {
        runner.start(&json!({ "assistantJobId": job.id })).await;
    }
    call.answer(decided.and_then(|job| Reply::ok(json!({ "job": job }))))
}
