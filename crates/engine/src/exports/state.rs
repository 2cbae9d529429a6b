//! What the stack knows of its exports: one fact, which is the lock, the progress and the list of archives at once. Every write of
//! it is on the condition of what was read, so two runs never both believe that they hold it.

use dataops_api::exports::{Archive, ExportFailed};
use dataops_domain::Timestamp;
use dataops_store::Operation;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::snapshot::Place;
use crate::Engine;
use crate::error::{Error, Expected};

/// The fact's name.
const FACT: &str = "exports";
/// How long a run is left alone that says nothing: longer than an invocation may take.
const HOLD_SECONDS: i64 = 16 * 60;
/// How many archives are listed. All of them stay in the bucket.
const LISTED: usize = 100;

/// The fact.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct State {
    /// The run under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<Run>,
    /// What was published, newest first.
    #[serde(default)]
    pub(super) archives: Vec<Archive>,
    /// What the stack is: nothing is imported into production unawares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
    /// Why the last run failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<ExportFailed>,
}

impl State {
    /// The moment of the newest archive.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.archives.first().map(|archive| archive.generated_at)
    }
}

/// A run, over one or more invocations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    /// The moment of the export.
    pub(super) generated_at: Timestamp,
    /// The invocation that works on it.
    pub(super) holder: String,
    /// Until when it is left alone.
    pub(super) until: Timestamp,
    /// How far it is.
    pub(super) progress: Place,
    /// True when the last invocation had to stop and said so.
    #[serde(default)]
    pub(super) left: bool,
    /// How many invocations in a row ended without a word.
    #[serde(default)]
    pub(super) lost: u32,
    /// From where the next invocation goes on, once one had to stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) checkpoint: Option<Checkpoint>,
}

/// What the next invocation goes on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checkpoint {
    /// How far reading was.
    pub(super) place: Place,
    /// Names of the sorted runs under the working prefix.
    pub(super) files: Vec<String>,
}

/// Whether this invocation has the lock.
pub(super) enum Hold<'e> {
    /// It has.
    Taken(Box<Held<'e>>),
    /// It was only to go on with a run, and none is left, or somebody works on it.
    NothingLeft {
        /// The moment of the newest archive.
        newest: Option<Timestamp>,
    },
}

/// The fact while this invocation holds it.
pub(super) struct Held<'e> {
    engine: &'e Engine,
    operation: &'e Operation,
    revision: u64,
    pub(super) state: State,
}

impl Engine {
    pub(super) async fn exports_state(&self) -> Result<(State, u64), Error> {
        let fact = self.store.system_fact(FACT).await?;
        let state = fact.value.map(serde_json::from_value).transpose();
        Ok((
            state.map_err(|error| Error::Internal(format!("the fact `{FACT}` can't be read: {error}")))?.unwrap_or_default(),
            fact.revision,
        ))
    }

    /// Takes the lock for a new run, or for one that was left; with `only_go_on` for nothing else.
    ///
    /// # Errors
    /// 409 while another invocation holds it, for a new run.
    pub(super) async fn exports_hold<'e>(
        &'e self,
        operation: &'e Operation,
        holder: &str,
        now: Timestamp,
        only_go_on: bool,
    ) -> Result<Hold<'e>, Error> {
        let (mut state, revision) = self.exports_state().await?;
        if let Some(run) = &state.run
            && run.holder != holder
            && now < run.until
        {
            if only_go_on {
                return Ok(Hold::NothingLeft { newest: state.newest() });
            }
            let words = format!("An export is being made since {}; it ends or is given up by {}", run.generated_at, run.until);
            return Err(Expected::conflict("export_running", words).into());
        }
        let left = state.run.take();
        if left.is_none() && only_go_on {
            return Ok(Hold::NothingLeft { newest: state.newest() });
        }
        // One that had to stop says so and is waited for no longer; one that was killed leaves its lock to run out.
        let lost = left.as_ref().map_or(0, |run| if run.left { 0 } else { run.lost + 1 });
        // What was left without a checkpoint begins anew, at this moment.
        let checkpoint = left.as_ref().and_then(|run| run.checkpoint.clone());
        let generated_at = left.filter(|_| checkpoint.is_some()).map_or(operation.now, |run| run.generated_at);
        state.run =
            Some(Run { generated_at, holder: holder.to_owned(), until: now, progress: Place::default(), lost, left: false, checkpoint });
        let mut held = Held { engine: self, operation, revision, state };
        match held.save(now).await {
            Err(Error::Expected(_)) if only_go_on => Ok(Hold::NothingLeft { newest: held.state.newest() }),
            Err(Error::Expected(_)) => Err(Expected::conflict("export_running", "An export has just been begun by somebody else").into()),
            saved => saved.map(|()| Hold::Taken(Box::new(held))),
        }
    }
}

impl Held<'_> {
    pub(super) fn operation(&self) -> &Operation {
        self.operation
    }

    /// How many invocations in a row ended without a word.
    pub(super) fn lost(&self) -> u32 {
        self.state.run.as_ref().map_or(0, |run| run.lost)
    }

    /// How often the fact was written.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Writes the fact, and holds the run for a while from now.
    ///
    /// # Errors
    /// 409 when another invocation has taken over.
    pub(super) async fn save(&mut self, now: Timestamp) -> Result<(), Error> {
        if let Some(run) = &mut self.state.run {
            run.until = now.plus_seconds(HOLD_SECONDS);
        }
        self.write().await
    }

    /// Leaves the run to whoever comes next.
    pub(super) async fn leave(&mut self, now: Timestamp, checkpoint: Checkpoint) -> Result<(), Error> {
        if let Some(run) = &mut self.state.run {
            run.until = now;
            run.left = true;
            run.progress = checkpoint.place.clone();
            run.checkpoint = Some(checkpoint);
        }
        self.write().await
    }

    /// Ends the run with an archive, when one was kept.
    pub(super) async fn publish(&mut self, archive: Option<Archive>) -> Result<(), Error> {
        self.state.run = None;
        self.state.failed = None;
        if let Some(archive) = archive {
            self.state.archives.retain(|known| known.key != archive.key);
            self.state.archives.insert(0, archive);
            self.state.archives.truncate(LISTED);
        }
        self.write().await
    }

    /// Ends the run without one.
    pub(super) async fn fail(&mut self, at: Timestamp, reason: String) -> Result<(), Error> {
        self.state.run = None;
        self.state.failed = Some(ExportFailed { at, reason });
        self.write().await
    }

    async fn write(&mut self) -> Result<(), Error> {
        let written = self.engine.store.system_swap(FACT, self.revision, &json!(self.state), &self.operation.id).await?;
        if !written {
            return Err(Expected::conflict("export_running", "Another run has taken this export over").into());
        }
        self.revision += 1;
        Ok(())
    }
}
