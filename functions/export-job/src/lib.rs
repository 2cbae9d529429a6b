//! The export job (EX-5): every day, and whenever somebody asks, everything that is stored becomes one verified archive.
//!
//! `engine/src/exports` says how. An event with `resume` only goes on with an export that an earlier invocation had no time to end;
//! it comes from a schedule of its own. One with `verify` and the id of an archive looks at that archive once more. What the job refuses (another one is running, what is stored gives no valid export) is an
//! answer; only a store or a disk that fails is a failed invocation, which the platform repeats.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dataops_content::Content;
use dataops_domain::{Actor, Timestamp};
use dataops_engine::{Destination, Engine, Error, ExportLimits, ExportOutcome, ExportSettings};
use dataops_fleet::function::BoxFuture;
use dataops_fleet::{Clock, Config, ConfigError, Function, Invocation, InvokeError, Metric, aws, event, metrics, random, scope};
use dataops_portable::Origin;
use dataops_store::{Hooks, Objects, Operation, Reach, Store, Table, Tables};
use serde::Deserialize;
use serde_json::{Value, json};

/// The tables it works with. Of events it reads no single one.
const TABLES: [(Table, Reach); 12] = [
    (Table::Tasks, Reach::Batch),
    (Table::Bundles, Reach::Batch),
    (Table::Templates, Reach::Batch),
    (Table::Users, Reach::Batch),
    (Table::Files, Reach::Batch),
    (Table::Artifacts, Reach::Batch),
    (Table::AssistantJobs, Reach::Batch),
    (Table::Notifications, Reach::Batch),
    (Table::RecurringConfigs, Reach::Batch),
    (Table::GenerationWindows, Reach::Item),
    (Table::System, Reach::Item),
    (Table::AuditEvents, Reach::Description),
];

/// Settings that say where exports go. One of them that is set outside of the template takes the place of all of them.
pub const DESTINATIONS: [&str; 3] = ["DATAOPS_EXPORT_ARCHIVE_BUCKET", "DATAOPS_EXPORT_ARCHIVE_LOCAL_DIR", "EXPORT_OUTPUT_DIR"];

/// Builds the function from its configuration.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub async fn build(config: &Config, clock: Clock) -> Result<Arc<dyn Function>, ConfigError> {
    let job = job(config, clock, Hooks::counting(scope::database_call, metrics::throttled, metrics::failed))?;
    job.engine.probe(&TABLES).await.map_err(|absent| ConfigError::of(absent.variable, absent.problem))?;
    Ok(Arc::new(job))
}

/// Builds the job; `hooks` look at every database call.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub fn job(config: &Config, clock: Clock, hooks: Hooks) -> Result<ExportJob, ConfigError> {
    let content = Content::embedded().map_err(|error| ConfigError::invalid("content", error.to_string()))?;
    let sdk = aws::sdk_config(config);
    let tables = Tables::read(|name| config.get(name).map(str::to_owned));
    let objects = |bucket: &str| Objects::connect(&sdk, aws::endpoint(config, "S3"), bucket);
    let mut store = Store::connect(&sdk, aws::endpoint(config, "DYNAMODB"), tables).hooked(hooks);
    if let Some(bucket) = config.get(DESTINATIONS[0]) {
        store = store.with_exports(objects(bucket));
    }
    // The job reads no bytes of people's; whoever imports makes the search index anew, which lies there.
    if let Some(bucket) = config.get("DATAOPS_ARTIFACTS_BUCKET") {
        store = store.with_objects(objects(bucket));
    }
    let engine = Engine::new(store, content, config.timezone()?);
    Ok(ExportJob { engine, settings: settings(config), clock })
}

/// A bucket of the account or data folder that this configuration is for.
pub fn bucket(config: &Config, name: &str) -> Objects {
    Objects::connect(&aws::sdk_config(config), aws::endpoint(config, "S3"), name)
}

