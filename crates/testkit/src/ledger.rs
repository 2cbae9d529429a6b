//! The request ledger: every call to the database, with the capacity it consumed.

use std::sync::{Arc, Mutex};

use dataops_store::{Call, Observer};

/// Remembers calls.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Vec<Call>>>);

impl Ledger {
    /// What to tell of every call.
    pub fn observer(&self) -> Observer {
        let calls = Arc::clone(&self.0);
        Arc::new(move |call| calls.lock().expect("no panic under the lock").push(call))
    }

    /// Forgets what was remembered and gives it.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.0.lock().expect("no panic under the lock"))
    }
}
