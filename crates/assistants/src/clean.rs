//! Text from outside, made fit to be stored and shown: no control characters, no terminal escapes, no secrets, bounded.

use dataops_domain::secrets;

/// What stands where text was cut.
pub(crate) const CUT: &str = "…";

/// One line of at most `max` bytes: escape sequences and control characters go, runs of blanks become one, secrets are
/// redacted.
pub(crate) fn line(text: &str, max: usize) -> String {
    // Redacting looks at no more than can end up in the line, and a bit: a huge text costs no more than a small one.
    let near = whole_words(text, max.saturating_mul(4).max(4_096));
    let plain = plain(near);
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

/// The text without terminal escapes and control characters; line breaks and tabs stay.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_escape(&mut letters),
            '\u{9b}' => skip_control(&mut letters),
            '\n' | '\t' => plain.push(letter),
            '\r' if letters.peek() != Some(&'\n') => plain.push('\n'),
            _ if is_hidden(letter) => {}
            _ => plain.push(letter),
        }
    }
    plain
}

/// Control characters, and those that hide text or turn its direction.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(letters: &mut Letters<'_>) {
    match letters.next_if(|letter| !letter.is_control()) {
        Some('[') => skip_control(letters),
        Some(']' | 'P' | 'X' | '^' | '_') => skip_string(letters),
        Some(' '..='/') => drop(letters.next_if(|letter| !letter.is_control())),
        Some(_) | None => {}
    }
}

/// Parameters and the final letter of a control sequence.
fn skip_control(letters: &mut Letters<'_>) {
    while letters.next_if(|letter| matches!(letter, ' '..='?')).is_some() {}
    letters.next_if(|letter| matches!(letter, '@'..='~'));
}

/// A string such as a window title, up to its end; one that never ends stops at the line's end.
fn skip_string(letters: &mut Letters<'_>) {
    while let Some(letter) = letters.next_if(|letter| *letter != '\n') {
        match letter {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                letters.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_hidden_characters_go() {
        assert_eq!(plain("\u{1b}[1;31mred\u{1b}[0m \u{1b}]0;title\u{7}x\u{202e}y\u{0}z"), "red xyz");
        assert_eq!(plain("\u{1b}]8;;https://example.org\u{1b}\\link\u{1b}]8;;\u{1b}\\"), "link");
        assert_eq!(plain("a\r\nb\rc\td"), "a\nb\nc\td");
        assert_eq!(plain("\u{1b}"), "");
        assert_eq!(plain("\u{1b}]never ends\nnext"), "\nnext");
    }

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
