//! Seeding (FR-3): templates from the reviewed content, and on a laptop the people to sign in with. Repeating it
//! deletes nothing and overwrites nothing that an operator made.

use dataops_domain::audit::NewEvent;
use dataops_domain::id::UserId;
use dataops_domain::json;
use dataops_domain::template::Template;
use dataops_domain::user::Role;
use dataops_store::{CommitError, Operation};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::error::Error;

/// Who signs in on a laptop.
pub const LOCAL_EMAIL: &str = "operator@dataops.local";
/// The laptop's password: the portal listens on loopback only.
pub const LOCAL_PASSWORD: &str = "dataops";

/// The people of a laptop: role name as id, so that the content's assignees are people.
const LOCAL_PEOPLE: [(&str, &str, &str, Role); 3] = [
    ("operator", "Operator", LOCAL_EMAIL, Role::Admin),
    ("editor", "Editor", "editor@dataops.local", Role::Operator),
    ("host", "Host", "host@dataops.local", Role::Operator),
];

/// What seeding did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeedReport {
    /// Templates made.
    pub created: Vec<String>,
    /// Templates brought to the newer content.
    pub updated: Vec<String>,
    /// Templates that are as the content says.
    pub unchanged: usize,
    /// Templates edited or deleted here, left as they are.
    pub differs: Vec<String>,
    /// Users made.
    pub users: Vec<String>,
}

impl Engine {
    /// Brings the templates of the content into the store.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn seed(&self, operation: &Operation, local_users: bool) -> Result<SeedReport, Error> {
        let mut report = SeedReport::default();
        let stored = self.store.catalog::<Template>().await?;
        for workflow in &self.content.workflows {
            let wanted = workflow.template(operation.now);
            let name = wanted.name.clone();
            match stored.iter().find(|stored| stored.record.id == wanted.id) {
                None => match self.seed_new(operation, wanted).await {
                    Ok(()) => report.created.push(name),
                    Err(CommitError::Exists { .. }) => report.differs.push(name),
                    Err(error) => return Err(error.into()),
                },
                Some(known) if known.record.differs_from_git == Some(true) => report.differs.push(name),
                Some(known) if known.record.content_hash == wanted.content_hash => report.unchanged += 1,
                Some(known) => {
                    let after = Template { created_at: known.record.created_at, ..wanted };
                    let event = NewEvent {
                        action: "updated",
                        summary: format!("Brought template '{name}' to the content in Git"),
                        metadata: serde_json::json!({ "changes": json::changes(&known.record, &after) }),
                    };
                    let mut transaction = self.store.begin(operation);
                    transaction.change(known, after, event, true);
                    transaction.apply().await?;
                    report.updated.push(name);
                }
            }
        }
        if local_users && !self.has_users().await? {
            report.users = self.seed_people(operation).await?;
        }
        Ok(report)
    }

    async fn seed_new(&self, operation: &Operation, template: Template) -> Result<(), CommitError> {
        let mut transaction = self.store.begin(operation);
        let event =
            NewEvent { action: "created", summary: format!("Seeded template '{}'", template.name), metadata: serde_json::Value::Null };
        transaction.create(template, Some(event));
        transaction.apply().await
    }

    async fn seed_people(&self, operation: &Operation) -> Result<Vec<String>, Error> {
        let mut made = Vec::new();
        for (id, name, email, role) in LOCAL_PEOPLE {
            let mut body = json::Object::new();
            body.insert("name".to_owned(), name.into());
            body.insert("email".to_owned(), email.into());
            body.insert("role".to_owned(), serde_json::json!(role));
            if id == "operator" {
                body.insert("password".to_owned(), LOCAL_PASSWORD.into());
            }
            let operation = operation.part(id);
            let salt = crate::admin::salt(&operation);
            made.push(self.user_create(&operation, &body, Some(UserId::new(id)), salt).await?.id.to_string());
        }
        Ok(made)
    }
}
