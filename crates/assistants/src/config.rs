//! Which executor runs which assistant type, and within which limits. Real executors are opt-in, and off until all they
//! need is there (AJ-8).
//!
//! | Variable | Means | Default |
//! |---|---|---|
//! | `DATAOPS_ASSISTANT_EXECUTORS` | `type=executor` pairs, by commas; executors are `dry-run`, `messages-http`, `command` | every type `dry-run` |
//! | `DATAOPS_ASSISTANT_VERIFIED` | executors somebody has tried with real credentials (see the runbook), by commas | none |
//! | `DATAOPS_ASSISTANT_SECONDS` | the most seconds of one attempt | 600 |
//! | `DATAOPS_ASSISTANT_INACTIVITY_SECONDS` | the most seconds without a sign of life | 120 |
//! | `DATAOPS_ASSISTANT_GRACE_SECONDS` | how long a command may take to end when told to, before it is ended | 5 |
//! | `DATAOPS_MESSAGES_URL` | base of a Messages endpoint; `https`, or loopback `http` | `https://api.anthropic.com` |
//! | `DATAOPS_MESSAGES_KEY` | its credential | without one `messages-http` is off |
//! | `DATAOPS_MESSAGES_MODEL` | the model; no default, since prices and abilities differ | without one `messages-http` is off |
//! | `DATAOPS_MESSAGES_MAX_TOKENS` | the most tokens it may write | 8000 |
//! | `DATAOPS_MESSAGES_MAX_INPUT_TOKENS` | the most tokens it may be given, as estimated before anything is sent | 60000 |
//! | `DATAOPS_MESSAGES_MAX_CENTS` | the most US cents an attempt may cost; needs the two prices | no limit |
//! | `DATAOPS_MESSAGES_INPUT_PRICE`, `DATAOPS_MESSAGES_OUTPUT_PRICE` | US cents for a million tokens read and written | unknown |
//! | `DATAOPS_MESSAGES_TRIES` | how often a request is tried when the service is busy | 4 |
//! | `DATAOPS_MESSAGES_PAUSE_SECONDS` | the pause before the second try; it doubles with each | 1 |
//! | `DATAOPS_COMMAND` | the command: an absolute path to `claude`, `codex` or `heru` | without one `command` is off |
//! | `DATAOPS_COMMAND_DIALECT` | how it is called and answers, when its file name does not say: `claude`, `codex`, `heru` | the file name |
//! | `DATAOPS_COMMAND_MODEL` | the model it is told to use | its own |
//! | `DATAOPS_COMMAND_MAX_TURNS` | the most turns, where the command knows such a limit | 40 |
//! | `DATAOPS_COMMAND_FOLDER` | where the working folder of each attempt is made | without one `command` is off |
//! | `DATAOPS_COMMAND_ENVIRONMENT` | names of the variables the command may see, by commas; it sees no others | `HOME,PATH,LANG` |
//! | `HERU_ENGINE`, `HERU_MODEL` | engine and model when the command is `heru` | `codex`, its own |

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The variables above, as a shell may give them to the local fleet. What `DATAOPS_COMMAND_ENVIRONMENT` lists is not among them.
const NAMES: [&str; 23] = [
    "DATAOPS_ASSISTANT_EXECUTORS",
    "DATAOPS_ASSISTANT_VERIFIED",
    "DATAOPS_ASSISTANT_SECONDS",
    "DATAOPS_ASSISTANT_INACTIVITY_SECONDS",
    "DATAOPS_ASSISTANT_GRACE_SECONDS",
    "DATAOPS_MESSAGES_URL",
    "DATAOPS_MESSAGES_KEY",
    "DATAOPS_MESSAGES_MODEL",
    "DATAOPS_MESSAGES_MAX_TOKENS",
    "DATAOPS_MESSAGES_MAX_INPUT_TOKENS",
    "DATAOPS_MESSAGES_MAX_CENTS",
    "DATAOPS_MESSAGES_INPUT_PRICE",
    "DATAOPS_MESSAGES_OUTPUT_PRICE",
    "DATAOPS_MESSAGES_TRIES",
    "DATAOPS_MESSAGES_PAUSE_SECONDS",
    "DATAOPS_COMMAND",
    "DATAOPS_COMMAND_DIALECT",
    "DATAOPS_COMMAND_MODEL",
    "DATAOPS_COMMAND_MAX_TURNS",
    "DATAOPS_COMMAND_FOLDER",
    SEEN,
    "HERU_ENGINE",
    "HERU_MODEL",
];
/// Names the variables a command may see.
const SEEN: &str = "DATAOPS_COMMAND_ENVIRONMENT";

