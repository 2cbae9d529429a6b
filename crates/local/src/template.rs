//! Reads `template.full.yaml`, the same file CloudFormation gets, and says what the local fleet must make of it: tables,
//! buckets, functions with their environment, and schedules.
//!
//! It knows the constructs the template uses. Anything else - a function, a kind of resource, a property of a table - is
//! an error that names the construct and its place, so that the template cannot say something the laptop ignores.

mod bucket;
mod condition;
mod error;
mod function;
mod given;
mod resolve;
mod source;
mod statement;
mod substitute;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

pub use bucket::Bucket;
pub use condition::{Comparison, Condition, Operator, Over};
pub(crate) use condition::{LEADING_KEYS, PREFIX, SECURE_TRANSPORT};
pub use error::TemplateError;
pub use function::{FunctionDeclaration, Schedule};
pub use given::{ACCOUNT, Given, REGION, STACK};
pub use statement::{Effect, Statement};
pub use table::{Attribute, AttributeKind, Index, Key, Projection, Table};

use resolve::Resolver;

/// Kinds of resources that mean nothing on one machine: names, logs, permissions, the door that is ours, and who is told of what.
const NOTHING_LOCAL: [&str; 11] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Logs::LogGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::Serverless::HttpApi",
];

/// What the template declares, every reference resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// DynamoDB tables.
    pub tables: Vec<Table>,
    /// S3 buckets.
    pub buckets: Vec<Bucket>,
    /// Lambda functions.
    pub functions: Vec<FunctionDeclaration>,
}

impl Template {
    /// Reads the project's template: from the checkout when there is one, else the copy compiled in.
    pub fn load(given: &Given) -> Result<Self, TemplateError> {
        Self::parse(&source::text(), given)
    }

    /// Reads a template's text.
    pub fn parse(text: &str, given: &Given) -> Result<Self, TemplateError> {
        let resolver = Resolver::new(source::parse(text)?, given)?;
        let mut template = Self { tables: Vec::new(), buckets: Vec::new(), functions: Vec::new() };
        for id in resolver.resources() {
            let Some(resource) = resolver.resource(&id)? else { continue };
            let at = format!("Resources.{id}");
            let properties = resource.properties;
            match resource.kind.as_str() {
                "AWS::DynamoDB::Table" => template.tables.push(Table::read(&id, &at, properties)?),
                "AWS::S3::Bucket" => template.buckets.push(Bucket::read(&id, &at, properties)?),
                "AWS::Serverless::Function" => {
                    let all = resolver.global("Function")?;
                    template.functions.push(FunctionDeclaration::read(&id, &at, all, properties)?);
                }
                kind if NOTHING_LOCAL.contains(&kind) => {}
                kind => return Err(TemplateError::unknown(&format!("{at}.Type"), format!("the resource type {kind}"))),
            }
        }
        resolver.outputs()?;
        Ok(template)
    }

    /// The function with this logical id.
    pub fn function(&self, logical_id: &str) -> Result<&FunctionDeclaration, TemplateError> {
        let found = self.functions.iter().find(|function| function.logical_id == logical_id);
        found.ok_or_else(|| TemplateError::at("Resources", format!("there is no function {logical_id}")))
    }
}

/// Properties with every reference resolved.
type Properties = serde_json::Map<String, Value>;

/// Texts by name.
type Texts = BTreeMap<String, String>;
