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
    /// When the password or the address was changed last, or the user disabled. A session remembers this moment and is over
    /// when it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_changed_at: Option<Timestamp>,
    /// The one link that sets a first or forgotten password, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup_link: Option<SetupLink>,
    /// The user's API tokens, so that they are counted and ended with the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenMark>,
}

/// A setup link as kept: without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupLink {
    /// SHA-256 of its secret, in hex.
    pub hash: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// That a user has a token; the token itself is an item of the sessions table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenMark {
    /// The token's id.
    pub id: String,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl UserRecord {
    /// A user as just made.
    pub fn new(user: User, password_hash: Option<String>) -> Self {
        Self { user, password_hash, sign_in_changed_at: None, setup_link: None, tokens: Vec::new() }
    }
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
