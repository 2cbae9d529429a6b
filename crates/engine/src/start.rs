//! Starting a workflow: one read of the template and one transaction. A workflow too big for one transaction is
//! written from a manifest, so that it is whole in the end whoever finishes it.

use dataops_api::wire::{BundleAnswer, PlannedTask, StartPreview};
use dataops_domain::audit::NewEvent;
use dataops_domain::bundle::{self, Bundle, BundleStatus};
use dataops_domain::generation::window::By;
use dataops_domain::generation::{Source, Window, work};
use dataops_domain::id::{self, BundleId};
use dataops_domain::json::Object;
use dataops_domain::refusal::Refusal;
use dataops_domain::start;
use dataops_domain::task::Task;
use dataops_domain::template::Template;
use dataops_domain::time;
use dataops_store::{BundleManifest, CommitError, Operation, Record as _, Stored, WindowRow};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::{Error, Expected};
use crate::joined::{self, References};
use crate::recurring;

/// Tasks beyond this number are written from a manifest: bundle, event, answer and the row of a window with its event take five
/// places of a hundred.
const TASKS_AT_ONCE: usize = 95;
/// Bytes beyond this number, too: a transaction takes 4 MB.
pub(crate) const BYTES_AT_ONCE: usize = 2_500_000;
/// The most bytes of tasks a workflow may have: the answer lists them all and takes 4 MB.
const MAX_BYTES: usize = 3_900_000;
/// Seconds after which others may finish a workflow that is being made.
pub(crate) const MANIFEST_SECONDS: i64 = 60;

impl Engine {
    /// Makes a bundle; with a template, its tasks too.
    ///
    /// # Errors
    /// Every field that is wrong; 404 for an unknown template. Nothing is made then.
    pub async fn bundle_create(&self, operation: &Operation, body: &Object) -> Result<BundleAnswer, Error> {
        let fields = bundle::parse_new(body);
        if let Err(refusal) = &fields
            && refusal.errors.first().is_some_and(|first| matches!(first.pointer.as_str(), "/title" | "/anchorDate"))
        {
            return Err(refusal.clone().into());
        }
        let template = match body.get("templateId") {
            Some(Value::String(id)) if !id.is_empty() => Some(self.template(id).await?.record),
            None | Some(Value::Null | Value::Bool(false) | Value::String(_)) => None,
            Some(Value::Number(zero)) if zero.as_f64() == Some(0.0) => None,
            Some(_) => return Err(Refusal::field("/templateId", "templateId must be a string").into()),
        };
        let fields = fields?;
        self.decide(operation, || self.bundle_start(operation, &fields, template.as_ref())).await
    }

    async fn bundle_start(&self, operation: &Operation, fields: &Object, template: Option<&Template>) -> Result<BundleAnswer, Error> {
        let id = BundleId::new(operation.new_id("bundle"));
        let Some(template) = template else {
            let mut transaction = self.store.begin(operation);
            let bundle = bundle::new(id, fields, None, operation.now);
            let event = NewEvent { action: "created", summary: format!("Created bundle '{}'", bundle.title), metadata: Value::Null };
            let answer = BundleAnswer { bundle: transaction.create(bundle, Some(event)).record, tasks: None };
            transaction.commit(201, &answer).await?;
            return Ok(answer);
        };
        let mut bundle = start::bundle(id, fields, template, operation.now);
        let tasks = start::tasks(&bundle.id, bundle.anchor_date, template, operation.now)?;
        bundle.planned_tasks = u32::try_from(tasks.len()).ok();
        let bytes = bytes_of(&tasks)?;
        let window = self.window_started(operation, template, &bundle).await?;
        if tasks.len() > TASKS_AT_ONCE || bytes > BYTES_AT_ONCE {
            return self.bundle_start_big(operation, bundle, template, window).await;
        }
        let mut transaction = self.store.begin(operation);
        let event = started(&bundle, &tasks);
        transaction.listing(&tasks);
        if let Some((before, row)) = window {
            recurring::put_row(&mut transaction, before.as_ref(), row);
        }
        let bundle = transaction.create(bundle, Some(event)).record;
        let tasks =
            tasks.into_iter().map(|task| joined::show_task(transaction.create(task, None).record, &References::default())).collect();
        let answer = BundleAnswer { bundle, tasks: Some(tasks) };
        transaction.commit(201, &answer).await.map_err(overtaken)?;
        Ok(answer)
    }

