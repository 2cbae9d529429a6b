//! Search over work and documents (WM-4): [`index`] keeps the index, [`ask`] answers from it.

mod ask;
mod index;

pub(crate) use ask::Cache;
pub use ask::SearchAsk;
pub use index::SearchReport;

/// Seconds by which an event may turn up late: its time is when its request began, a request takes at most half a minute,
/// and the index of days follows its table. So much is read again and again; reading an event twice changes nothing.
const LATE_SECONDS: i64 = 600;
