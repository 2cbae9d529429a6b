//! The JSON API behind the portal: HTTP in, use cases, HTTP out. It has no UI, no public door and no rule of its own.

pub mod http;
pub mod openapi;
mod routes;

use std::sync::Arc;

use axum::Router;
use dataops_api::views::assistants::ExecutorRow;
use dataops_assistants::Standing;
use dataops_content::Content;
use dataops_domain::{Actor, Timestamp};
use dataops_engine::{AdminCommand, Engine, Error};
use dataops_fleet::function::BoxFuture;
use dataops_fleet::{Clock, Config, ConfigError, Function, Invocation, InvokeError, Starter, aws, gateway, metrics, random, scope};
use dataops_store::{Hooks, Objects, Operation, Reach, Store, Table, Tables};
use serde::Deserialize;
use serde_json::{Value, json};

/// The tables it works with. Events and answers are read one by one.
const TABLES: [(Table, Reach); 14] = [
    (Table::Tasks, Reach::Batch),
    (Table::Bundles, Reach::Batch),
    (Table::Templates, Reach::Batch),
    (Table::Users, Reach::Batch),
    (Table::Files, Reach::Batch),
    (Table::Artifacts, Reach::Batch),
    (Table::AssistantJobs, Reach::Batch),
    (Table::Notifications, Reach::Batch),
    (Table::RecurringConfigs, Reach::Batch),
    (Table::GenerationWindows, Reach::Batch),
    (Table::System, Reach::Batch),
    (Table::Sessions, Reach::Batch),
    (Table::AuditEvents, Reach::Item),
    (Table::Idempotency, Reach::Item),
];

/// What it can start without, and then serve only a part: a stack that lacks one is a mistake.
const NEEDED: [&str; 4] =
    ["DATAOPS_ARTIFACTS_BUCKET", "DATAOPS_EXPORT_ARCHIVE_BUCKET", "DATAOPS_ASSISTANT_RUNNER_FUNCTION", "DATAOPS_EXPORT_JOB_FUNCTION"];

/// What every handler works with.
#[derive(Clone)]
pub struct App {
    pub(crate) engine: Engine,
    pub(crate) clock: Clock,
    pub(crate) secret: Arc<str>,
    /// Starts the runner for a job that was submitted.
    pub(crate) runner: Option<Starter>,
    /// Makes exports.
    pub(crate) export_job: Option<Starter>,
    /// How the executors of assistants stand, for pages; only the runner has their credentials.
    pub(crate) executors: Arc<[ExecutorRow]>,
}

/// Builds the function from its configuration.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub async fn build(config: &Config, clock: Clock) -> Result<Arc<dyn Function>, ConfigError> {
    for name in NEEDED {
        config.require(name)?;
    }
    let hooks = Hooks::counting(scope::database_call, metrics::throttled, metrics::failed);
    let app = app(config, clock, hooks)?;
    app.engine.probe(&TABLES).await.map_err(|absent| ConfigError::of(absent.variable, absent.problem))?;
    Ok(Arc::new(WorkEngine::new(app)))
}

/// Builds what the handlers work with; `hooks` look at every database call.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub fn app(config: &Config, clock: Clock, hooks: Hooks) -> Result<App, ConfigError> {
    let secret = config.require("WORK_ENGINE_PORTAL_SECRET")?.into();
    if config.get("WORK_ENGINE_AUTH_MODE").is_some_and(|mode| mode != "portal") {
        return Err(ConfigError::invalid("WORK_ENGINE_AUTH_MODE", "the engine runs behind the portal only; expected `portal`"));
    }
    let content = Content::embedded().map_err(|error| ConfigError::invalid("content", error.to_string()))?;
    let sdk = aws::sdk_config(config);
    let mut store = Store::connect(&sdk, aws::endpoint(config, "DYNAMODB"), Tables::read(|name| config.get(name).map(str::to_owned)));
    store = store.hooked(hooks);
    if let Some(bucket) = config.get("DATAOPS_ARTIFACTS_BUCKET") {
        store = store.with_objects(Objects::connect(&sdk, aws::endpoint(config, "S3"), bucket));
    }
    if let Some(bucket) = config.get("DATAOPS_EXPORT_ARCHIVE_BUCKET") {
        store = store.with_exports(Objects::connect(&sdk, aws::endpoint(config, "S3"), bucket));
    }
    let export_job = Starter::new(config, &sdk, "DATAOPS_EXPORT_JOB_FUNCTION");
    let runner = Starter::new(config, &sdk, "DATAOPS_ASSISTANT_RUNNER_FUNCTION");
    let executors = executors(config)?;
    Ok(App { engine: Engine::new(store, content, config.timezone()?), clock, secret, runner, export_job, executors })
}

fn executors(config: &Config) -> Result<Arc<[ExecutorRow]>, ConfigError> {
    let settings = dataops_assistants::settings(|name| config.get(name));
    let chosen = dataops_assistants::Config::parse(&settings).map_err(|error| ConfigError::invalid(error.name, error.problem))?;
    let row =
        |standing: Standing| ExecutorRow { name: standing.kind.as_str().to_owned(), types: standing.types, verified: standing.verified };
    Ok(chosen.standings().into_iter().map(row).collect())
}

/// The function as the platform calls it.
pub struct WorkEngine {
    app: App,
    router: Router,
}

impl WorkEngine {
    /// A function over these parts.
    pub fn new(app: App) -> Self {
        Self { router: routes::router(app.clone()), app }
    }
}

/// An event of the command line; everything else is an HTTP request.
#[derive(Deserialize)]
struct AdminEvent {
    #[serde(rename = "dataopsAdmin")]
    command: AdminCommand,
}

impl Function for WorkEngine {
    fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            if is_admin(payload) {
                return match serde_json::from_slice::<AdminEvent>(payload) {
                    Ok(event) => Ok(administrate(&self.app, event.command, &invocation).await?.to_string().into_bytes()),
                    Err(error) => Ok(json!({ "ok": false, "error": format!("unknown command: {error}") }).to_string().into_bytes()),
                };
            }
            gateway::answer(self.router.clone(), payload).await
        })
    }
}

fn is_admin(payload: &[u8]) -> bool {
    payload.trim_ascii_start().strip_prefix(b"{").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"\"dataopsAdmin\""))
}

/// A refusal is an answer. What failed is a failed invocation: whoever waits for it sees that, and an event of a schedule is repeated.
async fn administrate(app: &App, command: AdminCommand, invocation: &Invocation) -> Result<Value, InvokeError> {
    let now: Timestamp = app.clock.now();
    let operation = Operation::new(&invocation.request_id, Actor::system(), now, None);
    let secret = random::secret().map_err(|_| InvokeError::new("AdministrationFailed", "the system gives no random numbers"))?;
    match app.engine.administrate(&operation, command, &secret).await {
        Ok(answer) => {
            let mut answer = serde_json::to_value(answer).unwrap_or_else(|_| json!({}));
            answer["ok"] = json!(true);
            Ok(answer)
        }
        Err(Error::Expected(refused)) => Ok(json!({ "ok": false, "error": refused.message, "errors": refused.errors })),
        Err(error) => {
            tracing::error!(request_id = %invocation.request_id, error = ?error, "administration failed");
            Err(InvokeError::new("AdministrationFailed", error.to_string()))
        }
    }
}
