//! Seeding the duties of the content (RW-7, FR-3): each made once, brought to newer content while nobody has edited it. What an
//! operator paused, edited or deleted stays so, and the difference is told.

use dataops_content::Duty;
use dataops_domain::audit::NewEvent;
use dataops_domain::json::Object;
use dataops_domain::recurring::RecurringConfig;
use dataops_domain::recurring::seed::{self, Seeded};
use dataops_domain::template::difference::FieldChange;
use dataops_store::{CommitError, Found, Operation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::Error;

/// What seeding did with the duties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyReport {
    /// Duties made.
    pub created: Vec<String>,
    /// Duties brought to the newer content.
    pub updated: Vec<String>,
    /// Duties that are as the content says.
    pub unchanged: usize,
    /// Duties edited or deleted here, left as they are, each with the fields that differ.
    pub differs: Vec<String>,
}

enum Done {
    Created,
    Updated,
    Unchanged,
    Differs(Vec<String>),
}

impl Engine {
    /// Brings the duties of the content into the store.
    ///
    /// # Errors
    /// When the store refuses.
    pub(crate) async fn seed_duties(&self, operation: &Operation) -> Result<DutyReport, Error> {
        let mut report = DutyReport::default();
        for duty in self.content.duties() {
            let wanted = seed::wanted(&duty.key, &fields(duty), operation.now);
            let part = operation.part(wanted.id.as_str());
            let name = wanted.description.clone();
            match self.decide(&part, || self.seed_duty(&part, &wanted)).await? {
                Done::Created => report.created.push(name),
                Done::Updated => report.updated.push(name),
                Done::Unchanged => report.unchanged += 1,
                Done::Differs(fields) if fields.is_empty() => report.differs.push(format!("{name} (deleted)")),
                Done::Differs(fields) => report.differs.push(format!("{name} ({})", fields.join(", "))),
            }
        }
        Ok(report)
    }

    async fn seed_duty(&self, operation: &Operation, wanted: &RecurringConfig) -> Result<Done, Error> {
        let mut transaction = self.store.begin(operation);
        let known = match self.store.find::<RecurringConfig>(wanted.id.as_str()).await? {
            Found::Deleted(_) => return Ok(Done::Differs(Vec::new())),
            Found::Live(known) => Some(known),
            Found::Nothing => None,
        };
        let named = |found: &[FieldChange]| found.iter().map(|change| change.field.clone()).collect::<Vec<_>>();
        match (seed::decide(known.as_ref().map(|known| &known.record), wanted, operation.now), known) {
            (Seeded::Update(after, found), Some(known)) => {
                let summary = format!("Brought the duty '{}' to the content in Git", after.description);
                let event = NewEvent { action: "updated", summary, metadata: json!({ "changes": found }) };
                transaction.change(&known, *after, event, !found.is_empty());
                transaction.apply().await?;
                Ok(Done::Updated)
            }
            (Seeded::Create(config) | Seeded::Update(config, _), _) => {
                let summary = format!("Seeded the duty '{}'", config.description);
                transaction.create(*config, Some(NewEvent { action: "created", summary, metadata: Value::Null }));
                match transaction.apply().await {
                    Err(CommitError::Exists { .. }) => Err(Error::Lost),
                    done => Ok(done.map(|()| Done::Created)?),
                }
            }
            (Seeded::Unchanged, _) => Ok(Done::Unchanged),
            (Seeded::Differs(found), _) => Ok(Done::Differs(named(&found))),
        }
    }
}

/// A duty of the content as the body that makes it.
fn fields(duty: &Duty) -> Object {
    let body = json!({
        "description": duty.description,
        "cronExpression": duty.schedule,
        "assigneeId": duty.assignee,
        "instructionDocId": duty.instruction_doc_id,
        "instructionStepId": duty.instruction_step_id,
        "systems": duty.systems,
        "tags": duty.tags,
        "proofRequirement": duty.proof,
    });
    let Value::Object(body) = body else { return Object::new() };
    body.into_iter().filter(|(_, value)| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty)).collect()
}
