//! `/api/views`: what one page shows, in one answer.

use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use dataops_api::documents::GapForm;
use dataops_api::views::assistants::AssistantsPage;
use dataops_api::views::bundle::{BundlePage, BundleTemplatePage};
use dataops_api::views::home::Home;
use dataops_api::views::inbox::{InboxGroup, InboxPage};
use dataops_api::views::job::JobPage;
use dataops_api::views::recurring::{CalendarPage, NewDutyPage, RecurringPage, SourcePage};
use dataops_api::views::task::TaskPage;
use dataops_api::views::tasks::{TasksPage, WorkflowsPage};
use dataops_api::views::templates::{TemplatePage, Templates};
use dataops_api::views::timeline::TimelinePage;
use dataops_api::views::trash::TrashPage;
use dataops_api::views::users::{UserPage, UsersPage};
use dataops_domain::refusal::Refusal;
use dataops_domain::task::Status;
use dataops_engine::{Error, TaskListFilter, audit_entity};

use super::not_found;
use super::tasks::read_date;
use crate::App;
use crate::http::{Call, Ids, Reply, paging};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/api/views/home", routing::get(home).fallback(not_found))
        .route("/api/views/inbox", routing::get(inbox).fallback(not_found))
        .route("/api/views/tasks", routing::get(tasks).fallback(not_found))
        .route("/api/views/tasks/{id}", routing::get(task).fallback(not_found))
        .route("/api/views/bundles", routing::get(bundles).fallback(not_found))
        .route("/api/views/bundles/{id}", routing::get(bundle).fallback(not_found))
        .route("/api/views/templates", routing::get(templates).fallback(not_found))
        .route("/api/views/templates/{id}", routing::get(template).fallback(not_found))
        .route("/api/views/bundles/{id}/template", routing::get(bundle_template).fallback(not_found))
        .route("/api/views/recurring", routing::get(recurring).fallback(not_found))
        .route("/api/views/recurring/new", routing::get(new_duty).fallback(not_found))
        .route("/api/views/recurring/{kind}/{id}", routing::get(source).fallback(not_found))
        .route("/api/views/calendar", routing::get(calendar).fallback(not_found))
        .route("/api/views/timeline", routing::get(timeline).fallback(not_found))
        .route("/api/views/trash", routing::get(trash).fallback(not_found))
        .route("/api/views/gap", routing::get(gap).fallback(not_found))
        .route("/api/views/assistants", routing::get(assistants).fallback(not_found))
        .route("/api/views/jobs/{id}", routing::get(job).fallback(not_found))
        .route("/api/views/users", routing::get(users).fallback(not_found))
        .route("/api/views/users/{id}", routing::get(user).fallback(not_found))
}

#[utoipa::path(get, path = "/api/views/home", tag = "views", params(("for" = Option<String>, Query, description = "`me` for the reader's own and unassigned work, else everyone's")), responses((status = 200, body = Home)))]
pub(crate) async fn home(State(app): State<App>, call: Call) -> Response {
    let mine = call.query("for") == Some("me");
    call.answer(app.engine.view_home(&call.operation, mine).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/inbox", tag = "views", params(
    ("group" = Option<String>, Query, description = "`failures`, `late`, `follow-ups`, `proof`, `today` or `news`, else all of them"), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = InboxPage), (status = 400)))]
