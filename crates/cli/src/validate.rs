//! `dataops validate`: says what is wrong with a portable export, with nothing but the export.

use std::io::{ErrorKind, Write};

use dataops_portable::{Options, validate};

use crate::args::ValidateArgs;
use crate::error::CliError;

/// Validates an export and tells every finding. A finding is a failure.
pub(crate) fn run(wanted: &ValidateArgs) -> Result<(), CliError> {
    let mut report = validate(&wanted.path, &Options::new(std::env::temp_dir()))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let told = if wanted.json { report.write_json(&mut out) } else { report.write_words(&mut out) };
    match told.and_then(|()| out.flush()) {
        // Whoever reads has read enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::Telling(error)),
        _ if report.valid => Ok(()),
        _ => Err(CliError::Invalid(report.total)),
    }
}
