//! Words as they are compared: lower case, without accents, and umlauts also as they are written without them.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, in bytes.
    pub place: Range<usize>,
    /// How it is compared: `muller`.
    pub folded: String,
    /// The other way to write its umlauts: `mueller`.
    pub spelled: Option<String>,
}

impl Word {
    /// Both ways to write it.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.folded.as_str()).chain(self.spelled.as_deref())
    }
}

/// The words of a text: runs of letters and digits. A letter of a script without spaces is a word of its own.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let end_at = text.len();
    for (at, letter) in text.char_indices().chain(std::iter::once((end_at, ' '))) {
        let alone = is_ideograph(letter);
        let inside = !alone && (letter.is_alphanumeric() || (start.is_some() && is_combining_mark(letter)));
        if !inside && let Some(from) = start.take() {
            push(&mut words, text, from..at);
        }
        if alone {
            push(&mut words, text, at..at + letter.len_utf8());
        } else if inside {
            start.get_or_insert(at);
        }
    }
    words
}

fn push(words: &mut Vec<Word>, text: &str, place: Range<usize>) {
    let (folded, spelled) = fold(&text[place.clone()]);
    if !folded.is_empty() {
        words.push(Word { place, folded, spelled });
    }
}

/// Han, kana and hangul are written without spaces between words.
fn is_ideograph(letter: char) -> bool {
    matches!(u32::from(letter), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

fn fold(word: &str) -> (String, Option<String>) {
    if word.is_ascii() {
        return (word.to_ascii_lowercase(), None);
    }
    let (mut folded, mut spelled) = (String::with_capacity(word.len()), String::with_capacity(word.len()));
    for letter in word.nfkc().flat_map(char::to_lowercase) {
        let before = folded.len();
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            other => folded.extend(std::iter::once(other).nfkd().filter(|part| !is_combining_mark(*part))),
        }
        match letter {
            'ä' => spelled.push_str("ae"),
            'ö' | 'ø' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            _ => spelled.push_str(&folded[before..]),
        }
    }
    let other = (spelled != folded).then_some(spelled);
    (folded, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text)
            .into_iter()
            .map(|word| word.spelled.map_or(word.folded.clone(), |spelled| format!("{}/{spelled}", word.folded)))
            .collect()
    }

    #[test]
    fn words_are_lower_case_without_accents() {
        assert_eq!(folded("Café CRÈME, naïve"), ["cafe", "creme", "naive"]);
        assert_eq!(folded("Müller u\u{308}ber Straße"), ["muller/mueller", "uber/ueber", "strasse"]);
        assert_eq!(folded("Łódź Ærø İstanbul ﬁnal"), ["lodz", "aero/aeroe", "istanbul", "final"]);
        assert_eq!(folded("guest@example.org #212 task-template.tasks"), ["guest", "example", "org", "212", "task", "template", "tasks"]);
        assert_eq!(folded("会議 notes"), ["会", "議", "notes"]);
        assert_eq!(folded(" –…!\u{301} "), [""; 0]);
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "— Über uns";
        assert_eq!(words(text).iter().map(|word| &text[word.place.clone()]).collect::<Vec<_>>(), ["Über", "uns"]);
    }
}
