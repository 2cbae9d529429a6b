//! Reminders: the pass that raises and settles them, the inbox, dismissing.
//!
//! The pass is part of the tick and takes no input but the time. It reads open tasks, never history, and writes where a
//! task's marks differ from what it should be reminded of: reminder and mark in one transaction.

mod dismiss;
mod inbox;
mod pass;
mod raise;

pub use pass::ReminderReport;

use dataops_domain::reminder::Today;
use dataops_store::Operation;

use crate::Engine;

impl Engine {
    /// The moment of an operation, in the application timezone.
    pub(crate) fn today(&self, operation: &Operation) -> Today {
        Today { now: operation.now, timezone: self.timezone }
    }
}