pub(crate) async fn inbox(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let unknown = || Refusal::field("/group", "group must be failures, late, follow-ups, proof, today or news");
        let group = call.query("group").map(|name| InboxGroup::parse(name).ok_or_else(unknown)).transpose()?;
        let mut page = app.engine.view_inbox(&call.operation, group, call.cursor()?).await?;
        page.next_cursor = paging::cursor(page.next_cursor);
        Reply::ok(page)
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/views/assistants", tag = "views", responses((status = 200, body = AssistantsPage)))]
pub(crate) async fn assistants(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut page = app.engine.view_assistants(&call.operation).await?;
        page.executors = app.executors.to_vec();
        Reply::ok(page)
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/views/jobs/{id}", tag = "views", params(("id" = String, Path)), responses((status = 200, body = JobPage), (status = 404)))]
pub(crate) async fn job(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.view_job(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/tasks", tag = "views", params(
    ("status" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("assignee" = Option<String>, Query),
    ("bundle" = Option<String>, Query), ("tag" = Option<String>, Query), ("source" = Option<String>, Query), ("q" = Option<String>, Query),
    ("cursor" = Option<String>, Query)),
    responses((status = 200, body = TasksPage), (status = 400)))]
pub(crate) async fn tasks(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut page = app.engine.view_tasks(&call.operation, &filter(&call)?).await?;
        page.next_cursor = paging::cursor(page.next_cursor);
        Reply::ok(page)
    };
    call.answer(work.await)
}

fn filter(call: &Call) -> Result<TaskListFilter, Error> {
    let text = |name: &str| call.query(name).map(str::to_owned);
    let date = |name: &str| call.query(name).map(|text| read_date(name, text)).transpose();
    let unknown = || Refusal::field("/status", Status::UNKNOWN);
    let status =
        call.query("status").filter(|status| *status != "open").map(|status| Status::parse(status).ok_or_else(unknown)).transpose()?;
    Ok(TaskListFilter {
        status,
        from: date("from")?,
        to: date("to")?,
        assignee: text("assignee"),
        bundle: text("bundle"),
        tag: text("tag"),
        source: text("source"),
        text: text("q"),
        cursor: call.cursor()?,
        limit: call.range()?.limit,
    })
}

#[utoipa::path(get, path = "/api/views/tasks/{id}", tag = "views", params(("id" = String, Path)), responses((status = 200, body = TaskPage), (status = 404)))]
pub(crate) async fn task(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.view_task(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/bundles", tag = "views", params(("status" = Option<String>, Query, description = "`archived`, else those under way")), responses((status = 200, body = WorkflowsPage)))]
pub(crate) async fn bundles(State(app): State<App>, call: Call) -> Response {
    let archived = call.query("status") == Some("archived");
    call.answer(app.engine.view_bundles(&call.operation, archived).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/bundles/{id}", tag = "views", params(("id" = String, Path)), responses((status = 200, body = BundlePage), (status = 404)))]
pub(crate) async fn bundle(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.view_bundle(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/templates", tag = "views", responses((status = 200, body = Templates)))]
pub(crate) async fn templates(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.view_templates(&call.operation).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/timeline", tag = "views", params(
    ("entity" = Option<String>, Query, description = "`<type>#<id>`, such as `task#01J8Z5`"), ("day" = Option<String>, Query, description = "A UTC day instead; admins only"), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = TimelinePage), (status = 400), (status = 403)))]
pub(crate) async fn timeline(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let cursor = call.cursor()?;
        let mut page = match (call.query("day"), call.query("entity")) {
            (Some(day), _) => {
                app.engine.admin_gate(&call.operation).await?;
                app.engine.view_day(&call.operation, read_date("day", day)?, cursor.as_deref()).await?
            }
            (None, Some(entity)) => app.engine.view_timeline(&call.operation, &audit_entity(entity)?, cursor.as_deref()).await?,
            (None, None) => return Err(Refusal::field("/entity", "entity is required: a type and an id, such as task#01J8Z5").into()),
        };
        page.next_cursor = paging::cursor(page.next_cursor);
        Reply::ok(page)
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/views/trash", tag = "views", params(("cursor" = Option<String>, Query)), responses((status = 200, body = TrashPage)))]
pub(crate) async fn trash(State(app): State<App>, call: Call) -> Response {
    let work = async {
        let mut page = app.engine.view_trash(&call.operation, call.cursor()?.as_deref()).await?;
        page.next_cursor = paging::cursor(page.next_cursor);
        Reply::ok(page)
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/views/gap", tag = "views", params(("document" = Option<String>, Query), ("step" = Option<String>, Query), ("task" = Option<String>, Query)), responses((status = 200, body = GapForm), (status = 404)))]
pub(crate) async fn gap(State(app): State<App>, call: Call) -> Response {
    let (document, step, task) = (call.query("document"), call.query("step"), call.query("task"));
    call.answer(app.engine.view_gap(&call.operation, document, step, task).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/users", tag = "views", responses((status = 200, body = UsersPage), (status = 403)))]
pub(crate) async fn users(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.view_users(&call.operation).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/users/{id}", tag = "views", params(("id" = String, Path), ("cursor" = Option<String>, Query, description = "Continues the open tasks")), responses((status = 200, body = UserPage), (status = 400), (status = 403), (status = 404)))]
pub(crate) async fn user(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    let work = async {
        let mut page = app.engine.view_user(&call.operation, &id, call.cursor()?).await?;
        page.tasks.next_cursor = paging::cursor(page.tasks.next_cursor);
        Reply::ok(page)
    };
    call.answer(work.await)
}

#[utoipa::path(get, path = "/api/views/templates/{id}", tag = "views", params(("id" = String, Path)), responses((status = 200, body = TemplatePage), (status = 404)))]
pub(crate) async fn template(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.view_template(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/bundles/{id}/template", tag = "views", params(("id" = String, Path)), responses((status = 200, body = BundleTemplatePage), (status = 404)))]
pub(crate) async fn bundle_template(State(app): State<App>, Ids(id): Ids<String>, call: Call) -> Response {
    call.answer(app.engine.view_bundle_template(&call.operation, &id).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/recurring", tag = "views", responses((status = 200, body = RecurringPage)))]
pub(crate) async fn recurring(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.view_recurring(&call.operation).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/recurring/new", tag = "views", responses((status = 200, body = NewDutyPage)))]
pub(crate) async fn new_duty(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.view_new_duty(&call.operation).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/recurring/{kind}/{id}", tag = "views", params(("kind" = String, Path, description = "`recurring` or `template`"), ("id" = String, Path)), responses((status = 200, body = SourcePage), (status = 404)))]
pub(crate) async fn source(State(app): State<App>, Ids((kind, id)): Ids<(String, String)>, call: Call) -> Response {
    call.answer(app.engine.view_source(&call.operation, &kind, &id).await.and_then(Reply::ok))
}

#[utoipa::path(get, path = "/api/views/calendar", tag = "views", params(("from" = Option<String>, Query, description = "Any day of the first week; this week when absent")), responses((status = 200, body = CalendarPage), (status = 400)))]
pub(crate) async fn calendar(State(app): State<App>, call: Call) -> Response {
    call.answer(app.engine.view_calendar(&call.operation, call.query("from")).await.and_then(Reply::ok))
}
