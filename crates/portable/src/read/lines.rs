//! Lines of a file, each at most so long; every byte goes through the hash.

use std::io::{self, Read};

use super::hashing::Hashing;

const BUFFER: usize = 256 * 1024;

/// A line as it was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is in the buffer, without its newline.
    Read,
    /// It is longer than a line may be; nothing of it was kept.
    TooLong,
    /// There are no more.
    End,
}

/// Reads lines.
pub(crate) struct Lines<'r> {
    source: &'r mut dyn Read,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    hash: Hashing,
    bytes: u64,
    most: usize,
}

impl<'r> Lines<'r> {
    pub(crate) fn new(source: &'r mut dyn Read, most: usize) -> Self {
        Self { source, buffer: vec![0; BUFFER], from: 0, to: 0, hash: Hashing::new(), bytes: 0, most }
    }

    /// Reads the next line into `line`.
    pub(crate) fn next(&mut self, line: &mut Vec<u8>) -> io::Result<Line> {
        line.clear();
        let mut too_long = false;
        loop {
            if self.from == self.to && !self.fill()? {
                return Ok(match (too_long, line.is_empty()) {
                    (true, _) => Line::TooLong,
                    (false, true) => Line::End,
                    (false, false) => Line::Read,
                });
            }
            let ready = &self.buffer[self.from..self.to];
            let end = memchr::memchr(b'\n', ready);
            let part = &ready[..end.unwrap_or(ready.len())];
            if line.len() + part.len() > self.most {
                too_long = true;
                line.clear();
                line.shrink_to(BUFFER);
            } else if !too_long {
                line.extend_from_slice(part);
            }
            self.from += part.len() + usize::from(end.is_some());
            if end.is_some() {
                return Ok(if too_long { Line::TooLong } else { Line::Read });
            }
        }
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.from = 0;
        self.to = self.source.read(&mut self.buffer)?;
        self.hash.update(&self.buffer[..self.to]);
        self.bytes += self.to as u64;
        Ok(self.to > 0)
    }

    /// The SHA-256 of everything, in hex, and how many bytes that was; the rest is read for it.
    pub(crate) fn finish(mut self) -> io::Result<(String, u64)> {
        while self.fill()? {}
        let hash = self.hash.finish().ok_or_else(|| io::Error::other("the thread that hashes died"))?;
        Ok((hash, self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_one_read() {
        let text = ["short".to_owned(), "x".repeat(3 * BUFFER), String::new(), "last".to_owned()].join("\n");
        let mut source = text.as_bytes();
        let mut lines = Lines::new(&mut source, 1_000);
        let mut line = Vec::new();
        let mut found = Vec::new();
        loop {
            match lines.next(&mut line).expect("readable") {
                Line::End => break,
                kind => found.push((kind, String::from_utf8_lossy(&line).into_owned())),
            }
        }
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["short", "", "", "last"]);
        assert_eq!((&found[1].0, &found[2].0), (&Line::TooLong, &Line::Read));
        assert_eq!(lines.finish().expect("readable").1, text.len() as u64);
    }
}
