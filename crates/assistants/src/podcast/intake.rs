//! What the inputs tell about guest and episode: facts by the playbook's keys, each with the source it stands in.
//!
//! An intake is a form, a mail or notes: `Label: value` lines, headings with text or lists below them, tables of two
//! columns. What carries no known label is kept as it is, unplaced, so that nothing is lost and nothing is guessed.

use std::collections::BTreeMap;

use dataops_content::{IntakeField, Playbook};
use dataops_domain::plain;
use serde_json::Value;

use super::text::folded;
use crate::clean;
use crate::request::{AboutBundle, AboutTask, Data, Input, MAX_INPUT_TEXT, Request};

/// The most bytes of a fact; of one with paragraphs.
const MAX_VALUE: usize = 300;
const MAX_LONG: usize = 2_000;
/// The most values of a list.
const MAX_LIST: usize = 12;
/// The most lines that are kept unplaced.
const MAX_UNPLACED: usize = 40;
/// The most contradictions that are told.
const MAX_CONFLICTS: usize = 10;
/// The most bytes read of all sources together.
const MAX_TOTAL: usize = 1_000_000;
/// The most sources that are listed.
const MAX_SOURCES: usize = 60;
/// The longest label.
const MAX_LABEL: usize = 48;
/// What people write where there is nothing to say.
const EMPTY: [&str; 9] = ["-", "–", "?", "n/a", "na", "tbd", "todo", "tba", "…"];

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// One line, clean; paragraphs of a long one are apart by `\n\n`.
    pub(super) value: String,
    /// The number of the source, from 1.
    pub(super) source: usize,
}

/// Something that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) uri: Option<String>,
    /// What there is to say about it, such as that it is not there.
    pub(super) note: Option<String>,
}

/// All that the inputs tell.
#[derive(Debug, Default)]
pub(super) struct Facts {
    values: BTreeMap<String, Vec<Fact>>,
    pub(super) sources: Vec<Source>,
    pub(super) unplaced: Vec<Fact>,
    /// How many more lines there were.
    pub(super) unplaced_more: usize,
    /// Label, value and source that contradict what is kept.
    pub(super) conflicts: Vec<(String, Fact)>,
}

impl Facts {
    /// The first value of a key.
    pub(super) fn one(&self, key: &str) -> Option<&Fact> {
        self.all(key).first()
    }

    /// Every value of a key.
    pub(super) fn all(&self, key: &str) -> &[Fact] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    /// How many sources gave nothing because they are not there.
    pub(super) fn missing_sources(&self) -> usize {
        self.sources.iter().filter(|source| source.note.as_deref().is_some_and(|note| note.starts_with("missing"))).count()
    }
}

/// Reads the inputs in their order, then bundle and task. What comes first counts.
pub(super) fn read(playbook: &Playbook, request: &Request) -> Facts {
    let mut reader = Reader { playbook, facts: Facts::default(), left: MAX_TOTAL };
    for input in &request.inputs {
        reader.input(input);
    }
    if let Some(bundle) = &request.bundle {
        reader.bundle(bundle);
    }
    if let Some(task) = &request.task {
        reader.task(task);
    }
    reader.facts
}

/// The field that a label or a heading has opened.
struct Open<'a> {
    field: &'a IntakeField,
    /// Whether something stood behind its label or below it.
    told: bool,
}

struct Reader<'a> {
    playbook: &'a Playbook,
    facts: Facts,
    left: usize,
}

