//! Writes the first corpus of each target: `seeds FOLDER`.
#![allow(clippy::disallowed_methods, reason = "a corpus that is there in part is only a smaller one")]

// Brings what the instrumented code calls; nothing is fuzzed here.
use libfuzzer_sys as _;

use std::fs;
use std::path::Path;

fn main() {
    let corpus = std::env::args().nth(1).expect("usage: seeds FOLDER");
    for seed in lastkaj_fuzz::checks::seeds::all() {
        let folder = Path::new(&corpus).join(&seed.target);
        fs::create_dir_all(&folder).expect("the corpus can be written");
        fs::write(folder.join(&seed.name), &seed.bytes).expect("the corpus can be written");
    }
}
