//! A function of the local fleet that is a bootstrap behind the emulator.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dataops_fleet::{BoxFuture, Config, ConfigError, Function, Invocation, InvokeError};
use dataops_local::functions::Build;
use dataops_local::{Given, Template};
use tokio::sync::Semaphore;

use crate::logs::Logs;
use crate::{Emulator, Program, Settings};

/// How many processes of one function run at once. A portal that waits for the engine holds one of its own only.
const PROCESSES: usize = 2;

/// The memory each function is told it has, in MB; nothing limits it here.
const MEMORY: &str = "512";

/// A function whose invocations are taken by processes that are started as they are needed, one invocation each at a time.
pub struct Emulated {
    emulator: PathBuf,
    program: Program,
    logs: Logs,
    name: String,
    free: Semaphore,
    idle: Mutex<Vec<Emulator>>,
    started: AtomicUsize,
}

/// Builds the functions of a fleet as emulated ones, each with what it is configured with.
pub fn build(settings: Settings, logs: Logs) -> Build {
    with(settings, logs, |_, _| {})
}

/// The same, with each function's environment changed first.
pub fn with(settings: Settings, logs: Logs, change: impl Fn(&str, &mut BTreeMap<String, String>) + Send + Sync + 'static) -> Build {
    Arc::new(move |id, config, _clock| {
        let mut environment = environment(&config);
        change(id, &mut environment);
        let emulated = Emulated::new(&settings, id, environment, logs.clone());
        Box::pin(async move {
            emulated.warm().await?;
            Ok(Arc::new(emulated) as Arc<dyn Function>)
        })
    })
}

fn environment(config: &Config) -> BTreeMap<String, String> {
    config.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Emulated {
    /// A function with this environment, which Lambda's own variables are added to.
    pub fn new(settings: &Settings, id: &'static str, mut environment: BTreeMap<String, String>, logs: Logs) -> Self {
        let name = environment.get("AWS_LAMBDA_FUNCTION_NAME").cloned().unwrap_or_else(|| id.to_owned());
        let given = [
            ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", MEMORY.to_owned()),
            ("AWS_LAMBDA_FUNCTION_TIMEOUT", timeout(id).to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "emulated".to_owned()),
        ];
        for (variable, value) in given {
            environment.entry(variable.to_owned()).or_insert(value);
        }
        Self {
            emulator: settings.emulator.clone(),
            program: Program { bootstrap: settings.bootstrap(id), environment: environment.into_iter().collect() },
            logs,
            name,
            free: Semaphore::new(PROCESSES),
            idle: Mutex::default(),
            started: AtomicUsize::new(0),
        }
    }

    /// Has one process wait for the first invocation.
    async fn warm(&self) -> Result<(), ConfigError> {
        let emulator = self.start().await.map_err(|error| ConfigError::invalid("DATAOPS_RIE", error.error_message))?;
        self.put_back(emulator);
        Ok(())
    }

    async fn start(&self) -> Result<Emulator, InvokeError> {
        let nth = self.started.fetch_add(1, Ordering::SeqCst);
        let log = self.logs.file(&format!("{}-{nth}", self.name));
        let started = Emulator::start(&self.emulator, &self.program, &log).await;
        started.map_err(|error| InvokeError::new("Emulator", format!("{}: {error}", self.emulator.display())))
    }

    fn put_back(&self, emulator: Emulator) {
        self.idle.lock().expect("unpoisoned").push(emulator);
    }

    fn idle(&self) -> Option<Emulator> {
        self.idle.lock().expect("unpoisoned").pop()
    }
}

impl Function for Emulated {
    /// A process whose invocation was given up is ended with it: it may not get another one meanwhile.
    fn invoke<'a>(&'a self, payload: &'a [u8], _: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            let _turn = self.free.acquire().await.map_err(|error| InvokeError::new("Emulator", error.to_string()))?;
            let mut emulator = match self.idle() {
                Some(idle) => idle,
                None => self.start().await?,
            };
            let answer = emulator.invoke(payload).await;
            self.put_back(emulator);
            answer
        })
    }
}

/// The function's time limit in seconds, as the template says it.
fn timeout(id: &str) -> u64 {
    let template = Template::load(&Given::local("a-secret-that-nobody-is-shown-here")).expect("the template can be read");
    template.function(id).expect("the function is declared").timeout.as_secs()
}
