//! Which questions to ask: themes and level from the words of the facts, then for each section the questions that fit
//! this guest best, and a reserve.

use std::collections::BTreeMap;

use dataops_content::{Playbook, Question, Section, Theme};

use super::intake::{Fact, Facts};
use super::text::{count, folded};
use crate::clean;

/// How many themes an episode has at most.
const MAX_THEMES: usize = 4;
/// How many questions are kept in reserve.
const MAX_RESERVE: usize = 8;
/// The most bytes of a fact inside a question.
const MAX_SLOT: usize = 160;
/// Words that are in every avoided topic and say nothing.
const SAYS_NOTHING: [&str; 40] = [
    "about",
    "with",
    "from",
    "that",
    "this",
    "their",
    "them",
    "they",
    "people",
    "name",
    "named",
    "work",
    "team",
    "data",
    "model",
    "anything",
    "everything",
    "specific",
    "detail",
    "former",
    "previous",
    "current",
    "please",
    "other",
    "which",
    "what",
    "topic",
    "question",
    "public",
    "internal",
    "project",
    "episode",
    "replaced",
    "would",
    "want",
    "talk",
    "discus",
    "mention",
    "avoid",
    "really",
];

/// A theme or a level and the words that told it.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) theme: &'a Theme,
    /// The word that told it first, and where.
    pub(super) word: &'a str,
    pub(super) source: usize,
}

/// A question for this guest.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) question: &'a Question,
    /// The question with its slots filled; clean, not escaped.
    pub(super) words: String,
    /// Why this guest: the facts it rests on, by label and source.
    pub(super) because: Vec<(String, String, usize)>,
}

/// A section with its questions.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    pub(super) section: &'a Section,
    pub(super) asked: Vec<Asked<'a>>,
}

/// The plan of an episode.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) themes: Vec<Told<'a>>,
    pub(super) level: Option<Told<'a>>,
    pub(super) sections: Vec<Planned<'a>>,
    pub(super) reserve: Vec<Asked<'a>>,
    /// Questions left out because they come near to what the guest avoids.
    pub(super) avoided: Vec<&'a Question>,
}

impl Plan<'_> {
    /// How many questions are planned.
    pub(super) fn questions(&self) -> usize {
        self.sections.iter().map(|planned| planned.asked.len()).sum()
    }
}

/// Plans an episode.
pub(super) fn plan<'a>(playbook: &'a Playbook, facts: &Facts) -> Plan<'a> {
    let themes = themes(playbook, facts);
    let level = level(playbook, facts);
    let avoid = Avoid::of(facts);
    let (avoided, open): (Vec<&Question>, Vec<&Question>) = playbook.questions.iter().partition(|question| avoid.hits(question));
    let fits = |question: &&Question| {
        let by_theme = question.themes.is_empty() || themes.iter().any(|told| question.themes.contains(&told.theme.id));
        let by_level = question.levels.is_empty() || level.as_ref().is_some_and(|told| question.levels.contains(&told.theme.id));
        by_theme && by_level && question.slots().iter().all(|slot| facts.one(slot).is_some())
    };
    let avoided = avoided.into_iter().filter(fits).collect();
    let mut picker = Picker {
        playbook,
        facts,
        themes: &themes,
        level: level.as_ref(),
        open: open.into_iter().filter(fits).collect(),
        used: BTreeMap::new(),
    };
    let sections: Vec<Planned<'a>> = playbook.sections.iter().map(|section| picker.section(section)).collect();
    let reserve = picker.reserve();
    Plan { sections, reserve, avoided, level, themes }
}

/// Where a theme is looked for, and how much a word there says.
const WEIGHTS: [(&str, usize); 10] = [
    ("topic", 3),
    ("title", 2),
    ("hook", 2),
    ("project", 2),
    ("focus", 2),
    ("why_now", 1),
    ("role", 1),
    ("bio", 1),
    ("path", 1),
    ("story", 1),
];

