//! Users: create, read, change, list (wire contract 3). Only an enabled admin manages users.

use dataops_api::wire::UserList;
use dataops_domain::audit::NewEvent;
use dataops_domain::id::UserId;
use dataops_domain::json::Object;
use dataops_domain::time::Timestamp;
use dataops_domain::user::{NewUser, Role, User, UserChanges};
use dataops_store::{CommitError, Operation, Range, Stored, Transaction, UserRecord};
use serde_json::json;

use crate::catalog::catalog_page;
use crate::error::{Error, Expected, check_version};
use crate::{Engine, passwords};

impl Engine {
    /// Refuses everyone but an enabled admin.
    ///
    /// # Errors
    /// 403.
    pub async fn admin_gate(&self, operation: &Operation) -> Result<(), Error> {
        let actor = match UserId::parse(&operation.actor.id) {
            Some(id) => self.store.user_get(&id).await?,
            None => None,
        };
        match actor {
            Some(record) if record.user.is_admin() => Ok(()),
            _ => Err(admin_required().into()),
        }
    }

    /// Lists users by name.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn users_list(&self, range: &Range) -> Result<UserList, Error> {
        let mut users: Vec<User> = self.store.catalog::<UserRecord>().await?.into_iter().map(|stored| stored.record.user).collect();
        users.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        let (users, next_cursor) = catalog_page(users, range, |user| user.id.as_str())?;
        Ok(UserList { users, next_cursor })
    }

    /// Reads a user.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn user_get(&self, id: &str) -> Result<User, Error> {
        Ok(self.user(id).await?.record.user)
    }

    pub(crate) async fn user(&self, id: &str) -> Result<Stored<UserRecord>, Error> {
        let found = match UserId::parse(id) {
            Some(id) => self.store.get::<UserRecord>(id.as_str()).await?,
            None => None,
        };
        found.ok_or_else(|| Expected::not_found("User not found").into())
    }

    /// Makes a user. The caller has passed the gate.
    ///
    /// # Errors
    /// Every field that is wrong; 409 for an address or id that is taken.
    pub async fn user_create(&self, operation: &Operation, body: &Object, id: Option<UserId>, salt: [u8; 16]) -> Result<User, Error> {
        let new = NewUser::parse(body)?;
        let password_hash = match new.password.clone() {
            Some(password) => Some(passwords::hash(password, salt).await?),
            None => None,
        };
        let id = id.unwrap_or_else(|| UserId::new(operation.new_id("user")));
        self.decide(operation, || async {
            let user = User {
                id: id.clone(),
                name: new.name.clone(),
                email: new.email.clone(),
                role: new.role,
                disabled: None,
                created_at: operation.now,
                version: 0,
            };
            let record = UserRecord::new(user, password_hash.clone());
            let mut transaction = self.store.begin(operation);
            transaction.reserve_email(&new.email, id.as_str());
            let event =
                NewEvent { action: "created", summary: format!("Added user '{}'", new.name), metadata: json!({ "role": new.role }) };
            let user = transaction.create(record, Some(event)).record.user;
            transaction.commit(201, &json!({ "user": user })).await.map_err(|error| taken(error, &new.email))?;
            Ok(user)
        })
        .await
    }

    /// Changes a user. A new password, address or disabling ends the user's sessions; a new password and disabling also their
    /// API tokens. The caller has passed the gate.
    ///
    /// # Errors
    /// Every field that is wrong; 404; 409 for an address that is taken; 400 for taking away the last enabled admin.
    pub async fn user_update(
        &self,
        operation: &Operation,
        id: &str,
        body: &Object,
        seen: Option<u64>,
        salt: [u8; 16],
    ) -> Result<User, Error> {
        let changes = UserChanges::parse(body)?;
        let password_hash = match changes.password.clone() {
            Some(password) => Some(passwords::hash(password, salt).await?),
            None => None,
        };
        self.decide(operation, || async {
            let stored = self.user(id).await?;
            check_version(seen, stored.record.user.version)?;
            let before = &stored.record;
            let mut after = before.clone();
            let user = &mut after.user;
            if let Some(name) = &changes.name {
                user.name.clone_from(name);
            }
            if let Some(email) = &changes.email {
                user.email.clone_from(email);
            }
            user.role = changes.role.unwrap_or(user.role);
            user.disabled = changes.disabled.or(user.disabled);
            let ends_sessions = password_hash.is_some() || user.email != before.user.email || changes.disabled == Some(true);
            if let Some(hash) = &password_hash {
                after.password_hash = Some(hash.clone());
            }
            let mut transaction = self.store.begin(operation);
            if ends_sessions {
                end_sessions(&mut after, operation.now);
            }
            if password_hash.is_some() || changes.disabled == Some(true) {
                end_tokens(&mut after, &mut transaction);
            }
            if before.user.is_admin() && !after.user.is_admin() {
                let other = self.other_admin(id).await?.ok_or_else(|| last_admin(after.user.role))?;
                transaction.unchanged(&other);
            }
            let moved = after.user.email.to_lowercase() != before.user.email.to_lowercase();
            if moved {
                transaction.reserve_email(&after.user.email, id);
                transaction.release_email(&before.user.email, id);
            }
            let event = NewEvent {
                action: "updated",
                summary: format!("Changed user '{}'", after.user.name),
                metadata: json!({ "changes": dataops_domain::json::changes(&before.user, &after.user), "signInChanged": password_hash.is_some() }),
            };
            let email = after.user.email.clone();
            let user = transaction.change(&stored, after, event, true).record.user;
            transaction.commit(200, &json!({ "user": user })).await.map_err(|error| taken(error, &email))?;
            Ok(user)
        })
        .await
    }

    /// An enabled admin besides this user. The caller's transaction must depend on it, so that two admins who demote each
    /// other at the same moment don't both succeed.
    async fn other_admin(&self, id: &str) -> Result<Option<Stored<UserRecord>>, Error> {
        let users = self.store.catalog::<UserRecord>().await?;
        Ok(users.into_iter().find(|stored| stored.record.user.id.as_str() != id && stored.record.user.is_admin()))
    }

    /// True when somebody can sign in: a first start has nobody.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn has_users(&self) -> Result<bool, Error> {
        Ok(!self.store.catalog::<UserRecord>().await?.is_empty())
    }
}

