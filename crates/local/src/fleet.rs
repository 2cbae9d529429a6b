//! Starts and stops the whole fleet: embedded AWS, functions, doors, schedules, first-start seeding.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dataops_domain::time::Timestamp;
use dataops_fleet::{Clock, Function, Observed};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::control::Control;
use crate::data_dir::{Lock, Running};
use crate::functions;
use crate::functions::{ALL, ASSISTANT_RUNNER, Build, EXPORT_JOB, PORTAL, WORK_ENGINE};
use crate::invoke::Invoking;
use crate::scheduler::Scheduler;
use crate::serve::{Served, listen, listen_anywhere, url};
use crate::template::{FunctionDeclaration, TemplateError};
use crate::{DataDir, Embedded, Given, Host, InvokeEndpoint, LocalError, Template, admin, door, random};

/// How often expired items are taken out of the database; on AWS it is some time within days.
const SWEEP: Duration = Duration::from_secs(300);

/// How a fleet is to run.
#[derive(Clone)]
pub struct FleetOptions {
    /// Where its data lies.
    pub data_dir: PathBuf,
    /// The portal's port; 0 takes a free one.
    pub port: u16,
    /// Also exposes the engine's own router here.
    pub engine_port: Option<u16>,
    /// The secret the engine asks for; by default one that the data folder keeps.
    pub portal_secret: Option<String>,
    /// Whether a first start seeds the catalog and the local users.
    pub seed: bool,
    /// Whether schedules and started functions run.
    pub background: bool,
    /// The moment the clock starts at; by default real time.
    pub now: Option<Timestamp>,
    /// Settings of assistants, over those of the template: see `dataops_assistants::Config`.
    pub assistants: BTreeMap<String, String>,
    /// Where exports go and what their manifest says, over the settings of the template: see [`crate::functions::exports`].
    pub exports: BTreeMap<String, String>,
    /// How functions are built: [`crate::functions::own`], except in tests of the fleet itself and of the functions' binaries.
    pub build: Build,
}

/// A running fleet.
pub struct Fleet {
    /// Where it listens.
    pub running: Running,
    /// Its clock.
    pub clock: Clock,
    host: Arc<Host>,
    doors: Vec<Served>,
    invoking: Invoking,
    embedded: Embedded,
    background: Vec<JoinHandle<()>>,
    data_dir: DataDir,
    _lock: Lock,
}

impl Fleet {
    /// Starts it; when this returns, the portal answers.
    pub async fn start(options: FleetOptions) -> Result<Self, LocalError> {
        let data_dir = DataDir::open(&options.data_dir)?;
        let lock = data_dir.lock()?;
        let portal_listener = listen(options.port, "--port").await?;
        let engine_listener = match options.engine_port {
            Some(port) => Some(listen(port, "--engine-port").await?),
            None => None,
        };
        let secret = options.portal_secret.map_or_else(|| data_dir.secret(), Ok)?;
        let mut template = Template::load(&Given::local(&secret))?;
        set_assistants(&mut template, &options.assistants);
        set_exports(&mut template, &options.exports);
        all_known(&template)?;
        let embedded = Embedded::open(&template, &data_dir.database(), &data_dir.objects()).await?;
        let clock = options.now.map_or_else(Clock::system, Clock::starting_at);
        let endpoint = InvokeEndpoint::bind().await?;
        let functions = built(&template, &embedded, &endpoint.url, &clock, &ALL, &options.build).await?;
        let host = Arc::new(host(functions, clock.clone()));
        let invoking = endpoint.serve(Arc::clone(&host), Arc::clone(&embedded.roles), options.background);
        if options.seed && !data_dir.is_seeded() {
            let engine = &template.function(WORK_ENGINE)?.name;
            for command in [json!({ "command": "seed", "localUsers": true }), json!({ "command": "search-pass" })] {
                admin::invoke(&host, engine, &command).await?;
            }
            data_dir.mark_seeded()?;
        }

        let mut background = vec![tokio::spawn(sweep(embedded.database.clone()))];
        let scheduler = Arc::new(Scheduler::new(&template, Arc::clone(&host)));
        background.extend(options.background.then(|| tokio::spawn(Arc::clone(&scheduler).run())));
        let control_listener = listen_anywhere().await?;
        let control =
            Control { token: random::secret()?, clock: clock.clone(), scheduler, host: Arc::clone(&host), background: options.background };
        let running = Running {
            pid: std::process::id(),
            url: url(&portal_listener),
            engine_url: engine_listener.as_ref().map(url),
            control_url: url(&control_listener),
            token: control.token.clone(),
        };
        let mut doors = vec![Served::router(control_listener, control.router())];
        let portal = door::router(Arc::clone(&host), &template.function(PORTAL)?.name);
        doors.push(Served::router(portal_listener, portal));
        if let Some(listener) = engine_listener {
            let engine = door::router(Arc::clone(&host), &template.function(WORK_ENGINE)?.name);
            doors.push(Served::router(listener, engine));
        }
        data_dir.set_running(&running)?;
        Ok(Self { running, clock, host, doors, invoking, embedded, background, data_dir, _lock: lock })
    }

