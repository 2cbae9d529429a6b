//! Archives and bags, and what comes in from anywhere: nothing makes the validator fail, fill the memory or write a file.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use dataops_domain::Timestamp;
use dataops_portable::{Finding, Limits, Options, archive, bag, validate};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use tempfile::TempDir;

use crate::sealed::{edit_json, good, reseal};
use crate::{is_full, messages};

fn moment() -> Timestamp {
    Timestamp::parse("2026-11-21T02:00:00Z").unwrap()
}

fn packed(folder: &Path, base: Option<&str>, to: &Path) -> archive::Packed {
    archive::pack(folder, base, moment(), File::create(to).unwrap()).unwrap()
}

/// A bag of a valid export.
fn bagged() -> TempDir {
    let bag = tempfile::tempdir().unwrap();
    bag::wrap(good().path(), bag.path(), moment()).unwrap();
    bag
}

/// A valid export as an archive, with whatever `more` puts after it.
fn archived(more: impl FnOnce(&mut tar::Builder<GzEncoder<File>>)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.tar.gz");
    let mut tar = tar::Builder::new(GzEncoder::new(File::create(&path).unwrap(), Compression::fast()));
    let export = good();
    for entry in std::fs::read_dir(export.path()).unwrap() {
        let entry = entry.unwrap();
        tar.append_path_with_name(entry.path(), entry.file_name()).unwrap();
    }
    more(&mut tar);
    tar.into_inner().unwrap().finish().unwrap();
    (folder, path)
}

/// Puts a file of any name and kind into an archive: names that lead elsewhere are written past the checks of the tar crate.
fn put(tar: &mut tar::Builder<GzEncoder<File>>, name: &str, kind: EntryType, bytes: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    tar.append(&header, bytes).unwrap();
}

