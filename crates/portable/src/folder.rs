//! Files of an export on disk: written through a hash, so that what is told of a file is what was written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Checksums of the other files, as `sha256sum -c` reads them.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// The data package.
pub(crate) const PACKAGE: &str = "datapackage.json";

/// A file that is being written.
pub(crate) struct Hashed {
    out: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// The SHA-256 in hex.
    pub(crate) sha256: String,
}

impl Written {
    pub(crate) fn checksum(&self) -> String {
        format!("sha256:{}", self.sha256)
    }
}

impl Hashed {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { out: BufWriter::with_capacity(128 * 1024, File::create(path)?), hash: Sha256::new(), bytes: 0 })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    pub(crate) fn finish(mut self, name: &str) -> io::Result<Written> {
        self.out.flush()?;
        Ok(Written { name: name.to_owned(), bytes: self.bytes, sha256: hex(&self.hash.finalize()) })
    }
}

/// Writes a whole file.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<Written> {
    let mut file = Hashed::create(&folder.join(name))?;
    file.write(bytes)?;
    file.finish(name)
}

/// Lines of checksums, by name.
pub(crate) fn sums<'w>(files: impl IntoIterator<Item = (&'w str, &'w str)>) -> String {
    let mut lines: Vec<(&str, &str)> = files.into_iter().collect();
    lines.sort_unstable();
    lines.into_iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)] as char, DIGITS[usize::from(byte & 15)] as char]).collect()
}
