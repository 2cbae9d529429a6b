//! The binaries of the five functions, built as for Lambda, each behind AWS's runtime interface emulator, in a fleet that is otherwise the local
//! one: requests come through the door, functions invoke one another through the Invoke endpoint, and everything is stored in the
//! embedded AWS. `scripts/test` builds the binaries and runs these tests; without them they are left out.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod binaries;
mod boot;
mod events;
mod logs;
mod people;
mod refusals;
mod site;
mod work;
