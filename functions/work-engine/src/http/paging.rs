//! `limit` and `cursor`, accepted on every list. A cursor is opaque: it holds the sort value of the last record seen.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dataops_domain::refusal::Refusal;
use dataops_engine::Error;
use dataops_store::{MAX_LIST, Range};

use super::Call;

impl Call {
    /// The part of a list that is asked for.
    pub(crate) fn range(&self) -> Result<Range, Error> {
        Ok(Range { limit: self.limit()?, after: self.cursor()?, ..Range::default() })
    }

    fn limit(&self) -> Result<Option<usize>, Error> {
        let Some(text) = self.query("limit") else { return Ok(None) };
        let wrong = || Refusal::field("/limit", "limit must be a whole number, at least 1");
        let limit = text.parse::<usize>().ok().filter(|limit| *limit > 0).ok_or_else(wrong)?.min(MAX_LIST);
        Ok(Some(limit))
    }

    /// The sort value behind the cursor.
    pub(crate) fn cursor(&self) -> Result<Option<String>, Error> {
        let Some(text) = self.query("cursor") else { return Ok(None) };
        let wrong = || Refusal::field("/cursor", "cursor must be the nextCursor of an earlier answer");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let sort = String::from_utf8(bytes).ok().filter(|sort| !sort.is_empty() && sort.len() <= 512 && sort.is_ascii());
        Ok(Some(sort.ok_or_else(wrong)?))
    }
}

/// The cursor of a sort value.
pub(crate) fn cursor(sort: Option<String>) -> Option<String> {
    sort.map(|sort| URL_SAFE_NO_PAD.encode(sort))
}
