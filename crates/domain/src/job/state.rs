//! The states of an assistant job and every way from one to the next (AJ-1, wire contract 12.3). Nothing else writes a status.

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Being written; nobody works on it.
    #[default]
    Draft,
    /// Waits for somebody to take it.
    Queued,
    /// Somebody works on it.
    Running,
    /// There is an output; a person has to say whether it is good.
    WaitingApproval,
    /// A person said that it is good.
    Approved,
    /// A person said that it is not, and why.
    Rejected,
    /// To be tried once more, not queued yet.
    Retrying,
    /// Done, where nobody has to approve or somebody did.
    Succeeded,
    /// An attempt ended without an output.
    Failed,
    /// Given up by a person.
    Canceled,
}

/// What somebody wants to do with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Change the fields of the request.
    Edit,
    /// Hand it to whoever works on it.
    Submit,
    /// A `/transition` that asks for `draft`.
    SetDraft,
    /// A `/transition` that asks for `queued`.
    SetQueued,
    /// A `/transition` that asks for `running`.
    SetRunning,
    /// A `/transition` that asks for `waiting_approval`.
    SetWaitingApproval,
    /// A `/transition` that asks for `approved`.
    SetApproved,
    /// A `/transition` that asks for `rejected`.
    SetRejected,
    /// A `/transition` that asks for `retrying`.
    SetRetrying,
    /// A `/transition` that asks for `succeeded`.
    SetSucceeded,
    /// A `/transition` that asks for `failed`.
    SetFailed,
    /// A `/transition` that asks for `canceled`.
    SetCanceled,
    /// Try once more.
    Retry,
    /// Say that the output is good.
    Approve,
    /// Say that it is not, and why.
    Reject,
    /// Replace an output by an edited version of it.
    Revise,
    /// Give it up.
    Cancel,
    /// Add an output.
    Attach,
    /// Write an entry into the log.
    Log,
    /// Say that a failure was seen and nothing more is to be done.
    Acknowledge,
    /// Make the dry run's output at once.
    RunDry,
    /// The runner takes it, under a lease.
    Claim,
    /// The runner says that it is still at it.
    Renew,
    /// The runner hands in its outputs.
    Finish,
    /// The runner says that the attempt failed.
    Fail,
    /// The runner's lease is over: it is lost.
    Lose,
}

/// What an allowed action does to the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The status stays.
    Keep,
    /// A plain change of status.
    Become(JobStatus),
    /// One attempt more, if one is left.
    TryAgain,
    /// Done without a decision, where none is required or it was made.
    Succeed,
    /// Handed in: to be approved where that is required, else done.
    HandIn,
}

/// What the table needs to know of a job besides its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// A person has to approve.
    pub approval_required: bool,
    /// A person approved.
    pub approved: bool,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts allowed.
    pub most: u32,
    /// The request asks to go over the limit.
    pub over_limit: bool,
}

/// The code of an action that the status does not allow.
pub(super) const NOT_HERE: &str = "invalid_transition";

