//! An export as one file: a gzip tar whose bytes depend on nothing but the files and the moment of the export.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use dataops_domain::Timestamp;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::folder::hex;
use crate::read::order;

/// What was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Bytes of the archive.
    pub bytes: u64,
    /// `sha256:` and hex of them.
    pub checksum: String,
}

/// Packs the files of a folder (an export, or a bag with its `data/`) into `out`. The manifest comes first, the others by
/// name. Under `base` when one is given: a bag unpacks into a folder of its own.
///
/// # Errors
/// When a file cannot be read or `out` cannot be written.
pub fn pack(folder: &Path, base: Option<&str>, generated_at: Timestamp, out: impl Write) -> io::Result<Packed> {
    let mut files = Vec::new();
    list(folder, "", &mut files)?;
    files.sort_by_cached_key(|(name, _)| order(name));
    let encoder = GzEncoder::new(Counted { out, hash: Sha256::new(), bytes: 0 }, Compression::new(6));
    let mut tar = tar::Builder::new(encoder);
    for (name, path) in files {
        let file = File::open(&path)?;
        let mut header = tar::Header::new_ustar();
        header.set_size(file.metadata()?.len());
        header.set_mode(0o644);
        header.set_mtime(u64::try_from(generated_at.millis() / 1_000).unwrap_or(0));
        header.set_entry_type(tar::EntryType::Regular);
        let name = base.map_or_else(|| name.clone(), |base| format!("{base}/{name}"));
        tar.append_data(&mut header, name, BufReader::with_capacity(128 * 1024, file))?;
    }
    let counted = tar.into_inner()?.finish()?;
    Ok(Packed { bytes: counted.bytes, checksum: format!("sha256:{}", hex(&counted.hash.finalize())) })
}

/// Where an archive is kept: `<prefix>/<environment>/<date>/dataops-execution-<time>.tar.gz` (EX-5). The environment is
/// lower-cased; whatever is not of `a-z0-9_.-` in it becomes `-`, and none stands at its ends.
pub fn key(prefix: &str, environment: &str, generated_at: Timestamp) -> String {
    let mut name = String::new();
    for letter in environment.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' | '_' | '.' | '-' => name.push(letter),
            _ if name.ends_with('\0') => {}
            // A mark of its own, so that a run of others is one dash beside those that are there.
            _ => name.push('\0'),
        }
    }
    let name = name.replace('\0', "-");
    let name = Some(name.trim_matches('-')).filter(|name| !name.is_empty()).unwrap_or("unknown");
    let moment = generated_at.to_string();
    let date = moment.get(..10).unwrap_or_default();
    format!("{}/{name}/{date}/dataops-execution-{}.tar.gz", prefix.trim_matches('/'), moment.replace([':', '.'], "-"))
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

struct Counted<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_environment_and_time_and_nothing_else() {
        let at = Timestamp::parse("2026-11-21T02:00:00.120Z").expect("a moment");
        let wanted = "execution-exports/prod-eu-private-operator/2026-11-21/dataops-execution-2026-11-21T02-00-00-120Z.tar.gz";
        assert_eq!(key("execution-exports", "Prod EU/Private Operator", at), wanted);
        assert!(key("/x/", " \u{fc}ber..  test_1 ", at).starts_with("x/ber..-test_1/2026-11-21/"));
        assert!(key("x", "//", at).starts_with("x/unknown/"));
    }
}
