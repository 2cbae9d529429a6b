//! The markers that the wire contract names. They are narrower and blunter than the rules: plain words in any case,
//! so that a client hears the same refusal it always heard.

/// Parameters of signed addresses and token parameters (wire contract 11).
const SIGNED: [&str; 7] = ["x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature=", "sig=", "access_token=", "token="];

const API_KEY: [&str; 4] = ["api key", "api_key", "api-key", "apikey"];
const SIGNED_URL: [&str; 4] = ["signed url", "signed_url", "signed-url", "signedurl"];
const SECRET_KEYS: [&str; 6] = ["secret", "token", "password", "credential", "cookie", "authorization"];

/// True when a note or a channel holds one of the words of wire contract 4.5: a signed address, a token parameter, an
/// API key followed by `=`, an authorization header or a bearer credential.
pub fn note_marker(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    has_any(&text, &SIGNED) || text.contains("authorization:") || has_api_key(&text) || has_bearer(&text)
}

/// True when an address or a metadata value holds a signed-address marker (wire contract 11: `storageUri`, `metadata`).
pub fn signed_url_marker(uri: &str) -> bool {
    has_any(&uri.to_ascii_lowercase(), &SIGNED)
}

/// True when a text of a portable record holds a marker of wire contract 15.3: those of section 11, and `password=`,
/// `secret=`, `credential=` or an API key followed by `=`.
pub fn portable_marker(text: &str) -> bool {
    let telling = text.contains('=') || text.as_bytes().windows(6).any(|six| six.eq_ignore_ascii_case(b"x-amz-"));
    if !telling {
        return false;
    }
    let text = text.to_ascii_lowercase();
    has_any(&text, &SIGNED) || has_any(&text, &["password=", "secret=", "credential="]) || has_api_key(&text)
}

/// True when the name of a field says that its value is a secret (wire contract 11, 12.2 and 15.3).
pub fn is_secret_key(key: &str) -> bool {
    const BEGINNINGS: [&[u8; 3]; 8] = [b"sec", b"tok", b"pas", b"cre", b"coo", b"aut", b"api", b"sig"];
    if !key.as_bytes().windows(3).any(|three| BEGINNINGS.iter().any(|beginning| three.eq_ignore_ascii_case(*beginning))) {
        return false;
    }
    let key = key.to_ascii_lowercase();
    has_any(&key, &SECRET_KEYS) || has_any(&key, &API_KEY) || has_any(&key, &SIGNED_URL)
}

/// True when a value of an assistant job is secret-like (wire contract 12.2), by its markers or by any rule.
pub fn looks_secret(value: &str) -> bool {
    let text = value.to_ascii_lowercase();
    has_any(&text, &["x-amz-signature", "x-amz-credential", "x-amz-security-token", "access_token=", "token="])
        || has_any(&text, &API_KEY)
        || has_bearer(&text)
        || follows(&text, "ghp_", |_| true)
        || follows(&text, "sk-", |rest| !is_word(rest, "learn"))
        || super::first(value).is_some()
}

fn has_any(text: &str, markers: &[&str]) -> bool {
    markers.iter().any(|marker| text.contains(marker))
}

fn has_api_key(text: &str) -> bool {
    API_KEY.iter().any(|word| text.match_indices(word).any(|(at, _)| text[at + word.len()..].trim_start().starts_with('=')))
}

fn has_bearer(text: &str) -> bool {
    text.match_indices("bearer").any(|(at, word)| {
        let rest = &text[at + word.len()..];
        let credential = rest.trim_start();
        rest.len() > credential.len() && !credential.is_empty()
    })
}

/// True when `prefix` begins a word, a letter or digit follows it, and `also` holds of what follows.
fn follows(text: &str, prefix: &str, also: fn(&str) -> bool) -> bool {
    text.match_indices(prefix).any(|(at, _)| {
        let rest = &text[at + prefix.len()..];
        let inside = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        !inside && rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && also(rest)
    })
}

fn is_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_refused_by_the_words_of_the_contract() {
        for text in [
            "https://b.s3.amazonaws.com/k?X-Amz-Signature=abc",
            "see ?sig=12",
            "?access_token=1",
            "api_key = 12",
            "API KEY=1",
            "Authorization: Basic x",
            "Bearer abc",
        ] {
            assert!(note_marker(text), "{text}");
        }
        for text in ["asked again by mail", "the bearer.", "task-42", "an API key is needed", "the token: ask Anna"] {
            assert!(!note_marker(text), "{text}");
        }
    }

    #[test]
    fn job_values_are_secret_like_by_the_words_of_the_contract() {
        for text in ["sk-live", "use sk-1", "GHP_x", "bearer abc", "our api-key", "a?token=1"] {
            assert!(looks_secret(text), "{text}");
        }
        for text in ["task-42", "risk-free", "sk-learn", "desk-based", "ghp_", "signature=1"] {
            assert!(!looks_secret(text), "{text}");
        }
    }

    #[test]
    fn portable_texts_are_judged_by_the_words_of_the_contract() {
        for text in ["a?X-Amz-Credential:x", "?sig=1", "PASSWORD=x", "my secret=1", "credential=", "api-key = 3", "?token=1"] {
            assert!(portable_marker(text), "{text}");
        }
        for text in ["a=b", "the token: ask Anna", "x-amz-date", "password", "an api key"] {
            assert!(!portable_marker(text), "{text}");
        }
    }

    #[test]
    fn names_of_secret_fields_are_known() {
        for key in ["accessToken", "client_secret", "Cookie", "signedUrl", "signed-url", "API_KEY", "apiKey", "dbPassword"] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["title", "key", "url", "apis"] {
            assert!(!is_secret_key(key), "{key}");
        }
    }
}
