//! Sessions and API tokens: who shows which. A session is made at sign-in, lives 12 hours idle and 7 days at most; it ends
//! when the user is disabled or their sign-in changes. An API token ends when its owner or its date says so.

use dataops_domain::credential::parse_api_token;
use dataops_domain::id::UserId;
use dataops_domain::time::Timestamp;
use dataops_domain::user::User;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::{cookie, token};
use crate::portal::Portal;
use dataops_store::{Session, StoreError, UserRecord};

/// How long a session lives without a request, in seconds.
const IDLE: i64 = 12 * 3_600;
/// How long it lives at most, in seconds.
pub(crate) const LONGEST: i64 = 7 * 86_400;
/// How long it is not written again, in seconds.
const RENEW_AFTER: i64 = 600;

/// A live session and its user.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// The session.
    pub(crate) session: Session,
    /// Its user.
    pub(crate) user: User,
    /// True when the caller showed an `Authorization` header, which no other site can make a browser send.
    pub(crate) bearer: bool,
}

/// Who calls the API.
#[derive(Debug, Clone)]
pub(crate) enum Api {
    /// Somebody signed in.
    Session(Box<Live>),
    /// A program with a user's token.
    Token(User),
}

impl Api {
    /// The user.
    pub(crate) fn user(&self) -> &User {
        match self {
            Self::Session(live) => &live.user,
            Self::Token(user) => user,
        }
    }
}

/// Starts a session and gives the token that names it. `changed` is the moment of the last change of sign-in that the
/// caller knows of: when there is a later one, the session never lives.
pub(crate) async fn start(portal: &Portal, user: &User, changed: Option<Timestamp>) -> Result<String, String> {
    let token = token::random().map_err(|error| error.to_string())?;
    let now = portal.clock.now();
    let session = Session {
        token_hash: token::hash(&token),
        user_id: user.id.to_string(),
        csrf: token::random().map_err(|error| error.to_string())?,
        created_at: now,
        last_seen: now,
        expires_at: now.plus_seconds(IDLE),
        sign_in_changed_at: changed,
    };
    portal.store.session_put(&session).await.map_err(|error| error.to_string())?;
    portal.store.sign_in_note(user.id.as_str(), now).await.map_err(|error| error.to_string())?;
    Ok(token)
}

/// Lets this one session go on after its own user changed the password.
pub(crate) async fn keep(portal: &Portal, session: &Session, changed: Timestamp) -> Result<(), StoreError> {
    portal.store.session_renew(&Session { sign_in_changed_at: Some(changed), ..session.clone() }).await
}

/// The caller's live session, if there is one.
pub(crate) async fn find(portal: &Portal, headers: &HeaderMap) -> Result<Option<Live>, StoreError> {
    let Some((token, bearer)) = shown(headers) else { return Ok(None) };
    let hash = token::hash(token);
    let Some(session) = portal.store.session_get(&hash).await? else { return Ok(None) };
    let now = portal.clock.now();
    if is_over(&session, now) {
        return Ok(None);
    }
    let Some(user) = portal.store.user_get(&UserId::new(session.user_id.clone())).await?.filter(|user| may_go_on(user, &session)) else {
        return Ok(None);
    };
    if now.millis() - session.last_seen.millis() >= RENEW_AFTER * 1_000 {
        let renewed = Session { last_seen: now, expires_at: renewed_until(&session, now), ..session.clone() };
        portal.store.session_renew(&renewed).await?;
    }
    Ok(Some(Live { session, user: user.user, bearer }))
}

/// The caller of the API: an API token or a live session, if there is one.
pub(crate) async fn find_api(portal: &Portal, headers: &HeaderMap) -> Result<Option<Api>, StoreError> {
    match shown(headers) {
        Some((text, true)) => match parse_api_token(text) {
            Some((id, secret)) => Ok(token_owner(portal, id, secret).await?.map(Api::Token)),
            None => Ok(find(portal, headers).await?.map(|live| Api::Session(Box::new(live)))),
        },
        _ => Ok(find(portal, headers).await?.map(|live| Api::Session(Box::new(live)))),
    }
}

