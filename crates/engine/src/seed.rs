//! Seeding (FR-3): templates and duties from the reviewed content, and on a laptop the people to sign in with. Repeating it
//! deletes nothing and overwrites nothing that an operator made.

use dataops_domain::audit::NewEvent;
use dataops_domain::id::UserId;
use dataops_domain::json;
use dataops_domain::template::{Template, difference};
use dataops_domain::user::Role;
use dataops_store::{CommitError, Found, Operation};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::error::Error;
use crate::recurring::DutyReport;
use crate::template_content::taken;

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
    /// What it did with the duties.
    #[serde(default)]
    pub duties: DutyReport,
}

/// What became of one template.
enum Seeded {
    Created,
    Updated,
    Unchanged,
    Differs,
}

impl Engine {
    /// Brings the templates and duties of the content into the store.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn seed(&self, operation: &Operation, local_users: bool) -> Result<SeedReport, Error> {
        let mut report = SeedReport::default();
        for workflow in self.content.workflows() {
            let part = operation.part(workflow.id.as_str());
            let wanted = workflow.template(operation.now);
            let name = wanted.name.clone();
            match self.decide(&part, || self.seed_one(&part, &wanted)).await? {
                Seeded::Created => report.created.push(name),
                Seeded::Updated => report.updated.push(name),
                Seeded::Unchanged => report.unchanged += 1,
                Seeded::Differs => report.differs.push(name),
            }
        }
        report.duties = self.seed_duties(operation).await?;
        if local_users && !self.has_users().await? {
            report.users = self.seed_people(operation).await?;
        }
        Ok(report)
    }

    /// One template: made when there never was one; brought to newer content when nobody edited it; left alone when
    /// somebody edited or deleted it. An edit that has found its way into Git is an edit no longer.
    async fn seed_one(&self, operation: &Operation, wanted: &Template) -> Result<Seeded, Error> {
        let mut transaction = self.store.begin(operation);
        let known = match self.store.find::<Template>(wanted.id.as_str()).await? {
            Found::Deleted(_) => return Ok(Seeded::Differs),
            Found::Nothing => {
                let summary = format!("Seeded template '{}'", wanted.name);
                transaction.create(wanted.clone(), Some(NewEvent { action: "created", summary, metadata: serde_json::Value::Null }));
                return match transaction.apply().await {
                    Err(CommitError::Exists { .. }) => Err(Error::Lost),
                    done => Ok(done.map(|()| Seeded::Created)?),
                };
            }
            Found::Live(known) => known,
        };
        let found = difference::between(&known.record, wanted);
        let edited = known.record.differs_from_git == Some(true);
        if edited && !found.is_empty() {
            return Ok(Seeded::Differs);
        }
        if !edited && known.record.content_hash == wanted.content_hash {
            return Ok(Seeded::Unchanged);
        }
        let defined = known.record.defined_as(wanted).triggered_from(&known.record, &operation.actor, operation.now, self.timezone)?;
        let after = Template { updated_at: operation.now, ..defined };
        transaction.change(&known, after, taken(&wanted.name, &found), !found.is_empty());
        transaction.apply().await?;
        Ok(Seeded::Updated)
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
