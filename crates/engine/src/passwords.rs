//! Password hashing: argon2id in PHC form. It is slow on purpose, so it runs beside the async threads.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};

use crate::error::Error;

/// Hashes a password under a fresh salt made from `salt` (16 bytes or more of randomness).
pub(crate) async fn hash(password: String, salt: [u8; 16]) -> Result<String, Error> {
    let hashing = tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&salt).map_err(|error| Error::Internal(error.to_string()))?;
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(error.to_string()))
    });
    hashing.await.map_err(|error| Error::Internal(error.to_string()))?
}

/// True when `password` is the one behind `stored`.
pub(crate) async fn verify(password: String, stored: String) -> Result<bool, Error> {
    let checking = tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&stored).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    checking.await.map_err(|error| Error::Internal(error.to_string()))?
}