/// What of an environment concerns executors: their settings, and what a command may see if one is chosen.
pub fn settings<'a>(environment: impl Fn(&str) -> Option<&'a str>) -> BTreeMap<String, String> {
    let mut names: Vec<&str> = NAMES.to_vec();
    if environment("DATAOPS_COMMAND").is_some() {
        names.extend(seen(environment(SEEN)));
    }
    names.into_iter().filter_map(|name| Some((name.to_owned(), environment(name)?.to_owned()))).collect()
}

/// The names a command may see.
fn seen(listed: Option<&str>) -> impl Iterator<Item = &str> {
    listed.unwrap_or("HOME,PATH,LANG").split(',').map(str::trim).filter(|name| !name.is_empty())
}

/// The settings of all executors. A credential in it is never shown.
#[derive(Debug, Clone)]
pub struct Config {
    executors: BTreeMap<String, Kind>,
    verified: Vec<Kind>,
    pub(crate) limits: Limits,
    pub(crate) messages: Messages,
    pub(crate) command: Command,
}

/// The executors there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Pure functions over our own content; always on.
    DryRun,
    /// An Anthropic-compatible Messages endpoint.
    MessagesHttp,
    /// A local command.
    Command,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::DryRun, Self::MessagesHttp, Self::Command];

    /// The name, as configuration has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DryRun => "dry-run",
            Self::MessagesHttp => "messages-http",
            Self::Command => "command",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How an executor stands: what a page shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which one.
    pub kind: Kind,
    /// The assistant types it was chosen for.
    pub types: Vec<String>,
    /// Why it is off: the variables it lacks. `None` when it is on.
    pub off: Option<String>,
    /// Whether somebody has tried it with real credentials. The dry run needs no trying.
    pub verified: bool,
}

/// A setting that cannot be used; it never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} cannot be used: {problem}")]
pub struct ConfigError {
    /// The variable.
    pub name: &'static str,
    /// What was expected.
    pub problem: String,
}

/// How long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// From start to end.
    pub(crate) wall: Duration,
    /// Without a sign of life.
    pub(crate) inactivity: Duration,
    /// Between asking a command to end and ending it.
    pub(crate) grace: Duration,
}

/// What `messages-http` needs.
#[derive(Clone)]
pub(crate) struct Messages {
    pub(crate) url: String,
    pub(crate) key: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) max_tokens: u64,
    pub(crate) max_input_tokens: u64,
    pub(crate) max_cents: Option<u64>,
    pub(crate) input_price: Option<u64>,
    pub(crate) output_price: Option<u64>,
    pub(crate) tries: u32,
    pub(crate) pause: Duration,
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("key", &self.key.is_some())
            .finish_non_exhaustive()
    }
}

/// What `command` needs.
#[derive(Clone)]
pub(crate) struct Command {
    pub(crate) program: Option<PathBuf>,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) model: Option<String>,
    pub(crate) max_turns: u64,
    pub(crate) folder: Option<PathBuf>,
    /// Names and values of what the command sees.
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) heru_engine: String,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.environment.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Command")
            .field("program", &self.program)
            .field("dialect", &self.dialect)
            .field("environment", &names)
            .finish_non_exhaustive()
    }
}

/// How a command is called, and what it prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Claude,
    Codex,
    Heru,
}

impl Dialect {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "claude" => Some(Self::Claude),
            "codex" => Some(Self::Codex),
            "heru" => Some(Self::Heru),
            _ => None,
        }
    }
}

impl Config {
    /// Reads the settings; an empty value counts as absent. What is chosen and incomplete is no error: it is
    /// [`Standing::off`], and a job that would need it fails saying so.
    ///
    /// # Errors
    /// A value that cannot be used, with the variable's name.
    pub fn parse(settings: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        let read = Read(settings);
        let limits = Limits {
            wall: read.seconds("DATAOPS_ASSISTANT_SECONDS", 600.0, 86_400)?,
            inactivity: read.seconds("DATAOPS_ASSISTANT_INACTIVITY_SECONDS", 120.0, 86_400)?,
            // A command is ended in two such steps, within what a run keeps back to hand in.
            grace: read.seconds("DATAOPS_ASSISTANT_GRACE_SECONDS", 5.0, 8)?,
        };
        Ok(Self { executors: read.executors()?, verified: read.verified()?, limits, messages: read.messages()?, command: read.command()? })
    }

