//! Credentials in HTTP headers, as requests and logs carry them.

use super::rule::{Finding, finding};
use super::text::{Class, NEAR, Text, holds};
use super::value;

/// `Bearer <token>`, alone or behind `Authorization:`.
pub(super) fn bearer(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let (start, end) = credential(text, from, to)?;
    let token = trimmed(text.judged(&(start..end)));
    let named = holds(text.before(from, 24), b"authorization");
    let found = value::random(token) || named && token.len() >= 8 && !value::stands_for_another(token);
    found.then(|| finding("bearer-header", start..end))
}

/// `Basic <base64 of name:password>`.
pub(super) fn basic(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let (start, _) = credential(text, from, to)?;
    let end = text.run(start, Class::Base64);
    (end - start >= 8 && value::is_basic_pair(text.judged(&(start..end)))).then(|| finding("basic-auth-header", start..end))
}

/// The credential behind the word of a scheme.
fn credential(text: &mut Text<'_>, from: usize, to: usize) -> Option<(usize, usize)> {
    if !text.begins(from) {
        return None;
    }
    let rest = text.after(to, 8);
    let blanks = match rest {
        [b'%', b'2', b'0', ..] => 3,
        [b'+', ..] => 1,
        _ => rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'')).count(),
    };
    let start = to + blanks;
    let end = text.run(start, Class::Token);
    (blanks > 0 && end > start).then_some((start, end))
}

/// `Authorization:` with another scheme: the first thing behind it that looks random.
pub(super) fn authorization(text: &mut Text<'_>, _: usize, to: usize) -> Option<Finding> {
    let line = text.after(to, NEAR * 2);
    let sign = line.iter().position(|byte| !matches!(byte, b'"' | b'\'' | b' ' | b'\\'))?;
    if !matches!(line[sign], b':' | b'=') {
        return None;
    }
    let limit = to + line.len();
    let mut at = to + sign + 1;
    let scheme = line[sign + 1..].iter().position(u8::is_ascii_alphabetic).map_or(&[][..], |word| &line[sign + 1 + word..]);
    if [b"bearer ".as_slice(), b"basic "]
        .iter()
        .any(|known| scheme.len() > known.len() && scheme[..known.len()].eq_ignore_ascii_case(known))
    {
        return None;
    }
    while at < limit {
        let end = text.run(at, Class::Token);
        if value::random(text.judged(&(at..end))) {
            return Some(finding("authorization-header", at..end));
        }
        at = end + 1;
    }
    None
}

/// `Cookie:` or `Set-Cookie:` with a value that looks random.
pub(super) fn cookie(text: &mut Text<'_>, _: usize, to: usize) -> Option<Finding> {
    let limit = to + text.after(to, NEAR * 2).len();
    let mut at = to;
    while at < limit {
        let end = text.run(at, Class::Value);
        let pair = text.judged(&(at..end));
        let cookie = pair.iter().position(|byte| *byte == b'=').map(|sign| trimmed(&pair[sign + 1..]));
        if cookie.is_some_and(value::random) {
            return Some(finding("cookie-header", at..end));
        }
        at = end + 1;
    }
    None
}

fn trimmed(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| !b".,;:".contains(byte)).map_or(0, |at| at + 1);
    &value[..end]
}
