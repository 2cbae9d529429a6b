//! The clock of a fleet: real time plus an offset that all its clones share.
//!
//! Every function takes its time from here once per request, so a local fleet can start at another moment and be moved
//! on. Signatures and timeouts of the process stay on real time. This is the one place that reads the system clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use dataops_domain::time::Timestamp;

/// A running clock. Clones move together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
    stands: bool,
}

impl Clock {
    /// Real time.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that shows `moment` now and runs on from there.
    pub fn starting_at(moment: Timestamp) -> Self {
        let clock = Self::system();
        clock.set(moment);
        clock
    }

    /// A clock that is `millis` milliseconds ahead of real time.
    pub fn with_offset(millis: i64) -> Self {
        Self { offset: Arc::new(AtomicI64::new(millis)), stands: false }
    }

    /// A clock that stands at `moment` until it is moved. For tests.
    pub fn standing_at(moment: Timestamp) -> Self {
        Self { offset: Arc::new(AtomicI64::new(moment.millis())), stands: true }
    }

    /// The moment this clock shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.base_millis().saturating_add(self.offset_millis()))
    }

    fn base_millis(&self) -> i64 {
        if self.stands { 0 } else { real_millis() }
    }

    /// Makes this clock and its clones show `moment` now.
    pub fn set(&self, moment: Timestamp) {
        self.offset.store(moment.millis().saturating_sub(self.base_millis()), Ordering::SeqCst);
    }

    /// Moves this clock and its clones by a number of seconds.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds.saturating_mul(1000), Ordering::SeqCst);
    }

    /// How far ahead of real time this clock is, in milliseconds.
    pub fn offset_millis(&self) -> i64 {
        self.offset.load(Ordering::SeqCst)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
fn real_millis() -> i64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together_and_run_on() {
        let start = Timestamp::parse("2026-03-10T09:00:00Z").expect("a moment");
        let clock = Clock::starting_at(start);
        let clone = clock.clone();
        clone.advance(86_400);
        let elapsed = clock.now().millis() - start.millis();
        assert!((86_400_000..86_460_000).contains(&elapsed), "{elapsed}");
    }

    #[test]
    fn an_offset_can_be_carried_over() {
        let clock = Clock::with_offset(5000);
        assert_eq!(clock.offset_millis(), 5000);
        assert!(clock.now().millis() >= Clock::system().now().millis() + 4000);
    }
}
