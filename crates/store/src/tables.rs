//! The whole key design: which table holds what, under which key, and which attributes its indexes need.
//!
//! `template.full.yaml` declares the same; a test compares the two. Index keys that are one value for many items
//! (`open`, `recent`) carry a shard suffix, one shard by default.

use std::collections::HashMap;

use crate::error::StoreError;

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Table {
    /// One item a task.
    Tasks,
    /// One item a bundle.
    Bundles,
    /// A catalog of tens of rows.
    Templates,
    /// One item a user, and one that reserves each e-mail address.
    Users,
    /// One item an uploaded file.
    Files,
    /// One item an artifact.
    Artifacts,
    /// One item an assistant job, with its attempts.
    AssistantJobs,
    /// One item an event: entity and sequence.
    AuditEvents,
    /// What people should look at.
    Notifications,
    /// A catalog of tens of rows: recurring duties.
    RecurringConfigs,
    /// One item a source and local date: what became of it.
    GenerationWindows,
    /// Heartbeats, locks, watermarks.
    System,
    /// Sign-in sessions and login attempts, by hashed token.
    Sessions,
    /// What was answered to a request with an Idempotency-Key.
    Idempotency,
}

/// An index: its name, its partition and its sort attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    /// The table it belongs to.
    pub table: Table,
    /// Its name in the template.
    pub name: &'static str,
    /// Its partition attribute.
    pub partition: &'static str,
    /// Its sort attribute.
    pub sort: &'static str,
}

const fn index(table: Table, name: &'static str, partition: &'static str, sort: &'static str) -> Index {
    Index { table, name, partition, sort }
}

/// Tasks to be done or waiting, by due date.
pub(crate) const OPEN: Index = index(Table::Tasks, "open", "open_shard", "open_sort");
/// Tasks done or put away, by status and date.
pub(crate) const CLOSED: Index = index(Table::Tasks, "closed", "closed_shard", "closed_sort");
/// Waiting tasks, by follow-up date.
pub(crate) const FOLLOW_UPS: Index = index(Table::Tasks, "follow-ups", "follow_up_shard", "follow_up_sort");
/// Tasks of a bundle, by date.
pub(crate) const TASKS_BY_BUNDLE: Index = index(Table::Tasks, "by-bundle", "bundle_id", "bundle_sort");
/// Tasks of a duty, by date.
pub(crate) const TASKS_BY_RECURRING: Index = index(Table::Tasks, "by-recurring", "recurring_config_id", "recurring_sort");
/// Bundles by status and anchor date.
pub(crate) const BUNDLES_BY_STATUS: Index = index(Table::Bundles, "by-status", "status_shard", "status_sort");
/// Bundles of a template, by anchor date.
pub(crate) const BUNDLES_BY_TEMPLATE: Index = index(Table::Bundles, "by-template", "template_id", "template_sort");
/// Files of a task.
pub(crate) const FILES_BY_TASK: Index = index(Table::Files, "by-task", "task_id", "task_sort");
/// Files by the time of their upload.
pub(crate) const FILES_RECENT: Index = index(Table::Files, "recent", "recent_shard", "recent_sort");
/// Files of a bundle.
pub(crate) const FILES_BY_BUNDLE: Index = index(Table::Files, "by-bundle", "bundle_id", "bundle_sort");
/// Artifacts by the time they were made.
pub(crate) const ARTIFACTS_RECENT: Index = index(Table::Artifacts, "recent", "recent_shard", "recent_sort");
/// Artifacts of a job.
pub(crate) const ARTIFACTS_BY_JOB: Index = index(Table::Artifacts, "by-job", "assistant_job_id", "job_sort");
/// Artifacts that wait for review.
pub(crate) const ARTIFACTS_IN_REVIEW: Index = index(Table::Artifacts, "in-review", "review_shard", "review_sort");
/// Artifacts of a task.
pub(crate) const ARTIFACTS_BY_TASK: Index = index(Table::Artifacts, "by-task", "task_id", "task_sort");
/// Artifacts of a bundle.
pub(crate) const ARTIFACTS_BY_BUNDLE: Index = index(Table::Artifacts, "by-bundle", "bundle_id", "bundle_sort");
/// Assistant jobs by the time of their last change.
pub(crate) const JOBS_RECENT: Index = index(Table::AssistantJobs, "recent", "recent_shard", "recent_sort");
/// Assistant jobs that somebody may still have to do something about, by status.
pub(crate) const JOBS_LIVE: Index = index(Table::AssistantJobs, "live", "live_shard", "live_sort");
/// Assistant jobs by status, then by the time of their last change.
pub(crate) const JOBS_BY_STATUS: Index = index(Table::AssistantJobs, "by-status", "status_shard", "status_sort");
/// Assistant jobs of a task.
pub(crate) const JOBS_BY_TASK: Index = index(Table::AssistantJobs, "by-task", "task_id", "task_sort");
/// Assistant jobs of a bundle.
pub(crate) const JOBS_BY_BUNDLE: Index = index(Table::AssistantJobs, "by-bundle", "bundle_id", "bundle_sort");
/// Events of a day.
pub(crate) const EVENTS_BY_DAY: Index = index(Table::AuditEvents, "by-day", "day", "day_sort");