    /// The functions, by their physical names.
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Whether the users of a first start are there.
    pub fn has_local_users(&self) -> bool {
        self.data_dir.is_seeded()
    }

    /// Stops it: requests under way may finish, then the data is closed.
    pub async fn stop(self) {
        for task in &self.background {
            task.abort();
        }
        futures_util::future::join_all(self.doors.into_iter().map(Served::stop)).await;
        self.invoking.stop().await;
        self.embedded.stop().await;
        self.data_dir.clear_running();
    }
}

/// A function with its declaration.
pub(crate) type Built = (FunctionDeclaration, Arc<dyn Function>);

/// Builds functions from the environment the template gives them.
pub(crate) async fn built(
    template: &Template,
    embedded: &Embedded,
    lambda_url: &str,
    clock: &Clock,
    ids: &[&'static str],
    build: &Build,
) -> Result<Vec<Built>, LocalError> {
    let mut built: Vec<Built> = Vec::new();
    for id in ids.iter().copied() {
        let declaration = template.function(id)?;
        let config = embedded.config(declaration, Some(lambda_url));
        let function = build(id, config.clone(), clock.clone()).await;
        let function = function.map_err(|problem| LocalError::Function { function: declaration.name.clone(), problem })?;
        let watched = Observed::new(functions::service(id), &config, function);
        built.push((declaration.clone(), Arc::new(watched)));
    }
    Ok(built)
}

/// A host of these functions.
pub(crate) fn host(functions: Vec<Built>, clock: Clock) -> Host {
    functions.into_iter().fold(Host::new(clock), |host, (declaration, function)| host.with(declaration.name, declaration.timeout, function))
}

/// Gives functions the settings of assistants: the runner all, every other those that the template names for it. So a
/// credential is where it is used, and nowhere else.
fn set_assistants(template: &mut Template, settings: &BTreeMap<String, String>) {
    for function in &mut template.functions {
        let takes_all = function.logical_id == ASSISTANT_RUNNER;
        let taken: Vec<_> = settings.iter().filter(|(name, _)| takes_all || function.environment.contains_key(*name)).collect();
        function.environment.extend(taken.into_iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Gives the export job its settings. A destination that is given takes the place of the template's bucket.
fn set_exports(template: &mut Template, settings: &BTreeMap<String, String>) {
    let destinations = dataops_export_job::DESTINATIONS;
    let elsewhere = destinations.iter().any(|name| settings.contains_key(*name));
    for function in template.functions.iter_mut().filter(|function| function.logical_id == EXPORT_JOB) {
        function.environment.retain(|name, _| !elsewhere || !destinations.contains(&name.as_str()));
        function.environment.extend(settings.clone());
    }
}

/// The template may not declare a function that would silently not run here.
fn all_known(template: &Template) -> Result<(), LocalError> {
    match template.functions.iter().find(|function| !ALL.contains(&function.logical_id.as_str())) {
        Some(unknown) => Err(TemplateError::unknown(&format!("Resources.{}", unknown.logical_id), "this function").into()),
        None => Ok(()),
    }
}

/// Takes expired items out now and then, by real time.
async fn sweep(database: dynoxide::Database) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(deleted)) => tracing::debug!(deleted, "expired items were taken out"),
            Ok(Err(error)) => tracing::warn!(%error, "expired items stay"),
            Err(error) => tracing::warn!(%error, "expired items stay"),
        }
    }
}
