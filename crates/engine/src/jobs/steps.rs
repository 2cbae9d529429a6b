//! Steps that people and outside workers take: submit, `/transition`, retry, reject, cancel, log, attach, acknowledge.

use dataops_domain::artifact::Artifact;
use dataops_domain::job::input::{self, Move};
use dataops_domain::job::steps::{self, Step};
use dataops_domain::job::{Job, outputs};
use dataops_domain::json::Object;
use dataops_domain::linked::Linked;
use dataops_domain::refusal::Refusal;
use dataops_domain::task::change::{self, Context};
use dataops_domain::task::gates::Facts;
use dataops_domain::task::{Task, input as task_input};
use dataops_store::{Ids, Operation, Stored};
use futures_util::future::try_join;
use serde_json::{Value, json};

use super::{links, raced, refused};
use crate::Engine;
use crate::error::{Error, Expected, check_version};
use crate::tasks::context;

impl Engine {
    /// A step that writes nothing but the job: one read, one transaction.
    async fn job_decide(
        &self,
        operation: &Operation,
        id: &str,
        seen: Option<u64>,
        decide: impl Fn(&Job, Context<'_>) -> Result<Step, Refusal>,
    ) -> Result<Job, Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            let step = decide(&stored.record, context(operation)).map_err(refused)?;
            self.job_commit(operation, &stored, step).await
        })
        .await
    }

    async fn job_commit(&self, operation: &Operation, stored: &Stored<Job>, step: Step) -> Result<Job, Error> {
        let mut transaction = self.store.begin(operation);
        let job = self.job_step(operation, &mut transaction, stored, step);
        transaction.commit(200, &json!({ "job": job })).await.map_err(raced)?;
        Ok(job)
    }

    /// Hands a job to whoever works on it.
    ///
    /// # Errors
    /// 404, neither draft nor retrying.
    pub async fn job_submit(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Job, Error> {
        self.job_decide(operation, id, seen, steps::submit).await
    }

    /// A `/transition` by whoever works on the job.
    ///
    /// # Errors
    /// 404, an edge that does not exist, what comes with it; 409 for an attempt that is over.
    pub async fn job_transition(&self, operation: &Operation, id: &str, body: Option<&Object>, seen: Option<u64>) -> Result<Job, Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            let body = body.ok_or_else(|| Expected::new(400, "body_required", "Request body is required"))?;
            let wanted = Move::parse(body)?;
            check_version(seen, stored.record.version)?;
            steps::may_move(&stored.record, &wanted).map_err(refused)?;
            let wanted = wanted.with_details(body)?;
            let named = self.named_outputs(&stored.record, wanted.output_artifact_ids.as_deref().unwrap_or_default()).await?;
            let step = steps::transition(&stored.record, wanted, context(operation)).map_err(refused)?;
            let mut transaction = self.store.begin(operation);
            for artifact in &named {
                match outputs::adopted(&stored.record, &artifact.record, context(operation)) {
                    Some((after, event)) => drop(transaction.change(artifact, after, event, true)),
                    // What was looked at must not go, or go to another job, under the step.
                    None => transaction.unchanged(artifact),
                }
            }
            let job = self.job_step(operation, &mut transaction, &stored, step);
            transaction.commit(200, &json!({ "job": job })).await.map_err(raced)?;
            Ok(job)
        })
        .await
    }

    /// Reads what a worker names as outputs, and insists that it is there and this job's to name.
    async fn named_outputs(&self, job: &Job, ids: &[String]) -> Result<Vec<Stored<Artifact>>, Error> {
        let found = self.store.get_together(&Ids { artifacts: ids.to_vec(), ..Ids::default() }).await?.artifacts;
        for id in ids {
            let refuse = |words: &str| Error::from(Refusal::field("/outputArtifactIds", format!("outputArtifactIds: {words} '{id}'")));
            let stored = found.iter().find(|stored| stored.record.id.as_str() == id);
            let artifact = &stored.ok_or_else(|| refuse("there is no artifact"))?.record;
            let other_job = artifact.assistant_job_id.as_deref().is_some_and(|owner| owner != job.id.as_str());
            let bundle = job.bundle_id.as_ref().or(job.task_bundle_id.as_ref());
            let elsewhere = matches!((&artifact.bundle_id, bundle), (Some(its), Some(ours)) if its != ours);
            if other_job || elsewhere {
                return Err(refuse("another job or workflow has the artifact"));
            }
        }
        Ok(found)
    }

    /// One attempt more.
    ///
    /// # Errors
    /// 404, neither failed nor rejected, over the limit.
    pub async fn job_retry(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Job, Error> {
        let over_limit = body.contains_key("override");
        self.job_decide(operation, id, seen, |job, context| steps::retry(job, over_limit, context)).await
    }

    /// The output is not good, and why.
    ///
    /// # Errors
    /// 404, nothing waits for approval, no reason or one that looks like a secret.
    pub async fn job_reject(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Job, Error> {
        self.job_decide(operation, id, seen, |job, context| {
            dataops_domain::job::state::transition(job.status, dataops_domain::job::Action::Reject)?;
            steps::reject(job, &input::parse_reason(body)?, context)
        })
        .await
    }

    /// Gives a job up.
    ///
    /// # Errors
    /// 404, it has come to its end already.
    pub async fn job_cancel(&self, operation: &Operation, id: &str, seen: Option<u64>) -> Result<Job, Error> {
        self.job_decide(operation, id, seen, steps::cancel).await
    }

    /// Adds an entry to the log and answers its event.
    ///
    /// # Errors
    /// 404, every field that is wrong.
    pub async fn job_log(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<Value, Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            let entry = input::parse_log(body)?;
            let nobody = operation.actor.id == dataops_domain::Actor::PORTAL;
            let named = entry.actor.clone().filter(|_| nobody).map(dataops_domain::Actor::new);
            let mut speaking = operation.clone();
            speaking.actor = named.unwrap_or_else(|| operation.actor.clone());
            let step = steps::log(&stored.record, entry, context(&speaking))?;
            let mut transaction = self.store.begin(&speaking);
            let event = step.events.first().map(|event| {
                let new = event.clone();
                dataops_domain::audit::chained(dataops_domain::job::KIND, id, &stored.head, new, Some(&speaking.actor.id), speaking.now)
            });
            self.job_step(&speaking, &mut transaction, &stored, step);
            let answer = json!({ "event": event });
            transaction.commit(201, &answer).await?;
            Ok(answer)
        })
        .await
    }

    /// Adds an artifact that is there to a job, and shows it on the job's task and workflow.
    ///
    /// # Errors
    /// 404 for the job or the artifact; 400 when none is named or it belongs elsewhere.
    pub async fn job_attach(&self, operation: &Operation, id: &str, body: &Object, seen: Option<u64>) -> Result<(Job, Artifact), Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            let mut fields = dataops_domain::input::Fields::of(body);
            let named = fields.required_text("artifactId", "artifactId is required").map(str::trim);
            fields.finish()?;
            let ids = ids_around(&stored.record, &[]);
            let around = async { Ok(self.store.get_together(&ids).await?) };
            let (artifact, around) = try_join(self.artifact(named.unwrap_or_default()), around).await?;
            let (step, after) = outputs::attach(&stored.record, &artifact.record, context(operation)).map_err(refused)?;
            let mut transaction = self.store.begin(operation);
            links::link_artifacts(&mut transaction, &around, &step.job, &[&after])?;
            let told = outputs::attached_event(&stored.record, &after);
            let after = transaction.change(&artifact, after, told, true).record;
            let job = self.job_step(operation, &mut transaction, &stored, step);
            transaction.commit(200, &json!({ "job": job, "artifact": after })).await?;
            Ok((job, after))
        })
        .await
    }

    /// Somebody has seen a failure: it leaves the live list, and a follow-up task is made when one is asked for.
    ///
    /// # Errors
    /// 404, neither failed nor rejected, every field that is wrong.
    pub async fn job_acknowledge(
        &self,
        operation: &Operation,
        id: &str,
        body: &Object,
        seen: Option<u64>,
    ) -> Result<(Job, Option<Task>), Error> {
        self.decide_eagerly(operation, || async {
            let stored = self.job(id).await?;
            check_version(seen, stored.record.version)?;
            dataops_domain::job::state::transition(stored.record.status, dataops_domain::job::Action::Acknowledge)?;
            let (note, follow_up) = input::parse_acknowledgement(body)?;
            let follow_up = match follow_up {
                Some(fields) => match self.follow_up(operation, &stored.record, &fields).await? {
                    FollowUp::There(task) => return Ok((stored.record.shown(), Some(*task))),
                    FollowUp::New(decision) => Some(decision),
                },
                None => None,
            };
            let task_id = follow_up.as_ref().map(|decision| decision.task.id.to_string());
            let step = steps::acknowledge(&stored.record, note.as_deref(), task_id.as_deref(), context(operation))?;
            if step.events.is_empty() {
                return Ok((stored.record.shown(), None));
            }
            let mut transaction = self.store.begin(operation);
            let task = follow_up.map(|decision| transaction.create(decision.task, Some(decision.event)).record);
            let job = self.job_step(operation, &mut transaction, &stored, step);
            let task = task.map(|task| shown(task, &job));
            transaction.commit(200, &answer(&job, task.as_ref())).await.map_err(raced)?;
            Ok((job, task))
        })
        .await
    }

    /// The task that follows up a job nobody will try again: one for each attempt, whoever asks and how often.
    async fn follow_up(&self, operation: &Operation, job: &Job, fields: &Object) -> Result<FollowUp, Error> {
        let mut body = fields.clone();
        let today = operation.now.local_date(self.timezone());
        body.entry("description").or_insert_with(|| json!(format!("Follow up: {}", job.title)));
        body.entry("date").or_insert_with(|| json!(today));
        let id = job.follow_up_id();
        let bundle = job.bundle_id.clone().or_else(|| job.task_bundle_id.clone()).filter(|_| !fields.contains_key("bundleId"));
        let ids = Ids { tasks: vec![id.to_string()], bundles: bundle.into_iter().collect(), ..Ids::default() };
        let found = self.store.get_together(&ids).await?;
        if let Some(made) = found.tasks.into_iter().next() {
            return Ok(FollowUp::There(Box::new(shown(made.record, job))));
        }
        // A workflow that is gone gets no new task; the task stands alone then.
        if let Some(bundle) = found.bundles.first() {
            body.insert("bundleId".to_owned(), json!(bundle.record.id));
        }
        let fields = task_input::parse_new(&body, &[])?;
        let mut decision = change::create(id, &fields, &Facts::default(), context(operation))?;
        decision.task.linked = Linked { jobs: vec![job.id.to_string()], ..Linked::default() };
        Ok(FollowUp::New(Box::new(decision)))
    }
}

/// The task that follows up a job.
enum FollowUp {
    /// It has been made before.
    There(Box<Task>),
    /// As it will be.
    New(Box<change::Decision>),
}

fn shown(task: Task, job: &Job) -> Task {
    crate::joined::show_task(task, &crate::joined::References::of([], [job]))
}

/// The answer of an acknowledgement.
pub(crate) fn answer(job: &Job, task: Option<&Task>) -> Value {
    task.map_or_else(|| json!({ "job": job }), |task| json!({ "job": job, "task": task }))
}

/// What is read beside a job: its task, its workflow, and these artifacts.
pub(super) fn ids_around(job: &Job, artifacts: &[String]) -> Ids {
    Ids {
        tasks: job.task_id.iter().cloned().collect(),
        bundles: job.bundle_id.iter().cloned().collect(),
        artifacts: artifacts.to_vec(),
        ..Ids::default()
    }
}