    /// The plan first, then the tasks, then the bundle without its plan. Whoever repeats it writes the same.
    async fn bundle_start_big(
        &self,
        operation: &Operation,
        mut bundle: Bundle,
        template: &Template,
        window: Option<StartedWindow>,
    ) -> Result<BundleAnswer, Error> {
        self.store.replay(operation).await?;
        bundle.being_made = true;
        if operation.idempotency.is_some() {
            // A repeated request finds what it has begun: this id comes from the key alone, not from the time.
            bundle.id = BundleId::new(id::derived(bundle.anchor_date, &["bundle", &operation.id]));
            if self.is_whole(&bundle.id).await? {
                // The key was used before, longer ago than answers are kept: this is a new request.
                self.store.replay(operation).await?;
                bundle.id = BundleId::new(operation.new_id("bundle"));
            }
        }
        let tasks = start::tasks(&bundle.id, bundle.anchor_date, template, operation.now)?;
        let manifest = BundleManifest {
            operation: operation.id.clone(),
            deadline: operation.now.plus_seconds(MANIFEST_SECONDS),
            tasks,
            window: None,
            notice: None,
        };
        let mut transaction = self.store.begin(operation);
        let id = bundle.id.clone();
        if let Some((before, row)) = window {
            let row = Window { bundle_id: Some(id.to_string()), ..row };
            recurring::put_row(&mut transaction, before.as_ref(), row);
        }
        transaction.create_with_manifest(bundle, &manifest);
        match transaction.apply().await {
            Ok(()) | Err(CommitError::Exists { kind: Bundle::KIND, .. }) => self.bundle_finish(operation, &id).await,
            Err(error) => Err(overtaken(error)),
        }
    }

    async fn is_whole(&self, id: &BundleId) -> Result<bool, Error> {
        let stored = self.store.get::<Bundle>(id.as_str()).await?;
        Ok(stored.is_some_and(|bundle| !bundle.record.being_made))
    }

    /// Finishes a bundle that is being made: its own operation at once, others after the deadline.
    ///
    /// # Errors
    /// When there is none, or it is left to its writer.
    pub async fn bundle_finish(&self, operation: &Operation, id: &BundleId) -> Result<BundleAnswer, Error> {
        self.decide(operation, || async {
            let stored = self.bundle(id.as_str()).await?;
            let Some(manifest) = self.store.bundle_manifest(id.as_str()).await? else {
                self.store.replay(operation).await?;
                return Ok(BundleAnswer { bundle: stored.record, tasks: None });
            };
            if manifest.operation != operation.id && operation.now < manifest.deadline {
                return Err(Expected::conflict("being_made", "This workflow is still being made; try again in a minute").into());
            }
            self.store.bundle_tasks_put_missing(operation, &manifest.tasks).await?;
            self.bundle_finished(operation, &stored, manifest).await
        })
        .await
    }

    async fn bundle_finished(
        &self,
        operation: &Operation,
        stored: &Stored<Bundle>,
        manifest: BundleManifest,
    ) -> Result<BundleAnswer, Error> {
        let BundleManifest { tasks, window, notice, .. } = manifest;
        let mut transaction = self.store.begin(operation);
        let made = Bundle { being_made: false, ..stored.record.clone() };
        let event = started(&made, &tasks);
        transaction.listing(&tasks);
        let bundle = transaction.change(stored, made, event, false).record;
        self.manifest_window(&mut transaction, window, notice).await?;
        let tasks = tasks.into_iter().map(|task| joined::show_task(Task { version: 1, ..task }, &References::default())).collect();
        let answer = BundleAnswer { bundle, tasks: Some(tasks) };
        transaction.commit(201, &answer).await.map_err(overtaken)?;
        Ok(answer)
    }

