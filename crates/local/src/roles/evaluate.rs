//! Whether a role's statements allow a request, by the rules AWS documents for policies of an identity: nothing is allowed that
//! no statement allows, and what one forbids no other allows.

use std::collections::BTreeMap;

use super::pattern::{is_action, is_like, is_resource};
use crate::template::{Comparison, Condition, Effect, Over, Statement};

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The action as IAM calls it: `dynamodb:GetItem`.
    pub action: String,
    /// The ARN of what it is done to.
    pub resource: String,
    /// What else is known of it, by condition key.
    pub context: Context,
}

/// Values of a request by condition key.
pub type Context = BTreeMap<&'static str, Vec<String>>;

/// What statements say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is allowed, by each of these.
    Allowed(Vec<Grant>),
    /// Nothing allows it.
    NotAllowed,
    /// The statement of this name forbids it.
    Forbidden(String),
}

/// One action on one resource that a statement allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The statement.
    pub sid: String,
    /// The action as the statement writes it.
    pub action: String,
    /// The resource as the statement writes it.
    pub resource: String,
}

impl Request {
    /// A request of which nothing else is known.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: Context::new() }
    }

    /// The same with the values of a key.
    #[must_use]
    pub fn with(mut self, key: &'static str, values: Vec<String>) -> Self {
        self.context.insert(key, values);
        self
    }
}

/// Judges a request by statements.
pub fn evaluate(statements: &[Statement], request: &Request) -> Verdict {
    let mut grants = Vec::new();
    for statement in statements {
        let matching = matching(statement, request);
        if !matching.is_empty() && statement.condition.iter().all(|condition| holds(condition, &request.context)) {
            match statement.effect {
                Effect::Deny => return Verdict::Forbidden(statement.sid.clone()),
                Effect::Allow => grants.extend(matching),
            }
        }
    }
    if grants.is_empty() { Verdict::NotAllowed } else { Verdict::Allowed(grants) }
}

/// Each action and resource of a statement that the request matches.
fn matching(statement: &Statement, request: &Request) -> Vec<Grant> {
    let actions = statement.action.iter().filter(|pattern| is_action(&request.action, pattern));
    let grant =
        |action: &String, resource: &String| Grant { sid: statement.sid.clone(), action: action.clone(), resource: resource.clone() };
    let of = |action| {
        let resources = statement.resource.iter().filter(|pattern| is_resource(&request.resource, pattern));
        resources.map(move |resource| grant(action, resource))
    };
    actions.flat_map(of).collect()
}

fn holds(condition: &Condition, context: &Context) -> bool {
    let operator = condition.operator;
    let values = context.iter().find(|(key, _)| key.eq_ignore_ascii_case(&condition.key)).map(|(_, values)| values.as_slice());
    let Some(values) = values.filter(|values| !values.is_empty()) else {
        return operator.if_exists || operator.over == Over::All;
    };
    let matches = |value: &String| {
        condition.values.iter().any(|wanted| match operator.comparison {
            Comparison::StringEquals => value == wanted,
            Comparison::StringLike => is_like(value, wanted),
            Comparison::Bool => value.eq_ignore_ascii_case(wanted),
        })
    };
    match operator.over {
        Over::All => values.iter().all(matches),
        Over::Any => values.iter().any(matches),
        // The reader lets no key of several values through to here.
        Over::One => values.first().is_some_and(matches),
    }
}

#[cfg(test)]
mod tests;
