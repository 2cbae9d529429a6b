//! Credentials whose form is more than a prefix: counted parts, a mark in the middle, or a name beside them.

use super::rule::{Finding, finding};
use super::text::{Class, NEAR, Text, holds};
use super::value;

/// `<bot id>:<35 characters>`. The anchor is the last digit and the colon.
pub(super) fn telegram(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let end = text.run(to, Class::Dash);
    let usual = text.at(to) == Some(b'A') && (32..=40).contains(&(end - to));
    if end - to != 35 && !usual {
        return None;
    }
    let start = text.run_back(from + 1, Class::Digit, 17);
    let whole = text.begins(start) || text.bytes()[..start].ends_with(b"bot");
    let id = (6..=16).contains(&(from + 1 - start));
    (id && whole && value::scattered(&text.bytes()[to..end])).then(|| finding("telegram-bot-token", start..end))
}

/// Three parts of base64url, the first of them JSON; five when it is encrypted; or a signed session.
pub(super) fn jwt(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    if &text.bytes()[from..to] != b"eyJ" || !text.begins(from) {
        return None;
    }
    let head = text.run(from, Class::Dash);
    if head - from < 12 || text.at(head) != Some(b'.') {
        return None;
    }
    let body = text.run(head + 1, Class::Dash);
    let mut end = body;
    let mut parts = 0;
    while parts < 3 && text.at(end) == Some(b'.') {
        let next = text.run(end + 1, Class::Dash);
        if next == end + 1 {
            break;
        }
        (end, parts) = (next, parts + 1);
    }
    let nested = text.bytes()[head + 1..].starts_with(b"ey") && body - head > 8;
    let signed = parts >= 1 && end - body > 20;
    (nested || signed).then(|| finding("jwt", from..end))
}

/// An OpenAI key of the old form, and what other vendors made like it.
pub(super) fn sk(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let before = from.checked_sub(1).and_then(|at| text.at(at));
    if &text.bytes()[from..to] != b"sk-" || !text.begins(from) || matches!(before, Some(b'-' | b'_')) {
        return None;
    }
    let plain = text.run(to, Class::Alnum);
    let end = text.run(to, Class::Dash);
    let body = text.judged(&(to..end));
    // These have rows of their own among the shapes.
    if [b"ant-".as_slice(), b"or-v1-", b"proj-", b"svcacct-", b"admin-", b"None-"].iter().any(|known| body.starts_with(known)) {
        return None;
    }
    let digits = body.iter().filter(|byte| byte.is_ascii_digit()).count();
    let made = match plain == end {
        true if end - to >= 40 => digits >= 1,
        true => end - to >= 20 && digits >= 2 && value::random(body),
        false => end - to >= 32 && digits >= 2 && value::random(body),
    };
    (made || holds(body, b"t3blbkfj")).then(|| finding("openai-key", from..end))
}

/// A Dropbox token of the old form: 64 characters, ten `A` after the first eleven.
pub(super) fn dropbox(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let start = from.checked_sub(11)?;
    if &text.bytes()[from..to] != b"AAAAAAAAAA" || !text.begins(start) || !Class::Dash.has(text.bytes()[start]) {
        return None;
    }
    let end = text.run(start, Class::Dash);
    (end - start == 64 && value::varied(&text.bytes()[start..end])).then(|| finding("dropbox-token", start..end))
}

/// `<32 hex>-us12`.
pub(super) fn mailchimp(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let end = text.run(to, Class::Digit);
    let ends = (1..=2).contains(&(end - to)) && !text.at(end).is_some_and(|byte| Class::Word.has(byte));
    let start = text.run_back(from, Class::Hex, 40);
    let found = ends && from - start == 32 && text.begins(start) && value::varied(&text.bytes()[start..from]);
    found.then(|| finding("mailchimp-key", start..end))
}

