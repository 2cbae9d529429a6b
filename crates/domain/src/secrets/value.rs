//! How random a value looks: what tells a credential from a word, a slug, a date, a path or a place where one is kept.

/// Pairs of letters that words of English, German and code are made of: for each first letter a bit for each second.
/// They cover 97 % of the pairs of running text, and 43 % of all pairs: random letters miss more than half of them.
const PAIRS: [u32; 26] = [
    0x1fe_bd6e, 0x116_4911, 0x11e_cd95, 0x116_4919, 0x1ff_f97f, 0x11a_4931, 0x016_79d1, 0x11a_5911, 0x2ae_fc7f, 0x000_0010, 0x014_0110,
    0x11c_493d, 0x014_d913, 0x13c_6d7d, 0x0fe_fd6f, 0x11e_c999, 0x010_0000, 0x13e_fd7d, 0x15c_dd9d, 0x15e_c99d, 0x00e_b97f, 0x000_4111,
    0x006_6191, 0x008_8114, 0x00c_e010, 0x010_0011,
];

/// What a value is made of.
struct Made {
    length: usize,
    lower: usize,
    upper: usize,
    digit: usize,
    symbol: usize,
    /// Shannon entropy, in bits for each byte.
    entropy: f64,
    /// Changes between letters and digits.
    switches: usize,
    /// Letters that follow a letter of the same word. A capital after a small letter begins another.
    pairs: usize,
    /// Those of them that words are made of.
    wordy: usize,
}

impl Made {
    fn of(value: &[u8]) -> Self {
        let count = |of: fn(&u8) -> bool| value.iter().filter(|byte| of(byte)).count();
        let (lower, upper, digit) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase), count(u8::is_ascii_digit));
        let mut made = Self {
            length: value.len(),
            lower,
            upper,
            digit,
            symbol: value.len() - lower - upper - digit,
            entropy: entropy(value),
            switches: 0,
            pairs: 0,
            wordy: 0,
        };
        for pair in value.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            let letters = a.is_ascii_alphabetic() && b.is_ascii_alphabetic();
            if letters && !(a.is_ascii_lowercase() && b.is_ascii_uppercase()) {
                made.pairs += 1;
                made.wordy += usize::from(is_common(a, b));
            }
            made.switches +=
                usize::from(!letters && a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && a.is_ascii_digit() != b.is_ascii_digit());
        }
        made
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }

    fn kinds(&self) -> usize {
        [self.lower, self.upper, self.digit, self.symbol].into_iter().filter(|count| *count > 0).count()
    }

    /// Digits strewn among letters, or letters that make no words.
    fn scattered(&self) -> bool {
        let words = |percent: usize| self.wordy * 100 >= self.pairs * percent;
        self.switches >= 4.max(self.length / 6)
            || (self.switches >= 2.max(self.length / 12) && (self.pairs < 4 || !words(86)))
            || (self.pairs >= 8 && !words(75))
    }
}

fn is_common(first: u8, second: u8) -> bool {
    let place = |letter: u8| u32::from(letter.to_ascii_lowercase() - b'a');
    PAIRS[place(first) as usize] >> place(second) & 1 == 1
}

fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let length = value.len() as f64;
    -counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|share| share * share.log2()).sum::<f64>()
}

/// True when a value is not filler: `xxxxxxxx` and `0000...` stand where a secret was taken out.
pub(super) fn varied(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    let mut distinct = 0;
    for byte in value {
        if !std::mem::replace(&mut seen[usize::from(*byte)], true) {
            distinct += 1;
        }
    }
    distinct >= 5
}

/// True for what a machine made: 16 or more bytes of letters and digits without words.
pub(super) fn random(value: &[u8]) -> bool {
    if value.len() < 16 || stands_for_another(value) {
        return false;
    }
    let made = Made::of(value);
    made.letters() >= 4 && made.entropy >= 2.75 && made.symbol * 3 <= made.length && made.scattered()
}

/// True for a shorter key, beside a name that says so in code: ten bytes of strewn letters and digits.
pub(super) fn short_key(value: &[u8]) -> bool {
    if value.len() < 10 || stands_for_another(value) {
        return false;
    }
    let made = Made::of(value);
    made.letters() >= 3 && made.digit >= 2 && made.symbol * 3 <= made.length && made.entropy >= 2.5 && made.scattered()
}

