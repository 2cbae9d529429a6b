//! Names and conditions: what a resource is called, its attributes, `!Sub`, `!Join`, the condition functions and the rules.

use yaml_serde::{Mapping, Value as Yaml};

use super::resolve::Resolver;
use super::{ACCOUNT, REGION, TemplateError};

impl Resolver {
    /// A resource's physical name: the one its properties give it, else one made of the stack and its logical id.
    pub(super) fn physical_name(&self, id: &str, at: &str) -> Result<String, TemplateError> {
        let Some(kind) = self.kind(id) else {
            return Err(TemplateError::at(at, format!("!Ref {id}: there is no such parameter or resource")));
        };
        let property = match kind {
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::Serverless::Function" => "FunctionName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            "AWS::Serverless::HttpApi" => "Name",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::CloudWatch::Alarm" => "AlarmName",
            "AWS::CloudWatch::Dashboard" => "DashboardName",
            "AWS::ApiGatewayV2::DomainName" => "DomainName",
            "AWS::SNS::Topic" => "TopicName",
            _ => return Err(TemplateError::unknown(at, format!("!Ref to {id}, a {kind},"))),
        };
        let properties = self.raw_resource(id).and_then(|raw| raw.get("Properties")).and_then(Yaml::as_mapping);
        let name = match properties.and_then(|properties| properties.get(property)) {
            Some(name) => self.text(name, &format!("Resources.{id}.Properties.{property}"))?,
            None => format!("{}-{id}", self.stack),
        };
        // A topic is referred to by its ARN.
        Ok(if kind == "AWS::SNS::Topic" { format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}") } else { name })
    }

    /// What `!Ref` stands for with a resource that SAM makes of another, `A.B` given: a function's alias, by its ARN, or the
    /// stage of an API.
    pub(super) fn generated(&self, dotted: &str, at: &str) -> Result<String, TemplateError> {
        let unknown = || TemplateError::unknown(at, format!("!Ref {dotted}"));
        let (id, made) = dotted.split_once('.').ok_or_else(unknown)?;
        let properties = self.raw_resource(id).and_then(|raw| raw.get("Properties")).and_then(Yaml::as_mapping);
        let property = |name: &str| properties.and_then(|properties| properties.get(name));
        match (self.kind(id).ok_or_else(unknown)?, made) {
            ("AWS::Serverless::Function", "Alias") => {
                let shared = self.section("Globals").and_then(|globals| globals.get("Function")?.get("AutoPublishAlias"));
                let alias = property("AutoPublishAlias").or(shared);
                let none = || TemplateError::at(at, format!("!Ref {dotted}: {id} has no AutoPublishAlias"));
                Ok(format!("{}:{}", self.attribute(&format!("{id}.Arn"), at)?, self.text(alias.ok_or_else(none)?, at)?))
            }
            ("AWS::Serverless::HttpApi", "Stage") => {
                property("StageName").map_or_else(|| Ok("$default".to_owned()), |name| self.text(name, at))
            }
            _ => Err(unknown()),
        }
    }

    /// What `!GetAtt` stands for, `A.B` given.
    pub(super) fn attribute(&self, dotted: &str, at: &str) -> Result<String, TemplateError> {
        let unknown = || TemplateError::unknown(at, format!("!GetAtt {dotted}"));
        let (id, attribute) = dotted.split_once('.').ok_or_else(unknown)?;
        let kind = self.kind(id);
        let kind = kind.ok_or_else(|| TemplateError::at(at, format!("!GetAtt {dotted}: there is no such resource")))?;
        let name = self.physical_name(id, at)?;
        match (kind, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => Ok(format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")),
            ("AWS::S3::Bucket", "Arn") => Ok(format!("arn:aws:s3:::{name}")),
            ("AWS::Serverless::Function", "Arn") => Ok(format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")),
            ("AWS::SQS::Queue", "QueueName") => Ok(name),
            ("AWS::ApiGatewayV2::DomainName", "RegionalDomainName") => Ok(format!("{name}.execute-api.{REGION}.amazonaws.com")),
            ("AWS::ApiGatewayV2::DomainName", "RegionalHostedZoneId") => Ok("Z000000000".to_owned()),
            ("AWS::SQS::Queue", "Arn") => Ok(format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")),
            ("AWS::Logs::LogGroup", "Arn") => Ok(format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")),
            _ => Err(unknown()),
        }
    }

    /// `!Sub`, as a text or as `[text, {Name: value}]`.
    pub(super) fn substitute(&self, argument: &Yaml, at: &str) -> Result<String, TemplateError> {
        let nothing = Mapping::new();
        let (text, names) = match argument {
            Yaml::String(text) => (text, &nothing),
            Yaml::Sequence(parts) => match parts.as_slice() {
                [Yaml::String(text), Yaml::Mapping(names)] => (text, names),
                _ => return Err(TemplateError::at(at, "!Sub takes a text, or [text, names]")),
            },
            _ => return Err(TemplateError::at(at, "!Sub takes a text, or [text, names]")),
        };
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                return Err(TemplateError::at(at, format!("!Sub: `{text}` has ${{ without }}")));
            };
            out.push_str(before);
            match name.strip_prefix('!') {
                Some(literal) => out.push_str(&format!("${{{literal}}}")),
                None if names.get(name).is_some() => out.push_str(&self.text(&names[name], at)?),
                None if name.contains('.') => out.push_str(&self.attribute(name, at)?),
                None => out.push_str(&as_text(&self.reference(name, at)?)),
            }
            rest = after;
        }
        Ok(out + rest)
    }

    /// `!Join [delimiter, [texts]]`.
    pub(super) fn join(&self, argument: &Yaml, at: &str) -> Result<String, TemplateError> {
        match argument.as_sequence().map(Vec::as_slice) {
            Some([Yaml::String(delimiter), Yaml::Sequence(parts)]) => {
                let texts: Result<Vec<_>, _> = parts.iter().map(|part| self.text(part, at)).collect();
                Ok(texts?.join(delimiter))
            }
            _ => Err(TemplateError::at(at, "!Join takes [delimiter, [texts]]")),
        }
    }

    /// Asks every rule whose condition holds; the first assertion that does not is the mistake, in its own words.
    pub(super) fn rules(&self) -> Result<(), TemplateError> {
        for (name, rule) in self.section("Rules").into_iter().flatten() {
            let at = format!("Rules.{}", name.as_str().unwrap_or_default());
            if !rule.get("RuleCondition").map_or(Ok(true), |condition| self.condition(condition, &at))? {
                continue;
            }
            for assertion in rule.get("Assertions").and_then(Yaml::as_sequence).into_iter().flatten() {
                let assert = assertion.get("Assert").ok_or_else(|| TemplateError::at(&at, "an assertion has no Assert"))?;
                if !self.condition(assert, &at)? {
                    let words = assertion.get("AssertDescription").and_then(Yaml::as_str).unwrap_or("an assertion does not hold");
                    return Err(TemplateError::at(&at, words));
                }
            }
        }
        Ok(())
    }

    /// Whether a condition of the `Conditions` section holds.
    pub(super) fn named_condition(&self, name: &str, at: &str) -> Result<bool, TemplateError> {
        let condition = self.section("Conditions").and_then(|all| all.get(name));
        let condition = condition.ok_or_else(|| TemplateError::at(at, format!("there is no condition {name}")))?;
        self.condition(condition, &format!("Conditions.{name}"))
    }

    fn condition(&self, condition: &Yaml, at: &str) -> Result<bool, TemplateError> {
        let (name, argument) = match condition {
            Yaml::Tagged(tagged) => (tagged.tag.to_string(), &tagged.value),
            Yaml::Mapping(map) => match (map.len(), map.iter().next()) {
                (1, Some((Yaml::String(name), argument))) => (name.clone(), argument),
                _ => return Err(TemplateError::at(at, "expected one condition function")),
            },
            _ => return Err(TemplateError::at(at, "expected a condition function")),
        };
        let name = name.trim_start_matches('!').trim_start_matches("Fn::");
        let parts = || argument.as_sequence().map(Vec::as_slice).unwrap_or_default();
        let each = || parts().iter().map(|part| self.condition(part, at)).collect::<Result<Vec<bool>, _>>();
        match (name, parts()) {
            ("Equals", [left, right]) => Ok(self.text(left, at)? == self.text(right, at)?),
            ("Not", [one]) => Ok(!self.condition(one, at)?),
            ("And", [_, ..]) => Ok(each()?.into_iter().all(|held| held)),
            ("Or", [_, ..]) => Ok(each()?.into_iter().any(|held| held)),
            ("Condition", []) => self.named_condition(argument.as_str().unwrap_or_default(), at),
            _ => Err(TemplateError::unknown(at, format!("!{name} with {} values", parts().len()))),
        }
    }

    fn text(&self, value: &Yaml, at: &str) -> Result<String, TemplateError> {
        Ok(self.value(value, at)?.as_ref().map(as_text).unwrap_or_default())
    }
}

fn as_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
