//! Users in their table, with the item that reserves each e-mail address.

use dataops_domain::id::UserId;
use dataops_domain::search::Entry;
use dataops_domain::time::Timestamp;
use dataops_domain::user::User;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Record, Stored};
use crate::tables::Table;

/// A user as stored: what the wire shows, and what it never shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRecord {
    /// The user.
    pub user: User,
    /// argon2id in PHC form; absent when the user has no password yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// Sessions made before this moment are over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_changed_at: Option<Timestamp>,
}

impl Record for UserRecord {
    const TABLE: Table = Table::Users;
    const KIND: &'static str = "user";

    fn key(&self) -> &str {
        self.user.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn version(&self) -> u64 {
        self.user.version
    }

    fn set_version(&mut self, version: u64) {
        self.user.version = version;
    }

    fn found(&self) -> Option<Entry> {
        Some(Entry::from(&self.user))
    }
}

/// The key of the item that reserves an address. Addresses differ by more than case.
pub(crate) fn reservation(email: &str) -> String {
    format!("email#{}", email.trim().to_lowercase())
}

impl Store {
    /// Reads one user.
    ///
    /// # Errors
    /// When the database refuses or the item can't be read.
    pub async fn user_get(&self, id: &UserId) -> Result<Option<UserRecord>, StoreError> {
        Ok(self.get::<UserRecord>(id.as_str()).await?.map(|stored: Stored<UserRecord>| stored.record))
    }

    /// Reads the user with this address: its reservation, then the user.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRecord>, StoreError> {
        let Some(reserved) = self.get_item(Table::Users, &reservation(email)).await? else { return Ok(None) };
        let Some(owner) = item::read_text(&reserved, "owner") else { return Ok(None) };
        self.user_get(&UserId::new(owner)).await
    }
}
