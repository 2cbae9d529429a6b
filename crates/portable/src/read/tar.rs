//! A gzip tar, read as it comes. The names inside are no paths: they are compared with what an export may hold, and nothing
//! is written anywhere.
//!
//! Headers of extensions are read here and not by the tar crate, which would keep them whole however large they say they
//! are.

use std::fs::File;
use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use super::{Files, Limits, is_of_bag};

/// The most bytes of a header of extensions.
const MOST_EXTENSION: u64 = 64 * 1024;

pub(super) fn read(file: File, packed: u64, limits: &Limits, files: &mut impl Files) -> io::Result<()> {
    let most = limits.harmless.max(packed.saturating_mul(limits.ratio));
    let decoder = MultiGzDecoder::new(BufReader::with_capacity(128 * 1024, file));
    let bounded = Bounded { source: decoder, left: most };
    let mut archive = Archive::new(bounded);
    let entries = match archive.entries() {
        Ok(entries) => entries.raw(true),
        Err(error) => return files.broken("", "archive-unreadable", format!("the archive cannot be read: {error}")),
    };
    let mut state = State::default();
    for entry in entries {
        let end = match entry {
            Ok(mut entry) => state.entry(&mut entry, limits, files),
            Err(error) => Err(Broken::Archive(error)),
        };
        match end {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(Broken::Archive(error)) if is_bomb(&error) => {
                let words = format!("the archive holds more than {most} bytes, which its size does not account for");
                return files.broken("", "archive-bomb", words);
            }
            Err(Broken::Archive(error)) => {
                return files.broken("", "archive-unreadable", format!("the archive cannot be read to its end: {error}"));
            }
            Err(Broken::Ours(error)) => return Err(error),
        }
    }
    if state.count == 0 {
        return files.broken("", "archive-unreadable", "the archive holds no file".to_owned());
    }
    // What stands behind the last file is read for the archive's own checksum.
    match io::copy(&mut archive.into_inner(), &mut io::sink()) {
        Ok(_) => Ok(()),
        Err(error) => files.broken("", "archive-unreadable", format!("the archive cannot be read to its end: {error}")),
    }
}

/// Whether the archive or our own disk stopped the reading.
enum Broken {
    Archive(io::Error),
    Ours(io::Error),
}

#[derive(Default)]
struct State {
    /// The folder inside the archive that holds the export, with its slash.
    base: Option<String>,
    seen: Vec<String>,
    count: usize,
    /// The name that a header of extensions gives the next entry.
    long_name: Option<String>,
}

impl State {
    /// Reads one entry; false when there is no use in going on.
    fn entry<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>, limits: &Limits, files: &mut impl Files) -> Result<bool, Broken> {
        self.count += 1;
        if self.count > limits.files {
            let words = format!("the archive holds more than {} files", limits.files);
            return files.broken("", "too-many-files", words).map(|()| false).map_err(Broken::Ours);
        }
        let size = entry.header().entry_size().map_err(Broken::Archive)?;
        let kind = entry.header().entry_type();
        if matches!(kind, EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName) {
            if size > MOST_EXTENSION {
                let words = format!("the archive has a header of {size} bytes");
                return files.broken("", "archive-unreadable", words).map(|()| false).map_err(Broken::Ours);
            }
            let mut bytes = Vec::new();
            entry.take(MOST_EXTENSION).read_to_end(&mut bytes).map_err(Broken::Archive)?;
            if kind != EntryType::XGlobalHeader {
                self.long_name = name_of_extension(kind, &bytes).or(self.long_name.take());
            }
            return Ok(true);
        }
        let own = entry.path_bytes().into_owned();
        let name = self.long_name.take().unwrap_or_else(|| String::from_utf8_lossy(&own).into_owned());
        if kind == EntryType::Directory {
            return Ok(true);
        }
        let quoted: String = name.chars().take(200).collect();
        if !matches!(kind, EntryType::Regular | EntryType::Continuous) {
            return files
                .broken(&quoted, "not-a-file", format!("{quoted} is a link or device, not a file"))
                .map(|()| true)
                .map_err(Broken::Ours);
        }
        let Some((plain, of_bag)) = self.plain(&name) else {
            let words = format!("{quoted} is no name of a file in an export");
            return files.broken(&quoted, "unsafe-path", words).map(|()| true).map_err(Broken::Ours);
        };
        let of = if of_bag { format!("bag/{plain}") } else { plain.clone() };
        if self.seen.contains(&of) {
            let words = format!("{quoted} is in the archive twice");
            return files.broken(&quoted, "duplicate-file", words).map(|()| true).map_err(Broken::Ours);
        }
        self.seen.push(of);
        let mut source = Remembering { source: entry, error: None };
        let end = files.file(&plain, of_bag, &mut source);
        match (end, source.error) {
            (_, Some(error)) => Err(Broken::Archive(error)),
            (Err(error), None) => Err(Broken::Ours(error)),
            (Ok(()), None) => Ok(true),
        }
    }

    /// The plain name of a file, and whether it is one of a bag's own; `None` for a path that leads anywhere else.
    fn plain(&mut self, name: &str) -> Option<(String, bool)> {
        let name = name.strip_prefix("./").unwrap_or(name);
        let steps: Vec<&str> = name.split('/').collect();
        let safe = |step: &&str| !step.is_empty() && *step != "." && *step != ".." && !step.contains(['\\', '\0', ':']);
        if steps.len() > 3 || !steps.iter().all(safe) {
            return None;
        }
        let (file, folders) = steps.split_last()?;
        let (in_data, folders) = match folders.split_last() {
            Some((&"data", above)) => (true, above),
            _ => (false, folders),
        };
        let base = folders.join("/");
        if folders.len() > 1 || self.base.as_ref().is_some_and(|known| *known != base) {
            return None;
        }
        self.base = Some(base);
        Some(((*file).to_owned(), is_of_bag(file) && !in_data))
    }
}

fn name_of_extension(kind: EntryType, bytes: &[u8]) -> Option<String> {
    if kind == EntryType::GNULongName {
        return Some(String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned());
    }
    // Records of the form `<length> path=<name>\n`.
    String::from_utf8_lossy(bytes).lines().find_map(|record| Some(record.split_once(' ')?.1.strip_prefix("path=")?.to_owned()))
}

/// Gives no more than so many bytes; what asks for more is told that it is a bomb.
struct Bounded<R> {
    source: R,
    left: u64,
}

const BOMB: &str = "more bytes than the size of the archive accounts for";

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(BOMB))?;
        Ok(read)
    }
}

fn is_bomb(error: &io::Error) -> bool {
    error.to_string().contains(BOMB)
}

/// Keeps the error of a source, so that it is told from an error of whoever reads it.
struct Remembering<'e, R> {
    source: &'e mut R,
    error: Option<io::Error>,
}

impl<R: Read> Read for Remembering<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer).inspect_err(|error| self.error = Some(io::Error::new(error.kind(), error.to_string())))
    }
}
