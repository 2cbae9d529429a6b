//! The store's key design and the template's declarations are the same.

use std::collections::BTreeSet;
use std::fs;

use dataops_local::template::{Attribute, Key, Table as Declared};
use dataops_local::{Given, Template, functions};
use dataops_store::{INDEXES, Table};
use serde_json::{Value, json};

use crate::members::root;

fn template() -> Template {
    Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("the template is read")
}

/// The variables of a function that name tables.
fn variables(template: &Template, function: &str) -> BTreeSet<String> {
    let environment = &template.function(function).expect("a function").environment;
    environment.keys().filter(|name| name.starts_with("DATAOPS_") && name.ends_with("_TABLE")).cloned().collect()
}

/// The declaration of a table of the store: the one its variable names, in whichever function.
fn declared(template: &Template, table: Table) -> &Declared {
    let names: BTreeSet<_> = template.functions.iter().filter_map(|function| function.environment.get(table.variable())).collect();
    assert_eq!(names.len(), 1, "{} names one table: {names:?}", table.variable());
    let found = template.tables.iter().find(|declared| names.contains(&declared.name));
    found.unwrap_or_else(|| panic!("{} names {names:?}, which is not declared", table.variable()))
}

fn names(key: &Key) -> (&str, Option<&str>) {
    (&key.partition.name, key.sort.as_ref().map(|Attribute { name, .. }| name.as_str()))
}

#[test]
fn tables_have_the_keys_the_store_uses() {
    let template = template();
    for table in Table::ALL {
        assert_eq!(names(&declared(&template, table).key), (table.key(), table.sort_key()), "{table:?}");
    }
}

#[test]
fn indexes_have_the_names_and_attributes_the_store_uses() {
    let template = template();
    for index in INDEXES {
        let declared = &declared(&template, index.table).indexes;
        let found = declared.iter().find(|declared| declared.name == index.name);
        let found = found.unwrap_or_else(|| panic!("{:?} has no index {} in the template", index.table, index.name));
        assert_eq!(names(&found.key), (index.partition, Some(index.sort)), "{:?}/{}", index.table, index.name);
        assert_eq!(found.projection.projection_type, "ALL", "{:?}/{}: a record is read whole", index.table, index.name);
    }
}

#[test]
fn each_function_is_told_the_tables_it_uses_and_no_other() {
    let template = template();
    let of = |tables: &[Table]| tables.iter().map(|table| table.variable().to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(variables(&template, functions::PORTAL), of(&[Table::Sessions, Table::Users]));
    assert_eq!(variables(&template, functions::WORK_ENGINE), of(&Table::ALL));
    // It answers no requests, so it keeps no answers, and it knows no sessions. Assistants are not its work.
    let ticked: Vec<Table> =
        Table::ALL.into_iter().filter(|table| !matches!(table, Table::Sessions | Table::Idempotency | Table::AssistantJobs)).collect();
    assert_eq!(variables(&template, functions::CRON_RUNNER), of(&ticked));
    // All that is in an export, and the fact that says how exports stand.
    let exported: Vec<Table> = Table::ALL.into_iter().filter(|table| !matches!(table, Table::Sessions | Table::Idempotency)).collect();
    assert_eq!(variables(&template, functions::EXPORT_JOB), of(&exported));
    // Jobs, and what they are for, made of and told by.
    let worked =
        [Table::AssistantJobs, Table::Tasks, Table::Bundles, Table::Files, Table::Artifacts, Table::Notifications, Table::AuditEvents];
    assert_eq!(variables(&template, functions::ASSISTANT_RUNNER), of(&worked));
}

/// What `scripts/check_template.py` compares with the template that CloudFormation gets.
#[test]
fn the_key_design_is_written_down_for_the_checks_of_the_template() {
    let table = |table: Table| {
        let of_table = INDEXES.iter().filter(|index| index.table == table);
        let indexes: Vec<Value> = of_table.map(|index| json!({ "name": index.name, "key": [index.partition, index.sort] })).collect();
        let key: Vec<&str> = std::iter::once(table.key()).chain(table.sort_key()).collect();
        json!({ "variable": table.variable(), "key": key, "indexes": indexes, "catalog": table.is_catalog() })
    };
    let text = format!("{:#}\n", Value::Array(Table::ALL.into_iter().map(table).collect()));
    let path = root().join("docs/grids/tables.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).expect("written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "docs/grids/tables.json differs from the code: run `UPDATE_DOCS=1 scripts/test`");
}
