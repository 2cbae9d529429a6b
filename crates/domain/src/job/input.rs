//! Reading what callers say of a job: every field, every bound, and no secret in any of them (AJ-5, AJ-6, wire contract 12.2).

use serde_json::Value;

use super::problem::{JobError, is_secret, plain};
use super::{JobStatus, MAX_ATTEMPTS, MAX_OUTPUTS};
use crate::id;
use crate::input::{Fields, MAX_DEPTH, depth};
use crate::json::Object;
use crate::refusal::Refusal;

/// The most bytes of input references, as JSON.
pub const MAX_INPUT_REFS: usize = 8_192;
/// The most bytes of log references, as JSON.
pub const MAX_LOG_REFS: usize = 4_096;
/// The most bytes of metadata, as JSON.
pub const MAX_METADATA: usize = 4_096;
/// The longest reason, summary or note of an event, in characters.
pub const MAX_WORDS: usize = 1_000;
/// The longest note of an acknowledgement, in characters.
pub const MAX_NOTE: usize = 500;
/// The longest name of an assistant, in characters.
const MAX_TYPE: usize = 80;
/// The longest title, in characters.
const MAX_TITLE: usize = 500;

/// What a caller asks an assistant for; a part of it, when it changes a draft.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// Which assistant.
    pub assistant_type: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// For which task; `Some(None)` for none any more.
    pub task_id: Option<Option<String>>,
    /// For which workflow; `Some(None)` for none any more.
    pub bundle_id: Option<Option<String>>,
    /// What it shall look at.
    pub input_refs: Option<Vec<Object>>,
    /// Whether a person has to approve.
    pub approval_required: Option<bool>,
    /// Attempts allowed.
    pub max_attempts: Option<u32>,
    /// The job it repeats.
    pub retry_of_job_id: Option<String>,
    /// Who asks, where the caller is nobody in particular.
    pub requested_by: Option<String>,
    /// Bounded facts.
    pub metadata: Option<Object>,
}

/// What names the work a new job is for: checked first, so that a job for nothing is told so before anything else.
///
/// # Errors
/// No assistant named, neither task nor workflow named.
pub fn parse_owner(body: &Object) -> Result<(Option<String>, Option<String>), Refusal> {
    let mut fields = Fields::of(body);
    assistant_type(&mut fields, true);
    let task = owner(&mut fields, "taskId").flatten();
    let bundle = owner(&mut fields, "bundleId").flatten();
    if task.is_none() && bundle.is_none() {
        fields.refuse("taskId", "taskId or bundleId is required: a job is for a task, a workflow or both");
    }
    fields.finish()?;
    Ok((task, bundle))
}

/// Reads the fields of a new job, after [`parse_owner`].
///
/// # Errors
/// Every field that is wrong.
pub fn parse_new(body: &Object) -> Result<Request, Refusal> {
    let mut fields = Fields::of(body);
    let mut request = shared(&mut fields, true);
    request.requested_by = words(&mut fields, "requestedBy", id::MAX_LENGTH);
    request.retry_of_job_id = words(&mut fields, "retryOfJobId", id::MAX_LENGTH);
    fields.finish()?;
    Ok(request)
}

/// Reads the changes to a draft.
///
/// # Errors
/// Every field that is wrong, or that nothing would change.
pub fn parse_changes(body: &Object) -> Result<Request, Refusal> {
    const KNOWN: [&str; 8] = ["assistantType", "title", "taskId", "bundleId", "inputRefs", "approvalRequired", "maxAttempts", "metadata"];
    if !KNOWN.iter().any(|key| body.contains_key(*key)) {
        return Err(Refusal::rule("nothing_to_update", "No valid fields to update"));
    }
    let mut fields = Fields::of(body);
    let request = shared(&mut fields, false);
    fields.finish()?;
    Ok(request)
}

fn shared(fields: &mut Fields<'_>, is_new: bool) -> Request {
    Request {
        assistant_type: assistant_type(fields, is_new),
        title: words(fields, "title", MAX_TITLE),
        task_id: owner(fields, "taskId"),
        bundle_id: owner(fields, "bundleId"),
        input_refs: input_refs(fields),
        approval_required: boolean(fields, "approvalRequired"),
        max_attempts: max_attempts(fields),
        metadata: metadata(fields, "metadata"),
        retry_of_job_id: None,
        requested_by: None,
    }
}

