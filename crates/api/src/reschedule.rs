//! Answers of moving a workflow's anchor date.

use dataops_domain::bundle::Bundle;
use dataops_domain::reschedule::Stays;
use dataops_domain::task::Status;
use dataops_domain::time::Date;
use serde::{Deserialize, Serialize};

/// A task that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MovedTask {
    /// Task id.
    pub id: String,
    /// What is to be done.
    pub description: String,
    /// Where it stands: to be done, or waiting; a follow-up date stays as it is.
    pub status: Status,
    /// Its date until now.
    pub from: Date,
    /// Its new date.
    pub to: Date,
    /// True when the new date is a Saturday or Sunday.
    #[serde(default)]
    pub weekend: bool,
    /// True when the new date lies before today.
    #[serde(default)]
    pub past: bool,
}

/// A task that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeptTask {
    /// Task id.
    pub id: String,
    /// What is to be done.
    pub description: String,
    /// Its date.
    pub date: Date,
    /// Why it stays.
    pub reason: Stays,
}

/// `POST /api/bundles/:id/reschedule`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rescheduled {
    /// The bundle as it is now; in a preview nothing of it has changed.
    pub bundle: Bundle,
    /// The anchor date asked for.
    pub anchor_date: Date,
    /// The anchor date its tasks come from.
    pub from: Date,
    /// True when nothing was written.
    pub preview: bool,
    /// The tasks that follow, by their new date.
    pub moved: Vec<MovedTask>,
    /// The tasks that stay, by date.
    pub kept: Vec<KeptTask>,
}
