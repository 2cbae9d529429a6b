//! Paging over a catalog that was read whole.

use dataops_store::Range;

/// The part of a sorted catalog after the record whose id is the cursor, and the cursor of the part after that.
pub(crate) fn catalog_page<T>(records: Vec<T>, range: &Range, id: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
    let after = range.after.as_deref();
    let start = after.map_or(0, |after| records.iter().position(|record| id(record) == after).map_or(records.len(), |place| place + 1));
    let limit = range.limit.unwrap_or(dataops_store::MAX_LIST);
    let more = records.len() > start + limit;
    let page: Vec<T> = records.into_iter().skip(start).take(limit).collect();
    let next = page.last().filter(|_| more).map(|last| id(last).to_owned());
    (page, next)
}
