//! An export as a bag: BagIt 1.0 (RFC 8493), the same bytes under `data/`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use dataops_domain::Timestamp;

use crate::folder::{self, Hashed, Written, sums};

/// The file that says a folder is a bag.
pub(crate) const DECLARATION: &str = "bagit.txt";
/// Checksums of the payload.
pub(crate) const PAYLOAD: &str = "manifest-sha256.txt";
/// Checksums of the other files.
pub(crate) const TAGS: &str = "tagmanifest-sha256.txt";
/// What is known of the bag.
pub(crate) const INFO: &str = "bag-info.txt";
/// What the declaration says.
pub(crate) const DECLARED: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Copies the files of an export into the folder `bag`, which is there and empty, as the payload of a bag.
///
/// # Errors
/// When a file cannot be read or written.
pub fn wrap(export: &Path, bag: &Path, generated_at: Timestamp) -> io::Result<()> {
    let data = bag.join("data");
    std::fs::create_dir(&data)?;
    let mut payload: Vec<Written> = Vec::new();
    for entry in std::fs::read_dir(export)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        payload.push(copy(&entry.path(), &data.join(&name), &format!("data/{name}"))?);
    }
    let bytes: u64 = payload.iter().map(|file| file.bytes).sum();
    let date = generated_at.to_string().get(..10).unwrap_or_default().to_owned();
    let info =
        format!("Bagging-Date: {date}\nExternal-Description: A portable export of DataOps\nPayload-Oxum: {bytes}.{}\n", payload.len());
    let lines = |files: &[Written]| sums(files.iter().map(|file| (file.name.as_str(), file.sha256.as_str())));
    let tags = [
        folder::write(bag, DECLARATION, DECLARED.as_bytes())?,
        folder::write(bag, INFO, info.as_bytes())?,
        folder::write(bag, PAYLOAD, lines(&payload).as_bytes())?,
    ];
    folder::write(bag, TAGS, lines(&tags).as_bytes())?;
    Ok(())
}

fn copy(from: &Path, to: &Path, name: &str) -> io::Result<Written> {
    let (mut from, mut to) = (File::open(from)?, Hashed::create(to)?);
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return to.finish(name);
        }
        to.write(&buffer[..read])?;
    }
}
