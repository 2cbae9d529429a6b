//! Resolves the template's functions: `!Ref`, `!Sub`, `!GetAtt`, `!If` and the conditions, in short and in long form.
//!
//! The result is plain JSON. A value that `!If` leaves out by `AWS::NoValue` disappears.

use serde_json::Value;
use yaml_serde::{Mapping, Value as Yaml};

use super::{ACCOUNT, Given, Properties, REGION, TemplateError, Texts};

/// The template and what its parameters stand for.
pub(super) struct Resolver {
    root: Mapping,
    parameters: Texts,
    pub(super) stack: String,
}

/// A resource with its properties resolved.
pub(super) struct Resource {
    pub(super) kind: String,
    pub(super) properties: Properties,
}

impl Resolver {
    pub(super) fn new(root: Yaml, given: &Given) -> Result<Self, TemplateError> {
        let Yaml::Mapping(root) = root else {
            return Err(TemplateError::at("line 1", "expected a mapping with Resources"));
        };
        let known = ["AWSTemplateFormatVersion", "Transform", "Description", "Parameters", "Conditions", "Globals"];
        for key in root.keys().filter_map(Yaml::as_str) {
            if !known.contains(&key) && !["Rules", "Resources", "Outputs", "Metadata"].contains(&key) {
                return Err(TemplateError::unknown(key, "this section"));
            }
        }
        let mut resolver = Self { root, parameters: Texts::new(), stack: given.stack.clone() };
        resolver.parameters = resolver.parameters(given)?;
        resolver.rules()?;
        Ok(resolver)
    }

    /// The logical ids, in the template's order.
    pub(super) fn resources(&self) -> Vec<String> {
        let names = |map: &Mapping| map.keys().filter_map(Yaml::as_str).map(str::to_owned).collect();
        self.section("Resources").map(names).unwrap_or_default()
    }

    /// One resource; `None` when its condition does not hold.
    pub(super) fn resource(&self, id: &str) -> Result<Option<Resource>, TemplateError> {
        let at = format!("Resources.{id}");
        let raw = self.raw_resource(id).ok_or_else(|| TemplateError::at(&at, "there is no such resource"))?;
        if let Some(condition) = raw.get("Condition").and_then(Yaml::as_str)
            && !self.named_condition(condition, &at)?
        {
            return Ok(None);
        }
        let kind = self.kind(id).ok_or_else(|| TemplateError::at(&at, "it has no Type"))?.to_owned();
        let properties = match raw.get("Properties") {
            Some(value) => self.value(value, &format!("{at}.Properties"))?,
            None => None,
        };
        let properties = properties.and_then(|value| value.as_object().cloned()).unwrap_or_default();
        Ok(Some(Resource { kind, properties }))
    }

    /// One part of `Globals`, which SAM gives to every resource of that sort.
    pub(super) fn global(&self, sort: &str) -> Result<Properties, TemplateError> {
        let value = self.section("Globals").and_then(|globals| globals.get(sort));
        let resolved = value.map(|value| self.value(value, &format!("Globals.{sort}"))).transpose()?.flatten();
        Ok(resolved.and_then(|value| value.as_object().cloned()).unwrap_or_default())
    }

    /// Resolves the outputs whose condition holds, only to find mistakes in them.
    pub(super) fn outputs(&self) -> Result<(), TemplateError> {
        for (name, output) in self.section("Outputs").into_iter().flatten() {
            let at = format!("Outputs.{}", name.as_str().unwrap_or_default());
            let condition = output.get("Condition").and_then(Yaml::as_str);
            if condition.map_or(Ok(true), |condition| self.named_condition(condition, &at))? {
                self.value(output, &at)?;
            }
        }
        Ok(())
    }

    pub(super) fn section(&self, name: &str) -> Option<&Mapping> {
        self.root.get(name).and_then(Yaml::as_mapping)
    }

    pub(super) fn raw_resource(&self, id: &str) -> Option<&Mapping> {
        self.section("Resources")?.get(id)?.as_mapping()
    }

    pub(super) fn kind(&self, id: &str) -> Option<&str> {
        self.raw_resource(id)?.get("Type")?.as_str()
    }

