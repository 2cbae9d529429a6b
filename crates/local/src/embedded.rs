//! The embedded AWS: DynamoDB and S3 on loopback, holding what the template declares.
//!
//! Both do for a function what its role allows ([`crate::roles`]). In a data folder for the fleet, in memory for a test; a test's start takes milliseconds. Not emulated: throttling,
//! transaction conflicts between requests, point-in-time recovery, versions of objects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataops_fleet::Config;
use dynoxide::Database;
use tempfile::TempDir;

use crate::roles::{Roles, identity};
use crate::serve::{Served, listen_anywhere, url};
use crate::template::{FunctionDeclaration, REGION, Template};
use crate::{LocalError, database, objects, roles};

/// DynamoDB and S3 on loopback. Dropping it ends both.
pub struct Embedded {
    /// Where DynamoDB listens.
    pub dynamodb_url: String,
    /// Where S3 listens.
    pub s3_url: String,
    /// The database behind it, for what AWS does by itself.
    pub database: Database,
    /// Who may do what here.
    pub roles: Arc<Roles>,
    servers: Vec<Served>,
    objects: PathBuf,
    _folder: Option<TempDir>,
}

fn authority(listener: &tokio::net::TcpListener) -> Result<http::uri::Authority, LocalError> {
    let unknown = |problem: String| LocalError::Port { port: 0, option: "the system's settings", problem };
    let address = listener.local_addr().map_err(|error| unknown(error.to_string()))?;
    address.to_string().parse().map_err(|error| unknown(format!("{address}: {error}")))
}

fn opened(file: &Path) -> Result<Database, LocalError> {
    let not_unicode = || LocalError::Folder { path: file.into(), problem: "its name is not Unicode".into() };
    Ok(Database::new(file.to_str().ok_or_else(not_unicode)?)?)
}

/// Makes the file of a database with all its tables beside its place, and puts it there when it is whole: a table is not made at once,
/// and one that was begun could never be used. Whoever comes second finds the file there.
fn make_whole(template: &Template, file: &Path) -> Result<(), LocalError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let refused = |error: std::io::Error| LocalError::Folder { path: folder.into(), problem: error.to_string() };
    let beside = tempfile::Builder::new().prefix(".making-").tempdir_in(folder).map_err(refused)?;
    let made = beside.path().join("made.db");
    let database = opened(&made)?;
    database::prepare(&database, template)?;
    drop(database);
    match std::fs::hard_link(&made, file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(refused(error)),
        _ => Ok(()),
    }
}

impl Embedded {
    /// A fresh one for a test. Objects lie in a temporary folder that goes with it.
    pub async fn memory(template: &Template) -> Result<Self, LocalError> {
        let folder = TempDir::new().map_err(|error| LocalError::folder(&std::env::temp_dir(), &error))?;
        let database = Database::memory()?;
        let mut embedded = Self::start(template, database, folder.path()).await?;
        embedded._folder = Some(folder);
        Ok(embedded)
    }

    /// The one that lies in `database_file` and the folder `objects`. Several processes may open the same.
    pub async fn open(template: &Template, database_file: &Path, objects: &Path) -> Result<Self, LocalError> {
        if !database_file.exists() {
            make_whole(template, database_file)?;
        }
        Self::start(template, opened(database_file)?, objects).await
    }

    async fn start(template: &Template, database: Database, objects: &Path) -> Result<Self, LocalError> {
        database::prepare(&database, template)?;
        let roles = Roles::new(template);
        let s3 = objects::router(objects, template, Arc::clone(&roles))?;
        let (dynamodb_listener, s3_listener, tap_listener) = (listen_anywhere().await?, listen_anywhere().await?, listen_anywhere().await?);
        let (dynamodb_url, s3_url) = (url(&tap_listener), url(&s3_listener));
        let tap = roles::database::router(Arc::clone(&roles), template, authority(&dynamodb_listener)?);
        let served = database.clone();
        let dynamodb = Served::spawn(|stopped| async move {
            if let Err(error) = dynoxide::server::serve_with_shutdown(dynamodb_listener, served, stopped).await {
                tracing::error!(error, "the embedded DynamoDB ended");
            }
        });
        let servers = vec![Served::router(tap_listener, tap), dynamodb, Served::router(s3_listener, s3)];
        Ok(Self { dynamodb_url, s3_url, database, roles, servers, objects: objects.to_owned(), _folder: None })
    }

    /// The environment a function gets: what the template gives it, where the embedded services are, and its own access keys.
    pub fn config(&self, function: &FunctionDeclaration, lambda_url: Option<&str>) -> Config {
        self.config_as(&identity::access_key(&function.logical_id), function, lambda_url)
    }

    /// The same for somebody who may do everything: AWS itself, or a person with credentials.
    pub fn admin_config(&self, function: &FunctionDeclaration) -> Config {
        self.config_as(identity::ADMIN, function, None)
    }

    fn config_as(&self, access_key: &str, function: &FunctionDeclaration, lambda_url: Option<&str>) -> Config {
        let mut environment: BTreeMap<String, String> = function.environment.clone();
        let mut set = |name: &str, value: &str| environment.insert(name.to_owned(), value.to_owned());
        set("AWS_REGION", REGION);
        set("AWS_ACCESS_KEY_ID", access_key);
        set("AWS_SECRET_ACCESS_KEY", &identity::secret_key(access_key));
        set("AWS_LAMBDA_FUNCTION_NAME", &function.name);
        set("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb_url);
        set("AWS_ENDPOINT_URL_S3", &self.s3_url);
        if let Some(url) = lambda_url {
            set("AWS_ENDPOINT_URL_LAMBDA", url);
        }
        Config::from_map(environment)
    }

    /// The folder that holds a folder for each bucket.
    pub fn objects(&self) -> &Path {
        &self.objects
    }

    /// Ends both, letting requests under way finish.
    pub async fn stop(mut self) {
        for server in self.servers.drain(..) {
            server.stop().await;
        }
    }
}
