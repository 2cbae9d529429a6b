//! The embedded S3: a folder per bucket, real signatures, and what a browser needs to send to it from a page.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use s3s::service::{S3Service, S3ServiceBuilder};
use tower::ServiceExt;

use crate::LocalError;
use crate::roles::Roles;
use crate::roles::objects::{Access, Secrets, denied, hides_absence};
use crate::template::{Bucket, Template};

/// What a request is answered with.
#[derive(Clone)]
struct Served {
    service: S3Service,
    buckets: Vec<Bucket>,
    roles: Arc<Roles>,
}

/// The S3 service over `folder`, which gets one folder per bucket of the template. It does what roles allow.
pub(crate) fn router(folder: &Path, template: &Template, roles: Arc<Roles>) -> Result<Router, LocalError> {
    for bucket in &template.buckets {
        let path = folder.join(&bucket.name);
        std::fs::create_dir_all(&path).map_err(|error| LocalError::folder(&path, &error))?;
    }
    let files = s3s_fs::FileSystem::new(folder).map_err(|error| LocalError::Objects(format!("{error:?}")))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(Secrets(Arc::clone(&roles)));
    service.set_access(Access(Arc::clone(&roles)));
    let served = Served { service: service.build(), buckets: template.buckets.clone(), roles };
    Ok(Router::new().fallback(answer).with_state(served))
}

async fn answer(State(Served { service, buckets, roles }): State<Served>, request: Request) -> Response {
    let allowed = cors(&buckets, request.uri().path(), request.headers(), request.method());
    if request.method() == Method::OPTIONS {
        let status = if allowed.is_empty() { StatusCode::FORBIDDEN } else { StatusCode::OK };
        return (status, allowed).into_response();
    }
    let (method, headers, uri) = (request.method().clone(), request.headers().clone(), request.uri().clone());
    match service.oneshot(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND && hides_absence(&roles, &method, &headers, &uri) => denied(),
        Ok(response) => {
            let mut response = response.map(Body::new);
            response.headers_mut().extend(allowed);
            response
        }
        Err(error) => {
            tracing::error!(?error, "the embedded object store failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The headers that let a page on loopback use the bucket as the template's rules let the portal's pages on AWS.
fn cors(buckets: &[Bucket], path: &str, headers: &HeaderMap, method: &Method) -> HeaderMap {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let wanted = text(header::ACCESS_CONTROL_REQUEST_METHOD).unwrap_or(method.as_str());
    let bucket = buckets.iter().find(|bucket| path.trim_start_matches('/').split('/').next() == Some(&bucket.name));
    let rule = bucket.and_then(|bucket| bucket.cors.iter().find(|rule| rule.allowed_methods.iter().any(|m| m == wanted)));
    let origin = text(header::ORIGIN).filter(|origin| is_loopback(origin));
    let (Some(rule), Some(origin)) = (rule, origin) else { return HeaderMap::new() };
    let mut allowed = HeaderMap::new();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.to_owned()),
        (header::ACCESS_CONTROL_ALLOW_METHODS, rule.allowed_methods.join(", ")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, rule.allowed_headers.join(", ")),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, rule.exposed_headers.join(", ")),
        (header::ACCESS_CONTROL_MAX_AGE, rule.max_age.to_string()),
        (header::VARY, "Origin".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            allowed.insert(name, value);
        }
    }
    allowed
}

fn is_loopback(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").unwrap_or_default();
    matches!(host.split(':').next(), Some("127.0.0.1" | "localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Given;

    #[test]
    fn a_page_on_loopback_may_put_and_others_may_not() {
        let template = Template::load(&Given::local("0123456789abcdef0123456789abcdef")).expect("a template");
        let path = format!("/{}/a/b", template.buckets[0].name);
        let ask = |origin: &'static str, method: Method| {
            let headers = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
            !cors(&template.buckets, &path, &headers, &method).is_empty()
        };
        assert!(ask("http://127.0.0.1:8300", Method::PUT));
        assert!(ask("http://localhost:8300", Method::PUT));
        assert!(!ask("http://127.0.0.1:8300", Method::DELETE));
        assert!(!ask("https://evil.example", Method::PUT));
    }
}
