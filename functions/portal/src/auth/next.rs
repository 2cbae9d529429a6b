//! Where to go afterwards. Only a path of our own may be named, or a link could send people elsewhere.

/// What an address says of what just happened; the next one says something else or nothing.
const SAID: [&str; 2] = ["saved", "did"];

/// The path when it leads to one of our pages.
pub(crate) fn local(path: &str) -> Option<&str> {
    let ours = path.starts_with('/') && !path.starts_with("//") && path.len() <= 2_000;
    let plain = path.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    let page = path.split(['?', '#']).next().unwrap_or_default();
    let loops = ["/sign-in", "/sign-out", "/work/", "/assets/"].iter().any(|start| page.starts_with(start));
    (ours && plain && !loops).then_some(path)
}

/// `path` with `name=value` in its query, in place of an earlier one. Both must be plain words.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let (path, fragment) = path.split_once('#').map_or((path, ""), |(path, fragment)| (path, fragment));
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let mut serializer = url::form_urlencoded::Serializer::new(String::new());
    let earlier = url::form_urlencoded::parse(query.as_bytes());
    serializer.extend_pairs(earlier.filter(|(name, _)| !SAID.contains(&name.as_ref()) && !pairs.iter().any(|(ours, _)| ours == name)));
    serializer.extend_pairs(pairs);
    let query = serializer.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let hash = if fragment.is_empty() { "" } else { "#" };
    format!("{page}{mark}{query}{hash}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_followed() {
        for good in ["/", "/tasks?status=open&q=a%20b", "/workflows/01ARZ#links"] {
            assert_eq!(local(good), Some(good));
        }
        for bad in [
            "",
            "tasks",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
            "/sign-in?next=/",
            "/sign-out",
            "/work/api/me",
            "/ü",
        ] {
            assert_eq!(local(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_status_replaces_the_one_before() {
        assert_eq!(with_query("/tasks?q=a%26b&saved=done&did=x.7", &[("saved", "due")]), "/tasks?q=a%26b&saved=due");
        assert_eq!(with_query("/workflows/x#links", &[("saved", "links")]), "/workflows/x?saved=links#links");
        assert_eq!(with_query("/?saved=done", &[]), "/");
    }
}
