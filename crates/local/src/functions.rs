//! The product's functions, by the template's logical ids. The only file that names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use dataops_fleet::{BoxFuture, Clock, Config, ConfigError, Function};

/// The engine's logical id.
pub const WORK_ENGINE: &str = "WorkEngineFunction";
/// The portal's logical id.
pub const PORTAL: &str = "PortalFunction";
/// The cron-runner's logical id.
pub const CRON_RUNNER: &str = "CronRunnerFunction";
/// The assistant-runner's logical id.
pub const ASSISTANT_RUNNER: &str = "AssistantRunnerFunction";

/// The export job's logical id.
pub const EXPORT_JOB: &str = "ExportJobFunction";

/// Builds the function of a logical id from its environment: [`own`], except in tests of the fleet itself and of the functions'
/// binaries.
pub type Build = Arc<dyn Fn(&'static str, Config, Clock) -> Building + Send + Sync>;
/// A function that is being built.
pub type Building = BoxFuture<'static, Result<Arc<dyn Function>, ConfigError>>;

/// Builds the product's own functions, in this process.
pub fn own() -> Build {
    Arc::new(build)
}

/// Builds one of the product's own functions.
pub fn build(id: &'static str, config: Config, clock: Clock) -> Building {
    Box::pin(async move {
        match id {
            WORK_ENGINE => dataops_work_engine::build(&config, clock).await,
            CRON_RUNNER => dataops_cron_runner::build(&config, clock).await,
            EXPORT_JOB => dataops_export_job::build(&config, clock).await,
            ASSISTANT_RUNNER => dataops_assistant_runner::build(&config, clock).await,
            _ => dataops_portal::build(&config, clock).await,
        }
    })
}

/// What of an environment concerns assistants, for [`crate::FleetOptions`].
pub fn assistants(environment: &Config) -> BTreeMap<String, String> {
    dataops_assistant_runner::settings(environment)
}

/// What of an environment concerns exports, for [`crate::FleetOptions`]: where they go, and what their manifest says.
pub fn exports(environment: &Config) -> BTreeMap<String, String> {
    const NAMED: [&str; 7] =
        ["DATAOPS_EXPORT_ARCHIVE_PREFIX", "DATAOPS_ENV", "NODE_ENV", "AWS_STACK_NAME", "AWS_REGION", "GITHUB_SHA", "APP_GIT_SHA"];
    let names = dataops_export_job::DESTINATIONS.into_iter().chain(NAMED);
    let mut given: BTreeMap<String, String> = names.filter_map(|name| Some((name.to_owned(), environment.get(name)?.to_owned()))).collect();
    // Here functions run in no region; the manifest may name one all the same.
    if let Some(region) = given.remove("AWS_REGION") {
        given.insert("DATAOPS_SOURCE_REGION".to_owned(), region);
    }
    // The template always says DATAOPS_ENV, which would hide the other name of the same.
    if let Some(named) = given.remove("NODE_ENV") {
        given.entry("DATAOPS_ENV".to_owned()).or_insert(named);
    }
    given
}

/// Every function of the product. A function of the template that is not here cannot be started.
pub const ALL: [&str; 5] = [WORK_ENGINE, PORTAL, CRON_RUNNER, ASSISTANT_RUNNER, EXPORT_JOB];

/// A function's short name, by which logs know it.
pub fn service(id: &str) -> &'static str {
    match id {
        WORK_ENGINE => "work-engine",
        CRON_RUNNER => "cron-runner",
        ASSISTANT_RUNNER => "assistant-runner",
        EXPORT_JOB => "export-job",
        _ => "portal",
    }
}
