//! Answers that carry a file's bytes, or the address where they are.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use dataops_engine::{Download, Error};
use http::header::{self, HeaderName};
use http::{HeaderValue, StatusCode};

use super::Call;

impl Call {
    /// Writes a download: never opened in place, never guessed at, never kept by a shared cache.
    pub(crate) fn download(&self, result: Result<Download, Error>) -> Response {
        let (mut response, headers) = match result {
            Ok(Download::Bytes { bytes, content_type, disposition }) => {
                (Body::from(bytes).into_response(), vec![(header::CONTENT_TYPE, content_type), (header::CONTENT_DISPOSITION, disposition)])
            }
            Ok(Download::At(url)) => (StatusCode::FOUND.into_response(), vec![(header::LOCATION, url)]),
            Err(error) => return self.answer(Err(error)),
        };
        let always = [(header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()), (header::CACHE_CONTROL, "private, no-store".to_owned())];
        for (name, value) in headers.into_iter().chain(always) {
            set(&mut response, name, &value);
        }
        response
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
