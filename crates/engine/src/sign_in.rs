//! Passwords and setup links: how people get to sign in (PL-5). Everything here is a change of the user's own record, so the
//! head it was read with decides every race: of twenty who redeem one link, one wins.

use dataops_api::wire::{SetupLinkMade, SignInChanged};
use dataops_domain::audit::NewEvent;
use dataops_domain::credential::{self, SETUP_LINK_LIVES};
use dataops_domain::json::Object;
use dataops_domain::refusal::FieldError;
use dataops_domain::user::{PasswordChange, PasswordSetup};
use dataops_store::{Operation, SetupLink, Stored, Transaction, UserRecord};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::error::{Error, Expected};
use crate::users::{end_sessions, end_tokens};
use crate::{Engine, passwords};

impl Engine {
    /// A user's own change of their password. It ends their other sessions; API tokens stay.
    ///
    /// # Errors
    /// 403 for somebody else's password; every field that is wrong; 400 for a wrong old password.
    pub async fn user_password_change(
        &self,
        operation: &Operation,
        id: &str,
        body: &Object,
        salt: [u8; 16],
    ) -> Result<SignInChanged, Error> {
        if operation.actor.id != id {
            let words = "Only the person can change their own password; an admin can make a setup link for somebody else";
            return Err(Expected::new(403, "own_password_only", words).into());
        }
        let change = PasswordChange::parse(body)?;
        let hash = passwords::hash(change.new.clone(), salt).await?;
        self.decide(operation, || async {
            let stored = self.user(id).await?;
            if !stored.record.user.is_enabled() {
                return Err(Expected::new(403, "account_disabled", "Account is disabled").into());
            }
            let Some(known) = stored.record.password_hash.clone() else {
                return Err(Expected::new(400, "no_password", "No password is set yet; ask an admin for a setup link").into());
            };
            if !passwords::verify(change.old.clone(), known).await? {
                return Err(wrong_password().into());
            }
            let mut transaction = self.store.begin(operation);
            let answer = password_set(&mut transaction, operation, &stored, &hash, "password-changed", |_, _| {});
            transaction.commit(200, &answer).await?;
            Ok(answer)
        })
        .await
    }

    /// Makes the one link with which a user sets a first or forgotten password; an older one is over. The caller has passed
    /// the gate. `secret` is random; the link is in this answer and nowhere else.
    ///
    /// # Errors
    /// 404; 400 for a disabled user.
    pub async fn user_setup_link(&self, operation: &Operation, id: &str, secret: &str) -> Result<SetupLinkMade, Error> {
        let once = operation.once(secret);
        self.decide(operation, || async {
            let stored = self.user(id).await?;
            if !stored.record.user.is_enabled() {
                return Err(Expected::new(400, "account_disabled", "The account is disabled; enable it before making a setup link").into());
            }
            let expires_at = operation.now.plus_seconds(SETUP_LINK_LIVES);
            let after = UserRecord { setup_link: Some(SetupLink { hash: credential::hash(secret), expires_at }), ..stored.record.clone() };
            let event = NewEvent {
                action: "setup-link-made",
                summary: format!("Made a setup link for '{}'", after.user.name),
                metadata: json!({ "expiresAt": expires_at }),
            };
            let mut transaction = self.store.begin(&once);
            transaction.change(&stored, after, event, false);
            transaction.commit(201, &json!({ "userId": id })).await?;
            Ok(SetupLinkMade { user_id: id.to_owned(), path: format!("/setup/{id}?token={secret}"), expires_at })
        })
        .await
    }

    /// Sets a password through a setup link, once. It ends the user's sessions and API tokens.
    ///
    /// # Errors
    /// Every field that is wrong; one and the same 400 for a link that is unknown, over, used or replaced.
    pub async fn user_setup(&self, operation: &Operation, id: &str, body: &Object, salt: [u8; 16]) -> Result<SignInChanged, Error> {
        let setup = PasswordSetup::parse(body)?;
        self.user_of_link(operation, id, &setup.token).await?;
        let hash = passwords::hash(setup.password, salt).await?;
        self.decide(operation, || async {
            let stored = self.user_of_link(operation, id, &setup.token).await?;
            let mut transaction = self.store.begin(operation);
            let answer = password_set(&mut transaction, operation, &stored, &hash, "password-set", end_tokens);
            transaction.commit(200, &answer).await?;
            Ok(answer)
        })
        .await
    }

    async fn user_of_link(&self, operation: &Operation, id: &str, token: &str) -> Result<Stored<UserRecord>, Error> {
        let unusable = || {
            let words = "This setup link can't be used: it is over, was used already, or a newer one was made";
            Expected::new(400, "setup_link_unusable", words)
        };
        let stored = match self.user(id).await {
            Ok(stored) => stored,
            Err(Error::Expected(_)) => return Err(unusable().into()),
            Err(error) => return Err(error),
        };
        let record = &stored.record;
        let fits = |link: &SetupLink| {
            operation.now < link.expires_at && bool::from(link.hash.as_bytes().ct_eq(credential::hash(token).as_bytes()))
        };
        if record.user.is_enabled() && record.setup_link.as_ref().is_some_and(fits) { Ok(stored) } else { Err(unusable().into()) }
    }
}

/// The user with a new password: older sessions and setup links are over.
fn password_set<'a>(
    transaction: &mut Transaction<'a>,
    operation: &'a Operation,
    stored: &Stored<UserRecord>,
    hash: &str,
    action: &'static str,
    more: impl Fn(&mut UserRecord, &mut Transaction<'a>),
) -> SignInChanged {
    let mut after = UserRecord { password_hash: Some(hash.to_owned()), ..stored.record.clone() };
    end_sessions(&mut after, operation.now);
    more(&mut after, transaction);
    let summary = match action {
        "password-set" => format!("'{}' set a password through a setup link", after.user.name),
        _ => format!("'{}' changed the password", after.user.name),
    };
    let changed = after.sign_in_changed_at.unwrap_or(operation.now);
    let user = transaction.change(stored, after, NewEvent { action, summary, metadata: Value::Null }, false).record.user;
    SignInChanged { user, sign_in_changed_at: changed }
}

fn wrong_password() -> Expected {
    let words = "The old password is wrong";
    let errors = vec![FieldError { pointer: "/oldPassword".to_owned(), message: words.to_owned() }];
    Expected { errors, ..Expected::new(400, "wrong_password", words) }
}
