//! Recurring configs in their table: a catalog of tens of rows.

use dataops_domain::recurring::RecurringConfig;

use crate::item::Record;
use crate::tables::Table;

impl Record for RecurringConfig {
    const TABLE: Table = Table::RecurringConfigs;
    const KIND: &'static str = "recurring_config";

    fn key(&self) -> &str {
        self.id.as_str()
    }

    fn attributes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_version(&mut self, version: u64) {
        self.version = version;
    }
}
