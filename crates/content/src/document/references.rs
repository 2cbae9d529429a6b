//! What the text of a document refers to.

/// The insides of `[[id]]` and `[[id|label]]`, and what `doc:` links name, each once. `prose` is the text without code.
pub(super) fn in_text(prose: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |reference: &str| {
        let reference = reference.trim();
        if !reference.is_empty() && reference != "..." && !found.iter().any(|known| known == reference) {
            found.push(reference.to_owned());
        }
    };
    for inside in between(prose, "[[", "]]") {
        add(inside.split('|').next().unwrap_or(inside));
    }
    for inside in between(prose, "](doc:", ")") {
        add(inside);
    }
    found
}

/// What stands between `open` and `close`, on one line.
fn between<'a>(text: &'a str, open: &'static str, close: &'static str) -> impl Iterator<Item = &'a str> {
    let inside = move |rest: &'a str| rest.split_once(close).map(|(inside, _)| inside);
    text.split(open).skip(1).filter_map(inside).filter(|inside| !inside.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reference_is_found_once() {
        let text = "See [[a.b|A]] and [[a.b]], [C](doc:c.d), [[...]] and [[open\n]].";
        assert_eq!(in_text(text), ["a.b", "c.d"]);
    }
}