fn themes<'a>(playbook: &'a Playbook, facts: &Facts) -> Vec<Told<'a>> {
    let mut told: Vec<(usize, Told<'a>)> = playbook.themes.iter().filter_map(|theme| judge(theme, facts, &WEIGHTS)).collect();
    // Stable: themes of equal weight stay in the order of the playbook.
    told.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    told.into_iter().take(MAX_THEMES).map(|(_, told)| told).collect()
}

fn level<'a>(playbook: &'a Playbook, facts: &Facts) -> Option<Told<'a>> {
    let judged = playbook.levels.iter().filter_map(|level| judge(level, facts, &[("role", 4), ("bio", 1), ("focus", 1)]));
    // Of equals the later one: a founder who is an engineer is a founder.
    judged.max_by_key(|(score, _)| *score).map(|(_, told)| told)
}

fn judge<'a>(theme: &'a Theme, facts: &Facts, weights: &[(&str, usize)]) -> Option<(usize, Told<'a>)> {
    let mut score = 0;
    let mut first = None;
    for (key, weight) in weights {
        for fact in facts.all(key) {
            let text = folded(&fact.value);
            for word in &theme.words {
                // A word that is said ten times is not ten times the theme.
                let times = count(&text, word).min(2);
                score += times * weight;
                if times > 0 && first.is_none() {
                    first = Some((word.as_str(), fact.source));
                }
            }
        }
    }
    first.map(|(word, source)| (score, Told { theme, word, source }))
}

/// What the guest does not want to talk about.
struct Avoid {
    words: Vec<String>,
    whole: String,
}

impl Avoid {
    fn of(facts: &Facts) -> Self {
        let whole = folded(&facts.all("avoid").iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>().join("\n"));
        let words = whole.split(|letter: char| !letter.is_alphanumeric()).map(stem);
        let words = words.filter(|word| word.chars().count() >= 4 && !SAYS_NOTHING.contains(word) && *word != "nothing").map(str::to_owned);
        Self { words: words.collect(), whole }
    }

    fn hits(&self, question: &Question) -> bool {
        if question.touches.iter().any(|touched| count(&self.whole, touched) > 0 || count(&self.whole, stem(touched)) > 0) {
            return true;
        }
        // What the host would say; a slot's name is not said.
        let said = question.slots().into_iter().fold(question.ask.clone(), |ask, slot| ask.replace(&format!("{{{slot}}}"), " "));
        let text = folded(&[said.as_str(), &question.then].join(" "));
        text.split(|letter: char| !letter.is_alphanumeric()).any(|word| self.words.iter().any(|avoided| avoided == stem(word)))
    }
}

/// The word without a plural's end.
fn stem(word: &str) -> &str {
    word.strip_suffix('s').filter(|stem| stem.len() >= 3).unwrap_or(word)
}

struct Picker<'a, 'f> {
    playbook: &'a Playbook,
    facts: &'f Facts,
    themes: &'f [Told<'a>],
    level: Option<&'f Told<'a>>,
    open: Vec<&'a Question>,
    /// How often a slot or a theme has been used.
    used: BTreeMap<&'a str, usize>,
}

