//! Every input that a fuzz target (`fuzz/`) ever found something with, and what the fuzz crate needs of this one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../fuzz/src/checks/mod.rs"]
mod checks;

use std::fs;
use std::path::Path;

/// What was found once, and the first inputs of the target.
fn run(target: &str, check: fn(&[u8])) {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions").join(target);
    let found = checks::shelf::files_below(&found).into_iter();
    let found = found.map(|file| (file.display().to_string(), fs::read(&file).unwrap()));
    let seeds = checks::seeds::all().into_iter().filter(|seed| seed.target == target);
    let inputs: Vec<(String, Vec<u8>)> = found.chain(seeds.map(|seed| (seed.name, seed.bytes))).collect();
    assert!(inputs.len() > 30, "{} inputs", inputs.len());
    for (name, bytes) in inputs {
        // Shown only where the check panics.
        println!("{target}: {name}");
        check(&bytes);
    }
}

#[test]
fn any_bytes_as_a_format_file() {
    run("definition", checks::definition);
}

#[test]
fn any_bytes_as_csv() {
    run("csv", checks::csv);
}

#[test]
fn any_bytes_as_fixed_width() {
    run("fixed", checks::fixed);
}

#[test]
fn any_bytes_as_xml() {
    run("xml", checks::xml);
}

#[test]
fn any_bytes_in_any_encoding() {
    run("encodings", checks::encodings);
}

/// The targets choose a format by two bytes: no two of ours may have the same ones.
#[test]
fn every_format_has_a_place_of_its_own() {
    let mut places: Vec<u16> =
        checks::shelf::kept().iter().map(|kept| checks::shelf::place(&kept.name)).collect();
    places.sort_unstable();
    let count = places.len();
    places.dedup();
    assert_eq!(places.len(), count);
}

/// What the fuzz crate asks of other crates is what the program asks of them.
#[test]
fn the_fuzz_crate_needs_the_same_of_others() {
    let dependencies = |file: &str| {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let manifest: toml::Table = toml::from_str(&text).unwrap();
        manifest["dependencies"].as_table().unwrap().clone()
    };
    let own = dependencies("Cargo.toml");
    for (name, asked) in dependencies("fuzz/Cargo.toml").iter().filter(|(name, _)| *name != "libfuzzer-sys") {
        assert_eq!(own.get(name), Some(asked), "{name}");
    }
}
