//! `dataops validate` as people and scripts run it.

use std::path::Path;
use std::process::{Command, Output};

use dataops_domain::audit::Head;
use dataops_domain::{Timestamp, json};
use dataops_portable::{Entity, Incoming, Origin, Writer, archive};
use serde_json::{Value, json};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dataops")).args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An export with one task in it.
fn export(folder: &Path) {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::new(scratch.path()).expect("a writer");
    let task = json!({ "id": "t1", "description": "Call", "date": "2026-12-01", "status": "todo", "source": "manual" });
    writer.push(Incoming::json(Entity::Tasks, json::object(&task), Head::default())).expect("pushed");
    writer.finish(folder, &Origin::at(Timestamp::from_millis(0))).expect("written");
}

#[test]
fn an_export_is_checked_with_a_status_that_scripts_can_rely_on() {
    let (folder, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    export(folder.path());
    let path = folder.path().to_str().expect("a path");
    let packed = out.path().join("export.tar.gz");
    let file = std::fs::File::create(&packed).expect("a file");
    archive::pack(folder.path(), None, Timestamp::from_millis(0), file).expect("packed");
    for path in [path, packed.to_str().expect("a path")] {
        let fine = run(&["validate", path]);
        assert_eq!((fine.status.code(), text(&fine.stdout).as_str()), (Some(0), "Checked 1 records: nothing is wrong.\n"));
    }
    let told: Value = serde_json::from_slice(&run(&["validate", path, "--json"]).stdout).expect("JSON");
    assert_eq!((&told["valid"], &told["errors"], &told["entityCounts"]["tasks"]), (&true.into(), &json!([]), &1.into()));

    std::fs::write(folder.path().join("tasks.jsonl"), "{\"task_id\":\"t1\",\"date\":\"never\",\"description\":\"Call\"}\n")
        .expect("written");
    let wrong = run(&["validate", path]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stdout).contains("tasks.jsonl:1 (t1): tasks[0] field date must be a YYYY-MM-DD date\n"), "{}", text(&wrong.stdout));
    assert!(text(&wrong.stdout).ends_with("Checked 1 records: 4 things are wrong.\n"), "{}", text(&wrong.stdout));
    assert_eq!(text(&wrong.stderr), "dataops: the export is not valid: 4 found\n");
    let told: Value = serde_json::from_slice(&run(&["validate", path, "--json"]).stdout).expect("JSON");
    let of_date = told["findings"].as_array().expect("findings").iter().find(|finding| finding["code"] == "bad-date").expect("a finding");
    let place = json!({ "file": "tasks.jsonl", "line": 1, "record": "tasks[0]", "id": "t1", "pointer": "/date", "code": "bad-date", "message": "tasks[0] field date must be a YYYY-MM-DD date" });
    assert_eq!(of_date, &place);
    assert_eq!((&told["valid"], told["errors"].as_array().map(Vec::len)), (&false.into(), Some(4)));
}

#[test]
fn what_cannot_be_checked_has_a_status_of_its_own() {
    let nothing = run(&["validate", "no/such/export"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(text(&nothing.stderr).starts_with("dataops: there is no export at no/such/export"), "{}", text(&nothing.stderr));
    assert_eq!(run(&["validate"]).status.code(), Some(2));
    let empty = tempfile::tempdir().expect("a folder");
    let none = run(&["validate", empty.path().to_str().expect("a path")]);
    assert_eq!(
        (none.status.code(), text(&none.stdout).lines().next()),
        (Some(1), Some("manifest.json: manifest.json is not readable: it is not there"))
    );
}
