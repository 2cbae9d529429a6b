//! Search over the documents: a small index in memory, made at the first question and kept.
//!
//! Words are compared without case and accents, and the beginning of a word is enough. A document is found when every word asked for
//! is in it; the answer names the step when the step is what was meant.

mod excerpt;
mod index;

pub(crate) use index::Index;

/// The most words of a question that are looked at.
const MAX_WORDS: usize = 12;
/// The longest word that is looked at, in characters.
const MAX_WORD: usize = 40;

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The document's id.
    pub id: String,
    /// The step, when what was asked for stands there and not in the document's name.
    pub step: Option<String>,
    /// That step's title.
    pub step_title: Option<String>,
    /// The document's title.
    pub title: String,
    /// The words around the first one found, as plain text of one line; at most about 160 characters.
    pub excerpt: String,
}

/// The words of a text as search compares them everywhere: without case and accents.
fn words(text: &str) -> impl Iterator<Item = String> {
    let bounded = |form: &str| form.chars().take(MAX_WORD).collect::<String>();
    let words = dataops_domain::search::words(text);
    words.into_iter().flat_map(move |word| word.forms().map(bounded).collect::<Vec<_>>())
}
