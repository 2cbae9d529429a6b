//! A name that says "password", "token" or "key" beside a value that looks like one: in code, in configuration, on a
//! command line, in an address, in a sentence.
//!
//! How sure the value must look depends on where the name stands. Beside `DB_PASSWORD=` or `"password":` anything with a
//! digit or two is one; behind "Password:" in a sentence there may stand a person, a date or a place to look.

use super::rule::{Finding, finding};
use super::text::{Class, NEAR, Text, holds};
use super::value;

/// Words in the name of a password.
pub(super) const PASSWORDS: &[&str] =
    &["password", "passwd", "passphrase", "passwort", "kennwort", "pwd", "pass=", "pass:", "pass\"", "_pass", "-pass", "pw=", "pw:"];

/// Words in the name of a key or token.
pub(super) const KEYS: &[&str] = &[
    "secret",
    "token",
    "credential",
    "apikey",
    "api key",
    "access key",
    "secret key",
    "private key",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "sharedkey",
    "_key",
    "-key",
    "_auth",
    "auth=",
    "bearer=",
];

/// What may stand before `_key` or `-key` in the name of a secret; in capitals (`GROQ_KEY`) anything not in [`OPEN_KEYS`].
const KEY_KINDS: [&str; 24] = [
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "auth",
    "master",
    "account",
    "service",
    "deploy",
    "webhook",
    "shared",
    "ssh",
    "session",
    "jwt",
    "hmac",
    "license",
    "app",
    "consumer",
    "client",
    "storage",
];
const OPEN_KEYS: [&str; 16] = [
    "public",
    "primary",
    "foreign",
    "sort",
    "partition",
    "cache",
    "hash",
    "range",
    "idempotency",
    "publishable",
    "site",
    "row",
    "object",
    "s3",
    "resource",
    "group",
];

/// A tail of the name that makes it the name of something harmless, such as `token_count`.
const OPEN_TAILS: [&str; 38] = [
    "type", "count", "url", "uri", "endpoint", "name", "path", "file", "arn", "length", "limit", "ttl", "expir", "policy", "hint", "field",
    "label", "id", "usage", "used", "max", "min", "budget", "prefix", "version", "status", "format", "reset", "manager", "store", "ref",
    "scope", "info", "rotation", "created", "updated", "index", "size",
];
/// What may stand before `token` in the name of something harmless.
const OPEN_TOKENS: [&str; 9] = ["page", "next", "continuation", "cursor", "sync", "design", "pub_", "max", "num"];

/// A password beside its name.
pub(super) fn password(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    // An anchor may end in its separator.
    let ends = text.bytes()[from..to].iter().rposition(u8::is_ascii_alphanumeric).map_or(to, |at| from + at + 1);
    judge(text, from, ends, true)
}

/// A key or token beside its name.
pub(super) fn key(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let ends = text.bytes()[from..to].iter().rposition(u8::is_ascii_alphanumeric).map_or(to, |at| from + at + 1);
    judge(text, from, ends, false)
}

/// `curl -u name:password`.
pub(super) fn login(text: &mut Text<'_>, _: usize, to: usize) -> Option<Finding> {
    let quoted = usize::from(matches!(text.at(to), Some(b'"' | b'\'')));
    let end = text.run(to + quoted, Class::Value);
    let pair = text.judged(&(to + quoted..end));
    let colon = pair.iter().position(|byte| *byte == b':')?;
    (colon > 0 && value::password(&pair[colon + 1..], false)).then(|| finding("generic-assignment", to + quoted + colon + 1..end))
}

/// What `name: text` is, for a name and a value that stand apart, as in JSON.
pub(super) fn named(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let tail = |at: usize| name[at..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let names = |words: &[&str]| {
        words.iter().any(|word| name.find(word).is_some_and(|at| !OPEN_TAILS.iter().any(|open| tail(at + word.len()).starts_with(open))))
    };
    let value = value.as_bytes();
    let value = &value[..value.len().min(super::text::JUDGED)];
    let blank = value.iter().any(u8::is_ascii_whitespace);
    !blank
        && (names(&["password", "passwd", "passphrase"]) && value::password(value, false)
            || names(&["secret", "token", "credential", "apikey", "api_key", "api-key"]) && value::random(value))
}

/// How the name and its value are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    /// As code and configuration do it.
    Code,
    /// As a sentence does.
    Prose,
    /// As a parameter of an address.
    Parameter,
}

