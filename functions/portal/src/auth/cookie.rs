//! Reading and writing cookies.

use http::HeaderMap;
use http::header::{COOKIE, HOST};

/// Holds the session's token.
pub(crate) const SESSION: &str = "dataops_session";
/// Proves that the sign-in form was asked for by the browser that sends it.
pub(crate) const SIGN_IN: &str = "dataops_sign_in";
/// The same for the form behind a setup link.
pub(crate) const SETUP: &str = "dataops_setup";
/// The chosen theme: `light` or `dark`; without it the system's.
pub(crate) const THEME: &str = "dataops_theme";

/// The value of a cookie.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).find(|value| !value.is_empty())
}

/// A `Set-Cookie` line; `seconds` 0 removes the cookie.
pub(crate) fn set(headers: &HeaderMap, name: &str, value: &str, path: &str, seconds: i64) -> String {
    let secure = if is_loopback(headers) { "" } else { "; Secure" };
    format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Where the browser reached us: scheme and host.
pub(crate) fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{}://{host}", if is_loopback(headers) { "http" } else { "https" })
}

/// True when the browser asked for this machine itself, where there is no TLS.
fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        [(name, http::HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(COOKIE, "a=1; dataops_session=x=y; b=");
        assert_eq!(read(&headers, SESSION), Some("x=y"));
        assert_eq!(read(&headers, "b"), None);
        assert_eq!(read(&headers, "session"), None);
    }

    #[test]
    fn only_loopback_goes_without_tls() {
        for host in ["localhost:3000", "127.0.0.1", "[::1]:3000"] {
            assert!(!set(&headers(HOST, host), SESSION, "t", "/", 1).contains("Secure"), "{host}");
        }
        for host in ["dataops.example.org", "localhost.example.org", "10.0.0.1:80"] {
            assert!(set(&headers(HOST, host), SESSION, "t", "/", 1).ends_with("; Secure"), "{host}");
        }
    }
}
