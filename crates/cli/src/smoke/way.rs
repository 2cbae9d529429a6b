//! The three ways inside: a fleet on this machine, a stack by direct Invoke, a stack through its API.

use std::time::Duration;

use dataops_fleet::Config;
use dataops_local::{DataDir, STACK};
use serde_json::{Value, json};

use crate::args::SmokeArgs;
use crate::error::CliError;
use crate::http;
use crate::stack::{Function, Stack, accepted};
use crate::target::input_line;

/// How often one looks whether an export is there by now, and how many times.
const LOOK: Duration = Duration::from_secs(3);
const LOOKS: u32 = 400;

/// How the inside of the fleet is reached.
pub(super) enum Way {
    /// The control endpoint of a fleet on this machine, and the name of its stack.
    Fleet { control: String, token: String },
    /// The functions of a stack.
    Stack(Stack),
    /// The API, as an admin.
    Api { url: String, token: String },
}

/// How a fleet stands; what the API does not tell is `None`.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) templates: u64,
    pub(super) active_workflows: u64,
    pub(super) open_tasks: u64,
    pub(super) users: Option<u64>,
    pub(super) admins: Option<u64>,
    pub(super) last_tick: Option<String>,
    last_export: Option<Archive>,
    verified_at: Option<String>,
    findings: u64,
    /// Why the last export failed, and when.
    export_failed: Option<Value>,
}

/// An archive by its name and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archive {
    id: String,
    pub(super) key: String,
}

/// The address to try, and the way inside.
pub(super) async fn open(wanted: &SmokeArgs, environment: &Config) -> Result<(String, Way), CliError> {
    let given = wanted.url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    if let (Some(url), Some(stack)) = (&given, &wanted.stack) {
        return Ok((url.clone(), Way::Stack(Stack::open(stack, environment).await?)));
    }
    if let (Some(url), true) = (&given, wanted.token_stdin) {
        return Ok((url.clone(), Way::Api { url: format!("{url}/work/api"), token: input_line("token")? }));
    }
    let running = if wanted.data_dir.exists() { DataDir::open(&wanted.data_dir)?.running() } else { None };
    match (running, given) {
        (Some(fleet), given) if given.as_deref().is_none_or(|url| url == fleet.url.trim_end_matches('/')) => {
            let url = fleet.url.trim_end_matches('/').to_owned();
            Ok((url, Way::Fleet { control: fleet.control_url, token: fleet.token }))
        }
        (_, Some(url)) => Err(CliError::CouldNot(format!(
            "no fleet of {} runs at {url}: name a deployed one with --stack (AWS credentials) or give an admin's API token with --token-stdin",
            wanted.data_dir.display()
        ))),
        (_, None) => Err(CliError::NotRunning(wanted.data_dir.clone())),
    }
}

impl Way {
    /// How the fleet stands now.
    pub(super) async fn standing(&self) -> Result<Standing, CliError> {
        if let Self::Api { url, token } = self {
            let home = http::call("GET", &format!("{url}/views/home"), token, None).await?;
            let exports = http::call("GET", &format!("{url}/exports"), token, None).await?;
            let number = |value: &Value| value.as_u64().unwrap_or_default();
            return Ok(Standing {
                templates: home["templates"].as_array().map_or(0, Vec::len) as u64,
                active_workflows: number(&home["activeWorkflows"]),
                open_tasks: number(&home["openTasks"]),
                last_tick: text(&home["ledger"]["lastTick"]),
                export_failed: exports.get("failed").filter(|failed| failed.is_object()).cloned(),
                ..Standing::default()
            }
            .with_archive(&exports["exports"][0]));
        }
        let answer = self.invoke(Function::WorkEngine, &json!({ "dataopsAdmin": { "command": "standing" } })).await?;
        let answer = accepted(answer.ok_or_else(|| CliError::CouldNot("the work-engine gave no answer in time".to_owned()))?)?;
        let standing = &answer["standing"];
        let number = |name: &str| standing[name].as_u64();
        Ok(Standing {
            templates: number("templates").unwrap_or_default(),
            active_workflows: number("activeWorkflows").unwrap_or_default(),
            open_tasks: number("openTasks").unwrap_or_default(),
            users: number("users"),
            admins: number("admins"),
            last_tick: text(&standing["lastTick"]),
            export_failed: standing.get("exportFailed").filter(|failed| failed.is_object()).cloned(),
            ..Standing::default()
        }
        .with_archive(&standing["lastExport"]))
    }

