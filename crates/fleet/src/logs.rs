//! JSON log lines on standard error, one object per event.
//!
//! `LOG_LEVEL` takes a level or a filter (`info`, `warn,dataops_portal=debug`); without it only warnings show.

use tracing_subscriber::EnvFilter;

use crate::Config;

/// The variable that sets what is logged.
pub const LOG_LEVEL: &str = "LOG_LEVEL";

/// Starts logging for a process, with the filter its configuration gives. Later calls change nothing.
pub fn init(service: &str, config: &Config) {
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter(config.get(LOG_LEVEL)))
        .with_writer(std::io::stderr)
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_ok() {
        tracing::info!(service, "started");
    }
}

fn filter(level: Option<&str>) -> EnvFilter {
    EnvFilter::try_new(level.unwrap_or("warn")).unwrap_or_else(|_| EnvFilter::new("warn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_filter_falls_back_to_warnings() {
        assert_eq!(filter(None).to_string(), "warn");
        assert_eq!(filter(Some("dataops_portal=nonsense")).to_string(), "warn");
        assert_eq!(filter(Some("info")).to_string(), "info");
    }
}
