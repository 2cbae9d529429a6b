//! The registry of documents: finds one by id, by an earlier id, or by path.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::document::Document;
use crate::search::{Hit, Index};

/// Every document.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    all: Vec<Document>,
    names: BTreeMap<String, BTreeSet<usize>>,
    index: OnceLock<Index>,
}

/// Why a reference leads to no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    /// No document has this name.
    NotFound,
    /// More than one document has it.
    Ambiguous,
}

/// Why a link inside the content leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Broken<'a> {
    /// It names no document, or more than one.
    Document(Unresolved),
    /// It names a document that has no such step or section.
    Anchor(&'a Document),
}

/// Where a link inside the content leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target<'a> {
    /// The document.
    pub document: &'a Document,
    /// The place in it, as an anchor of its outline.
    pub anchor: Option<&'a str>,
}

impl Documents {
    pub(crate) fn new(all: Vec<Document>) -> Self {
        let mut names: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (index, document) in all.iter().enumerate() {
            for name in [&document.id, &document.source].into_iter().chain(&document.aliases) {
                names.entry(name_of(name).to_owned()).or_default().insert(index);
            }
        }
        Self { all, names, index: OnceLock::new() }
    }

    /// The one document a reference names: an id, an alias, a path with or without `content/`, each also as `doc:…`,
    /// `[[…]]` and `[[…|label]]`.
    pub fn get(&self, reference: &str) -> Option<&Document> {
        self.resolve(reference).ok()
    }

    /// Like [`Documents::get`], and tells why there is none.
    ///
    /// # Errors
    /// No document has this name, or more than one.
    pub fn resolve(&self, reference: &str) -> Result<&Document, Unresolved> {
        let found = self.names.get(name_of(reference)).ok_or(Unresolved::NotFound)?;
        match found.iter().collect::<Vec<_>>()[..] {
            [index] => self.all.get(*index).ok_or(Unresolved::NotFound),
            _ => Err(Unresolved::Ambiguous),
        }
    }

    /// Like [`Documents::get`], for a reference that stands in `from` and may be a path relative to it.
    pub fn get_from(&self, from: &Document, reference: &str) -> Option<&Document> {
        self.get(reference).or_else(|| {
            let name = name_of(reference);
            let folder = from.source.rsplit_once('/').map_or("", |(folder, _)| folder);
            name.ends_with(".md").then(|| self.get(&joined(folder, name))).flatten()
        })
    }

    /// Where a link in the text of `from` leads: a reference, with `#` and a step's number or a heading's words behind it;
    /// `#…` alone is a place in `from` itself.
    ///
    /// # Errors
    /// What it names is not there.
    pub fn follow<'a>(&'a self, from: &'a Document, written: &str) -> Result<Target<'a>, Broken<'a>> {
        let (reference, fragment) = written.split_once('#').unwrap_or((written, ""));
        let document = match reference.trim() {
            "" | "doc:" => from,
            reference => match self.get_from(from, reference) {
                Some(document) => document,
                None => return Err(Broken::Document(self.resolve(reference).err().unwrap_or(Unresolved::NotFound))),
            },
        };
        match fragment.trim() {
            "" => Ok(Target { document, anchor: None }),
            fragment => document.anchor(fragment).map(|anchor| Target { document, anchor: Some(anchor) }).ok_or(Broken::Anchor(document)),
        }
    }

    /// Every document, by path.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The documents that have every word of `query`, best first, at most `limit`. The beginning of a word is enough, case
    /// does not matter, and a query without a word finds nothing. The index is made by the first call.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        self.index.get_or_init(|| Index::of(&self.all)).search(&self.all, query, limit)
    }

    /// The documents that refer to the one with this id, in their frontmatter or their text.
    pub fn backlinks(&self, id: &str) -> Vec<&Document> {
        let relates = |from: &Document| from.related_docs.iter().any(|to| self.get_from(from, to).is_some_and(|target| target.id == id));
        let links = |from: &Document| {
            let named = |to: &str| self.get_from(from, to.split('#').next().unwrap_or(to)).is_some_and(|target| target.id == id);
            from.references.iter().any(|to| named(to))
        };
        let refers = |from: &&Document| from.id != id && (relates(from) || links(from));
        self.all.iter().filter(refers).collect()
    }

    /// The names that more than one document has, with those documents.
    pub(crate) fn clashes(&self) -> impl Iterator<Item = (&str, Vec<&Document>)> {
        let clashing = self.names.iter().filter(|(_, documents)| documents.len() > 1);
        clashing.map(|(name, documents)| (name.as_str(), documents.iter().filter_map(|index| self.all.get(*index)).collect()))
    }
}

/// A reference as the name it is registered by.
fn name_of(reference: &str) -> &str {
    let bare = reference.trim();
    let inside = bare.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")).unwrap_or(bare);
    let name = inside.split('|').next().unwrap_or(inside).trim();
    let name = name.strip_prefix("doc:").unwrap_or(name).trim();
    if !name.ends_with(".md") {
        return name;
    }
    let name = name.trim_start_matches('/');
    let name = name.strip_prefix("content/").unwrap_or(name);
    name.strip_prefix("documents/").unwrap_or(name)
}

/// `folder` and a relative path, with `.` and `..` worked out.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}
