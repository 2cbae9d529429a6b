//! The part of a plain text around a word.

use super::words;

/// The longest excerpt, in characters, without its dots.
const EXCERPT: usize = 160;
/// How much of an excerpt stands before the word it is about.
const BEFORE: usize = 50;

/// The part of a plain text around the first word that begins with one of those asked for; its beginning when none does.
pub(super) fn around(plain: &str, asked: &[String]) -> String {
    let begins = |part: &str| words(part).any(|word| asked.iter().any(|asked| word.starts_with(asked.as_str())));
    let parts: Vec<&str> = plain.split(' ').collect();
    let found = parts.iter().position(|part| begins(part)).unwrap_or(0);
    let length = |parts: &[&str]| parts.iter().map(|part| part.chars().count() + 1).sum::<usize>();
    let mut start = found;
    while start > 0 && length(&parts[start - 1..found]) <= BEFORE {
        start -= 1;
    }
    let mut end = (found + 1).min(parts.len());
    while end < parts.len() && length(&parts[start..=end]) <= EXCERPT {
        end += 1;
    }
    let bounded = parts[start..end].join(" ").chars().take(EXCERPT + BEFORE).collect::<String>();
    format!("{}{bounded}{}", if start > 0 { "… " } else { "" }, if end < parts.len() { " …" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_around_the_word() {
        let long = format!("{} needle {}", "before ".repeat(60).trim(), "after ".repeat(60).trim());
        let found = around(&long, &["need".to_owned()]);
        assert!(found.starts_with("… before") && found.contains("needle after") && found.ends_with(" …"), "{found}");
        assert!(found.chars().count() <= 170, "{found}");
        assert_eq!(around("all of it", &["none".to_owned()]), "all of it");
        assert_eq!(around("", &[]), "");
        assert!(around(&"x".repeat(10_000), &["x".to_owned()]).chars().count() < 300, "one endless word is cut");
    }
}
