//! Which kind of event a payload is, so that one of the wrong kind is refused by name and not misread.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{InvokeError, scope};

/// The name under which a function hands the id of the request on to the one it starts.
pub const CORRELATION: &str = "correlationId";

/// The event of a function that is started by its schedule or by another function: from the schedule, which sends no text of its own, it is
/// `{}`; everything else is one of the fields of `T`, which refuses unknown ones.
///
/// # Errors
/// What came instead of such an event, and what was expected.
pub fn started<T: DeserializeOwned>(payload: &[u8], expected: &str) -> Result<T, InvokeError> {
    let event: Value = serde_json::from_slice(payload).map_err(InvokeError::bad_event)?;
    let Value::Object(mut fields) = event else {
        return Err(wrong(&event, expected));
    };
    if is_scheduled(&fields) {
        fields.clear();
    }
    if let Some(Value::String(id)) = fields.remove(CORRELATION) {
        scope::correlate(&id);
    }
    let event = Value::Object(fields);
    serde_json::from_value(event.clone()).map_err(|error| match kind(&event) {
        Some(_) => wrong(&event, expected),
        None => InvokeError::bad_event(format!("{error}; expected {expected}")),
    })
}

/// An event that is not what was expected, said by its kind.
pub(crate) fn wrong(event: &Value, expected: &str) -> InvokeError {
    InvokeError::bad_event(format!("it is {}; expected {expected}", kind(event).unwrap_or("of no known kind")))
}

/// True for what EventBridge sends for a schedule without an input of its own.
fn is_scheduled(fields: &Map<String, Value>) -> bool {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    matches!(text("source"), Some("aws.scheduler" | "aws.events")) && text("detail-type") == Some("Scheduled Event")
}

/// The kind of an event, in words; `None` for one that AWS does not make.
fn kind(event: &Value) -> Option<&'static str> {
    let source = || event["Records"][0]["eventSource"].as_str().or_else(|| event["Records"][0]["EventSource"].as_str());
    match event {
        Value::Object(fields) if fields.contains_key("Records") => Some(match source() {
            Some("aws:sqs") => "an SQS event",
            Some("aws:s3") => "an S3 event",
            Some("aws:sns") => "an SNS event",
            Some("aws:dynamodb") => "a DynamoDB stream event",
            _ => "an event with Records",
        }),
        Value::Object(fields) if fields.contains_key("dataopsAdmin") => Some("a command of administration"),
        Value::Object(fields) if fields.contains_key("detail-type") => Some("an EventBridge event"),
        Value::Object(fields) if fields.contains_key("requestContext") => Some(match event["version"].as_str() {
            Some("2.0") => "an API Gateway HTTP API event",
            _ => "an API Gateway event of another payload format",
        }),
        Value::Object(_) => None,
        Value::Null => Some("null"),
        _ => Some("no JSON object"),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Event {
        #[serde(default)]
        resume: bool,
    }

    fn read(payload: &str) -> Result<Event, String> {
        started(payload.as_bytes(), "`{}` or `resume`").map_err(|error| error.error_message)
    }

    #[test]
    fn schedules_and_own_events_are_read() {
        let scheduled = r#"{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.scheduler","detail":"{}"}"#;
        for (payload, resume) in [("{}", false), (scheduled, false), (r#"{"resume":true,"correlationId":"a"}"#, true)] {
            assert_eq!(read(payload), Ok(Event { resume }), "{payload}");
        }
    }

    #[test]
    fn an_event_of_another_kind_is_refused_by_its_name() {
        for (payload, words) in [
            (r#"{"Records":[{"eventSource":"aws:sqs"}]}"#, "it is an SQS event; expected `{}` or `resume`"),
            (r#"{"version":"2.0","requestContext":{}}"#, "it is an API Gateway HTTP API event"),
            (r#"{"version":"1.0","requestContext":{}}"#, "another payload format"),
            (r#"{"detail-type":"EC2 Instance State-change","source":"aws.ec2"}"#, "it is an EventBridge event"),
            (r#"{"dataopsAdmin":{}}"#, "a command of administration"),
            (r#"{"resumee":true}"#, "unknown field `resumee`"),
            (r#"{"resume":"yes"}"#, "expected a boolean"),
            ("null", "it is null"),
            ("[]", "no JSON object"),
            ("{", "the event cannot be read"),
        ] {
            let error = read(payload).expect_err(payload);
            assert!(error.contains(words), "{payload}: {error}");
        }
    }
}