fn assistant_type(fields: &mut Fields<'_>, is_new: bool) -> Option<String> {
    if !is_new && !fields.has("assistantType") {
        return None;
    }
    must_say(fields, "assistantType", "assistantType is required");
    words(fields, "assistantType", MAX_TYPE)
}

/// An id of the work a job is for: `None` when not named, `Some(None)` when named as nothing.
fn owner(fields: &mut Fields<'_>, key: &str) -> Option<Option<String>> {
    if !fields.has(key) {
        return None;
    }
    let text = fields.text_up_to(key, id::MAX_LENGTH).map(str::trim).filter(|text| !text.is_empty());
    Some(text.map(str::to_owned))
}

fn boolean(fields: &mut Fields<'_>, key: &str) -> Option<bool> {
    fields.boolean(key);
    fields.value(key).and_then(Value::as_bool)
}

/// Refuses a text of which cleaning leaves nothing: one of invisible characters alone is none.
fn must_say(fields: &mut Fields<'_>, key: &str, message: &str) {
    if fields.value(key).and_then(Value::as_str).is_none_or(|text| plain_lines(text).is_empty()) {
        fields.refuse(key, message);
    }
}

/// A text of one line, cleaned of what steers a terminal and without what the contract calls secret-like (12.2); blank
/// counts as absent.
fn words(fields: &mut Fields<'_>, key: &str, most: usize) -> Option<String> {
    let text = plain(fields.text_up_to(key, most)?);
    if crate::secrets::looks_secret(&text) {
        fields.refuse(key, format!("{key} must not contain secrets"));
        return None;
    }
    Some(text).filter(|text| !text.is_empty())
}

fn max_attempts(fields: &mut Fields<'_>) -> Option<u32> {
    let value = fields.value("maxAttempts")?;
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (1.0..=f64::from(MAX_ATTEMPTS)).contains(number));
    let found = whole.and_then(|number| (1..=MAX_ATTEMPTS).find(|n| (f64::from(*n) - number).abs() < 0.5));
    if found.is_none() {
        fields.refuse("maxAttempts", format!("maxAttempts must be a whole number from 1 to {MAX_ATTEMPTS}"));
    }
    found
}

fn metadata(fields: &mut Fields<'_>, key: &str) -> Option<Object> {
    let value = fields.value(key)?;
    let Some(object) = value.as_object() else {
        fields.refuse(key, format!("{key} must be an object"));
        return None;
    };
    let problem = bounded(value, MAX_METADATA).or_else(|| is_secret(value).then(|| "must not contain secrets".to_owned()));
    match problem {
        Some(problem) => fields.refuse(key, format!("{key} {problem}")),
        None => return Some(object.clone()),
    }
    None
}

fn bounded(value: &Value, most: usize) -> Option<String> {
    if value.to_string().len() > most {
        Some(format!("must be at most {most} bytes of JSON"))
    } else if depth(value) > MAX_DEPTH {
        Some(format!("must be nested at most {MAX_DEPTH} levels deep"))
    } else {
        None
    }
}

/// A list of objects within bounds and without secrets; each entry's own problem is what `wrong` says.
fn objects(fields: &mut Fields<'_>, key: &str, most: usize, wrong: impl Fn(&Object) -> Option<String>) -> Option<Vec<Object>> {
    let value = fields.value(key)?;
    let Some(list) = value.as_array() else {
        fields.refuse(key, format!("{key} must be a list of objects"));
        return None;
    };
    if let Some(problem) = bounded(value, most) {
        fields.refuse(key, format!("{key} {problem}"));
        return None;
    }
    let mut found = Vec::with_capacity(list.len());
    for (index, entry) in list.iter().enumerate() {
        let problem = match entry.as_object() {
            None => Some("must be an object".to_owned()),
            Some(_) if is_secret(entry) => Some("must not contain secrets".to_owned()),
            Some(object) => wrong(object),
        };
        match (problem, entry.as_object()) {
            (None, Some(object)) => found.push(object.clone()),
            (problem, _) => {
                fields.refuse(&format!("{key}/{index}"), format!("{key}: entry {} {}", index + 1, problem.unwrap_or_default()));
                return None;
            }
        }
    }
    Some(found)
}

