//! A text as the rules look at it: bytes in classes, and maximal runs of a class that are measured only once.
//!
//! Rules look forward through [`Text::run`], which remembers the last run of each class: however many anchors stand in
//! one run, its bytes are looked at once. Every other look is bounded ([`NEAR`]). So the work is linear in the text,
//! whatever it holds; `looked` counts it for the test that says so.

use std::ops::Range;

/// How far a rule looks back from its anchor, or ahead for a name's context, in bytes.
pub(super) const NEAR: usize = 96;
/// How much of a value is judged, in bytes. A longer one is random enough or is not by its beginning.
pub(super) const JUDGED: usize = 256;

/// A class of bytes that a run is made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Class {
    /// `0-9`
    Digit,
    /// `0-9a-f`
    Hex,
    /// `A-Z0-9`
    Upper,
    /// `A-Za-z0-9`
    Alnum,
    /// Alphanumeric and `_`
    Word,
    /// Alphanumeric, `_` and `-`: base64 as addresses carry it
    Dash,
    /// Alphanumeric, `_`, `-`, `.` and `~`
    Dotted,
    /// Alphanumeric, `+`, `/` and `=`
    Base64,
    /// As `Base64`, without `=`: the characters of an AWS secret key
    Slash,
    /// As `Base64`, with `-`, `_`, `%` and `.`: what a header or an encoded parameter carries
    Token,
    /// Everything that an address may hold: no blanks, quotes, brackets or controls
    Address,
    /// Everything but blanks, controls and quotes
    Value,
}

const CLASSES: usize = 12;
const OF: [u16; 256] = classes();

const fn classes() -> [u16; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let alnum = byte.is_ascii_alphanumeric();
        let dash = alnum || matches!(byte, b'_' | b'-');
        let base64 = alnum || matches!(byte, b'+' | b'/' | b'=');
        let value = byte > b' ' && byte != 0x7f && !matches!(byte, b'"' | b'\'' | b'`');
        let address = value && !matches!(byte, b'<' | b'>' | b'\\' | b'|' | b'{' | b'}' | b'^');
        table[at] = bit(Class::Digit, byte.is_ascii_digit())
            | bit(Class::Hex, byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
            | bit(Class::Upper, byte.is_ascii_digit() || byte.is_ascii_uppercase())
            | bit(Class::Alnum, alnum)
            | bit(Class::Word, alnum || byte == b'_')
            | bit(Class::Dash, dash)
            | bit(Class::Dotted, dash || matches!(byte, b'.' | b'~'))
            | bit(Class::Base64, base64)
            | bit(Class::Slash, base64 && byte != b'=')
            | bit(Class::Token, base64 || dash || matches!(byte, b'%' | b'.'))
            | bit(Class::Address, address)
            | bit(Class::Value, value);
        at += 1;
    }
    table
}

const fn bit(class: Class, holds: bool) -> u16 {
    if holds { 1 << class as u16 } else { 0 }
}

impl Class {
    pub(super) const fn has(self, byte: u8) -> bool {
        OF[byte as usize] & (1 << self as u16) != 0
    }
}

/// The text that is scanned.
pub(super) struct Text<'t> {
    pub(super) all: &'t str,
    runs: [(usize, usize); CLASSES],
    /// Generic rules have judged the text up to here.
    pub(super) judged: usize,
    /// Bytes that rules have looked at.
    pub(super) looked: usize,
}

impl<'t> Text<'t> {
    pub(super) fn new(all: &'t str) -> Self {
        Self { all, runs: [(0, 0); CLASSES], judged: 0, looked: 0 }
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.all.as_bytes()
    }

    /// The byte at a place, when there is one.
    pub(super) fn at(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    /// The end of the run of `class` that begins at `from`: `from` itself when the byte there is of another class.
    pub(super) fn run(&mut self, from: usize, class: Class) -> usize {
        let (start, end) = self.runs[class as usize];
        if (start..end).contains(&from) {
            return end;
        }
        let bytes = self.bytes();
        let mut at = from;
        while bytes.get(at).is_some_and(|byte| class.has(*byte)) {
            at += 1;
            self.looked += 1;
            if at == start {
                at = end.max(at);
            }
        }
        self.looked += 1;
        self.runs[class as usize] = (from, at);
        at
    }

    /// The start of the run of `class` that ends at `to`, looking back at most `most` bytes.
    pub(super) fn run_back(&mut self, to: usize, class: Class, most: usize) -> usize {
        let bytes = self.bytes();
        let mut at = to;
        while at > 0 && to - at < most && class.has(bytes[at - 1]) {
            at -= 1;
        }
        self.looked += to - at + 1;
        at
    }

    /// The bytes of a range, at most [`JUDGED`] of them.
    pub(super) fn judged(&mut self, range: &Range<usize>) -> &'t [u8] {
        let part = &self.bytes()[range.start..range.end.min(range.start + JUDGED)];
        self.looked += part.len();
        part
    }

    /// At most `most` bytes before a place, on the same line.
    pub(super) fn before(&mut self, at: usize, most: usize) -> &'t [u8] {
        let part = &self.bytes()[at.saturating_sub(most)..at];
        self.looked += part.len();
        part.iter().rposition(|byte| *byte == b'\n').map_or(part, |line| &part[line + 1..])
    }

    /// At most `most` bytes from a place on, on the same line.
    pub(super) fn after(&mut self, at: usize, most: usize) -> &'t [u8] {
        let part = &self.bytes()[at..self.bytes().len().min(at + most)];
        let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
        self.looked += end + 1;
        &part[..end]
    }

    /// True when a word may begin here: the text begins, the byte before is no letter or digit, or it ends an escape
    /// such as `\n`, `%3D` or `\u003d`.
    pub(super) fn begins(&self, at: usize) -> bool {
        let before = &self.bytes()[at.saturating_sub(6)..at];
        match before {
            [] => true,
            [.., last] if !last.is_ascii_alphanumeric() => true,
            [.., b'\\', b'n' | b'r' | b't'] => true,
            [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
            [b'\\', b'u', rest @ ..] => rest.len() == 4 && rest.iter().all(u8::is_ascii_hexdigit),
            _ => false,
        }
    }
}

/// True when `part` stands in `text`, whatever the case. `part` is lower case.
pub(super) fn holds(text: &[u8], part: &[u8]) -> bool {
    place(text, part).is_some()
}

/// Where `part` first stands in `text`, whatever the case. `part` is lower case.
pub(super) fn place(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window.eq_ignore_ascii_case(part))
}
