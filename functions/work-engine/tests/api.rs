//! The engine's API, called as the portal calls it, over the embedded AWS. Files mirror the URLs.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod routes;
