//! Random tokens and how they are kept: the browser holds the token, the store only its hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A random 256-bit token, 43 characters of base64url.
///
/// # Errors
/// When the operating system gives no randomness.
pub(crate) fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the store keeps of a token: its SHA-256 in hex.
pub(crate) fn hash(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// True when both are the same and not empty; takes the same time wherever they differ.
pub(crate) fn same(given: &str, expected: &str) -> bool {
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_nothing_equals_nothing() {
        let (one, other) = (random().expect("a token"), random().expect("a token"));
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert!(same(&one, &one));
        assert!(!same(&one, &other));
        assert!(!same(&one[..42], &one));
        assert!(!same("", ""), "an empty token proves nothing");
        assert_eq!(hash("a").len(), 64);
    }
}
