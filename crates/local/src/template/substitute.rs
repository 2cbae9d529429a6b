//! Names and conditions: what a resource is called, its attributes, `!Sub`, `!Join` and the condition functions.

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
            _ => return Err(TemplateError::unknown(at, format!("!Ref to {id}, a {kind},"))),
        };
        let properties = self.raw_resource(id).and_then(|raw| raw.get("Properties")).and_then(Yaml::as_mapping);
        match properties.and_then(|properties| properties.get(property)) {
            Some(name) => self.text(name, &format!("Resources.{id}.Properties.{property}")),
            None => Ok(format!("{}-{id}", self.stack)),
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
