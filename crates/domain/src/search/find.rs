//! Which entries answer a question, and in which order.
//!
//! An entry answers when each word of the question begins a word of its title, text or tags, of its run's title, of the
//! name of who does it, or of its id. First comes what has the words in its title, then what is open, then what was
//! changed last; of what was made together, what is due first.

use std::collections::HashMap;

use super::entries::Entries;
use super::entry::{Entry, Kind};
use super::excerpt::excerpt;
use super::fold::{self, Word};
use super::query::Query;

/// An id is looked at when that much of it was typed: everything begins with `0`.
const MIN_ID: usize = 6;

/// Entries made ready to be searched.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    items: Vec<Item>,
    places: HashMap<(Kind, String), usize>,
}

#[derive(Debug, Clone)]
struct Item {
    entry: Entry,
    /// Words with a blank before each, so that ` wor` finds what begins so.
    title: String,
    title_words: usize,
    near: String,
    text: String,
    id: String,
}

impl Prepared {
    /// Makes entries ready.
    pub fn new(entries: &Entries) -> Self {
        let items: Vec<Item> = entries.iter().map(Item::new).collect();
        let places = items.iter().enumerate().map(|(place, item)| ((item.entry.kind, item.entry.id.clone()), place)).collect();
        Self { items, places }
    }

    /// How many records can be found.
    pub fn len(&self) -> usize {
        self.items.iter().filter(|item| !item.entry.deleted).count()
    }

    /// True when nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn item(&self, kind: Kind, id: &str) -> Option<&Item> {
        self.places.get(&(kind, id.to_owned())).and_then(|place| self.items.get(*place))
    }
}

impl Item {
    fn new(entry: &Entry) -> Self {
        let title = fold::words(&entry.title);
        Self {
            title_words: title.len(),
            title: hay(&title),
            near: entry.tags.iter().map(|tag| hay(&fold::words(tag))).collect(),
            text: hay(&fold::words(&entry.text)),
            id: hay(&fold::words(&entry.id)),
            entry: entry.clone(),
        }
    }
}

fn hay(words: &[Word]) -> String {
    words.iter().flat_map(Word::forms).fold(String::new(), |hay, form| hay + " " + form)
}

/// What to show of the answers.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only these kinds; all when empty.
    pub kinds: Vec<Kind>,
    /// At most so many of each kind; no bound when absent.
    pub each: Option<usize>,
    /// How many to leave out at the beginning.
    pub skip: usize,
    /// How many to show.
    pub take: usize,
}

/// One entry that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The entry.
    pub entry: Entry,
    /// Number and title of the document's step that is meant.
    pub step: Option<(String, String)>,
    /// Title of the run it belongs to.
    pub bundle: Option<String>,
    /// Name of who does it.
    pub person: Option<String>,
    /// Where its text has the words, when its title has not all of them.
    pub excerpt: Option<String>,
}

/// The answers to a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The best ones, in order.
    pub hits: Vec<Hit>,
    /// How many there are of each kind, whichever kinds are wanted.
    pub counts: Vec<(Kind, usize)>,
    /// How many there are of the wanted kinds.
    pub total: usize,
}

/// Every layer is searched as if they were one: of entries about the same record the newest counts. `documents` were found
/// elsewhere, best first; they take their places by their titles.
pub fn find(layers: &[&Prepared], documents: Vec<Hit>, query: &Query, wanted: &Wanted) -> Found {
    let view = View { layers, query, terms: query.words().iter().map(terms).collect() };
    let documents = documents.into_iter().enumerate().map(|(place, hit)| Match::document(&view, place, hit));
    let mut matches: Vec<Match<'_>> = view.matches().into_iter().chain(documents).collect();
    let counts = Kind::RESULTS.into_iter().map(|kind| (kind, matches.iter().filter(|found| found.kind == kind).count()));
    let counts = counts.filter(|(_, number)| *number > 0).collect();
    matches.retain(|found| wanted.kinds.is_empty() || wanted.kinds.contains(&found.kind));
    matches.sort_by(|a, b| b.rank.cmp(&a.rank).then_with(|| (a.entry().date, &a.entry().id).cmp(&(b.entry().date, &b.entry().id))));
    let total = matches.len();
    if let Some(each) = wanted.each {
        let mut taken: HashMap<Kind, usize> = HashMap::new();
        matches.retain(|found| {
            let number = taken.entry(found.kind).or_default();
            *number += 1;
            *number <= each
        });
    }
    let hits = matches.into_iter().skip(wanted.skip).take(wanted.take).map(|found| view.hit(found)).collect();
    Found { hits, counts, total }
}

/// The ways a word can begin another.
fn terms(word: &Word) -> Vec<String> {
    word.forms().map(|form| format!(" {form}")).collect()
}

struct View<'a> {
    layers: &'a [&'a Prepared],
    query: &'a Query,
    terms: Vec<Vec<String>>,
}

