//! The people who work here, for admins.

use dataops_domain::time::Timestamp;
use dataops_domain::user::User;
use serde::{Deserialize, Serialize};

use super::tasks::TasksPage;

/// A user with what an admin needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserCard {
    /// The user.
    pub user: User,
    /// False while no password was ever set.
    pub has_password: bool,
    /// When the setup link ends that was made and not used yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_link_until: Option<Timestamp>,
    /// How many API tokens the user has.
    pub tokens: usize,
    /// True for the one enabled admin there is.
    #[serde(default)]
    pub only_admin: bool,
}

/// `GET /api/views/users`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsersPage {
    /// When this was computed.
    pub checked_at: Timestamp,
    /// Everybody, those who may sign in first.
    pub users: Vec<UserCard>,
}

/// `GET /api/views/users/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserPage {
    /// The user.
    pub card: UserCard,
    /// Open tasks assigned to the user.
    pub tasks: TasksPage,
}