impl<'a> Reader<'a> {
    fn input(&mut self, input: &Input) {
        let title = input.title.as_deref().or(input.id.as_deref()).or(input.uri.as_deref()).unwrap_or("without a title");
        let note = match &input.data {
            Data::Missing(why) => Some(format!("missing: {}", clean::line(why, MAX_VALUE))),
            Data::Binary { media_type, size } => Some(format!("not read: {} of {size} bytes", clean::line(media_type, 80))),
            Data::Reference if input.uri.is_some() => Some("an address; it was not opened".to_owned()),
            Data::Text(text) if text.len() > MAX_INPUT_TEXT => Some(format!("only its first {} KB were read", MAX_INPUT_TEXT / 1_000)),
            Data::Reference | Data::Text(_) | Data::Task(_) | Data::Bundle(_) => None,
        };
        let source = self.source(&input.kind, title, input.uri.as_deref(), note);
        for (key, value) in &input.metadata {
            self.metadata(key, value, source);
        }
        match &input.data {
            Data::Text(text) => self.text(text, source),
            Data::Task(task) => self.text(task.comment.as_deref().unwrap_or_default(), source),
            Data::Bundle(bundle) => self.about_bundle(bundle, source),
            Data::Reference | Data::Binary { .. } | Data::Missing(_) => {}
        }
    }

    fn bundle(&mut self, bundle: &AboutBundle) {
        let source = self.source("bundle", &bundle.title, None, None);
        self.about_bundle(bundle, source);
    }

    /// Its text, and from its title `TOPIC - SPEAKER` what nothing else told.
    fn about_bundle(&mut self, bundle: &AboutBundle, source: usize) {
        self.text(bundle.description.as_deref().unwrap_or_default(), source);
        let contact = bundle.links.iter().find(|(name, url)| folded(name).contains("email") && !url.is_empty());
        if let Some((_, url)) = contact {
            self.default("contact", url.trim_start_matches("mailto:"), source);
        }
        match bundle.title.rsplit_once(" - ") {
            Some((topic, speaker)) if !speaker.trim().is_empty() => {
                self.default("title", topic, source);
                self.default("guest", speaker, source);
            }
            Some(_) | None => self.default("title", &bundle.title, source),
        }
    }

    fn task(&mut self, task: &AboutTask) {
        let source = self.source("task", &task.description, None, None);
        self.text(task.comment.as_deref().unwrap_or_default(), source);
    }

    fn source(&mut self, kind: &str, title: &str, uri: Option<&str>, note: Option<String>) -> usize {
        let uri = uri.map(|uri| clean::line(uri, MAX_VALUE));
        if self.facts.sources.len() < MAX_SOURCES {
            self.facts.sources.push(Source { kind: clean::line(kind, 40), title: clean::line(title, 160), uri, note });
        }
        self.facts.sources.len()
    }

    /// A reference's own fields: `text` is read as one, others are facts when their name is a label.
    fn metadata(&mut self, key: &str, value: &Value, source: usize) {
        let values: Vec<&str> = match value {
            Value::String(text) if key == "text" => return self.text(text, source),
            Value::String(text) => vec![text],
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        };
        let label = key.replace(['_', '-'], " ");
        if let Some(field) = self.field(&label) {
            for value in values {
                self.add(field, value, source, false);
            }
        }
    }

    fn text(&mut self, text: &str, source: usize) {
        let text = clean::cut(text, MAX_INPUT_TEXT.min(self.left));
        self.left -= text.len();
        let mut open: Option<Open<'a>> = None;
        let mut blank = false;
        for line in plain::text(text).lines() {
            let line = line.trim();
            if line.is_empty() {
                blank = true;
                continue;
            }
            let (label, value) = self.labelled(line);
            if let Some(field) = label {
                open = Some(Open { field, told: !value.trim().is_empty() });
                self.add(field, value, source, false);
            } else if line.starts_with('#') {
                open = None;
            } else {
                self.line(open.as_mut(), unmarked(line), source, blank);
            }
            blank = false;
        }
    }

    /// A line without a label: it goes on with the field that is open, when that takes more.
    fn line(&mut self, open: Option<&mut Open<'a>>, line: &str, source: usize, blank: bool) {
        match open {
            Some(open) if open.field.list || open.field.long || !open.told => {
                open.told = true;
                self.add(open.field, line, source, blank);
            }
            Some(open) if !blank && self.facts.one(&open.field.key).is_some_and(|fact| fact.source == source) => {
                self.append(open.field, line, source);
            }
            Some(_) | None => self.unplaced(line, source),
        }
    }

