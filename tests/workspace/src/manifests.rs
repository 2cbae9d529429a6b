//! Versions, features and lints are declared once, in the root manifest.

use std::fs;

use crate::members::{members, root};

/// The sections of a manifest: their headings and lines, comments left out.
fn sections(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|heading| heading.strip_suffix(']')) {
            Some(heading) => sections.push((heading, Vec::new())),
            None => sections.last_mut().expect("a heading").1.push(line),
        }
    }
    sections
}

fn is_dependencies(heading: &str) -> bool {
    heading.split('.').any(|part| part.ends_with("dependencies"))
}

#[test]
fn members_take_every_dependency_from_the_workspace_and_add_no_features() {
    for member in members() {
        let text = fs::read_to_string(&member.manifest_path).expect("a manifest");
        let dependencies = sections(&text).into_iter().filter(|(heading, _)| is_dependencies(heading));
        for line in dependencies.flat_map(|(_, lines)| lines) {
            let name = line.strip_suffix(".workspace = true");
            let plain = name.is_some_and(|name| !name.contains([' ', '.', '=']));
            assert!(plain, "{}: `{line}` is not `<name>.workspace = true`", member.name());
        }
    }
}

#[test]
fn members_share_the_lints_and_the_packages_facts() {
    for member in members() {
        let text = fs::read_to_string(&member.manifest_path).expect("a manifest");
        let sections = sections(&text);
        let of = |heading: &str| sections.iter().find(|(found, _)| *found == heading).map(|(_, lines)| lines.as_slice());
        assert_eq!(of("lints"), Some(["workspace = true"].as_slice()), "{}", member.name());
        let facts = of("package").unwrap_or_default();
        for fact in ["version", "edition", "rust-version", "license", "publish"] {
            assert!(facts.contains(&format!("{fact}.workspace = true").as_str()), "{}: {fact}", member.name());
        }
    }
}

#[test]
fn every_dependency_of_the_workspace_is_used() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("the root manifest");
    let sections = sections(&text);
    let (_, lines) = sections.iter().find(|(heading, _)| *heading == "workspace.dependencies").expect("the dependencies");
    let members = members();
    let used = |name: &str| members.iter().any(|member| member.dependencies.iter().any(|dependency| dependency.name == name));
    let unused: Vec<_> = lines.iter().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).filter(|name| !used(name)).collect();
    assert!(unused.is_empty(), "no member uses {unused:?}");
}
