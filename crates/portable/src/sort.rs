//! Sorting more than fits into memory: pairs of bytes are collected, written as sorted runs when they fill their share of
//! memory, and merged when they are read.
//!
//! Equal keys keep the order in which they were pushed. Runs are files of a folder with telling names, so that a sort that
//! was interrupted goes on with the runs it has written.

use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// How many runs are read at once; more are merged into one first.
const MOST_RUNS: usize = 64;
const BUFFER: usize = 32 * 1024;

/// Collects pairs and gives them back by key.
#[derive(Debug)]
pub(crate) struct Sorter {
    folder: PathBuf,
    name: &'static str,
    budget: usize,
    arena: Vec<u8>,
    places: Vec<Place>,
    runs: Vec<PathBuf>,
    next: u64,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    at: u32,
    key: u32,
    value: u32,
}

impl Place {
    fn key(self, arena: &[u8]) -> &[u8] {
        &arena[self.at as usize..(self.at + self.key) as usize]
    }

    fn value(self, arena: &[u8]) -> &[u8] {
        &arena[(self.at + self.key) as usize..(self.at + self.key + self.value) as usize]
    }
}

impl Sorter {
    /// A sorter that keeps about `budget` bytes in memory and its runs in `folder`, under this name. Runs of that name which
    /// are there already belong to it.
    pub(crate) fn new(folder: &Path, name: &'static str, budget: usize) -> io::Result<Self> {
        let mut sorter = Self { folder: folder.to_owned(), name, budget, arena: Vec::new(), places: Vec::new(), runs: Vec::new(), next: 0 };
        let mut found: Vec<(u64, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let number = path
                .file_name()
                .and_then(|file| file.to_str())
                .and_then(|file| file.strip_prefix(name)?.strip_prefix('-')?.strip_suffix(".run")?.parse::<u64>().ok());
            found.extend(number.map(|number| (number, path)));
        }
        found.sort();
        sorter.next = found.last().map_or(0, |(number, _)| number + 1);
        sorter.runs = found.into_iter().map(|(_, path)| path).collect();
        Ok(sorter)
    }

    /// Takes a pair.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        self.push_parts(&[key], &[value])
    }

    /// Takes a pair whose key and value are made of parts.
    pub(crate) fn push_parts(&mut self, key: &[&[u8]], value: &[&[u8]]) -> io::Result<()> {
        let length = |parts: &[&[u8]]| parts.iter().map(|part| part.len()).sum::<usize>();
        let (key_length, value_length) = (length(key), length(value));
        let pair = key_length + value_length;
        if !self.places.is_empty() && self.used() + pair + size_of::<Place>() > self.budget {
            self.flush()?;
        }
        let place = |length: usize| u32::try_from(length).map_err(|_| io::Error::other("a record is too large to be sorted"));
        let place = Place { at: place(self.arena.len())?, key: place(key_length)?, value: place(value_length)? };
        for part in key.iter().chain(value) {
            self.arena.extend_from_slice(part);
        }
        self.places.push(place);
        Ok(())
    }

    /// The runs that are on disk.
    pub(crate) fn runs(&self) -> &[PathBuf] {
        &self.runs
    }

    /// Writes what is in memory as a run.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if self.places.is_empty() {
            return Ok(());
        }
        self.sort();
        let mut run = self.begin_run()?;
        for place in &self.places {
            write_pair(&mut run.out, place.key(&self.arena), place.value(&self.arena))?;
        }
        self.end_run(run)?;
        self.arena.clear();
        self.places.clear();
        if self.runs.len() > MOST_RUNS {
            self.compact()?;
        }
        Ok(())
    }

    /// Everything by key. The runs stay, so that it can be read again.
    pub(crate) fn merged(&mut self) -> io::Result<Merged<'_>> {
        self.sort();
        let memory = Source::Memory { arena: &self.arena, places: &self.places, next: 0 };
        let mut sources = Vec::with_capacity(self.runs.len() + 1);
        for path in &self.runs {
            sources.push(Source::Run(BufReader::with_capacity(BUFFER, File::open(path)?)));
        }
        sources.push(memory);
        Merged::of(sources)
    }

    /// Removes its runs.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.arena = Vec::new();
        self.places = Vec::new();
        for run in self.runs.drain(..) {
            std::fs::remove_file(run)?;
        }
        Ok(())
    }

    fn used(&self) -> usize {
        self.arena.len() + self.places.len() * size_of::<Place>()
    }

    fn sort(&mut self) {
        let Self { arena, places, .. } = self;
        places.sort_unstable_by(|a, b| a.key(arena).cmp(b.key(arena)).then(a.at.cmp(&b.at)));
    }

    /// Merges all runs into one. They are older than what is in memory.
    fn compact(&mut self) -> io::Result<()> {
        let mut sources = Vec::with_capacity(self.runs.len());
        for path in &self.runs {
            sources.push(Source::Run(BufReader::with_capacity(BUFFER, File::open(path)?)));
        }
        let mut merged = Merged::of(sources)?;
        let mut run = self.begin_run()?;
        while let Some((key, value)) = merged.next()? {
            write_pair(&mut run.out, key, value)?;
        }
        drop(merged);
        let old = std::mem::take(&mut self.runs);
        self.end_run(run)?;
        old.into_iter().try_for_each(std::fs::remove_file)
    }

    fn begin_run(&mut self) -> io::Result<Run> {
        let path = self.folder.join(format!("{}-{:06}.run", self.name, self.next));
        self.next += 1;
        let partial = path.with_extension("partial");
        Ok(Run { out: BufWriter::with_capacity(BUFFER * 4, File::create(&partial)?), partial, path })
    }

    /// A run has its name once it is whole.
    fn end_run(&mut self, mut run: Run) -> io::Result<()> {
        run.out.flush()?;
        drop(run.out);
        std::fs::rename(&run.partial, &run.path)?;
        self.runs.push(run.path);
        Ok(())
    }
}

