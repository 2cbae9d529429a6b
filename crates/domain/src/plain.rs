//! Text from outside without what steers a terminal, or hides or turns what is shown.

/// The text without terminal escapes and control characters; line breaks and tabs stay.
pub fn text(text: &str) -> String {
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
        assert_eq!(text("\u{1b}[1;31mred\u{1b}[0m \u{1b}]0;title\u{7}x\u{202e}y\u{0}z"), "red xyz");
        assert_eq!(text("\u{1b}]8;;https://example.org\u{1b}\\link\u{1b}]8;;\u{1b}\\"), "link");
        assert_eq!(text("a\r\nb\rc\td"), "a\nb\nc\td");
        assert_eq!(text("\u{1b}"), "");
        assert_eq!(text("\u{1b}]never ends\nnext"), "\nnext");
    }
}
