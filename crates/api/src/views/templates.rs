//! The list of workflows that can be started.

use dataops_domain::FieldError;
use dataops_domain::template::Template;
use dataops_domain::time::Date;
use serde::{Deserialize, Serialize};

use super::row::Person;
use crate::documents::DocumentLink;
use crate::wire::TemplateContent;

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
    /// True when it was edited here and says something else than Git.
    #[serde(default)]
    pub edited: bool,
    /// True when Git has a newer definition.
    #[serde(default)]
    pub newer: bool,
    /// The day a run of it was started last, as far as the runs under way and the last ones put away tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_started: Option<Date>,
}

/// A document that instructions can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentChoice {
    /// Document id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Its steps: id and title.
    pub steps: Vec<(String, String)>,
}

/// `GET /api/views/templates/:id`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePage {
    /// Today in the application timezone.
    pub today: Date,
    /// The template.
    pub template: Template,
    /// It in a list.
    pub card: TemplateCard,
    /// How it stands to Git.
    pub content: TemplateContent,
    /// What is allowed and hardly meant, at its field.
    pub advice: Vec<FieldError>,
    /// Users, for assigning.
    pub people: Vec<Person>,
    /// Documents that instructions can name.
    pub documents: Vec<DocumentChoice>,
}

/// `GET /api/views/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Templates {
    /// Every template, best known first.
    pub templates: Vec<TemplateCard>,
}
