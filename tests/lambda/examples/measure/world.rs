//! The embedded AWS that the measured functions run over: seeded, with somebody signed in.

use std::path::Path;
use std::sync::{Arc, Mutex};

use dataops_fleet::gateway::HttpEvent;
use dataops_lambda_tests::BINARIES;
use dataops_local::functions::{PORTAL, WORK_ENGINE};
use dataops_local::{Embedded, Given, Template};
use serde_json::{Value, json};

use crate::process::Process;
use crate::subject::Subject;

/// The portal's secret here.
const SECRET: &str = "measured-portal-secret-0123456789ab";

pub(crate) struct World {
    template: Template,
    embedded: Embedded,
    bearer: Arc<Mutex<String>>,
}

impl World {
    /// Starts it: the engine's own binary seeds it, and the portal's own signs somebody in.
    pub(crate) async fn start(binaries: &Path) -> Self {
        let template = Template::load(&Given::local(SECRET)).unwrap();
        let embedded = Embedded::memory(&template).await.unwrap();
        let world = Self { template, embedded, bearer: Arc::default() };
        let seed = json!({ "dataopsAdmin": { "command": "seed", "localUsers": true } });
        assert_eq!(world.ask(binaries, WORK_ENGINE, &seed).await["ok"], true);
        let person = json!({ "email": "operator@dataops.local", "password": "dataops" }).to_string();
        let mut sign_in = event("POST", "/work/api/auth/login", &[("content-type", "application/json")]);
        sign_in["body"] = json!(person);
        let answer = world.ask(binaries, PORTAL, &sign_in).await;
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        *world.bearer.lock().unwrap() = format!("Bearer {}", body["token"].as_str().unwrap());
        world
    }

    async fn ask(&self, binaries: &Path, id: &str, event: &Value) -> Value {
        let (_, binary) = BINARIES.iter().find(|(known, _)| *known == id).unwrap();
        let subject = Subject {
            name: (*binary).to_owned(),
            command: vec![binaries.join(binary)],
            file: None,
            environment: self.environment(id),
            event: event.to_string().into_bytes(),
            request: "",
            counted: false,
        };
        let mut process = Process::start(&subject, None).await;
        process.ask(&subject).await;
        serde_json::from_slice(&process.said).unwrap()
    }

    /// What a function is given. Nothing answers Invoke: no request that is measured goes on to another function.
    pub(crate) fn environment(&self, id: &str) -> Vec<(String, String)> {
        let config = self.embedded.config(self.template.function(id).unwrap(), Some("http://127.0.0.1:9"));
        config.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    pub(crate) fn portal_event(&self) -> Value {
        event("GET", "/work/api/me", &[("authorization", &self.bearer.lock().unwrap())])
    }

    pub(crate) fn engine_event(&self) -> Value {
        event("GET", "/api/views/home", &[("x-portal-auth", "true"), ("x-portal-secret", SECRET), ("x-user-id", "operator")])
    }
}

/// A request as API Gateway hands it over.
fn event(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let mut event = HttpEvent { version: "2.0".to_owned(), raw_path: path.to_owned(), ..HttpEvent::default() };
    event.route_key = "$default".to_owned();
    event.headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    event.headers.insert("host".to_owned(), "ops.example.org".to_owned());
    event.headers.insert("x-forwarded-proto".to_owned(), "https".to_owned());
    event.request_context.http.method = method.to_owned();
    event.request_context.http.path = path.to_owned();
    event.request_context.http.source_ip = Some("192.0.2.10".to_owned());
    event.request_context.request_id = "measured".to_owned();
    serde_json::to_value(event).unwrap()
}
