//! Checking a password against its argon2id hash.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use crate::portal::Portal;

/// True when `password` is the one behind `stored`. Without a stored hash it takes as long and is false, so that an
/// unknown address can't be told from a wrong password by the clock.
pub(crate) async fn verify(portal: &Portal, password: String, stored: Option<String>) -> bool {
    let Ok(permit) = portal.password_checks.clone().acquire_owned().await else { return false };
    let checked = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        matches(&password, stored.as_deref())
    });
    checked.await.unwrap_or(false)
}

fn matches(password: &str, stored: Option<&str>) -> bool {
    let known = stored.and_then(|stored| PasswordHash::new(stored).ok());
    match known {
        Some(hash) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        None => {
            if let Ok(hash) = PasswordHash::new(nobodys()) {
                let _ = Argon2::default().verify_password(password.as_bytes(), &hash);
            }
            false
        }
    }
}

/// The hash of a password that nobody has.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let salt = SaltString::from_b64("bm9ib2R5LWF0LWFsbA");
        let hash = salt.ok().and_then(|salt| Argon2::default().hash_password(b"nobody", &salt).ok().map(|hash| hash.to_string()));
        hash.unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_password_alone_matches() {
        let salt = SaltString::from_b64("c29tZS1zYWx0LWhlcmU").expect("a salt");
        let stored = Argon2::default().hash_password(b"right", &salt).expect("a hash").to_string();
        assert!(matches("right", Some(&stored)));
        assert!(!matches("wrong", Some(&stored)));
        assert!(!matches("nobody", None), "the stand-in admits nobody");
        assert!(!matches("right", Some("not a hash")));
        assert!(nobodys().starts_with("$argon2id$"));
    }
}
