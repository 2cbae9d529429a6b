//! What everybody on the internet sees of a stack.

use super::Checks;
use crate::error::CliError;
use crate::http::{self, Answer};

/// Headers that every page carries, and what each has to say.
const HEADERS: [(&str, &str); 4] = [
    ("content-security-policy", "default-src 'none'"),
    ("content-security-policy", "frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
];

/// Tries the portal without signing in.
pub(super) async fn check(url: &str, checks: &mut Checks) {
    let health = get(url, "/health").await.and_then(|answer| expect(&answer, "/health", &[200], "it answers"));
    let reached = health.is_ok();
    checks.note("portal", health.map_err(|words| format!("{words}; is the address right, and is the stack there?")));
    if !reached {
        return;
    }
    checks.note("sign-in", sign_in(url).await);
    checks.note("headers", headers(url).await);
    checks.note("doors", doors(url).await);
}

async fn sign_in(url: &str) -> Result<String, String> {
    let home = get(url, "/").await?;
    let to = home.header("location").unwrap_or_default();
    if !(300..400).contains(&home.status) || !to.starts_with("/sign-in") {
        return Err(format!("/ answered {} and did not lead to signing in", home.status));
    }
    let page = get(url, "/sign-in").await?;
    expect(&page, "/sign-in", &[200], "")?;
    match page.text().contains("type=\"password\"") {
        true => Ok("its page asks for a password".to_owned()),
        false => Err("/sign-in is not the page of this product: no field for a password is on it".to_owned()),
    }
}

async fn headers(url: &str) -> Result<String, String> {
    let page = get(url, "/sign-in").await?;
    let lacks = |(name, part): &(&str, &str)| !page.header(name).is_some_and(|value| value.contains(part));
    let missing: Vec<String> = HEADERS.iter().filter(|wanted| lacks(wanted)).map(|(name, part)| format!("{name}: {part}")).collect();
    if !missing.is_empty() {
        return Err(format!("missing: {}; does something stand between here and the portal?", missing.join(", ")));
    }
    if url.starts_with("https://") || is_loopback(url) {
        return Ok("the security headers are there".to_owned());
    }
    Err("passwords would travel unencrypted: use an https address".to_owned())
}

/// Nothing behind the portal answers whoever has not signed in.
async fn doors(url: &str) -> Result<String, String> {
    for (path, statuses) in [("/work/api/tasks", &[401][..]), ("/api/tasks", &[404]), ("/work/api/exports", &[401])] {
        expect(&get(url, path).await?, path, statuses, "").map_err(|words| format!("{words}, without anybody signed in"))?;
    }
    Ok("the engine is not reached without signing in".to_owned())
}

async fn get(url: &str, path: &str) -> Result<Answer, String> {
    http::get(&format!("{url}{path}")).await.map_err(|error: CliError| error.to_string())
}

fn expect(answer: &Answer, path: &str, statuses: &[u16], fine: &str) -> Result<String, String> {
    if statuses.contains(&answer.status) {
        return Ok(fine.to_owned());
    }
    Err(format!("{path} answered {}, expected {}", answer.status, statuses[0]))
}

fn is_loopback(url: &str) -> bool {
    let rest = url.trim_start_matches("http://");
    let host = rest.split('/').next().unwrap_or_default().rsplit_once(':').map_or(rest, |(host, _)| host);
    ["127.0.0.1", "localhost", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_machine_goes_without_encryption() {
        for url in ["http://127.0.0.1:8300", "http://localhost:1", "http://localhost", "http://[::1]:9/x"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["http://example.org", "http://127.0.0.1.example.org:80", "http://10.0.0.1:8300"] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
