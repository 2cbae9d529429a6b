//! Password hashing: argon2id in PHC form. Hashing is slow on purpose, so it runs beside the async threads.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, SaltString};

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
