//! The ledger as it is read, and letting a window rest that failed or was missed (RW-8, RW-14).

use dataops_api::recurring::WindowList;
use dataops_domain::generation::{Kind, Range, SourceKey, Status, Window, window};
use dataops_domain::json::Object;
use dataops_domain::refusal::Refusal;
use dataops_domain::time;
use dataops_store::{MAX_LIST, Operation, Range as Page, WindowRow};
use serde_json::json;

use crate::Engine;
use crate::error::{Error, Expected};

/// Days that are listed when nobody says which.
const DAYS: i64 = 30;

/// Which rows to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowQuery {
    /// The first date; 30 days before the last when absent.
    pub from: Option<String>,
    /// The last date; today when absent.
    pub to: Option<String>,
    /// Of this source alone.
    pub source: Option<String>,
    /// Of this kind of source: `recurring` or `template`.
    pub kind: Option<String>,
    /// In this status; `attention` stands for failed or missed and not acknowledged.
    pub status: Option<String>,
}

impl Engine {
    /// Lists the ledger by date and source: one query for the days, filtered.
    ///
    /// # Errors
    /// A filter that is none, a range that is backwards or too long.
    pub async fn windows_list(&self, operation: &Operation, query: &WindowQuery, page: &Page) -> Result<WindowList, Error> {
        let date = |key: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => {
                let wrong = || Refusal::field(format!("/{key}"), format!("{key} must be a real calendar date in the form YYYY-MM-DD"));
                time::parse_date(text).map(Some).ok_or_else(wrong)
            }
        };
        let to = date("to", &query.to)?.unwrap_or_else(|| operation.now.local_date(self.timezone));
        let from = date("from", &query.from)?.unwrap_or_else(|| time::plus_days(to, -DAYS).unwrap_or(to));
        let range = Range::new(from, to, "from", "to")?;
        let kept = filter(query)?;
        let rows = self.store.windows_of_days(range.from, range.to).await?;
        let place = |row: &Window| format!("{}#{}", row.date, row.source);
        let after = |row: &Window| page.after.as_ref().is_none_or(|after| place(row) > *after);
        let mut windows: Vec<Window> = rows.into_iter().map(|stored| stored.record.window).filter(|row| kept(row) && after(row)).collect();
        windows.sort_by_key(place);
        let limit = page.limit.unwrap_or(MAX_LIST).min(MAX_LIST);
        let more = windows.len() > limit;
        windows.truncate(limit);
        let next_cursor = windows.last().filter(|_| more).map(place);
        Ok(WindowList { from, to, windows, next_cursor })
    }

    /// Lets a window rest that failed or was missed. Doing it again changes nothing.
    ///
    /// # Errors
    /// What is wrong; 404 for a window that nobody has settled; 400 for one that neither failed nor was missed.
    pub async fn window_acknowledge(&self, operation: &Operation, body: &Object) -> Result<Window, Error> {
        let (source, date, note) = window::parse_acknowledge(body)?;
        self.decide(operation, || async {
            let missing = || Expected::not_found("The ledger has no such window");
            let stored = self.store.window(&source, date).await?.ok_or_else(missing)?;
            let Some((after, event)) = stored.record.window.acknowledged(note.clone(), &operation.actor, operation.now)? else {
                self.store.replay(operation).await?;
                return Ok(stored.record.window);
            };
            let mut transaction = self.store.begin(operation);
            let window = transaction.change(&stored, WindowRow::from(after), event, true).record.window;
            transaction.commit(200, &json!({ "window": window })).await?;
            Ok(window)
        })
        .await
    }
}

fn filter(query: &WindowQuery) -> Result<impl Fn(&Window) -> bool + use<>, Refusal> {
    let wrong = |key: &str, words: &str| Refusal::field(format!("/{key}"), format!("{key} must be {words}"));
    let source = match &query.source {
        None => None,
        Some(text) => Some(SourceKey::parse(text).ok_or_else(|| wrong("source", "recurring#<id> or template#<id>"))?),
    };
    let kind = match query.kind.as_deref() {
        None => None,
        Some("recurring") => Some(Kind::Recurring),
        Some("template") => Some(Kind::Template),
        Some(_) => return Err(wrong("kind", "recurring or template")),
    };
    let (status, attention) = match query.status.as_deref() {
        None => (None, false),
        Some("attention") => (None, true),
        Some(name) => {
            let words = "created, exists, recovered, skipped, failed, missed or attention";
            (Some(Status::parse(name).ok_or_else(|| wrong("status", words))?), false)
        }
    };
    Ok(move |row: &Window| {
        source.as_ref().is_none_or(|source| row.source == *source)
            && kind.is_none_or(|kind| row.source.kind == kind)
            && status.is_none_or(|status| row.status == status)
            && (!attention || row.needs_attention())
    })
}
