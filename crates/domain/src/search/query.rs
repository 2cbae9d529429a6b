//! What somebody looks for: words, each of which an entry must have.

use super::fold::{self, Word};
use crate::refusal::Refusal;

/// The most characters of a question.
pub const MAX_QUERY: usize = 200;
/// The most words that are looked for; what is typed beyond narrows nothing.
const MAX_WORDS: usize = 12;

/// A question, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    words: Vec<Word>,
}

impl Query {
    /// Reads what was typed. Signs count for nothing, so a question of signs alone has no words.
    ///
    /// # Errors
    /// More than 200 characters.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.chars().count() > MAX_QUERY {
            return Err(Refusal::field("/q", "q must have at most 200 characters"));
        }
        let mut words: Vec<Word> = Vec::new();
        for word in fold::words(text) {
            if !words.iter().any(|known| known.folded == word.folded) && words.len() < MAX_WORDS {
                words.push(word);
            }
        }
        Ok(Self { words })
    }

    /// The different words, in order.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// True when there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// True when this word of a text is one that is looked for, or begins with it.
    pub fn has(&self, word: &Word) -> bool {
        self.words.iter().any(|wanted| wanted.forms().any(|wanted| word.forms().any(|form| form.starts_with(wanted))))
    }
}
