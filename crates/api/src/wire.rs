//! Envelopes of the API's answers, as the wire contract names them.

use std::collections::BTreeMap;

use dataops_domain::FieldError;
use dataops_domain::artifact::Artifact;
use dataops_domain::audit::Event;
use dataops_domain::audit::verify::Finding;
use dataops_domain::bundle::Bundle;
use dataops_domain::credential::ApiToken;
use dataops_domain::file::File;
use dataops_domain::id::{TaskId, TemplateId};
use dataops_domain::job::Job;
use dataops_domain::notification::Notification;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::template::difference::Difference;
use dataops_domain::template::running::{Because, RunDifference};
use dataops_domain::time::{Date, Timestamp};
use dataops_domain::user::User;
use serde::{Deserialize, Serialize};

macro_rules! envelope {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $kind:ty }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
        pub struct $name {
            $(#[$field_doc])*
            pub $field: $kind,
        }
    };
}

envelope!(
    /// One user.
    UserAnswer {
        /// The user.
        user: User
    }
);
envelope!(
    /// One template.
    TemplateAnswer {
        /// The template.
        template: Template
    }
);

envelope!(
    /// One notification.
    NotificationAnswer {
        /// The notification.
        notification: Notification
    }
);
envelope!(
    /// How many records were changed.
    CountAnswer {
        /// The number.
        count: usize
    }
);

/// A list of notifications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationList {
    /// The notifications.
    pub notifications: Vec<Notification>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

envelope!(
    /// The caller's API tokens.
    TokenList {
        /// The tokens, the oldest first.
        tokens: Vec<ApiToken>
    }
);

/// An API token that was just made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TokenMade {
    /// The token.
    pub token: ApiToken,
    /// Its value. It is in this answer and nowhere else.
    pub value: String,
}

/// A link with which a user sets a first or forgotten password, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetupLinkMade {
    /// Whose password it sets.
    pub user_id: String,
    /// Its path and query on the portal; they are in this answer and nowhere else.
    pub path: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A setup link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetupLinkAnswer {
    /// The link.
    pub setup_link: SetupLinkMade,
}

/// That a user's way to sign in was changed. It ends the user's sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInChanged {
    /// The user.
    pub user: User,
    /// When: sessions that know an earlier moment are over.
    pub sign_in_changed_at: Timestamp,
}

/// What became of one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reassigned {
    /// Task id.
    pub id: String,
    /// What is to be done; absent when there is no such task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What happened.
    pub result: ReassignResult,
    /// Why it was left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What happened to a task that was to be given to somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReassignResult {
    /// It has the new assignee, from now on or already.
    Reassigned,
    /// It was left alone: somebody else's, closed, or gone.
    Skipped,
    /// It could not be changed now; repeat the request.
    Failed,
}

/// What a bulk reassignment did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReassignAnswer {
    /// A result for each task.
    pub results: Vec<Reassigned>,
    /// How many tasks have the new assignee now.
    pub reassigned: usize,
    /// True when more open tasks are assigned than one request takes; repeat it.
    pub more: bool,
}

envelope!(
    /// One file.
    FileAnswer {
        /// The file.
        file: File
    }
);
envelope!(
    /// One artifact.
    ArtifactAnswer {
        /// The artifact.
        artifact: Artifact
    }
);

/// A request that carries a file straight to the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadRequest {
    /// The signed address.
    pub url: String,
    /// `PUT`.
    pub method: String,
    /// Headers that must be sent as they are.
    #[schema(value_type = Object)]
    pub headers: BTreeMap<String, String>,
    /// Until when it may begin.
    pub expires_at: Timestamp,
}

/// An upload that was announced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UploadAnswer {
    /// The file, `uploading` until it is completed.
    pub file: File,
    /// What to send.
    pub upload: UploadRequest,
}

