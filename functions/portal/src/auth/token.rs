//! Comparing tokens. Making them is [`dataops_fleet::random`]; the browser holds a token, the store only its hash.

use subtle::ConstantTimeEq;

pub(crate) use dataops_domain::credential::hash;
pub(crate) use dataops_fleet::random::secret as random;

/// True when both are the same and not empty; takes the same time wherever they differ.
pub(crate) fn same(given: &str, expected: &str) -> bool {
    !expected.is_empty() && bool::from(given.as_bytes().ct_eq(expected.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_equals_nothing() {
        let one = random().expect("a token");
        assert!(same(&one, &one));
        assert!(!same(&one, &random().expect("a token")));
        assert!(!same(&one[..42], &one));
        assert!(!same("", ""), "an empty token proves nothing");
        assert_eq!(hash("a").len(), 64);
    }
}
