//! The request ledger: every call to the database, with the capacity it consumed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use dataops_store::{Call, Observer};

/// Remembers calls.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Vec<Call>>>, Arc<AtomicI64>);

impl Ledger {
    /// What to tell of every call. A Scan of anything but a catalog fails the test that made it.
    pub fn observer(&self) -> Observer {
        let (calls, fuse) = (Arc::clone(&self.0), Arc::clone(&self.1));
        Arc::new(move |call| {
            assert!(call.operation != "Scan" || is_catalog(&call), "a Scan outside the catalogs: {call:?}");
            calls.lock().expect("no panic under the lock").push(call);
            assert!(fuse.fetch_sub(1, Ordering::SeqCst) != 1, "killed after this call, as the test asks");
        })
    }

    /// Kills whatever makes the n-th call from now, after the database has answered it.
    pub fn kill_after(&self, calls: i64) {
        self.1.store(calls, Ordering::SeqCst);
    }

    /// Forgets what was remembered and gives what was no read of a catalog.
    pub fn take_calls(&self) -> Vec<Call> {
        self.take().into_iter().filter(|call| !is_catalog(call)).collect()
    }

    /// Forgets what was remembered and gives it.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.0.lock().expect("no panic under the lock"))
    }
}

/// True for reading a catalog whole: tens of rows, listed apart.
fn is_catalog(call: &Call) -> bool {
    call.operation == "Scan" && ["-templates", "-users"].iter().any(|catalog| call.target.ends_with(catalog))
}