/// How well it answers, whether it is open, when it was last changed; then the order of kinds and of documents.
type Rank = (u8, bool, i64, std::cmp::Reverse<(Kind, usize)>);

struct Match<'a> {
    kind: Kind,
    rank: Rank,
    what: What<'a>,
}

enum What<'a> {
    Item(&'a Item),
    Document(Box<Hit>),
}

impl<'a> Match<'a> {
    fn item(item: &'a Item, score: u8) -> Self {
        let entry = &item.entry;
        let rank = (score, entry.is_open(), entry.updated, std::cmp::Reverse((entry.kind, 0)));
        Self { kind: entry.kind, rank, what: What::Item(item) }
    }

    fn document(view: &View<'a>, place: usize, hit: Hit) -> Self {
        // Every word is in it somewhere; what its title lacks stands in its text.
        let score = view.score(&Item::new(&hit.entry)).unwrap_or(0);
        let rank = (score, true, hit.entry.updated, std::cmp::Reverse((hit.entry.kind, place)));
        Self { kind: hit.entry.kind, rank, what: What::Document(Box::new(hit)) }
    }

    fn entry(&self) -> &Entry {
        match &self.what {
            What::Item(item) => &item.entry,
            What::Document(hit) => &hit.entry,
        }
    }
}

impl<'a> View<'a> {
    /// The newest that is known of a record; nothing when it is gone.
    fn item(&self, kind: Kind, id: &str) -> Option<&'a Item> {
        let known = self.layers.iter().filter_map(|layer| layer.item(kind, id));
        known.max_by_key(|item| item.entry.sequence).filter(|item| !item.entry.deleted)
    }

    fn matches(&self) -> Vec<Match<'a>> {
        let mut matches = Vec::new();
        if self.terms.is_empty() {
            return matches;
        }
        for (place, layer) in self.layers.iter().enumerate() {
            let others = || self.layers.iter().enumerate().filter(move |(other, _)| *other != place);
            // Of two layers that know the same, the later one tells it.
            let told = |item: &Item| {
                let (kind, id, sequence) = (item.entry.kind, &item.entry.id, item.entry.sequence);
                others().all(|(other, layer)| {
                    layer
                        .item(kind, id)
                        .is_none_or(|known| known.entry.sequence < sequence || (known.entry.sequence == sequence && other < place))
                })
            };
            for item in layer.items.iter().filter(|item| !item.entry.deleted && item.entry.kind != Kind::Person) {
                if let Some(score) = self.score(item)
                    && told(item)
                {
                    matches.push(Match::item(item, score));
                }
            }
        }
        matches
    }

    /// How well an entry answers: 4 when its title is the question, 3 when its title has every word, 2 when it has some, 1
    /// when tags, run and person have some, 0 otherwise; nothing when a word is nowhere.
    fn score(&self, item: &Item) -> Option<u8> {
        let (mut in_title, mut nearby) = (0_usize, 0_usize);
        let mut around: Option<(&str, &str)> = None;
        for terms in &self.terms {
            let has = |hay: &str| terms.iter().any(|term| hay.contains(term.as_str()));
            let is_id = |term: &String| term.len() > MIN_ID && item.id.contains(term.as_str());
            if has(&item.title) {
                in_title += 1;
            } else if has(&item.near) || terms.iter().any(is_id) {
                nearby += 1;
            } else if let (bundle, person) = *around.get_or_insert_with(|| self.around(item))
                && (has(bundle) || has(person))
            {
                nearby += 1;
            } else if !has(&item.text) {
                return None;
            }
        }
        Some(match (in_title == self.terms.len(), in_title, nearby) {
            (true, _, _) if item.title_words == self.terms.len() => 4,
            (true, _, _) => 3,
            (false, 1.., _) => 2,
            (false, 0, 1..) => 1,
            (false, 0, 0) => 0,
        })
    }

    /// The words of the run it belongs to and of who does it.
    fn around(&self, item: &Item) -> (&'a str, &'a str) {
        let title =
            |kind: Kind, id: &Option<String>| id.as_deref().and_then(|id| self.item(kind, id)).map_or("", |found| found.title.as_str());
        (title(Kind::Bundle, &item.entry.bundle), title(Kind::Person, &item.entry.person))
    }

    fn hit(&self, found: Match<'_>) -> Hit {
        let entry = match found.what {
            What::Document(hit) => return *hit,
            What::Item(item) => &item.entry,
        };
        let title =
            |kind: Kind, id: &Option<String>| id.as_deref().and_then(|id| self.item(kind, id)).map(|found| found.entry.title.clone());
        Hit {
            entry: entry.clone(),
            step: None,
            bundle: title(Kind::Bundle, &entry.bundle),
            person: title(Kind::Person, &entry.person).or_else(|| entry.person.clone()),
            excerpt: if found.rank.0 >= 3 { None } else { excerpt(&entry.text, self.query) },
        }
    }
}
