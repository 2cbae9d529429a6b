//! What one page shows, in one answer. The portal turns these into markup and knows nothing else.

pub mod assistants;
pub mod bundle;
pub mod home;
pub mod inbox;
pub mod job;
pub mod recurring;
pub mod row;
pub mod task;
pub mod tasks;
pub mod templates;
pub mod timeline;
pub mod trash;
pub mod users;
