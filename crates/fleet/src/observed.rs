//! A function that is watched: its log lines say which invocation they belong to, one line sums each invocation up, and what was
//! counted becomes metrics.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::scope::{Scope, Seen};
use crate::{BoxFuture, Clock, Config, Function, Invocation, InvokeError, metrics};

/// The variable that names the stack, for metrics.
pub const STACK: &str = "DATAOPS_STACK";

/// Takes the lines of metrics.
pub type Sink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// A function with its name and where its metrics go.
pub struct Observed {
    inner: Arc<dyn Function>,
    service: Arc<str>,
    name: Arc<str>,
    stack: String,
    clock: Clock,
    warm: AtomicBool,
    sink: Option<Sink>,
}

impl Observed {
    /// The function under its short name, such as `portal`; the configuration says what it and its stack are called.
    pub fn new(service: &str, config: &Config, inner: Arc<dyn Function>) -> Self {
        let name = config.get("AWS_LAMBDA_FUNCTION_NAME").unwrap_or(service).into();
        let stack = config.get(STACK).unwrap_or("dataops").to_owned();
        Self { inner, service: service.into(), name, stack, clock: Clock::system(), warm: AtomicBool::new(false), sink: None }
    }

    /// The same, with somewhere for metrics to go. Without it they go nowhere.
    #[must_use]
    pub fn with_sink(mut self, sink: Sink) -> Self {
        self.sink = Some(sink);
        self
    }

    async fn observe(&self, payload: &[u8], invocation: Invocation) -> Result<Vec<u8>, InvokeError> {
        let cold = !self.warm.swap(true, Ordering::SeqCst);
        let (id, trace) = (invocation.request_id.clone(), invocation.trace_id.clone());
        let scope = Arc::new(Scope::new(Arc::clone(&self.service), Arc::clone(&self.name), id, trace, cold));
        let begun = self.clock.now();
        let inner = Arc::clone(&scope);
        scope
            .run(async move {
                let answer = self.inner.invoke(payload, invocation).await;
                let seen = inner.seen();
                sum_up(&seen, self.clock.now().millis().saturating_sub(begun.millis()), answer.as_ref().err());
                self.emit(&seen);
                answer
            })
            .await
    }

    fn emit(&self, seen: &Seen) {
        let Some(sink) = &self.sink else { return };
        let mut line = Vec::new();
        match metrics::write(&self.stack, self.clock.now(), &seen.metrics, &mut line) {
            Ok(()) if line.is_empty() => {}
            Ok(()) => sink(&line),
            Err(error) => tracing::error!(%error, "the metrics of an invocation cannot be written"),
        }
    }
}

/// One line of what the invocation was and what it took.
fn sum_up(seen: &Seen, duration_ms: i64, error: Option<&InvokeError>) {
    let (method, route) = seen.route.as_ref().map(|(method, route)| (method.as_str(), route.as_str())).unzip();
    let (calls, capacity) = (seen.calls, seen.capacity);
    match error {
        None => {
            tracing::info!(
                method,
                route,
                status = seen.status,
                actor = seen.actor,
                duration_ms,
                database_calls = calls,
                capacity_units = capacity,
                "answered"
            );
        }
        Some(error) => {
            tracing::error!(
                error_type = error.error_type,
                error = error.error_message,
                duration_ms,
                database_calls = calls,
                capacity_units = capacity,
                "the invocation failed"
            );
        }
    }
}

impl Function for Observed {
    fn invoke<'a>(&'a self, payload: &'a [u8], invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(self.observe(payload, invocation))
    }
}

/// Standard output, where the platform finds embedded metrics. Each line is written in one piece.
pub fn stdout() -> Sink {
    Arc::new(|line| {
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(line).and_then(|()| out.flush()) {
            tracing::error!(%error, "metrics cannot be written");
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::metrics::Metric;

    struct Ticks;

    impl Function for Ticks {
        fn invoke<'a>(&'a self, payload: &'a [u8], _: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
            Box::pin(async move {
                if payload == b"quiet" {
                    return Ok(Vec::new());
                }
                metrics::add(Metric::WindowsMade, 2);
                metrics::add(Metric::WindowsMade, 1);
                Ok(payload.to_vec())
            })
        }
    }

    #[tokio::test]
    async fn what_an_invocation_counts_is_one_line_and_a_quiet_one_has_none() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let config = Config::from_map([(STACK.to_owned(), "ops".to_owned())].into());
        let observed = Observed::new("cron-runner", &config, Arc::new(Ticks))
            .with_sink(Arc::new(move |line| kept.lock().expect("unpoisoned").push(String::from_utf8_lossy(line).into_owned())));
        for payload in [&b"tick"[..], b"quiet"] {
            let invocation = Invocation { request_id: "r".to_owned(), deadline: None, trace_id: None };
            assert!(observed.invoke(payload, invocation).await.is_ok());
        }
        let lines = lines.lock().expect("unpoisoned");
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line: serde_json::Value = serde_json::from_str(&lines[0]).expect("JSON");
        assert_eq!((&line["WindowsMade"], &line["Stack"]), (&3.into(), &"ops".into()));
    }
}
