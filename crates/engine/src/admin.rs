//! Administration from the command line: a direct Invoke of the engine, which IAM alone authorises.

use dataops_api::recurring::{Applied, Preview};
use dataops_api::wire::{AuditReport, SetupLinkMade};
use dataops_domain::bundle::Bundle;
use dataops_domain::id::UserId;
use dataops_domain::json::Object;
use dataops_domain::reminder::Failure;
use dataops_domain::user::User;
use dataops_store::{Operation, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::audit::AuditScope;
use crate::error::{Error, Expected};
use crate::recurring::{Limits, TickReport};
use crate::reminders::ReminderReport;
use crate::search::SearchReport;
use crate::seed::SeedReport;
use crate::standing::Standing;

/// Tasks whose reminders one pass brings up to date; the next one goes on.
const REMINDED_AT_ONCE: usize = 1_000;

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum AdminCommand {
    /// Bring the content's templates into the store.
    Seed {
        /// Also make the laptop's people, when there is nobody.
        #[serde(default)]
        local_users: bool,
    },
    /// Make a user.
    UserAdd {
        /// Name as shown.
        name: String,
        /// Address to sign in with.
        email: String,
        /// `admin` or `operator`.
        #[serde(default)]
        role: Option<String>,
        /// A chosen id, such as a role name of the content.
        #[serde(default)]
        id: Option<String>,
        /// Password, at least four characters.
        #[serde(default)]
        password: Option<String>,
        /// Also make the link with which the user sets a password: so the first admin of a stack comes in.
        #[serde(default)]
        setup_link: bool,
    },
    /// List users.
    UserList,
    /// How the stack stands, in numbers.
    Standing,
    /// Disable a user, which ends their sessions.
    UserDisable {
        /// The user's id.
        id: String,
    },
    /// Make a link with which a user sets a first or forgotten password.
    UserSetupLink {
        /// The user's id.
        id: String,
    },
    /// Finish workflows whose making was interrupted, and sweep.
    Recover,
    /// Check the audit chains: one entity's, those of some days, or all, a step at a time.
    AuditVerify {
        /// `<type>#<id>`.
        #[serde(default)]
        entity: Option<String>,
        /// First UTC day.
        #[serde(default)]
        from: Option<String>,
        /// Last UTC day.
        #[serde(default)]
        to: Option<String>,
        /// Where the step before ended.
        #[serde(default)]
        cursor: Option<String>,
    },
    /// Bring the search index up to date.
    SearchPass,
    /// Make the search index anew from what is stored: the first part of it; passes do the rest.
    SearchRebuild,
    /// Raise the reminders that have come up, settle those that are no longer true.
    Remind,
    /// Settle every window that is due, raise reminders, bring the search index up to date.
    Tick,
    /// Make the work of a range of dates, duties and automatic workflows; or only say what that would do.
    Generate {
        /// First local date.
        from: String,
        /// Last local date.
        to: String,
        /// True to make nothing.
        #[serde(default)]
        preview: bool,
    },
    /// Remove uploads that never came and finish deletions that stopped half-way.
    Sweep,
}

/// What the command line gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AdminAnswer {
    /// What seeding did.
    Seeded {
        /// The report.
        report: SeedReport,
    },
    /// A user with the link for setting a password.
    #[serde(rename_all = "camelCase")]
    UserWithLink {
        /// The one user.
        users: Vec<User>,
        /// The link; it is shown here and nowhere else.
        setup_link: SetupLinkMade,
    },
    /// The users there are now, or the one concerned.
    Users {
        /// The users.
        users: Vec<User>,
    },
    /// How the stack stands.
    Standing {
        /// The numbers.
        standing: Standing,
    },
    /// A link for setting a password.
    #[serde(rename_all = "camelCase")]
    SetupLink {
        /// The link; it is shown here and nowhere else.
        setup_link: SetupLinkMade,
    },
    /// Workflows that were finished.
    Recovered {
        /// Their ids.
        recovered: Vec<String>,
        /// Files that were swept.
        swept: usize,
    },
    /// What was swept.
    Swept {
        /// How many files.
        swept: usize,
    },
    /// What a step of checking the audit chains found.
    Audited {
        /// The report.
        audit: AuditReport,
    },
    /// What became of the search index.
    Search {
        /// The report.
        search: SearchReport,
    },
    /// What a tick did.
    Ticked {
        /// The report.
        tick: TickReport,
    },
    /// What making a range would do.
    Previewed {
        /// The preview.
        preview: Preview,
    },
    /// What making a range did.
    Applied {
        /// The report.
        applied: Applied,
    },
    /// What the reminder pass did.
    Reminded {
        /// The report.
        reminders: ReminderReport,
    },
}

/// Sixteen bytes that differ for every operation, for a password's salt. The operation id holds 128 random bits.
pub(crate) fn salt(operation: &Operation) -> [u8; 16] {
    let digest = Sha256::digest(format!("salt.{}.{}", operation.id, operation.now));
    let mut salt = [0; 16];
    salt.copy_from_slice(&digest[..16]);
    salt
}

