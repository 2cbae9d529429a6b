//! The tick as a function: it takes no input but the time. What it does not reach before its time is over, the next one does.
//!
//! A tick that could not even begin is a failed invocation: the schedule repeats it, and what stays unrepeated goes to the
//! dead-letter queue. A window that fails is no failed tick; the ledger and the inbox tell of it.

use std::sync::Arc;

use dataops_content::Content;
use dataops_domain::{Actor, Timestamp};
use dataops_engine::{Engine, Limits, TickReport};
use dataops_fleet::function::BoxFuture;
use dataops_fleet::{Clock, Config, ConfigError, Function, Invocation, InvokeError, Metric, aws, event, metrics, scope};
use dataops_store::{Hooks, Objects, Operation, Reach, Store, Table, Tables};
use serde::Deserialize;
use serde_json::json;

/// Seconds before the end from which nothing new is begun. A request that is never answered takes six seconds; then there is
/// the heartbeat to write, and to write again.
const RESERVE: i64 = 20;

/// The tables it works with. Catalogs and lists are read whole or by an index, and events only added.
const TABLES: [(Table, Reach); 11] = [
    (Table::Tasks, Reach::Batch),
    (Table::Bundles, Reach::Batch),
    (Table::Artifacts, Reach::Batch),
    (Table::Notifications, Reach::Batch),
    (Table::GenerationWindows, Reach::Batch),
    (Table::System, Reach::Batch),
    (Table::Templates, Reach::Item),
    (Table::RecurringConfigs, Reach::Item),
    (Table::Users, Reach::Description),
    (Table::Files, Reach::Description),
    (Table::AuditEvents, Reach::Description),
];

/// Builds the function from its configuration.
///
/// # Errors
/// A setting that is missing or wrong, or content that can't be read.
pub async fn build(config: &Config, clock: Clock) -> Result<Arc<dyn Function>, ConfigError> {
    let content = Content::embedded().map_err(|error| ConfigError::invalid("content", error.to_string()))?;
    let sdk = aws::sdk_config(config);
    let tables = Tables::read(|name| config.get(name).map(str::to_owned));
    let bucket = config.require("DATAOPS_ARTIFACTS_BUCKET")?;
    let store = Store::connect(&sdk, aws::endpoint(config, "DYNAMODB"), tables).with_objects(Objects::connect(
        &sdk,
        aws::endpoint(config, "S3"),
        bucket,
    ));
    let store = store.hooked(Hooks::counting(scope::database_call, metrics::throttled, metrics::failed));
    store.probe(&TABLES).await.map_err(|absent| ConfigError::of(absent.variable, absent.problem))?;
    Ok(Arc::new(CronRunner { engine: Engine::new(store, content, config.timezone()?), clock }))
}

/// The function as the platform calls it.
struct CronRunner {
    engine: Engine,
    clock: Clock,
}

/// What starts it says nothing; an event that does is somebody else's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {}

/// What CloudWatch hears of a tick.
fn tell(tick: &TickReport) {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    metrics::add(Metric::TickSettled, 1);
    metrics::add(Metric::WindowsMade, count(tick.tasks.len() + tick.bundles.len()));
    metrics::add(Metric::WindowsMissed, count(tick.missed));
    metrics::add(Metric::WindowsFailed, count(tick.failed.len()));
}

impl Function for CronRunner {
    fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            let Event {} = event::started(payload, "an event of its schedule, or `{}`")?;
            let operation = Operation::new(&invocation.request_id, Actor::system(), self.clock.now(), None);
            match self.engine.tick(&operation, &limits(invocation.deadline)).await {
                Ok(tick) => {
                    tell(&tick);
                    Ok(json!({ "ok": true, "tick": tick }).to_string().into_bytes())
                }
                Err(error) => {
                    tracing::error!(request_id = %invocation.request_id, error = ?error, "the tick failed");
                    Err(InvokeError::new("TickFailed", error.to_string()))
                }
            }
        })
    }
}

/// The usual limits, and nothing new shortly before the platform ends the invocation, in real time.
fn limits(deadline: Option<Timestamp>) -> Limits {
    let Some(deadline) = deadline else { return Limits::default() };
    let (real, last) = (Clock::system(), deadline.plus_seconds(-RESERVE));
    Limits::while_there_is_time(move || real.now() < last)
}