    /// Runs a tick; how many windows failed in it.
    pub(super) async fn tick(&self) -> Result<u64, CliError> {
        if let Self::Api { url, token } = self {
            let run = http::call("POST", &format!("{url}/cron/run"), token, Some(&json!({}))).await?;
            return Ok(run["failures"].as_u64().unwrap_or_default());
        }
        let answer = self.invoke(Function::CronRunner, &json!({})).await?;
        let answer = accepted(answer.ok_or_else(|| CliError::CouldNot("the tick takes longer than expected".to_owned()))?)?;
        Ok(answer["tick"]["counters"]["failures"].as_u64().unwrap_or_default())
    }

    /// Runs an export; the archive it made. One that goes on, or that somebody else has begun, is waited for.
    pub(super) async fn export(&self, before: &Standing) -> Result<Archive, CliError> {
        if let Self::Api { url, token } = self {
            match http::call("POST", &format!("{url}/cron/export"), token, Some(&json!({}))).await {
                Ok(_) | Err(CliError::Refused { status: 409 | 503, .. }) => {}
                Err(error) => return Err(error),
            }
        } else if let Some(answer) = self.invoke(Function::ExportJob, &json!({})).await?
            && answer["code"] != "export_running"
        {
            accepted(answer)?;
        }
        for _ in 0..LOOKS {
            let now = self.standing().await?;
            if let Some(archive) = now.last_export.filter(|archive| before.last_export.as_ref() != Some(archive)) {
                return Ok(archive);
            }
            if let Some(failed) = now.export_failed.filter(|failed| before.export_failed.as_ref() != Some(failed)) {
                return Err(CliError::CouldNot(text(&failed["reason"]).unwrap_or_default()));
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(CliError::CouldNot("no archive came within twenty minutes".to_owned()))
    }

    /// Reads the archive back; how much is wrong with it.
    pub(super) async fn verify(&self, archive: &Archive) -> Result<u64, CliError> {
        if let Self::Api { url, token } = self {
            let started = http::call("POST", &format!("{url}/exports/{}/verify", archive.id), token, Some(&json!({}))).await?;
            if started["started"] != true {
                return Err(CliError::CouldNot("nothing here can look at it".to_owned()));
            }
        } else if let Some(answer) = self.invoke(Function::ExportJob, &json!({ "verify": archive.id })).await? {
            return Ok(accepted(answer)?["verification"]["findings"].as_u64().unwrap_or(1));
        }
        for _ in 0..LOOKS {
            let now = self.standing().await?;
            if now.last_export.as_ref() == Some(archive) && now.verified_at.is_some() {
                return Ok(now.findings);
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(CliError::CouldNot("it was not read back within twenty minutes".to_owned()))
    }

    async fn invoke(&self, function: Function, event: &Value) -> Result<Option<Value>, CliError> {
        match self {
            Self::Stack(stack) => stack.invoke(function, event).await,
            Self::Fleet { control, token } => {
                let url = format!("{control}/invoke/{STACK}-{}", function.suffix());
                http::call("POST", &url, token, Some(event)).await.map(Some)
            }
            Self::Api { .. } => Err(CliError::CouldNot("the API invokes nothing".to_owned())),
        }
    }
}

impl Standing {
    /// The same with its newest archive, as the engine or the API tells it.
    fn with_archive(self, archive: &Value) -> Self {
        let last_export = text(&archive["id"]).zip(text(&archive["key"])).map(|(id, key)| Archive { id, key });
        let verification = &archive["verification"];
        Self {
            last_export,
            verified_at: text(&verification["at"]),
            findings: verification["findings"].as_u64().unwrap_or_default(),
            ..self
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