fn judge(text: &mut Text<'_>, from: usize, to: usize, password: bool) -> Option<Finding> {
    if from < text.judged {
        return None;
    }
    let start = text.run_back(from, Class::Dash, 40);
    // The letter of an escaped line end is none of the name's.
    let escaped = start > 0 && text.bytes()[start - 1] == b'\\' && start < from && matches!(text.bytes()[start], b'n' | b'r' | b't');
    let start = start + usize::from(escaped);
    let end = text.run(to, Class::Dash).min(to + 40);
    let name = &text.bytes()[start..end];
    if !is_secret_name(&name[..from - start], &text.bytes()[from..to], &name[to - start..], password) {
        return None;
    }
    let (joined, at) = joined(text, start, end)?;
    let (joined, range) = value_at(text, at, joined)?;
    if range.len() > 64 {
        text.judged = range.end;
    }
    let value = text.judged(&range);
    let sure = match joined {
        Joined::Code if password => value::password(value, false),
        Joined::Code => value::random(value) || value::short_key(value) || value::password(value, true),
        Joined::Prose if password => value::password(value, true),
        Joined::Parameter if password => false,
        Joined::Prose | Joined::Parameter => value::random(value),
    };
    if sure {
        return Some(finding(rule_of(text, start, end, value, joined), range));
    }
    // An app secret of Dropbox is shorter than what is random enough alone: 15 small letters and digits.
    let fits = (14..=16).contains(&value.len()) && value.iter().all(|byte| Class::Alnum.has(*byte) && !byte.is_ascii_uppercase());
    let short = fits && value::scattered(value) && holds(text.before(end, 60), b"dropbox");
    short.then(|| finding("dropbox-token", range))
}

/// The rule's name by the vendor that the name, or the words before it, speak of.
fn rule_of(text: &mut Text<'_>, start: usize, end: usize, value: &[u8], joined: Joined) -> &'static str {
    let about = text.before(end, end - start + 40);
    if joined == Joined::Parameter {
        "token-in-url"
    } else if holds(about, b"dropbox") {
        "dropbox-token"
    } else if holds(about, b"twilio") {
        "twilio-key"
    } else if value.len() == 40 && holds(about, b"aws") && !value.iter().all(u8::is_ascii_hexdigit) {
        "aws-secret-access-key"
    } else {
        "generic-assignment"
    }
}

fn is_secret_name(before: &[u8], word: &[u8], tail: &[u8], password: bool) -> bool {
    let ends = |word: &str| before.len() >= word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes());
    let lower = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
    // `secretary`, `tokens`, `compass` are other words; `secretKey` and `PASSWORD2` are not.
    let grown = match tail.first() {
        Some(byte) if byte.is_ascii_lowercase() => true,
        Some(byte) if byte.is_ascii_uppercase() => word.iter().all(|byte| !byte.is_ascii_lowercase()),
        _ => false,
    };
    let glued = lower(before.last()) && lower(word.first());
    let rest = &tail[tail.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count()..];
    let open_tail = OPEN_TAILS.iter().any(|open| rest.len() >= open.len() && rest[..open.len()].eq_ignore_ascii_case(open.as_bytes()));
    if grown || open_tail {
        return false;
    }
    match word {
        [b'_' | b'-', rest @ ..] if rest.eq_ignore_ascii_case(b"key") => {
            let capitals = !before.is_empty() && before.iter().chain(rest).all(|byte| !byte.is_ascii_lowercase());
            (KEY_KINDS.iter().any(|kind| ends(kind)) || capitals) && !OPEN_KEYS.iter().any(|kind| ends(kind))
        }
        _ if word.eq_ignore_ascii_case(b"token") => {
            !OPEN_TOKENS.iter().any(|kind| ends(kind) || ends(&format!("{kind}_")) || ends(&format!("{kind}-")))
        }
        _ if word.eq_ignore_ascii_case(b"secret") => !ends("pub_"),
        _ if word.len() <= 4 => !glued || password && ends("db"),
        _ => !glued || word.len() >= 5,
    }
}

