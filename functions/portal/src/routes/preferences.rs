//! `POST /theme`: light, dark, or as the system has it.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, header};

use crate::auth::cookie;
use crate::auth::signed_in::Sent;
use crate::portal::Portal;

const A_YEAR: i64 = 365 * 86_400;

pub(super) async fn theme(State(_): State<Portal>, headers: HeaderMap, sent: Sent) -> Response {
    let (value, seconds) = match sent.form.text("theme") {
        "light" => ("light", A_YEAR),
        "dark" => ("dark", A_YEAR),
        _ => ("", 0),
    };
    let cookie = cookie::set(&headers, cookie::THEME, value, "/", seconds);
    ([(header::SET_COOKIE, cookie)], Redirect::to(sent.form.back("/"))).into_response()
}