fn input_refs(fields: &mut Fields<'_>) -> Option<Vec<Object>> {
    objects(fields, "inputRefs", MAX_INPUT_REFS, |entry| {
        let kind = entry.get("type").and_then(Value::as_str).filter(|kind| !kind.trim().is_empty());
        if kind.is_none() {
            return Some("needs a type, such as task, file, url or doc".to_owned());
        }
        wrong_parts(entry, &["id", "uri", "title"])
    })
}

fn log_refs(fields: &mut Fields<'_>) -> Option<Vec<Object>> {
    objects(fields, "logRefs", MAX_LOG_REFS, |entry| wrong_parts(entry, &["artifactId", "storageUri", "title", "type"]))
}

fn wrong_parts(entry: &Object, texts: &[&str]) -> Option<String> {
    let given = |key: &str| entry.get(key).filter(|value| !value.is_null());
    if let Some(key) = texts.iter().find(|key| given(key).is_some_and(|value| !value.is_string())) {
        return Some(format!("has a {key} that is not a text"));
    }
    for address in ["uri", "storageUri"].iter().filter_map(|key| given(key)?.as_str()) {
        let lower = address.trim().to_ascii_lowercase();
        let hostile = ["javascript:", "data:", "vbscript:", "file:"].iter().any(|scheme| lower.starts_with(scheme));
        if hostile || address.chars().any(char::is_control) {
            return Some("has an address that cannot be followed; use one such as https://example.org/page".to_owned());
        }
    }
    given("metadata").is_some_and(|value| !value.is_object()).then(|| "has metadata that is not an object".to_owned())
}

/// A `/transition`: where to, and what comes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The status that is asked for.
    pub to: JobStatus,
    /// The request asks to go over the retry limit, which nobody may.
    pub over_limit: bool,
    /// The attempt that the caller worked on, when it says so.
    pub attempt: Option<u32>,
    /// What the event says, instead of our own words.
    pub summary: Option<String>,
    /// What the event keeps, instead of our own facts.
    pub metadata: Option<Object>,
    /// Where the logs are from now on.
    pub log_refs: Option<Vec<Object>>,
    /// What the outputs are from now on.
    pub output_artifact_ids: Option<Vec<String>>,
    /// Why it failed.
    pub error: Option<JobError>,
}

impl Move {
    /// A bare move, without anything that comes with it.
    pub fn bare(to: JobStatus) -> Self {
        Self { to, over_limit: false, attempt: None, summary: None, metadata: None, log_refs: None, output_artifact_ids: None, error: None }
    }

    /// Reads where a `/transition` goes. What comes with it is read by [`Self::with_details`], after the table was asked.
    ///
    /// # Errors
    /// No status, or one that does not exist.
    pub fn parse(body: &Object) -> Result<Self, Refusal> {
        let word = match body.get("status") {
            None | Some(Value::Null) => return Err(Refusal::field("/status", "status is required")),
            Some(Value::String(word)) => word.as_str(),
            Some(_) => return Err(Refusal::field("/status", JobStatus::unknown("?"))),
        };
        let to = JobStatus::parse(word).ok_or_else(|| Refusal::field("/status", JobStatus::unknown(word)))?;
        let attempt = match body.get("attempt").filter(|value| !value.is_null()) {
            None => None,
            Some(value) => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                Some(number.ok_or_else(|| Refusal::field("/attempt", "attempt must be the number of an attempt"))?)
            }
        };
        Ok(Self { over_limit: body.contains_key("override"), attempt, ..Self::bare(to) })
    }

    /// The same with what comes with it.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn with_details(self, body: &Object) -> Result<Self, Refusal> {
        let mut fields = Fields::of(body);
        let error = fields.value("error").or_else(|| fields.value("lastError")).map(JobError::read);
        let read = Self {
            metadata: metadata(&mut fields, "metadata"),
            log_refs: log_refs(&mut fields),
            output_artifact_ids: output_ids(&mut fields),
            summary: words(&mut fields, "summary", usize::MAX).map(cut),
            error: error.as_ref().and_then(|read| read.as_ref().ok().cloned()),
            ..self
        };
        if let Some(Err(refusal)) = error {
            fields.extend(refusal.errors);
        }
        fields.finish()?;
        Ok(read)
    }
}

