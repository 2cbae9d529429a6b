//! `dataops dev`: the whole fleet on this machine, until it is told to stop.

use dataops_fleet::{Config, logs};
use dataops_local::{Fleet, FleetOptions, functions};
use tokio::signal::unix::{SignalKind, signal};

use crate::args::DevArgs;
use crate::error::CliError;
use crate::output::say;

/// Starts the fleet, says where it is, and stops it at Ctrl-C or SIGTERM.
pub(crate) async fn run(arguments: DevArgs, environment: &Config) -> Result<(), CliError> {
    logs::init("dataops", environment);
    let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::Signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(CliError::Signals)?;
    let fleet = Fleet::start(FleetOptions {
        data_dir: arguments.data_dir,
        port: arguments.port,
        engine_port: arguments.engine_port,
        portal_secret: arguments.portal_secret,
        seed: !arguments.no_seed,
        background: !arguments.no_background,
        now: arguments.now,
        assistants: functions::assistants(environment),
        exports: functions::exports(environment),
        build: functions::own(),
    });
    let fleet = tokio::select! {
        fleet = Box::pin(fleet) => fleet?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    let how = if fleet.has_local_users() { "sign in: operator@dataops.local / dataops" } else { "no users yet: `dataops user add`" };
    say(format!("DataOps is ready at {}  ({how})", fleet.running.url));
    if let Some(engine) = &fleet.running.engine_url {
        say(format!("engine: {engine}"));
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    fleet.stop().await;
    Ok(())
}
