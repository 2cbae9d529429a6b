//! What a plan says of each window, and of all of them together.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::source::{Kind, SourceKey};
use super::window::{Skip, Status};
use crate::time::{Date, Timestamp};

/// What becomes of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its work is made.
    Create,
    /// Its work is there.
    Exists,
    /// Its workflow is there and lacks tasks that nobody deleted: they are made.
    Recover,
    /// Not made: paused.
    Paused,
    /// Not made: switched off.
    Disabled,
    /// Not made: archived.
    Archived,
    /// Not expected: before the source was made, or before its schedule was what it is.
    BeforeCreation,
    /// Not made: nobody came in time.
    Missed,
    /// Not expected: the schedule does not name this date.
    NotMatching,
    /// Nobody can say: the source can't be read.
    Broken,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 10] = [
        Self::Create,
        Self::Exists,
        Self::Recover,
        Self::Paused,
        Self::Disabled,
        Self::Archived,
        Self::BeforeCreation,
        Self::Missed,
        Self::NotMatching,
        Self::Broken,
    ];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Exists => "exists",
            Self::Recover => "recover",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
            Self::Archived => "archived",
            Self::BeforeCreation => "before-creation",
            Self::Missed => "missed",
            Self::NotMatching => "not-matching",
            Self::Broken => "broken",
        }
    }

    /// Why a window is skipped, for those that are.
    pub fn skip(self) -> Option<Skip> {
        match self {
            Self::Paused => Some(Skip::Paused),
            Self::Disabled => Some(Skip::Disabled),
            Self::Archived => Some(Skip::Archived),
            Self::BeforeCreation => Some(Skip::BeforeCreation),
            Self::Create | Self::Exists | Self::Recover | Self::Missed | Self::NotMatching | Self::Broken => None,
        }
    }
}

/// The rules, in the order they are asked. The first that applies decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The ledger says that it is settled.
    Ledger,
    /// It is started by hand, or has no schedule.
    NoSchedule,
    /// The source or its schedule can't be read.
    Unreadable,
    /// The schedule does not name the date.
    Schedule,
    /// Its work was found, although the ledger does not know of it.
    Found,
    /// The source is archived.
    Archived,
    /// The date lies before the source, or before its schedule was what it is.
    Creation,
    /// A pause is open at the moment it is settled.
    OpenPause,
    /// A pause covers the start of its day.
    CoveringPause,
    /// The source is switched off.
    Disabled,
    /// Its date is more than seven days back.
    CatchUp,
    /// Nothing speaks against it.
    Due,
}

impl Rule {
    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::NoSchedule => "no-schedule",
            Self::Unreadable => "unreadable",
            Self::Schedule => "schedule",
            Self::Found => "found",
            Self::Archived => "archived",
            Self::Creation => "creation",
            Self::OpenPause => "open-pause",
            Self::CoveringPause => "covering-pause",
            Self::Disabled => "disabled",
            Self::CatchUp => "catch-up",
            Self::Due => "due",
        }
    }
}

