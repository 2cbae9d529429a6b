//! The record of who did what: every process writes each distinct call of a function once, with what allowed it, to a file of its
//! own. `scripts/check_roles.py` compares the files of a whole test run with the template.

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::json;

use super::evaluate::{Request, Verdict};
use crate::LocalError;
use crate::template::LEADING_KEYS;

/// The variable that names the folder records go to.
pub const VARIABLE: &str = "DATAOPS_ROLES_DIR";

/// What cargo-nextest calls the test that this process is, or was started by.
pub const TEST: [&str; 2] = ["NEXTEST_BINARY_ID", "NEXTEST_TEST_NAME"];

static RECORD: OnceLock<Mutex<Record>> = OnceLock::new();

struct Record {
    seen: HashSet<String>,
    file: File,
}

/// One part of a call, judged.
pub(super) struct Seen<'s> {
    pub(super) function: &'s str,
    pub(super) operation: &'s str,
    pub(super) request: &'s Request,
    pub(super) verdict: &'s Verdict,
    /// Whether a test wants it to be refused.
    pub(super) expected: bool,
}

/// Records what functions do from now on, where the environment names a folder: in a file of this process there, which first says
/// what test it is of. Called again it changes nothing.
pub fn start<'e>(variable: impl Fn(&str) -> Option<&'e str>) -> Result<(), LocalError> {
    let Some(folder) = variable(VARIABLE).filter(|folder| !folder.is_empty()).map(Path::new) else { return Ok(()) };
    if RECORD.get().is_some() {
        return Ok(());
    }
    let refused = |error: std::io::Error| LocalError::Record { variable: VARIABLE, path: folder.to_owned(), problem: error.to_string() };
    std::fs::create_dir_all(folder).map_err(refused)?;
    let prefix = format!("{}-", std::process::id());
    let file = tempfile::Builder::new().prefix(&prefix).suffix(".jsonl").tempfile_in(folder).map_err(refused)?;
    let (mut file, _path) = file.keep().map_err(|error| refused(error.error))?;
    let by = TEST.iter().filter_map(|name| variable(name)).collect::<Vec<_>>().join(" ");
    file.write_all(format!("{}\n", json!({ "test": by })).as_bytes()).map_err(refused)?;
    RECORD.get_or_init(|| Mutex::new(Record { seen: HashSet::new(), file }));
    Ok(())
}

/// Writes down what was seen, when somebody wants to know and it is new.
pub(super) fn note<'s>(seen: impl FnOnce() -> Seen<'s>) {
    let Some(record) = RECORD.get() else { return };
    let line = seen().line();
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    if record.seen.contains(&line) {
        return;
    }
    // One write of one line: whoever is killed leaves whole lines.
    if let Err(error) = record.file.write_all(line.as_bytes()) {
        tracing::error!(%error, "the record of roles cannot be written");
    }
    record.seen.insert(line);
}

impl Seen<'_> {
    /// One line of JSON. Keys of items and objects are cut down to their kind, so that it says the same in every run.
    fn line(&self) -> String {
        let Request { action, resource, context } = self.request;
        let mut kinds: Vec<String> = context.get(LEADING_KEYS).into_iter().flatten().map(|key| kind_of_key(key)).collect();
        kinds.sort();
        kinds.dedup();
        let by = match self.verdict {
            Verdict::Allowed(grants) => grants.iter().map(|grant| json!([grant.sid, grant.action, grant.resource])).collect(),
            Verdict::NotAllowed | Verdict::Forbidden(_) => Vec::new(),
        };
        let line = json!({
            "function": self.function, "operation": self.operation, "action": action, "resource": kind_of_resource(resource), "keys": kinds,
            "allowed": matches!(self.verdict, Verdict::Allowed(_)), "by": by, "expected": self.expected,
        });
        format!("{line}\n")
    }
}

/// `token#` of `token#abc`, `nobody` of the key that functions ask for at their start, `*` of any other.
fn kind_of_key(key: &str) -> String {
    if key == dataops_store::NOBODY {
        return "nobody".to_owned();
    }
    key.split_once('#').map_or_else(|| "*".to_owned(), |(kind, _)| format!("{kind}#"))
}

/// An object's ARN up to its first folder; every other as it is.
fn kind_of_resource(arn: &str) -> String {
    match arn.strip_prefix("arn:aws:s3:::").and_then(|object| object.split_once('/')) {
        Some((bucket, key)) => {
            let folder = key.split_once('/').map_or_else(String::new, |(folder, _)| format!("{folder}/"));
            format!("arn:aws:s3:::{bucket}/{folder}*")
        }
        None => arn.to_owned(),
    }
}
