//! What an assistant made: named files, each of which becomes an artifact.

use std::fmt::Write;

use dataops_domain::artifact::ArtifactType;
use dataops_domain::json::Object;
use sha2::{Digest, Sha256};

/// The most bytes of one output.
pub const MAX_OUTPUT_BYTES: usize = 2 * 1024 * 1024;

/// What one attempt made, in the order they become artifacts. The dry run's metadata comes first (wire contract 12.5).
pub type Outputs = Vec<Output>;

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// File name, unique within the attempt; the artifact's id is derived from it. `[a-z0-9.-]` only.
    pub name: String,
    /// The artifact's title.
    pub title: String,
    /// The artifact's type: `podcast-doc` for a podcast document, else `assistant-output`.
    pub artifact_type: ArtifactType,
    /// Its media type, such as `text/markdown; charset=utf-8`.
    pub media_type: String,
    /// What it holds; at most [`MAX_OUTPUT_BYTES`].
    pub bytes: Vec<u8>,
    /// What a program may want to know about it, within the artifact's 4096 bytes.
    pub metadata: Object,
}

impl Output {
    /// `sha256:` and the hex digest of the bytes, as the artifact keeps it.
    pub fn checksum(&self) -> String {
        Sha256::digest(&self.bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
