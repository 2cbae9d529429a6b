//! A person's own API tokens (PL-5). The token is an item of the sessions table, its mark stands on the user: marks are read
//! and written consistently, so tokens are counted, found and ended without an index.

use dataops_api::wire::{TokenList, TokenMade};
use dataops_domain::audit::NewEvent;
use dataops_domain::credential::{self, ApiToken, MAX_TOKENS, NewToken};
use dataops_domain::json::Object;
use dataops_store::{Operation, Stored, TokenMark, TokenRecord, UserRecord};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::{Error, Expected};

impl Engine {
    /// Lists the caller's tokens, without those that are over.
    ///
    /// # Errors
    /// 403 when the caller is no enabled user.
    pub async fn tokens_list(&self, operation: &Operation) -> Result<TokenList, Error> {
        let owner = self.owner(operation).await?;
        let ids: Vec<String> = owner.record.tokens.into_iter().map(|mark| mark.id).collect();
        let mut tokens = if ids.is_empty() { Vec::new() } else { self.store.tokens_get(&ids).await? };
        tokens.retain(|token| !token.is_over(operation.now));
        Ok(TokenList { tokens })
    }

    /// Makes a token of the caller. `secret` is random; the value is in this answer and nowhere else.
    ///
    /// # Errors
    /// 403 when the caller is no enabled user; every field that is wrong; 409 when there are too many, or when this very
    /// request made its token before.
    pub async fn token_create(&self, operation: &Operation, body: &Object, secret: &str) -> Result<TokenMade, Error> {
        self.owner(operation).await?;
        let new = NewToken::parse(body, operation.now, self.timezone)?;
        let token = ApiToken {
            id: operation.new_id("token"),
            name: new.name,
            created_at: operation.now,
            expires_at: new.expires_at,
            last_used_at: None,
        };
        let once = operation.once(secret);
        self.decide(operation, || async {
            let stored = self.owner(operation).await?;
            let mut after = stored.record.clone();
            after.tokens.retain(|mark| mark.expires_at.is_none_or(|end| end > operation.now));
            if after.tokens.iter().any(|mark| mark.id == token.id) {
                return Err(already_shown().into());
            }
            if after.tokens.len() >= MAX_TOKENS {
                let words = format!("There are {MAX_TOKENS} tokens already; revoke one that is no longer used");
                return Err(Expected::conflict("too_many_tokens", words).into());
            }
            after.tokens.push(TokenMark { id: token.id.clone(), expires_at: token.expires_at });
            let mut transaction = self.store.begin(&once);
            transaction.create(TokenRecord::new(token.clone(), &operation.actor.id, credential::hash(secret)), None);
            let event = NewEvent {
                action: "token-created",
                summary: format!("Made the API token '{}'", token.name),
                metadata: json!({ "keyId": token.id, "expiresAt": token.expires_at }),
            };
            transaction.change(&stored, after, event, false);
            transaction.commit(201, &json!({ "tokenId": token.id })).await?;
            Ok(TokenMade { value: credential::api_token(&token.id, secret), token: token.clone() })
        })
        .await
    }

    /// Revokes a token of the caller, at once.
    ///
    /// # Errors
    /// 403 when the caller is no enabled user; 404 when the caller has no such token.
    pub async fn token_delete(&self, operation: &Operation, id: &str) -> Result<(), Error> {
        self.decide(operation, || async {
            let stored = self.owner(operation).await?;
            let mut after = stored.record.clone();
            after.tokens.retain(|mark| mark.id != id);
            if after.tokens.len() == stored.record.tokens.len() {
                return Err(Expected::not_found("Token not found").into());
            }
            let mut transaction = self.store.begin(operation);
            transaction.end_token(id);
            let event = NewEvent { action: "token-revoked", summary: "Revoked an API token".to_owned(), metadata: json!({ "keyId": id }) };
            transaction.change(&stored, after, event, false);
            Ok(transaction.commit(204, &Value::Null).await?)
        })
        .await
    }

    /// The caller as a user who may have tokens.
    async fn owner(&self, operation: &Operation) -> Result<Stored<UserRecord>, Error> {
        let none = || Expected::new(403, "user_required", "API tokens belong to a user; sign in as one");
        match self.user(&operation.actor.id).await {
            Ok(stored) if stored.record.user.is_enabled() => Ok(stored),
            Ok(_) | Err(Error::Expected(_)) => Err(none().into()),
            Err(error) => Err(error),
        }
    }
}

/// The answer to a repeated request whose first answer held a secret.
pub(crate) fn already_shown() -> Expected {
    Expected::conflict("already_shown", "This request was carried out before, and its secret was shown then; make a new one")
}

/// Turns a recorded answer into 409: the record names what was made, not its secret.
///
/// # Errors
/// As given; `already_shown` in place of a replay.
pub fn shown_once<T>(result: Result<T, Error>) -> Result<T, Error> {
    match result {
        Err(Error::Replayed(_)) => Err(already_shown().into()),
        other => other,
    }
}
