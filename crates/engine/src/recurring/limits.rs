//! How much one run does. What is left over is for the next one.

use std::fmt;
use std::sync::Arc;

/// The most windows of one run.
const WINDOWS: usize = 1_000;
/// Tasks whose reminders one run brings up to date.
const REMINDED: usize = 1_000;

/// The bounds of a run.
#[derive(Clone)]
pub struct Limits {
    /// The most windows that are settled with work.
    pub windows: usize,
    /// The most tasks whose reminders are brought up to date.
    pub reminded: usize,
    has_time: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("windows", &self.windows).field("reminded", &self.reminded).finish_non_exhaustive()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { windows: WINDOWS, reminded: REMINDED, has_time: Arc::new(|| true) }
    }
}

impl Limits {
    /// The usual bounds, and nothing new once `has_time` says no.
    pub fn while_there_is_time(has_time: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { has_time: Arc::new(has_time), ..Self::default() }
    }

    /// True while something new may be begun.
    pub fn has_time(&self) -> bool {
        (self.has_time)()
    }
}
