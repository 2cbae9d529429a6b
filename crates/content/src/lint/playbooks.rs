//! Rules about playbooks: what the assistant relies on (a plan can be made of nothing but a name), and what makes a
//! question one that a host would ask.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, repeated, words};
use crate::Content;
use crate::playbook::{Need, Playbook, Question};

/// The longest question, in characters.
const MAX_QUESTION: usize = 220;
/// How many questions each theme has at least.
const LEAST_OF_A_THEME: usize = 3;
/// The words a question begins with that can be answered with yes or no.
const CLOSED: [&str; 21] = [
    "am", "are", "can", "could", "did", "do", "does", "had", "has", "have", "is", "may", "might", "must", "shall", "should", "was", "were",
    "will", "would", "isn't",
];

pub(super) fn check(content: &Content) -> Vec<Finding> {
    let mut findings = Vec::new();
    for playbook in content.playbooks() {
        let mut messages = intake(playbook);
        messages.extend(parts(playbook));
        messages.extend(questions(playbook));
        messages.extend(coverage(playbook));
        messages.extend(unfinished(playbook));
        findings.extend(messages.into_iter().map(|message| Finding { file: playbook.shown(), message }));
    }
    findings
}

fn ids<'a>(what: &str, ids: impl Iterator<Item = &'a str> + Clone, more: &str) -> Vec<String> {
    let bad = ids.clone().filter(|id| !words::is_slug(id, more));
    let mut found: Vec<String> = bad.map(|id| format!("{what} '{id}': expected lower-case letters, digits and -")).collect();
    found.extend(repeated(ids).into_iter().map(|id| format!("{what} '{id}' is there more than once")));
    found
}

fn intake(playbook: &Playbook) -> Vec<String> {
    let mut found = ids("intake", playbook.intake.iter().map(|field| field.key.as_str()), "_");
    for field in &playbook.intake {
        match (&field.ask, field.need) {
            (None, Need::Required | Need::Wanted) => found.push(format!("intake '{}' is needed and has no ask for the guest", field.key)),
            (Some(_), Need::Optional) => found.push(format!("intake '{}' is optional, so its ask is never used", field.key)),
            (Some(_), Need::Required | Need::Wanted) | (None, Need::Optional) => {}
        }
        for label in field.also.iter().filter(|label| label.to_lowercase() != **label || label.trim() != *label || label.is_empty()) {
            found.push(format!("intake '{}' is also '{label}': expected lower case without blanks around it", field.key));
        }
    }
    let labels = playbook.intake.iter().flat_map(|field| field.also.iter().map(String::as_str));
    found.extend(repeated(labels).into_iter().map(|label| format!("the label '{label}' belongs to more than one intake field")));
    found
}

fn parts(playbook: &Playbook) -> Vec<String> {
    let mut found = ids("section", playbook.sections.iter().map(|section| section.id.as_str()), "");
    found.extend(ids("theme", playbook.themes.iter().map(|theme| theme.id.as_str()), ""));
    found.extend(ids("level", playbook.levels.iter().map(|level| level.id.as_str()), ""));
    let minutes: u32 = playbook.sections.iter().map(|section| section.minutes).sum();
    if minutes != playbook.minutes {
        found.push(format!("the sections take {minutes} minutes of {}", playbook.minutes));
    }
    for theme in playbook.themes.iter().chain(&playbook.levels).filter(|theme| theme.words.is_empty()) {
        found.push(format!("no word tells '{}'", theme.id));
    }
    for theme in playbook.themes.iter().chain(&playbook.levels) {
        for word in theme.words.iter().filter(|word| word.to_lowercase() != **word) {
            found.push(format!("'{}' is told by '{word}': expected lower case", theme.id));
        }
    }
    found
}

fn questions(playbook: &Playbook) -> Vec<String> {
    let mut found = ids("question", playbook.questions.iter().map(|question| question.id.as_str()), "");
    let asked = playbook.questions.iter().map(|question| question.ask.as_str());
    found.extend(repeated(asked).into_iter().map(|ask| format!("'{ask}' is asked more than once")));
    for question in &playbook.questions {
        let messages = references(playbook, question).into_iter().chain(form(question));
        found.extend(messages.map(|message| format!("question {}: {message}", question.id)));
    }
    found
}

