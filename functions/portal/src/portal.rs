//! What every request handler shares.

use std::sync::Arc;

use dataops_api::Client;
use dataops_domain::time::{Date, Tz};
use dataops_fleet::{Clock, Config, ConfigError, aws, metrics, scope};
use tokio::sync::Semaphore;

use dataops_store::{Hooks, Reach, Store, Table, Tables};

/// The tables it works with.
const TABLES: [(Table, Reach); 2] = [(Table::Sessions, Reach::Item), (Table::Users, Reach::Item)];

/// Passwords checked at the same time; each takes 19 MiB while it lasts.
const PASSWORD_CHECKS: usize = 4;

/// The portal's connections and settings.
#[derive(Clone)]
pub(crate) struct Portal {
    /// The work-engine.
    pub(crate) client: Client,
    /// Sessions, sign-in attempts and users.
    pub(crate) store: Store,
    /// The fleet's clock.
    pub(crate) clock: Clock,
    /// The application timezone.
    pub(crate) timezone: Tz,
    /// Where uploads may be sent: the origin of the artifact bucket.
    pub(crate) bucket: Option<String>,
    /// Bounds the memory that password checks take.
    pub(crate) password_checks: Arc<Semaphore>,
}

impl Portal {
    pub(crate) async fn new(config: &Config, clock: Clock) -> Result<Self, ConfigError> {
        let timezone = config.timezone()?;
        let function = config.require("WORK_ENGINE_FUNCTION")?.to_owned();
        let secret = config.require("WORK_ENGINE_PORTAL_SECRET")?.to_owned();
        let sdk = aws::sdk_config(config);
        let tables = Tables::read(|name| config.get(name).map(str::to_owned));
        let store = Store::connect(&sdk, aws::endpoint(config, "DYNAMODB"), tables);
        let store = store.hooked(Hooks::counting(scope::database_call, metrics::throttled, metrics::failed));
        store.probe(&TABLES).await.map_err(|absent| ConfigError::of(absent.variable, absent.problem))?;
        Ok(Self {
            client: Client::new(aws::lambda_client(config, &sdk), function, secret),
            store,
            bucket: aws::endpoint(config, "S3").or_else(|| config.get("DATAOPS_ARTIFACTS_ORIGIN").map(str::to_owned)),
            clock,
            timezone,
            password_checks: Arc::new(Semaphore::new(PASSWORD_CHECKS)),
        })
    }

    /// Today in the application timezone.
    pub(crate) fn today(&self) -> Date {
        self.clock.now().local_date(self.timezone)
    }
}
