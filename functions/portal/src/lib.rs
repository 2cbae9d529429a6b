//! The public door: sign-in, server-rendered pages, and the broker for `/work/api/*`.
//!
//! Every page is a pure function from what the engine answered to markup ([`pages`], [`ui`]); [`routes`] asks the engine
//! once per page and hands forms on. The portal owns sessions and reads users; it decides nothing about the work.

mod api;
mod assets;
mod auth;
pub mod pages;
mod portal;
mod routes;
mod security;
pub mod ui;

use std::sync::Arc;

use axum::Router;
use dataops_fleet::{BoxFuture, Clock, Config, ConfigError, Function, Invocation, InvokeError, gateway};

use portal::Portal;

/// The portal as a function, built from its configuration: `DATAOPS_SESSIONS_TABLE`, `DATAOPS_USERS_TABLE`,
/// `WORK_ENGINE_FUNCTION`, `WORK_ENGINE_PORTAL_SECRET` and `DATAOPS_TIMEZONE`.
///
/// # Errors
/// When a setting is missing or can't be used.
pub async fn build(config: &Config, clock: Clock) -> Result<Arc<dyn Function>, ConfigError> {
    let portal = Portal::new(config, clock).await?;
    Ok(Arc::new(Handler { router: routes::router(portal) }))
}

struct Handler {
    router: Router,
}

impl Function for Handler {
    fn invoke<'a>(&'a self, payload: &'a [u8], _invocation: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(gateway::answer(self.router.clone(), payload))
    }
}
