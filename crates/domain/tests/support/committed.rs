//! The committed grids against what the code says.

/// Compares `docs/grids/<name>` with `text`; with `UPDATE_DOCS` set writes it first.
pub(crate) fn compare(name: &str, text: &str) {
    let path = format!("{}/../../docs/grids/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/grids/{name} differs from the code: run `UPDATE_DOCS=1 scripts/test`\n{text}");
}