/// The whole life of a job: what each action does in each state.
///
/// # Errors
/// The words that refuse an action the state does not allow.
pub fn transition(from: JobStatus, action: Action) -> Result<Effect, Refusal> {
    use Action as A;
    use Effect::{Become, HandIn, Keep, Succeed, TryAgain};
    use JobStatus as S;
    let to = |status| Ok(Become(status));
    let refuse = |words: String| Err(Refusal::rule(NOT_HERE, words));
    let no_edge = |target: S| refuse(format!("Invalid transition: a job that is {} cannot become {}", from.as_str(), target.as_str()));
    let only = |what: &str, states: &str| refuse(format!("Only {states} jobs can be {what}; this one is {}", from.as_str()));
    match (from, action) {
        (S::Draft, A::Edit) => Ok(Keep),
        (
            S::Queued | S::Running | S::WaitingApproval | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::Edit,
        ) => only("changed", "draft"),

        (S::Draft | S::Retrying, A::Submit) => to(S::Queued),
        (S::Queued | S::Running | S::WaitingApproval | S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled, A::Submit) => {
            only("submitted", "draft or retrying")
        }

        // `/transition`: the edges of the contract. Decisions have routes of their own, so that none is made without a record.
        (S::Draft | S::Retrying, A::SetQueued) => to(S::Queued),
        (S::Queued | S::Retrying, A::SetRunning) => to(S::Running),
        (S::Running, A::SetWaitingApproval) => to(S::WaitingApproval),
        (S::Running | S::Approved, A::SetSucceeded) => Ok(Succeed),
        (S::Queued | S::Running | S::Retrying, A::SetFailed) => to(S::Failed),
        (S::Rejected | S::Failed, A::SetRetrying) => Ok(TryAgain),
        (S::Draft | S::Queued | S::Running | S::WaitingApproval | S::Retrying, A::SetCanceled) => to(S::Canceled),
        (S::WaitingApproval, A::SetApproved) => {
            refuse("A job that is waiting_approval becomes approved with POST .../approve, which records who decided".to_owned())
        }
        (S::WaitingApproval, A::SetRejected) => {
            refuse("A job that is waiting_approval becomes rejected with POST .../reject, which records who decided and why".to_owned())
        }
        (
            S::Draft
            | S::Queued
            | S::Running
            | S::WaitingApproval
            | S::Approved
            | S::Rejected
            | S::Retrying
            | S::Succeeded
            | S::Failed
            | S::Canceled,
            A::SetDraft,
        ) => no_edge(S::Draft),
        (
            S::Queued | S::Running | S::WaitingApproval | S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled,
            A::SetQueued,
        ) => no_edge(S::Queued),
        (
            S::Draft | S::Running | S::WaitingApproval | S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled,
            A::SetRunning,
        ) => no_edge(S::Running),
        (
            S::Draft | S::Queued | S::WaitingApproval | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::SetWaitingApproval,
        ) => no_edge(S::WaitingApproval),
        (
            S::Draft | S::Queued | S::Running | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::SetApproved,
        ) => no_edge(S::Approved),
        (
            S::Draft | S::Queued | S::Running | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::SetRejected,
        ) => no_edge(S::Rejected),
        (
            S::Draft | S::Queued | S::Running | S::WaitingApproval | S::Approved | S::Retrying | S::Succeeded | S::Canceled,
            A::SetRetrying,
        ) => no_edge(S::Retrying),
        (
            S::Draft | S::Queued | S::WaitingApproval | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::SetSucceeded,
        ) => no_edge(S::Succeeded),
        (S::Draft | S::WaitingApproval | S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled, A::SetFailed) => {
            no_edge(S::Failed)
        }
        (S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled, A::SetCanceled) => no_edge(S::Canceled),

        (S::Rejected | S::Failed, A::Retry) => Ok(TryAgain),
        (S::Draft | S::Queued | S::Running | S::WaitingApproval | S::Approved | S::Retrying | S::Succeeded | S::Canceled, A::Retry) => {
            only("retried", "failed or rejected")
        }

        (S::WaitingApproval, A::Approve) => to(S::Approved),
        (
            S::Draft | S::Queued | S::Running | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::Approve,
        ) => only("approved", "waiting_approval"),
        (S::WaitingApproval, A::Reject) => to(S::Rejected),
        (
            S::Draft | S::Queued | S::Running | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::Reject,
        ) => only("rejected", "waiting_approval"),
        (S::WaitingApproval, A::Revise) => Ok(Keep),
        (
            S::Draft | S::Queued | S::Running | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::Revise,
        ) => only("edited in their output", "waiting_approval"),

        (S::Draft | S::Queued | S::Running | S::WaitingApproval | S::Retrying, A::Cancel) => to(S::Canceled),
        (S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled, A::Cancel) => {
            refuse(format!("A job that is {} cannot be canceled", from.as_str()))
        }

        (
            S::Draft
            | S::Queued
            | S::Running
            | S::WaitingApproval
            | S::Approved
            | S::Rejected
            | S::Retrying
            | S::Succeeded
            | S::Failed
            | S::Canceled,
            A::Attach | A::Log,
        ) => Ok(Keep),

        (S::Failed | S::Rejected, A::Acknowledge) => Ok(Keep),
        (
            S::Draft | S::Queued | S::Running | S::WaitingApproval | S::Approved | S::Retrying | S::Succeeded | S::Canceled,
            A::Acknowledge,
        ) => only("acknowledged", "failed or rejected"),

        (S::Draft | S::Queued | S::Retrying | S::Running, A::RunDry) => Ok(HandIn),
        (S::WaitingApproval | S::Approved | S::Rejected | S::Succeeded | S::Failed | S::Canceled, A::RunDry) => {
            refuse(format!("A job that is {} cannot be run dry", from.as_str()))
        }

        (S::Queued, A::Claim) => to(S::Running),
        (
            S::Draft | S::Running | S::WaitingApproval | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::Claim,
        ) => only("claimed", "queued"),
        (S::Running, A::Renew) => Ok(Keep),
        (S::Running, A::Finish) => Ok(HandIn),
        (S::Running, A::Fail | A::Lose) => to(S::Failed),
        (
            S::Draft | S::Queued | S::WaitingApproval | S::Approved | S::Rejected | S::Retrying | S::Succeeded | S::Failed | S::Canceled,
            A::Renew | A::Finish | A::Fail | A::Lose,
        ) => refuse(format!("The attempt is over: the job is {}", from.as_str())),
    }
}

