//! Text from outside, made fit to be stored and shown: no control characters, no terminal escapes, no secrets, bounded.

use dataops_domain::{plain, secrets};

/// What stands where text was cut.
pub(crate) const CUT: &str = "…";

/// One line of at most `max` bytes: escape sequences and control characters go, runs of blanks become one, secrets are
/// redacted.
pub(crate) fn line(text: &str, max: usize) -> String {
    // Redacting looks at no more than can end up in the line, and a bit: a huge text costs no more than a small one.
    let near = whole_words(text, max.saturating_mul(4).max(4_096));
    let plain = plain::text(near);
    let redacted = secrets::redact(&plain);
    let mut words = String::with_capacity(redacted.len());
    for word in redacted.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    shortened(&words, max)
}

/// The text, cut at a character's border with an ellipsis when it is longer than `max` bytes.
pub(crate) fn shortened(text: &str, max: usize) -> String {
    if text.len() <= max { text.to_owned() } else { format!("{}{CUT}", cut(text, max.saturating_sub(CUT.len())).trim_end()) }
}

/// At most `max` bytes of the text, up to a character's border.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// At most `max` bytes, without the piece of a word that would be left: half a secret is not known as one.
pub(crate) fn whole_words(text: &str, max: usize) -> &str {
    let near = cut(text, max);
    let border = (near.len() < text.len()).then(|| near.rfind(char::is_whitespace)).flatten();
    border.map_or(near, |border| &near[..border])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_bounded_and_holds_no_secret() {
        let key = ["ghp", "_", "Zk3Qp9Xw7Lr2Vt5Ny8", "Bm1Hc4Jd6Fg0SaEuRi"].concat();
        let made = line(&format!("failed:\n  token {key}\tend"), 200);
        assert!(!made.contains(&key) && made.contains("[redacted: "), "{made}");
        assert!(!made.contains('\n'));
        assert_eq!(line(&"ü".repeat(1_000), 11), "üüüü…");
        for blanks in 4_000..4_140 {
            let made = line(&format!("a{}{key}", " ".repeat(blanks)), 200);
            assert!(!made.contains("Zk3Q"), "cut inside of a secret: {made}");
        }
    }
}
