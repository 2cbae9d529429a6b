//! Reading request bodies field by field: every problem is kept, in the order the rules are checked.
//!
//! No text that looks like a credential gets past here (AJ-6); only [`Fields::secret_text`] takes one.

use serde_json::Value;

use crate::json::Object;
use crate::link;
use crate::proof::ProofType;
use crate::refusal::{FieldError, Refusal};
use crate::secrets::{self, Finding};
use crate::time;

/// The longest ordinary text, in characters.
pub const MAX_TEXT: usize = 2_000;
/// The longest comment or description of a bundle, in characters.
pub const MAX_LONG_TEXT: usize = 20_000;
/// The most entries of any list of texts or references.
pub const MAX_LIST: usize = 200;
/// The deepest nesting of a free-form JSON value.
pub const MAX_DEPTH: usize = 32;
/// The most bytes of a free-form JSON value.
pub const MAX_FREE_FORM: usize = 16 * 1024;

/// Reads the fields of one JSON object and collects what is wrong with them.
pub struct Fields<'a> {
    object: &'a Object,
    at: String,
    errors: Vec<FieldError>,
    owned: &'a [String],
}

impl<'a> Fields<'a> {
    /// Reads the top level of a body.
    pub fn of(object: &'a Object) -> Self {
        Self { object, at: String::new(), errors: Vec::new(), owned: &[] }
    }

    /// The same, for a record that owns artifacts at these addresses: its links may lead there.
    #[must_use]
    pub fn owning(self, owned: &'a [String]) -> Self {
        Self { owned, ..self }
    }

    /// Reads an object that stands at `pointer` inside a body.
    pub fn at(object: &'a Object, pointer: String) -> Self {
        Self { object, at: pointer, errors: Vec::new(), owned: &[] }
    }

    /// The value of a field that is there and not `null`.
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// True when the field is named at all, also as `null`.
    pub fn has(&self, key: &str) -> bool {
        self.object.contains_key(key)
    }

    /// Adds a problem.
    pub fn refuse(&mut self, key: &str, message: impl Into<String>) {
        self.errors.push(FieldError { pointer: format!("{}/{key}", self.at), message: message.into() });
    }

    /// Adds problems found elsewhere.
    pub fn extend(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// The problems so far.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    /// Nothing, or every problem as one refusal.
    ///
    /// # Errors
    /// When any field was refused.
    pub fn finish(self) -> Result<(), Refusal> {
        Refusal::fields(self.errors).map_or(Ok(()), Err)
    }

    /// A text of at most 2,000 characters, when the field is there.
    pub fn text(&mut self, key: &str) -> Option<&'a str> {
        self.text_up_to(key, MAX_TEXT)
    }

