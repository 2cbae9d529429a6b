//! Addresses that carry a credential: a password before the host, a connection string, a signature, a temporary link.

use super::rule::{Finding, finding};
use super::text::{Class, JUDGED, NEAR, Text, holds, place};
use super::value;

/// `scheme://user:password@host`. The range is the password.
pub(super) fn password(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let scheme = text.before(from, 24);
    let web = [b"http".as_slice(), b"https", b"ws", b"wss"].iter().any(|web| {
        let rest = scheme.len().checked_sub(web.len());
        rest.is_some_and(|at| scheme[at..].eq_ignore_ascii_case(web) && !scheme[..at].last().is_some_and(u8::is_ascii_alphanumeric))
    });
    let end = text.run(to, Class::Address);
    let part = text.judged(&(to..end));
    let host = part.iter().position(|byte| b"/?".contains(byte)).unwrap_or(part.len());
    let colon = part[..host].iter().position(|byte| *byte == b':');
    // A database's password may hold a slash that nobody encoded; a port is no password.
    let port = |colon: usize| part[colon + 1..host].iter().all(u8::is_ascii_digit);
    let at = match part[..host].iter().rposition(|byte| *byte == b'@') {
        None if !web && colon.is_some_and(|colon| !port(colon)) => part.iter().rposition(|byte| *byte == b'@'),
        found => found,
    }?;
    let Some(colon) = colon.filter(|colon| *colon < at) else {
        let alone = at >= 20 && value::random(&part[..at]) && !holds(&part[at..], b"sentry.io") && web;
        return alone.then(|| finding("password-in-url", to..to + at));
    };
    is_filled(&part[colon + 1..at]).then(|| finding("password-in-url", to + colon + 1..to + at))
}

/// `user:password@tcp(host)`, as MySQL drivers of Go write it.
pub(super) fn driver(text: &mut Text<'_>, from: usize, _: usize) -> Option<Finding> {
    let before = text.before(from, NEAR);
    let start = before.iter().rposition(|byte| !Class::Value.has(*byte) || *byte >= 0x80).map_or(0, |at| at + 1);
    let colon = before[start..].iter().position(|byte| *byte == b':')?;
    let password = from - (before.len() - start - colon - 1);
    is_filled(&text.bytes()[password..from]).then(|| finding("password-in-url", password..from))
}

/// `Server=..;User Id=..;Password=..`, and `host=.. user=.. password=..`.
pub(super) fn connection(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    const BESIDE: [&[u8]; 12] = [
        b"server=",
        b"data source=",
        b"host=",
        b"uid=",
        b"user id=",
        b"userid=",
        b"user=",
        b"username=",
        b"dbname=",
        b"database=",
        b"initial catalog=",
        b"endpoint=",
    ];
    let before = text.before(from, NEAR * 3);
    // Behind `?` or `&` it is a parameter of an address; only drivers' own addresses count there.
    let parameter = matches!(before.last(), Some(b'?' | b'&'));
    if !BESIDE.iter().any(|word| holds(before, word)) || (parameter && !holds(before, b"jdbc:")) {
        return None;
    }
    let (start, quote) = match text.at(to) {
        Some(quote @ (b'\'' | b'"' | b'{')) => (to + 1, quote),
        _ => (to, 0),
    };
    let part = text.after(start, 128);
    let stop = |byte: &u8| if quote == 0 { b"; \"'`&,<>\t\r".contains(byte) } else { *byte == if quote == b'{' { b'}' } else { quote } };
    let length = part.iter().position(stop).unwrap_or(part.len());
    (is_filled(&part[..length]) && length < 128).then(|| finding("password-in-connection-string", start..start + length))
}

/// A password, not a blank to be filled in.
fn is_filled(password: &[u8]) -> bool {
    let reference =
        matches!(password, [] | [b'$' | b'<' | b'{' | b'[' | b'*' | b'(', ..] | [b'%', b's' | b'(' | b'{', ..] | [b'.', b'.', ..]);
    let one = password.len() > 2 && password.iter().all(|byte| byte.eq_ignore_ascii_case(&password[0]));
    !reference && !one && !holds(password, b"redacted") && !holds(password, b"\xe2\x80\xa6")
}

