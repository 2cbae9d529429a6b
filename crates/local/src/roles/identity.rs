//! Who calls: every function has access keys of its own, and the keys of `admin` stand for AWS itself and for people with
//! credentials. The signature's scope names both the key and the region.

use http::{HeaderMap, Uri, header};

/// The access key that may do everything.
pub const ADMIN: &str = "dataops-local";
/// An access key that stands for credentials that have run out.
pub const EXPIRED: &str = "dataops-local-expired";

/// The access key of a function, by its logical id.
pub fn access_key(function: &str) -> String {
    format!("{ADMIN}-{function}")
}

/// The secret that goes with an access key. It only guards loopback.
pub fn secret_key(access_key: &str) -> String {
    format!("{access_key}-secret")
}

/// What a request's signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) access_key: String,
    pub(super) region: String,
}

impl Scope {
    /// The scope of a signed request or of a presigned address; `None` without one.
    pub(super) fn of(headers: &HeaderMap, uri: &Uri) -> Option<Self> {
        let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let signed = header.and_then(|value| value.strip_prefix("AWS4-")?.split_once("Credential=")).map(|(_, rest)| rest);
        match signed {
            Some(rest) => Self::parse(rest.split([',', ' ']).next()?),
            None => Self::parse(&presigned(uri.query()?)?),
        }
    }

    /// `key/20260701/us-east-1/dynamodb/aws4_request`.
    fn parse(credential: &str) -> Option<Self> {
        let parts: Vec<&str> = credential.rsplitn(5, '/').collect();
        match parts.as_slice() {
            ["aws4_request", _service, region, _date, key] => Some(Self { access_key: (*key).to_owned(), region: (*region).to_owned() }),
            _ => None,
        }
    }
}

/// The credential in a presigned address.
fn presigned(query: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("X-Amz-Credential"))?;
    Some(value.replace("%2F", "/").replace("%2f", "/"))
}

#[cfg(test)]
mod tests {
    use super::{Scope, access_key};
    use http::{HeaderMap, Uri, header};

    #[test]
    fn the_caller_is_read_from_header_and_address() {
        let scope = Some(Scope { access_key: access_key("PortalFunction"), region: "us-east-1".to_owned() });
        let header = "AWS4-HMAC-SHA256 Credential=dataops-local-PortalFunction/20260701/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        let signed = HeaderMap::from_iter([(header::AUTHORIZATION, header.parse().expect("a header"))]);
        assert_eq!(Scope::of(&signed, &Uri::from_static("/")), scope);
        let address = "/b/k?X-Amz-Algorithm=x&X-Amz-Credential=dataops-local-PortalFunction%2F20260701%2Fus-east-1%2Fs3%2Faws4_request";
        assert_eq!(Scope::of(&HeaderMap::new(), &Uri::from_static(address)), scope);
        for odd in ["Basic eDp5", "AWS4-HMAC-SHA256 Credential=a/b/c", ""] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, odd.parse().expect("a header"))]);
            assert_eq!(Scope::of(&headers, &Uri::from_static("/?X-Amz-Credential=odd")), None, "{odd}");
        }
    }
}