    /// The executor chosen for an assistant type.
    pub fn chosen(&self, assistant_type: &str) -> Kind {
        self.executors.get(assistant_type).copied().unwrap_or(Kind::DryRun)
    }

    /// How every executor stands.
    pub fn standings(&self) -> Vec<Standing> {
        let types = |kind| self.executors.iter().filter(|(_, chosen)| **chosen == kind).map(|(name, _)| name.clone()).collect();
        let standing = |kind: Kind| Standing {
            kind,
            types: types(kind),
            off: self.off(kind),
            verified: kind == Kind::DryRun || self.verified.contains(&kind),
        };
        Kind::ALL.into_iter().map(standing).collect()
    }

    /// Why an executor is off: what it lacks.
    pub(crate) fn off(&self, kind: Kind) -> Option<String> {
        let needs: Vec<(&str, bool)> = match kind {
            Kind::DryRun => Vec::new(),
            Kind::MessagesHttp => {
                vec![("DATAOPS_MESSAGES_KEY", self.messages.key.is_some()), ("DATAOPS_MESSAGES_MODEL", self.messages.model.is_some())]
            }
            Kind::Command => vec![
                ("DATAOPS_COMMAND", self.command.program.is_some()),
                ("DATAOPS_COMMAND_DIALECT", self.command.program.is_none() || self.command.dialect.is_some()),
                ("DATAOPS_COMMAND_FOLDER", self.command.folder.is_some()),
            ],
        };
        let missing: Vec<&str> = needs.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect();
        (!missing.is_empty()).then(|| format!("{} is off: {} is not set", kind.as_str(), missing.join(", ")))
    }
}

/// Reads settings by name.
struct Read<'a>(&'a BTreeMap<String, String>);

