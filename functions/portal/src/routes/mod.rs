//! Every address of the portal. Reading ones ask the engine once; forms hand one change on and lead back.

mod act;
mod activity;
mod artifacts;
mod assistants;
mod calendar;
mod close_workflow;
mod data;
mod documents;
mod files;
mod gap;
mod home;
mod inbox;
mod move_workflow;
mod preferences;
mod recurring;
mod search;
mod session;
mod settings;
mod setup;
mod start;
mod task;
mod task_actions;
mod task_new;
mod tasks;
mod tasks_bulk;
mod template;
mod template_edit;
mod templates;
mod trash;
mod users;
mod workflow;
mod workflow_actions;
mod workflow_template;
mod workflows;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::Response;
use axum::routing::{any, get, post};
use dataops_fleet::gateway::RequestContext;
use http::StatusCode;

use crate::auth::signed_in::trouble_bare;
use crate::pages::error::Trouble;
use crate::portal::Portal;
use crate::{api, assets, security};

/// The largest body of any request, in bytes: 4.2 MiB.
pub(crate) const MOST_BODY: usize = 4_404_019;

/// The portal's router.
pub(crate) fn router(portal: Portal) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/tasks", get(tasks::show))
        .route("/tasks/new", get(task_new::show).post(task_new::create))
        .route("/tasks/bulk", get(tasks_bulk::to_tasks).post(tasks_bulk::act))
        .route("/tasks/undo", get(tasks_bulk::to_tasks).post(tasks_bulk::undo))
        .route("/tasks/{id}", get(task::show))
        .route("/tasks/{id}/upload", get(task::to_task_files).post(files::upload))
        .route("/tasks/{id}/artifact", get(task::to_task_files).post(artifacts::add))
        .route("/files/{id}/delete", post(files::delete))
        .route("/artifacts", get(artifacts::list))
        .route("/artifacts/{id}", get(artifacts::show))
        .route("/artifacts/{id}/{status}", post(artifacts::review))
        .route("/tasks/{id}/{action}", get(task::to_task).post(task_actions::act))
        .route("/workflows", get(workflows::show))
        .route("/workflows/{id}", get(workflow::show))
        .route("/workflows/{id}/move", get(move_workflow::show).post(move_workflow::go))
        .route("/workflows/{id}/close", get(close_workflow::show).post(close_workflow::go))
        .route("/workflows/{id}/template", get(workflow_template::show).post(workflow_template::take))
        .route("/workflows/{id}/{action}", get(workflow::to_workflow).post(workflow_actions::act))
        .route("/search", get(search::show))
        .route("/inbox", get(inbox::show))
        .route("/inbox/dismiss-all", get(inbox::to_inbox).post(inbox::dismiss_all))
        .route("/inbox/{id}/dismiss", get(inbox::to_inbox).post(inbox::dismiss))
        .route("/start", get(start::choose))
        .route("/start/{template}", get(start::preview).post(start::start))
        .route("/templates", get(templates::show))
        .route("/templates/{id}", get(template::show))
        .route("/templates/{id}/file", get(template::file))
        .route("/templates/{id}/{action}", post(template::act))
        .route("/templates/{id}/edit/{section}", get(template_edit::section).post(template_edit::save_section))
        .route("/templates/{id}/tasks/{index}", get(template_edit::task).post(template_edit::save_task))
        .route("/templates/{id}/tasks/{index}/{action}", post(template_edit::move_task))
        .route("/calendar", get(calendar::show))
        .route("/recurring", get(recurring::show))
        .route("/recurring/new", get(recurring::new).post(recurring::create))
        .route("/recurring/generate", get(recurring::generate::show).post(recurring::generate::apply))
        .route("/recurring/explain", get(recurring::ledger::explain))
        .route("/recurring/retry", get(recurring::ledger::to_list).post(recurring::ledger::retry))
        .route("/recurring/acknowledge", get(recurring::ledger::to_list).post(recurring::ledger::acknowledge))
        .route("/recurring/{id}", get(recurring::duty).post(recurring::save))
        .route("/recurring/{id}/{action}", get(recurring::to_duty).post(recurring::act_duty))
        .route("/recurring/template/{id}", get(recurring::workflow))
        .route("/recurring/template/{id}/{action}", get(recurring::to_workflow).post(recurring::act_workflow))
        .route("/assistants", get(assistants::show))
        .route("/assistants/new", get(assistants::ask::show).post(assistants::ask::create))
        .route("/assistants/jobs/{id}", get(assistants::job))
        .route("/assistants/jobs/{id}/edit", get(assistants::edit).post(assistants::save))
        .route("/assistants/jobs/{id}/change", get(assistants::ask::change).post(assistants::ask::save))
        .route("/assistants/jobs/{id}/{action}", get(assistants::to_job).post(assistants::act))
        .route("/activity", get(activity::show))
        .route("/trash", get(trash::show))
        .route("/trash/{kind}/{id}", post(trash::restore))
        .route("/documents", get(documents::list))
        .route("/documents/{*name}", get(documents::show))
        .route("/gaps/new", get(gap::show).post(gap::create))
        .route("/settings", get(settings::show))
        .route("/settings/password", post(settings::password))
        .route("/settings/tokens", post(settings::make_token))
        .route("/settings/tokens/{id}/revoke", post(settings::revoke_token))
        .route("/data", get(data::show).post(data::start))
        .route("/data/{id}/verify", post(data::verify))
        .route("/users", get(users::show).post(users::create))
        .route("/users/{id}", get(users::show_one))
        .route("/users/{id}/{action}", get(users::to_user).post(users::act))
        .route("/setup/{user}", get(setup::show).post(setup::set))
        .route("/theme", post(preferences::theme))
        .route("/sign-in", get(session::show).post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/work/api/auth/login", post(api::session::login))
        .route("/work/api/auth/logout", post(api::session::logout))
        .route("/work/api/me", get(api::session::me))
        .route("/work/api/{*path}", any(api::broker::pass))
        .route("/assets/{version}/{*name}", get(assets::serve))
        .route("/health", get(|| async { (StatusCode::OK, [("content-type", "text/plain; charset=utf-8")], "ok") }))
        .fallback(no_page)
        .method_not_allowed_fallback(not_allowed)
        .layer(axum::middleware::from_fn(api::problems))
        .layer(axum::middleware::from_fn(dataops_fleet::gateway::noted))
        .layer(axum::middleware::from_fn_with_state(security::policy(portal.bucket.as_deref()), security::headers))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(portal)
}

/// The id that logs know a request by.
pub(crate) fn id_of(request: &Request) -> String {
    request.extensions().get::<RequestContext>().map(|context| context.request_id.clone()).unwrap_or_default()
}

async fn no_page(request: Request) -> Response {
    if request.uri().path().starts_with("/work/") {
        return api::error(StatusCode::NOT_FOUND, "Not found");
    }
    trouble_bare(Trouble::NotFound, &id_of(&request))
}

async fn not_allowed(request: Request) -> Response {
    if request.uri().path().starts_with("/work/") {
        return api::error(StatusCode::NOT_FOUND, "Not found");
    }
    trouble_bare(Trouble::NotAllowed, &id_of(&request))
}
