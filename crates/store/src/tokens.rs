//! API tokens in the sessions table, under keys of their own: `token#<id>`. The engine's role reaches these keys and no
//! session; the portal reads them and notes their use.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use dataops_domain::credential::ApiToken;
use dataops_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Record, Stored};
use crate::tables::Table;

/// How long a use of a token is not noted again, in seconds.
const NOTED_FOR: i64 = 600;

/// A token as stored: what its owner sees, whose it is, and the hash of its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// The item's key.
    pub key: String,
    /// The token.
    pub token: ApiToken,
    /// Whose it is.
    pub user_id: String,
    /// SHA-256 of its secret, in hex.
    pub secret_hash: String,
}

/// The key of a token's item.
pub(crate) fn key(id: &str) -> String {
    format!("token#{id}")
}

impl TokenRecord {
    /// A new token of a user.
    pub fn new(token: ApiToken, user_id: &str, secret_hash: String) -> Self {
        Self { key: key(&token.id), token, user_id: user_id.to_owned(), secret_hash }
    }
}

impl Record for TokenRecord {
    const TABLE: Table = Table::Sessions;
    const KIND: &'static str = "api token";

    fn key(&self) -> &str {
        &self.key
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// When the database may forget it.
    fn expires_at(&self) -> Option<Timestamp> {
        self.token.expires_at
    }

    fn version(&self) -> u64 {
        1
    }

    fn set_version(&mut self, _version: u64) {}
}

impl Store {
    /// Reads a token. The caller judges its secret and whether it is over.
    ///
    /// # Errors
    /// When the database refuses or the item can't be read.
    pub async fn token_get(&self, id: &str) -> Result<Option<TokenRecord>, StoreError> {
        Ok(self.get::<TokenRecord>(&key(id)).await?.map(|stored| stored.record))
    }

    /// Reads the tokens with these ids, in order of the ids; those that are gone are left out.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub async fn tokens_get(&self, ids: &[String]) -> Result<Vec<ApiToken>, StoreError> {
        let keys: Vec<String> = ids.iter().map(|id| key(id)).collect();
        let mut tokens: Vec<ApiToken> =
            self.get_many::<TokenRecord>(&keys).await?.into_iter().map(|stored: Stored<TokenRecord>| stored.record.token).collect();
        tokens.sort_by_key(|token| ids.iter().position(|id| *id == token.id));
        Ok(tokens)
    }

    /// Notes that a token was used, at most every ten minutes. One that was revoked meanwhile stays revoked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn token_used(&self, record: &TokenRecord, now: Timestamp) -> Result<(), StoreError> {
        if record.token.last_used_at.is_some_and(|last| now.millis() - last.millis() < NOTED_FOR * 1_000) {
            return Ok(());
        }
        let used = TokenRecord { token: ApiToken { last_used_at: Some(now), ..record.token.clone() }, ..record.clone() };
        let doc = serde_json::to_string(&used).map_err(|error| StoreError::Database(error.to_string()))?;
        let request = self
            .client
            .update_item()
            .table_name(self.name(Table::Sessions)?)
            .key(Table::Sessions.key(), item::text(&record.key))
            .update_expression("SET doc = :doc")
            .condition_expression("attribute_exists(token_hash)")
            .expression_attribute_values(":doc", item::text(doc));
        match Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await {
            Ok(reply) => self.note("UpdateItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => {}
            Err(error) => return Err(StoreError::from_sdk(error)),
        }
        Ok(())
    }
}
