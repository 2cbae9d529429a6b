//! Text of others inside our Markdown: always data, never markup.

/// The text as one line of Markdown that shows just these characters. Its start may stand at the start of a line.
pub(super) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for (index, letter) in text.chars().enumerate() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '#' | '+' | '-' | '=' | '!' | ':' if index == 0 => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' | '\r' | '\t' => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    // "12. words" at the start of a line would be a numbered list.
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && escaped[digits..].starts_with(['.', ')']) {
        escaped.insert(digits, '\\');
    }
    escaped
}

/// An address as an autolink when it is a plain web address; otherwise the text.
pub(super) fn address(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_graphic() && !"<>`\\\"'|{}^[]()".contains(letter);
    let web = ["https://", "http://"].iter().any(|start| text.len() > start.len() && text.starts_with(start));
    if web && text.chars().all(plain) { format!("<{text}>") } else { inline(text) }
}

/// The text inside double quotes, which it does not end.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", inline(&text.replace('"', "'")))
}

/// The words in lower case for comparing.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// How often `word` stands in `text` as a word of its own; both are in lower case.
pub(super) fn count(text: &str, word: &str) -> usize {
    let apart = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(word)
        .filter(|(at, _)| apart(text[..*at].chars().next_back()) && apart(text[at + word.len()..].chars().next()))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_becomes_markup() {
        assert_eq!(inline("# *Title* [x](javascript:1) <b>|a|"), r"\# \*Title\* \[x\](javascript:1) \<b\>\|a\|");
        assert_eq!(inline("1. first\n2. second"), r"1\. first 2. second");
        assert_eq!(inline("- [ ] done"), r"\- \[ \] done");
        assert_eq!(inline("[[sop.x|y]] &lt; ![p](q)"), r"\[\[sop.x\|y\]\] \&lt; !\[p\](q)");
    }

    #[test]
    fn only_plain_web_addresses_are_links() {
        assert_eq!(address("https://example.org/a?b=c"), "<https://example.org/a?b=c>");
        assert_eq!(address("https://example.org/a b"), "https://example.org/a b");
        assert_eq!(address("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(address("https://x><script>"), r"https://x\>\<script\>");
    }

    #[test]
    fn words_are_counted_whole() {
        assert_eq!(count("rag, rags and drag: rag", "rag"), 2);
        assert_eq!(count("an a/b test", "a/b test"), 1);
    }
}