#[test]
fn a_folder_an_archive_and_a_bag_are_the_same_to_the_validator() {
    let (export, out) = (good(), tempfile::tempdir().unwrap());
    let first = packed(export.path(), None, &out.path().join("a.tar.gz"));
    let again = packed(export.path(), None, &out.path().join("b.tar.gz"));
    assert_eq!(first, again, "the same files give the same bytes");
    assert_eq!(first.bytes, out.path().join("a.tar.gz").metadata().unwrap().len());
    let bag = bagged();
    packed(bag.path(), Some("dataops-bag"), &out.path().join("bag.tar.gz"));
    for path in [export.path(), bag.path(), &out.path().join("a.tar.gz"), &out.path().join("bag.tar.gz")] {
        assert_eq!(messages(path), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn an_archive_that_others_packed_is_read_too() {
    let (_folder, path) = archived(|tar| {
        put(tar, "pax", EntryType::XHeader, b"30 mtime=1350244992.023960108\n");
        put(tar, "notes.txt", EntryType::Regular, b"hello");
        put(tar, "folder", EntryType::Directory, b"");
    });
    assert_eq!(messages(&path), ["SHA256SUMS does not name notes.txt"]);
}

#[test]
fn a_broken_bag_is_found() {
    type Break = (fn(&Path), &'static str);
    let breaks: [Break; 6] = [
        (|bag| std::fs::write(bag.join("bagit.txt"), "BagIt-Version: 0.97\n").unwrap(), "bagit.txt does not declare a bag of BagIt 1.0"),
        (|bag| std::fs::remove_file(bag.join("manifest-sha256.txt")).unwrap(), "the bag has no manifest-sha256.txt"),
        (|bag| std::fs::write(bag.join("data/extra.json"), "{}").unwrap(), "manifest-sha256.txt does not name extra.json"),
        (
            |bag| std::fs::remove_file(bag.join("data/tasks.schema.json")).unwrap(),
            "manifest-sha256.txt names tasks.schema.json, which is not there",
        ),
        (|bag| std::fs::write(bag.join("bag-info.txt"), "Payload-Oxum: 1.1\n").unwrap(), "not what Payload-Oxum says"),
        (|bag| std::fs::remove_dir_all(bag.join("data")).unwrap(), "the bag has no data folder"),
    ];
    for (damage, words) in breaks {
        let bag = bagged();
        damage(bag.path());
        let found = messages(bag.path());
        assert!(found.iter().any(|message| message.contains(words)), "{words} not in {found:#?}");
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../tasks.jsonl", "/tmp/tasks.jsonl", "a/../../tasks.jsonl", "other/tasks.jsonl", "a/b/c/d.jsonl", "C:\\x.jsonl", "..\\x"]
    {
        let (_folder, path) = archived(|tar| put(tar, name, EntryType::Regular, b"{}\n"));
        let found = messages(&path);
        assert_eq!(found, [format!("{name} is no name of a file in an export")]);
    }
}

#[test]
fn links_devices_and_doubles_are_refused() {
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo] {
        let (_folder, path) = archived(|tar| put(tar, "extra.jsonl", kind, b""));
        assert_eq!(messages(&path), ["extra.jsonl is a link or device, not a file"]);
    }
    let (_folder, path) = archived(|tar| put(tar, "tasks.jsonl", EntryType::Regular, b"{}\n"));
    assert_eq!(messages(&path), ["tasks.jsonl is in the archive twice"]);
    let export = good();
    std::os::unix::fs::symlink("/etc/hostname", export.path().join("link.txt")).unwrap();
    std::fs::create_dir(export.path().join("folder")).unwrap();
    assert_eq!(messages(export.path()), ["folder is a folder; an export is flat", "link.txt is a link or device, not a file"]);
}

#[test]
fn an_archive_that_is_cut_or_altered_is_found() {
    let (_folder, path) = archived(|_| {});
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 5, bytes.len() / 2, bytes.len() - 6] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let found = messages(&path);
        assert!(
            found.iter().any(|words| words.contains("the archive cannot be read") || words.contains("holds no file")),
            "{length}: {found:?}"
        );
    }
    let unpacked = |bytes: &[u8]| {
        let mut all = Vec::new();
        MultiGzDecoder::new(bytes).read_to_end(&mut all).map(|_| all).ok()
    };
    let content = unpacked(&bytes);
    for at in (10..bytes.len()).step_by(bytes.len() / 40) {
        let mut other = bytes.clone();
        other[at] ^= 0x10;
        // Some bits may be either way: repeated bytes can be told in more than one.
        if unpacked(&other) != content {
            std::fs::write(&path, &other).unwrap();
            assert_ne!(messages(&path), Vec::<String>::new(), "byte {at} of {}", bytes.len());
        }
    }
    std::fs::write(&path, "no archive").unwrap();
    let found = messages(&path);
    assert!(found[0].contains("the archive cannot be read"), "{found:?}");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![b'\n'; 3_000_000];
    let (_folder, path) = archived(|tar| put(tar, "zzz.txt", EntryType::Regular, &zeros));
    let scratch = tempfile::tempdir().unwrap();
    let limits = Limits { harmless: 1_000_000, ratio: 20, ..Limits::default() };
    let mut report = validate(&path, &Options { limits, ..Options::new(scratch.path()) }).unwrap();
    let found = report.first(9).unwrap();
    assert!(found.iter().any(|finding| finding.code == "archive-bomb"), "{found:#?}");
}

#[test]
fn headers_and_files_without_end_are_not_kept() {
    let (_folder, path) = archived(|tar| put(tar, "pax", EntryType::XHeader, &vec![b'x'; 200_000]));
    assert!(messages(&path).contains(&"the archive has a header of 200000 bytes".to_owned()));
    let (_folder, path) = archived(|tar| (0..300).for_each(|at| put(tar, &format!("{at}.txt"), EntryType::Regular, b"")));
    assert!(messages(&path).contains(&"the archive holds more than 200 files".to_owned()));
    let export = good();
    let manifest = File::create(export.path().join("manifest.json")).unwrap();
    manifest.set_len(1 << 26).unwrap();
    let found = messages(export.path());
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("manifest.json is not readable"), "{found:#?}");
}

#[test]
fn a_line_without_end_is_passed_over() {
    let export = good();
    let mut tasks = std::fs::OpenOptions::new().append(true).open(export.path().join("tasks.jsonl")).unwrap();
    let length = tasks.metadata().unwrap().len();
    // A gigabyte in a full proof; most of it is a hole in the file.
    let bytes = if is_full() { 1 << 30 } else { 1 << 26 };
    tasks.set_len(length + bytes).unwrap();
    tasks.write_all(b"\n").unwrap();
    drop(tasks);
    let found = messages(export.path());
    assert!(found.iter().any(|words| words == "tasks.jsonl line 11 is longer than 4194304 bytes"), "{found:#?}");
    assert!(peak_memory() < 400, "{} MB", peak_memory());
}

/// The most memory of this process so far, in MB; other tests count too.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}

#[test]
fn lines_of_anything_are_told() {
    for (line, words) in [
        ("[".repeat(100_000).as_bytes().to_vec(), "is not valid JSON"),
        (b"{\"task_id\":\"\xff\xfe\"}".to_vec(), "is not valid JSON"),
        (b"\0\0\0\0".to_vec(), "is not valid JSON"),
        (b"".to_vec(), "is not valid JSON"),
        (b"7".to_vec(), "is not a JSON object"),
        (b"{\"n\":1e999}".to_vec(), "is not valid JSON"),
        (b"{\"task_id\":\"a\",\"task_id\":\"a\",\"date\":\"2026-01-01\",\"description\":\"d\"}".to_vec(), "has the field task_id twice"),
        (
            b"{\"date\":\"2026-01-01\",\"description\":\"d\",\"task_id\":\"a\",\"validation\":{\"a\":1,\"a\":2}}".to_vec(),
            "has the field a twice in one object",
        ),
    ] {
        let export = good();
        let mut tasks = std::fs::OpenOptions::new().append(true).open(export.path().join("tasks.jsonl")).unwrap();
        tasks.write_all(&line).unwrap();
        tasks.write_all(b"\n").unwrap();
        reseal(export.path());
        let found = messages(export.path());
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains(words) && (found[0].contains("line 11") || found[0].starts_with("tasks[10]")), "{found:#?}");
        // What is no object is no record that could be read, whatever else is wrong with others.
        let read = 10 + u64::from(found[0].starts_with("tasks[10]"));
        assert_eq!(crate::report(export.path()).counts.get("tasks"), Some(&read), "{found:#?}");
    }
}

