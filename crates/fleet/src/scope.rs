//! What is known of the invocation under way: who works on what for whom, and what it cost. Log lines carry it, and at its end
//! one line sums it up.
//!
//! It goes with the task, so that functions which share a process (on one machine) keep theirs apart.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::metrics::Values;

tokio::task_local! {
    static SCOPE: Arc<Scope>;
}

/// One invocation.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The function's short name, such as `portal`.
    pub(crate) service: Arc<str>,
    /// The function's name in the stack.
    pub(crate) function: Arc<str>,
    /// The platform's id of the invocation.
    pub(crate) request_id: String,
    /// The platform's trace, when it traces.
    pub(crate) trace: Option<String>,
    /// Whether it is the first of its process.
    pub(crate) cold_start: bool,
    seen: Mutex<Seen>,
}

/// What an invocation has come to so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The id that the functions of one request share.
    pub(crate) correlation: Option<String>,
    /// Method and route of an HTTP request; the route is the pattern, for paths may hold what is nobody's business.
    pub(crate) route: Option<(String, String)>,
    /// The HTTP status of the answer.
    pub(crate) status: Option<u16>,
    /// Who asks, as a hash.
    pub(crate) actor: Option<String>,
    /// Calls of the database.
    pub(crate) calls: u64,
    /// Capacity units they took.
    pub(crate) capacity: f64,
    /// What it has counted.
    pub(crate) metrics: Values,
}

impl Scope {
    pub(crate) fn new(service: Arc<str>, function: Arc<str>, request_id: String, trace: Option<String>, cold_start: bool) -> Self {
        Self { service, function, request_id, trace, cold_start, seen: Mutex::default() }
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs a future within this invocation.
    pub(crate) async fn run<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        SCOPE.scope(Arc::clone(self), future).await
    }
}

/// The invocation under way.
pub(crate) fn current() -> Option<Arc<Scope>> {
    SCOPE.try_with(Arc::clone).ok()
}

/// Notes something of the invocation under way; nothing when there is none.
pub(crate) fn seen(note: impl FnOnce(&mut Seen)) {
    let _outside = SCOPE.try_with(|scope| note(&mut scope.seen.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// The id that the functions of one request share: the gateway's, which is handed on.
pub fn correlate(id: &str) {
    if !id.is_empty() {
        seen(|seen| seen.correlation = Some(id.to_owned()));
    }
}

/// The id to hand on to a function that is asked for something.
pub fn correlation() -> Option<String> {
    let scope = current()?;
    scope.seen().correlation.or_else(|| Some(scope.request_id.clone()))
}

/// Who asks. Logs hold the first half of its hash: enough to follow somebody through a day, and no name.
pub fn actor(id: &str) {
    let hash = Sha256::digest(id.as_bytes());
    seen(|seen| seen.actor = Some(hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()));
}

/// A call of the database and the capacity units it took.
pub fn database_call(capacity: f64) {
    seen(|seen| {
        seen.calls += 1;
        seen.capacity += capacity;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_noted_belongs_to_the_invocation_under_way() {
        database_call(1.0);
        assert_eq!(correlation(), None, "there is none");
        let one = Arc::new(Scope::new("portal".into(), "ops-portal".into(), "a".to_owned(), None, true));
        let other = Arc::new(Scope::new("work-engine".into(), "ops-work-engine".into(), "b".to_owned(), None, false));
        one.run(async {
            database_call(0.5);
            assert_eq!(correlation().as_deref(), Some("a"), "its own, when no other was handed on");
            other
                .run(async {
                    correlate("gateway");
                    actor("somebody");
                    database_call(2.0);
                    assert_eq!(correlation().as_deref(), Some("gateway"));
                })
                .await;
        })
        .await;
        assert_eq!((one.seen().calls, one.seen().capacity), (1, 0.5));
        let seen = other.seen();
        assert_eq!((seen.calls, seen.capacity), (1, 2.0));
        let actor = seen.actor.expect("noted");
        assert!(actor.len() == 16 && !actor.contains("somebody"), "{actor}");
    }
}
