//! Where a link may lead.

use super::Text;

/// The address of a document's page. `from` is the task the reader comes from, `anchor` the place on the page; both may be
/// empty.
pub fn document_url(id: &str, from: &str, anchor: &str) -> String {
    let quoted = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let query = if from.is_empty() { String::new() } else { format!("?from={}", quoted(from)) };
    let hash = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    format!("/documents/{}{query}{hash}", quoted(id))
}

/// A link that may be followed.
pub(super) struct Link {
    /// Its address.
    pub(super) href: String,
    /// True when it leaves the portal.
    pub(super) outside: bool,
    /// The title of the document it leads to.
    pub(super) title: Option<String>,
}

/// The link of an address in a text; `None` when nobody may follow it.
pub(super) fn follow(text: &Text<'_>, written: &str) -> Option<Link> {
    if let Some(link) = text.links.iter().find(|link| link.written == written.trim()) {
        let anchor = link.anchor.as_deref().unwrap_or_default();
        let same = link.id == text.here && !anchor.is_empty();
        let href = if same { format!("#{anchor}") } else { document_url(&link.id, text.from, anchor) };
        return Some(Link { href, outside: false, title: Some(link.title.clone()) });
    }
    // What the parser of addresses makes of it is what is linked, so that a browser can't read it differently.
    let address = url::Url::parse(written).ok()?;
    matches!(address.scheme(), "http" | "https" | "mailto").then(|| Link { href: address.into(), outside: true, title: None })
}
