//! What the template lets each function do, compared with what the function is told and what the store does.
//!
//! `scripts/check_template.py` asserts what holds for any template of this project; here it meets the code.

use std::collections::BTreeSet;
use std::fs;

use dataops_store::Table;
use yaml_serde::Value;

use crate::members::root;

struct Function {
    id: String,
    /// Variable and table, by logical id.
    variables: Vec<(String, String)>,
    statements: Vec<Statement>,
}

struct Statement {
    actions: Vec<String>,
    /// Logical ids.
    tables: BTreeSet<String>,
}

/// The functions, as the template's text has them.
fn functions() -> Vec<Function> {
    let text = fs::read_to_string(root().join("template.full.yaml")).expect("the template");
    let template: Value = yaml_serde::from_str(&text).expect("YAML");
    let resources = template["Resources"].as_mapping().expect("resources");
    let functions = resources.iter().filter(|(_, resource)| resource["Type"].as_str() == Some("AWS::Serverless::Function"));
    functions.map(|(id, resource)| function(id.as_str().expect("an id"), &resource["Properties"])).collect()
}

fn function(id: &str, properties: &Value) -> Function {
    let variables = properties["Environment"]["Variables"].as_mapping().expect("variables");
    let tables = variables.iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), tables(value).pop_first()?)));
    let policies = properties["Policies"].as_sequence().expect("policies");
    let statements = policies.iter().flat_map(|policy| policy["Statement"].as_sequence().expect("statements"));
    Function {
        id: id.to_owned(),
        variables: tables.collect(),
        statements: statements.map(|one| Statement { actions: texts(&one["Action"]), tables: self::tables(&one["Resource"]) }).collect(),
    }
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Sequence(values) => values.iter().flat_map(texts).collect(),
        Value::Mapping(map) => map.iter().flat_map(|(_, value)| texts(value)).collect(),
        Value::Tagged(tagged) => texts(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// The tables a value names: `!Ref TasksTable`, `!GetAtt TasksTable.Arn`, `!Sub "${TasksTable.Arn}/index/*"`.
fn tables(value: &Value) -> BTreeSet<String> {
    let words = |text: &String| text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    texts(value).iter().flat_map(words).filter(|word| word.ends_with("Table")).collect()
}

#[test]
fn a_role_reaches_the_tables_its_function_is_told_and_no_other() {
    for function in functions() {
        let told: BTreeSet<_> = function.variables.iter().map(|(_, table)| table).collect();
        let reached: BTreeSet<_> = function.statements.iter().flat_map(|statement| &statement.tables).collect();
        assert_eq!(reached, told, "{}", function.id);
    }
}

#[test]
fn events_are_added_and_read_never_changed() {
    let mut seen = 0;
    for function in functions() {
        for statement in function.statements.iter().filter(|statement| statement.tables.contains("AuditEventsTable")) {
            for action in &statement.actions {
                let harmless = ["GetItem", "BatchGetItem", "Query", "PutItem", "ConditionCheckItem"].map(|verb| format!("dynamodb:{verb}"));
                assert!(harmless.contains(action), "{} may {action} on the audit table", function.id);
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "a function writes events");
}

#[test]
fn only_what_the_store_calls_a_catalog_may_be_scanned() {
    let catalogs: BTreeSet<_> = Table::ALL.into_iter().filter(|table| table.is_catalog()).map(Table::variable).collect();
    for function in functions() {
        let scanned = function.statements.iter().filter(|statement| statement.actions.iter().any(|action| action == "dynamodb:Scan"));
        for table in scanned.flat_map(|statement| &statement.tables) {
            let variable = function.variables.iter().find(|(_, known)| known == table).map(|(name, _)| name.as_str());
            assert!(variable.is_some_and(|name| catalogs.contains(name)), "{} may scan {table}, which is no catalog", function.id);
        }
    }
}
