//! How a stack stands, in one answer: for whoever has just deployed one, or wonders whether it works.
//!
//! It counts and names; it holds no text that anybody wrote, and no credential. It reads what Home reads, the people, and the fact about
//! exports: no Scan but of catalogs.

use dataops_api::exports::{ExportFailed, Verification};
use dataops_domain::Timestamp;
use dataops_store::{Operation, Range};
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::error::Error;

/// How a stack stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// When this was read.
    pub now: Timestamp,
    /// Workflows that can be started: the catalog.
    pub templates: usize,
    /// People who may sign in.
    pub users: usize,
    /// Those of them who are admins.
    pub admins: usize,
    /// Workflows under way.
    pub active_workflows: usize,
    /// Tasks that are open.
    pub open_tasks: usize,
    /// When the last tick finished; `None` before the first.
    pub last_tick: Option<Timestamp>,
    /// What the stack says it is; `None` before its first export.
    pub environment: Option<String>,
    /// The newest archive.
    pub last_export: Option<ExportStanding>,
    /// True while an export is being made.
    pub exporting: bool,
    /// Why the last export failed, when it did.
    pub export_failed: Option<ExportFailed>,
}

/// The newest archive of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportStanding {
    /// Its name.
    pub id: String,
    /// Its key in the bucket of exports.
    pub key: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// What was found when it was last looked at again.
    pub verification: Option<Verification>,
}

impl Engine {
    /// How the stack stands.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn standing(&self, operation: &Operation) -> Result<Standing, Error> {
        let home = self.view_home(operation, false).await?;
        let users = self.users_list(&Range::default()).await?.users;
        let (exports, environment) = futures_util::future::try_join(self.exports_seen(operation), self.stack_environment()).await?;
        let last_export = exports.exports.into_iter().next().map(|archive| ExportStanding {
            id: archive.id,
            key: archive.key,
            published_at: archive.published_at,
            verification: archive.verification,
        });
        Ok(Standing {
            now: operation.now,
            templates: home.templates.len(),
            users: users.iter().filter(|user| user.is_enabled()).count(),
            admins: users.iter().filter(|user| user.is_admin()).count(),
            active_workflows: home.active_workflows,
            open_tasks: home.open_tasks,
            last_tick: home.ledger.last_tick,
            environment,
            last_export,
            exporting: exports.running.is_some(),
            export_failed: exports.failed,
        })
    }
}
