//! Exports as ordinary tools read them: `sha256sum`, and the Python packages bagit, frictionless and jsonschema, which
//! scripts/requirements.txt pins and scripts/test installs.

use std::path::{Path, PathBuf};
use std::process::Command;

use dataops_domain::Timestamp;
use dataops_portable::{Entity, bag};
use serde_json::json;

use crate::export;
use crate::sealed::{good, read};
use crate::world::{Made, World};

/// The Python of the tools, where scripts/test has installed them. It says so in `DATAOPS_VENV`, and then they must be there.
fn python() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("DATAOPS_VENV").map(|venv| root.join(venv).join("bin/python"));
    let found = root.join(".venv/bin/python");
    named.or_else(|| found.exists().then_some(found))
}

/// Runs a script of Python on a folder. Where nobody has installed the tools there is nothing to hold against.
fn tool(script: &str, folder: &Path) -> Option<String> {
    let output = Command::new(python()?).arg("-c").arg(script).arg(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if std::env::var_os("DATAOPS_VENV").is_none() && text(&output.stderr).contains("ModuleNotFoundError") {
        return None;
    }
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    Some(text(&output.stdout).trim().to_owned())
}

fn sha256sum(folder: &Path, list: &str) -> bool {
    let output = Command::new("sha256sum").args(["--check", "--strict", "--quiet", list]).current_dir(folder).output().unwrap();
    output.status.success()
}

#[test]
fn sha256sum_agrees_and_finds_an_altered_byte() {
    let export = good();
    assert!(sha256sum(export.path(), "SHA256SUMS"));
    let listed = std::fs::read_to_string(export.path().join("SHA256SUMS")).unwrap().lines().count();
    assert_eq!(listed + 1, std::fs::read_dir(export.path()).unwrap().count(), "every other file is listed");
    std::fs::write(export.path().join("intake_items.jsonl"), "\n").unwrap();
    assert!(!sha256sum(export.path(), "SHA256SUMS"));
}

const BAGIT: &str = "
import bagit, sys
bag = bagit.Bag(sys.argv[1])
try:
    bag.validate()
    print('valid', bag.version, sorted(bag.payload_files())[0])
except bagit.BagValidationError as error:
    print('invalid', error)
";

#[test]
fn bagit_agrees_and_finds_an_altered_byte() {
    let bag = tempfile::tempdir().unwrap();
    bag::wrap(good().path(), bag.path(), Timestamp::from_millis(0)).unwrap();
    assert!(sha256sum(bag.path(), "manifest-sha256.txt") && sha256sum(bag.path(), "tagmanifest-sha256.txt"));
    let Some(told) = tool(BAGIT, bag.path()) else { return };
    assert_eq!(told, "valid 1.0 data/SHA256SUMS");
    std::fs::write(bag.path().join("data/intake_items.jsonl"), "\n").unwrap();
    assert!(tool(BAGIT, bag.path()).unwrap().starts_with("invalid"));
}

const FRICTIONLESS: &str = "
import frictionless, sys, os
os.chdir(sys.argv[1])
report = frictionless.validate('datapackage.json')
print('valid' if report.valid else 'invalid')
for row in report.flatten(['rowNumber', 'fieldName', 'type', 'note'])[:10]:
    print(row)
for error in report.errors[:10]:
    print(error.type, error.note)
";

#[test]
fn frictionless_agrees() {
    let small = World::new(5, [5, 3, 4, 6, 30, 12, 12, 8, 9, 10]);
    let generated = export(small.all().flat_map(|Made { record, events }| {
        std::iter::once(record).chain(events.iter().map(dataops_portable::Incoming::event).collect::<Vec<_>>())
    }));
    for folder in [good(), generated] {
        let Some(told) = tool(FRICTIONLESS, folder.path()) else { return };
        assert_eq!(told, "valid");
    }
}

/// Field names are read from the first record, so the relation is broken in a field that the first record has.
#[test]
fn frictionless_finds_a_broken_relation_in_a_field_of_the_first_record() {
    let export = good();
    let mut tasks = read(export.path(), Entity::Tasks);
    assert!(tasks[0].get("recurring_config_id").is_some(), "{}", tasks[0]);
    tasks.push(json!({ "task_id": "zz", "description": "x", "date": "2026-01-01", "recurring_config_id": "nowhere" }));
    let text: String = tasks.iter().map(|task| format!("{task}\n")).collect();
    std::fs::write(export.path().join("tasks.jsonl"), &text).unwrap();
    crate::sealed::edit_json(&export.path().join("datapackage.json"), |package| {
        package["resources"][1]["hash"] = format!("sha256:{}", crate::sealed::sha256(text.as_bytes())).into();
        package["resources"][1]["bytes"] = text.len().into();
    });
    let Some(told) = tool(FRICTIONLESS, export.path()) else { return };
    assert!(told.starts_with("invalid") && told.contains("foreign-key") && told.contains("nowhere"), "{told}");
}

#[test]
fn frictionless_finds_an_altered_byte() {
    let export = good();
    let users = std::fs::read_to_string(export.path().join("users.jsonl")).unwrap();
    std::fs::write(export.path().join("users.jsonl"), users.replace("eve@", "eva@")).unwrap();
    let Some(told) = tool(FRICTIONLESS, export.path()) else { return };
    assert!(told.starts_with("invalid") && told.contains("hash"), "{told}");
}

const SCHEMAS: &str = "
import json, sys, pathlib, jsonschema
folder, lines = pathlib.Path(sys.argv[1]), 0
for path in sorted(folder.glob('*.jsonl')):
    schema = json.loads((folder / (path.stem + '.schema.json')).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in path.read_text().split('\\n')[:-1]:
        validator.validate(json.loads(line))
        lines += 1
print('valid', lines > 20)
";

#[test]
fn every_line_keeps_to_its_schema() {
    let world = World::new(9, [5, 3, 4, 6, 20, 9, 9, 8, 9, 10]);
    let export = export(world.all().flat_map(|Made { record, events }| {
        std::iter::once(record).chain(events.iter().map(dataops_portable::Incoming::event).collect::<Vec<_>>())
    }));
    let Some(told) = tool(SCHEMAS, export.path()) else { return };
    assert_eq!(told, "valid True");
}

/// What docs/export-format.md offers to start from works as it stands there.
#[test]
fn the_reader_of_the_documentation_reads_an_export() {
    let docs = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/export-format.md")).unwrap();
    let reader = docs.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let script = format!("import os, sys\nos.chdir(sys.argv[1])\n{}", reader.replace("\"export\"", "\".\""));
    let Some(told) = tool(&script, good().path()) else { return };
    assert_eq!(told.lines().next(), Some("2026-05-06 - Duty"));
    assert!(told.contains("2026-05-01 - Wait"), "{told}");
}