/// The enabled user whose token this is, while it lives.
async fn token_owner(portal: &Portal, id: &str, secret: &str) -> Result<Option<User>, StoreError> {
    let Some(record) = portal.store.token_get(id).await? else { return Ok(None) };
    let now = portal.clock.now();
    if !token::same(&token::hash(secret), &record.secret_hash) || record.token.is_over(now) {
        return Ok(None);
    }
    let owner = portal.store.user_get(&UserId::new(record.user_id.clone())).await?;
    // A token that its owner no longer has is over, whatever lies in the table of sessions: the owner may come from an import.
    let has = |owner: &UserRecord| owner.tokens.iter().any(|mark| mark.id == id);
    let Some(owner) = owner.filter(|owner| owner.user.is_enabled() && has(owner)) else { return Ok(None) };
    portal.store.token_used(&record, now).await?;
    Ok(Some(owner.user))
}

/// Ends the caller's session, if there is one.
pub(crate) async fn end(portal: &Portal, headers: &HeaderMap) -> Result<(), StoreError> {
    match shown(headers) {
        Some((token, _)) => portal.store.session_delete(&token::hash(token)).await,
        None => Ok(()),
    }
}

fn shown(headers: &HeaderMap) -> Option<(&str, bool)> {
    match headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        Some(line) => {
            let (scheme, token) = line.trim().split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some((token.trim(), true))
        }
        None => cookie::read(headers, cookie::SESSION).map(|token| (token, false)),
    }
}

fn is_over(session: &Session, now: Timestamp) -> bool {
    now >= session.expires_at || now >= session.created_at.plus_seconds(LONGEST)
}

fn renewed_until(session: &Session, now: Timestamp) -> Timestamp {
    now.plus_seconds(IDLE).min(session.created_at.plus_seconds(LONGEST))
}

fn may_go_on(record: &UserRecord, session: &Session) -> bool {
    record.user.is_enabled() && record.sign_in_changed_at == session.sign_in_changed_at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(created: i64, expires: i64) -> Session {
        let at = Timestamp::from_millis;
        Session {
            token_hash: String::new(),
            user_id: "u".into(),
            csrf: String::new(),
            created_at: at(created),
            last_seen: at(created),
            expires_at: at(expires),
            sign_in_changed_at: None,
        }
    }

    #[test]
    fn a_session_ends_idle_and_at_its_limit() {
        let idle = session(0, IDLE * 1_000);
        assert!(!is_over(&idle, Timestamp::from_millis(IDLE * 1_000 - 1)));
        assert!(is_over(&idle, Timestamp::from_millis(IDLE * 1_000)));
        let day_six = Timestamp::from_millis((LONGEST - 3_600) * 1_000);
        assert_eq!(renewed_until(&idle, day_six), Timestamp::from_millis(LONGEST * 1_000));
        assert!(is_over(&session(0, i64::MAX / 2), Timestamp::from_millis(LONGEST * 1_000)));
    }

    #[test]
    fn a_changed_sign_in_ends_older_sessions() {
        let user = User {
            id: UserId::new("u"),
            name: "U".into(),
            email: "u@x.org".into(),
            role: Default::default(),
            disabled: None,
            created_at: Timestamp::from_millis(0),
            version: 1,
        };
        let record = |changed: Option<i64>, disabled| UserRecord {
            sign_in_changed_at: changed.map(Timestamp::from_millis),
            ..UserRecord::new(User { disabled, ..user.clone() }, None)
        };
        let first = session(1_000, 9_000);
        assert!(may_go_on(&record(None, None), &first));
        assert!(!may_go_on(&record(Some(500), None), &first), "another clock's moment ends it too");
        assert!(!may_go_on(&record(None, Some(true)), &first));
        let later = Session { sign_in_changed_at: Some(Timestamp::from_millis(500)), ..first };
        assert!(may_go_on(&record(Some(500), Some(false)), &later));
        assert!(!may_go_on(&record(Some(501), None), &later));
    }

    #[test]
    fn a_bearer_token_wins_over_the_cookie() {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::COOKIE, http::HeaderValue::from_static("dataops_session=c"));
        assert_eq!(shown(&headers), Some(("c", false)));
        headers.insert(AUTHORIZATION, http::HeaderValue::from_static("bEaReR t"));
        assert_eq!(shown(&headers), Some(("t", true)));
        headers.insert(AUTHORIZATION, http::HeaderValue::from_static("Basic t"));
        assert_eq!(shown(&headers), None);
    }
}
