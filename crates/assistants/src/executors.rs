//! The executors of a process, built once from configuration and content.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dataops_content::Content;

use crate::command::LocalCommand;
use crate::config::{Config, Kind, Standing};
use crate::dry_run::DryRun;
use crate::executor::Executor;
use crate::failure::{Code, Failure};
use crate::messages::MessagesHttp;

/// Every executor, and which assistant type each was chosen for.
pub struct Executors {
    config: Config,
    dry_run: DryRun,
    real: BTreeMap<Kind, Arc<dyn Executor>>,
}

impl Executors {
    /// Those the configuration switches on, over the reviewed content.
    pub fn new(config: Config, content: &Arc<Content>) -> Self {
        let mut real: BTreeMap<Kind, Arc<dyn Executor>> = BTreeMap::new();
        if config.off(Kind::MessagesHttp).is_none() {
            real.insert(Kind::MessagesHttp, Arc::new(MessagesHttp::new(&config, Arc::clone(content))));
        }
        if config.off(Kind::Command).is_none() {
            real.insert(Kind::Command, Arc::new(LocalCommand::new(&config, Arc::clone(content))));
        }
        Self { dry_run: DryRun::new(Arc::clone(content)), real, config }
    }

    /// The executor for an assistant type.
    ///
    /// # Errors
    /// The chosen one is off: [`Code::ExecutorOff`], naming what it lacks. Nothing else takes its place silently.
    pub fn executor(&self, assistant_type: &str) -> Result<Arc<dyn Executor>, Failure> {
        let kind = self.config.chosen(assistant_type);
        if kind == Kind::DryRun {
            return Ok(Arc::new(self.dry_run.clone()));
        }
        let off = || self.config.off(kind).unwrap_or_else(|| format!("{} is off", kind.as_str()));
        self.real.get(&kind).cloned().ok_or_else(|| Failure::new(Code::ExecutorOff, &off()))
    }

    /// The longest that an attempt of this assistant type may take; the dry run takes no time to speak of.
    pub fn longest(&self, assistant_type: &str) -> Duration {
        if self.config.chosen(assistant_type) == Kind::DryRun { Duration::ZERO } else { self.config.limits.wall }
    }

    /// The dry run, whatever is configured: what `run-dry` uses.
    pub fn dry_run(&self) -> &DryRun {
        &self.dry_run
    }

    /// How every executor stands, for pages.
    pub fn standings(&self) -> Vec<Standing> {
        self.config.standings()
    }
}
