//! The members of the workspace, as `cargo metadata` tells.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// What the name of each of our packages begins with.
const PREFIX: &str = "dataops-";

/// A package of this workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Member {
    name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A line of a member's dependencies.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace's folder")
}

/// What a cargo command prints. It never reaches for the network and never changes the lock file.
pub(crate) fn cargo(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO")).args(arguments).args(["--offline", "--locked"]).current_dir(root()).output();
    let run = run.expect("cargo runs");
    assert!(run.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("text")
}

/// Every member.
pub(crate) fn members() -> Vec<Member> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Member>,
    }
    let metadata: Metadata = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).expect("metadata");
    assert!(metadata.packages.len() > 10, "the members are found");
    metadata.packages
}

impl Member {
    /// Its name without our prefix.
    pub(crate) fn name(&self) -> &str {
        self.name.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{}: our packages are called {PREFIX}*", self.name))
    }

    /// Whether it is a Lambda function.
    pub(crate) fn is_function(&self) -> bool {
        self.manifest_path.starts_with(root().join("functions"))
    }

    /// Its Rust files.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        collect(self.manifest_path.parent().expect("a folder"), &mut sources);
        assert!(!sources.is_empty(), "{} has sources", self.name);
        sources
    }
}

impl Dependency {
    /// The member it means, without our prefix.
    pub(crate) fn member(&self) -> Option<&str> {
        self.name.strip_prefix(PREFIX)
    }

    /// Whether only tests use it.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// A Rust file.
pub(crate) struct Source {
    /// Its path in the workspace.
    pub(crate) path: String,
    text: String,
}

impl Source {
    /// Whether the code, comments left out, contains this word.
    pub(crate) fn says(&self, word: &str) -> bool {
        let code = self.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).any(|found| found == word)
    }
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).expect("a path in the workspace").display().to_string();
            sources.push(Source { path: name, text: fs::read_to_string(&path).expect("a Rust file") });
        }
    }
}
