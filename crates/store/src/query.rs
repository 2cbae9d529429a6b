//! Lists by index, in full: pages are followed until the list ends, `limit` is reached, or it is too big to answer.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use futures_util::future::try_join_all;

use crate::error::StoreError;
use crate::item::{self, Item, Record, Stored};
use crate::tables::Index;
use crate::{MAX_LIST, MAX_LIST_BYTES, Store};

/// The longest key an index takes from outside, in bytes.
pub(crate) const MAX_KEY: usize = 2_048;
/// How many pages a filtered list reads before it answers with what it has and a cursor.
const MAX_PAGES: usize = 20;

/// Which part of an index to read, by its sort attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    /// From this value on, included; the shorter text includes all that begin with it.
    pub from: Option<String>,
    /// Up to this value and all that begin with it.
    pub to: Option<String>,
    /// Only what comes after this exact value: a cursor.
    pub after: Option<String>,
    /// Last first.
    pub descending: bool,
    /// At most this many; 1,000 when absent.
    pub limit: Option<usize>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<R> {
    /// The records, in order.
    pub records: Vec<Stored<R>>,
    /// The sort value to continue after, when there is more.
    pub next: Option<String>,
}

impl<R> Page<R> {
    /// The records without their heads.
    pub fn into_records(self) -> Vec<R> {
        self.records.into_iter().map(|stored| stored.record).collect()
    }
}

struct Row {
    sort: String,
    bytes: usize,
    item: Item,
}

impl Store {
    /// Reads an index over several partitions (shards, or statuses) at once, merged by the sort attribute.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub(crate) async fn query<R: Record>(
        &self,
        index: Index,
        partitions: &[String],
        range: &Range,
        filter: Option<(&str, &str)>,
    ) -> Result<Page<R>, StoreError> {
        let limit = range.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
        let parts = try_join_all(partitions.iter().map(|partition| self.partition(index, partition, range, filter, limit))).await?;
        let mut rows: Vec<Row> = parts.into_iter().flatten().collect();
        rows.sort_by(|a, b| if range.descending { b.sort.cmp(&a.sort) } else { a.sort.cmp(&b.sort) });
        let mut bytes = 0;
        let fits = rows.iter().take(limit).take_while(|row| {
            bytes += row.bytes;
            bytes <= MAX_LIST_BYTES
        });
        let kept = fits.count().max(1).min(rows.len());
        let next = (kept < rows.len()).then(|| rows[kept - 1].sort.clone());
        let mut records = Vec::with_capacity(kept);
        for row in rows.into_iter().take(kept) {
            records.extend(item::read(&row.item)?);
        }
        Ok(Page { records, next })
    }

    /// As [`Self::query`], but the items as they are, tombstones too, and one more than the limit when there is more.
    pub(crate) async fn query_items(&self, index: Index, partitions: &[String], range: &Range) -> Result<Vec<Item>, StoreError> {
        let limit = range.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
        let parts = try_join_all(partitions.iter().map(|partition| self.partition(index, partition, range, None, limit))).await?;
        let mut rows: Vec<Row> = parts.into_iter().flatten().collect();
        rows.sort_by(|a, b| if range.descending { b.sort.cmp(&a.sort) } else { a.sort.cmp(&b.sort) });
        Ok(rows.into_iter().map(|row| row.item).collect())
    }

    /// Reads one partition of an index and keeps what `wanted` takes, following pages until the answer is full. A key that
    /// no record can have gives nothing.
    ///
    /// # Errors
    /// When the database refuses or an item can't be read.
    pub(crate) async fn query_of<R: Record>(
        &self,
        index: Index,
        partition: &str,
        range: &Range,
        wanted: impl Fn(&R) -> bool,
    ) -> Result<Page<R>, StoreError> {
        let limit = range.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
        let mut kept = Page { records: Vec::new(), next: None };
        if partition.is_empty() || partition.len() > MAX_KEY {
            return Ok(kept);
        }
        let mut rest = range.clone();
        for _ in 0..MAX_PAGES {
            let page = self.query::<R>(index, &[partition.to_owned()], &rest, None).await?;
            let full = page.records.len();
            kept.records.extend(page.records.into_iter().filter(|stored| wanted(&stored.record)));
            if kept.records.len() > limit || (kept.records.len() == limit && page.next.is_some()) {
                kept.records.truncate(limit);
                kept.next = kept.records.last().map(|stored| sort_of(&stored.record, index));
                return Ok(kept);
            }
            kept.next = page.next;
            if kept.next.is_none() || full == 0 {
                return Ok(kept);
            }
            rest.after.clone_from(&kept.next);
        }
        Ok(kept)
    }

    /// Reads one partition, one record more than the limit, so that the caller knows whether there is more.
    async fn partition(
        &self,
        index: Index,
        partition: &str,
        range: &Range,
        filter: Option<(&str, &str)>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let (low, high) = bounds(range);
        let mut rows: Vec<Row> = Vec::new();
        let mut bytes = 0;
        let mut start = None;
        loop {
            let wanted = i32::try_from(limit + 1 - rows.len()).unwrap_or(i32::MAX);
            let mut request = self
                .client
                .query()
                .table_name(self.name(index.table)?)
                .index_name(index.name)
                .key_condition_expression("#p = :p AND #s BETWEEN :low AND :high")
                .expression_attribute_names("#p", index.partition)
                .expression_attribute_names("#s", index.sort)
                .expression_attribute_values(":p", item::text(partition))
                .expression_attribute_values(":low", item::text(&low))
                .expression_attribute_values(":high", item::text(&high))
                .scan_index_forward(!range.descending)
                .set_limit(filter.is_none().then_some(wanted))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            if let Some((name, value)) = filter {
                request = request
                    .filter_expression("#f = :f")
                    .expression_attribute_names("#f", name)
                    .expression_attribute_values(":f", item::text(value));
            }
            let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
            self.note("Query", Some(index.name), reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
            for item in reply.items.unwrap_or_default() {
                let size = item::read_text(&item, "doc").map_or(0, str::len);
                bytes += size;
                rows.push(Row { sort: item::read_text(&item, index.sort).unwrap_or_default().to_owned(), bytes: size, item });
            }
            start = reply.last_evaluated_key;
            if start.is_none() || rows.len() > limit || bytes > MAX_LIST_BYTES {
                return Ok(rows);
            }
        }
    }
}

/// The value of a record's sort attribute in an index.
fn sort_of<R: Record>(record: &R, index: Index) -> String {
    record.attributes().into_iter().find(|(name, _)| *name == index.sort).map(|(_, value)| value).unwrap_or_default()
}

/// Sort values are printable text, so `!` is before and `~` after everything that begins alike.
fn bounds(range: &Range) -> (String, String) {
    let mut low = range.from.clone().unwrap_or_else(|| "!".to_owned());
    let mut high = range.to.as_ref().map_or_else(|| "~".to_owned(), |to| format!("{to}~"));
    match &range.after {
        Some(after) if range.descending => high = high.min(before(after)),
        Some(after) => low = low.max(format!("{after}!")),
        None => {}
    }
    if low > high { (high.clone(), high) } else { (low, high) }
}

/// A text just before `value` in order.
fn before(value: &str) -> String {
    let mut chars: Vec<char> = value.chars().collect();
    if let Some(last) = chars.pop() {
        chars.push(char::from_u32(u32::from(last).saturating_sub(1)).unwrap_or('!'));
        chars.push('~');
    }
    chars.into_iter().collect()
}

/// The shard names of a partition that is one value for many items. One shard holds 1,000 writes a second.
pub(crate) fn shard(name: &str) -> String {
    format!("{name}#0")
}
