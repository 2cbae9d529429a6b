//! Paging over a catalog that was read whole.

use dataops_domain::Refusal;
use dataops_store::{MAX_LIST, MAX_LIST_BYTES, Range};
use serde::Serialize;

use crate::error::Error;

/// The part of a sorted catalog after the record whose id is the cursor, and the cursor of the part after that.
pub(crate) fn catalog_page<T: Serialize>(
    records: Vec<T>,
    range: &Range,
    id: impl Fn(&T) -> &str,
) -> Result<(Vec<T>, Option<String>), Error> {
    let gone = || Refusal::field("/cursor", "cursor names a record that is gone; read the list from its beginning");
    let start = match &range.after {
        Some(after) => records.iter().position(|record| id(record) == after).ok_or_else(gone)? + 1,
        None => 0,
    };
    let total = records.len();
    let mut bytes = 0;
    let mut page: Vec<T> = Vec::new();
    for record in records.into_iter().skip(start).take(range.limit.unwrap_or(MAX_LIST)) {
        bytes += serde_json::to_vec(&record).map_or(0, |bytes| bytes.len());
        if bytes > MAX_LIST_BYTES && !page.is_empty() {
            break;
        }
        page.push(record);
    }
    let next = page.last().filter(|_| start + page.len() < total).map(|last| id(last).to_owned());
    Ok((page, next))
}
