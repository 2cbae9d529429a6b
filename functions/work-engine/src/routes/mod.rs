//! The routes. One file per resource, named as the URL.

pub(crate) mod artifacts;
pub(crate) mod assistant_jobs;
pub(crate) mod audit_events;
pub(crate) mod bundles;
pub(crate) mod cron;
pub(crate) mod documents;
pub(crate) mod exports;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod me;
pub(crate) mod notifications;
pub(crate) mod recurring;
pub(crate) mod search;
pub(crate) mod seed;
pub(crate) mod tasks;
pub(crate) mod tasks_bulk;
pub(crate) mod templates;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod views;

use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::Response;
use dataops_engine::Expected;
use tower::Layer;
use tower::util::MapRequestLayer;

use crate::App;
use crate::http::{Call, answer, guard};

/// Every route of the engine.
pub(crate) fn router(app: App) -> Router {
    let inner = Router::new()
        .merge(health::router())
        .merge(me::router())
        .merge(users::router())
        .merge(tasks::router())
        .merge(tasks_bulk::router())
        .merge(bundles::router())
        .merge(templates::router())
        .merge(recurring::router())
        .merge(cron::router())
        .merge(exports::router())
        .merge(notifications::router())
        .merge(documents::router())
        .merge(files::router())
        .merge(artifacts::router())
        .merge(assistant_jobs::router())
        .merge(tokens::router())
        .merge(views::router())
        .merge(audit_events::router())
        .merge(search::router())
        .merge(seed::router())
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(app.clone(), guard::portal_only))
        .layer(middleware::from_fn(dataops_fleet::gateway::noted))
        .with_state(app);
    Router::new().fallback_service(MapRequestLayer::new(guard::without_trailing_slash).layer(inner))
}

/// 404, for what does not exist.
pub(crate) async fn not_found(State(_): State<App>, call: Call) -> Response {
    answer::refused(&call, &Expected::not_found("Not found"))
}

/// 405, for wrong methods on bundles, templates, recurring, cron and users.
pub(crate) async fn not_allowed(State(_): State<App>, call: Call) -> Response {
    answer::refused(&call, &Expected::new(405, "method_not_allowed", "Method not allowed"))
}
