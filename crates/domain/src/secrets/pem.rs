//! Private keys: PEM of every kind, also with its line ends escaped or the whole in base64, PuTTY files, and bodies
//! without their first line.

use super::rule::{Finding, finding};
use super::text::{Class, Text, holds};
use super::value;

/// The longest key file that is taken as one, in bytes.
const MAX_KEY: usize = 16 * 1024;

/// `-----BEGIN RSA PRIVATE KEY-----` and what follows it, and the four dashes of SSH2.
pub(super) fn begin(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let label = text.after(to, 64);
    let label = &label[..label.windows(4).position(|window| window == b"----")?];
    if !holds(label, b"private key") {
        return None;
    }
    let body = to + label.len();
    let rule = if holds(text.before(from, 24), b"private_key") { "google-service-account" } else { "private-key" };
    Some(finding(rule, from..end(text, body)))
}

/// The end of a key whose first line's label ends at `from`: its own last line, or else the end of what looks like its body.
fn end(text: &mut Text<'_>, from: usize) -> usize {
    let bytes = text.bytes();
    let body = from + bytes[from..].iter().take_while(|byte| **byte == b'-').count();
    let part = &bytes[body..bytes.len().min(body + MAX_KEY)];
    // The next dashes are this key's end or another's beginning, so no byte is looked at for two keys.
    let dashes = part.windows(4).position(|window| window == b"----").unwrap_or(part.len());
    text.looked += dashes;
    let rest = &part[dashes..];
    let rest = &rest[rest.iter().take_while(|byte| **byte == b'-').count()..];
    if rest.trim_ascii_start().get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"end")) {
        let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let closing = rest[..line].windows(4).position(|window| window == b"----").map_or(line, |at| at + 4);
        let closing = closing + rest[closing..].iter().take_while(|byte| **byte == b'-').count();
        return bytes.len() - bytes[body..].len() + (part.len() - rest.len()) + closing;
    }
    let mut at = body;
    loop {
        let line = text.run(at, Class::Base64);
        let blank = bytes[line..].iter().take_while(|byte| b"\r\n\\".contains(byte)).count();
        let escaped = blank > 0 && bytes[line] == b'\\' && matches!(bytes.get(line + blank), Some(b'n' | b'r'));
        if line == at && blank == 0 || line - at < 16 && at > body {
            return at.max(body);
        }
        if blank == 0 || line > body + MAX_KEY {
            return line;
        }
        at = line + blank + usize::from(escaped);
    }
}

/// `PuTTY-User-Key-File-2: ...` down to its last line.
pub(super) fn putty(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    if !text.at(to).is_some_and(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bytes = text.bytes();
    // Another file's first line ends the search, so no byte is looked at for two.
    let part = &bytes[to..bytes.len().min(to + MAX_KEY)];
    let stop = part.windows(6).position(|window| window.eq_ignore_ascii_case(b"putty-")).unwrap_or(part.len());
    let part = &part[..stop];
    text.looked += part.len();
    let last = part.windows(12).position(|window| window == b"Private-MAC:").unwrap_or(0);
    let line = part[last..].iter().position(|byte| *byte == b'\n').unwrap_or(part.len() - last);
    let mut end = to + last + line;
    while !text.all.is_char_boundary(end) {
        end += 1;
    }
    Some(finding("private-key", from..end))
}

/// A PEM file in base64 (`LS0tLS1CRUdJTi...`), as configuration carries it.
pub(super) fn wrapped(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    if &text.bytes()[from..to] != b"LS0tLS1CRUdJTi" || !text.begins(from) {
        return None;
    }
    let end = text.run(from, Class::Base64);
    let head = value::decode(&text.bytes()[from..end.min(from + 64)])?;
    holds(&head, b"private key").then(|| finding("private-key", from..end))
}

/// The body of a key without its first line, known by how its encoding begins.
pub(super) fn body(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    const BODIES: [&[u8]; 4] = [b"b3BlbnNzaC1rZXktdjE", b"BADANBgkqhkiG9w0BAQEFAASC", b"IBAAKCAQEA", b"IBAAKCAgEA"];
    let exact = BODIES.contains(&&text.bytes()[from..to]);
    let start = text.run_back(from, Class::Alnum, 10);
    let whole = text.bytes()[start..].starts_with(b"MII") || start == from;
    let end = text.run(to, Class::Base64);
    (exact && whole && end - to >= 40).then(|| finding("private-key", start..end))
}
