//! What is given to the template from outside: the stack's name and the values of parameters.

use super::Texts;

/// The stack's name on one machine.
pub const STACK: &str = "dataops-local";
/// The account on one machine.
pub const ACCOUNT: &str = "000000000000";
/// The region on one machine.
pub const REGION: &str = "us-east-1";

/// The stack's name and the parameters that are not left at their defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The stack's name; it begins every physical name.
    pub stack: String,
    /// Parameters by name.
    pub parameters: Texts,
}

impl Given {
    /// The local stack with this secret between portal and engine, quiet logs, a name that is no production's, and every other parameter at its default.
    pub fn local(portal_secret: &str) -> Self {
        let parameters = [("PortalSecret", portal_secret), ("LogLevel", "warn"), ("Environment", "local")];
        Self { stack: STACK.to_owned(), parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into() }
    }
}
