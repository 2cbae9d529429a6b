//! JSON log lines on standard error, one object per event, by the key names of Powertools for AWS Lambda.
//!
//! `LOG_LEVEL` takes a level or a filter (`info`, `warn,dataops_portal=debug`); without it only warnings show. Within an
//! invocation every line says which (`function_request_id`, `correlation_id`, `xray_trace_id`, `cold_start`). No line holds a
//! secret: each is looked through before it is written (AJ-6).

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use dataops_domain::secrets;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use crate::{Clock, Config, scope};

/// The variable that sets what is logged.
pub const LOG_LEVEL: &str = "LOG_LEVEL";

/// Starts logging for a process, with the filter its configuration gives. Later calls change nothing.
pub fn init(service: &str, config: &Config) {
    if tracing::subscriber::set_global_default(lines(service, config.get(LOG_LEVEL), io::stderr)).is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            tracing::error!(place, error = panic.payload_as_str(), "a panic");
        }));
        tracing::info!("started");
    }
}

/// Starts logging into a file, for a process whose log somebody looks through afterwards. Later calls change nothing.
///
/// # Errors
/// When the file cannot be made.
pub fn init_file(service: &str, level: &str, path: &Path) -> io::Result<()> {
    let file = Arc::new(File::create(path)?);
    // Whoever was first keeps the log.
    let _first = tracing::subscriber::set_global_default(lines(service, Some(level), file));
    Ok(())
}

fn lines<W: for<'a> MakeWriter<'a> + Send + Sync + 'static>(
    service: &str,
    level: Option<&str>,
    writer: W,
) -> impl Subscriber + Send + Sync + use<W> {
    let format = JsonLine { service: service.into(), clock: Clock::system() };
    let layer = tracing_subscriber::fmt::layer().event_format(format).with_writer(Redacting(writer));
    tracing_subscriber::registry().with(layer).with(filter(level))
}

/// The shape of a line.
struct JsonLine {
    /// Whoever writes outside of invocations.
    service: Arc<str>,
    clock: Clock,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>, N: for<'a> FormatFields<'a> + 'static> FormatEvent<S, N> for JsonLine {
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = Map::new();
        let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
        put("timestamp", self.clock.now().to_string().into());
        put("level", metadata.level().as_str().into());
        put("message", fields.message.into());
        let scope = scope::current();
        put("service", scope.as_ref().map_or(&self.service, |scope| &scope.service).to_string().into());
        if let Some(scope) = scope {
            put("function_name", scope.function.to_string().into());
            put("function_request_id", scope.request_id.clone().into());
            put("correlation_id", scope.seen().correlation.unwrap_or_else(|| scope.request_id.clone()).into());
            put("cold_start", scope.cold_start.into());
            if let Some(trace) = &scope.trace {
                put("xray_trace_id", trace.clone().into());
            }
        }
        let place = metadata.line().map_or_else(|| metadata.target().to_owned(), |line| format!("{}:{line}", metadata.target()));
        put("location", place.into());
        // What an event calls like a key of ours stays what ours says.
        for (key, value) in fields.others {
            line.entry(key).or_insert(value);
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// The fields of one event.
#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            (name, value) => drop(self.others.insert(name.trim_start_matches("r#").to_owned(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}

/// Writes whole lines, without their secrets.
struct Redacting<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Redacting<W> {
    type Writer = Line<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.0.make_writer())
    }
}

/// The line of one event, which the subscriber writes in one piece.
struct Line<W>(W);

impl<W: io::Write> io::Write for Line<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes).ok().filter(|line| secrets::first(line).is_some()) {
            None => self.0.write_all(bytes)?,
            Some(line) => self.0.write_all(redacted(line).as_bytes())?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line redacted text by text, so that it stays JSON; a secret that only shows across texts costs the whole line.
fn redacted(line: &str) -> String {
    let Ok(event) = serde_json::from_str(line) else { return secrets::redact(line).into_owned() };
    let line = secrets::redact_json(event).to_string() + "\n";
    match secrets::first(&line) {
        None => line,
        Some(left) => format!("{{\"message\":\"[redacted: {}]\"}}\n", left.rule),
    }
}

/// By target and level alone: a filter that also looks into spans brings an engine for regular expressions along.
fn filter(level: Option<&str>) -> Targets {
    level.and_then(|level| level.parse().ok()).unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::scope::Scope;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        fn lines(&self) -> Vec<Value> {
            let text = String::from_utf8(self.0.lock().expect("unpoisoned").clone()).expect("UTF-8");
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
        }
    }

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().map_err(|_| io::Error::other("poisoned"))?.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_line_holds_a_secret_and_every_line_stays_json() {
        let kept = Kept::default();
        let writer = kept.clone();
        // In pieces, so that this file holds none itself.
        let token = ["xox", "b-123456789012-1234567890123-", "AbCdEfGhIjKlMnOpQrStUvWx"].concat();
        let key = ["-----BEGIN PRIV", "ATE KEY-----\n", "MIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END PRIV", "ATE KEY-----"].concat();
        tracing::subscriber::with_default(lines("test", Some("info"), move || writer.clone()), || {
            tracing::info!(%token, count = 3, "sent with {token}");
            tracing::error!(error = ?key, "failed for \"{token}\", see https://example.org");
            tracing::info!("nothing to hide");
        });
        let lines = kept.lines();
        let text = serde_json::to_string(&lines).expect("JSON");
        assert!(!text.contains("AbCdEf") && !text.contains("MIIEv"), "{text}");
        assert_eq!(lines[0]["message"], "sent with [redacted: slack-token]");
        assert_eq!((&lines[0]["token"], &lines[0]["count"]), (&"[redacted: slack-token]".into(), &3.into()));
        assert_eq!(lines[1]["message"], "failed for \"[redacted: slack-token]\", see https://example.org");
        assert_eq!(lines[2]["message"], "nothing to hide");
    }

    #[tokio::test]
    async fn a_line_says_which_invocation_it_belongs_to() {
        let kept = Kept::default();
        let writer = kept.clone();
        let _logging = tracing::subscriber::set_default(lines("process", Some("info"), move || writer.clone()));
        tracing::warn!(service = "not mine", "outside");
        let trace = Some("Root=1-5759e988-bd862e3fe1be46a994272793".to_owned());
        let scope = Arc::new(Scope::new("portal".into(), "ops-portal".into(), "invocation".to_owned(), trace, true));
        scope
            .run(async {
                tracing::info!("before");
                scope::correlate("request-of-the-gateway");
                tracing::info!(status = 200, "after");
            })
            .await;
        let lines = kept.lines();
        assert_eq!((&lines[0]["service"], &lines[0]["level"]), (&"process".into(), &"WARN".into()));
        assert!(lines[0].get("function_request_id").is_none());
        assert_eq!((&lines[1]["service"], &lines[1]["correlation_id"]), (&"portal".into(), &"invocation".into()));
        assert_eq!((&lines[2]["correlation_id"], &lines[2]["status"]), (&"request-of-the-gateway".into(), &200.into()));
        let own =
            ["timestamp", "level", "message", "service", "function_name", "function_request_id", "cold_start", "xray_trace_id", "location"];
        assert!(own.iter().all(|key| lines[2].get(key).is_some()), "{}", lines[2]);
    }

    #[test]
    fn a_bad_filter_falls_back_to_warnings() {
        assert_eq!(filter(None).to_string(), "warn");
        assert_eq!(filter(Some("dataops_portal=nonsense")).to_string(), "warn");
        assert_eq!(filter(Some("info")).to_string(), "info");
    }
}
