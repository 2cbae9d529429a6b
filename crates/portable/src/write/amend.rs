//! Sets apart relations that name nothing stored: `bundle_id` becomes `external_bundle_id`; an entry of a list goes, with its
//! place, to `external_<list>`, from where an import puts it back.

use dataops_domain::json::Object;
use serde_json::{Value, json};

/// Lists whose entries can be set apart.
const LISTS: [&str; 4] = ["assistant_job_refs", "input_refs", "log_refs", "output_artifact_ids"];

/// Amends a record; says how many relations were set apart. Each amendment is a JSON pointer, a zero byte and the id that
/// names nothing.
pub(super) fn amend(record: &mut Object, amendments: &[Vec<u8>]) -> u64 {
    let mut count = 0;
    let mut entries: Vec<(String, usize)> = Vec::new();
    for amendment in amendments {
        let text = String::from_utf8_lossy(amendment);
        let Some((pointer, id)) = text.split_once('\0') else { continue };
        let mut steps = pointer.split('/').skip(1);
        let Some(field) = steps.next() else { continue };
        match steps.next() {
            None if record.get(field).and_then(Value::as_str) == Some(id) => {
                if let Some(value) = record.shift_remove(field) {
                    record.insert(format!("external_{field}"), value);
                    count += 1;
                }
            }
            Some(at) if LISTS.contains(&field) => entries.extend(at.parse().ok().map(|at| (field.to_owned(), at))),
            _ => {}
        }
    }
    entries.sort();
    entries.dedup();
    for (field, at) in entries.iter().rev() {
        let Some(list) = record.get_mut(field).and_then(Value::as_array_mut).filter(|list| *at < list.len()) else { continue };
        let value = list.remove(*at);
        let apart = record.entry(format!("external_{field}")).or_insert_with(|| json!([]));
        if let Some(apart) = apart.as_array_mut() {
            apart.insert(0, json!({ "at": at, "value": value }));
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::Entity;
    use crate::import::Restored;

    #[test]
    fn what_is_set_apart_comes_back_to_its_place() {
        let record = json!({
            "task_id": "t1",
            "bundle_id": "nowhere",
            "assistant_job_refs": [{ "assistantJobId": "a" }, { "assistantJobId": "b" }, { "assistantJobId": "c" }],
        });
        let Value::Object(mut record) = record else { return };
        let missing = |pointer: &str, id: &str| format!("{pointer}\0{id}").into_bytes();
        let amendments = [
            missing("/bundle_id", "nowhere"),
            missing("/assistant_job_refs/2/assistantJobId", "c"),
            missing("/assistant_job_refs/0/assistantJobId", "a"),
            missing("/template_id", "other"),
        ];
        assert_eq!(amend(&mut record, &amendments), 3);
        assert_eq!(record["external_bundle_id"], "nowhere");
        assert_eq!(record["assistant_job_refs"], json!([{ "assistantJobId": "b" }]));
        let back = Restored::of(Entity::Tasks, &record);
        assert_eq!(back.fields["bundleId"], "nowhere");
        let ids: Vec<_> =
            back.fields["assistantJobRefs"].as_array().expect("a list").iter().map(|entry| &entry["assistantJobId"]).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }
}
