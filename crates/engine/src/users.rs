//! Users: create, read, change, list (wire contract 3). Only an enabled admin manages users.

use dataops_api::wire::UserList;
use dataops_domain::audit::NewEvent;
use dataops_domain::id::UserId;
use dataops_domain::json::Object;
use dataops_domain::user::{NewUser, Role, User, UserChanges};
use dataops_store::{CommitError, Operation, Range, Stored, UserRecord};
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
            Some(record) if record.user.role == Role::Admin && record.user.is_enabled() => Ok(()),
            _ => Err(Expected::new(403, "admin_required", "Admin access required").into()),
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

    async fn user(&self, id: &str) -> Result<Stored<UserRecord>, Error> {
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
            let record = UserRecord { user, password_hash: password_hash.clone(), sign_in_changed_at: None };
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

    /// Changes a user. A new password, address or disabling ends the user's sessions. The caller has passed the gate.
    ///
    /// # Errors
    /// Every field that is wrong; 404; 409 for an address that is taken.
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
            if ends_sessions {
                after.sign_in_changed_at = Some(operation.now);
            }
            let mut transaction = self.store.begin(operation);
            let moved = after.user.email.to_lowercase() != before.user.email.to_lowercase();
            if moved {
                transaction.reserve_email(&after.user.email, id);
                transaction.release_email(&before.user.email, id);
            }
            let event = NewEvent {
                action: "updated",
                summary: format!("Changed user '{}'", after.user.name),
                metadata: json!({ "changes": dataops_domain::json::changes(&before.user, &after.user), "passwordChanged": password_hash.is_some() }),
            };
            let email = after.user.email.clone();
            let user = transaction.change(&stored, after, event, true).record.user;
            transaction.commit(200, &json!({ "user": user })).await.map_err(|error| taken(error, &email))?;
            Ok(user)
        })
        .await
    }

    /// True when somebody can sign in: a first start has nobody.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn has_users(&self) -> Result<bool, Error> {
        Ok(!self.store.catalog::<UserRecord>().await?.is_empty())
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
