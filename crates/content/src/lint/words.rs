//! Rules about single words: roles, slugs, schedules, placeholders.

use std::str::FromStr;

use croner::Cron;

/// The roles a task can be given to.
const ROLES: [&str; 3] = ["operator", "editor", "host"];

/// Says when `role` is none.
pub(super) fn role(role: Option<&str>) -> Option<String> {
    let role = role.filter(|role| !ROLES.contains(role))?;
    Some(format!("unknown role '{role}'; expected operator, editor or host"))
}

/// True for lower-case letters, digits and `-`, and the characters in `more`, starting with a letter or digit.
pub(super) fn is_slug(text: &str, more: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    text.starts_with(plain) && text.chars().all(|letter| plain(letter) || letter == '-' || more.contains(letter))
}

/// Says what is wrong with a schedule. We write less than cron allows: no ranges, no names, no sixth field.
pub fn schedule(text: &str) -> Option<String> {
    let fields = text.split(' ').count();
    if fields != 5 || text.contains("  ") {
        return Some(format!("schedule '{text}': expected five fields with one space between them, found {fields}"));
    }
    if !text.chars().all(|letter| letter.is_ascii_digit() || " *,/".contains(letter)) {
        return Some(format!("schedule '{text}': expected each field as *, a number, a comma list or */n"));
    }
    Cron::from_str(text).err().map(|error| format!("schedule '{text}': {error}"))
}

/// The marks that say a text is not finished.
const PLACEHOLDERS: [&str; 3] = ["TODO", "TBD", "FIXME"];

/// Says which marks of unfinished text stand in `text` as words.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    PLACEHOLDERS.into_iter().filter(move |mark| words.contains(mark)).map(|mark| format!("unfinished: {mark}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_have_five_fields_in_range() {
        for good in ["0 9 * * *", "*/15 0,12 1 * 0", "0 9 * * 6"] {
            assert_eq!(schedule(good), None, "{good}");
        }
        for bad in [
            "0 9 * *",
            "0 0 9 * * *",
            "0  9 * *",
            "60 9 * * *",
            "0 24 * * *",
            "0 9 0 * *",
            "0 9 * 13 *",
            "0 9 * * 9",
            "0 9 * * MON",
            "0 9-17 * * *",
            "",
        ] {
            assert!(schedule(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_placeholder_is_a_word_of_its_own() {
        assert_eq!(placeholders("One (TODO), two: TBD.").collect::<Vec<_>>(), ["unfinished: TODO", "unfinished: TBD"]);
        assert_eq!(placeholders("TODOS, review-update-todos").count(), 0);
    }
}
