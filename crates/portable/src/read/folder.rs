//! A folder, or a bag in a folder. Links are not followed.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{Files, Limits, is_of_bag, order};
use crate::bag::DECLARATION;

pub(super) fn read(folder: &Path, limits: &Limits, files: &mut impl Files) -> io::Result<()> {
    if folder.join(DECLARATION).is_file() {
        each(folder, limits, files, true)?;
        let data = folder.join("data");
        return if data.is_dir() {
            each(&data, limits, files, false)
        } else {
            files.broken("data", "missing-file", "the bag has no data folder".to_owned())
        };
    }
    each(folder, limits, files, false)
}

fn each(folder: &Path, limits: &Limits, files: &mut impl Files, of_bag: bool) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        names.push((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?));
    }
    names.sort_by_cached_key(|(name, _)| order(name));
    if names.len() > limits.files {
        let words = format!("the folder has {} files; an export has at most {}", names.len(), limits.files);
        return files.broken("", "too-many-files", words);
    }
    for (name, kind) in names {
        if kind.is_file() {
            if of_bag == is_of_bag(&name) {
                let mut file = File::open(folder.join(&name))?;
                files.file(&name, of_bag, &mut file)?;
            }
        } else if !kind.is_dir() {
            files.broken(&name, "not-a-file", format!("{name} is a link or device, not a file"))?;
        } else if !(of_bag && name == "data") {
            files.broken(&name, "not-a-file", format!("{name} is a folder; an export is flat"))?;
        }
    }
    Ok(())
}
