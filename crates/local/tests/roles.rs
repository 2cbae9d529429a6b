//! Roles at the embedded services' doors: real calls of the SDK, by the functions' own keys.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "roles/calls.rs"]
mod calls;
#[path = "roles/denied.rs"]
mod denied;
#[path = "roles/objects.rs"]
mod objects;
#[path = "roles/strangers.rs"]
mod strangers;
