//! Where the template's text comes from, and its YAML.

use std::path::Path;

use yaml_serde::Value;

use super::TemplateError;

/// The template as it was when this program was built.
const COMPILED_IN: &str = include_str!("../../../../template.full.yaml");

/// The template's place in the checkout this program was built from.
const IN_CHECKOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.full.yaml");

/// The template's text: the checkout's own when it is still there, so that an edit needs no build.
pub(super) fn text() -> String {
    std::fs::read_to_string(Path::new(IN_CHECKOUT)).unwrap_or_else(|_| COMPILED_IN.to_owned())
}

/// The template's YAML, tags kept.
pub(super) fn parse(text: &str) -> Result<Value, TemplateError> {
    yaml_serde::from_str(text).map_err(|error| {
        let line = error.location().map_or_else(|| "YAML".to_owned(), |place| format!("line {}", place.line()));
        TemplateError::at(&line, error.to_string())
    })
}
