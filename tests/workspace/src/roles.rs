//! What the template lets each function do, compared with what the function is told and what the store does.
//!
//! `scripts/template/` asserts what holds for any template of this project; here it meets the code.

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
    /// The first parts of keys it is limited to; none when it is not.
    keys: Vec<String>,
}

fn template() -> Value {
    let text = fs::read_to_string(root().join("template.full.yaml")).expect("the template");
    yaml_serde::from_str(&text).expect("YAML")
}

/// The functions' properties, as the template's text has them.
fn functions_as_written() -> Vec<(String, Value)> {
    let template = template();
    let resources = template["Resources"].as_mapping().expect("resources");
    let functions = resources.iter().filter(|(_, resource)| resource["Type"].as_str() == Some("AWS::Serverless::Function"));
    functions.map(|(id, resource)| (id.as_str().expect("an id").to_owned(), resource["Properties"].clone())).collect()
}

fn functions() -> Vec<Function> {
    functions_as_written().iter().map(|(id, properties)| function(id, properties)).collect()
}

fn function(id: &str, properties: &Value) -> Function {
    let variables = properties["Environment"]["Variables"].as_mapping().expect("variables");
    let tables = variables.iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), tables(value).pop_first()?)));
    let policies = properties["Policies"].as_sequence().expect("policies");
    let statements = policies.iter().flat_map(|policy| policy["Statement"].as_sequence().expect("statements"));
    Function {
        id: id.to_owned(),
        variables: tables.collect(),
        statements: statements
            .map(|one| Statement { actions: texts(&one["Action"]), tables: self::tables(&one["Resource"]), keys: texts(&one["Condition"]) })
            .collect(),
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
                // Not among them, beside UpdateItem and DeleteItem: BatchWriteItem, PartiQLUpdate, PartiQLDelete.
                let harmless = ["GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "ConditionCheckItem", "DescribeTable"]
                    .map(|verb| format!("dynamodb:{verb}"));
                assert!(harmless.contains(action), "{} may {action} on the audit table", function.id);
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "a function writes events");
}

/// Statements that name a table in words, or everything, would pass by the test above.
#[test]
fn every_statement_names_its_tables_and_none_says_everything_but() {
    for (id, properties) in functions_as_written() {
        for policy in properties["Policies"].as_sequence().expect("policies") {
            // A managed policy or one of SAM's own is a word here, or a mapping without a statement.
            let statements = policy["Statement"].as_sequence().unwrap_or_else(|| panic!("{id}: a policy that is not spelled out"));
            for statement in statements {
                assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null(), "{id}: {statement:?}");
                let actions = texts(&statement["Action"]);
                assert!(actions.iter().all(|action| !action.contains('*')), "{id} may {actions:?}");
                if actions.iter().any(|action| action.starts_with("dynamodb:")) {
                    let resources = match &statement["Resource"] {
                        Value::Sequence(all) => all.clone(),
                        one => vec![one.clone()],
                    };
                    for resource in resources {
                        assert_eq!(tables(&resource).len(), 1, "{id}: {resource:?} is no table of the template");
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_else_in_the_template_reaches_the_audit_table() {
    let template = template();
    let resources = template["Resources"].as_mapping().expect("resources");
    for (id, resource) in resources {
        let kind = resource["Type"].as_str().expect("a type");
        let grants = ["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group"];
        assert!(!grants.contains(&kind), "{id:?}: a {kind} beside the functions' own; say here what it may do to the audit table");
    }
    let table = &template["Resources"]["AuditEventsTable"];
    for expiring in ["TimeToLiveSpecification", "ResourcePolicy"] {
        assert!(table["Properties"][expiring].is_null(), "the audit table has a {expiring}");
    }
    assert_eq!(table["Properties"]["DeletionProtectionEnabled"].as_bool(), Some(true));
    assert_eq!((table["DeletionPolicy"].as_str(), table["UpdateReplacePolicy"].as_str()), (Some("Retain"), Some("Retain")));
}

/// The one function that reads every table whole.
const EXPORT_JOB: &str = "ExportJobFunction";

#[test]
fn the_export_job_changes_nothing_but_how_exports_stand_and_what_people_are_told() {
    let job = functions().into_iter().find(|function| function.id == EXPORT_JOB).expect("the export job");
    let writes = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"].map(|verb| format!("dynamodb:{verb}"));
    let writing = job.statements.iter().filter(|statement| statement.actions.iter().any(|action| writes.contains(action)));
    let written: BTreeSet<_> = writing.flat_map(|statement| statement.tables.clone()).collect();
    assert_eq!(written, ["NotificationsTable", "SystemTable"].map(str::to_owned).into());
}

#[test]
fn only_what_the_store_calls_a_catalog_may_be_scanned() {
    let catalogs: BTreeSet<_> = Table::ALL.into_iter().filter(|table| table.is_catalog()).map(Table::variable).collect();
    for function in functions().into_iter().filter(|function| function.id != EXPORT_JOB) {
        let scanned = function.statements.iter().filter(|statement| statement.actions.iter().any(|action| action == "dynamodb:Scan"));
        for table in scanned.flat_map(|statement| &statement.tables) {
            let variable = function.variables.iter().find(|(_, known)| known == table).map(|(name, _)| name.as_str());
            assert!(variable.is_some_and(|name| catalogs.contains(name)), "{} may scan {table}, which is no catalog", function.id);
        }
    }
}

#[test]
fn only_the_portal_reaches_sessions_the_engine_tokens_alone() {
    let mut tokens = 0;
    for function in functions().into_iter().filter(|function| function.id != "PortalFunction") {
        for statement in function.statements.iter().filter(|statement| statement.tables.contains("SessionsTable")) {
            assert_eq!(statement.keys, ["token#*"], "{} reaches more of the sessions table than API tokens", function.id);
            tokens += 1;
        }
    }
    assert_eq!(tokens, 1, "one statement of one function");
}

#[test]
fn the_portal_reads_users_one_by_one_and_writes_none() {
    let portal = functions().into_iter().find(|function| function.id == "PortalFunction").expect("the portal");
    let users = portal.statements.iter().filter(|statement| statement.tables.contains("UsersTable"));
    let actions: Vec<_> = users.flat_map(|statement| statement.actions.clone()).collect();
    assert_eq!(actions, ["dynamodb:GetItem"]);
}
