//! A whole stack for one test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dataops_assistant_runner::AssistantRunner;
use dataops_domain::audit::NewEvent;
use dataops_domain::job::Job;
use dataops_domain::notification::Notification;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::{Actor, Timestamp};
use dataops_export_job::ExportJob;
use dataops_fleet::{Clock, Config, Function, Invocation, InvokeError};
use dataops_local::template::{Given, Template as Declared};
use dataops_local::{Embedded, functions};
use dataops_store::{Operation, Range, Store, Tables, TaskFilter};
use dataops_work_engine::WorkEngine;
use serde_json::{Value, json};

use crate::{Caller, Faults, Ledger};

/// The portal's secret in tests.
pub(crate) const SECRET: &str = "portal-secret-of-tests-32-characters";

/// A fresh database in memory and the engine's own handler over it.
pub struct Stack {
    /// Stands at 2026-07-01 09:00 UTC until it is moved.
    pub clock: Clock,
    /// Every database call so far.
    pub ledger: Ledger,
    engine: Arc<WorkEngine>,
    store: Store,
    embedded: Embedded,
    /// Where the functions find the database.
    dynamodb: String,
    requests: AtomicU64,
}

impl Stack {
    /// An empty stack.
    pub async fn empty() -> Arc<Self> {
        Self::over(None).await
    }

    /// An empty stack whose network to the database does what `faults` say.
    pub async fn behind(faults: &Faults) -> Arc<Self> {
        Self::over(Some(faults)).await
    }

    async fn over(faults: Option<&Faults>) -> Arc<Self> {
        crate::logs::capture();
        crate::record_roles();
        let template = Declared::load(&Given::local(SECRET)).expect("the template can be read");
        let embedded = Embedded::memory(&template).await.expect("the embedded AWS starts");
        let declared = template.function(functions::WORK_ENGINE).expect("the engine is declared");
        let mut config = embedded.config(declared, None);
        if let Some(faults) = faults {
            config = with_database(&config, faults.serve(embedded.dynamodb_url.clone()).await);
        }
        let clock = Clock::standing_at(Timestamp::parse("2026-07-01T09:00:00Z").expect("a moment"));
        let ledger = Ledger::default();
        let app = dataops_work_engine::app(&config, clock.clone(), ledger.hooks()).expect("the engine starts");
        // What a test sets up itself is nobody's call: it is written with the keys of `admin`, past every role.
        let setting_up = embedded.admin_config(declared);
        let sdk = dataops_fleet::aws::sdk_config(&setting_up);
        let tables = Tables::read(|name| config.get(name).map(str::to_owned));
        let store = Store::connect(&sdk, dataops_fleet::aws::endpoint(&config, "DYNAMODB"), tables);
        let dynamodb = config.get("AWS_ENDPOINT_URL_DYNAMODB").unwrap_or_default().to_owned();
        Arc::new(Self { store, clock, ledger, engine: Arc::new(WorkEngine::new(app)), embedded, dynamodb, requests: AtomicU64::new(0) })
    }

    /// A stack with the content's templates and the laptop's people: `operator` (admin), `editor`, `host`.
    pub async fn seeded() -> Arc<Self> {
        let stack = Self::empty().await;
        let answer = stack.administrate(json!({ "command": "seed", "localUsers": true })).await;
        assert_eq!(answer["ok"], true, "{answer}");
        stack.ledger.take();
        stack
    }

    /// The cron-runner over this stack, with this clock and network.
    pub async fn cron_runner(&self) -> Arc<dyn Function> {
        functions::build(functions::CRON_RUNNER, self.cron_config(), self.clock.clone()).await.expect("the function starts")
    }

    /// What the cron-runner is given, over this stack: also the environment of a process of its own.
    pub fn cron_config(&self) -> Config {
        let template = Declared::load(&Given::local(SECRET)).expect("the template can be read");
        let config = self.embedded.config(template.function(functions::CRON_RUNNER).expect("it is declared"), None);
        with_database(&config, self.dynamodb.clone())
    }

    /// Sends a command of the command line.
    pub async fn administrate(&self, command: Value) -> Value {
        let answer = self.invoke(&json!({ "dataopsAdmin": command })).await;
        serde_json::from_slice(&answer).expect("an answer")
    }

