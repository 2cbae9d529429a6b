//! The six counters of a generation (FR-4).

use serde::{Deserialize, Serialize};

use super::plan::{Outcome, Plan};
use super::source::Kind;

/// What a generation made, found and could not do. What is paused, switched off or does not match counts nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Bundles made.
    pub template_created: u64,
    /// Bundles that were there.
    pub template_skipped: u64,
    /// Tasks made again in bundles that were there.
    pub template_recovered: u64,
    /// Duty tasks made.
    pub recurring_generated: u64,
    /// Duty tasks that were there.
    pub recurring_skipped: u64,
    /// Windows and sources that failed.
    pub failures: u64,
}

impl Counters {
    /// What the plan counts to when everything in it succeeds.
    pub fn of(plan: &Plan) -> Self {
        let mut counters = Self::default();
        for window in plan.windows.iter().filter(|window| window.counted) {
            counters.add(window.source.kind, window.outcome, window.missing_tasks);
        }
        counters
    }

    /// Counts one window. `recovered_tasks` are the tasks made again, for a recovered one.
    pub fn add(&mut self, kind: Kind, outcome: Outcome, recovered_tasks: u32) {
        match (kind, outcome) {
            (Kind::Template, Outcome::Create) => self.template_created += 1,
            (Kind::Template, Outcome::Exists) => self.template_skipped += 1,
            (Kind::Template, Outcome::Recover) => {
                self.template_skipped += 1;
                self.template_recovered += u64::from(recovered_tasks);
            }
            (Kind::Recurring, Outcome::Create) => self.recurring_generated += 1,
            (Kind::Recurring, Outcome::Exists | Outcome::Recover) => self.recurring_skipped += 1,
            (_, Outcome::Broken) => self.failures += 1,
            (
                _,
                Outcome::Paused | Outcome::Disabled | Outcome::Archived | Outcome::BeforeCreation | Outcome::Missed | Outcome::NotMatching,
            ) => {}
        }
    }

    /// Counts a window that could not be made.
    pub fn add_failure(&mut self) {
        self.failures += 1;
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            template_created: self.template_created + other.template_created,
            template_skipped: self.template_skipped + other.template_skipped,
            template_recovered: self.template_recovered + other.template_recovered,
            recurring_generated: self.recurring_generated + other.recurring_generated,
            recurring_skipped: self.recurring_skipped + other.recurring_skipped,
            failures: self.failures + other.failures,
        }
    }
}
