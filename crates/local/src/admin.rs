//! Administration: events that only the work engine understands and only IAM, or owning the data folder, allows.

use std::path::Path;
use std::sync::Arc;

use dataops_fleet::Clock;
use serde_json::{Value, json};

use crate::fleet::{built, host};
use crate::functions::Build;
use crate::scheduler::{Ran, Scheduler};
use crate::{DataDir, Embedded, Given, Host, InvokeEndpoint, LocalError, Template, random};

/// The engine over a data folder, ready for commands, whether or not a fleet runs on it: the database file is opened by
/// this process too.
pub struct Administered {
    embedded: Embedded,
    /// Held so that its address stays free; nothing is invoked through it.
    _endpoint: InvokeEndpoint,
    host: Host,
    engine: String,
    secret: String,
}

impl Administered {
    /// Opens the data folder. `clock` is the one of the fleet that runs on it, where one does.
    pub async fn open(data_dir: &Path, clock: Clock, build: &Build) -> Result<Self, LocalError> {
        let dir = DataDir::open(data_dir)?;
        let secret = dir.secret()?;
        let template = Template::load(&Given::local(&secret))?;
        let embedded = Embedded::open(&template, &dir.database(), &dir.objects()).await?;
        let endpoint = InvokeEndpoint::bind().await?;
        let functions = built(&template, &embedded, &endpoint.url, &clock, &[crate::functions::WORK_ENGINE], build).await?;
        let engine = template.function(crate::functions::WORK_ENGINE)?.name.clone();
        Ok(Self { embedded, _endpoint: endpoint, host: host(functions, clock), engine, secret })
    }

    /// Sends an administration command.
    pub async fn run(&self, command: &Value) -> Result<Value, LocalError> {
        invoke(&self.host, &self.engine, command).await
    }

    /// Sends the engine an HTTP request as the portal would, on behalf of a user: status and JSON body of the answer.
    pub async fn request(&self, method: &str, target: &str, user: &str, body: &Value) -> Result<(u64, Value), LocalError> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request_id = random::request_id(self.host.clock());
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": { "x-portal-auth": "true", "x-portal-secret": self.secret, "x-user-id": user, "content-type": "application/json" },
            "requestContext": {
                "accountId": "local", "apiId": "local", "domainName": "local", "domainPrefix": "local", "stage": "$default", "routeKey": "$default",
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "dataops" },
                "requestId": request_id, "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": self.host.clock().now().millis()
            },
            "body": if body.is_null() { String::new() } else { body.to_string() }, "isBase64Encoded": false
        });
        let answer = self.host.invoke(&self.engine, event.to_string().into_bytes()).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let body = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        Ok((answer["statusCode"].as_u64().unwrap_or_default(), body))
    }

    /// Lets requests under way finish.
    pub async fn close(self) {
        self.embedded.stop().await;
    }
}

/// Runs every schedule once over a data folder on which no fleet runs, by real time, and returns what ran.
pub async fn tick(data_dir: &Path, build: &Build) -> Result<Vec<Ran>, LocalError> {
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
