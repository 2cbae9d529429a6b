//! JSON objects from a stream of bytes: one on a line, or over several lines; with other text between them.

/// The most bytes of one object; a longer one is skipped.
const MAX_OBJECT: usize = 1024 * 1024;

/// Bytes in, whole objects and other lines out.
#[derive(Debug, Default)]
pub(super) struct Objects {
    piece: Vec<u8>,
    depth: usize,
    quoted: bool,
    escaped: bool,
    /// What is under way is too long and is left out.
    skipped: bool,
}

/// Something that ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The text of an object, braces balanced. Not necessarily JSON.
    Object(String),
    /// A line outside of objects.
    Line(String),
    /// Something longer than is taken was left out.
    TooLong,
}

impl Objects {
    /// What ends in these bytes. Invalid UTF-8 is replaced.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for &byte in bytes {
            if self.depth == 0 {
                self.outside(byte, &mut pieces);
            } else {
                self.inside(byte, &mut pieces);
            }
            if self.piece.len() > MAX_OBJECT {
                self.piece = Vec::new();
                self.skipped = true;
            }
        }
        pieces
    }

    fn outside(&mut self, byte: u8, pieces: &mut Vec<Piece>) {
        let blank = self.piece.iter().all(u8::is_ascii_whitespace);
        match byte {
            // An object begins at the start of a line; a brace inside of other text is just a letter.
            b'{' if blank && !self.skipped => {
                self.piece = vec![byte];
                self.depth = 1;
                self.quoted = false;
                self.escaped = false;
            }
            b'\n' => self.end(false, pieces),
            _ => self.piece.push(byte),
        }
    }

    fn inside(&mut self, byte: u8, pieces: &mut Vec<Piece>) {
        // A line's end inside of a string is no JSON: the object was broken off, and a new line begins anew.
        if self.quoted && byte == b'\n' {
            self.depth = 0;
            return self.end(false, pieces);
        }
        if !self.skipped {
            self.piece.push(byte);
        }
        match byte {
            _ if std::mem::take(&mut self.escaped) => {}
            b'\\' if self.quoted => self.escaped = true,
            b'"' => self.quoted = !self.quoted,
            b'{' if !self.quoted => self.depth += 1,
            b'}' if !self.quoted => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.end(true, pieces);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, object: bool, pieces: &mut Vec<Piece>) {
        let piece = std::mem::take(&mut self.piece);
        if std::mem::take(&mut self.skipped) {
            pieces.push(Piece::TooLong);
            return;
        }
        let text = String::from_utf8_lossy(&piece).into_owned();
        match object {
            true => pieces.push(Piece::Object(text)),
            false if !text.trim().is_empty() => pieces.push(Piece::Line(text)),
            false => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8], size: usize) -> Vec<Piece> {
        let mut objects = Objects::default();
        text.chunks(size).flat_map(|chunk| objects.feed(chunk)).collect()
    }

    #[test]
    fn objects_come_whole_wherever_they_break() {
        let stream =
            b"starting {x}\n{\"a\":\"}{\\\"\"}\n{\n  \"b\": {\"c\": 1}\n}{\"d\":2}\n\n{\"broken\":\"no end\n{\"e\":\"\xff\"}\ntail";
        for size in 1..stream.len() {
            let object = |text: &str| Piece::Object(text.to_owned());
            let expected = [
                Piece::Line("starting {x}".to_owned()),
                object("{\"a\":\"}{\\\"\"}"),
                object("{\n  \"b\": {\"c\": 1}\n}"),
                object("{\"d\":2}"),
                Piece::Line("{\"broken\":\"no end".to_owned()),
                object("{\"e\":\"\u{fffd}\"}"),
            ];
            assert_eq!(pieces(stream, size), expected, "chunks of {size}");
        }
    }

    #[test]
    fn what_is_too_long_is_left_out_and_the_rest_is_read() {
        let long = format!("{{\"a\":\"{}\"}}\n{{\"b\":1}}\n{}\n{{\"c\":1}}\n", "x".repeat(2 * MAX_OBJECT), "y".repeat(2 * MAX_OBJECT));
        let found = pieces(long.as_bytes(), 8_192);
        assert_eq!(found, [Piece::TooLong, Piece::Object("{\"b\":1}".to_owned()), Piece::TooLong, Piece::Object("{\"c\":1}".to_owned())]);
    }
}