/// True for a password that somebody set. `prose` asks for more: beside "password:" in a sentence there may stand anything.
pub(super) fn password(value: &[u8], prose: bool) -> bool {
    let least = if prose { 10 } else { 8 };
    if !(least..=128).contains(&value.len()) || stands_for_another(value) || is_path(value) {
        return false;
    }
    let made = Made::of(value);
    let loud = value.iter().any(|byte| b"!@#$%^&*+=?~".contains(byte));
    let strong = made.digit >= 2 || (made.digit >= 1 && loud);
    if made.letters() == 0 && !loud {
        return false;
    }
    if prose {
        let mixed = made.kinds() >= 3 && (strong || (made.digit >= 1 && made.scattered()));
        return (mixed && !is_date_like(value)) || random(value);
    }
    let cased = made.lower > 1 && made.upper > 1 && made.scattered();
    (made.kinds() >= 2 && (made.digit > 0 || loud || cased) && made.entropy >= 2.3) || random(value)
}

/// True when the letters make no words: what is left to ask of a credential whose length is known.
pub(super) fn scattered(value: &[u8]) -> bool {
    Made::of(value).scattered()
}

/// What stands in a value's place, or says where it is kept. Compared in lower case.
const STAND_INS: [&[u8]; 41] = [
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"your",
    b"placeholder",
    b"redacted",
    b"xxxx",
    b"****",
    b"....",
    b"replace",
    b"insert",
    b"todo",
    b"dummy",
    b"vault",
    b"1password",
    b"bitwarden",
    b"lastpass",
    b"keepass",
    b"keychain",
    b"process.env",
    b"environ",
    b"getenv",
    b"env.",
    b"secrets.",
    b"secretsmanager",
    b"config.",
    b"settings.",
    b"self.",
    b"this.",
    b"null",
    b"undefined",
    b"://",
    b"::",
    b"arn:",
    b"op:/",
    b"ssm:",
    b"ref+",
    b"projects/",
    b"parameter",
    b"\xe2\x80\xa6",
];

/// True when a value is a reference, a template, a call or filler.
pub(super) fn stands_for_another(value: &[u8]) -> bool {
    let opens = value.first().is_none_or(|byte| b"$<{[(%*&@|/!".contains(byte) && !value[1..].iter().any(u8::is_ascii_digit));
    let variable =
        matches!(value, [b'$', rest @ ..] if rest.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_' || byte.is_ascii_digit()));
    let marks = value.iter().filter(|byte| b"/.".contains(byte)).count();
    let path = value.first() == Some(&b'/') && marks > 2;
    let reference = variable || path || matches!(value, [b'$' | b'%', b'{' | b'(', ..] | [b'{', b'{', ..] | [b'<' | b'[', ..]);
    opens || reference || !varied(value) || called(value) || STAND_INS.iter().any(|word| super::text::holds(value, word))
}

/// `getToken()`, `config["token"]`: code that fetches a value.
fn called(value: &[u8]) -> bool {
    let open = value.iter().position(|byte| matches!(byte, b'(' | b'['));
    open.is_some_and(|at| at > 0 && value[..at].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(byte)))
        && value.iter().any(|byte| matches!(byte, b')' | b']'))
}

/// `docs/access/how-to`, `user.password`, `file.json`: pieces of words between dots or slashes.
fn is_path(value: &[u8]) -> bool {
    let word = |piece: &[u8]| !piece.is_empty() && piece.iter().all(|byte| byte.is_ascii_alphabetic() || b"_-".contains(byte));
    value.split(|byte| b"./\\:".contains(byte)).filter(|piece| !piece.is_empty()).all(word)
}

fn is_date_like(value: &[u8]) -> bool {
    let made = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let marks = value.iter().filter(|byte| b"-:/.TZ+,".contains(byte)).count();
    made + marks + 3 >= value.len() && marks >= 2
}

/// True for base64 that decodes to `name:password` in plain characters.
pub(super) fn is_basic_pair(value: &[u8]) -> bool {
    let Some(decoded) = decode(value) else { return false };
    let plain = decoded.iter().all(|byte| (b' '..0x7f).contains(byte) || *byte >= 0x80);
    plain && decoded.iter().position(|byte| *byte == b':').is_some_and(|at| at + 1 < decoded.len())
}

/// Decodes base64 of either alphabet, with or without padding; `None` when it is not base64.
pub(super) fn decode(value: &[u8]) -> Option<Vec<u8>> {
    let body = &value[..value.iter().position(|byte| *byte == b'=').unwrap_or(value.len())];
    let mut decoded = Vec::with_capacity(body.len());
    let (mut bits, mut held) = (0_u32, 0);
    for byte in body {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push((bits >> held) as u8);
        }
    }
    Some(decoded)
}