/// A valid export with these lines at the end of a file, and what is found.
fn found_with(file: &str, lines: &[String]) -> Vec<Finding> {
    let export = good();
    let mut records = std::fs::OpenOptions::new().append(true).open(export.path().join(file)).unwrap();
    lines.iter().for_each(|line| writeln!(records, "{line}").unwrap());
    reseal(export.path());
    let mut report = crate::report(export.path());
    assert!(report.total < 10_000, "{}", report.total);
    report.first(10_000).unwrap()
}

#[test]
fn a_line_of_nothing_but_values_is_not_kept() {
    for entry in ["0", "{}", "{\"\":0}"] {
        let list = vec![entry; 4_000_000 / (entry.len() + 1)].join(",");
        let found =
            found_with("tasks.jsonl", &[format!("{{\"date\":\"2026-01-01\",\"description\":\"d\",\"tags\":[{list}],\"task_id\":\"a\"}}")]);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["tasks.jsonl line 11 is not valid JSON: it holds more than 400000 values"]);
    }
    let export = good();
    std::fs::write(export.path().join("manifest.json"), format!("{{\"a\":[{}]}}", vec!["{}"; 1_300_000].join(","))).unwrap();
    assert_eq!(messages(export.path()), ["manifest.json is not readable: it holds more than 400000 values"]);
    assert!(peak_memory() < 400, "{} MB", peak_memory());
}

