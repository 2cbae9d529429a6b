//! Random texts: secrets, and the ids of requests.

use dataops_fleet::Clock;
use ulid::Ulid;

use crate::LocalError;

/// 256 random bits as 64 hex digits.
pub(crate) fn secret() -> Result<String, LocalError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(LocalError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// An id for one request: a ULID of the clock's moment. Without random bits it still differs by the millisecond.
pub(crate) fn request_id(clock: &Clock) -> String {
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        tracing::error!("the system gives no random numbers");
    }
    let millis = u64::try_from(clock.now().millis()).unwrap_or_default();
    Ulid::from_parts(millis, u128::from_be_bytes(bytes)).to_string()
}
