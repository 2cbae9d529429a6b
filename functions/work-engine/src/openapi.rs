//! The OpenAPI 3.1 document, generated from the handlers and the wire types into `docs/openapi.json`, which is served.

mod bodies;
mod complete;

use serde_json::Value;
use utoipa::OpenApi;

use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "DataOps work-engine",
        description = "The JSON API behind the portal. Clients reach it as `/work/api/…` through the portal, with a session or an API token."
    ),
    paths(
        routes::health::health,
        routes::health::document,
        routes::me::me,
        routes::seed::seed,
        routes::search::search,
        routes::users::list,
        routes::users::get,
        routes::users::create,
        routes::users::update,
        routes::users::password,
        routes::users::setup_link,
        routes::users::setup,
        routes::users::reassign,
        routes::assistant_jobs::list,
        routes::assistant_jobs::create,
        routes::assistant_jobs::get,
        routes::assistant_jobs::update,
        routes::assistant_jobs::submit,
        routes::assistant_jobs::transition,
        routes::assistant_jobs::retry,
        routes::assistant_jobs::approve,
        routes::assistant_jobs::reject,
        routes::assistant_jobs::revise,
        routes::assistant_jobs::cancel,
        routes::assistant_jobs::attach,
        routes::assistant_jobs::run_dry,
        routes::assistant_jobs::acknowledge,
        routes::assistant_jobs::events,
        routes::assistant_jobs::log,
        routes::tokens::list,
        routes::tokens::create,
        routes::tokens::delete,
        routes::tasks::list,
        routes::tasks::create,
        routes::tasks::get,
        routes::tasks::update,
        routes::tasks::act,
        routes::tasks::delete,
        routes::tasks::restore,
        routes::tasks_bulk::bulk,
        routes::bundles::list,
        routes::bundles::create,
        routes::bundles::get,
        routes::bundles::update,
        routes::bundles::archive,
        routes::bundles::reschedule,
        routes::bundles::close,
        routes::bundles::delete,
        routes::bundles::restore,
        routes::bundles::tasks,
        routes::bundles::template_difference,
        routes::bundles::template_take,
        routes::templates::list,
        routes::templates::create,
        routes::templates::get,
        routes::templates::update,
        routes::templates::delete,
        routes::templates::restore,
        routes::templates::preview,
        routes::templates::content,
        routes::templates::take_content,
        routes::templates::file,
        routes::templates::trigger_pause,
        routes::templates::trigger_resume,
        routes::templates::trigger_archive,
        routes::recurring::list,
        routes::recurring::create,
        routes::recurring::get,
        routes::recurring::update,
        routes::recurring::delete,
        routes::recurring::pause,
        routes::recurring::resume,
        routes::recurring::archive,
        routes::recurring::generate,
        routes::recurring::preview,
        routes::recurring::apply,
        routes::recurring::simulate,
        routes::recurring::explain,
        routes::recurring::windows,
        routes::recurring::acknowledge,
        routes::cron::run,
        routes::cron::export,
        routes::exports::list,
        routes::exports::start,
        routes::exports::download,
        routes::exports::evidence,
        routes::exports::verify,
        routes::notifications::list,
        routes::notifications::dismiss,
        routes::notifications::dismiss_all,
        routes::documents::list,
        routes::documents::get,
        routes::files::list,
        routes::files::upload,
        routes::files::start,
        routes::files::complete,
        routes::files::get,
        routes::files::download,
        routes::files::delete,
        routes::artifacts::list,
        routes::artifacts::create,
        routes::artifacts::get,
        routes::artifacts::update,
        routes::artifacts::attach,
        routes::artifacts::archive,
        routes::artifacts::content,
        routes::views::assistants,
        routes::views::job,
        routes::views::home,
        routes::views::inbox,
        routes::views::tasks,
        routes::views::task,
        routes::views::bundles,
        routes::views::bundle,
        routes::views::templates,
        routes::views::template,
        routes::views::bundle_template,
        routes::views::recurring,
        routes::views::new_duty,
        routes::views::source,
        routes::views::calendar,
        routes::views::timeline,
        routes::views::trash,
        routes::audit_events::list,
        routes::audit_events::verify,
        routes::views::gap,
        routes::views::users,
        routes::views::user,
    ),
    components(schemas(dataops_api::Problem, dataops_api::problem::ErrorBody))
)]
struct Document;

/// The document as it was when this program was built. What generates it stays out of the function: it is a megabyte of code.
const COMMITTED: &str = include_str!("../../../docs/openapi.json");

/// The document that is served.
pub(crate) fn document() -> Value {
    serde_json::from_str(COMMITTED).unwrap_or(Value::Null)
}

/// The document as the code says it; a test compares the committed one with it.
pub fn generated() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or(Value::Null);
    bodies::describe(&mut document);
    complete::complete(&mut document);
    document
}