#[test]
fn names_without_end_are_told_in_short_and_still_hold() {
    let long = |end: &str| format!("{}{end}", "x".repeat(1_000_000));
    let task = |id: &str, bundle: &str| {
        format!("{{\"bundle_id\":\"{bundle}\",\"date\":\"2026-01-01\",\"description\":\"d\",\"task_id\":\"{id}\"}}")
    };
    // Two that differ in nothing but their last letter, one of them twice, and a workflow that is not there.
    let found = found_with("tasks.jsonl", &[task(&long("a"), "b1"), task(&long("b"), "b1"), task(&long("b"), &long("c"))]);
    let codes: Vec<(Option<u64>, &str)> = found.iter().map(|finding| (finding.line, finding.code.as_str())).collect();
    let wanted = [(11, "bad-id"), (12, "bad-id"), (13, "bad-id"), (13, "too-long"), (13, "duplicate-id"), (13, "broken-relation")];
    assert_eq!(codes.len(), wanted.len(), "{codes:?}");
    assert!(wanted.iter().all(|(line, code)| codes.contains(&(Some(*line), code))), "{codes:?}");
    let told = |finding: &Finding| finding.message.len() + finding.id.as_ref().map_or(0, String::len);
    assert!(found.iter().all(|finding| told(finding) < 4_100), "an id is told in full");
    // Users are kept in memory to be looked up: not such ones.
    let found = found_with("users.jsonl", &[format!("{{\"user_id\":\"{}\"}}", long("u"))]);
    assert_eq!(found.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["bad-id"]);
    // A name of a field is not told once more for each thing within it.
    let slots = format!(
        "{{\"anchor_date\":\"2026-01-01\",\"bundle_id\":\"b\",\"evidence_for\":{{\"{}\":[{}]}}}}",
        long("k"),
        vec!["\"t0\""; 5_000].join(",")
    );
    let found = found_with("bundles.jsonl", &[slots]);
    assert_eq!(found.len(), 5_000);
    assert!(found.iter().all(|finding| finding.code == "broken-relation" && told(finding) < 1_000));
}

#[test]
fn a_record_of_nothing_but_mistakes_is_told_in_short() {
    let history = vec!["{\"id\":\"a\"}"; 150_000].join(",");
    let found = found_with(
        "tasks.jsonl",
        &[format!("{{\"date\":\"2026-01-01\",\"description\":\"d\",\"task_history\":[{history}],\"task_id\":\"a\"}}")],
    );
    assert_eq!(found.len(), 1_000);
    assert_eq!(found[999].message, "tasks[10] has more than 1000 things wrong; the rest is not told");
    // As long a history whose ids are all there, and differ.
    let entry = |at: usize| format!("{{\"id\":\"{at}\",\"taskId\":\"a\",\"action\":\"commented\",\"createdAt\":\"2026-01-01\"}}");
    let history: Vec<String> = (0..50_000).map(entry).collect();
    let found = found_with(
        "tasks.jsonl",
        &[format!("{{\"date\":\"2026-01-01\",\"description\":\"d\",\"task_history\":[{}],\"task_id\":\"a\"}}", history.join(","))],
    );
    assert_eq!(found, []);
}

#[test]
fn more_findings_than_fit_are_all_told() {
    let export = good();
    let mut users = std::fs::OpenOptions::new().append(true).open(export.path().join("users.jsonl")).unwrap();
    for _ in 0..20_000 {
        users.write_all(b"{\"user_id\":\"\",\"email\":7,\"name\":7}\n").unwrap();
    }
    reseal(export.path());
    let mut report = crate::report(export.path());
    assert_eq!(report.total, 60_000);
    let mut lines = Vec::new();
    report
        .each(|finding| {
            lines.push(finding.line);
            Ok(())
        })
        .unwrap();
    assert!(lines.len() == 60_000 && lines.is_sorted());
    let mut told = Vec::new();
    report.write_json(&mut told).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    assert_eq!((&told["valid"], told["errors"].as_array().map(Vec::len)), (&false.into(), Some(60_000)));
    assert_eq!(told["entityCounts"]["users"], 20_002);
}

#[test]
fn where_nothing_is_nothing_can_be_validated() {
    let scratch = tempfile::tempdir().unwrap();
    let failure = validate(Path::new("no/such/export"), &Options::new(scratch.path())).unwrap_err();
    assert!(failure.to_string().starts_with("there is no export at no/such/export"), "{failure}");
    // An empty folder is there, and no export.
    assert_eq!(messages(scratch.path()), ["manifest.json is not readable: it is not there"]);
}

#[test]
fn a_manifest_with_anything_in_it_stops_nothing() {
    for value in [serde_json::json!(null), serde_json::json!([1]), serde_json::json!({ "tasks": { "a": 1 } }), serde_json::json!("x")] {
        for key in ["entity_files", "entity_counts", "checksums", "redactions", "omitted_entities", "chains"] {
            let export = good();
            edit_json(&export.path().join("manifest.json"), |manifest| manifest[key] = value.clone());
            assert_ne!(messages(export.path()), Vec::<String>::new(), "{key}: {value}");
        }
    }
}