/// Notifications nobody has dismissed, by reader and moment.
pub(crate) const INBOX: Index = index(Table::Notifications, "inbox", "inbox_reader", "inbox_sort");
/// All notifications, by whether they are in an inbox, then by moment.
pub(crate) const RECENT_NOTIFICATIONS: Index = index(Table::Notifications, "recent", "recent_shard", "recent_sort");
/// Notifications about a task.
pub(crate) const NOTIFICATIONS_BY_TASK: Index = index(Table::Notifications, "by-task", "task_id", "task_sort");
/// Notifications about a recurring duty or a template.
pub(crate) const NOTIFICATIONS_BY_SOURCE: Index = index(Table::Notifications, "by-source", "source", "source_sort");

/// The ledger of windows, by local date.
pub(crate) const WINDOWS_BY_DATE: Index = index(Table::GenerationWindows, "by-date", "date_shard", "date_sort");

/// Every index the store uses, for comparing with the template.
pub const INDEXES: [Index; 26] = [
    OPEN,
    CLOSED,
    FOLLOW_UPS,
    TASKS_BY_BUNDLE,
    TASKS_BY_RECURRING,
    BUNDLES_BY_STATUS,
    BUNDLES_BY_TEMPLATE,
    FILES_RECENT,
    FILES_BY_TASK,
    FILES_BY_BUNDLE,
    ARTIFACTS_RECENT,
    ARTIFACTS_BY_JOB,
    ARTIFACTS_IN_REVIEW,
    ARTIFACTS_BY_TASK,
    ARTIFACTS_BY_BUNDLE,
    JOBS_RECENT,
    JOBS_LIVE,
    JOBS_BY_STATUS,
    JOBS_BY_TASK,
    JOBS_BY_BUNDLE,
    EVENTS_BY_DAY,
    INBOX,
    RECENT_NOTIFICATIONS,
    NOTIFICATIONS_BY_TASK,
    NOTIFICATIONS_BY_SOURCE,
    WINDOWS_BY_DATE,
];

impl Table {
    /// Every table the store uses.
    pub const ALL: [Self; 14] = [
        Self::Tasks,
        Self::Bundles,
        Self::Templates,
        Self::Users,
        Self::Files,
        Self::Artifacts,
        Self::AssistantJobs,
        Self::AuditEvents,
        Self::Notifications,
        Self::RecurringConfigs,
        Self::GenerationWindows,
        Self::System,
        Self::Sessions,
        Self::Idempotency,
    ];

    /// The variable that carries its name.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Tasks => "DATAOPS_TASKS_TABLE",
            Self::Bundles => "DATAOPS_BUNDLES_TABLE",
            Self::Templates => "DATAOPS_TEMPLATES_TABLE",
            Self::Users => "DATAOPS_USERS_TABLE",
            Self::Files => "DATAOPS_FILES_TABLE",
            Self::Artifacts => "DATAOPS_ARTIFACTS_TABLE",
            Self::AssistantJobs => "DATAOPS_ASSISTANT_JOBS_TABLE",
            Self::AuditEvents => "DATAOPS_AUDIT_EVENTS_TABLE",
            Self::Notifications => "DATAOPS_NOTIFICATIONS_TABLE",
            Self::RecurringConfigs => "DATAOPS_RECURRING_CONFIGS_TABLE",
            Self::GenerationWindows => "DATAOPS_GENERATION_WINDOWS_TABLE",
            Self::System => "DATAOPS_SYSTEM_TABLE",
            Self::Sessions => "DATAOPS_SESSIONS_TABLE",
            Self::Idempotency => "DATAOPS_IDEMPOTENCY_TABLE",
        }
    }

    /// Its partition key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Tasks => "task_id",
            Self::Bundles => "bundle_id",
            Self::Templates => "template_id",
            Self::Users => "user_id",
            Self::Files => "file_id",
            Self::Artifacts => "artifact_id",
            Self::AssistantJobs => "assistant_job_id",
            Self::AuditEvents => "entity",
            Self::Notifications => "notification_id",
            Self::RecurringConfigs => "recurring_config_id",
            Self::GenerationWindows => "source",
            Self::System => "name",
            Self::Sessions => "token_hash",
            Self::Idempotency => "key",
        }
    }

    /// Its sort key, for the few that have one.
    pub fn sort_key(self) -> Option<&'static str> {
        match self {
            Self::AuditEvents => Some("sequence"),
            Self::GenerationWindows => Some("date"),
            _ => None,
        }
    }

    /// The attribute that holds the id audit events name a record by: its key, except where a key has two parts.
    pub(crate) fn entity_attribute(self) -> &'static str {
        if self == Self::GenerationWindows { "window_id" } else { self.key() }
    }

    /// True for the catalogs, which are read whole.
    pub fn is_catalog(self) -> bool {
        matches!(self, Self::Templates | Self::Users | Self::RecurringConfigs)
    }
}

/// The tables' names in this stack. A function knows only those it uses.
#[derive(Debug, Clone, Default)]
pub struct Tables(HashMap<Table, String>);

impl Tables {
    /// Takes the names from the variables that `get` knows.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        Self(Table::ALL.into_iter().filter_map(|table| Some((table, get(table.variable())?))).collect())
    }

    pub(crate) fn name(&self, table: Table) -> Result<&str, StoreError> {
        self.0.get(&table).map(String::as_str).ok_or(StoreError::NotConfigured(table.variable()))
    }

    /// The table with this name.
    pub fn find(&self, name: &str) -> Option<Table> {
        self.0.iter().find(|(_, known)| *known == name).map(|(table, _)| *table)
    }
}
