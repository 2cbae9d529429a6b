//! What every function's boot shares: configuration, clock, logs, the AWS configuration, and the two shapes a function
//! is seen through: [`Function`] (bytes in, bytes out) and the API Gateway [`gateway`].
//!
//! It knows nothing of tasks, tables or pages. A function is built from a [`Config`] and a [`Clock`], so that several
//! functions can share one process; only a `main.rs` hands it the process environment.

pub mod aws;
mod boot;
pub mod clock;
pub mod config;
pub mod event;
pub mod function;
pub mod gateway;
pub mod logs;
pub mod metrics;
pub mod observed;
pub mod random;
pub mod scope;
pub mod starter;

pub use boot::boot;
pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use function::{BoxFuture, Function, Invocation, InvokeError, run};
pub use metrics::Metric;
pub use observed::Observed;
pub use starter::{AskError, Starter};
