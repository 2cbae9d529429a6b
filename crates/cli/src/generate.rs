//! `dataops generate`: makes the work of a range of dates, or says what that would do (FR-4).

use dataops_fleet::Config;
use serde_json::{Value, json};

use crate::args::GenerateArgs;
use crate::error::CliError;
use crate::output::say;
use crate::target::{Administration, Connection};

/// Previews, and makes what the preview showed.
pub(crate) async fn run(wanted: &GenerateArgs, environment: &Config) -> Result<(), CliError> {
    let connection = wanted.target.open(environment).await?;
    let done = over(&connection, wanted).await;
    connection.close().await;
    let done = done?;
    match done.get("applied") {
        Some(applied) => say_what_was_made(applied),
        None => say_what_would_be_made(&done["preview"]),
    }
    Ok(())
}

/// One administration command does both; over the API there are two requests.
async fn over(connection: &Connection, wanted: &GenerateArgs) -> Result<Value, CliError> {
    let to = wanted.to.as_ref().unwrap_or(&wanted.from);
    let mut range = json!({ "from": wanted.from, "to": to });
    let event = json!({ "command": "generate", "from": wanted.from, "to": to, "preview": wanted.preview });
    let route = ("POST", "/recurring/preview".to_owned(), Some(range.clone()));
    let answer = connection.run(Administration { event, route }).await?;
    if !matches!(connection, Connection::Remote { .. }) {
        return Ok(answer);
    }
    if wanted.preview {
        return Ok(json!({ "preview": answer }));
    }
    range["token"] = answer["token"].clone();
    let route = ("POST", "/recurring/apply".to_owned(), Some(range));
    Ok(json!({ "applied": connection.run(Administration { event: Value::Null, route }).await? }))
}

fn say_what_would_be_made(preview: &Value) {
    for (list, words) in [("create", "Would make"), ("existing", "Is there"), ("paused", "Stays quiet"), ("broken", "Can't be read")] {
        for window in preview[list].as_array().into_iter().flatten() {
            let text = |key: &str| window[key].as_str().unwrap_or_default().to_owned();
            say(format!("{words}: {} {} ({})", text("date"), text("title"), text("why")));
        }
    }
    say_counters(&preview["counters"]);
}

fn say_what_was_made(applied: &Value) {
    for failed in applied["failed"].as_array().into_iter().flatten() {
        let text = |key: &str| failed[key].as_str().unwrap_or_default().to_owned();
        say(format!("Failed: {} {}: {}", text("date"), text("title"), text("cause")));
    }
    say_counters(&applied["counters"]);
    if applied["left"].as_u64().is_some_and(|left| left > 0) {
        say(format!("{} windows were not reached; run it again.", applied["left"]));
    }
}

/// The six counters, each by name.
pub(crate) fn say_counters(counters: &Value) {
    let count = |name: &str| counters[name].as_u64().unwrap_or_default();
    say(format!(
        "Workflows: {} made, {} there, {} tasks recovered. Duties: {} made, {} there. Failures: {}.",
        count("templateCreated"),
        count("templateSkipped"),
        count("templateRecovered"),
        count("recurringGenerated"),
        count("recurringSkipped"),
        count("failures")
    ));
}
