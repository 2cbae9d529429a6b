//! The bytes that records own come over apart, each verified.

use dataops_engine::{ImportMode, Shelf, objects_copy, objects_missing};
use dataops_testkit::Stack;

use crate::busy::Busy;
use crate::{folder, operation};

const BUCKET: &str = "dataops-local-artifacts-000000000000";

#[tokio::test]
async fn bytes_are_brought_over_and_what_is_wrong_with_them_is_told() {
    let busy = Busy::start().await;
    let export = folder(&busy.stack).await;
    let other = Stack::empty().await;
    let job = other.importer();
    let scratch = std::env::temp_dir();
    job.engine().import(&operation(&other, "import"), export.path(), ImportMode::IntoEmpty, &scratch).await.unwrap();
    let owned = job.engine().objects_owned().await.unwrap();
    assert!(owned.len() > 4 && owned.iter().all(|object| object.sha256.is_some()), "{owned:?}");
    let own = job.engine().own_shelf().unwrap();
    assert_eq!(objects_missing(&owned, &own).await.unwrap(), owned);

    let theirs = busy.stack.embedded().objects().join(BUCKET);
    let (gone, bad) = (&owned[0], &owned[1]);
    let aside = std::fs::read(theirs.join(&gone.key)).unwrap();
    std::fs::remove_file(theirs.join(&gone.key)).unwrap();
    std::fs::write(theirs.join(&bad.key), b"other bytes").unwrap();
    let copied = objects_copy(&owned, &Shelf::Folder(theirs.clone()), &own, &scratch).await.unwrap();
    assert_eq!((copied.copied, copied.there), (owned.len() as u64 - 2, 0));
    assert_eq!((&copied.missing, &copied.damaged), (&vec![gone.clone()], &vec![bad.clone()]));

    std::fs::write(theirs.join(&gone.key), aside).unwrap();
    let copied = objects_copy(&owned, &Shelf::Folder(theirs), &own, &scratch).await.unwrap();
    assert_eq!((copied.copied, copied.there, copied.missing.len()), (1, owned.len() as u64 - 2, 0));
    let file = other.operator().get("/api/files").await.expect(200).json["files"][0]["id"].as_str().unwrap().to_owned();
    let content = other.operator().get(&format!("/api/files/{file}/download")).await.expect(200);
    assert_eq!(content.bytes, b"%PDF-1.4 some bytes");
    let out = tempfile::tempdir().unwrap();
    let copied = objects_copy(&owned, &own, &Shelf::Folder(out.path().to_owned()), &scratch).await.unwrap();
    assert_eq!((copied.copied, copied.missing.len()), (owned.len() as u64 - 1, 1));
}