/// How exports are made, by the configuration.
pub fn settings(config: &Config) -> ExportSettings {
    let first = |names: &[&str]| names.iter().find_map(|name| config.get(name)).unwrap_or("unknown").to_owned();
    let folder = |name: &str| config.get(name).map(PathBuf::from);
    let destination = match config.get(DESTINATIONS[0]) {
        Some(_) => Some(Destination::Bucket),
        None => folder(DESTINATIONS[1]).map(Destination::Archives).or_else(|| folder(DESTINATIONS[2]).map(Destination::Folder)),
    };
    let origin = Origin {
        generated_at: Timestamp::from_millis(0),
        environment: first(&["DATAOPS_ENV", "NODE_ENV"]),
        stack: first(&["AWS_STACK_NAME", "DATAOPS_STACK"]),
        region: first(&["DATAOPS_SOURCE_REGION", "AWS_REGION"]),
        git_sha: first(&["GITHUB_SHA", "APP_GIT_SHA"]),
    };
    let prefix = config.get("DATAOPS_EXPORT_ARCHIVE_PREFIX").unwrap_or("execution-exports").trim_matches('/').to_owned();
    ExportSettings { destination, prefix, origin, scratch: std::env::temp_dir() }
}

/// The function as the platform calls it.
pub struct ExportJob {
    engine: Engine,
    settings: ExportSettings,
    clock: Clock,
}

/// What starts it: nothing of the kind for an export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    #[serde(default)]
    resume: bool,
    #[serde(default)]
    verify: Option<String>,
}

impl ExportJob {
    /// The use cases over this stack.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How exports are made here.
    pub fn settings(&self) -> &ExportSettings {
        &self.settings
    }

    /// The same with other settings.
    #[must_use]
    pub fn with_settings(self, settings: ExportSettings) -> Self {
        Self { settings, ..self }
    }

    /// The limits of an invocation that ends at this moment, in real time.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn limits(&self, deadline: Option<Timestamp>) -> Result<ExportLimits, InvokeError> {
        let holder = random::secret().map_err(|error| InvokeError::new("ExportFailed", error.to_string()))?;
        let (clock, real) = (self.clock.clone(), Clock::system());
        let left = move || {
            let millis = deadline?.millis().saturating_sub(real.now().millis());
            Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
        };
        Ok(ExportLimits { now: Arc::new(move || clock.now()), left: Arc::new(left), holder })
    }

    /// One operation of this job, named by its request.
    pub fn operation(&self, request_id: &str) -> Operation {
        Operation::new(request_id, Actor::system(), self.clock.now(), None)
    }

    async fn run(&self, event: &Event, invocation: &Invocation) -> Result<Value, InvokeError> {
        let limits = self.limits(invocation.deadline)?;
        let operation = self.operation(&invocation.request_id);
        if let Some(archive) = &event.verify {
            return match self.engine.archive_verify(&operation, archive, &self.settings, self.clock.now()).await {
                Ok(verification) => Ok(json!({ "ok": true, "verification": verification })),
                Err(error) => refused(error),
            };
        }
        match self.engine.export_run(&operation, &self.settings, &limits, event.resume).await {
            Ok(ExportOutcome::Made(made)) => {
                metrics::add(Metric::ExportAge, 0);
                Ok(json!({ "ok": true, "made": made }))
            }
            Ok(ExportOutcome::Suspended { records, newest }) => {
                self.tell_age(newest);
                Ok(json!({ "ok": true, "suspended": { "records": records } }))
            }
            Ok(ExportOutcome::Idle { newest }) => {
                self.tell_age(newest);
                Ok(json!({ "ok": true, "idle": true }))
            }
            Err(error) => refused(error),
        }
    }
}

impl ExportJob {
    /// How old the newest archive is, for its alarm; a run under way does not make it younger.
    fn tell_age(&self, newest: Option<Timestamp>) {
        let Some(newest) = newest else { return };
        let age = self.clock.now().millis().saturating_sub(newest.millis()) / 1000;
        metrics::add(Metric::ExportAge, u64::try_from(age).unwrap_or_default());
    }
}

/// A refusal is an answer; what failed is a failed invocation.
fn refused(error: Error) -> Result<Value, InvokeError> {
    match error {
        Error::Expected(refused) => Ok(json!({ "ok": false, "status": refused.status, "code": refused.code, "error": refused.message })),
        error => Err(InvokeError::new("ExportFailed", error.to_string())),
    }
}

impl Function for ExportJob {
    fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            let event: Event = event::started(payload, "an event of its schedule, `{}`, `resume` or `verify`")?;
            let answer = self.run(&event, &invocation).await?;
            tracing::info!(request_id = %invocation.request_id, resume = event.resume, answer = %answer, "ran");
            Ok(answer.to_string().into_bytes())
        })
    }
}
