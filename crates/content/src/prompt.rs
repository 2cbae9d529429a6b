//! A prompt: what an executor of an assistant tells a model. Plain Markdown, handed on as it is.
//!
//! Nothing is put into a prompt: what a job brings along travels apart from it, as data.

use crate::error::Problem;
use crate::files::File;

/// A file of `content/prompts/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The file name without its ending, such as `podcast`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Reads a prompt.
///
/// # Errors
/// It is not UTF-8, or holds a credential.
pub(crate) fn read(file: &File) -> Result<Prompt, Vec<Problem>> {
    let text = file.text().map_err(|problem| vec![problem])?;
    Ok(Prompt { name: file.stem().to_owned(), text })
}
