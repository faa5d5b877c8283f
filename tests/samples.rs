//! Every folder below `samples/` is a test: `samples/<erp>/<document>/<case>/` is read, or written, by
//! `formats/<erp>/<document>.toml`, and must come to what stands beside it. A new folder is a new test.
//! `lastkaj formats test` does the same.
//!
//! `BLESS=1` writes what comes out in place of what was expected; look at the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

use lastkaj::sample::{self, Bless};

#[test]
fn every_sample_comes_to_what_stands_beside_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bless = if std::env::var_os("BLESS").is_some() { Bless::All } else { Bless::Nothing };
    let collection = sample::collect(&root.join("formats"), &root.join("samples")).unwrap();
    let mut wrong: Vec<String> =
        collection.astray.iter().map(|(case, trouble)| format!("{}: {trouble}", case.name)).collect();
    let mut cases = collection.astray.len();
    for format in &collection.formats {
        match &format.checked {
            Ok(definition) => {
                for case in &format.cases {
                    cases += 1;
                    let outcome = sample::run(format, definition, case, bless);
                    if !outcome.is_well() {
                        wrong.push(format!("{}: {outcome:#?}", case.name));
                    }
                }
            }
            Err(faults) => wrong.extend(faults.iter().map(ToString::to_string)),
        }
    }
    println!("{cases} samples");
    assert!(cases > 30, "the walk finds the samples: {cases}");
    assert!(wrong.is_empty(), "{} of {cases} samples:\n\n{}", wrong.len(), wrong.join("\n\n"));
}
