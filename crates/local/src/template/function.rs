//! A function of the template: its name, environment, time limit, schedules, and what its role allows.

use std::time::Duration;

use serde_json::Value;

use super::{Properties, Statement, TemplateError, Texts, statement};

/// A function as the template declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionDeclaration {
    /// Its logical id, such as `PortalFunction`.
    pub logical_id: String,
    /// Its physical name, such as `dataops-local-portal`.
    pub name: String,
    /// Its environment.
    pub environment: Texts,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// When it runs by itself.
    pub schedules: Vec<Schedule>,
    /// What its role allows.
    pub statements: Vec<Statement>,
}

/// A rate schedule of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The event's name in the template.
    pub name: String,
    /// How long from one run to the next.
    pub every: Duration,
    /// The payload of each run, as JSON.
    pub input: String,
}

impl FunctionDeclaration {
    pub(super) fn read(id: &str, at: &str, all: Properties, own: Properties) -> Result<Self, TemplateError> {
        let at = format!("{at}.Properties");
        let mut merged = Value::Object(all);
        merge(&mut merged, Value::Object(own));
        let name = merged["FunctionName"].as_str();
        let timeout = merged["Timeout"].as_u64();
        Ok(Self {
            logical_id: id.to_owned(),
            name: name.ok_or_else(|| TemplateError::at(&at, "FunctionName is not given"))?.to_owned(),
            environment: environment(&merged["Environment"]["Variables"], &format!("{at}.Environment.Variables"))?,
            timeout: Duration::from_secs(timeout.ok_or_else(|| TemplateError::at(&at, "Timeout is not given"))?),
            schedules: schedules(&merged["Events"], &format!("{at}.Events"))?,
            statements: statement::read(&merged["Policies"], &format!("{at}.Policies"))?,
        })
    }
}

/// Lays `over` upon `under`, mapping by mapping, as SAM does with `Globals`.
fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

fn environment(variables: &Value, at: &str) -> Result<Texts, TemplateError> {
    let Some(variables) = variables.as_object() else { return Ok(Texts::new()) };
    let text = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
        _ => Err(TemplateError::at(&format!("{at}.{name}"), "expected a text")),
    };
    variables.iter().map(text).collect()
}

fn schedules(events: &Value, at: &str) -> Result<Vec<Schedule>, TemplateError> {
    let mut schedules = Vec::new();
    for (name, event) in events.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        let properties = &event["Properties"];
        match event["Type"].as_str().unwrap_or_default() {
            "HttpApi" => {}
            "ScheduleV2" if properties["State"] == "DISABLED" => {}
            "ScheduleV2" => schedules.push(Schedule {
                name: name.clone(),
                every: rate(&properties["ScheduleExpression"], &format!("{at}.Properties.ScheduleExpression"))?,
                input: properties["Input"].as_str().unwrap_or("{}").to_owned(),
            }),
            kind => return Err(TemplateError::unknown(&format!("{at}.Type"), format!("the event type `{kind}`"))),
        }
    }
    Ok(schedules)
}

/// `rate(15 minutes)` as a duration.
fn rate(expression: &Value, at: &str) -> Result<Duration, TemplateError> {
    let text = expression.as_str().unwrap_or_default();
    let inside = text.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let every = inside.and_then(|inside| inside.split_once(' ')).and_then(|(count, unit)| {
        let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
        let unit = match unit {
            "minute" | "minutes" => 60,
            "hour" | "hours" => 3600,
            "day" | "days" => 86_400,
            _ => return None,
        };
        Some(Duration::from_secs(u64::from(count) * unit))
    });
    every.ok_or_else(|| TemplateError::unknown(at, format!("the schedule `{text}`, which is no rate(<n> <units>),")))
}
