//! The record of who did what, which `scripts/test` asks for.

use std::collections::HashMap;

use dataops_local::roles::record;

/// Records what functions do from now on, where the environment says so.
///
/// A test that starts a fleet by itself calls this first; a [`crate::Stack`] does it.
#[expect(
    clippy::disallowed_methods,
    reason = "scripts/test tells every test of a run at once; there is no main here to take it as an argument"
)]
pub fn record_roles() {
    let named = record::TEST.into_iter().chain([record::VARIABLE]);
    let environment: HashMap<_, _> = named.filter_map(|name| Some((name, std::env::var(name).ok()?))).collect();
    record::start(|name| environment.get(name).map(String::as_str)).expect("the record of roles can be written");
}
