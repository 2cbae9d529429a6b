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

/// Builds the function of a logical id from its environment.
pub type Build = fn(&'static str, Config, Clock) -> BoxFuture<'static, Result<Arc<dyn Function>, ConfigError>>;

/// Builds the product's own functions.
pub fn build(id: &'static str, config: Config, clock: Clock) -> BoxFuture<'static, Result<Arc<dyn Function>, ConfigError>> {
    Box::pin(async move {
        match id {
            WORK_ENGINE => dataops_work_engine::build(&config, clock).await,
            CRON_RUNNER => dataops_cron_runner::build(&config, clock).await,
            ASSISTANT_RUNNER => dataops_assistant_runner::build(&config, clock).await,
            _ => dataops_portal::build(&config, clock).await,
        }
    })
}

/// What of an environment concerns assistants, for [`crate::FleetOptions`].
pub fn assistants(environment: &Config) -> BTreeMap<String, String> {
    dataops_assistant_runner::settings(environment)
}

/// Every function of the product. A function of the template that is not here cannot be started.
pub const ALL: [&str; 4] = [WORK_ENGINE, PORTAL, CRON_RUNNER, ASSISTANT_RUNNER];
