//! A fleet of real binaries for one test.

use std::collections::BTreeMap;

use dataops_fleet::InvokeError;
use dataops_lambda_tests::logs::Logs;
use dataops_lambda_tests::{Settings, with};
use dataops_local::{Fleet, FleetOptions};
use dataops_testkit::Browser;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The portal's secret, which `events/` know too.
pub(crate) const SECRET: &str = "local-portal-secret-0123456789abcdef";
/// The password of everybody whom a first start makes.
pub(crate) const PASSWORD: &str = "dataops";

/// A running fleet and what its functions wrote.
pub(crate) struct Site {
    pub(crate) fleet: Fleet,
    pub(crate) logs: Logs,
    _folder: TempDir,
}

/// A seeded fleet.
pub(crate) async fn site(test: &str) -> Site {
    changed(test, |_, _| {}).await
}

/// A seeded fleet whose functions get another environment than the template gives them.
pub(crate) async fn changed(test: &str, change: impl Fn(&str, &mut BTreeMap<String, String>) + Send + Sync + 'static) -> Site {
    let settings = Settings::of_this_run();
    let logs = Logs::of(&settings, test);
    let folder = tempfile::tempdir().unwrap();
    let options = FleetOptions {
        data_dir: folder.path().join("data"),
        port: 0,
        engine_port: None,
        portal_secret: Some(SECRET.to_owned()),
        seed: true,
        background: true,
        now: None,
        assistants: [].into(),
        exports: [].into(),
        build: with(settings, logs.clone(), move |id, environment| {
            // As much as is logged on AWS.
            environment.insert("LOG_LEVEL".to_owned(), "info".to_owned());
            change(id, environment);
        }),
    };
    Site { fleet: Fleet::start(options).await.unwrap(), logs, _folder: folder }
}

impl Site {
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.fleet.running.url)
    }

    /// Invokes a function directly: `work-engine`, `cron-runner`, ...
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> Result<Value, InvokeError> {
        let answer = self.fleet.host().invoke(&format!("dataops-local-{function}"), event.to_string().into_bytes()).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    /// Runs blocking requests beside the fleet's own threads.
    pub(crate) async fn visit<T: Send + 'static>(&self, steps: impl FnOnce(Api) -> T + Send + 'static) -> T {
        let browser = self.browser();
        tokio::task::spawn_blocking(move || steps(Api::signed_in(browser))).await.unwrap()
    }

    /// Ends it and looks through everything that its functions wrote: no secret of the stack's or of anybody's is in it.
    pub(crate) async fn stop(self) {
        self.fleet.stop().await;
        assert_eq!(self.logs.secrets(&[SECRET, "dataops_session=", "Bearer "]), Vec::<String>::new());
        assert!(self.logs.lines().len() > 5, "the functions' output is kept");
    }
}

/// `/work/api/*` as the operator.
#[derive(Clone)]
pub(crate) struct Api {
    browser: Browser,
    bearer: String,
}

impl Api {
    fn signed_in(mut browser: Browser) -> Self {
        let person = json!({ "email": "operator@dataops.local", "password": PASSWORD });
        let token = browser.post_json("/work/api/auth/login", &[], &person).expect(200).str("/token").to_owned();
        Self { browser, bearer: format!("Bearer {token}") }
    }

    pub(crate) fn get(&mut self, path: &str) -> dataops_testkit::Answer {
        self.browser.send("GET", &format!("/work/api{path}"), &[("authorization", &self.bearer)], b"")
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &Value) -> dataops_testkit::Answer {
        self.send_with(method, path, &[], body)
    }

    pub(crate) fn send_with(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> dataops_testkit::Answer {
        let own = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        self.browser.send(method, &format!("/work/api{path}"), &[&own, headers].concat(), body.to_string().as_bytes())
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> dataops_testkit::Answer {
        self.send("POST", path, body)
    }
}
