//! What makes work by itself: a recurring config or an automatic template, reduced to what the planner needs (RW-1).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::id;
use crate::pause::Standing;
use crate::recurring::RecurringConfig;
use crate::schedule::Schedule;
use crate::template::Template;
use crate::time::{Timestamp, Tz};

/// The most days a workflow's anchor may lie after its schedule's date, or before.
pub const MAX_LEAD_DAYS: i64 = 3_660;

/// The kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A recurring config: makes a task.
    Recurring,
    /// An automatic template: makes a bundle with its tasks.
    Template,
}

/// Which source: written `recurring#<id>` or `template#<id>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceKey {
    /// The kind.
    pub kind: Kind,
    /// The id of the config or template.
    pub id: String,
}

impl SourceKey {
    /// A recurring config.
    pub fn recurring(id: impl Into<String>) -> Self {
        Self { kind: Kind::Recurring, id: id.into() }
    }

    /// An automatic template.
    pub fn template(id: impl Into<String>) -> Self {
        Self { kind: Kind::Template, id: id.into() }
    }

    /// Reads `recurring#<id>` or `template#<id>`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('#')?;
        let kind = match kind {
            "recurring" => Kind::Recurring,
            "template" => Kind::Template,
            _ => return None,
        };
        id::is_valid(id).then(|| Self { kind, id: id.to_owned() })
    }
}

impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Recurring => "recurring",
            Kind::Template => "template",
        };
        write!(f, "{kind}#{}", self.id)
    }
}

impl Serialize for SourceKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SourceKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a source")))
    }
}

/// When a source comes up.
#[derive(Debug, Clone, PartialEq)]
pub enum Timing {
    /// By a schedule.
    By(Box<Schedule>),
    /// Never by itself, and why: it is started by hand, or its schedule is empty.
    Never(&'static str),
    /// Nobody can say, and why.
    Broken(String),
}

/// A source.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Which one.
    pub key: SourceKey,
    /// What people call it.
    pub title: String,
    /// The timezone of its dates.
    pub zone: Tz,
    /// When it comes up.
    pub timing: Timing,
    /// Days from a window's date to the anchor of the workflow it makes; 0 for a duty.
    pub lead_days: i64,
    /// Since when its dates are expected: its creation, or the last change of its schedule.
    pub since: Timestamp,
    /// Whether it is enabled, paused or archived.
    pub standing: Standing,
    /// Changes whenever what it makes changes.
    pub fingerprint: String,
}

impl Source {
    /// A recurring config as a source.
    pub fn of_config(config: &RecurringConfig, application: Tz) -> Self {
        let key = SourceKey::recurring(config.id.as_str());
        let timing = match config.zone(application) {
            Some(_) => by(&config.cron_expression, "cronExpression"),
            None => unknown_zone(config.timezone.as_deref()),
        };
        Self {
            zone: config.zone(application).unwrap_or(application),
            timing,
            lead_days: 0,
            since: config.expected_since(),
            standing: config.standing(),
            fingerprint: config.definition_hash(),
            ..Self::bare(key, config.description.clone(), application)
        }
    }

    /// A template as a source. One that is started by hand never comes up.
    pub fn of_template(template: &Template, application: Tz) -> Self {
        let key = SourceKey::template(template.id.as_str());
        let lead = lead_days(template);
        let schedule = template.trigger_schedule.as_deref().unwrap_or_default();
        let timing = match (template.zone(application), &lead) {
            _ if !template.is_automatic() => Timing::Never("It is started by hand"),
            _ if schedule.trim().is_empty() => Timing::Never("It has no schedule"),
            (None, _) => unknown_zone(template.timezone.as_deref()),
            (_, Err(problem)) => Timing::Broken(problem.clone()),
            _ if template.definitions().len() != template.task_definitions.len() => {
                Timing::Broken("taskDefinitions holds a task that cannot be read".to_owned())
            }
            _ => by(schedule, "triggerSchedule"),
        };
        Self {
            zone: template.zone(application).unwrap_or(application),
            timing,
            lead_days: lead.unwrap_or(0),
            since: template.expected_since(),
            standing: template.standing(),
            fingerprint: format!("{}@{}", template.version, template.updated_at),
            ..Self::bare(key, template.name.clone(), application)
        }
    }

    /// A source whose record can't be read, and why. It stops no other one.
    pub fn unreadable(key: SourceKey, why: impl Into<String>, application: Tz) -> Self {
        let title = key.id.clone();
        Self { timing: Timing::Broken(why.into()), ..Self::bare(key, title, application) }
    }

    fn bare(key: SourceKey, title: String, zone: Tz) -> Self {
        Self {
            key,
            title,
            zone,
            timing: Timing::Never("It has no schedule"),
            lead_days: 0,
            since: Timestamp::from_millis(0),
            standing: Standing::running(),
            fingerprint: String::new(),
        }
    }
}

fn by(text: &str, field: &str) -> Timing {
    Schedule::parse(text).map_or_else(|problem| Timing::Broken(format!("{field} {problem}")), |schedule| Timing::By(Box::new(schedule)))
}

fn unknown_zone(name: Option<&str>) -> Timing {
    Timing::Broken(format!("timezone '{}' is unknown", name.unwrap_or_default()))
}

/// The lead days of a template. The API takes any number; what is no whole number of days is told here.
fn lead_days(template: &Template) -> Result<i64, String> {
    let Some(days) = &template.trigger_lead_days else { return Ok(0) };
    let whole = days.as_f64().filter(|days| days.fract() == 0.0 && days.abs() <= MAX_LEAD_DAYS as f64);
    whole
        .map(|days| days as i64)
        .ok_or_else(|| format!("triggerLeadDays {days} must be a whole number from -{MAX_LEAD_DAYS} to {MAX_LEAD_DAYS}"))
}