/// `pat<14>.<64 hex>`, or the older `key<14>`.
pub(super) fn airtable(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    if !text.begins(from) || text.run(to, Class::Alnum) != to + 14 {
        return None;
    }
    let mut end = to + 14;
    let id = &text.bytes()[to..end];
    match &text.bytes()[from..to] {
        b"pat" if text.at(end) == Some(b'.') => {
            end = text.run(end + 1, Class::Hex);
            (end - to >= 70).then(|| finding("airtable-token", from..end))
        }
        b"key" => {
            let ends = !text.at(end).is_some_and(|byte| Class::Dash.has(byte));
            (ends && value::scattered(id) && id.iter().any(u8::is_ascii_uppercase)).then(|| finding("airtable-token", from..end))
        }
        _ => None,
    }
}

/// `SK<32 hex>`. The anchor holds the first hex digit.
pub(super) fn twilio(text: &mut Text<'_>, from: usize, _: usize) -> Option<Finding> {
    let body = from + 2;
    if &text.bytes()[from..body] != b"SK" || !text.begins(from) || text.run(body, Class::Alnum) != body + 32 {
        return None;
    }
    let end = text.run(body, Class::Hex);
    (end == body + 32 && value::varied(&text.bytes()[body..end])).then(|| finding("twilio-key", from..end))
}

/// `AccountKey=`, `SharedAccessKey=` and base64 of 32 bytes or more.
pub(super) fn azure_account(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let end = text.run(to, Class::Base64);
    (end - to >= 40 && value::varied(text.judged(&(to..end)))).then(|| finding("azure-storage-key", from..end))
}

/// `abc8Q~<31 to 34>`: a client secret of Entra ID.
pub(super) fn azure_client(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let start = from.checked_sub(4)?;
    let digit = text.at(from - 1).is_some_and(|byte| byte.is_ascii_digit());
    if &text.bytes()[from..to] != b"Q~" || !digit || !text.begins(start) {
        return None;
    }
    let end = text.run(to, Class::Dotted);
    let head = text.bytes()[start..from].iter().all(|byte| Class::Dotted.has(*byte));
    (head && (30..=36).contains(&(end - to))).then(|| finding("azure-client-secret", start..end))
}

/// A server key of Google's cloud messaging: `<11>:APA91b<134>`.
pub(super) fn messaging(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let start = text.run_back(from, Class::Dash, 24);
    let end = text.run(to, Class::Dash);
    (from - start >= 7 && end - to >= 100).then(|| finding("google-api-key", start..end))
}

/// The 40 characters of an AWS secret key, on the line of a word that says so.
pub(super) fn aws_secret(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    if !text.begins(from) && !text.bytes()[from].is_ascii_uppercase() {
        return None;
    }
    let near = text.after(to, NEAR).len();
    secret_in(text, to, to + near)
}

/// The secret key that stands near its id: before or after it, also on the next lines.
pub(super) fn aws_pair(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let id = text.bytes()[from..to].iter().all(u8::is_ascii_uppercase) && text.begins(from);
    let end = text.run(from, Class::Alnum);
    if !id || end - from != 20 {
        return None;
    }
    let before = from.saturating_sub(NEAR * 2);
    let after = text.bytes().len().min(end + NEAR * 2);
    secret_in(text, end, after).or_else(|| secret_in(text, before, from))
}

/// A run of exactly 40 that looks like a secret key and begins in `from..to`.
fn secret_in(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let mut at = from;
    while at < to {
        let end = text.run(at, Class::Slash);
        if end - at == 40 && begins_run(text, at) && is_aws_secret(&text.bytes()[at..end]) {
            return Some(finding("aws-secret-access-key", at..end));
        }
        at = end + 1;
    }
    None
}

fn begins_run(text: &Text<'_>, at: usize) -> bool {
    at == 0 || !Class::Slash.has(text.bytes()[at - 1]) || text.begins(at)
}

fn is_aws_secret(value: &[u8]) -> bool {
    let any = |of: fn(&u8) -> bool| value.iter().any(of);
    any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase) && any(u8::is_ascii_digit) && value::scattered(value)
}
