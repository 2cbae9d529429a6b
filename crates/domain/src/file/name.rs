//! File names from outside, made safe to store, show and put into a header.

/// The most bytes of a name.
const MAX_BYTES: usize = 180;
/// The most bytes of a name in an object key: stores that keep objects as files encode the key once more.
const SLUG_BYTES: usize = 60;
/// What a name is called when nothing of it is usable.
const NAMELESS: &str = "file";

/// The last part of a path, without control characters, characters that turn the direction of text, and what file
/// systems forbid. An ordinary name comes out unchanged.
pub fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !is_hidden(*c)).map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let trimmed = kept.trim().trim_matches('.').trim();
    let (stem, extension) = match trimmed.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 16 => (stem, format!(".{extension}")),
        _ => (trimmed, String::new()),
    };
    let stem = cut(stem, MAX_BYTES - extension.len());
    if stem.is_empty() && extension.is_empty() { NAMELESS.to_owned() } else { format!("{stem}{extension}") }
}

/// The part of an object key that names the file: plain ASCII and short, so that every tool can carry it.
pub fn slug(name: &str) -> String {
    let plain: String = safe(name).chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    match plain.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => format!("{}.{extension}", cut(stem, SLUG_BYTES - 1 - extension.len())),
        _ => cut(&plain, SLUG_BYTES).to_owned(),
    }
}

/// `attachment` with the name: once in ASCII for old readers, once whole (RFC 6266, RFC 8187).
pub fn disposition(name: &str) -> String {
    let name = safe(name);
    let ascii: String = name.chars().map(|c| if (' '..='~').contains(&c) && !"\"\\%".contains(c) { c } else { '_' }).collect();
    if ascii == name {
        return format!("attachment; filename=\"{name}\"");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let encoded: String =
        name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_and_others_become_harmless() {
        for name in ["invoice 2026-08.pdf", "Rechnung für März.pdf", "a.tar.gz", "notes (final).txt", "図.png"] {
            assert_eq!(safe(name), name);
        }
        for (name, harmless) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\x.exe", "x.exe"),
            ("..", "file"),
            ("", "file"),
            ("a\u{0}b\r\n.txt", "ab.txt"),
            ("evil\u{202e}fdp.exe", "evilfdp.exe"),
            ("a\"b<c>.txt", "a_b_c_.txt"),
            (".htaccess", "htaccess"),
        ] {
            assert_eq!(safe(name), harmless, "{name:?}");
        }
        assert!(safe(&format!("{}.pdf", "ü".repeat(400))).len() <= MAX_BYTES);
        assert!(safe(&format!("{}.pdf", "ü".repeat(400))).ends_with(".pdf"));
    }

    #[test]
    fn a_disposition_never_breaks_out_of_its_header() {
        assert_eq!(disposition("a b.txt"), "attachment; filename=\"a b.txt\"");
        assert_eq!(disposition("für.pdf"), "attachment; filename=\"f_r.pdf\"; filename*=UTF-8''f%C3%BCr.pdf");
        assert_eq!(disposition("a\r\nSet-Cookie: x=\"1\".txt"), "attachment; filename=\"aSet-Cookie_ x=_1_.txt\"");
        assert_eq!(slug("Rechnung für März.pdf"), "Rechnung-f-r-M-rz.pdf");
    }
}
