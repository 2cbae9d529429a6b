//! Logs of test runs: where `DATAOPS_LOGS_DIR` names a folder, each process leaves one there, and `scripts/check_logs.py` looks
//! through them all.

use std::path::Path;
use std::sync::Once;

/// Begins the log of this process, once.
pub(crate) fn capture() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        #[expect(clippy::disallowed_methods, reason = "a run of tests says where its logs go")]
        let Ok(folder) = std::env::var("DATAOPS_LOGS_DIR") else { return };
        let path = Path::new(&folder).join(format!("test-{}.log", std::process::id()));
        dataops_fleet::logs::init_file("test", "info", &path).expect("the folder of DATAOPS_LOGS_DIR is there");
    });
}