    /// The window that a start by hand settles, so that no tick makes the same workflow: its row as it was and as it will be.
    /// `None` for a template without such a schedule, and when somebody has started it by hand already.
    ///
    /// # Errors
    /// 409 when its schedule has made the workflow of this date, and that is under way.
    async fn window_started(&self, operation: &Operation, template: &Template, bundle: &Bundle) -> Result<Option<StartedWindow>, Error> {
        if !template.is_automatic() {
            return Ok(None);
        }
        let source = Source::of_template(template, self.timezone);
        let Some(date) = work::window_of_start(&source, bundle.anchor_date) else { return Ok(None) };
        let before = self.store.window(&source.key, date).await?;
        if let Some(row) = before.as_ref().map(|stored| &stored.record.window)
            && let Some(made) = &row.bundle_id
        {
            if row.by == By::Start {
                return Ok(None);
            }
            let made = self.store.get::<Bundle>(made).await?.map(|stored| stored.record);
            if let Some(made) = made.filter(|made| made.status == BundleStatus::Active) {
                let words = format!("Its schedule has started '{}' for {} already ({})", made.title, bundle.anchor_date, made.id);
                return Err(Expected::conflict("already_started", words).into());
            }
            return Ok(None);
        }
        let row = Window::of_start(source.key, date, &bundle.id, bundle.anchor_date, &operation.actor, operation.now);
        let row = before.as_ref().map_or(row.clone(), |before| row.over(&before.record.window));
        Ok(Some((before, row)))
    }

    /// Every date a workflow would have (FR-1); nothing is made.
    ///
    /// # Errors
    /// 404, or an anchor date that is none.
    pub async fn template_preview(&self, operation: &Operation, id: &str, anchor: Option<&str>) -> Result<StartPreview, Error> {
        let template = self.template(id).await?.record;
        let wrong = || Refusal::field("/anchorDate", "anchorDate must be a real calendar date in the form YYYY-MM-DD");
        let anchor_date = anchor.and_then(time::parse_date).ok_or_else(wrong)?;
        let today = operation.now.local_date(self.timezone);
        let (mut tasks, mut seen) = (Vec::new(), std::collections::HashSet::new());
        for definition in template.definitions().into_iter().filter(|definition| seen.insert(definition.ref_id.clone())) {
            use chrono::Datelike;
            let date = start::due_date(anchor_date, &definition)?;
            tasks.push(PlannedTask {
                phase: definition.phase.as_deref().map(|phase| crate::views::phase_name(&template, phase)),
                offset_days: definition.offset_days as i64,
                assignee_id: definition.assignee_id.or_else(|| template.default_assignee_id.clone()),
                milestone: definition.is_milestone == Some(true),
                weekend: date.weekday().number_from_monday() > 5,
                past: date < today,
                ref_id: definition.ref_id,
                description: definition.description,
                date,
            });
        }
        tasks.sort_by_key(|task| task.date);
        Ok(StartPreview { template, anchor_date, tasks })
    }
}

/// A window that a tick settled meanwhile is read again; what else exists is told.
fn overtaken(error: CommitError) -> Error {
    match error {
        CommitError::Exists { kind: WindowRow::KIND, .. } => Error::Lost,
        error => error.into(),
    }
}

/// The row of a window as it was, and as a start leaves it.
type StartedWindow = (Option<Stored<WindowRow>>, Window);

/// How many bytes these tasks take.
///
/// # Errors
/// When they are more than an answer takes.
pub(crate) fn bytes_of(tasks: &[Task]) -> Result<usize, Expected> {
    let bytes: usize = tasks.iter().map(|task| serde_json::to_vec(task).map_or(0, |bytes| bytes.len())).sum();
    if bytes > MAX_BYTES {
        let words = format!("The workflow is too large: its tasks take {bytes} bytes, at most {MAX_BYTES} can be started");
        return Err(Expected::new(413, "workflow_too_large", words));
    }
    Ok(bytes)
}

/// The one event of a start: it lists the tasks, whose own chains begin with their first own change.
pub(crate) fn started(bundle: &Bundle, tasks: &[Task]) -> NewEvent {
    let ids: Vec<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
    NewEvent {
        action: "created",
        summary: format!("Started '{}' with {} tasks for {}", bundle.title, tasks.len(), bundle.anchor_date),
        metadata: json!({ "templateId": bundle.template_id, "anchorDate": bundle.anchor_date, "taskIds": ids }),
    }
}
