//! The request ledger: every call to the database, with the capacity it consumed.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dataops_store::{Call, Fate, Fates, Hooks, Observer};

/// Remembers calls.
#[derive(Clone, Default)]
pub struct Ledger {
    calls: Arc<Mutex<Vec<Call>>>,
    calls_left: Arc<AtomicI64>,
    writes_left: Arc<AtomicI64>,
    written: Arc<AtomicUsize>,
    objects_too: Arc<AtomicBool>,
    fates: Arc<Mutex<Option<FateOf>>>,
}

/// What becomes of the n-th write.
type FateOf = Arc<dyn Fn(usize) -> Fate + Send + Sync>;

impl Ledger {
    /// What to tell of every call. A Scan of anything but a catalog fails the test that made it; an export's goes by a name of its
    /// own (`dataops_store::EXPORT_SCAN`), which nothing else in the product uses.
    pub fn observer(&self) -> Observer {
        let calls = Arc::clone(&self.calls);
        let (calls_left, writes_left) = (Arc::clone(&self.calls_left), Arc::clone(&self.writes_left));
        Arc::new(move |call| {
            assert!(call.operation != "Scan" || is_catalog(&call), "a Scan outside the catalogs: {call:?}");
            let is_write = call.operation.contains("Write") || call.operation.contains("Put");
            calls.lock().expect("no panic under the lock").push(call);
            let last_call = calls_left.fetch_sub(1, Ordering::SeqCst) == 1;
            let last_write = is_write && writes_left.fetch_sub(1, Ordering::SeqCst) == 1;
            if last_call || last_write {
                std::panic::resume_unwind(Box::new("killed after this call, as the test asks"));
            }
        })
    }

    /// What looks at the calls of a stack.
    pub fn hooks(&self) -> Hooks {
        let (fates, written, objects_too) = (Arc::clone(&self.fates), Arc::clone(&self.written), Arc::clone(&self.objects_too));
        let ask: Fates = Arc::new(move |name| {
            if name == "PutObject" && !objects_too.load(Ordering::SeqCst) {
                return Fate::Arrives;
            }
            let nth = written.fetch_add(1, Ordering::SeqCst) + 1;
            // Not asked under the lock: a fate may hold a write back while others go on.
            let fate = fates.lock().expect("no panic under the lock").clone();
            fate.map_or(Fate::Arrives, |fate| fate(nth))
        });
        Hooks { observer: Some(self.observer()), fates: Some(ask), ..Hooks::default() }
    }

    /// As [`Self::fate_of_writes`], and objects put into the bucket count as writes too.
    pub fn fate_of_all_writes(&self, fate: impl Fn(usize) -> Fate + Send + Sync + 'static) {
        self.objects_too.store(true, Ordering::SeqCst);
        self.fate_of_writes(fate);
    }

    /// Lets `fate` decide from now on what becomes of the n-th write to the database, counted from 1.
    pub fn fate_of_writes(&self, fate: impl Fn(usize) -> Fate + Send + Sync + 'static) {
        self.written.store(0, Ordering::SeqCst);
        *self.fates.lock().expect("no panic under the lock") = Some(Arc::new(fate));
    }

    /// How many writes were sent since [`Self::fate_of_writes`].
    pub fn writes_sent(&self) -> usize {
        self.written.load(Ordering::SeqCst)
    }

    /// Kills whatever makes the n-th call from now, after the database has answered it.
    pub fn kill_after(&self, calls: i64) {
        self.calls_left.store(calls, Ordering::SeqCst);
    }

    /// Kills whatever makes the n-th write from now, after the database has answered it: what was written stays, nothing
    /// follows. The request has to run in a task of its own.
    pub fn kill_after_writes(&self, writes: i64) {
        self.writes_left.store(writes, Ordering::SeqCst);
    }

    /// Forgets what was remembered and gives what was no read of a catalog.
    pub fn take_calls(&self) -> Vec<Call> {
        self.take().into_iter().filter(|call| !is_catalog(call)).collect()
    }

    /// Forgets what was remembered and gives it.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().expect("no panic under the lock"))
    }
}

/// True for reading a catalog whole: tens of rows, listed apart.
fn is_catalog(call: &Call) -> bool {
    call.operation == "Scan" && ["-templates", "-users", "-recurring-configs"].iter().any(|catalog| call.target.ends_with(catalog))
}
