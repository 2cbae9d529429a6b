//! As much of HTTP as a test between two processes needs: one message after the other on a connection.

use std::io::BufRead;

/// A message: its head as it came, and its body.
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Everything as it came, to be passed on.
    pub(crate) raw: Vec<u8>,
}

impl Message {
    /// Reads the next one; `None` when the connection ended.
    pub(crate) fn read(from: &mut impl BufRead) -> Option<Self> {
        let mut raw = Vec::new();
        while !raw.ends_with(b"\r\n\r\n") {
            if from.read_until(b'\n', &mut raw).ok()? == 0 {
                return None;
            }
        }
        let head = String::from_utf8_lossy(&raw).into_owned();
        let body = if header(&head, "transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            chunked(from, &mut raw)?
        } else {
            let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            from.read_exact(&mut body).ok()?;
            raw.extend_from_slice(&body);
            body
        };
        Some(Self { head, body, raw })
    }
}

fn chunked(from: &mut impl BufRead, raw: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line).ok()?;
        raw.extend_from_slice(&line);
        let size = usize::from_str_radix(String::from_utf8_lossy(&line).split(';').next()?.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        from.read_exact(&mut chunk).ok()?;
        raw.extend_from_slice(&chunk);
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

/// The value of a header, its name in small letters.
pub(crate) fn header(head: &str, name: &str) -> Option<String> {
    let found = head.lines().find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)));
    found.map(|(_, value)| value.trim().to_ascii_lowercase())
}
