//! The states of a task and every way from one to the next. Nothing else writes a status.

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// To be done.
    #[default]
    Todo,
    /// Waiting for somebody; still active.
    Waiting,
    /// Done, with its proof.
    Done,
    /// Put away without being done.
    Archived,
}

/// What somebody wants to do with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change fields, not the status.
    Edit,
    /// An update that asks for `todo`.
    SetTodo,
    /// An update that asks for `waiting`.
    SetWaiting,
    /// An update that asks for `done`.
    SetDone,
    /// An update that asks for `archived`.
    SetArchived,
    /// Start to wait for somebody.
    MarkWaiting,
    /// Asked again; still waiting.
    FollowUpSent,
    /// They answered.
    ResponseReceived,
    /// The wait ended otherwise.
    Unblocked,
    /// The wait ended by finishing the task.
    ResolveDone,
    /// Write a comment into the history.
    Comment,
    /// Take back one's last change.
    Undo,
}

/// What an allowed action does besides changing fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the status stays.
    Keep,
    /// A plain change of status.
    Become(Status),
    /// Starts to wait: who, when and a comment must be there.
    Wait,
    /// Judged by the gates, then done: completion time and actor, evidence, history, stage.
    Complete,
    /// Judged by the gates again; completion time and actor are refreshed.
    CompleteAgain,
    /// No longer done: completion and evidence are cleared, history says so.
    Reopen(Status),
    /// The wait is over: back to `todo`, wait fields become null.
    EndWait,
    /// Back to the status before the change that is undone.
    Restore,
}

const RESOLVE: &str = "Waiting tasks must be resolved with the follow-up resolve action before completion";
const RESPOND: &str = "Waiting tasks must use the response received or unblocked action before returning to todo";

/// The whole life of a task: what each action does in each state.
///
/// # Errors
/// The words that refuse an action the state does not allow.
pub fn transition(from: Status, action: Action) -> Result<Effect, Refusal> {
    use Action as A;
    use Status as S;
    let refuse = |words: &str| Err(Refusal::rule("invalid_transition", words));
    match (from, action) {
        (S::Todo | S::Waiting | S::Done | S::Archived, A::Edit | A::Comment) => Ok(Effect::Keep),

        (S::Done | S::Archived, A::Undo) => Ok(Effect::Restore),
        (S::Todo | S::Waiting, A::Undo) => Ok(Effect::Keep),

        (S::Todo, A::SetTodo) => Ok(Effect::Keep),
        (S::Waiting, A::SetTodo) => refuse(RESPOND),
        (S::Done, A::SetTodo) => Ok(Effect::Reopen(S::Todo)),
        (S::Archived, A::SetTodo) => Ok(Effect::Become(S::Todo)),

        (S::Todo | S::Archived, A::SetWaiting) => Ok(Effect::Wait),
        (S::Waiting, A::SetWaiting) => Ok(Effect::Keep),
        (S::Done, A::SetWaiting) => Ok(Effect::Reopen(S::Waiting)),

        (S::Todo | S::Archived, A::SetDone) => Ok(Effect::Complete),
        (S::Waiting, A::SetDone) => refuse(RESOLVE),
        (S::Done, A::SetDone) => Ok(Effect::CompleteAgain),

        (S::Todo | S::Waiting | S::Done, A::SetArchived) => Ok(Effect::Become(S::Archived)),
        (S::Archived, A::SetArchived) => Ok(Effect::Keep),

        (S::Todo | S::Waiting | S::Archived, A::MarkWaiting) => Ok(Effect::Wait),
        (S::Done, A::MarkWaiting) => refuse("Done tasks cannot be marked waiting; reopen the task first"),

        (S::Waiting, A::FollowUpSent) => Ok(Effect::Keep),
        (S::Waiting, A::ResponseReceived | A::Unblocked) => Ok(Effect::EndWait),
        (S::Waiting, A::ResolveDone) => Ok(Effect::Complete),
        (S::Todo | S::Done | S::Archived, A::FollowUpSent | A::ResponseReceived | A::Unblocked | A::ResolveDone) => {
            refuse("Only waiting tasks can use this follow-up action")
        }
    }
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Todo, Self::Waiting, Self::Done, Self::Archived];
    /// The words that refuse an unknown status.
    pub const UNKNOWN: &'static str = "Invalid status. Must be 'todo', 'waiting', 'done', or 'archived'";

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Archived => "archived",
        }
    }

    /// The status with this wire name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The update action that asks for this status.
    pub fn requested(self) -> Action {
        match self {
            Self::Todo => Action::SetTodo,
            Self::Waiting => Action::SetWaiting,
            Self::Done => Action::SetDone,
            Self::Archived => Action::SetArchived,
        }
    }
}

impl Action {
    /// Every action, for the grid.
    pub const ALL: [Self; 12] = [
        Self::Edit,
        Self::SetTodo,
        Self::SetWaiting,
        Self::SetDone,
        Self::SetArchived,
        Self::MarkWaiting,
        Self::FollowUpSent,
        Self::ResponseReceived,
        Self::Unblocked,
        Self::ResolveDone,
        Self::Comment,
        Self::Undo,
    ];
}