impl Read<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.text(name).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
    }

    fn number(&self, name: &'static str, default: u64, range: std::ops::RangeInclusive<u64>) -> Result<u64, ConfigError> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| ConfigError { name, problem: format!("expected a whole number from {} to {}", range.start(), range.end()) })
    }

    /// Seconds, with a fraction if need be.
    fn seconds(&self, name: &'static str, default: f64, most: u32) -> Result<Duration, ConfigError> {
        let seconds = self.text(name).map_or(Some(default), |text| text.parse().ok());
        let seconds = seconds.filter(|seconds| (0.001..=f64::from(most)).contains(seconds));
        let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        seconds.ok_or_else(|| ConfigError { name, problem: format!("expected seconds from 0.001 to {most}") })
    }

    fn maybe_number(&self, name: &'static str) -> Result<Option<u64>, ConfigError> {
        if self.text(name).is_none() { Ok(None) } else { self.number(name, 0, 0..=1_000_000_000).map(Some) }
    }

    fn executors(&self) -> Result<BTreeMap<String, Kind>, ConfigError> {
        let name = "DATAOPS_ASSISTANT_EXECUTORS";
        let problem = || "expected pairs such as podcast=dry-run, by commas; executors are dry-run, messages-http and command".to_owned();
        let pair = |text: &str| {
            let (assistant, kind) = text.split_once('=')?;
            Some((assistant.trim().to_owned(), Kind::parse(kind.trim())?)).filter(|(assistant, _)| !assistant.is_empty())
        };
        self.list(name).map(|text| pair(text).ok_or_else(|| ConfigError { name, problem: problem() })).collect()
    }

    fn verified(&self) -> Result<Vec<Kind>, ConfigError> {
        let name = "DATAOPS_ASSISTANT_VERIFIED";
        let kind =
            |text| Kind::parse(text).ok_or_else(|| ConfigError { name, problem: "expected names of executors, by commas".to_owned() });
        self.list(name).map(kind).collect()
    }

    fn messages(&self) -> Result<Messages, ConfigError> {
        let url = self.text("DATAOPS_MESSAGES_URL").unwrap_or("https://api.anthropic.com").trim_end_matches('/').to_owned();
        if !is_endpoint(&url) {
            let problem = "expected an https address without a query, or http on loopback".to_owned();
            return Err(ConfigError { name: "DATAOPS_MESSAGES_URL", problem });
        }
        let key = self.text("DATAOPS_MESSAGES_KEY").map(str::to_owned);
        if key.as_deref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            let problem = "expected printable ASCII without blanks".to_owned();
            return Err(ConfigError { name: "DATAOPS_MESSAGES_KEY", problem });
        }
        let messages = Messages {
            url,
            key,
            model: self.text("DATAOPS_MESSAGES_MODEL").map(str::to_owned),
            max_tokens: self.number("DATAOPS_MESSAGES_MAX_TOKENS", 8_000, 1..=200_000)?,
            max_input_tokens: self.number("DATAOPS_MESSAGES_MAX_INPUT_TOKENS", 60_000, 1..=2_000_000)?,
            max_cents: self.maybe_number("DATAOPS_MESSAGES_MAX_CENTS")?,
            input_price: self.maybe_number("DATAOPS_MESSAGES_INPUT_PRICE")?,
            output_price: self.maybe_number("DATAOPS_MESSAGES_OUTPUT_PRICE")?,
            tries: u32::try_from(self.number("DATAOPS_MESSAGES_TRIES", 4, 1..=10)?).unwrap_or(4),
            pause: self.seconds("DATAOPS_MESSAGES_PAUSE_SECONDS", 1.0, 60)?,
        };
        if messages.max_cents.is_some() && (messages.input_price.is_none() || messages.output_price.is_none()) {
            let problem = "a limit needs DATAOPS_MESSAGES_INPUT_PRICE and DATAOPS_MESSAGES_OUTPUT_PRICE".to_owned();
            return Err(ConfigError { name: "DATAOPS_MESSAGES_MAX_CENTS", problem });
        }
        Ok(messages)
    }

    fn command(&self) -> Result<Command, ConfigError> {
        let program = self.absolute("DATAOPS_COMMAND")?;
        let name = "DATAOPS_COMMAND_DIALECT";
        let by_name = || program.as_deref().and_then(|path| Dialect::parse(path.file_name()?.to_str()?));
        let dialect = match self.text(name) {
            Some(text) => {
                Some(Dialect::parse(text).ok_or_else(|| ConfigError { name, problem: "expected claude, codex or heru".to_owned() })?)
            }
            None => by_name(),
        };
        let model = self.text("DATAOPS_COMMAND_MODEL");
        let model = model.or_else(|| self.text("HERU_MODEL").filter(|_| dialect == Some(Dialect::Heru)));
        let seen = seen(self.text(SEEN));
        Ok(Command {
            dialect,
            model: model.map(str::to_owned),
            max_turns: self.number("DATAOPS_COMMAND_MAX_TURNS", 40, 1..=1_000)?,
            folder: self.absolute("DATAOPS_COMMAND_FOLDER")?,
            environment: seen.filter_map(|name| Some((name.to_owned(), self.0.get(name)?.clone()))).collect(),
            heru_engine: self.heru_engine()?,
            program,
        })
    }

    fn heru_engine(&self) -> Result<String, ConfigError> {
        let engine = self.text("HERU_ENGINE").unwrap_or("codex");
        if ["claude", "codex", "copilot", "gemini", "goz", "opencode"].contains(&engine) {
            return Ok(engine.to_owned());
        }
        let problem = "expected claude, codex, copilot, gemini, goz or opencode".to_owned();
        Err(ConfigError { name: "HERU_ENGINE", problem })
    }

    fn absolute(&self, name: &'static str) -> Result<Option<PathBuf>, ConfigError> {
        let path = self.text(name).map(PathBuf::from);
        match path {
            Some(path) if !path.is_absolute() => Err(ConfigError { name, problem: "expected an absolute path".to_owned() }),
            path => Ok(path),
        }
    }
}

/// An address a credential may be sent to.
fn is_endpoint(url: &str) -> bool {
    let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let after = |start: &&str| url.strip_prefix(*start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']));
    let scheme = url.starts_with("https://") && url.len() > "https://".len() || loopback.iter().any(after);
    scheme && url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['@', '?', '#'])
}
