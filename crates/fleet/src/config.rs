//! A function's configuration: names and texts, as its environment gives them.
//!
//! Whoever builds a function hands it a `Config`. On AWS it is the process environment; locally and in tests it is a
//! map made from the template, so that functions with different settings share one process.

use std::collections::BTreeMap;

use aws_credential_types::provider::SharedCredentialsProvider;
use dataops_domain::time::Tz;

/// The variable that names the application timezone.
pub const TIMEZONE: &str = "DATAOPS_TIMEZONE";

/// The settings a function is built from. An empty value counts as absent.
#[derive(Debug, Clone, Default)]
pub struct Config {
    settings: BTreeMap<String, String>,
    credentials: Option<SharedCredentialsProvider>,
}

/// What is wrong with a setting, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The setting is needed and is absent or empty.
    #[error("the environment variable {name} is not set")]
    Missing {
        /// The variable's name.
        name: String,
    },
    /// The setting is there and cannot be used.
    #[error("{name} cannot be used: {problem}")]
    Invalid {
        /// The variable's name.
        name: String,
        /// What is wrong and what was expected.
        problem: String,
    },
}

impl ConfigError {
    /// A setting that is needed and not there.
    pub fn missing(name: impl Into<String>) -> Self {
        Self::Missing { name: name.into() }
    }

    /// A setting that cannot be used; `problem` says what was expected. It must not quote a secret.
    pub fn invalid(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid { name: name.into(), problem: problem.into() }
    }
}

impl ConfigError {
    /// A setting that is not there, or what is wrong with it.
    pub fn of(name: impl Into<String>, problem: Option<String>) -> Self {
        match problem {
            None => Self::missing(name),
            Some(problem) => Self::invalid(name, problem),
        }
    }
}

impl Config {
    /// A configuration made of these names and texts.
    pub fn from_map(map: BTreeMap<String, String>) -> Self {
        Self { settings: map, credentials: None }
    }

    /// The process environment. Only a `main.rs` calls this. Variables that are not Unicode are left out.
    pub fn from_process() -> Self {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        Self::from_map(std::env::vars_os().filter_map(unicode).collect())
    }

    /// The same with one setting more, or another value of it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// The same for a person, whose AWS credentials are looked up elsewhere than in the settings and may be renewed meanwhile.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Option<SharedCredentialsProvider>) -> Self {
        self.credentials = credentials;
        self
    }

    /// Credentials that do not come from the settings.
    pub(crate) fn credentials(&self) -> Option<&SharedCredentialsProvider> {
        self.credentials.as_ref()
    }

    /// The setting, if it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The setting, or an error that names it.
    pub fn require(&self, name: &str) -> Result<&str, ConfigError> {
        self.get(name).ok_or_else(|| ConfigError::missing(name))
    }

    /// The application timezone: `DATAOPS_TIMEZONE`, by default `Europe/Berlin`.
    pub fn timezone(&self) -> Result<Tz, ConfigError> {
        let name = self.get(TIMEZONE).unwrap_or("Europe/Berlin");
        let problem = |_| format!("`{name}` is no timezone; expected a name such as Europe/Berlin");
        name.parse().map_err(|error| ConfigError::invalid(TIMEZONE, problem(error)))
    }

    /// Every name and text, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Config {
        Config::from_map(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn an_empty_setting_counts_as_absent_and_the_error_names_it() {
        let config = config(&[("EMPTY", "")]);
        assert_eq!(config.get("EMPTY"), None);
        let words = config.require("EMPTY").expect_err("absent").to_string();
        assert_eq!(words, "the environment variable EMPTY is not set");
    }

    #[test]
    fn the_timezone_is_berlin_unless_told() {
        assert_eq!(config(&[]).timezone().expect("a default").name(), "Europe/Berlin");
        assert_eq!(config(&[(TIMEZONE, "Asia/Tokyo")]).timezone().expect("a zone").name(), "Asia/Tokyo");
        let words = config(&[(TIMEZONE, "Mars/X")]).timezone().expect_err("no zone").to_string();
        assert!(words.contains("DATAOPS_TIMEZONE") && words.contains("Mars/X"), "{words}");
    }
}
