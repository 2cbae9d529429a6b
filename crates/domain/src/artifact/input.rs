//! Reading what a caller says of an artifact: every field, then the rules that hold between them.

use serde_json::Value;

use super::{ArtifactStatus, ArtifactType, DataClass, SourceType, StorageProvider, provider_of};
use crate::input::{Fields, MAX_DEPTH, MAX_LONG_TEXT, depth};
use crate::json::Object;
use crate::refusal::Refusal;
use crate::secrets;

/// The most bytes of metadata, as JSON.
pub const MAX_METADATA: usize = 4_096;
/// What a caller may set when it makes one.
const CREATABLE: [&str; 21] = [
    "type",
    "title",
    "description",
    "status",
    "storageProvider",
    "storageUri",
    "filename",
    "contentType",
    "checksum",
    "sizeBytes",
    "visibility",
    "dataClass",
    "taskId",
    "bundleId",
    "assistantJobId",
    "fileId",
    "sourceType",
    "reviewedBy",
    "reviewedAt",
    "tags",
    "metadata",
];
/// Fields every artifact has: `null` is no value for them.
const ALWAYS: [&str; 8] = ["type", "title", "status", "storageProvider", "storageUri", "visibility", "dataClass", "sourceType"];

/// Reads the fields of a new artifact.
///
/// # Errors
/// Every field that is missing or wrong.
pub fn parse_new(body: &Object) -> Result<Object, Refusal> {
    let mut fields = Fields::of(body);
    match fields.value("type") {
        None => fields.refuse("type", "type is required"),
        Some(_) => one_of(&mut fields, "type", ArtifactType::WORDS),
    }
    fields.required_text("title", "title is required");
    fields.required_text("storageUri", "storageUri is required");
    check(&mut fields, body);
    fields.text("createdBy");
    let uri = uri_of(body);
    let provider =
        body.get("storageProvider").and_then(Value::as_str).and_then(StorageProvider::parse).unwrap_or_else(|| provider_of(&uri));
    let checksum = body.get("checksum").and_then(Value::as_str).is_some_and(|sum| !sum.trim().is_empty());
    if matches!(provider, StorageProvider::S3 | StorageProvider::LocalDev) && !checksum {
        fields.refuse("checksum", format!("checksum is required for {} artifacts", provider.as_str()));
    }
    fields.finish()?;
    let mut kept: Object = kept(body).into_iter().filter(|(_, value)| !value.is_null()).collect();
    if let Some(by) = body.get("createdBy").filter(|by| by.as_str().is_some_and(|by| !by.trim().is_empty())) {
        kept.insert("createdBy".to_owned(), by.clone());
    }
    Ok(kept)
}

/// Reads the changes to an artifact.
///
/// # Errors
/// Every field that is wrong, or that nothing would change.
pub fn parse_changes(body: &Object) -> Result<Object, Refusal> {
    let changes = kept(body);
    if changes.is_empty() {
        return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
    }
    let mut fields = Fields::of(body);
    for key in ALWAYS {
        if body.get(key).is_some_and(Value::is_null) {
            fields.refuse(key, format!("{key} must not be null"));
        }
    }
    one_of(&mut fields, "type", ArtifactType::WORDS);
    for key in ["title", "storageUri"].into_iter().filter(|key| body.get(*key).is_some_and(|value| !value.is_null())) {
        fields.required_text(key, &format!("{key} must not be blank"));
    }
    check(&mut fields, body);
    fields.finish()?;
    Ok(changes)
}

fn check(fields: &mut Fields<'_>, body: &Object) {
    one_of(fields, "status", ArtifactStatus::WORDS);
    one_of(fields, "storageProvider", StorageProvider::WORDS);
    one_of(fields, "dataClass", DataClass::WORDS);
    one_of(fields, "visibility", DataClass::WORDS);
    one_of(fields, "sourceType", SourceType::WORDS);
    fields.text_up_to("description", MAX_LONG_TEXT);
    for key in ["filename", "contentType", "checksum", "reviewedBy"] {
        fields.text_up_to(key, 500);
    }
    for key in ["taskId", "bundleId", "assistantJobId", "fileId"] {
        fields.text_up_to(key, crate::id::MAX_LENGTH);
    }
    fields.date_or_timestamp("reviewedAt");
    if fields.value("sizeBytes").is_some_and(|size| size.as_f64().is_none_or(|size| size < 0.0)) {
        fields.refuse("sizeBytes", "sizeBytes must be a number of bytes, 0 or more");
    }
    fields.texts("tags");
    check_uri(fields, &uri_of(body));
    check_metadata(fields);
}

fn check_uri(fields: &mut Fields<'_>, uri: &str) {
    let lower = uri.to_ascii_lowercase();
    if secrets::signed_url_marker(uri) {
        fields.refuse("storageUri", "storageUri must be stable, not a signed URL or one that carries a token");
    }
    let hostile = ["javascript:", "data:", "vbscript:", "file:"].iter().any(|scheme| lower.starts_with(scheme));
    if hostile || uri.chars().any(char::is_control) {
        fields.refuse("storageUri", "storageUri must be an address such as https://example.org/page or s3://bucket/key");
    }
}

fn check_metadata(fields: &mut Fields<'_>) {
    let Some(value) = fields.value("metadata") else { return };
    if !value.is_object() {
        return fields.refuse("metadata", "metadata must be an object");
    }
    if depth(value) > MAX_DEPTH {
        return fields.refuse("metadata", format!("metadata must be nested at most {MAX_DEPTH} levels deep"));
    }
    if value.to_string().len() > MAX_METADATA {
        return fields.refuse("metadata", format!("metadata must be at most {MAX_METADATA} bytes of JSON"));
    }
    if secrets::secret_key_in(value, false).is_some() || has_signed_text(value) {
        fields.refuse("metadata", "metadata must not contain secrets or signed URLs");
    }
}

fn has_signed_text(value: &Value) -> bool {
    match value {
        Value::String(text) => secrets::signed_url_marker(text),
        Value::Array(list) => list.iter().any(has_signed_text),
        Value::Object(object) => object.values().any(has_signed_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn one_of(fields: &mut Fields<'_>, key: &str, words: &[&str]) {
    if fields.value(key).is_some_and(|value| !value.as_str().is_some_and(|word| words.contains(&word))) {
        fields.refuse(key, format!("{key} must be one of: {}", words.join(", ")));
    }
}

fn uri_of(body: &Object) -> String {
    body.get("storageUri").and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

/// The known fields; texts that name something are trimmed, and an empty relation is none.
fn kept(body: &Object) -> Object {
    let mut kept = crate::input::kept(body, &CREATABLE);
    for key in ["storageUri", "title"] {
        if let Some(Value::String(text)) = kept.get_mut(key) {
            *text = text.trim().to_owned();
        }
    }
    for key in ["taskId", "bundleId", "assistantJobId", "fileId"] {
        if let Some(value) = kept.get_mut(key).filter(|value| value.as_str().is_some_and(|text| text.trim().is_empty())) {
            *value = Value::Null;
        }
    }
    kept
}
