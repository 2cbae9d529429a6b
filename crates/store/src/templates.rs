//! Templates in their table: a catalog of tens of rows.

use dataops_domain::search::Entry;
use dataops_domain::template::Template;

use crate::item::Record;
use crate::tables::Table;

impl Record for Template {
    const TABLE: Table = Table::Templates;
    const KIND: &'static str = "template";

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

    fn found(&self) -> Option<Entry> {
        Some(Entry::from(self))
    }
}
