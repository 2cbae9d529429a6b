//! Sign-in sessions by hashed token, and failed sign-ins by what was tried.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use dataops_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item};
use crate::tables::Table;

/// How long failed sign-ins are counted, in seconds.
const FAILURE_WINDOW: i64 = 15 * 60;

/// How the key of a user's last sign-in begins.
const SIGN_IN: &str = "signed-in#";

/// A signed-in browser or client. The token itself is never stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of the token, in hex.
    pub token_hash: String,
    /// Whose session it is.
    pub user_id: String,
    /// What its forms must carry.
    pub csrf: String,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last renewed.
    pub last_seen: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When the user's way to sign in was changed last before this session; a later change ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_changed_at: Option<Timestamp>,
}

impl Store {
    /// Reads a session. The caller judges whether it has expired.
    ///
    /// # Errors
    /// When the database refuses or the item can't be read.
    pub async fn session_get(&self, hash: &str) -> Result<Option<Session>, StoreError> {
        let Some(item) = self.get_item(Table::Sessions, hash).await? else { return Ok(None) };
        let Some(doc) = item::read_text(&item, "doc") else { return Ok(None) };
        serde_json::from_str(doc).map(Some).map_err(|error| StoreError::Unreadable {
            kind: "session",
            key: String::new(),
            reason: error.to_string(),
        })
    }

    /// Writes a session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session_put(&self, session: &Session) -> Result<(), StoreError> {
        let doc = serde_json::to_string(session).map_err(|error| StoreError::Database(error.to_string()))?;
        let item = Item::from([
            (Table::Sessions.key().to_owned(), item::text(&session.token_hash)),
            ("doc".to_owned(), item::text(doc)),
            ("user_id".to_owned(), item::text(&session.user_id)),
            ("user_sort".to_owned(), item::text(session.created_at.to_string())),
            ("expires_at".to_owned(), item::number(session.expires_at.millis() / 1_000)),
            ("v".to_owned(), item::number(1)),
        ]);
        let request = self.client.put_item().table_name(self.name(Table::Sessions)?).set_item(Some(item));
        let reply = Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
        self.note("PutItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(())
    }

    /// Notes when a user signed in last.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_in_note(&self, user: &str, now: Timestamp) -> Result<(), StoreError> {
        let item = Item::from([
            (Table::Sessions.key().to_owned(), item::text(sign_in_key(user))),
            ("signed_in_at".to_owned(), item::text(now.to_string())),
            ("v".to_owned(), item::number(1)),
        ]);
        let request = self.client.put_item().table_name(self.name(Table::Sessions)?).set_item(Some(item));
        let reply = Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
        self.note("PutItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(())
    }

    /// When these users signed in last, as far as it is known.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_ins(&self, users: &[String]) -> Result<HashMap<String, Timestamp>, StoreError> {
        let keys: Vec<String> = users.iter().map(|user| sign_in_key(user)).collect();
        let items = self.get_items(Table::Sessions, &keys).await?;
        let read = |item: &Item| {
            let user = item::read_text(item, Table::Sessions.key())?.strip_prefix(SIGN_IN)?.to_owned();
            Some((user, Timestamp::parse(item::read_text(item, "signed_in_at")?)?))
        };
        Ok(items.iter().filter_map(read).collect())
    }

    /// Renews a session that still exists; one that was ended meanwhile stays ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session_renew(&self, renewed: &Session) -> Result<(), StoreError> {
        let doc = serde_json::to_string(renewed).map_err(|error| StoreError::Database(error.to_string()))?;
        let request = self
            .client
            .update_item()
            .table_name(self.name(Table::Sessions)?)
            .key(Table::Sessions.key(), item::text(&renewed.token_hash))
            .update_expression("SET doc = :doc, expires_at = :expires_at")
            .condition_expression("attribute_exists(token_hash)")
            .expression_attribute_values(":doc", item::text(doc))
            .expression_attribute_values(":expires_at", item::number(renewed.expires_at.millis() / 1_000));
        match Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await {
            Ok(reply) => self.note("UpdateItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default()),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) => {}
            Err(error) => return Err(StoreError::from_sdk(error)),
        }
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session_delete(&self, hash: &str) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(self.name(Table::Sessions)?).key(Table::Sessions.key(), item::text(hash));
        let reply = Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
        self.note("DeleteItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(())
    }

    /// How often signing in failed for this address or place in the current quarter of an hour.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn login_failures(&self, key: &str, now: Timestamp) -> Result<u32, StoreError> {
        let item = self.get_item(Table::Sessions, &failures_key(key, now)).await?;
        Ok(item.and_then(|item| item::read_number(&item, "failures")).and_then(|count| u32::try_from(count).ok()).unwrap_or(0))
    }

    /// Counts a failed sign-in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn login_failed(&self, key: &str, now: Timestamp) -> Result<u32, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(self.name(Table::Sessions)?)
            .key(Table::Sessions.key(), item::text(failures_key(key, now)))
            .update_expression("ADD failures :one SET expires_at = :expires_at")
            .expression_attribute_values(":one", item::number(1))
            .expression_attribute_values(":expires_at", item::number(now.millis() / 1_000 + 2 * FAILURE_WINDOW))
            .return_values(ReturnValue::UpdatedNew);
        let reply = Box::pin(request.return_consumed_capacity(ReturnConsumedCapacity::Total).send()).await.map_err(StoreError::from_sdk)?;
        self.note("UpdateItem", None, reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(reply.attributes().and_then(|item| item::read_number(item, "failures")).and_then(|count| u32::try_from(count).ok()).unwrap_or(1))
    }

    /// Forgets the failures of an address that signed in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn login_succeeded(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.session_delete(&failures_key(key, now)).await
    }
}

fn sign_in_key(user: &str) -> String {
    format!("{SIGN_IN}{user}")
}

fn failures_key(key: &str, now: Timestamp) -> String {
    let window = now.millis() / 1_000 / FAILURE_WINDOW;
    format!("login#{window}#{}", crate::operation::hex(key.trim().to_lowercase().as_bytes()))
}
