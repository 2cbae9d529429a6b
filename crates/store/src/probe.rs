//! Whether the tables are there that a function is told of: asked once, before it serves.
//!
//! The same requests open the connection that the first event will use. They read keys that no record has.

use std::time::Duration;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::future::try_join_all;

use crate::Store;
use crate::item::{self, Item};
use crate::tables::Table;

/// What the database says of credentials that it does not take.
const CREDENTIALS: [&str; 4] =
    ["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException"];

/// The partition key of nothing, in whatever table. Of sessions the engine may read those of API tokens only.
pub const NOBODY: &str = "token#nobody";

/// How a table is asked for, by what the function may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// With others, in one request.
    Batch,
    /// By reading one item.
    Item,
    /// By its description: for a function that reads no item of it.
    Description,
}

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {}", problem.as_deref().unwrap_or("it is not set"))]
pub struct ProbeError {
    /// The variable that names it.
    pub variable: &'static str,
    /// What is wrong; `None` when the variable is not set.
    pub problem: Option<String>,
}

/// What the database said instead of an answer.
struct Refused {
    code: Option<String>,
    words: String,
}

/// How long a role is waited for.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

impl Refused {
    /// Whether the answer says what is wrong; else the database is busy, or silent.
    fn is_final(&self) -> bool {
        let known = ["ResourceNotFoundException", "AccessDeniedException"];
        self.code.as_deref().is_some_and(|code| known.contains(&code) || CREDENTIALS.contains(&code))
    }

    /// Whether it may be otherwise in a moment.
    fn may_come(&self) -> bool {
        self.code.as_deref() == Some("AccessDeniedException")
    }

    fn of<E: std::error::Error + ProvideErrorMetadata>(error: &E) -> Self {
        // What the database says is enough; without its answer, the whole chain of causes is needed.
        let words = error.message().map_or_else(|| DisplayErrorContext(error).to_string(), str::to_owned);
        Self { code: error.code().map(str::to_owned), words }
    }
}

impl Store {
    /// Asks for every table of these. A database that is busy or silent for the moment keeps no function from starting.
    ///
    /// # Errors
    /// The first table that is not named, not there or not for this function, and what is wrong.
    pub async fn probe(&self, tables: &[(Table, Reach)]) -> Result<(), ProbeError> {
        for (table, _) in tables {
            self.name(*table).map_err(|_| ProbeError { variable: table.variable(), problem: None })?;
        }
        let of = |reach: Reach| tables.iter().filter(move |(_, other)| *other == reach).map(|(table, _)| *table);
        let together: Vec<Table> = of(Reach::Batch).collect();
        let asked = if together.is_empty() { Ok(()) } else { self.probe_batch(&together).await };
        match asked {
            Ok(()) => {}
            // One that is missing makes the whole request fail, without its name.
            Err(refused) if refused.is_final() => {
                for table in &together {
                    self.judged(*table, self.probe_patiently(*table).await)?;
                }
            }
            Err(silent) => tracing::warn!(error = silent.words, "the database cannot say whether the tables are there"),
        }
        let single = of(Reach::Item).map(|table| async move { self.judged(table, self.probe_item(table).await) });
        try_join_all(single).await?;
        let described = of(Reach::Description).map(|table| async move { self.judged(table, self.probe_description(table).await) });
        try_join_all(described).await.map(drop)
    }

    /// Asks more than once when it is not allowed: what a role may do reaches the database some seconds after the deployment that
    /// brought both the role and the function.
    async fn probe_patiently(&self, table: Table) -> Result<(), Refused> {
        for pause in PAUSES {
            match self.probe_batch(&[table]).await {
                Err(refused) if refused.may_come() => tokio::time::sleep(pause).await,
                asked => return asked,
            }
        }
        self.probe_batch(&[table]).await
    }

    async fn probe_batch(&self, tables: &[Table]) -> Result<(), Refused> {
        let mut request = self.client.batch_get_item();
        for table in tables {
            let keys = KeysAndAttributes::builder().keys(nobody(*table)).build();
            let keys = keys.map_err(|error| Refused { code: None, words: error.to_string() })?;
            request = request.request_items(self.name(*table).unwrap_or_default(), keys);
        }
        Box::pin(request.send()).await.map(drop).map_err(|error| Refused::of(&error))
    }

    async fn probe_item(&self, table: Table) -> Result<(), Refused> {
        let request = self.client.get_item().table_name(self.name(table).unwrap_or_default()).set_key(Some(nobody(table)));
        Box::pin(request.send()).await.map(drop).map_err(|error| Refused::of(&error))
    }

    async fn probe_description(&self, table: Table) -> Result<(), Refused> {
        let request = self.client.describe_table().table_name(self.name(table).unwrap_or_default());
        Box::pin(request.send()).await.map(drop).map_err(|error| Refused::of(&error))
    }

    fn judged(&self, table: Table, asked: Result<(), Refused>) -> Result<(), ProbeError> {
        let Err(Refused { code, words }) = asked else { return Ok(()) };
        let name = self.name(table).unwrap_or_default();
        let region = self.client.config().region().map_or("no region", |region| region.as_ref());
        let problem = match code.as_deref() {
            Some("ResourceNotFoundException") => {
                format!("there is no table `{name}` in {region}: is it of another stack, or AWS_REGION another than the stack's?")
            }
            Some("AccessDeniedException") => format!(
                "the function's role knows no table `{name}` in {region}: is it of another stack, or AWS_REGION another than the stack's? {words}"
            ),
            Some(code) if CREDENTIALS.contains(&code) => {
                format!("AWS does not take the credentials ({code}): expired, or of another account; the table `{name}` was asked for")
            }
            _ => {
                tracing::warn!(table = name, error = words, "the database cannot say whether a table is there");
                return Ok(());
            }
        };
        Err(ProbeError { variable: table.variable(), problem: Some(problem) })
    }
}

/// A key that no record has.
fn nobody(table: Table) -> Item {
    let mut key = Item::from([(table.key().to_owned(), item::text(NOBODY))]);
    match (table, table.sort_key()) {
        (_, None) => {}
        (Table::AuditEvents, Some(sort)) => drop(key.insert(sort.to_owned(), AttributeValue::N("0".to_owned()))),
        (_, Some(sort)) => drop(key.insert(sort.to_owned(), item::text("nobody"))),
    }
    key
}
