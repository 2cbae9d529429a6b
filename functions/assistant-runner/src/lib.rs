//! The assistant-runner (AJ-9): started for one job when it is submitted, and every five minutes for whatever was left.
//!
//! It takes a job under a lease, lets its assistant work and hands in what came of it; `engine/src/jobs/run.rs` says how. An
//! event that comes twice finds the job taken, and one that is lost is made up for by the schedule. A failed attempt is no
//! failed invocation: only a store that cannot be reached is, and what stays unrepeated goes to the dead-letter queue.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dataops_assistants::Executors;
use dataops_content::Content;
use dataops_domain::job::work::LEASE_SECONDS;
use dataops_domain::{Actor, Timestamp};
use dataops_engine::{Engine, RunOutcome, RunnerLimits, SweepReport};
use dataops_fleet::function::BoxFuture;
use dataops_fleet::{Clock, Config, ConfigError, Function, Invocation, InvokeError, Metric, aws, event, metrics, random, scope};
use dataops_store::{Hooks, Objects, Operation, Reach, Store, Table, Tables};
use serde::Deserialize;
use serde_json::{Value, json};

/// The variable that names the assistant types it takes, by commas.
pub const TYPES: &str = "DATAOPS_RUNNER_TYPES";

/// The tables it works with. Notifications and events are only added.
const TABLES: [(Table, Reach); 7] = [
    (Table::AssistantJobs, Reach::Batch),
    (Table::Tasks, Reach::Batch),
    (Table::Bundles, Reach::Batch),
    (Table::Files, Reach::Batch),
    (Table::Artifacts, Reach::Batch),
    (Table::Notifications, Reach::Description),
    (Table::AuditEvents, Reach::Description),
];

/// What of an environment concerns the runner: the types it takes and the settings of its executors.
pub fn settings(environment: &Config) -> BTreeMap<String, String> {
    let mut settings = dataops_assistants::settings(|name| environment.get(name));
    settings.extend(environment.get(TYPES).map(|types| (TYPES.to_owned(), types.to_owned())));
    settings
}

/// Builds the function from its configuration.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub async fn build(config: &Config, clock: Clock) -> Result<Arc<dyn Function>, ConfigError> {
    let runner = runner(config, clock, Hooks::counting(scope::database_call, metrics::throttled, metrics::failed))?;
    runner.engine.probe(&TABLES).await.map_err(|absent| ConfigError::of(absent.variable, absent.problem))?;
    Ok(Arc::new(runner))
}

/// Builds the runner; `hooks` look at every database call.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub fn runner(config: &Config, clock: Clock, hooks: Hooks) -> Result<AssistantRunner, ConfigError> {
    let content = Content::embedded().map_err(|error| ConfigError::invalid("content", error.to_string()))?;
    let sdk = aws::sdk_config(config);
    let tables = Tables::read(|name| config.get(name).map(str::to_owned));
    let bucket = config.require("DATAOPS_ARTIFACTS_BUCKET")?;
    let objects = Objects::connect(&sdk, aws::endpoint(config, "S3"), bucket);
    let store = Store::connect(&sdk, aws::endpoint(config, "DYNAMODB"), tables).hooked(hooks).with_objects(objects);
    let executors = executors(&settings(config), &content)?;
    let types = config.get(TYPES).unwrap_or("podcast").split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let engine = Engine::new(store, Arc::clone(&content), config.timezone()?);
    Ok(AssistantRunner { types: types.collect(), engine, executors, content, clock })
}

fn executors(settings: &BTreeMap<String, String>, content: &Arc<Content>) -> Result<Arc<Executors>, ConfigError> {
    let chosen = dataops_assistants::Config::parse(settings).map_err(|error| ConfigError::invalid(error.name, error.problem))?;
    Ok(Arc::new(Executors::new(chosen, content)))
}

/// The function as the platform calls it.
pub struct AssistantRunner {
    engine: Engine,
    executors: Arc<Executors>,
    content: Arc<Content>,
    types: Vec<String>,
    clock: Clock,
}

impl AssistantRunner {
    /// The same with executors by other settings.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn with_settings(self, settings: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Self { executors: executors(&settings, &self.content)?, ..self })
    }

    async fn run(&self, job: Option<&str>, invocation: &Invocation) -> Result<Value, InvokeError> {
        let failed = |error: &dyn std::fmt::Display| InvokeError::new("RunnerFailed", error.to_string());
        let operation = Operation::new(&invocation.request_id, Actor::system(), self.clock.now(), None);
        let holder = random::secret().map_err(|error| failed(&error))?;
        let limits = limits(self.types.clone(), self.clock.clone(), invocation.deadline, holder);
        let done = match job {
            Some(id) => self.engine.job_run(&operation, id, &self.executors, &limits).await.map(|outcome| {
                tell(&[outcome]);
                json!({ "outcome": outcome })
            }),
            None => self.engine.jobs_sweep(&operation, &self.executors, &limits).await.map(|report| {
                tell_sweep(&report, operation.now);
                json!({ "sweep": report })
            }),
        };
        done.map_err(|error| {
            tracing::error!(request_id = %invocation.request_id, job, error = ?error, "the runner failed");
            failed(&error)
        })
    }
}

/// What CloudWatch hears of attempts.
fn tell(outcomes: &[RunOutcome]) {
    let failed = outcomes.iter().filter(|outcome| **outcome == RunOutcome::Failed).count();
    metrics::add(Metric::JobsFailed, u64::try_from(failed).unwrap_or(u64::MAX));
}

/// What it hears of a sweep.
fn tell_sweep(report: &SweepReport, now: Timestamp) {
    tell(&report.ran.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>());
    metrics::add(Metric::RunnerLost, u64::try_from(report.lost.len()).unwrap_or(u64::MAX));
    let waited = report.approval_since.map_or(0, |since| now.millis().saturating_sub(since.millis()) / 1000);
    metrics::add(Metric::OldestApproval, u64::try_from(waited).unwrap_or_default());
}

/// What starts it: a job's id, or nothing of the kind for the schedule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    #[serde(rename = "assistantJobId", default)]
    job: Option<String>,
}

impl Function for AssistantRunner {
    fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            let event: Event = event::started(payload, "an event of its schedule, `{}`, or `assistantJobId`")?;
            let mut answer = self.run(event.job.as_deref(), &invocation).await?;
            answer["ok"] = json!(true);
            tracing::info!(request_id = %invocation.request_id, job = event.job, answer = %answer, "ran");
            Ok(answer.to_string().into_bytes())
        })
    }
}

/// The platform's deadline counts in real time, leases by the fleet's clock.
fn limits(types: Vec<String>, clock: Clock, deadline: Option<Timestamp>, holder: String) -> RunnerLimits {
    let real = Clock::system();
    let left = move || {
        let millis = deadline?.millis().saturating_sub(real.now().millis());
        Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    };
    RunnerLimits {
        types,
        now: Arc::new(move || clock.now()),
        left: Arc::new(left),
        renew_every: Duration::from_secs(u64::try_from(LEASE_SECONDS / 8).unwrap_or(15)),
        holder,
    }
}
