//! Search over the work: what of a record can be found, the words of a question, and which entries answer it, in order.
//!
//! An [`Entry`] is what is kept of a record. It carries the number of the audit event that left the record so, and the
//! higher number wins wherever two meet: entries may come twice, late or in any order, and the index ends up the same.
//! Where entries are kept and how they get there is not known here.

mod entries;
mod entry;
mod excerpt;
mod find;
mod fold;
mod query;

pub use entries::{Entries, MAX_ENTRIES};
pub use entry::{Entry, Kind};
pub use excerpt::{excerpt, marks};
pub use find::{Found, Hit, Prepared, Wanted, find};
pub use fold::{Word, words};
pub use query::{MAX_QUERY, Query};
