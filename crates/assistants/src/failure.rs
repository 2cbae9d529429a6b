//! Why an attempt failed: a stable code, and words that are safe to store and to show (AJ-6).

use crate::clean;

/// The most bytes of a failure's words; the job keeps 500 characters.
const MAX_SUMMARY: usize = 500;

/// The kinds of failures. Names are stable: jobs, notifications and the portal show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// No assistant takes this type, or the request lacks what it needs.
    Unsupported,
    /// The chosen executor is switched off: a credential or setting is missing.
    ExecutorOff,
    /// The executor could not begin: no such command, no working folder, no connection.
    ExecutorUnavailable,
    /// The service does not accept the credential.
    CredentialRefused,
    /// The service refuses this request for good.
    RequestRefused,
    /// Too many requests, or a quota is spent.
    RateLimited,
    /// The service is overloaded or broken.
    ServiceUnavailable,
    /// The attempt took longer than it may.
    TimeLimit,
    /// Nothing was heard for longer than may be.
    InactivityLimit,
    /// It would have cost more than it may, in tokens or money.
    CostLimit,
    /// It wrote more than is taken.
    OutputLimit,
    /// Its answer cannot be understood.
    BrokenAnswer,
    /// It ended without the file that was asked for.
    NoOutput,
    /// The command ended with an error.
    CommandFailed,
    /// The command was ended from outside by a signal.
    Interrupted,
    /// Whoever ran it canceled it.
    Canceled,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 16] = [
        Self::Unsupported,
        Self::ExecutorOff,
        Self::ExecutorUnavailable,
        Self::CredentialRefused,
        Self::RequestRefused,
        Self::RateLimited,
        Self::ServiceUnavailable,
        Self::TimeLimit,
        Self::InactivityLimit,
        Self::CostLimit,
        Self::OutputLimit,
        Self::BrokenAnswer,
        Self::NoOutput,
        Self::CommandFailed,
        Self::Interrupted,
        Self::Canceled,
    ];

    /// The stable name, as `lastError.code` keeps it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::ExecutorOff => "executor_off",
            Self::ExecutorUnavailable => "executor_unavailable",
            Self::CredentialRefused => "credential_refused",
            Self::RequestRefused => "request_refused",
            Self::RateLimited => "rate_limited",
            Self::ServiceUnavailable => "service_unavailable",
            Self::TimeLimit => "time_limit",
            Self::InactivityLimit => "inactivity_limit",
            Self::CostLimit => "cost_limit",
            Self::OutputLimit => "output_limit",
            Self::BrokenAnswer => "broken_answer",
            Self::NoOutput => "no_output",
            Self::CommandFailed => "command_failed",
            Self::Interrupted => "interrupted",
            Self::Canceled => "canceled",
        }
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {summary}", code.as_str())]
pub struct Failure {
    /// The kind.
    pub code: Code,
    /// One line, at most 500 bytes, without control characters or secrets.
    pub summary: String,
    /// The executor's session, which a later attempt may go on with.
    pub session: Option<String>,
}

impl Failure {
    /// A failure in these words. They are cleaned: secrets are redacted, control characters go, the rest is cut.
    pub fn new(code: Code, words: &str) -> Self {
        Self { code, summary: clean::line(words, MAX_SUMMARY), session: None }
    }
}