pub(crate) fn admin_required() -> Expected {
    Expected::new(403, "admin_required", "Admin access required")
}

fn last_admin(role: Role) -> Expected {
    let field = if role == Role::Admin { "disabled" } else { "role" };
    let words = "At least one enabled admin must remain; make somebody else an admin first";
    let errors = vec![dataops_domain::FieldError { pointer: format!("/{field}"), message: words.to_owned() }];
    Expected { errors, ..Expected::new(400, "last_admin", words) }
}

/// Ends the user's sessions, and the setup link: each change of sign-in has a moment of its own, also on a standing clock.
pub(crate) fn end_sessions(user: &mut UserRecord, now: Timestamp) {
    let later = user.sign_in_changed_at.map(|before| Timestamp::from_millis(before.millis() + 1));
    user.sign_in_changed_at = later.into_iter().chain([now]).max();
    user.setup_link = None;
}

/// Ends the user's API tokens for good.
pub(crate) fn end_tokens(user: &mut UserRecord, transaction: &mut Transaction<'_>) {
    for token in user.tokens.drain(..) {
        transaction.end_token(&token.id);
    }
}

fn taken(error: CommitError, email: &str) -> Error {
    match error {
        CommitError::Exists { kind: "email", .. } => {
            let words = format!("The email {email} is used by another user");
            Expected {
                errors: vec![dataops_domain::FieldError { pointer: "/email".to_owned(), message: words.clone() }],
                ..Expected::conflict("email_taken", words)
            }
            .into()
        }
        CommitError::Exists { kind: "user", key } => Expected::conflict("id_taken", format!("The user id {key} is taken")).into(),
        other => other.into(),
    }
}
