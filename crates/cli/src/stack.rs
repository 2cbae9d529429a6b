//! A deployed stack, reached by direct Invoke with the AWS credentials of this process: no session, no API token.

use std::time::Duration;

use dataops_fleet::{AskError, Config, Starter, aws};
use serde_json::{Value, json};

use crate::credentials;
use crate::error::CliError;

/// How long one invocation is waited for. An idle connection is cut somewhere on its way after four minutes.
const PATIENCE: Duration = Duration::from_secs(200);
/// Names the function to the starter, which reads it from a configuration.
const FUNCTION: &str = "FUNCTION";

/// Functions that are invoked directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// The engine, by its administration event.
    WorkEngine,
    /// The tick.
    CronRunner,
    /// The export.
    ExportJob,
}

impl Function {
    /// What follows the stack's name in the function's.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::WorkEngine => "work-engine",
            Self::CronRunner => "cron-runner",
            Self::ExportJob => "export-job",
        }
    }
}

/// A stack by its name.
#[derive(Debug, Clone)]
pub(crate) struct Stack {
    engine: Starter,
    cron_runner: Starter,
    export_job: Starter,
}

impl Stack {
    /// Gets ready; nothing is asked yet.
    pub(crate) async fn open(name: &str, environment: &Config) -> Result<Self, CliError> {
        let plain = |text: &str| text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.len() <= 128;
        if !plain(name) || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
            return Err(CliError::CouldNot(format!("`{name}` is no name of a stack: letters, digits and hyphens, a letter first")));
        }
        let region = environment.get("AWS_REGION").or_else(|| environment.get("AWS_DEFAULT_REGION"));
        let missing =
            || CliError::CouldNot(format!("AWS_REGION is not set: say where the stack {name} is, such as AWS_REGION=eu-central-1"));
        let region = region.ok_or_else(missing)?.to_owned();
        let config = credentials::found(environment.clone().with("AWS_REGION", region)).await;
        let sdk = aws::sdk_config(&config);
        let starter = |function: Function| {
            let config = config.clone().with(FUNCTION, format!("{name}-{}:live", function.suffix()));
            let nowhere = || CliError::CouldNot("AWS_ENDPOINT_URL_LAMBDA is not set, although another endpoint of AWS is".to_owned());
            Starter::new(&config, &sdk, FUNCTION).ok_or_else(nowhere)
        };
        Ok(Self {
            engine: starter(Function::WorkEngine)?,
            cron_runner: starter(Function::CronRunner)?,
            export_job: starter(Function::ExportJob)?,
        })
    }

    /// Invokes a function; `None` when its answer is not waited for any longer.
    pub(crate) async fn invoke(&self, function: Function, event: &Value) -> Result<Option<Value>, CliError> {
        let starter = match function {
            Function::WorkEngine => &self.engine,
            Function::CronRunner => &self.cron_runner,
            Function::ExportJob => &self.export_job,
        };
        match starter.ask(event, PATIENCE).await {
            Ok(answer) => Ok(Some(answer)),
            Err(AskError::StillRunning) => Ok(None),
            Err(AskError::Failed(words)) => Err(CliError::CouldNot(format!("the {} gave no answer: {words}", function.suffix()))),
        }
    }

    /// Sends the engine an administration command.
    pub(crate) async fn administrate(&self, command: &Value) -> Result<Value, CliError> {
        let answer = self.invoke(Function::WorkEngine, &json!({ "dataopsAdmin": command })).await?;
        accepted(answer.ok_or_else(|| CliError::CouldNot("the work-engine gave no answer in time".to_owned()))?)
    }
}

/// An answer, or the refusal it is.
pub(crate) fn accepted(answer: Value) -> Result<Value, CliError> {
    if answer["ok"] == true {
        return Ok(answer);
    }
    Err(CliError::CouldNot(answer["error"].as_str().unwrap_or("it was refused without a reason").to_owned()))
}
