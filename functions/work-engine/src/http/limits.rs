//! How long a request may go on making work: what is left over is said, and the next request or tick goes on.

use std::time::{Duration, Instant};

use dataops_engine::Limits;

/// After this nothing new is begun. The function has 25 seconds: a request that is never answered takes six of them, and the
/// answer is to be recorded.
const TIME: Duration = Duration::from_secs(14);

/// The limits of a request that begins now.
pub(crate) fn limits() -> Limits {
    let begun = Instant::now();
    Limits::while_there_is_time(move || begun.elapsed() < TIME)
}