fn references(playbook: &Playbook, question: &Question) -> Vec<String> {
    let mut found = Vec::new();
    if !playbook.sections.iter().any(|section| section.id == question.section) {
        found.push(format!("unknown section '{}'", question.section));
    }
    for theme in question.themes.iter().filter(|id| !playbook.themes.iter().any(|theme| theme.id == **id)) {
        found.push(format!("unknown theme '{theme}'"));
    }
    for level in question.levels.iter().filter(|id| !playbook.levels.iter().any(|level| level.id == **id)) {
        found.push(format!("unknown level '{level}'"));
    }
    for slot in question.slots().into_iter().filter(|slot| !playbook.intake.iter().any(|field| field.key == **slot)) {
        found.push(format!("the slot '{slot}' is no intake field"));
    }
    found
}

/// Open, one thought, short enough to be said, and with what a host needs to go on.
fn form(question: &Question) -> Vec<String> {
    let mut found = Vec::new();
    let opens = question.ask.matches('{').count();
    if opens != question.slots().len() || opens != question.ask.matches('}').count() {
        found.push("a brace stands alone".to_owned());
    }
    let length = question.ask.chars().count();
    if length > MAX_QUESTION {
        found.push(format!("{length} characters; at most {MAX_QUESTION} can be said in one breath"));
    }
    if question.ask.matches('?').count() > 1 {
        found.push("more than one question in one".to_owned());
    }
    if !question.ask.ends_with(['?', '.']) {
        found.push("ends neither as a question nor as a request".to_owned());
    }
    let first = question.ask.split(|letter: char| !(letter.is_alphabetic() || letter == '\'')).next().unwrap_or_default().to_lowercase();
    if CLOSED.contains(&first.as_str()) {
        found.push(format!("begins with '{first}', so yes is an answer"));
    }
    for (name, text) in [("listen", &question.listen), ("then", &question.then)] {
        if text.trim().is_empty() {
            found.push(format!("{name} is empty"));
        }
    }
    found
}

/// Whatever the guest is and whatever the intake leaves out, a plan can be made.
fn coverage(playbook: &Playbook) -> Vec<String> {
    let mut found = Vec::new();
    let mut plain: BTreeMap<&str, usize> = BTreeMap::new();
    let mut themed: BTreeMap<&str, usize> = BTreeMap::new();
    for question in &playbook.questions {
        if question.slots().is_empty() && question.themes.is_empty() && question.levels.is_empty() {
            *plain.entry(question.section.as_str()).or_default() += 1;
        }
        for theme in question.themes.iter().map(String::as_str).collect::<BTreeSet<_>>() {
            *themed.entry(theme).or_default() += 1;
        }
    }
    for section in &playbook.sections {
        let there = plain.get(section.id.as_str()).copied().unwrap_or(0);
        if there < section.pick {
            found.push(format!("section '{}' has {there} questions for anybody; {} are planned", section.id, section.pick));
        }
    }
    for theme in &playbook.themes {
        let there = themed.get(theme.id.as_str()).copied().unwrap_or(0);
        if there < LEAST_OF_A_THEME {
            found.push(format!("theme '{}' has {there} questions of its own; expected {LEAST_OF_A_THEME}", theme.id));
        }
    }
    for level in playbook.levels.iter().filter(|level| !playbook.questions.iter().any(|question| question.levels.contains(&level.id))) {
        found.push(format!("no question is meant for the level '{}'", level.id));
    }
    found
}

fn unfinished(playbook: &Playbook) -> Vec<String> {
    let questions = playbook.questions.iter().flat_map(|question| [&question.ask, &question.listen, &question.then]);
    let rest = playbook.live.iter().map(|live| &live.say).chain(playbook.checklist.iter().map(|item| &item.todo));
    let asks = playbook.intake.iter().filter_map(|field| field.ask.as_ref());
    questions.chain(rest).chain(asks).flat_map(|text| words::placeholders(text)).collect()
}