fn output_ids(fields: &mut Fields<'_>) -> Option<Vec<String>> {
    let value = fields.value("outputArtifactIds")?;
    let good = |value: &Value| value.as_str().is_some_and(id::is_valid);
    let list = value.as_array().filter(|list| list.iter().all(good));
    let Some(list) = list else {
        fields.refuse("outputArtifactIds", "outputArtifactIds must be a list of artifact ids");
        return None;
    };
    let mut ids: Vec<String> = Vec::new();
    for id in list.iter().filter_map(Value::as_str) {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    if ids.len() > MAX_OUTPUTS {
        fields.refuse("outputArtifactIds", format!("a job has at most {MAX_OUTPUTS} outputs"));
        return None;
    }
    Some(ids)
}

/// An entry for the log, from trusted backend code.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// One line.
    pub summary: String,
    /// Bounded details.
    pub metadata: Option<Object>,
    /// Who says so, where the caller is nobody in particular.
    pub actor: Option<String>,
}

/// Reads a log entry. Lifecycle events are made by the lifecycle alone, so no other action is accepted.
///
/// # Errors
/// Every field that is wrong.
pub fn parse_log(body: &Object) -> Result<LogEntry, Refusal> {
    let mut fields = Fields::of(body);
    match fields.value("action").map(|action| action.as_str().unwrap_or_default()) {
        None => fields.refuse("action", "action is required; it must be log-appended"),
        Some("log-appended") => {}
        Some(_) => fields.refuse("action", "action must be log-appended; all other events are made by what happens to the job"),
    }
    must_say(&mut fields, "summary", "summary is required");
    let summary = unsecret(&mut fields, "summary", usize::MAX).map(cut);
    let metadata = metadata(&mut fields, "metadata");
    let actor = words(&mut fields, "actorId", id::MAX_LENGTH);
    fields.finish()?;
    Ok(LogEntry { summary: summary.unwrap_or_default(), metadata, actor })
}

/// Reads why an output is rejected.
///
/// # Errors
/// No reason, or one that looks like a secret.
pub fn parse_reason(body: &Object) -> Result<String, Refusal> {
    let mut fields = Fields::of(body);
    must_say(&mut fields, "reason", "reason is required: say what should be different");
    let reason = unsecret(&mut fields, "reason", usize::MAX);
    fields.finish()?;
    Ok(cut(reason.unwrap_or_default()))
}

fn cut(text: String) -> String {
    if text.len() <= MAX_WORDS { text } else { text.chars().take(MAX_WORDS).collect() }
}

/// A text without what the contract calls secret-like; blank counts as absent.
fn unsecret(fields: &mut Fields<'_>, key: &str, most: usize) -> Option<String> {
    let text = plain_lines(fields.text_up_to(key, most)?);
    if crate::secrets::looks_secret(&text) {
        fields.refuse(key, format!("{key} must not contain secrets"));
        return None;
    }
    Some(text).filter(|text| !text.is_empty())
}

/// As [`plain`], but its lines stay.
fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Reads what is said with an acknowledgement: a note, and the follow-up task to make, when one is asked for.
///
/// # Errors
/// Every field that is wrong.
pub fn parse_acknowledgement(body: &Object) -> Result<(Option<String>, Option<Object>), Refusal> {
    let mut fields = Fields::of(body);
    let note = unsecret(&mut fields, "note", MAX_NOTE);
    let follow_up = fields.value("followUp").cloned();
    let follow_up = match follow_up {
        None | Some(Value::Bool(false)) => None,
        Some(Value::Bool(true)) => Some(Object::new()),
        Some(Value::Object(task)) => Some(task),
        Some(_) => {
            fields.refuse("followUp", "followUp must be true, or an object with the task's description, date and assigneeId");
            None
        }
    };
    fields.finish()?;
    Ok((note, follow_up))
}

/// An output as somebody has seen it: its id and its checksum, where it has one.
pub type Seen = (String, Option<String>);

