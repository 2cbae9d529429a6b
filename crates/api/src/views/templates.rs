//! The list of workflows that can be started.

use serde::{Deserialize, Serialize};

use crate::documents::DocumentLink;

/// A template in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateCard {
    /// Template id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Slug, such as `podcast`.
    pub kind: String,
    /// Emoji, where the definition has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// What a run is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How runs are titled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_pattern: Option<String>,
    /// What the anchor date means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor_meaning: Option<String>,
    /// Cron text, when it starts by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// How many tasks it has.
    pub tasks: usize,
    /// Days from the first to the last task.
    pub days: i64,
    /// Runs under way.
    #[serde(default)]
    pub active: usize,
    /// Documents to read around the work; only in the list of templates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentLink>,
}

/// `GET /api/views/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Templates {
    /// Every template, best known first.
    pub templates: Vec<TemplateCard>,
}