/// A list of files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileList {
    /// The files.
    pub files: Vec<File>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A list of artifacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactList {
    /// The artifacts.
    pub artifacts: Vec<Artifact>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskList {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A list of bundles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BundleList {
    /// The bundles.
    pub bundles: Vec<Bundle>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A list of templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateList {
    /// The templates.
    pub templates: Vec<Template>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// A list of users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserList {
    /// The users.
    pub users: Vec<User>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One bundle, with its tasks when it was just started from a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BundleAnswer {
    /// The bundle.
    pub bundle: Bundle,
    /// The tasks made with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<Task>>,
}

/// A bundle with what endangers it, counted when it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BundleWithRisk {
    /// The bundle.
    #[serde(flatten)]
    pub bundle: Bundle,
    /// Counts over its open tasks.
    pub risk: crate::views::row::Risk,
}

/// One bundle and its risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BundleDetail {
    /// The bundle.
    pub bundle: BundleWithRisk,
}

/// One date of a workflow that is about to be started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedTask {
    /// The task's name inside the template.
    pub ref_id: String,
    /// What is to be done.
    pub description: String,
    /// When it would be due.
    pub date: Date,
    /// Days from the anchor date.
    pub offset_days: i64,
    /// Name of the phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Who would do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<String>,
    /// True for a milestone.
    #[serde(default)]
    pub milestone: bool,
    /// True on a Saturday or Sunday.
    #[serde(default)]
    pub weekend: bool,
    /// True when the date lies before today.
    #[serde(default)]
    pub past: bool,
}

/// Every date a workflow would have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartPreview {
    /// The template.
    pub template: Template,
    /// The anchor date asked for.
    pub anchor_date: Date,
    /// Its tasks by date.
    pub tasks: Vec<PlannedTask>,
}

/// A list of audit events, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventList {
    /// The events.
    pub events: Vec<Event>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What checking a part of the audit chains found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// How many chains were checked.
    pub entities: usize,
    /// How many events they have.
    pub events: usize,
    /// How many of them had a secret taken out after they were written: their words cannot be checked any more.
    #[serde(default, skip_serializing_if = "is_none")]
    pub redacted: usize,
    /// Everything that is wrong.
    pub findings: Vec<Finding>,
    /// Where the check goes on, when it is not at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

/// What checking a part of the audit chains found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditAnswer {
    /// The report.
    pub audit: AuditReport,
}

/// How a template stands to its definition in Git.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateContent {
    /// The file in Git; absent when there is none for this template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// True when it was edited here and says something else than Git.
    #[serde(default)]
    pub edited: bool,
    /// True when Git has a newer definition than the one it was taken from.
    #[serde(default)]
    pub newer: bool,
    /// What taking Git's definition would change; absent when both say the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

/// A template as a file for Git.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateFile {
    /// The file's name under `content/workflows/`.
    pub name: String,
    /// Its YAML.
    pub text: String,
    /// What Git would refuse, and what of the template is not in the file.
    pub problems: Vec<String>,
}

/// What a change would make of a template; nothing was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateCheck {
    /// The template as it would be.
    pub template: Template,
    /// What is allowed and hardly meant, at its field.
    pub advice: Vec<FieldError>,
}

/// What a template changed since a workflow was started from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateDifference {
    /// The template; absent when the workflow was made without one, or it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub template_id: Option<TemplateId>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_name: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version: Option<u64>,
    /// The version the workflow was started from, or that somebody looked through last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_version: Option<u64>,
    /// The parts.
    #[serde(flatten)]
    pub parts: RunDifference,
}

/// What became of one part that was to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// The task or link was made.
    Added,
    /// The task or the phases were changed.
    Changed,
    /// The task was deleted.
    Deleted,
    /// There was nothing to take: it was taken before, or the template says the same.
    Unchanged,
    /// It can't be taken: see why.
    Kept,
}

/// One part that was to be taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TakenPart {
    /// The task's ref, when it is a task.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub ref_id: Option<String>,
    /// The link's name, when it is a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What became of it.
    pub outcome: Taken,
    /// Why it can't be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// The task concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub task_id: Option<TaskId>,
}

/// The answer to taking parts of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TemplateTaken {
    /// The bundle as it is now.
    pub bundle: Bundle,
    /// One result for each part that was asked for.
    pub results: Vec<TakenPart>,
}

/// What to take of what a template changed; at least one of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct TakeRequest {
    /// Refs of tasks, at most 400.
    pub refs: Vec<String>,
    /// Names of link slots.
    pub links: Vec<String>,
    /// True to take the phases.
    pub phases: bool,
    /// True to be told of the rest only when the template changes again.
    pub leave_rest: bool,
}

/// A list of assistant jobs, the one changed last first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Where the next page starts, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// An assistant job with its artifacts and its last events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobDetail {
    /// The job.
    pub job: Job,
    /// Artifacts that belong to it, newest last.
    pub artifacts: Vec<Artifact>,
    /// The last 50 events, oldest first.
    pub events: Vec<Event>,
}

/// An assistant job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobAnswer {
    /// The job.
    pub job: Job,
}

/// An assistant job and the artifact that a request made or attached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobArtifactAnswer {
    /// The job.
    pub job: Job,
    /// The artifact.
    pub artifact: Artifact,
}

/// An acknowledged job, and the follow-up task when one was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct JobAcknowledged {
    /// The job.
    pub job: Job,
    /// The task that follows it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
}

/// One event, as it was appended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventAnswer {
    /// The event.
    pub event: Event,
}
