//! What all routes share: who asks, how a body is read, how an answer or a refusal is written.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod download;
pub(crate) mod guard;
pub(crate) mod limits;
pub(crate) mod paging;
pub(crate) mod path;
pub(crate) mod upload;

pub(crate) use answer::Reply;
pub(crate) use call::Call;
pub(crate) use limits::limits;
pub(crate) use path::Ids;
