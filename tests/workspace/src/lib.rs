//! What holds for the whole workspace, read from `cargo metadata`, the manifests, the sources and the template: who uses
//! whom, how it is built, and that the template declares what the store uses.
//!
//! There is no code here that the product uses.

#[cfg(test)]
mod edges;
#[cfg(test)]
mod features;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod members;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tables;
