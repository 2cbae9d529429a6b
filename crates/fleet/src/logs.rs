//! JSON log lines on standard error, one object per event.
//!
//! `LOG_LEVEL` takes a level or a filter (`info`, `warn,dataops_portal=debug`); without it only warnings show.
//! No line holds a secret: each is looked through before it is written (AJ-6).

use std::io;

use dataops_domain::secrets;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::Config;

/// The variable that sets what is logged.
pub const LOG_LEVEL: &str = "LOG_LEVEL";

/// Starts logging for a process, with the filter its configuration gives. Later calls change nothing.
pub fn init(service: &str, config: &Config) {
    let subscriber = lines(config.get(LOG_LEVEL), io::stderr);
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        tracing::info!(service, "started");
    }
}

fn lines<W: for<'a> MakeWriter<'a> + Send + Sync + 'static>(level: Option<&str>, writer: W) -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter(level)).with_writer(Redacting(writer)).finish()
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

fn filter(level: Option<&str>) -> EnvFilter {
    EnvFilter::try_new(level.unwrap_or("warn")).unwrap_or_else(|_| EnvFilter::new("warn"))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

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
        tracing::subscriber::with_default(lines(Some("info"), move || writer.clone()), || {
            tracing::info!(%token, count = 3, "sent with {token}");
            tracing::error!(error = ?key, "failed for \"{token}\", see https://example.org");
            tracing::info!("nothing to hide");
        });
        let text = String::from_utf8(kept.0.lock().expect("unpoisoned").clone()).expect("UTF-8");
        assert!(!text.contains("AbCdEf") && !text.contains("MIIEv"), "{text}");
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines[0]["message"], "sent with [redacted: slack-token]");
        assert_eq!((&lines[0]["token"], &lines[0]["count"]), (&"[redacted: slack-token]".into(), &3.into()));
        assert_eq!(lines[1]["message"], "failed for \"[redacted: slack-token]\", see https://example.org");
        assert_eq!(lines[2]["message"], "nothing to hide");
    }

    #[test]
    fn a_bad_filter_falls_back_to_warnings() {
        assert_eq!(filter(None).to_string(), "warn");
        assert_eq!(filter(Some("dataops_portal=nonsense")).to_string(), "warn");
        assert_eq!(filter(Some("info")).to_string(), "info");
    }
}
