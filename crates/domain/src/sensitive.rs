//! Text that looks like a credential or a signed address, and so may not be kept in a note.

const MARKERS: [&str; 8] =
    ["x-amz-signature", "x-amz-credential", "x-amz-security-token", "signature=", "sig=", "access_token=", "token=", "authorization:"];

/// True when the text holds a signed address, a token parameter, an API key or an authorization header.
pub fn looks_sensitive(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    MARKERS.iter().any(|marker| text.contains(marker)) || has_api_key(&text) || has_bearer(&text)
}

fn has_api_key(text: &str) -> bool {
    ["api key", "api_key", "api-key", "apikey"]
        .iter()
        .any(|marker| text.match_indices(marker).any(|(at, _)| text[at + marker.len()..].trim_start().starts_with('=')))
}

fn has_bearer(text: &str) -> bool {
    text.match_indices("bearer").any(|(at, word)| {
        let rest = &text[at + word.len()..];
        let credential = rest.trim_start();
        rest.len() > credential.len() && !credential.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::looks_sensitive;

    #[test]
    fn finds_what_must_not_be_kept() {
        for text in
            ["https://b.s3.amazonaws.com/k?X-Amz-Signature=abc", "see ?sig=12", "api_key = 12", "Authorization: Basic x", "Bearer abc"]
        {
            assert!(looks_sensitive(text), "{text}");
        }
        for text in ["asked again by mail", "the bearer.", "task-42", "an API key is needed"] {
            assert!(!looks_sensitive(text), "{text}");
        }
    }
}