impl Engine {
    /// Does what the command line asks for. `secret` is random, for commands that make one.
    ///
    /// # Errors
    /// As the use case it calls.
    pub async fn administrate(&self, operation: &Operation, command: AdminCommand, secret: &str) -> Result<AdminAnswer, Error> {
        match command {
            AdminCommand::Seed { local_users } => Ok(AdminAnswer::Seeded { report: self.seed(operation, local_users).await? }),
            AdminCommand::UserList => Ok(AdminAnswer::Users { users: self.users_list(&dataops_store::Range::default()).await?.users }),
            AdminCommand::UserDisable { id } => {
                let body = object(json!({ "disabled": true }));
                let user = self.user_update(operation, &id, &body, None, salt(operation)).await?;
                Ok(AdminAnswer::Users { users: vec![user] })
            }
            AdminCommand::UserSetupLink { id } => {
                Ok(AdminAnswer::SetupLink { setup_link: self.user_setup_link(operation, &id, secret).await? })
            }
            AdminCommand::UserAdd { name, email, role, id, password, setup_link } => {
                let wrong = || Expected::new(400, "invalid_field", "id must have 1 to 128 characters from A-Z a-z 0-9 . _ : -");
                let id = match id {
                    Some(id) => Some(UserId::parse(&id).ok_or_else(wrong)?),
                    None => None,
                };
                let body = object(
                    json!({ "name": name, "email": email, "role": role.unwrap_or_else(|| "operator".to_owned()), "password": password }),
                );
                let user = self.user_create(operation, &body, id, salt(operation)).await?;
                if !setup_link {
                    return Ok(AdminAnswer::Users { users: vec![user] });
                }
                let setup_link = self.user_setup_link(operation, user.id.as_str(), secret).await?;
                Ok(AdminAnswer::UserWithLink { users: vec![user], setup_link })
            }
            AdminCommand::Standing => Ok(AdminAnswer::Standing { standing: self.standing(operation).await? }),
            AdminCommand::AuditVerify { entity, from, to, cursor } => {
                let scope = AuditScope { cursor, ..AuditScope::read(operation, entity.as_deref(), from.as_deref(), to.as_deref())? };
                Ok(AdminAnswer::Audited { audit: self.audit_verify(operation, &scope).await? })
            }
            AdminCommand::SearchPass => Ok(AdminAnswer::Search { search: self.search_index_pass(operation).await? }),
            AdminCommand::SearchRebuild => Ok(AdminAnswer::Search { search: self.search_index_rebuild(operation).await? }),
            AdminCommand::Remind => Ok(AdminAnswer::Reminded { reminders: self.reminders_pass(operation, REMINDED_AT_ONCE).await? }),
            AdminCommand::Recover => {
                let recovered = self.bundles_recover(operation).await?;
                Ok(AdminAnswer::Recovered { recovered, swept: self.files_sweep(operation).await? })
            }
            AdminCommand::Tick => Ok(AdminAnswer::Ticked { tick: self.tick(operation, &Limits::default()).await? }),
            AdminCommand::Generate { from, to, preview } => {
                self.generate_range(operation, json!({ "from": from, "to": to }), preview).await
            }
            AdminCommand::Sweep => Ok(AdminAnswer::Swept { swept: self.files_sweep(operation).await? }),
        }
    }

    /// A range for the command line: previewed, and made as previewed.
    async fn generate_range(&self, operation: &Operation, range: serde_json::Value, preview: bool) -> Result<AdminAnswer, Error> {
        let mut body = object(range);
        let seen = self.recurring_preview(operation, &body).await?;
        if preview {
            return Ok(AdminAnswer::Previewed { preview: seen });
        }
        body.insert("token".to_owned(), seen.token.into());
        Ok(AdminAnswer::Applied { applied: self.recurring_apply(operation, &body, &Limits::default()).await? })
    }

    /// Finishes workflows whose making or moving was interrupted more than a minute ago.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn bundles_recover(&self, operation: &Operation) -> Result<Vec<String>, Error> {
        let active = self.store.bundles(&[dataops_domain::bundle::BundleStatus::Active], &dataops_store::Range::default()).await?;
        let active = active.into_records();
        let mut recovered = self.moves_recover(operation, &active).await?;
        for bundle in active.into_iter().filter(|bundle| bundle.being_made) {
            match self.bundle_finish(operation, &bundle.id).await {
                Ok(_) => recovered.push(bundle.id.to_string()),
                Err(Error::Expected(left)) => tracing::info!(bundle = %bundle.id, "left to its writer: {left}"),
                Err(Error::Store(error @ StoreError::Busy(_))) => return Err(error.into()),
                Err(error) => self.recovery_failed(operation, &bundle, &error).await?,
            }
        }
        Ok(recovered)
    }

    /// One workflow that can't be finished keeps no other back; people are told once a day.
    async fn recovery_failed(&self, operation: &Operation, bundle: &Bundle, error: &Error) -> Result<(), Error> {
        tracing::error!(bundle = %bundle.id, error = ?error, "a workflow whose making was interrupted can't be finished");
        let today = operation.now.local_date(self.timezone).to_string();
        let failure = Failure {
            subject: bundle.id.to_string(),
            occasion: format!("recover.{today}"),
            message: format!("'{}' was interrupted while it was being made, and finishing it failed", bundle.title),
            bundle_id: Some(bundle.id.to_string()),
            template_id: bundle.template_id.as_ref().map(ToString::to_string),
            due_at: Some(today),
            metadata: Some(json!({ "workflow": bundle.title, "command": "recover" })),
            ..Failure::default()
        };
        self.automation_failed(operation, failure).await
    }
}

fn object(value: serde_json::Value) -> Object {
    match value {
        serde_json::Value::Object(object) => object,
        _ => Object::new(),
    }
}
