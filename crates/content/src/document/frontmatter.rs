//! The YAML head of a document, and what stands in for what it leaves out.

use serde::{Deserialize, Deserializer};

use crate::error::Problem;
use crate::files::File;
use crate::yaml;

/// The head of a document.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Frontmatter {
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) doc_type: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) schema_version: Option<u32>,
    #[serde(default)]
    pub(super) systems: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) related_docs: Vec<String>,
    // Kept by imports; nothing here reads them.
    #[serde(rename = "source")]
    _source: Option<String>,
    #[serde(rename = "loom", default)]
    _loom: Vec<String>,
    #[serde(rename = "status")]
    _status: Option<String>,
    #[serde(rename = "owner")]
    _owner: Option<String>,
    #[serde(rename = "converted")]
    _converted: Option<serde::de::IgnoredAny>,
}

/// Imports write the version as text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let number = value.as_str().map_or_else(|| value.as_u64().and_then(|n| u32::try_from(n).ok()), |text| text.parse().ok());
    number.map(Some).ok_or_else(|| serde::de::Error::custom(format!("schema_version: expected a whole number, found {value}")))
}

/// The head, the text after it and how many lines stand before that text.
///
/// # Errors
/// The head is not closed or not understood.
pub(super) fn read<'a>(file: &File, text: &'a str) -> Result<(Frontmatter, &'a str, usize), Problem> {
    let Some(rest) = text.strip_prefix("---\n") else { return Ok((Frontmatter::default(), text, 0)) };
    let Some(end) = format!("\n{rest}").find("\n---\n") else {
        return Err(file.problem(Some(1), "expected a line --- that ends the frontmatter"));
    };
    let (head, body) = (&rest[..end], &rest[end + "---\n".len()..]);
    let front = if head.trim().is_empty() { Frontmatter::default() } else { yaml::parse(file, head, 1)? };
    Ok((front, body, head.lines().count() + 2))
}

/// Folders that say what kind of document they hold, and that kind.
const FOLDERS: [(&str, &str); 6] = [
    ("sops", "sop"),
    ("templates", "template"),
    ("reference", "reference"),
    ("playbooks", "playbook"),
    ("prompts", "prompt"),
    ("archive", "archive"),
];

/// The kind of document, judged by its folder.
pub(super) fn doc_type_of(path: &str) -> &'static str {
    let of = |folder: &str| FOLDERS.iter().find(|(name, _)| *name == folder).map(|(_, kind)| *kind);
    path.split('/').find_map(of).unwrap_or("doc")
}

/// The id of a document that names none. It moves with the path, so nothing should refer to it.
pub(super) fn generated_id(doc_type: &str, path: &str) -> String {
    let path = path.strip_prefix("documents/").unwrap_or(path).trim_end_matches(".md");
    let dropped = ["sops", "templates", "reference", "playbooks"];
    let parts = path.split('/').filter(|part| !dropped.contains(part)).map(|part| part.replace('_', "-"));
    std::iter::once(doc_type.to_owned()).chain(parts).collect::<Vec<_>>().join(".")
}

/// A title from a file name: `match-documents` gives `Match Documents`.
pub(super) fn title_of(stem: &str) -> String {
    let cased = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    stem.split(['-', '_']).filter_map(cased).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_head_leaves_out_comes_from_the_path() {
        assert_eq!(doc_type_of("documents/finance/sops/a.md"), "sop");
        assert_eq!(doc_type_of("documents/finance/a.md"), "doc");
        assert_eq!(generated_id("sop", "documents/finance/tax_reporting/sops/Monthly.md"), "sop.finance.tax-reporting.Monthly");
        assert_eq!(title_of("match-documents"), "Match Documents");
    }
}
