//! Administration: events that only the work engine understands and only IAM, or owning the data folder, allows.

use std::path::Path;
use std::sync::Arc;

use dataops_fleet::Clock;
use serde_json::{Value, json};

use crate::fleet::{built, host};
use crate::functions::Build;
use crate::scheduler::{Ran, Scheduler};
use crate::{DataDir, Embedded, Given, Host, InvokeEndpoint, LocalError, Template};

/// The engine over a data folder, ready for commands, whether or not a fleet runs on it: the database file is opened by
/// this process too.
pub struct Administered {
    embedded: Embedded,
    /// Held so that its address stays free; nothing is invoked through it.
    _endpoint: InvokeEndpoint,
    host: Host,
    engine: String,
}

impl Administered {
    /// Opens the data folder. `clock` is the one of the fleet that runs on it, where one does.
    pub async fn open(data_dir: &Path, clock: Clock, build: Build) -> Result<Self, LocalError> {
        let dir = DataDir::open(data_dir)?;
        let template = Template::load(&Given::local(&dir.secret()?))?;
        let embedded = Embedded::open(&template, &dir.database(), &dir.objects()).await?;
        let endpoint = InvokeEndpoint::bind().await?;
        let functions = built(&template, &embedded, &endpoint.url, &clock, &[crate::functions::WORK_ENGINE], build).await?;
        let engine = template.function(crate::functions::WORK_ENGINE)?.name.clone();
        Ok(Self { embedded, _endpoint: endpoint, host: host(functions, clock), engine })
    }

    /// Sends an administration command.
    pub async fn run(&self, command: &Value) -> Result<Value, LocalError> {
        invoke(&self.host, &self.engine, command).await
    }

    /// Lets requests under way finish.
    pub async fn close(self) {
        self.embedded.stop().await;
    }
}

/// Runs every schedule once over a data folder on which no fleet runs, by real time, and returns what ran.
pub async fn tick(data_dir: &Path, build: Build) -> Result<Vec<Ran>, LocalError> {
    let dir = DataDir::open(data_dir)?;
    let template = Template::load(&Given::local(&dir.secret()?))?;
    let embedded = Embedded::open(&template, &dir.database(), &dir.objects()).await?;
    let endpoint = InvokeEndpoint::bind().await?;
    let clock = Clock::system();
    let functions = built(&template, &embedded, &endpoint.url, &clock, &crate::functions::ALL, build).await?;
    let ran = Scheduler::new(&template, Arc::new(host(functions, clock))).run_all().await;
    embedded.stop().await;
    Ok(ran)
}

/// Sends an administration command to the engine of a host.
pub async fn invoke(host: &Host, engine: &str, command: &Value) -> Result<Value, LocalError> {
    let payload = json!({ "dataopsAdmin": command }).to_string().into_bytes();
    let answer = host.invoke(engine, payload).await?;
    let answer: Value = serde_json::from_slice(&answer)
        .map_err(|error| LocalError::Refused(format!("the work engine's answer cannot be read: {error}")))?;
    if answer["ok"] == true {
        return Ok(answer);
    }
    let words = answer["error"].as_str().unwrap_or("the work engine refused without a reason");
    Err(LocalError::Refused(words.to_owned()))
}
