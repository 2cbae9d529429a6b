//! `dataops audit`: checks that the audit log is whole.

use dataops_engine::AuditScope;
use dataops_fleet::Config;
use serde_json::{Value, json};

use crate::args::VerifyArgs;
use crate::error::CliError;
use crate::output::say;
use crate::place::{Opened, must_be_there};
use crate::target::{Administration, Connection};

/// Whoever is asked to check: a fleet, or the tables of an account themselves.
enum Asked {
    Fleet(Connection),
    Account(Opened),
}

impl Asked {
    async fn open(wanted: &VerifyArgs, environment: &Config) -> Result<Self, CliError> {
        if wanted.aws {
            return Ok(Self::Account(Opened::account(environment).await?));
        }
        // A folder that is not there has no log: saying that all of it is whole would be the wrong comfort.
        if wanted.target.url.is_none() && wanted.target.stack.is_none() {
            must_be_there(&wanted.target.data_dir)?;
        }
        Ok(Self::Fleet(wanted.target.open(environment).await?))
    }

    /// One step of the check.
    async fn step(&self, wanted: &VerifyArgs, cursor: Option<&str>) -> Result<Value, CliError> {
        match self {
            Self::Fleet(connection) => Ok(connection.run(step(wanted, cursor)).await?["audit"].take()),
            Self::Account(opened) => {
                let operation = opened.operation("audit-verify");
                let [entity, from, to] = [&wanted.entity, &wanted.from, &wanted.to].map(Option::as_deref);
                let scope = AuditScope::read(&operation, entity, from, to).map_err(|refused| CliError::CouldNot(refused.to_string()))?;
                let scope = AuditScope { cursor: cursor.map(str::to_owned), ..scope };
                let report = opened.job().engine().audit_verify(&operation, &scope).await;
                Ok(json!(report.map_err(|error| CliError::of_engine(&error))?))
            }
        }
    }

    async fn close(self) {
        match self {
            Self::Fleet(connection) => connection.close().await,
            Self::Account(opened) => opened.close().await,
        }
    }
}

/// Checks chains, and says what is wrong with them. A finding is a failure; what keeps it from looking is another.
pub(crate) async fn verify(wanted: &VerifyArgs, environment: &Config) -> Result<(), CliError> {
    match checked(wanted, environment).await {
        Ok(0) => Ok(()),
        Ok(findings) => Err(CliError::Broken(findings)),
        Err(error) => Err(error),
    }
}

/// Checks them step by step, and counts what was found.
async fn checked(wanted: &VerifyArgs, environment: &Config) -> Result<usize, CliError> {
    let asked = Asked::open(wanted, environment).await?;
    let (mut findings, mut cursor): (Vec<Value>, Option<String>) = (Vec::new(), None);
    let (mut entities, mut events, mut redacted) = (0, 0, 0);
    loop {
        let report = asked.step(wanted, cursor.as_deref()).await?;
        entities += report["entities"].as_u64().unwrap_or_default();
        events += report["events"].as_u64().unwrap_or_default();
        redacted += report["redacted"].as_u64().unwrap_or_default();
        for finding in report["findings"].as_array().into_iter().flatten() {
            // An entity with events on many days may come more than once.
            if !findings.contains(finding) {
                findings.push(finding.clone());
            }
        }
        cursor = report["nextCursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    asked.close().await;
    if wanted.json {
        say(json!({ "entities": entities, "events": events, "redacted": redacted, "findings": findings }));
    } else {
        for finding in &findings {
            let text = |name: &str| finding[name].as_str().unwrap_or_default();
            say(format!("{}: {}", text("entity"), text("message")));
        }
        let end = if findings.is_empty() { "everything is whole".to_owned() } else { format!("{} found", findings.len()) };
        say(format!("Checked {entities} chains with {events} events: {end}."));
        if redacted > 0 {
            say(format!("A secret was taken out of {redacted} of them before they were imported: what else they said cannot be checked."));
        }
    }
    Ok(findings.len())
}

/// One step of the check, in both of its forms.
fn step(wanted: &VerifyArgs, cursor: Option<&str>) -> Administration {
    let given = [("entity", wanted.entity.as_deref()), ("from", wanted.from.as_deref()), ("to", wanted.to.as_deref()), ("cursor", cursor)];
    let mut event = json!({ "command": "audit-verify" });
    let mut query = String::new();
    for (name, value) in given.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        event[name] = json!(value);
        let sign = if query.is_empty() { '?' } else { '&' };
        query.push_str(&format!("{sign}{name}={}", crate::user::path_segment(value)));
    }
    Administration { event, route: ("GET", format!("/audit-events/verify{query}"), None) }
}
