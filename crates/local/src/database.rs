//! Makes the embedded DynamoDB hold exactly the tables and indexes the template declares.
//!
//! Missing tables and indexes are added. A table or index that is there with another key is an error: its items were
//! written for another version of the product.

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::update_table::{CreateGsiAction, GlobalSecondaryIndexUpdate, UpdateTableRequest};
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
};
use dynoxide::{Database, DynoxideError};

use crate::LocalError;
use crate::template::{AttributeKind, Index, Key, Table, Template};

/// Creates what is missing.
pub(crate) fn prepare(database: &Database, template: &Template) -> Result<(), LocalError> {
    template.tables.iter().try_for_each(|table| match create(database, table) {
        Err(DynoxideError::ResourceInUseException(_)) => complete(database, table),
        other => other.map_err(LocalError::from),
    })
}

fn create(database: &Database, table: &Table) -> Result<(), DynoxideError> {
    let indexes = table.indexes.iter().map(|index| GlobalSecondaryIndex {
        index_name: index.name.clone(),
        key_schema: schema(&index.key),
        projection: projection(index),
        provisioned_throughput: None,
    });
    database.create_table(CreateTableRequest {
        table_name: table.name.clone(),
        key_schema: schema(&table.key),
        attribute_definitions: definitions(std::iter::once(&table.key).chain(table.indexes.iter().map(|i| &i.key))),
        global_secondary_indexes: (!table.indexes.is_empty()).then(|| indexes.collect()),
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        deletion_protection_enabled: Some(true),
        ..CreateTableRequest::default()
    })?;
    if let Some(attribute) = &table.ttl {
        database.update_time_to_live(UpdateTimeToLiveRequest {
            table_name: table.name.clone(),
            time_to_live_specification: TimeToLiveSpecification { attribute_name: attribute.clone(), enabled: true },
        })?;
    }
    Ok(())
}

/// Compares a table that is there with the template, and adds the indexes it lacks.
fn complete(database: &Database, table: &Table) -> Result<(), LocalError> {
    let differs = |problem: String| LocalError::Schema { table: table.name.clone(), problem };
    let there = database.describe_table(DescribeTableRequest { table_name: table.name.clone() })?.table;
    if there.key_schema != schema(&table.key) {
        return Err(differs("its key is not the template's".to_owned()));
    }
    let existing = there.global_secondary_indexes.unwrap_or_default();
    for index in &table.indexes {
        match existing.iter().find(|other| other.index_name == index.name) {
            Some(other) if other.key_schema != schema(&index.key) || other.projection != projection(index) => {
                return Err(differs(format!("its index {} is not the template's", index.name)));
            }
            Some(_) => {}
            None => add(database, table, index)?,
        }
    }
    Ok(())
}

fn add(database: &Database, table: &Table, index: &Index) -> Result<(), DynoxideError> {
    let create = CreateGsiAction { index_name: index.name.clone(), key_schema: schema(&index.key), projection: projection(index) };
    database.update_table(UpdateTableRequest {
        table_name: table.name.clone(),
        attribute_definitions: Some(definitions([&table.key, &index.key].into_iter())),
        global_secondary_index_updates: Some(vec![GlobalSecondaryIndexUpdate { update: None, create: Some(create), delete: None }]),
        ..UpdateTableRequest::default()
    })?;
    Ok(())
}

fn schema(key: &Key) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::HASH, KeyType::RANGE];
    let element = |(attribute, key_type): (&crate::template::Attribute, KeyType)| KeySchemaElement {
        attribute_name: attribute.name.clone(),
        key_type,
    };
    key.attributes().zip(kinds).map(element).collect()
}

/// Each key attribute once.
fn definitions<'a>(keys: impl Iterator<Item = &'a Key>) -> Vec<AttributeDefinition> {
    let mut definitions: Vec<AttributeDefinition> = Vec::new();
    for attribute in keys.flat_map(Key::attributes) {
        if definitions.iter().all(|known| known.attribute_name != attribute.name) {
            let attribute_type = match attribute.kind {
                AttributeKind::Text => ScalarAttributeType::S,
                AttributeKind::Number => ScalarAttributeType::N,
                AttributeKind::Bytes => ScalarAttributeType::B,
            };
            definitions.push(AttributeDefinition { attribute_name: attribute.name.clone(), attribute_type });
        }
    }
    definitions
}

fn projection(index: &Index) -> Projection {
    let attributes = &index.projection.non_key_attributes;
    Projection {
        projection_type: Some(match index.projection.projection_type.as_str() {
            "KEYS_ONLY" => ProjectionType::KEYS_ONLY,
            "INCLUDE" => ProjectionType::INCLUDE,
            _ => ProjectionType::ALL,
        }),
        non_key_attributes: (!attributes.is_empty()).then(|| attributes.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Given;

    fn template() -> Template {
        Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("a template")
    }

    #[test]
    fn every_table_of_the_template_is_made_with_its_indexes_and_again_changes_nothing() {
        let (database, template) = (Database::memory().expect("a database"), template());
        for _ in 0..2 {
            prepare(&database, &template).expect("tables");
            for table in &template.tables {
                let request = DescribeTableRequest { table_name: table.name.clone() };
                let there = database.describe_table(request).expect("a table").table;
                assert_eq!(there.key_schema, schema(&table.key), "{}", table.name);
                let mut names: Vec<_> = there.global_secondary_indexes.unwrap_or_default().into_iter().map(|i| i.index_name).collect();
                let mut declared: Vec<_> = table.indexes.iter().map(|index| index.name.clone()).collect();
                names.sort();
                declared.sort();
                assert_eq!(names, declared, "{}", table.name);
            }
        }
    }

    #[test]
    fn a_missing_index_is_added_and_a_different_key_is_refused() {
        let (database, template) = (Database::memory().expect("a database"), template());
        let mut older = template.clone();
        older.tables[0].indexes.truncate(2);
        prepare(&database, &older).expect("older tables");
        prepare(&database, &template).expect("the new indexes");
        let request = DescribeTableRequest { table_name: template.tables[0].name.clone() };
        let there = database.describe_table(request).expect("a table").table;
        assert_eq!(there.global_secondary_indexes.map(|indexes| indexes.len()), Some(5));

        let mut other = template.clone();
        other.tables[0].key.partition.name = "other".to_owned();
        let words = prepare(&database, &other).expect_err("another key").to_string();
        assert!(words.contains("dataops-local-tasks") && words.contains("--data-dir"), "{words}");
    }
}
