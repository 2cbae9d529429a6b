//! Random secrets, from the operating system. Ids are not random here: they are derived from the operation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A random 256-bit secret, 43 characters of base64url.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn secret() -> Result<String, getrandom::Error> {
    bytes::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_fit_an_address() {
        let (one, other) = (secret().expect("a secret"), secret().expect("a secret"));
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