    /// A value with everything in it resolved; `None` stands for `AWS::NoValue`.
    pub(super) fn value(&self, value: &Yaml, at: &str) -> Result<Option<Value>, TemplateError> {
        match value {
            Yaml::Tagged(tagged) => {
                let name = tagged.tag.to_string();
                self.function(name.trim_start_matches('!'), &tagged.value, at)
            }
            Yaml::Mapping(map) => self.mapping(map, at),
            Yaml::Sequence(items) => {
                let resolved = items.iter().enumerate().map(|(index, item)| self.value(item, &format!("{at}[{index}]")));
                Ok(Some(Value::Array(resolved.filter_map(Result::transpose).collect::<Result<_, _>>()?)))
            }
            plain => serde_json::to_value(plain).map(Some).map_err(|error| TemplateError::at(at, error.to_string())),
        }
    }

    fn mapping(&self, map: &Mapping, at: &str) -> Result<Option<Value>, TemplateError> {
        if let (1, Some((Yaml::String(name), argument))) = (map.len(), map.iter().next()) {
            if let Some(function) = name.strip_prefix("Fn::") {
                return self.function(function, argument, at);
            }
            if name == "Ref" {
                return self.function(name, argument, at);
            }
        }
        let mut object = Properties::new();
        for (key, value) in map {
            let key = key.as_str().ok_or_else(|| TemplateError::at(at, "expected a text as key"))?;
            if let Some(value) = self.value(value, &format!("{at}.{key}"))? {
                object.insert(key.to_owned(), value);
            }
        }
        Ok(Some(Value::Object(object)))
    }

    fn function(&self, name: &str, argument: &Yaml, at: &str) -> Result<Option<Value>, TemplateError> {
        let text = || argument.as_str().ok_or_else(|| TemplateError::at(at, format!("!{name} takes a text")));
        match name {
            "Ref" if text()? == "AWS::NoValue" => Ok(None),
            "Ref" => self.reference(text()?, at).map(Some),
            "GetAtt" => self.attribute(&dotted(argument), at).map(|text| Some(text.into())),
            "Sub" => self.substitute(argument, at).map(|text| Some(text.into())),
            "Join" => self.join(argument, at).map(|text| Some(text.into())),
            "If" => match argument.as_sequence().map(Vec::as_slice) {
                Some([Yaml::String(condition), yes, no]) => self.value(if self.named_condition(condition, at)? { yes } else { no }, at),
                _ => Err(TemplateError::at(at, "!If takes [condition, value, value]")),
            },
            _ => Err(TemplateError::unknown(at, format!("!{name}"))),
        }
    }

    fn parameters(&self, given: &Given) -> Result<Texts, TemplateError> {
        let declared = self.section("Parameters").cloned().unwrap_or_default();
        if let Some(name) = given.parameters.keys().find(|name| declared.get(name.as_str()).is_none()) {
            return Err(TemplateError::at("Parameters", format!("there is no parameter {name}")));
        }
        let mut values = Texts::new();
        for (name, declaration) in declared.iter().filter_map(|(name, value)| Some((name.as_str()?, value))) {
            let at = format!("Parameters.{name}");
            let default = declaration.get("Default").and_then(plain_text);
            let value = given.parameters.get(name).cloned().or(default);
            let value = value.ok_or_else(|| TemplateError::at(&at, "it has no default and was not given"))?;
            let allowed = declaration.get("AllowedValues").and_then(Yaml::as_sequence);
            if allowed.is_some_and(|allowed| !allowed.iter().filter_map(plain_text).any(|text| text == value)) {
                return Err(TemplateError::at(&at, "the value given is not one of AllowedValues"));
            }
            values.insert(name.to_owned(), value);
        }
        Ok(values)
    }

    /// What `!Ref` stands for: a pseudo parameter, a parameter, or a resource's physical name.
    pub(super) fn reference(&self, name: &str, at: &str) -> Result<Value, TemplateError> {
        let text = match name {
            _ if name.contains('.') => self.generated(name, at)?,
            "AWS::StackName" => self.stack.clone(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::Region" => REGION.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            _ => match self.parameters.get(name) {
                Some(value) => value.clone(),
                None => self.physical_name(name, at)?,
            },
        };
        let number = self.section("Parameters").and_then(|all| all.get(name)?.get("Type")?.as_str()) == Some("Number");
        Ok(if number { text.parse().unwrap_or(Value::String(text)) } else { Value::String(text) })
    }
}

/// `A.B` or `[A, B]` as `A.B`.
fn dotted(argument: &Yaml) -> String {
    match argument {
        Yaml::Sequence(parts) => parts.iter().filter_map(Yaml::as_str).collect::<Vec<_>>().join("."),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// A scalar as the text CloudFormation makes of it.
pub(super) fn plain_text(value: &Yaml) -> Option<String> {
    match value {
        Yaml::String(text) => Some(text.clone()),
        Yaml::Number(number) => Some(number.to_string()),
        Yaml::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