/// Where the value begins, and how it is joined to the name at `start..end`.
fn joined(text: &mut Text<'_>, start: usize, end: usize) -> Option<(Joined, usize)> {
    let name = &text.bytes()[start..end];
    let before = start.checked_sub(1).and_then(|at| text.at(at));
    let line = text.after(end, NEAR);
    // Closing quotes, brackets and marks of emphasis belong to the name.
    let closing = line.iter().take(4).take_while(|byte| b"\"'`\\]*)".contains(byte)).count();
    let quoted = line[..closing].iter().any(|byte| b"\"'`]".contains(byte));
    let blanks = line[closing..].iter().take(12).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let rest = &line[closing + blanks..];
    let at = end + closing + blanks;
    if name.starts_with(b"--") && closing == 0 && blanks > 0 && !rest.starts_with(b"=") {
        return Some((Joined::Code, at));
    }
    let coded = quoted || name.contains(&b'_') || is_camel(name) || name.iter().all(|byte| !byte.is_ascii_lowercase());
    match rest {
        [b'=' | b'!' | b'~', b'=' | b'~', ..] => None,
        [b'=', b'>', ..] | [b':', b'=', ..] | [b'?', b'=', ..] => Some((Joined::Code, at + 2)),
        [b'=', ..] if matches!(before, Some(b'?' | b'&')) => Some((Joined::Parameter, at + 1)),
        [b'=', ..] => Some((Joined::Code, at + 1)),
        [b':', b':', ..] | [b':', b'/', b'/', ..] => None,
        [b':', ..] if coded || is_alone(text, start, at + 1) => Some((Joined::Code, at + 1)),
        [b':' | b'|', ..] => Some((Joined::Prose, at + 1)),
        [b'>', next, ..] if before == Some(b'<') && *next != b' ' => Some((Joined::Code, at + 1)),
        [b',', ..] if quoted => Some((Joined::Code, at + 1)),
        [b'-', b'>', ..] => Some((Joined::Prose, at + 2)),
        _ if blanks > 0 => said(rest).map(|skip| (Joined::Prose, at + skip)),
        _ => None,
    }
}

/// True when a line holds a name in small letters and one word behind its colon, as YAML does.
fn is_alone(text: &mut Text<'_>, start: usize, value: usize) -> bool {
    let before = text.before(start, NEAR);
    let first = start == before.len() || text.bytes()[start - before.len() - 1] == b'\n';
    let line = text.after(value, NEAR).trim_ascii();
    first && text.bytes()[start].is_ascii_lowercase() && before.iter().all(|byte| b" \t-".contains(byte)) && !line.contains(&b' ')
}

/// "password for the stage is ...", "token (bot): ...": where the value begins behind a few more words.
fn said(rest: &[u8]) -> Option<usize> {
    let stop = rest.iter().position(|byte| b".,;!?=\"".contains(byte)).unwrap_or(rest.len());
    let part = &rest[..stop.min(64)];
    let colon = part.iter().position(|byte| *byte == b':').map(|at| at + 1);
    let verb = [b"is ".as_slice(), b"was ", b"are ", b"ist "].into_iter().filter_map(|verb| {
        let at = super::text::place(part, verb)?;
        (at == 0 || part[at - 1] == b' ').then_some(at + verb.len())
    });
    colon.into_iter().chain(verb).min()
}

/// `dbPassword`, `apiKey`: one capital inside.
fn is_camel(name: &[u8]) -> bool {
    name.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// The value that begins at `at` behind blanks and an opening quote.
fn value_at(text: &mut Text<'_>, at: usize, joined: Joined) -> Option<(Joined, std::ops::Range<usize>)> {
    let line = text.after(at, 16);
    let skip = line.iter().take(12).take_while(|byte| b" \t*".contains(byte)).count();
    let mut start = at + skip;
    let (quote, length) = match &line[skip..] {
        [b'\\', quote @ (b'"' | b'\''), ..] => (*quote, 2),
        [quote @ (b'"' | b'\'' | b'`'), ..] => (*quote, 1),
        [0xe2, 0x80, 0x9c | 0x98 | 0x9e, ..] => (0xe2, 3),
        _ => (0, 0),
    };
    start += length;
    // A scheme's word is no part of the value; the header rules know it.
    let mut end = text.run(start, Class::Value);
    if quote == 0xe2 {
        end = start + text.bytes()[start..end].iter().position(|byte| *byte >= 0x80).unwrap_or(end - start);
    }
    let part = &text.bytes()[start..end.min(start + 4_096)];
    let cut = |bytes: &[u8]| part.iter().position(|byte| bytes.contains(byte));
    let stop = match (joined, quote) {
        (Joined::Parameter, _) => cut(b"&#<>)];,"),
        (_, 0) => cut(b"<&;"),
        (_, b'"' | b'\'') => cut(b"\\"),
        _ => None,
    };
    let mut length = stop.unwrap_or(part.len());
    if quote == 0 {
        while length > 0 && b",;.)]}:>|*".contains(&part[length - 1]) {
            length -= 1;
        }
    }
    let code = quote != 0 && quote != 0xe2 && joined == Joined::Prose;
    let end = start + length;
    let whole = text.all.is_char_boundary(start) && text.all.is_char_boundary(end);
    (length > 0 && whole).then_some((if code { Joined::Code } else { joined }, start..end))
}
