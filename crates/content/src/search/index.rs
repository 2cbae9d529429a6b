//! The index: for every word the places where it stands, each with what finding it there is worth.

use std::collections::{BTreeMap, HashMap};

use super::{Hit, MAX_WORDS, excerpt, words};
use crate::document::Document;
use crate::plain;

/// What a whole word is worth by where it stands; its beginning is worth half.
const TITLE: u32 = 12;
const NAME: u32 = 8;
const STEP_TITLE: u32 = 6;
const SUMMARY: u32 = 3;
const TEXT: u32 = 2;

/// Where a word stands: a document, and the step when it stands in one.
type Place = (usize, Option<usize>);

/// Every word of every document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    words: BTreeMap<String, BTreeMap<Place, u32>>,
    texts: Vec<Texts>,
}

/// A document's plain texts, for excerpts.
#[derive(Debug, Clone)]
struct Texts {
    whole: String,
    steps: Vec<String>,
}

/// A document that has every word, on the way to being ranked.
struct Found {
    document: usize,
    step: Option<usize>,
    worth: u32,
}

impl Index {
    /// Reads every document.
    pub(crate) fn of(documents: &[Document]) -> Self {
        let mut index = Self::default();
        for (number, document) in documents.iter().enumerate() {
            let texts = Texts {
                whole: plain::text(&format!("{}\n\n{}", document.summary, document.markdown)),
                steps: document.steps.iter().map(|step| plain::text(&step.markdown)).collect(),
            };
            let whole = (number, None);
            index.add(whole, &document.title, TITLE);
            for name in [&document.id].into_iter().chain(&document.aliases).chain(&document.tags).chain(&document.systems) {
                index.add(whole, name, NAME);
            }
            index.add(whole, &document.summary, SUMMARY);
            index.add(whole, &texts.whole, TEXT);
            for (at, step) in document.steps.iter().enumerate() {
                index.add((number, Some(at)), &step.title, STEP_TITLE);
                index.add((number, Some(at)), &texts.steps[at], TEXT);
            }
            index.texts.push(texts);
        }
        index
    }

    fn add(&mut self, place: Place, text: &str, worth: u32) {
        for word in words(text) {
            let known = self.words.entry(word).or_default().entry(place).or_default();
            *known = worth.max(*known);
        }
    }

    /// The documents that have every word of `query`, best first.
    pub(crate) fn search(&self, documents: &[Document], query: &str, limit: usize) -> Vec<Hit> {
        let mut asked: Vec<String> = words(query).take(MAX_WORDS).collect();
        asked.sort();
        asked.dedup();
        let places: Vec<HashMap<Place, u32>> = asked.iter().map(|word| self.places(word)).collect();
        let mut found: Vec<Found> = (0..documents.len()).filter_map(|document| judge(document, &documents[document], &places)).collect();
        found.sort_by(|a, b| b.worth.cmp(&a.worth).then_with(|| documents[a.document].title.cmp(&documents[b.document].title)));
        found.iter().take(limit).map(|found| self.hit(found, &documents[found.document], &asked)).collect()
    }

    /// Where a word stands, or one that begins with it.
    fn places(&self, asked: &str) -> HashMap<Place, u32> {
        let mut places = HashMap::new();
        let beginning = self.words.range(asked.to_owned()..).take_while(|(word, _)| word.starts_with(asked));
        for (word, standing) in beginning {
            for (place, worth) in standing {
                let worth = if word == asked { *worth } else { worth.div_ceil(2) };
                let known = places.entry(*place).or_insert(0);
                *known = worth.max(*known);
            }
        }
        places
    }

    fn hit(&self, found: &Found, document: &Document, asked: &[String]) -> Hit {
        let step = found.step.and_then(|at| document.steps.get(at));
        let texts = &self.texts[found.document];
        let text = found.step.and_then(|at| texts.steps.get(at)).unwrap_or(&texts.whole);
        Hit {
            id: document.id.clone(),
            step: step.map(|step| step.id.clone()),
            step_title: step.map(|step| step.title.clone()),
            title: document.title.clone(),
            excerpt: excerpt::around(text, asked),
        }
    }
}

/// What a document is worth for these words, and its step that is meant; `None` when it lacks a word.
fn judge(number: usize, document: &Document, places: &[HashMap<Place, u32>]) -> Option<Found> {
    let steps = || (0..document.steps.len()).map(Some);
    let best =
        |word: &HashMap<Place, u32>| std::iter::once(None).chain(steps()).filter_map(|step| word.get(&(number, step)).copied()).max();
    let total = places.iter().map(best).try_fold(0, |sum, worth| worth.map(|worth| sum + worth))?;
    if places.is_empty() {
        return None;
    }
    // Words of the document's own name say which document is meant; the rest says where in it.
    let rest: Vec<&HashMap<Place, u32>> =
        places.iter().filter(|word| word.get(&(number, None)).is_none_or(|worth| *worth < NAME / 2)).collect();
    let worth_of = |step: Option<usize>| {
        let each = rest.iter().map(|word| word.get(&(number, step)).copied());
        Some((each.sum::<Option<u32>>()?, step))
    };
    // The first of equals: `max_by_key` takes the last.
    let step = if rest.is_empty() { None } else { steps().rev().filter_map(worth_of).max_by_key(|(worth, _)| *worth) };
    Some(Found { document: number, step: step.and_then(|(_, step)| step), worth: total })
}
