//! Who does something: a signed-in user, or a function of the product itself.

/// The actor of a change, as it is written into histories and events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// A user id, a caller's own name for itself, or `system`.
    pub id: String,
}

impl Actor {
    /// The actor the portal names, or its default.
    pub const PORTAL: &'static str = "portal-admin";
    /// The product acting by itself: seeding, ticks.
    pub const SYSTEM: &'static str = "system";

    /// An actor with this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }

    /// The product itself.
    pub fn system() -> Self {
        Self::new(Self::SYSTEM)
    }
}