    /// A command whose invocation fails: how.
    pub async fn fail_to_administrate(&self, command: Value) -> InvokeError {
        let answer = self.try_invoke(&json!({ "dataopsAdmin": command })).await;
        answer.map(|answer| String::from_utf8_lossy(&answer).into_owned()).expect_err("the invocation fails")
    }

    /// Nobody: no portal, no secret.
    pub fn anonymous(self: &Arc<Self>) -> Caller {
        Caller::new(Arc::clone(self), None)
    }

    /// The portal on behalf of a user without rights of administration.
    pub fn operator(self: &Arc<Self>) -> Caller {
        self.user("editor")
    }

    /// The portal on behalf of an admin.
    pub fn admin(self: &Arc<Self>) -> Caller {
        self.user("operator")
    }

    /// The portal on behalf of this user.
    pub fn user(self: &Arc<Self>, id: &str) -> Caller {
        Caller::new(Arc::clone(self), Some(id.to_owned()))
    }

    /// Writes many tasks at once, for a store with a past.
    pub async fn write_tasks(&self, tasks: Vec<Task>) {
        let operation = Operation::new(&self.next_request(), Actor::system(), self.clock.now(), None);
        let written = self.store.bundle_tasks_put_missing(&operation, &tasks).await.expect("the store takes them");
        assert_eq!(written, tasks.len());
    }

    /// The files behind the objects whose keys begin with this folder.
    pub fn objects(&self, folder: &str) -> Vec<PathBuf> {
        let list = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
        list(self.embedded.objects().to_owned()).flat_map(|bucket| list(bucket.join(folder)).collect::<Vec<_>>()).collect()
    }

    /// Writes many notifications at once, for an inbox with a past.
    pub async fn write_notifications(&self, notifications: Vec<Notification>) {
        for some in notifications.chunks(100) {
            let operation = Operation::new(&self.next_request(), Actor::system(), self.clock.now(), None);
            let mut transaction = self.store.begin(&operation);
            for one in some {
                transaction.create(one.clone(), None);
            }
            transaction.apply().await.expect("the store takes them");
        }
    }

    /// Changes the stored tasks of a bundle past every rule, as an older version may have left them.
    pub async fn edit_tasks(&self, bundle: &str, edit: impl Fn(&mut Task)) {
        let operation = Operation::new(&self.next_request(), Actor::system(), self.clock.now(), None);
        let tasks = self.store.tasks(&TaskFilter::OfBundle(bundle.to_owned()), &Range::default()).await.expect("the store answers");
        for before in tasks.records {
            let mut after = before.record.clone();
            edit(&mut after);
            let mut transaction = self.store.begin(&operation);
            let event = NewEvent { action: "updated", summary: "Edited".to_owned(), metadata: Value::Null };
            transaction.change(&before, after, event, false);
            transaction.apply().await.expect("the store takes it");
        }
    }

    /// Makes a seeded template look as if it came from older content, which gave it another name.
    pub async fn age_template(&self, id: &str, name: &str) {
        let stored = self.store.get::<Template>(id).await.expect("the store answers").expect("the template");
        let operation = Operation::new(&self.next_request(), Actor::system(), self.clock.now(), None);
        let older = Template { name: name.to_owned(), content_hash: Some("older".to_owned()), ..stored.record.clone() };
        let event = NewEvent { action: "updated", summary: "Aged".to_owned(), metadata: Value::Null };
        let mut transaction = self.store.begin(&operation);
        transaction.change(&stored, older, event, true);
        transaction.apply().await.expect("the store takes it");
    }

    /// The assistant-runner over this stack, whose calls the ledger sees too. Each is a process of its own.
    pub fn runner(&self) -> AssistantRunner {
        let template = Declared::load(&Given::local(SECRET)).expect("the template can be read");
        let declared = template.function(functions::ASSISTANT_RUNNER).expect("the runner is declared");
        let config = self.embedded.config(declared, None);
        dataops_assistant_runner::runner(&config, self.clock.clone(), self.ledger.hooks()).expect("the runner starts")
    }

