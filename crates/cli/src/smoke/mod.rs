//! `dataops smoke`: tries a running fleet, on this machine or deployed, from outside and from inside (FR-5).
//!
//! A tick and an export are run for it, as they would be by the clock; nothing else is changed. Every check is one line: fine, or what is
//! wrong and what to do about it.

mod portal;
mod way;

use dataops_fleet::Config;
use serde_json::{Value, json};

use crate::args::SmokeArgs;
use crate::error::CliError;
use crate::output::say;
use way::{Standing, Way};

/// What was found.
struct Checks {
    done: Vec<Value>,
    as_json: bool,
}

impl Checks {
    /// Notes a check, and tells it.
    fn note(&mut self, name: &str, found: Result<String, String>) {
        let (ok, words) = match found {
            Ok(words) => (true, words),
            Err(words) => (false, words),
        };
        if !self.as_json {
            say(format!("{}  {name}: {words}", if ok { "ok    " } else { "FAILED" }));
        }
        self.done.push(json!({ "check": name, "ok": ok, "found": words }));
    }

    fn failed(&self) -> usize {
        self.done.iter().filter(|check| check["ok"] == false).count()
    }
}

/// Tries everything, and fails when something of it is wrong.
pub(crate) async fn run(wanted: &SmokeArgs, environment: &Config) -> Result<(), CliError> {
    let (url, way) = way::open(wanted, environment).await?;
    let mut checks = Checks { done: Vec::new(), as_json: wanted.json };
    portal::check(&url, &mut checks).await;
    inside(&way, &mut checks).await;
    let (failed, all) = (checks.failed(), checks.done.len());
    if wanted.json {
        say(json!({ "ok": failed == 0, "url": url, "checks": checks.done }));
    }
    if failed == 0 { Ok(()) } else { Err(CliError::Found(format!("{failed} of {all} checks failed"))) }
}

async fn inside(way: &Way, checks: &mut Checks) {
    let before = match way.standing().await {
        Ok(standing) => standing,
        Err(error) => return checks.note("engine", Err(format!("{error}; its log says why"))),
    };
    checks.note("engine", Ok("it answers".to_owned()));
    checks.note("catalog", catalog(&before));
    checks.note("work", work(&before));
    if let Some(people) = people(&before) {
        checks.note("people", Ok(people));
    }
    checks.note("tick", tick(way, &before).await);
    match way.export(&before).await {
        Ok(archive) => {
            checks.note("export", Ok(format!("the archive {} is there", archive.key)));
            checks.note("archive", way.verify(&archive).await.map_err(|error| error.to_string()).and_then(sound));
        }
        Err(error) => checks.note("export", Err(format!("{error}; the page Data and the log of the export job say more"))),
    }
}

fn catalog(standing: &Standing) -> Result<String, String> {
    match standing.templates {
        0 => Err("no workflow can be started: the catalog is empty; run `dataops seed`".to_owned()),
        count => Ok(format!("{count} workflows can be started")),
    }
}

/// Real work, or the first run is offered.
fn work(standing: &Standing) -> Result<String, String> {
    let (workflows, tasks) = (standing.active_workflows, standing.open_tasks);
    if workflows + tasks > 0 {
        return Ok(format!("{workflows} workflows under way, {tasks} open tasks"));
    }
    match standing.templates {
        0 => Err("nothing is under way, and Home offers nothing to begin with; run `dataops seed`".to_owned()),
        count => Ok(format!("nothing is under way; Home offers a first run out of {count} workflows")),
    }
}

/// A stack without an admin is new, which is no fault.
fn people(standing: &Standing) -> Option<String> {
    Some(match (standing.admins?, standing.users?) {
        (0, _) => "there is no admin yet; add the first with `dataops user add --role admin --setup-link`".to_owned(),
        (admins, users) => format!("{users} may sign in, {admins} of them as admins"),
    })
}

async fn tick(way: &Way, before: &Standing) -> Result<String, String> {
    let words = |error: CliError| format!("{error}; the log of the cron-runner says why");
    let failures = way.tick().await.map_err(words)?;
    let after = way.standing().await.map_err(words)?;
    let Some(last) = after.last_tick.filter(|last| before.last_tick.as_ref() != Some(last)) else {
        return Err("it ran, and its heartbeat did not move on; the log of the cron-runner says why".to_owned());
    };
    let failed = if failures > 0 { format!("; {failures} windows failed, see Recurring") } else { String::new() };
    Ok(format!("it ran, its heartbeat is of {last}{failed}"))
}

fn sound(findings: u64) -> Result<String, String> {
    match findings {
        0 => Ok("read back and found sound".to_owned()),
        count => Err(format!("read back, and {count} things are wrong with it; the page Data names the first")),
    }
}
