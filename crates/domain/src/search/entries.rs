//! Entries by what they are about: merged by event number, bounded, and written as the same bytes whoever writes them.

use std::collections::BTreeMap;

use super::entry::{Entry, Kind};

/// The most entries an index keeps. Beyond it, what was finished longest ago can no longer be found.
pub const MAX_ENTRIES: usize = 50_000;

/// Entries, one a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entries(BTreeMap<(Kind, String), Entry>);

impl Entries {
    /// Takes an entry in, unless what is there is as new or newer. Tells whether it was taken.
    pub fn merge(&mut self, entry: Entry) -> bool {
        let key = (entry.kind, entry.id.clone());
        if self.0.get(&key).is_some_and(|known| known.sequence >= entry.sequence) {
            return false;
        }
        self.0.insert(key, entry);
        true
    }

    /// Takes in many; tells how many were taken.
    pub fn merge_all(&mut self, entries: impl IntoIterator<Item = Entry>) -> usize {
        entries.into_iter().filter(|entry| self.merge(entry.clone())).count()
    }

    /// The entry of a record, also when the record is gone.
    pub fn get(&self, kind: Kind, id: &str) -> Option<&Entry> {
        self.0.get(&(kind, id.to_owned()))
    }

    /// Every entry, gone records included, by kind and id.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.values()
    }

    /// How many there are, gone records included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets records that were gone before this moment (in milliseconds): no event about them comes any more. Keeps at
    /// most `most` entries; what was finished longest ago goes first, then what was changed longest ago.
    pub fn tidy(&mut self, gone_before: i64, most: usize) {
        self.0.retain(|_, entry| !entry.deleted || entry.updated >= gone_before);
        let surplus = self.0.len().saturating_sub(most);
        if surplus > 0 {
            let mut order: Vec<_> = self.0.iter().map(|(key, entry)| (entry.is_open(), entry.updated, key.clone())).collect();
            order.sort();
            for (_, _, key) in order.into_iter().take(surplus) {
                self.0.remove(&key);
            }
        }
    }

    /// The entries as lines of JSON, in order.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in self.0.values() {
            bytes.extend(serde_json::to_vec(entry).unwrap_or_default());
            bytes.push(b'\n');
        }
        bytes
    }

    /// Reads what [`Self::to_bytes`] wrote. `None` when it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut entries = Self::default();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            entries.merge(serde_json::from_slice(line).ok()?);
        }
        Some(entries)
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        let mut all = Self::default();
        all.merge_all(entries);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn task(id: &str, sequence: u64, title: &str) -> Entry {
        Entry::new(Kind::Task, id, title, Timestamp::from_millis(1_000 * i64::try_from(sequence).unwrap_or(0))).at(sequence)
    }

    #[test]
    fn in_any_order_and_any_number_of_times_the_last_event_wins() {
        let gone = task("b", 2, "").gone(Timestamp::from_millis(2_000)).at(2);
        let events = [task("a", 1, "one"), task("b", 0, "listed"), task("a", 3, "three"), gone, task("a", 2, "two"), task("b", 1, "one")];
        let expected: Entries = events.iter().cloned().collect();
        assert_eq!(expected.get(Kind::Task, "a").map(|entry| entry.title.as_str()), Some("three"));
        assert!(expected.get(Kind::Task, "b").is_some_and(|entry| entry.deleted));
        for turn in 0..events.len() {
            let mut turned = events.clone();
            turned.rotate_left(turn);
            let mut entries: Entries = turned.iter().rev().cloned().collect();
            assert_eq!(entries.merge_all(turned), 0);
            assert_eq!(entries.to_bytes(), expected.to_bytes());
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let entries: Entries = (0..5).map(|n| task(&format!("t{n}"), n, "Ünïcode \"quoted\"\nline")).collect();
        assert_eq!(Entries::from_bytes(&entries.to_bytes()), Some(entries));
        assert_eq!(Entries::from_bytes(b"{\"k\":\"?\"}\n"), None);
    }

    #[test]
    fn the_longest_finished_goes_first() {
        let mut entries: Entries = (0..6).map(|n| task(&format!("t{n}"), n, "x")).collect();
        for id in ["t4", "t5"] {
            let done = Entry { status: "done".into(), sequence: 9, ..entries.get(Kind::Task, id).cloned().expect("there") };
            entries.merge(done);
        }
        entries.merge(task("t1", 9, "").gone(Timestamp::from_millis(50)).at(9));
        entries.tidy(100, 2);
        let left: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(left, ["t2", "t3"], "done work before open work, old before new");
    }
}
