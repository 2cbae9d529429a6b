//! The one check behind the sign-in page and the JSON login: attempts, account, password.

use dataops_domain::user::MAX_PASSWORD;

use super::password;
use crate::portal::Portal;
use dataops_store::{StoreError, UserRecord};

/// Failures within 15 minutes after which an address has to wait.
pub(crate) const MOST_FAILURES: u32 = 10;
/// Failures within 15 minutes from one network address, which a whole office may share.
pub(crate) const MOST_FAILURES_OF_SOURCE: u32 = 50;
/// How long it has to wait, in seconds.
pub(crate) const PAUSE: u32 = 15 * 60;

/// The longest e-mail address that is looked at, in characters.
const LONGEST_EMAIL: usize = 320;

/// How an attempt to sign in ended.
pub(crate) enum Outcome {
    /// The right password. The session must remember what was read here.
    Welcome(Box<UserRecord>),
    /// Unknown address, no password, or the wrong one.
    Wrong,
    /// The account may not sign in.
    Disabled,
    /// Too many failures; nothing was checked.
    TooMany,
}

/// How closely an address must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As a person types it: blanks around it and case don't matter.
    Lenient,
    /// Character by character, as the API's contract says.
    Exact,
}

/// Checks an address and a password. `source` is the caller's network address.
pub(crate) async fn check(
    portal: &Portal,
    email: &str,
    password: &str,
    source: Option<&str>,
    spelling: Spelling,
) -> Result<Outcome, StoreError> {
    let now = portal.clock.now();
    let typed = email;
    let email: String = email.trim().chars().take(LONGEST_EMAIL).collect();
    let by_email = format!("email#{}", email.to_lowercase());
    let by_source = source.map(|source| format!("address#{source}"));
    for (key, most) in std::iter::once((&by_email, MOST_FAILURES)).chain(by_source.iter().map(|key| (key, MOST_FAILURES_OF_SOURCE))) {
        if portal.store.login_failures(key, now).await? >= most {
            return Ok(Outcome::TooMany);
        }
    }
    let found = portal.store.user_by_email(&email).await?;
    let found = found.filter(|record| spelling == Spelling::Lenient || record.user.email == typed);
    if found.as_ref().is_some_and(|record| !record.user.is_enabled()) {
        return Ok(Outcome::Disabled);
    }
    let hash = found.as_ref().and_then(|record| record.password_hash.clone());
    // No password is as long, whoever's address it is: nothing is hashed.
    let right = password.len() <= MAX_PASSWORD && password::verify(portal, password.to_owned(), hash).await;
    match found.filter(|_| right) {
        Some(record) => {
            portal.store.login_succeeded(&by_email, now).await?;
            Ok(Outcome::Welcome(Box::new(record)))
        }
        None => {
            for key in std::iter::once(&by_email).chain(&by_source) {
                portal.store.login_failed(key, now).await?;
            }
            Ok(Outcome::Wrong)
        }
    }
}
