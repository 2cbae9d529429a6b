//! The people who work here and what is assigned to them, for admins.

use dataops_api::views::users::{UserCard, UserPage, UsersPage};
use dataops_store::{Operation, Stored, UserRecord};

use super::tasks::TaskListFilter;
use crate::Engine;
use crate::error::{Error, Expected};
use crate::users::admin_required;

impl Engine {
    /// Everybody who works here.
    ///
    /// # Errors
    /// 403 for everyone but an enabled admin.
    pub async fn view_users(&self, operation: &Operation) -> Result<UsersPage, Error> {
        let users = self.users_for_admin(operation).await?;
        let mut cards: Vec<UserCard> = users.iter().map(|user| card(user, &users, operation)).collect();
        cards.sort_by_key(|card| (!card.user.is_enabled(), card.user.name.to_lowercase(), card.user.id.to_string()));
        Ok(UsersPage { checked_at: operation.now, users: cards })
    }

    /// One of them, and the open tasks assigned to them; `cursor` continues the list.
    ///
    /// # Errors
    /// 403 for everyone but an enabled admin; 404.
    pub async fn view_user(&self, operation: &Operation, id: &str, cursor: Option<String>) -> Result<UserPage, Error> {
        let users = self.users_for_admin(operation).await?;
        let found = users.iter().find(|user| user.user.id.as_str() == id).ok_or_else(|| Expected::not_found("User not found"))?;
        let filter = TaskListFilter { assignee: Some(id.to_owned()), cursor, ..TaskListFilter::default() };
        Ok(UserPage { card: card(found, &users, operation), tasks: self.view_tasks(operation, &filter).await? })
    }

    /// The catalog of users; it also says whether the caller may see it.
    async fn users_for_admin(&self, operation: &Operation) -> Result<Vec<UserRecord>, Error> {
        let users: Vec<UserRecord> =
            self.store.catalog::<UserRecord>().await?.into_iter().map(|stored: Stored<UserRecord>| stored.record).collect();
        let admin = users.iter().any(|record| record.user.id.as_str() == operation.actor.id && record.user.is_admin());
        if admin { Ok(users) } else { Err(admin_required().into()) }
    }
}

fn card(record: &UserRecord, all: &[UserRecord], operation: &Operation) -> UserCard {
    let is_live = |end: Option<dataops_domain::Timestamp>| end.is_none_or(|end| end > operation.now);
    let admins = all.iter().filter(|other| other.user.is_admin()).count();
    UserCard {
        user: record.user.clone(),
        has_password: record.password_hash.is_some(),
        setup_link_until: record.setup_link.as_ref().map(|link| link.expires_at).filter(|end| *end > operation.now),
        tokens: record.tokens.iter().filter(|mark| is_live(mark.expires_at)).count(),
        only_admin: record.user.is_admin() && admins == 1,
    }
}
