//! Media types: what a name says, and what the bytes show.

/// The type of what nobody knows.
pub const UNKNOWN: &str = "application/octet-stream";

/// Extensions and their types (wire contract 10).
const EXTENSIONS: [(&str, &str); 33] = [
    ("txt", "text/plain"),
    ("md", "text/markdown"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("css", "text/css"),
    ("js", "application/javascript"),
    ("json", "application/json"),
    ("csv", "text/csv"),
    ("xml", "application/xml"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("heic", "image/heic"),
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/m4a"),
    ("wav", "audio/x-wav"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("vtt", "text/vtt"),
    ("srt", "application/x-subrip"),
    ("eml", "message/rfc822"),
];

/// Types that are plain text: nothing in the bytes tells one from another.
const TEXTS: [&str; 10] = [
    "text/plain",
    "text/markdown",
    "text/html",
    "text/css",
    "application/javascript",
    "application/json",
    "text/csv",
    "application/xml",
    "image/svg+xml",
    "application/x-subrip",
];

/// Containers, and the types that are kept in one.
const CONTAINERS: [(&str, &[&str]); 2] = [
    (
        "application/zip",
        &[
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
    ),
    ("application/x-ole-storage", &["application/msword", "application/vnd.ms-excel"]),
];

/// The type a name's extension says.
pub fn of_name(name: &str) -> Option<&'static str> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, kind)| *kind)
}

/// The type the bytes show. Among kinds of text the name decides, because the bytes can't.
pub fn of_bytes(name: &str, start: &[u8]) -> String {
    if let Some(found) = infer::get(start) {
        let named = of_name(name);
        // A container of parts does not say whose it is, when the part that would comes late in it.
        if let Some((_, inside)) = CONTAINERS.iter().find(|(kind, _)| *kind == found.mime_type())
            && let Some(named) = named.filter(|named| inside.contains(named))
        {
            return named.to_owned();
        }
        // What is stored as text (HTML, XML, SVG, mail) is recognised by its first words alone: the name says which.
        return match named {
            Some(named) if TEXTS.contains(&named) && (TEXTS.contains(&found.mime_type()) || found.mime_type().starts_with("text/")) => {
                named.to_owned()
            }
            _ => found.mime_type().to_owned(),
        };
    }
    if !is_text(start) {
        return UNKNOWN.to_owned();
    }
    let named = of_name(name).filter(|kind| TEXTS.contains(kind) || kind.starts_with("text/") || *kind == "message/rfc822");
    named.unwrap_or("text/plain").to_owned()
}

/// True for UTF-8 without control characters that text does not have. The end may be cut inside a character.
fn is_text(start: &[u8]) -> bool {
    let valid = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    !valid.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_say_what_it_is() {
        let png = b"\x89PNG\r\n\x1a\n0000";
        assert_eq!(of_bytes("picture.png", png), "image/png");
        assert_eq!(of_bytes("picture.txt", png), "image/png");
        assert_eq!(of_bytes("notes.txt", b"hello"), "text/plain");
        assert_eq!(of_bytes("data.csv", "a;b\nü;2".as_bytes()), "text/csv");
        assert_eq!(of_bytes("page.html", b"<!DOCTYPE html><html></html>"), "text/html");
        assert_eq!(of_bytes("drawing.svg", b"<?xml version=\"1.0\"?><svg/>"), "image/svg+xml");
        assert_eq!(of_bytes("invoice.pdf", b"%PDF-1.7 ..."), "application/pdf");
        assert_eq!(of_bytes("invoice.pdf", b"no pdf at all"), "text/plain");
        let zip = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml";
        let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!((of_bytes("report.xlsx", zip), of_bytes("report.pdf", zip)), (sheet.to_owned(), "application/zip".to_owned()));
        let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0\0\0";
        assert_eq!(of_bytes("letter.doc", ole), "application/msword");
        assert_eq!(of_bytes("x.bin", &[0, 1, 2, 255]), UNKNOWN);
        assert_eq!(of_bytes("photo.jpg", b"MZ\x90\0 a program"), "application/vnd.microsoft.portable-executable");
    }
}