impl<'a> Picker<'a, '_> {
    fn section(&mut self, section: &'a Section) -> Planned<'a> {
        let mut asked = Vec::new();
        while asked.len() < section.pick
            && let Some(question) = self.best(|question| question.section == section.id)
        {
            asked.push(self.take(question));
        }
        // The most specific is picked first; said is first what leads there.
        asked.sort_by_key(|asked| self.playbook.questions.iter().position(|question| question.id == asked.question.id));
        Planned { section, asked }
    }

    /// The best of what is left, one section after another.
    fn reserve(&mut self) -> Vec<Asked<'a>> {
        let mut reserve = Vec::new();
        for round in 0..2 {
            for section in &self.playbook.sections {
                if reserve.len() < MAX_RESERVE
                    && let Some(question) = self.best(|question| question.section == section.id)
                    && (round > 0 || self.score(question) > 0)
                {
                    reserve.push(self.take(question));
                }
            }
        }
        reserve
    }

    fn best(&self, wanted: impl Fn(&Question) -> bool) -> Option<&'a Question> {
        let candidates = self.open.iter().copied().filter(|question| wanted(question));
        candidates.rev().max_by_key(|question| self.score(question))
    }

    /// How well a question fits this guest: what rests on a fact most, then theme, then level. What was used counts less.
    fn score(&self, question: &'a Question) -> i64 {
        let worn = |name: &str| i64::try_from(self.used.get(name).copied().unwrap_or(0)).unwrap_or(i64::MAX);
        let slots: i64 = question.slots().iter().map(|slot| 4 - worn(slot)).sum();
        let ranked = self.themes.iter().enumerate().filter(|(_, told)| question.themes.contains(&told.theme.id));
        let themes = ranked.map(|(rank, told)| 6 - i64::try_from(rank).unwrap_or(0) - worn(&told.theme.id)).max().unwrap_or(0);
        let level = self.level.filter(|told| question.levels.contains(&told.theme.id)).map_or(0, |_| 2);
        slots + themes + level
    }

    fn take(&mut self, question: &'a Question) -> Asked<'a> {
        self.open.retain(|open| open.id != question.id);
        let mut because = Vec::new();
        let mut words = question.ask.clone();
        for slot in question.slots() {
            let uses = self.used.get(slot).copied().unwrap_or(0);
            let values = self.facts.all(slot);
            if let Some(fact) = values.get(uses % values.len().max(1)) {
                words = words.replacen(&format!("{{{slot}}}"), &filled(slot, fact), 1);
                because.push((self.label(slot), fact.value.clone(), fact.source));
            }
            self.used.insert(slot, uses + 1);
        }
        if let Some(told) = self.themes.iter().find(|told| question.themes.contains(&told.theme.id)) {
            *self.used.entry(told.theme.id.as_str()).or_default() += 1;
            because.push((format!("theme {}", told.theme.name), told.word.to_owned(), told.source));
        }
        if let Some(told) = self.level.filter(|told| question.levels.contains(&told.theme.id)) {
            because.push((told.theme.name.clone(), told.word.to_owned(), told.source));
        }
        Asked { question, words, because }
    }

    fn label(&self, key: &str) -> String {
        self.playbook.intake.iter().find(|field| field.key == key).map_or_else(|| key.to_owned(), |field| field.label.clone())
    }
}

/// A fact as a part of a sentence: without addresses and explanations, short, and in lower case where a sentence goes on.
fn filled(slot: &str, fact: &Fact) -> String {
    let words: Vec<&str> = fact.value.split_whitespace().filter(|word| !word.contains("://")).collect();
    let mut text = words.join(" ").replace(['{', '}', '?', '"'], "");
    let explained = matches!(slot, "topic" | "project" | "role");
    for mark in [": ", " (", "; ", " - ", " – "].iter().filter(|_| explained) {
        if let Some((head, _)) = text.split_once(mark).filter(|(head, _)| head.chars().count() >= 3) {
            text = head.to_owned();
        }
    }
    let text = text.trim_matches([' ', '.', ',', ';', ':', '-', '!']);
    let text = clean::shortened(text, MAX_SLOT);
    if slot == "audience" { lowered(&text) } else { text }
}

/// With a small first letter, unless the word is written in capitals or with a capital inside.
fn lowered(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let ordinary = first.chars().count() > 1 && first.chars().skip(1).all(|letter| !letter.is_uppercase());
    let mut letters = text.chars();
    match letters.next() {
        Some(letter) if ordinary => letter.to_lowercase().chain(letters).collect(),
        Some(_) | None => text.to_owned(),
    }
}
