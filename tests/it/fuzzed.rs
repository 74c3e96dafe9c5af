//! What the fuzzer looks for (fuzz/src/properties), held against its seeds and against everything that was ever found:
//! once found, a text is tried in every run of the tests.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/properties/mod.rs"]
mod properties;

#[test]
fn every_seed_and_every_finding_holds() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut failed = Vec::new();
    for (name, holds) in properties::ALL {
        let mut tried = 0;
        for folder in ["seeds", "findings"] {
            for file in fs::read_dir(fuzz.join(folder).join(name)).into_iter().flatten() {
                let file = file.unwrap().path();
                let text = fs::read(&file).unwrap();
                // All of them are tried, so that one run shows everything there is to mend.
                if std::panic::catch_unwind(|| holds(&text)).is_err() {
                    failed.push(file);
                }
                tried += 1;
            }
        }
        assert!(tried > 2, "{name} has seeds");
    }
    assert_eq!(failed, Vec::<std::path::PathBuf>::new(), "what went wrong with each stands above");
}
