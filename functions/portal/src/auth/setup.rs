//! Opening a setup link: whose it is, if it can be used. Misses are counted by where they come from.

use dataops_domain::id::UserId;
use dataops_store::{StoreError, UserRecord};

use super::sign_in::MOST_FAILURES_OF_SOURCE;
use super::token;
use crate::portal::Portal;

/// What a link opens.
pub(crate) enum Opened {
    /// The form for this user's password.
    Usable(Box<UserRecord>),
    /// Nothing: unknown, over, used or replaced.
    Unusable,
    /// Too many misses from there; nothing was looked at.
    TooMany,
}

/// Opens a link without using it. The engine judges it again when the password is set.
pub(crate) async fn open(portal: &Portal, user: &str, secret: &str, source: Option<&str>) -> Result<Opened, StoreError> {
    let now = portal.clock.now();
    let place = source.map(|source| format!("setup#{source}"));
    if let Some(place) = &place
        && portal.store.login_failures(place, now).await? >= MOST_FAILURES_OF_SOURCE
    {
        return Ok(Opened::TooMany);
    }
    let found = match UserId::parse(user) {
        Some(user) => portal.store.user_get(&user).await?,
        None => None,
    };
    let usable = |record: &UserRecord| {
        let fits = record.setup_link.as_ref().is_some_and(|link| now < link.expires_at && token::same(&token::hash(secret), &link.hash));
        record.user.is_enabled() && fits
    };
    if let Some(record) = found.filter(usable) {
        return Ok(Opened::Usable(Box::new(record)));
    }
    if let Some(place) = &place {
        portal.store.login_failed(place, now).await?;
    }
    Ok(Opened::Unusable)
}
