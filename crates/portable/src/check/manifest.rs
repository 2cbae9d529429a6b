//! What the manifest says, held against the files; and the checksums that the files beside it tell.

use std::io;

use sha2::Digest;

use super::Check;
use crate::bag::{DECLARATION, DECLARED, INFO, PAYLOAD, TAGS};
use crate::entity::Entity;
use crate::folder::{PACKAGE, SUMS, hex};
use crate::json::Json;
use crate::manifest::{FILE, FORMAT_VERSION, OMITTED, Ordered, REDACTIONS, SCHEMA_VERSION};

impl Check {
    /// Why the manifest cannot be read.
    pub(super) fn unreadable_manifest(&self) -> String {
        let words = match self.seen.get(FILE) {
            None => "it is not there".to_owned(),
            Some(seen) => match Json::parse(&seen.text) {
                Err(error) => error.to_string(),
                Ok(_) => "it is not a JSON object".to_owned(),
            },
        };
        format!("{FILE} is not readable: {words}")
    }

    /// Judges the manifest; `None` when it cannot be read. Gives the number of records of each kind.
    pub(super) fn manifest(&mut self) -> io::Result<Option<Ordered<u64>>> {
        let Some(text) = self.seen.get(FILE).map(|seen| seen.text.clone()) else { return Ok(None) };
        let Ok(manifest @ Json::Object(_)) = Json::parse(&text) else { return Ok(None) };
        self.versions(&manifest)?;
        let mut counts = Vec::new();
        for entity in Entity::ALL {
            if let Some(count) = self.entity(&manifest, entity)? {
                counts.push((entity.name().to_owned(), count));
            }
        }
        for (name, _) in manifest.get("entity_files").map_or(&[][..], Json::members) {
            if Entity::parse(name).is_none() {
                self.wrong("manifest-entity", format!("manifest entity_files names an entity that no export has: {name}"))?;
            }
        }
        for (list, wanted) in [("redactions", &REDACTIONS[..2]), ("omitted_entities", &OMITTED[1..])] {
            let has = |word: &str| manifest.get(list).map_or(&[][..], Json::list).iter().any(|entry| entry.text() == Some(word));
            for word in wanted.iter().filter(|word| !has(word)) {
                self.wrong("manifest-marker", format!("manifest {list} must include {word}"))?;
            }
        }
        for entity in [Entity::Artifacts, Entity::AssistantJobs, Entity::AuditEvents] {
            let omitted = manifest.get("omitted_entities").map_or(&[][..], Json::list);
            if omitted.iter().any(|entry| entry.text() == Some(entity.name())) {
                self.wrong("manifest-marker", format!("manifest omitted_entities must not include {}", entity.name()))?;
            }
        }
        Ok(Some(Ordered(counts)))
    }

    fn wrong(&mut self, code: &str, message: String) -> io::Result<()> {
        self.find_in(FILE, None, code, message)
    }

    fn versions(&mut self, manifest: &Json<'_>) -> io::Result<()> {
        if manifest.text_of("schema_version") != Some(SCHEMA_VERSION) {
            self.wrong("manifest-version", format!("manifest schema_version must be {SCHEMA_VERSION}"))?;
        }
        if manifest.get("export_format_version").and_then(Json::number) != Some(FORMAT_VERSION) {
            self.wrong("manifest-version", format!("manifest export_format_version must be {FORMAT_VERSION}"))?;
        }
        if !manifest.text_of("generated_at").is_some_and(dataops_domain::input::is_date_or_timestamp) {
            self.wrong("manifest-time", "manifest generated_at must be a parseable date or timestamp".to_owned())?;
        }
        Ok(())
    }

    /// Judges what the manifest says of one kind; gives how many records its file has that can be read.
    fn entity(&mut self, manifest: &Json<'_>, entity: Entity) -> io::Result<Option<u64>> {
        let (name, file) = (entity.name(), entity.file());
        let of = |key: &str, inner: &str| manifest.get(key).and_then(|map| map.get(inner)).cloned();
        let seen = self.seen.get(file).map(|seen| format!("sha256:{}", seen.sha256));
        let Some(named) = of("entity_files", name) else {
            // What older systems do not know may be missing.
            if entity.index() < Entity::KNOWN_TO_ALL || seen.is_some() {
                self.wrong("manifest-entity", format!("manifest entity_files is missing {name}"))?;
            }
            return Ok(seen.map(|_| self.records[entity.index()]));
        };
        if named.text() != Some(file) {
            self.wrong("manifest-entity", format!("manifest entity_files.{name} must be {file}"))?;
        }
        let Some(found) = seen else {
            self.find_in(file, None, "missing-file", format!("missing entity file for {name}: {file}"))?;
            return Ok(None);
        };
        let says = of("checksums", file);
        if says.as_ref().and_then(|says| says.text()) != Some(found.as_str()) {
            let says = says.as_ref().and_then(|says| says.text()).unwrap_or("nothing").chars().take(80).collect::<String>();
            let message = format!("{file} checksum mismatch: the manifest says {says}, the file has {found}");
            self.find_in(file, None, "checksum-mismatch", message)?;
        }
        // A line that cannot be read is an error of its own; none is missing for it.
        let count = self.lines[entity.index()];
        let says = of("entity_counts", name);
        if says.as_ref().and_then(|says| says.number()) != Some(count) {
            let says = says.map_or("nothing".to_owned(), |says| says.to_value().to_string());
            let message = format!("{name} count mismatch: the manifest says {says}, {file} has {count} records");
            self.find_in(file, None, "count-mismatch", message)?;
        }
        self.chain_ends(manifest, entity)?;
        Ok(Some(self.records[entity.index()]))
    }