/// What an action does to a job under its rules of approval and attempts.
///
/// # Errors
/// What the table refuses, then the rules, in the order of the contract.
pub fn judge(from: JobStatus, action: Action, rules: Rules) -> Result<JobStatus, Refusal> {
    let decided = !rules.approval_required || rules.approved;
    match transition(from, action)? {
        Effect::Keep => Ok(from),
        Effect::Become(status) => Ok(status),
        Effect::Succeed if decided => Ok(JobStatus::Succeeded),
        Effect::Succeed => Err(Refusal::rule(
            "approval_required",
            "Approval-required jobs cannot succeed without an approval; hand the output in for approval",
        )),
        Effect::HandIn if rules.approval_required => Ok(JobStatus::WaitingApproval),
        Effect::HandIn => Ok(JobStatus::Succeeded),
        Effect::TryAgain if rules.over_limit => {
            Err(Refusal::rule("override_unsupported", "override is not supported: the retry limit holds for everybody"))
        }
        Effect::TryAgain if rules.attempts >= rules.most => Err(Refusal::rule(
            "retry_limit",
            format!("The retry limit is reached: {} of {} attempts were made", rules.attempts, rules.most),
        )),
        Effect::TryAgain => Ok(JobStatus::Retrying),
    }
}

impl JobStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::Queued,
        Self::Running,
        Self::WaitingApproval,
        Self::Approved,
        Self::Rejected,
        Self::Retrying,
        Self::Succeeded,
        Self::Failed,
        Self::Canceled,
    ];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::WaitingApproval => "waiting_approval",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Retrying => "retrying",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// The status with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The words that refuse an unknown status.
    pub fn unknown(name: &str) -> String {
        let known: Vec<&str> = Self::ALL.into_iter().map(Self::as_str).collect();
        let shown: String = name.chars().take(40).collect();
        format!("Unknown status '{shown}'; it must be one of: {}", known.join(", "))
    }

    /// The `/transition` that asks for this status.
    pub fn requested(self) -> Action {
        match self {
            Self::Draft => Action::SetDraft,
            Self::Queued => Action::SetQueued,
            Self::Running => Action::SetRunning,
            Self::WaitingApproval => Action::SetWaitingApproval,
            Self::Approved => Action::SetApproved,
            Self::Rejected => Action::SetRejected,
            Self::Retrying => Action::SetRetrying,
            Self::Succeeded => Action::SetSucceeded,
            Self::Failed => Action::SetFailed,
            Self::Canceled => Action::SetCanceled,
        }
    }

    /// What the audit log calls entering this status.
    pub fn event(self) -> &'static str {
        match self {
            Self::Draft => "created",
            Self::Queued => "queued",
            Self::Running => "started",
            Self::WaitingApproval => "approval-requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Retrying => "retry-requested",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// True where an attempt, or the whole job, has come to its end.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

impl Action {
    /// Every action, for the grid.
    pub const ALL: [Self; 26] = [
        Self::Edit,
        Self::Submit,
        Self::SetDraft,
        Self::SetQueued,
        Self::SetRunning,
        Self::SetWaitingApproval,
        Self::SetApproved,
        Self::SetRejected,
        Self::SetRetrying,
        Self::SetSucceeded,
        Self::SetFailed,
        Self::SetCanceled,
        Self::Retry,
        Self::Approve,
        Self::Reject,
        Self::Revise,
        Self::Cancel,
        Self::Attach,
        Self::Log,
        Self::Acknowledge,
        Self::RunDry,
        Self::Claim,
        Self::Renew,
        Self::Finish,
        Self::Fail,
        Self::Lose,
    ];
}