    /// A text of at most `most` characters without a credential, when the field is there.
    pub fn text_up_to(&mut self, key: &str, most: usize) -> Option<&'a str> {
        let text = self.text_of(key, most)?;
        match secrets::first(text) {
            Some(found) => {
                self.refuse_secret(key, &found);
                None
            }
            None => Some(text),
        }
    }

    /// A text that is meant to be a secret, such as a password; kept only as a hash.
    pub fn secret_text(&mut self, key: &str) -> Option<&'a str> {
        self.text_of(key, MAX_TEXT)
    }

    /// Refuses a field for the credential found in it. The words never repeat it.
    fn refuse_secret(&mut self, key: &str, found: &Finding) {
        self.refuse(key, format!("{key} {}", found.words()));
    }

    fn text_of(&mut self, key: &str, most: usize) -> Option<&'a str> {
        match self.value(key)? {
            Value::String(text) if text.len() <= most || text.chars().count() <= most => Some(text),
            Value::String(_) => {
                self.refuse(key, format!("{key} must be at most {most} characters long"));
                None
            }
            _ => {
                self.refuse(key, format!("{key} must be a string"));
                None
            }
        }
    }

    /// A text that is there and not blank; otherwise the problem is `message`.
    pub fn required_text(&mut self, key: &str, message: &str) -> Option<&'a str> {
        match self.value(key) {
            Some(Value::String(text)) if !text.trim().is_empty() => self.text(key),
            _ => {
                self.refuse(key, message);
                None
            }
        }
    }

    /// A boolean, when the field is there.
    pub fn boolean(&mut self, key: &str) {
        if self.value(key).is_some_and(|value| !value.is_boolean()) {
            self.refuse(key, format!("{key} must be a boolean"));
        }
    }

    /// A real calendar date, when the field is there.
    pub fn date(&mut self, key: &str) {
        let real = |value: &Value| value.as_str().and_then(time::parse_date).is_some();
        if self.value(key).is_some_and(|value| !real(value)) {
            self.refuse(key, format!("{key} must be a real calendar date in the form YYYY-MM-DD"));
        }
    }

    /// A date or a timestamp, when the field is there.
    pub fn date_or_timestamp(&mut self, key: &str) {
        let good = |value: &Value| value.as_str().is_some_and(|text| text.len() <= 60 && is_date_or_timestamp(text));
        if self.value(key).is_some_and(|value| !good(value)) {
            self.refuse(key, format!("{key} must be a calendar date (YYYY-MM-DD) or a timestamp"));
        }
    }

    /// One of a few words, when the field is there; otherwise the problem is `message`.
    pub fn one_of(&mut self, key: &str, words: &[&str], message: &str) {
        let known = |value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
        if self.object.get(key).is_some_and(|value| !known(value)) {
            self.refuse(key, message);
        }
    }

    /// A list of texts, when the field is there.
    pub fn texts(&mut self, key: &str) {
        let good = |value: &Value| {
            value.as_array().is_some_and(|list| {
                list.len() <= MAX_LIST && list.iter().all(|text| text.as_str().is_some_and(|text| text.len() <= MAX_TEXT))
            })
        };
        if self.value(key).is_some_and(|value| !good(value)) {
            self.refuse(key, format!("{key} must be a list of at most {MAX_LIST} strings"));
        } else if let Some(value) = self.value(key) {
            self.without_secrets(key, value);
        }
    }

    /// A text or a plain object of at most 16 KB, when the field is there.
    pub fn text_or_object(&mut self, key: &str) {
        match self.value(key) {
            Some(value @ (Value::String(_) | Value::Object(_))) => self.free_form(key, value),
            Some(_) => self.refuse(key, format!("{key} must be a string or an object")),
            None => {}
        }
    }

    fn free_form(&mut self, key: &str, value: &Value) {
        if value.to_string().len() > MAX_FREE_FORM {
            self.refuse(key, format!("{key} must be at most {MAX_FREE_FORM} bytes of JSON"));
        } else if depth(value) > MAX_DEPTH {
            self.refuse(key, format!("{key} must be nested at most {MAX_DEPTH} levels deep"));
        } else {
            self.without_secrets(key, value);
        }
    }

    fn without_secrets(&mut self, key: &str, value: &Value) {
        if let Some((pointer, rule)) = secrets::check_json(value) {
            self.refuse(&format!("{key}{pointer}"), format!("{key} {}", secrets::words(rule)));
        }
    }

    /// A proof requirement: an object with a known `type`, a string `label` and a boolean `required`.
    pub fn proof(&mut self, key: &str) {
        let Some(value) = self.value(key) else { return };
        let Some(proof) = value.as_object() else {
            return self.refuse(key, format!("{key} must be an object with a type"));
        };
        if proof.get("type").and_then(Value::as_str).and_then(ProofType::parse).is_none() {
            let known: Vec<&str> = ProofType::ALL.into_iter().map(ProofType::as_str).collect();
            self.refuse(&format!("{key}/type"), format!("{key}.type must be one of: {}", known.join(", ")));
        }
        let mut inner = Fields::at(proof, format!("{}/{key}", self.at));
        inner.text("label");
        inner.boolean("required");
        self.errors.append(&mut inner.errors);
    }

    /// A list of references: objects with the non-blank text `id_key`.
    pub fn references(&mut self, key: &str, id_key: &str) {
        let Some(value) = self.value(key) else { return };
        let good =
            |entry: &Value| entry.get(id_key).and_then(Value::as_str).is_some_and(|id| !id.trim().is_empty() && id.len() <= MAX_TEXT);
        match value.as_array() {
            Some(list) if list.len() <= MAX_LIST && list.iter().all(good) => self.free_form(key, value),
            _ => self.refuse(key, format!("{key} must be a list of objects, each with a non-blank {id_key}")),
        }
    }

    /// A list of named links `{name, url}`, when the field is there. An address may be empty.
    pub fn named_links(&mut self, key: &str, stored: &[&str]) {
        let Some(value) = self.value(key) else { return };
        let Some(list) = value.as_array().filter(|list| list.len() <= MAX_LIST) else {
            return self.refuse(key, format!("{key} must be a list of objects with name and url"));
        };
        for (index, entry) in list.iter().enumerate() {
            let name = &*secrets::redact(entry.get("name").and_then(Value::as_str).unwrap_or_default());
            if name.trim().is_empty() || name.chars().count() > 200 {
                self.refuse(&format!("{key}/{index}/name"), format!("{key} needs a name of at most 200 characters for every link"));
            }
            match entry.get("url") {
                None | Some(Value::Null) => {}
                Some(Value::String(url)) => {
                    let keep = (stored.contains(&url.trim()) || self.owns(url)).then_some(url.trim());
                    if let Err(problem) = link::parse(url, keep) {
                        self.refuse(&format!("{key}/{index}/url"), format!("{key}: the url of '{name}' {problem}"));
                    }
                }
                Some(_) => self.refuse(&format!("{key}/{index}/url"), format!("{key}: the url of '{name}' must be a string")),
            }
        }
        self.free_form(key, value);
    }

    fn owns(&self, address: &str) -> bool {
        self.owned.iter().any(|owned| owned == address.trim())
    }

    /// A link: an `http`, `https` or `mailto` address, empty, or what is stored already.
    pub fn link(&mut self, key: &str, stored: Option<&str>) {
        match self.value(key) {
            Some(Value::String(text)) => {
                let stored = if self.owns(text) { Some(text.trim()) } else { stored };
                let kept = stored == Some(text.trim());
                if let Err(problem) = link::parse(text, stored) {
                    self.refuse(key, format!("{key} {problem}"));
                } else if let Some(found) = secrets::first_in_link(text).filter(|_| !kept) {
                    self.refuse_secret(key, &found);
                }
            }
            Some(_) => self.refuse(key, format!("{key} must be a string")),
            None => {}
        }
    }
}

