//! Who somebody is: passwords, sessions, cookies, and the proof that a form is ours.

pub(crate) mod cookie;
pub(crate) mod next;
pub(crate) mod own_password;
pub(crate) mod password;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod signed_in;
pub(crate) mod token;
pub(crate) mod upload;