/// One window and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// The source: `recurring#<id>` or `template#<id>`.
    #[schema(value_type = String)]
    pub source: SourceKey,
    /// The local date.
    pub date: Date,
    /// What people call the source.
    pub title: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The first rule that decided it.
    pub rule: Rule,
    /// Why, in a sentence.
    pub why: String,
    /// When the window opens: the start of its local day.
    pub opens_at: Timestamp,
    /// When its work is due on that day; absent where no schedule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// For a workflow: its anchor date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_date: Option<Date>,
    /// The id of the task or bundle that is its work, whether it is there or to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_id: Option<String>,
    /// How many tasks a workflow lacks that are to be made again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing_tasks: u32,
    /// What the ledger says of it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Status>,
    /// True when the counters count it: a tick counts what is there for today alone, not what earlier days have settled.
    #[serde(skip, default)]
    pub counted: bool,
    /// True when a person asked for exactly this date.
    #[serde(skip, default)]
    pub explicit: bool,
    /// Changes whenever what the source makes changes.
    #[serde(skip, default)]
    pub fingerprint: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Planned {
    /// True when there is work to make.
    pub fn is_work(&self) -> bool {
        matches!(self.outcome, Outcome::Create | Outcome::Recover)
    }

    /// True when it is a window at all: a date that the source names.
    pub fn is_expected(&self) -> bool {
        !matches!(self.outcome, Outcome::NotMatching | Outcome::BeforeCreation)
    }

    /// Why the ledger says that it was skipped, when it does.
    pub fn skipped_as(&self) -> Option<Skip> {
        if self.outcome == Outcome::NotMatching { Some(Skip::NotNamed) } else { self.outcome.skip() }
    }

    /// What is written into the ledger when this window has been dealt with; `None` when there is nothing new to write. Work
    /// that could not be made is written as failed instead.
    ///
    /// A person who asks for a date settles it only with work: what is paused now may be due when its day comes.
    pub fn settles(&self) -> Option<Status> {
        if self.explicit && !self.is_work() && self.outcome != Outcome::Exists {
            return None;
        }
        if self.settled == Some(Status::Failed)
            && matches!(self.outcome, Outcome::Archived | Outcome::BeforeCreation | Outcome::NotMatching)
        {
            // Its source was mended or put away and does not want the date any more: the failure rests.
            return Some(Status::Skipped);
        }
        let status = match self.outcome {
            Outcome::Create => Status::Created,
            Outcome::Recover => Status::Recovered,
            Outcome::Exists => Status::Exists,
            Outcome::Paused | Outcome::Disabled | Outcome::Archived => Status::Skipped,
            Outcome::Missed => Status::Missed,
            Outcome::Broken => Status::Failed,
            Outcome::BeforeCreation | Outcome::NotMatching => return None,
        };
        let said = match self.settled {
            None => false,
            // What failed stays so until it is made; that it was missed in the end adds nothing.
            Some(Status::Failed) => !self.is_work() && status != Status::Exists,
            Some(_) => !self.is_work(),
        };
        (!said).then_some(status)
    }
}

/// Every window that was asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// By date and source.
    pub windows: Vec<Planned>,
}

/// What was expected and what is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress<'a> {
    /// Windows that should have work.
    pub expected: usize,
    /// Windows that have it.
    pub made: usize,
    /// The others.
    pub gap: Vec<&'a Planned>,
}

impl Plan {
    /// The windows: dates that a source names. What does not match is left out.
    pub fn expected(&self) -> impl Iterator<Item = &Planned> {
        self.windows.iter().filter(|window| window.is_expected())
    }

    /// The windows whose work is to be made.
    pub fn work(&self) -> impl Iterator<Item = &Planned> {
        self.windows.iter().filter(|window| window.is_work())
    }

    /// The windows a tick has something to write about.
    pub fn unsettled(&self) -> impl Iterator<Item = &Planned> {
        self.windows.iter().filter(|window| window.settles().is_some())
    }

    /// What should be there and what is. What is paused, switched off or archived is not missing.
    pub fn progress(&self) -> Progress<'_> {
        let wanted = self.expected().filter(|window| window.outcome.skip().is_none());
        let (made, gap): (Vec<&Planned>, Vec<&Planned>) = wanted.partition(|window| window.outcome == Outcome::Exists);
        Progress { expected: made.len() + gap.len(), made: made.len(), gap }
    }

    /// The token of a preview: it stays the same as long as applying would do the same.
    pub fn token(&self) -> String {
        let said: Vec<_> = self
            .expected()
            .map(|one| (one.source.to_string(), one.date, one.outcome.as_str(), &one.work_id, one.missing_tasks, &one.fingerprint))
            .collect();
        let digest = Sha256::digest(serde_json::to_vec(&said).unwrap_or_default());
        format!("{digest:x}")
    }

    /// The windows of one kind of source alone.
    #[must_use]
    pub fn only(mut self, kind: Kind) -> Self {
        self.windows.retain(|window| window.source.kind == kind);
        self
    }
}