/// True when a link of a body leads to a store of ours: such an address must be one of an artifact that the record owns.
pub fn links_inside(body: &Object) -> bool {
    let inside =
        |value: &Value| value.as_str().is_some_and(|text| ["s3://", "local-dev://"].iter().any(|scheme| text.trim().starts_with(scheme)));
    let named = |key: &str| body.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(|entry| entry.get("url")).any(inside);
    ["link", "instructionsUrl"].iter().filter_map(|key| body.get(*key)).any(inside) || ["bundleLinks", "references"].into_iter().any(named)
}

/// How deep a value is nested.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// True for a real calendar date or a parseable timestamp.
pub fn is_date_or_timestamp(text: &str) -> bool {
    time::parse_date(text).is_some() || time::Timestamp::parse(text).is_some()
}

/// The object's known fields, in the order given; links are written as they are kept (`mailto:` added, trimmed).
pub fn kept(object: &Object, known: &[&str]) -> Object {
    let mut kept = Object::new();
    for key in known {
        if let Some(value) = object.get(*key) {
            kept.insert((*key).to_owned(), canonical(key, value));
        }
    }
    kept
}

fn canonical(key: &str, value: &Value) -> Value {
    let link_of = |text: &str| link::parse(text, Some(text.trim())).ok();
    match (key, value) {
        ("link" | "instructionsUrl", Value::String(text)) => {
            mailto(text).or_else(|| link_of(text)).map_or_else(|| value.clone(), Value::String)
        }
        ("taskDefinitions", Value::Array(list)) => Value::Array(list.iter().map(canonical_definition).collect()),
        ("bundleLinks" | "references", Value::Array(list)) => Value::Array(list.iter().map(canonical_link).collect()),
        _ => value.clone(),
    }
}

fn canonical_definition(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(url) = entry.get("instructionsUrl").and_then(Value::as_str).and_then(mailto) {
        entry["instructionsUrl"] = Value::String(url);
    }
    entry
}

fn canonical_link(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(object) = entry.as_object_mut() {
        let url = object.get("url").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        object.insert("url".to_owned(), Value::String(mailto(&url).unwrap_or(url)));
    }
    entry
}

fn mailto(text: &str) -> Option<String> {
    let text = text.trim();
    link::is_email(text).then(|| format!("mailto:{text}"))
}