struct Run {
    out: BufWriter<File>,
    partial: PathBuf,
    path: PathBuf,
}

fn write_pair(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map(u32::to_le_bytes).map_err(io::Error::other);
    out.write_all(&length(key)?)?;
    out.write_all(&length(value)?)?;
    out.write_all(key)?;
    out.write_all(value)
}

enum Source<'a> {
    Memory { arena: &'a [u8], places: &'a [Place], next: usize },
    Run(BufReader<File>),
}

impl Source<'_> {
    /// Reads the next pair; false at the end.
    fn read(&mut self, pair: &mut Pair) -> io::Result<bool> {
        pair.key.clear();
        pair.value.clear();
        match self {
            Self::Memory { arena, places, next } => {
                let Some(place) = places.get(*next) else { return Ok(false) };
                *next += 1;
                pair.key.extend_from_slice(place.key(arena));
                pair.value.extend_from_slice(place.value(arena));
                Ok(true)
            }
            Self::Run(run) => {
                let mut lengths = [0u8; 8];
                if let Err(error) = run.read_exact(&mut lengths) {
                    return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(false) } else { Err(error) };
                }
                let [a, b, c, d, e, f, g, h] = lengths;
                let (key, value) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
                pair.key.resize(key as usize, 0);
                run.read_exact(&mut pair.key)?;
                pair.value.resize(value as usize, 0);
                run.read_exact(&mut pair.value)?;
                Ok(true)
            }
        }
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Pair {
    key: Vec<u8>,
    /// The source; earlier ones come first among equal keys.
    from: usize,
    value: Vec<u8>,
}

/// The heap gives the greatest first, so pairs are compared the other way round.
impl Ord for Pair {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.key.cmp(&self.key).then(other.from.cmp(&self.from))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Pairs by key.
pub(crate) struct Merged<'a> {
    sources: Vec<Source<'a>>,
    heap: BinaryHeap<Pair>,
    current: Option<Pair>,
}

impl<'a> Merged<'a> {
    fn of(mut sources: Vec<Source<'a>>) -> io::Result<Self> {
        let mut heap = BinaryHeap::with_capacity(sources.len());
        for (from, source) in sources.iter_mut().enumerate() {
            let mut pair = Pair { from, ..Pair::default() };
            if source.read(&mut pair)? {
                heap.push(pair);
            }
        }
        Ok(Self { sources, heap, current: None })
    }

    /// The next pair.
    pub(crate) fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        if let Some(mut spent) = self.current.take()
            && self.sources[spent.from].read(&mut spent)?
        {
            self.heap.push(spent);
        }
        self.current = self.heap.pop();
        Ok(self.current.as_ref().map(|pair| (pair.key.as_slice(), pair.value.as_slice())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sorter: &mut Sorter) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut merged = sorter.merged().expect("readable");
        let mut pairs = Vec::new();
        while let Some((key, value)) = merged.next().expect("readable") {
            pairs.push((key.to_vec(), value.to_vec()));
        }
        pairs
    }

    #[test]
    fn what_does_not_fit_is_sorted_all_the_same_and_equal_keys_keep_their_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sorter = Sorter::new(folder.path(), "test", 600).expect("a sorter");
        let mut expected = Vec::new();
        for n in 0..5_000u32 {
            let (key, value) = (format!("{:03}", n.wrapping_mul(7_919) % 500), n.to_be_bytes());
            sorter.push(key.as_bytes(), &value).expect("pushed");
            expected.push((key.into_bytes(), value.to_vec()));
        }
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert!(sorter.runs().len() > 1 && sorter.runs().len() <= MOST_RUNS, "{}", sorter.runs().len());
        assert_eq!(all(&mut sorter), expected);
        assert_eq!(all(&mut sorter), expected, "and again");
        sorter.flush().expect("flushed");
        drop(sorter);
        let mut again = Sorter::new(folder.path(), "test", 600).expect("a sorter");
        assert_eq!(all(&mut again), expected, "also from its runs alone");
        again.clear().expect("cleared");
        assert!(std::fs::read_dir(folder.path()).expect("a folder").next().is_none());
    }
}
