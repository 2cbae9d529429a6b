//! What a function's role allows: the statements of its inline policies, in words of the local stack.
//!
//! Whatever would be judged here otherwise than on AWS is refused, by name and place: `NotAction`, `NotResource`, managed
//! policies, SAM's policy templates, operators and variables nobody taught the evaluator.

use serde::Serialize;
use serde_json::Value;

use super::{Condition, Properties, TemplateError};

/// One statement of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Its name, one in its role.
    pub sid: String,
    /// Whether it allows or forbids.
    pub effect: Effect,
    /// The actions it is about, such as `dynamodb:GetItem`; `*` and `?` stand for anything.
    pub action: Vec<String>,
    /// The ARNs it is about, likewise.
    pub resource: Vec<String>,
    /// What else has to hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub condition: Vec<Condition>,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It forbids, whatever allows.
    Deny,
}

/// The statements of a function's `Policies`.
pub(super) fn read(policies: &Value, at: &str) -> Result<Vec<Statement>, TemplateError> {
    let mut statements: Vec<Statement> = Vec::new();
    for (index, policy) in list(policies).iter().enumerate() {
        let at = format!("{at}[{index}]");
        let Some(raw) = policy.get("Statement") else {
            return Err(TemplateError::unknown(&at, format!("the policy {policy}, which is no document with a Statement,")));
        };
        if let Some(key) =
            policy.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !["Version", "Statement"].contains(&key.as_str()))
        {
            return Err(TemplateError::unknown(&format!("{at}.{key}"), "this part of a policy"));
        }
        if policy["Version"] != "2012-10-17" {
            return Err(TemplateError::at(&at, "Version is not 2012-10-17"));
        }
        for (index, raw) in list(raw).iter().enumerate() {
            let at = format!("{at}.Statement[{index}]");
            let statement = Statement::read(raw, &at)?;
            if statements.iter().any(|other| other.sid == statement.sid) {
                return Err(TemplateError::at(&at, format!("the Sid {} is taken by another statement", statement.sid)));
            }
            statements.push(statement);
        }
    }
    Ok(statements)
}

impl Statement {
    fn read(raw: &Value, at: &str) -> Result<Self, TemplateError> {
        let Some(raw) = raw.as_object() else { return Err(TemplateError::at(at, "expected a mapping")) };
        const KNOWN: [&str; 5] = ["Sid", "Effect", "Action", "Resource", "Condition"];
        if let Some(key) = raw.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(TemplateError::unknown(&format!("{at}.{key}"), "this part of a statement"));
        }
        let sid = raw.get("Sid").and_then(Value::as_str).unwrap_or_default();
        if sid.is_empty() || !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(TemplateError::at(at, "Sid is needed, of letters and digits: refusals and docs/grids/iam.md name it"));
        }
        let effect = match raw.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(TemplateError::at(&format!("{at}.Effect"), "expected Allow or Deny")),
        };
        let action = texts(raw, "Action", at)?;
        if let Some(odd) = action.iter().find(|action| *action != "*" && !action.contains(':')) {
            return Err(TemplateError::at(&format!("{at}.Action"), format!("{odd} is no action: expected service:Name")));
        }
        let resource = texts(raw, "Resource", at)?;
        if let Some(odd) = resource.iter().find(|arn| *arn != "*" && arn.split(':').count() < 6) {
            return Err(TemplateError::at(&format!("{at}.Resource"), format!("{odd} is no ARN")));
        }
        if let Some(odd) = resource.iter().find(|arn| arn.contains("${")) {
            return Err(TemplateError::unknown(&format!("{at}.Resource"), format!("the variable in {odd}")));
        }
        let condition = Condition::read_all(raw.get("Condition").unwrap_or(&Value::Null), &format!("{at}.Condition"))?;
        Ok(Self { sid: sid.to_owned(), effect, action, resource, condition })
    }
}

/// A list, also when there is but one.
pub(super) fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.clone(),
        one => vec![one.clone()],
    }
}

/// One text or several; none is an error.
fn texts(raw: &Properties, key: &str, at: &str) -> Result<Vec<String>, TemplateError> {
    let values = list(raw.get(key).unwrap_or(&Value::Null));
    let texts: Option<Vec<_>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    let wrong = || TemplateError::at(&format!("{at}.{key}"), "expected a text or a list of texts");
    texts.filter(|texts| !texts.is_empty()).ok_or_else(wrong)
}
