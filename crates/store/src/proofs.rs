//! What may prove a task: its files, and approved artifacts of the task, its bundle, or referred to by either.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

use crate::Store;
use crate::error::StoreError;
use crate::item::{self, Item};
use crate::tables::{ARTIFACTS_BY_BUNDLE, ARTIFACTS_BY_TASK, FILES_BY_TASK, Index, Table};

impl Store {
    /// Ids of the files uploaded for a task.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn file_ids_of_task(&self, task: &str) -> Result<Vec<String>, StoreError> {
        let items = self.items_of(FILES_BY_TASK, task).await?;
        Ok(items.iter().filter_map(|item| item::read_text(item, Table::Files.key())).map(str::to_owned).collect())
    }

    /// Ids of the approved artifacts of a task and of its bundle.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn approved_artifact_ids(&self, task: &str, bundle: Option<&str>) -> Result<Vec<String>, StoreError> {
        let of_task = self.items_of(ARTIFACTS_BY_TASK, task);
        let of_bundle = async {
            match bundle {
                Some(bundle) => self.items_of(ARTIFACTS_BY_BUNDLE, bundle).await,
                None => Ok(Vec::new()),
            }
        };
        let (of_task, of_bundle) = futures_util::future::try_join(of_task, of_bundle).await?;
        let approved = |item: &&Item| item::read_text(item, "status") == Some("approved");
        let mut ids: Vec<String> = of_task
            .iter()
            .chain(&of_bundle)
            .filter(approved)
            .filter_map(|item| item::read_text(item, Table::Artifacts.key()))
            .map(str::to_owned)
            .collect();
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    async fn items_of(&self, index: Index, owner: &str) -> Result<Vec<Item>, StoreError> {
        if owner.is_empty() {
            return Ok(Vec::new());
        }
        let request = self
            .client
            .query()
            .table_name(self.name(index.table)?)
            .index_name(index.name)
            .key_condition_expression("#p = :p")
            .expression_attribute_names("#p", index.partition)
            .expression_attribute_values(":p", item::text(owner))
            .limit(200)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let reply = Box::pin(request.send()).await.map_err(StoreError::from_sdk)?;
        self.note("Query", Some(index.name), reply.consumed_capacity().map(std::slice::from_ref).unwrap_or_default());
        Ok(reply.items.unwrap_or_default())
    }
}
