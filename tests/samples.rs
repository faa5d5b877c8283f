//! Every folder below `samples/` is a test: `samples/<erp>/<document>/<case>/` is read, or written, by
//! `formats/<erp>/<document>.toml`, and must come to what stands beside it. A new folder is a new test.
//! `lastkaj formats test` does the same.
//!
//! `BLESS=1` writes what comes out in place of what was expected; look at the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;

use lastkaj::fault::code;
use lastkaj::format::{self, ReadContext};
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

#[test]
fn only_a_sample_in_another_encoding_looks_like_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let collection = sample::collect(&root.join("formats"), &root.join("samples")).unwrap();
    let mut read = 0;
    let mut told = Vec::new();
    for format in &collection.formats {
        let definition = format.checked.as_ref().unwrap();
        for case in format.cases.iter().filter(|_| definition.writes().is_none()) {
            let entries = std::fs::read_dir(&case.folder).unwrap().map(|entry| entry.unwrap().path());
            for input in entries.filter(|path| path.file_stem().unwrap() == "input") {
                let scratch = || tempfile::tempfile();
                let time_zone = chrono_tz::Europe::Stockholm;
                let context = ReadContext { file_name: "f", time_zone, live: true, scratch: &scratch };
                let mut file = std::fs::File::open(input).unwrap();
                let Ok(summary) = format::read(definition, &mut file, &context, &mut |_| Ok(())) else {
                    continue;
                };
                read += 1;
                let likely =
                    summary.warnings.iter().filter(|fault| fault.code == code::OTHER_ENCODING_LIKELY);
                told.extend(likely.map(|_| case.name.clone()));
            }
        }
    }
    assert!(read > 30, "the walk reads the samples: {read}");
    assert_eq!(told, ["iptor/orders-text/old-pc-page-by-mistake"], "the one that is");
}