    fn unplaced(&mut self, line: &str, source: usize) {
        if self.facts.unplaced.len() >= MAX_UNPLACED {
            self.facts.unplaced_more += 1;
            return;
        }
        let value = clean::line(line, MAX_VALUE);
        if value.chars().any(char::is_alphanumeric) {
            self.facts.unplaced.push(Fact { value, source });
        }
    }

    /// The field a line begins, and what stands behind its label.
    fn labelled<'l>(&self, line: &'l str) -> (Option<&'a IntakeField>, &'l str) {
        if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            let (label, value) = heading.split_once(':').unwrap_or((heading, ""));
            return (self.field(label), value);
        }
        if let Some(row) = line.strip_prefix('|') {
            let mut cells = row.split('|');
            let (label, value) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            return (self.field(label), value);
        }
        match unmarked(line).split_once(':') {
            Some((label, value)) if label.len() <= MAX_LABEL => (self.field(label), value.trim_start_matches(['*', '_'])),
            Some(_) | None => (None, line),
        }
    }

    fn field(&self, label: &str) -> Option<&'a IntakeField> {
        let label = label.split('(').next().unwrap_or_default().trim_matches([' ', '*', '_', ':', '"', '`', '\t']);
        let label = folded(label);
        self.playbook.intake.iter().find(|field| field.key.replace('_', " ") == label || field.also.contains(&label))
    }

    fn default(&mut self, key: &str, value: &str, source: usize) {
        if let Some(field) = self.playbook.intake.iter().find(|field| field.key == key)
            && self.facts.one(key).is_none()
        {
            self.add(field, value, source, false);
        }
    }

    /// Adds a value to a field: to a list as an item, to a long text as more of it; a single one is kept as it was told
    /// first, and a different one is a contradiction.
    fn add(&mut self, field: &IntakeField, value: &str, source: usize, paragraph: bool) {
        let value = clean::line(value, if field.long { MAX_LONG } else { MAX_VALUE });
        let value = value.trim_matches(['|', ' ']).trim_end_matches("**").trim();
        if value.is_empty() || EMPTY.contains(&folded(value).as_str()) {
            return;
        }
        let fact = Fact { value: value.to_owned(), source };
        let kept = self.facts.values.entry(field.key.clone()).or_default();
        let same = |fact: &Fact| folded(&fact.value) == folded(value);
        match kept.last_mut() {
            None => kept.push(fact),
            Some(_) if field.list => {
                if kept.len() < MAX_LIST && !kept.iter().any(same) {
                    kept.push(fact);
                }
            }
            Some(last) if field.long && last.source == source => {
                let between = if paragraph { "\n\n" } else { " " };
                last.value = clean::shortened(&format!("{}{between}{value}", last.value), MAX_LONG);
            }
            Some(last) => {
                if !same(last) && self.facts.conflicts.len() < MAX_CONFLICTS {
                    self.facts.conflicts.push((field.label.clone(), fact));
                }
            }
        }
    }

    /// The next line of a value that was wrapped.
    fn append(&mut self, field: &IntakeField, line: &str, source: usize) {
        let line = clean::line(line, MAX_VALUE);
        let kept = self.facts.values.get_mut(&field.key).and_then(|values| values.last_mut());
        if let Some(last) = kept.filter(|last| last.source == source) {
            last.value = clean::shortened(&format!("{} {line}", last.value), MAX_VALUE);
        }
    }
}

/// The line without the mark of a list item, a number, a box to tick or a quotation.
fn unmarked(line: &str) -> &str {
    let line = line.trim_start_matches(['>', ' ']);
    let line = ["- ", "* ", "+ ", "• "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim_start();
    let line = ["[ ] ", "[x] ", "[X] "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=2).contains(&digits).then(|| line[digits..].strip_prefix(['.', ')'])).flatten();
    numbered.filter(|rest| rest.starts_with(' ')).unwrap_or(line).trim()
}