/// The checksums of the outputs that whoever approves has seen: artifact id and checksum. `None` when they are not named.
///
/// # Errors
/// When `artifacts` is no list of `{artifactId, checksum?}`.
pub fn parse_seen(body: &Object) -> Result<Option<Vec<Seen>>, Refusal> {
    let wrong = || Refusal::field("/artifacts", "artifacts must be a list of objects with artifactId and checksum");
    let Some(value) = body.get("artifacts").filter(|value| !value.is_null()) else { return Ok(None) };
    let list = value.as_array().ok_or_else(wrong)?;
    let read = |entry: &Value| {
        let id = entry.get("artifactId")?.as_str()?.to_owned();
        match entry.get("checksum") {
            None | Some(Value::Null) => Some((id, None)),
            Some(Value::String(sum)) => Some((id, Some(sum.clone()))),
            Some(_) => None,
        }
    };
    list.iter().map(read).collect::<Option<Vec<_>>>().map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().expect("an object")
    }

    fn refused(body: Value) -> String {
        parse_new(&object(body)).expect_err("a refusal").message
    }

    #[test]
    fn every_field_is_held_to_its_bounds() {
        let base = |extra: Value| {
            let mut body = json!({ "assistantType": "podcast", "taskId": "t" });
            body.as_object_mut().expect("an object").extend(object(extra));
            body
        };
        for attempts in [json!(0), json!(11), json!(1.5), json!("2"), json!(-1), json!([])] {
            assert!(refused(base(json!({ "maxAttempts": attempts }))).contains("1 to 10"));
        }
        let fits = |n: usize| json!({ "inputRefs": [{ "type": "other", "title": "x".repeat(n) }] });
        let empty = fits(0)["inputRefs"].to_string().len();
        assert!(parse_new(&object(base(fits(MAX_INPUT_REFS - empty)))).is_ok());
        assert!(refused(base(fits(MAX_INPUT_REFS - empty + 1))).contains("8192 bytes"));
        for bad in [
            json!({}),
            json!({ "type": " " }),
            json!({ "type": 1 }),
            json!("x"),
            json!({ "type": "url", "uri": "javascript:1" }),
            json!({ "type": "file", "id": 3 }),
        ] {
            assert!(refused(base(json!({ "inputRefs": [bad] }))).starts_with("inputRefs: entry 1"));
        }
        assert!(refused(base(json!({ "inputRefs": {} }))).contains("list"));
        assert!(refused(base(json!({ "approvalRequired": "yes" }))).contains("boolean"));
        assert!(refused(base(json!({ "metadata": [] }))).contains("object"));
        assert!(parse_owner(&object(json!({ "assistantType": "x" }))).is_err());
        assert!(parse_owner(&object(json!({ "assistantType": " ", "taskId": "t" }))).is_err());
    }

    #[test]
    fn no_field_takes_a_secret() {
        let body = |extra: Value| {
            let mut body = json!({ "assistantType": "podcast", "taskId": "t" });
            body.as_object_mut().expect("an object").extend(object(extra));
            body
        };
        for bad in [
            json!({ "inputRefs": [{ "type": "other", "metadata": { "apiKey": 1 } }] }),
            json!({ "inputRefs": [{ "type": "url", "uri": "https://example.org/?token=abc" }] }),
            json!({ "metadata": { "deep": [{ "cookie": "x" }] } }),
            json!({ "title": format!("use {}", ["ghp", "_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"].concat()) }),
        ] {
            assert!(parse_new(&object(body(bad.clone()))).is_err(), "{bad}");
        }
        assert!(parse_reason(&object(json!({ "reason": "Bearer abc" }))).is_err());
        assert!(
            parse_log(&object(json!({ "action": "log-appended", "summary": "api_key=1" })))
                .expect_err("refused")
                .message
                .contains("secrets")
        );
        assert!(parse_log(&object(json!({ "action": "succeeded", "summary": "x" }))).is_err());
    }

    #[test]
    fn a_reason_is_cut_and_never_blank() {
        assert_eq!(parse_reason(&object(json!({ "reason": "r".repeat(1_500) }))).expect("a reason").len(), MAX_WORDS);
        assert!(parse_reason(&object(json!({ "reason": " \n" }))).is_err());
        for nothing in ["\u{7f}\u{1b}", "\u{0}", "\u{200b}", "\u{feff}\n\u{2060}"] {
            assert!(parse_reason(&object(json!({ "reason": nothing }))).is_err(), "{nothing:?}");
            assert!(parse_log(&object(json!({ "action": "log-appended", "summary": nothing }))).is_err(), "{nothing:?}");
            assert!(parse_new(&object(json!({ "assistantType": nothing, "taskId": "t" }))).is_err(), "{nothing:?}");
        }
    }
}
