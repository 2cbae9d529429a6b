//! Exports and imports over a data folder, whether or not a fleet runs on it: the database file is opened by this process too.

use std::collections::BTreeMap;
use std::path::Path;

use dataops_export_job::{DESTINATIONS, ExportJob};
use dataops_fleet::{Clock, Config};
use dataops_store::Hooks;

use crate::functions::{EXPORT_JOB, WORK_ENGINE};
use crate::{DataDir, Embedded, Given, LocalError, Template};

/// The variable that names the bucket of people's files.
const OBJECTS: &str = "DATAOPS_ARTIFACTS_BUCKET";

/// The data of a folder.
pub struct Data {
    /// The use cases of exports over it.
    pub job: ExportJob,
    /// What they are given: the export job's settings, the bucket of files beside them, and the keys of somebody who owns the data.
    pub config: Config,
    embedded: Embedded,
}

impl Data {
    /// Opens the data folder. `clock` is the one of the fleet that runs on it, where one does; `named` is what an environment says of
    /// exports ([`crate::functions::exports`]): what their manifests tell, and not where they go.
    pub async fn open(data_dir: &Path, clock: Clock, named: BTreeMap<String, String>) -> Result<Self, LocalError> {
        let dir = DataDir::open(data_dir)?;
        let template = Template::load(&Given::local(&dir.secret()?))?;
        let embedded = Embedded::open(&template, &dir.database(), &dir.objects()).await?;
        let declared = template.function(EXPORT_JOB)?;
        let own = embedded.admin_config(declared);
        let mut settings: BTreeMap<String, String> = own.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let objects = template.function(WORK_ENGINE)?.environment.get(OBJECTS).cloned();
        settings.extend(named.into_iter().filter(|(name, _)| !DESTINATIONS.contains(&name.as_str())));
        settings.extend(objects.map(|bucket| (OBJECTS.to_owned(), bucket)));
        let config = Config::from_map(settings);
        let job = dataops_export_job::job(&config, clock, Hooks::default());
        let job = job.map_err(|problem| LocalError::Function { function: declared.name.clone(), problem })?;
        Ok(Self { job, config, embedded })
    }

    /// Lets requests under way finish.
    pub async fn close(self) {
        self.embedded.stop().await;
    }
}