/// `X-Amz-Signature=`, `-Credential=`, `-Security-Token=` and Google's. The range is the rest of the address.
pub(super) fn v4(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let start = assigned(text, to)?;
    let end = text.run(start, Class::Address);
    let rule = if holds(&text.bytes()[from..to], b"goog") { "presigned-url-google" } else { "presigned-url-aws-v4" };
    (end - start >= 8 && value::varied(text.judged(&(start..end)))).then(|| finding(rule, from..end))
}

/// The place of a parameter's value: behind `=`, `%3D`, or `": "`.
fn assigned(text: &Text<'_>, at: usize) -> Option<usize> {
    let rest = &text.bytes()[at..];
    let skip = match rest {
        [b'=', ..] => 1,
        [b'%', b'3', b'D' | b'd', ..] => 3,
        [b'"' | b'\'' | b':', ..] => {
            let colon = rest.iter().take(4).position(|byte| *byte == b':')?;
            colon + 1 + rest[colon + 1..].iter().take(3).take_while(|byte| matches!(byte, b' ' | b'"' | b'\'')).count()
        }
        _ => return None,
    };
    Some(at + skip)
}

/// `Signature=` and `sig=` in an address: which signer it is shows in the parameters around it.
pub(super) fn signature(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let before = from.checked_sub(1).and_then(|at| text.at(at));
    if !matches!(before, None | Some(b'?' | b'&' | b';' | b' ' | b',' | b'"')) {
        return None;
    }
    let rest = text.run(to, Class::Address);
    let signature = text.judged(&(to..rest));
    let signature = &signature[..signature.iter().position(|byte| b"&#,;".contains(byte)).unwrap_or(signature.len())];
    if signature.len() < 20 || !value::varied(signature) {
        return None;
    }
    let address = start_of_address(text, from)..rest.min(to + JUDGED * 2);
    text.looked += address.len();
    let around = &text.bytes()[address];
    let has = |word: &[u8]| holds(around, word);
    let rule = if has(b"x-amz-") {
        "presigned-url-aws-v4"
    } else if has(b"awsaccesskeyid=") {
        "presigned-url-aws-v2"
    } else if has(b"googleaccessid=") || has(b"x-goog-") {
        "presigned-url-google"
    } else if [b"sv=".as_slice(), b"se=", b"sp=", b"sr=", b"core.windows.net"].iter().any(|word| has(word))
        && text.bytes()[from..to].len() == 4
    {
        "presigned-url-azure-sas"
    } else if [b"key-pair-id=".as_slice(), b"ossaccesskeyid=", b"expires="].iter().any(|word| has(word)) || value::random(signature) {
        "signed-url"
    } else {
        return None;
    };
    Some(finding(rule, from..rest))
}

/// Where the address that holds `at` begins, looking back no further than a signed address is long.
fn start_of_address(text: &mut Text<'_>, at: usize) -> usize {
    let part = text.before(at, JUDGED * 2);
    let blank = part.iter().rposition(|byte| !Class::Address.has(*byte)).map_or(0, |blank| blank + 1);
    at - (part.len() - blank)
}

/// `AWSAccessKeyId=` or `GoogleAccessId=` with a signature behind it. The range is from here to the address's end.
pub(super) fn v2(text: &mut Text<'_>, from: usize, to: usize) -> Option<Finding> {
    let end = text.run(to, Class::Address);
    let rest = &text.bytes()[to..end.min(to + JUDGED * 2)];
    text.looked += rest.len();
    let signature = place(rest, b"signature=")?;
    let rule = if text.bytes()[from].eq_ignore_ascii_case(&b'g') { "presigned-url-google" } else { "presigned-url-aws-v2" };
    (rest.len() - signature > 18).then(|| finding(rule, from..end))
}

/// Dropbox's temporary links: a long token in the path of its content host, or `token_hash=`. Its ordinary share links
/// (`/s/`, `/scl/` with `rlkey=`) are meant to be passed on and pass.
pub(super) fn dropbox(text: &mut Text<'_>, _: usize, to: usize) -> Option<Finding> {
    let end = text.run(to, Class::Address);
    let path = text.judged(&(to..end));
    let long = path.split(|byte| b"/?&=".contains(byte)).any(|piece| piece.len() >= 40 && value::scattered(piece));
    long.then(|| finding("presigned-url-dropbox", to..end))
}
