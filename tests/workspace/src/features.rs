//! `cargo run` builds the command alone, the tests build the workspace. Where the two want other features of a package,
//! it and all that stands on it is built twice, minutes each time. So they must want the same.

use std::collections::BTreeSet;

use crate::members::cargo;

/// Every third-party package with the features it is built with.
fn packages(arguments: &[&str]) -> BTreeSet<String> {
    let format = ["tree", "--prefix", "none", "--format", "{p} [{f}]"];
    let tree = cargo(&[&format, arguments].concat());
    let lines = tree.lines().map(|line| line.trim_end_matches(" (*)").replace(" (proc-macro)", ""));
    // Ours show their folder.
    lines.filter(|line| !line.is_empty() && !line.contains("(/")).collect()
}

#[test]
fn the_command_and_the_tests_share_one_build_of_every_package() {
    let tests = packages(&["--workspace", "--edges", "normal,build,dev"]);
    assert!(tests.len() > 200, "the tree is read: {}", tests.len());
    let ways = [
        ("cargo run", packages(&["--edges", "normal,build"])),
        ("cargo build --workspace", packages(&["--workspace", "--edges", "normal,build"])),
    ];
    for (way, wanted) in ways {
        let apart: Vec<_> = wanted.difference(&tests).collect();
        assert!(apart.is_empty(), "`{way}` builds these anew; add the features to [workspace.dependencies]: {apart:#?}");
    }
}
