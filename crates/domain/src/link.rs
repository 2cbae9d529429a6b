//! Links a person may save: absolute `http`, `https` or `mailto` addresses.

use url::Url;

/// The longest link that is kept, in characters.
pub const MAX_LENGTH: usize = 2_000;

/// Reads a link from outside. A bare e-mail address becomes `mailto:`; the text is otherwise kept as it came, trimmed.
/// A link equal to `stored` passes whatever it is, so that records from elsewhere can be saved again unchanged.
///
/// # Errors
/// Says what would be right when it is no address, or one with another scheme.
pub fn parse(text: &str, stored: Option<&str>) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || stored == Some(text) {
        return Ok(text.to_owned());
    }
    if text.chars().count() > MAX_LENGTH {
        return Err(format!("must be at most {MAX_LENGTH} characters long"));
    }
    if is_email(text) {
        return Ok(format!("mailto:{text}"));
    }
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("must be an address without blanks, such as https://example.org/page".to_owned());
    }
    let url = Url::parse(text).map_err(|_| "must be a whole address such as https://example.org/page".to_owned())?;
    match url.scheme() {
        "http" | "https" if text.contains("://") && url.host_str().is_some_and(|host| !host.is_empty()) => Ok(text.to_owned()),
        "mailto" if is_email(url.path()) => Ok(text.to_owned()),
        "http" | "https" | "mailto" => Err("must be a whole address such as https://example.org/page".to_owned()),
        scheme => Err(format!("must be an http, https or mailto address, not `{scheme}:`")),
    }
}

/// True for the shape `x@y.z`, without blanks.
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || ",;:<>()[]\\\"/@".contains(c));
    plain(name) && plain(host) && host.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()) && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert_eq!(parse(" https://example.org/a ", None).as_deref(), Ok("https://example.org/a"));
        assert_eq!(parse("guest@example.org", None).as_deref(), Ok("mailto:guest@example.org"));
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "/relative",
            "file:///etc/passwd",
            "s3://b/k",
            "https://",
            "mailto:x",
        ] {
            assert!(parse(bad, None).is_err(), "{bad}");
        }
        assert_eq!(parse("s3://b/k", Some("s3://b/k")).as_deref(), Ok("s3://b/k"));
    }
}
