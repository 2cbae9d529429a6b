//! `dataops audit`: checks that the audit log is whole.

use serde_json::{Value, json};

use crate::args::VerifyArgs;
use crate::error::CliError;
use crate::output::say;
use crate::target::Administration;

/// Checks chains step by step, and says what is wrong with them. A finding is a failure.
pub(crate) async fn verify(wanted: &VerifyArgs) -> Result<(), CliError> {
    let connection = wanted.target.open().await?;
    let (mut findings, mut entities, mut events, mut cursor): (Vec<Value>, u64, u64, Option<String>) = (Vec::new(), 0, 0, None);
    loop {
        let report = connection.run(step(wanted, cursor.as_deref())).await?["audit"].take();
        entities += report["entities"].as_u64().unwrap_or_default();
        events += report["events"].as_u64().unwrap_or_default();
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
    connection.close().await;
    if wanted.json {
        say(json!({ "entities": entities, "events": events, "findings": findings }));
    } else {
        for finding in &findings {
            let text = |name: &str| finding[name].as_str().unwrap_or_default();
            say(format!("{}: {}", text("entity"), text("message")));
        }
        let end = if findings.is_empty() { "everything is whole".to_owned() } else { format!("{} found", findings.len()) };
        say(format!("Checked {entities} chains with {events} events: {end}."));
    }
    if findings.is_empty() { Ok(()) } else { Err(CliError::Broken(findings.len())) }
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
