//! Makes the first corpus of each target out of `formats/` and `samples/`: `seeds FOLDER`.

// Brings what the instrumented code calls; nothing is fuzzed here.
use libfuzzer_sys as _;

use std::fs;
use std::path::Path;

use lastkaj_fuzz::checks::{BETWEEN, shelf};
use lastkaj_fuzz::format::encoding::Encoding;

/// What is longer is no seed: mutations of a long file are slow.
const LONGEST: usize = 16 * 1024;

fn main() {
    let corpus = std::env::args().nth(1).expect("usage: seeds FOLDER");
    let put = |target: &str, name: &str, bytes: &[&[u8]]| {
        let folder = Path::new(&corpus).join(target);
        fs::create_dir_all(&folder).expect("the corpus can be written");
        fs::write(folder.join(name.replace('/', "-")), bytes.concat()).expect("the corpus can be written");
    };
    let mut count = 0_u16;
    for kept in shelf::kept() {
        put("definition", &kept.name, &[kept.text.as_bytes()]);
        for (file, bytes) in inputs(&kept.name) {
            let name = format!("{}-{file}", kept.name);
            put(&kept.syntax, &name, &[&shelf::place(&kept.name).to_be_bytes(), &bytes]);
            put("definition", &name, &[kept.text.as_bytes(), &[BETWEEN], &bytes]);
            // One encoding a sample, in turn: what is odd in it is new to most of them.
            let which = usize::from(count) % Encoding::names().len();
            put("encodings", &name, &[&[which as u8, count as u8], &bytes]);
            count += 1;
        }
    }
    // The mistakes that the check is tested with.
    let mistakes =
        fs::read_to_string(shelf::root().join("src/format/definition/mistakes.txt")).expect("mistakes.txt");
    for (number, mistake) in mistakes.split("\n\n").enumerate() {
        put("definition", &format!("mistake-{number}"), &[mistake.as_bytes()]);
    }
}

/// The files of a format's samples, as they came.
fn inputs(format: &str) -> Vec<(String, Vec<u8>)> {
    let folder = shelf::root().join("samples").join(format);
    shelf::files_below(&folder)
        .into_iter()
        .filter(|file| file.file_stem().is_some_and(|name| name == "input"))
        .map(|file| {
            let name = file.strip_prefix(&folder).expect("it is below").display().to_string();
            (name, fs::read(&file).expect("a sample can be read"))
        })
        .filter(|(_, bytes)| bytes.len() <= LONGEST)
        .collect()
}
