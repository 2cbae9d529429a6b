//! An S3 bucket of the template: its name, and which pages may send to it.

use serde::Deserialize;

use super::{Properties, TemplateError};

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its logical id.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// Which methods and headers a page of the portal may use on it.
    pub cors: Vec<CorsRule>,
}

/// What a browser may do with a bucket from a page of the portal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct CorsRule {
    /// The pages' origins on AWS; locally they are the loopback door's.
    pub allowed_origins: Vec<String>,
    /// HTTP methods.
    pub allowed_methods: Vec<String>,
    /// Headers a page may send.
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// Headers a page may read.
    #[serde(default)]
    pub exposed_headers: Vec<String>,
    /// How many seconds a browser may keep this answer.
    #[serde(default)]
    pub max_age: u32,
}

/// What only matters on AWS.
const ON_AWS_ONLY: [&str; 6] = [
    "PublicAccessBlockConfiguration",
    "OwnershipControls",
    "BucketEncryption",
    "VersioningConfiguration",
    "LifecycleConfiguration",
    "Tags",
];

impl Bucket {
    pub(super) fn read(id: &str, at: &str, mut properties: Properties) -> Result<Self, TemplateError> {
        let at = format!("{at}.Properties");
        let name = properties.remove("BucketName").and_then(|name| name.as_str().map(str::to_owned));
        let name = name.ok_or_else(|| TemplateError::at(&at, "BucketName is not given"))?;
        let rules = properties.remove("CorsConfiguration").and_then(|mut cors| Some(cors.get_mut("CorsRules")?.take()));
        let cors_at = format!("{at}.CorsConfiguration.CorsRules");
        let cors = rules.map(serde_json::from_value).transpose();
        if let Some(key) = properties.keys().find(|key| !ON_AWS_ONLY.contains(&key.as_str())) {
            return Err(TemplateError::unknown(&format!("{at}.{key}"), "this property of a bucket"));
        }
        Ok(Self {
            logical_id: id.to_owned(),
            name,
            cors: cors.map_err(|error| TemplateError::at(&cors_at, error.to_string()))?.unwrap_or_default(),
        })
    }
}