    /// The environment of an assistant-runner that is a process of its own.
    pub fn runner_environment(&self) -> Vec<(String, String)> {
        let template = Declared::load(&Given::local(SECRET)).expect("the template can be read");
        let declared = template.function(functions::ASSISTANT_RUNNER).expect("the runner is declared");
        self.embedded.config(declared, None).iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The export job over this stack, whose calls the ledger sees too. Each is a process of its own.
    pub fn export_job(&self) -> ExportJob {
        let template = Declared::load(&Given::local(SECRET)).expect("the template can be read");
        let config = self.embedded.config(template.function(functions::EXPORT_JOB).expect("it is declared"), None);
        let config = with_database(&config, self.dynamodb.clone());
        dataops_export_job::job(&config, self.clock.clone(), self.ledger.hooks()).expect("the job starts")
    }

    /// The same use cases as whoever imports from the command line has them, with their own credentials.
    pub fn importer(&self) -> ExportJob {
        dataops_export_job::job(&self.importer_config(), self.clock.clone(), self.ledger.hooks()).expect("the job starts")
    }

    /// What whoever imports is given: the export job's settings, and the bucket of bytes beside them.
    pub fn importer_config(&self) -> Config {
        let template = Declared::load(&Given::local(SECRET)).expect("the template can be read");
        let config =
            |id: &str| with_database(&self.embedded.admin_config(template.function(id).expect("it is declared")), self.dynamodb.clone());
        let (engine, job) = (config(functions::WORK_ENGINE), config(functions::EXPORT_JOB));
        let mut settings: BTreeMap<String, String> = job.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        settings.extend(engine.get("DATAOPS_ARTIFACTS_BUCKET").map(|bucket| ("DATAOPS_ARTIFACTS_BUCKET".to_owned(), bucket.to_owned())));
        Config::from_map(settings)
    }

    /// Invokes the export job with an event.
    pub async fn export(&self, job: &ExportJob, event: Value) -> Value {
        let invocation = Invocation { request_id: self.next_request(), deadline: None, trace_id: None };
        match job.invoke(event.to_string().as_bytes(), invocation).await {
            Ok(answer) => serde_json::from_slice(&answer).expect("an answer"),
            Err(error) => json!({ "ok": false, "failed": error.to_string() }),
        }
    }

    /// Invokes a runner: for one job, or for a sweep.
    pub async fn run(&self, runner: &AssistantRunner, job: Option<&str>) -> Value {
        let event = job.map_or_else(|| json!({}), |id| json!({ "assistantJobId": id }));
        let invocation = Invocation { request_id: self.next_request(), deadline: None, trace_id: None };
        match runner.invoke(event.to_string().as_bytes(), invocation).await {
            Ok(answer) => serde_json::from_slice(&answer).expect("an answer"),
            Err(error) => json!({ "ok": false, "error": error.to_string() }),
        }
    }

    /// Writes many jobs at once, for a queue with a past.
    pub async fn write_jobs(&self, jobs: Vec<Job>) {
        for some in jobs.chunks(100) {
            let operation = Operation::new(&self.next_request(), Actor::system(), self.clock.now(), None);
            let mut transaction = self.store.begin(&operation);
            for one in some {
                transaction.create(one.clone(), None);
            }
            transaction.apply().await.expect("the store takes them");
        }
    }

    /// The embedded AWS below.
    pub fn embedded(&self) -> &Embedded {
        &self.embedded
    }

    /// Calls the next request `request-n`.
    pub fn number_requests_from(&self, n: u64) {
        self.requests.store(n - 1, Ordering::SeqCst);
    }

    /// The n-th request of a test is called `request-n`.
    pub(crate) fn next_request(&self) -> String {
        format!("request-{}", self.requests.fetch_add(1, Ordering::SeqCst) + 1)
    }

    pub(crate) async fn invoke(&self, event: &Value) -> Vec<u8> {
        self.try_invoke(event).await.expect("the function answers")
    }

    async fn try_invoke(&self, event: &Value) -> Result<Vec<u8>, InvokeError> {
        let invocation = Invocation { request_id: self.next_request(), deadline: None, trace_id: None };
        self.engine.invoke(event.to_string().as_bytes(), invocation).await
    }
}

/// The same settings with the database elsewhere.
fn with_database(config: &Config, url: String) -> Config {
    let mut settings: BTreeMap<String, String> = config.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    settings.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), url);
    Config::from_map(settings)
}
