//! Server-sent events, from chunks that may break anywhere.

/// The most bytes of one event.
const MAX_EVENT: usize = 1024 * 1024;

/// Chunks in, the data of whole events out.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// What does not end with a line's end yet.
    rest: Vec<u8>,
    /// The data lines of the event under way.
    data: String,
    /// The last byte was `\r`, so that a `\n` next belongs to it.
    returned: bool,
}

impl Events {
    /// The data of the events that end in this chunk. Invalid UTF-8 is replaced.
    ///
    /// # Errors
    /// An event that does not end.
    pub(super) fn feed(&mut self, chunk: &[u8]) -> Result<Vec<String>, &'static str> {
        let mut events = Vec::new();
        for &byte in chunk {
            let paired = std::mem::replace(&mut self.returned, byte == b'\r') && byte == b'\n';
            match byte {
                b'\n' if paired => {}
                b'\n' | b'\r' => events.extend(self.line()),
                _ => self.rest.push(byte),
            }
            if self.rest.len() + self.data.len() > MAX_EVENT {
                return Err("an event of the stream does not end");
            }
        }
        Ok(events)
    }

    /// Ends a line; a blank one ends the event.
    fn line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.rest);
        if line.is_empty() {
            return Some(std::mem::take(&mut self.data)).filter(|data| !data.is_empty());
        }
        let line = String::from_utf8_lossy(&line);
        // The event's name stands in its data again; comments and ids are of no use.
        if let Some(data) = line.trim_start_matches('\u{feff}').strip_prefix("data:") {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_wherever_the_chunks_break() {
        let stream = b": hello\nevent: a\ndata: {\"x\":\ndata: 1}\n\nevent: ping\r\ndata: two\r\n\r\ndata: \xff!\n\ndata: unfinished";
        for size in 1..stream.len() {
            let mut events = Events::default();
            let found: Vec<String> = stream.chunks(size).flat_map(|chunk| events.feed(chunk).expect("bounded")).collect();
            assert_eq!(found, ["{\"x\":\n1}", "two", "\u{fffd}!"], "chunks of {size}");
        }
    }

    #[test]
    fn an_event_without_an_end_is_refused() {
        let mut events = Events::default();
        let endless = vec![b'a'; 64 * 1024];
        assert!((0..32).any(|_| events.feed(&endless).is_err()));
    }
}