    /// Holds the digest of chain ends against the manifest's, where it has one.
    fn chain_ends(&mut self, manifest: &Json<'_>, entity: Entity) -> io::Result<()> {
        let Some(chains) = manifest.get("chains") else { return Ok(()) };
        let (count, digest) = self.chains[entity.index()].clone();
        let found = format!("sha256:{}", hex(&digest.finalize()));
        let says = chains.get(entity.name());
        let same = match says {
            None => count == 0,
            Some(says) => says.get("count").and_then(Json::number) == Some(count) && says.text_of("checksum") == Some(found.as_str()),
        };
        if !same {
            let message = format!("the ends of the audit chains of {} are not those the manifest tells", entity.name());
            self.find_in(entity.file(), None, "chain-ends", message)?;
        }
        Ok(())
    }

    /// Holds every file against `SHA256SUMS`, the data package and the bag, where they are there.
    pub(super) fn sums(&mut self) -> io::Result<()> {
        if let Some(sums) = self.seen.get(SUMS).cloned() {
            self.listed(SUMS, &sums.text, "", true)?;
        }
        self.package()?;
        if self.bag.is_empty() {
            return Ok(());
        }
        for (name, declared) in [(DECLARATION, Some(DECLARED)), (PAYLOAD, None)] {
            match self.bag.get(name) {
                None => self.find_in(name, None, "missing-file", format!("the bag has no {name}"))?,
                Some(seen) if declared.is_some_and(|declared| seen.text != declared.as_bytes()) => {
                    self.find_in(name, None, "bag", format!("{name} does not declare a bag of BagIt 1.0"))?;
                }
                Some(_) => {}
            }
        }
        if let Some(payload) = self.bag.get(PAYLOAD).cloned() {
            self.listed(PAYLOAD, &payload.text, "data/", true)?;
        }
        if let Some(tags) = self.bag.get(TAGS).cloned() {
            self.listed(TAGS, &tags.text, "", false)?;
        }
        let (bytes, files) = (self.seen.values().map(|seen| seen.bytes).sum::<u64>(), self.seen.len());
        let oxum = self
            .bag
            .get(INFO)
            .map(|info| String::from_utf8_lossy(&info.text).into_owned())
            .and_then(|info| info.lines().find_map(|line| line.strip_prefix("Payload-Oxum:")).map(|oxum| oxum.trim().to_owned()));
        if oxum.is_some_and(|oxum| oxum != format!("{bytes}.{files}")) {
            self.find_in(INFO, None, "bag", format!("{INFO}: the payload has {bytes} bytes in {files} files, not what Payload-Oxum says"))?;
        }
        Ok(())
    }

    /// Holds files against lines `<sha256>  <name>`. Names begin with `prefix`; `payload` tells whose files they are.
    fn listed(&mut self, list: &str, text: &[u8], prefix: &str, payload: bool) -> io::Result<()> {
        let mut named = std::collections::BTreeSet::new();
        for (at, line) in String::from_utf8_lossy(text).lines().enumerate() {
            let number = Some(at as u64 + 1);
            let split = line.split_once([' ', '\t']).map(|(sum, name)| (sum, name.trim_start_matches([' ', '*', '\t'])));
            let Some((sum, name)) = split.and_then(|(sum, name)| Some((sum.to_ascii_lowercase(), name.strip_prefix(prefix)?))) else {
                self.find_in(list, number, "checksum-list", format!("{list} line {} is no checksum and name", at + 1))?;
                continue;
            };
            named.insert(name.to_owned());
            let found = if payload { self.seen.get(name) } else { self.bag.get(name) };
            let message = match found {
                None => Some(("missing-file", format!("{list} names {name}, which is not there"))),
                Some(seen) if seen.sha256 != sum => {
                    Some(("checksum-mismatch", format!("{name} checksum mismatch: {list} has another one")))
                }
                Some(_) => None,
            };
            if let Some((code, message)) = message {
                self.find_in(list, number, code, message)?;
            }
        }
        let unlisted: Vec<String> =
            if payload { self.seen.keys().filter(|name| *name != SUMS && !named.contains(*name)).cloned().collect() } else { Vec::new() };
        for name in unlisted {
            self.find_in(list, None, "checksum-list", format!("{list} does not name {name}"))?;
        }
        Ok(())
    }

    /// Holds the resources of the data package against the files.
    fn package(&mut self) -> io::Result<()> {
        let Some(text) = self.seen.get(PACKAGE).map(|seen| seen.text.clone()) else { return Ok(()) };
        let Ok(package) = Json::parse(&text) else {
            return self.find_in(PACKAGE, None, "invalid-json", format!("{PACKAGE} is not valid JSON"));
        };
        for resource in package.get("resources").map_or(&[][..], Json::list) {
            let path = resource.text_of("path").unwrap_or_default();
            let Some(seen) = self.seen.get(path) else {
                self.find_in(PACKAGE, None, "missing-file", format!("{PACKAGE} names {path:?}, which is not there"))?;
                continue;
            };
            let hash = format!("sha256:{}", seen.sha256);
            if resource.text_of("hash") != Some(hash.as_str()) || resource.get("bytes").and_then(Json::number) != Some(seen.bytes) {
                self.find_in(PACKAGE, None, "checksum-mismatch", format!("{path} checksum mismatch: {PACKAGE} has another one"))?;
            }
        }
        Ok(())
    }
}
