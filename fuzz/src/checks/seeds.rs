//! The first inputs of each target, out of `formats/` and `samples/`.

use std::fs;

use lastkaj::format::encoding::Encoding;

use super::{BETWEEN, shelf};

/// What is longer is no seed: mutations of a long file are slow.
const LONGEST: usize = 16 * 1024;

/// An input of a target.
pub struct Seed {
    /// The target.
    pub target: String,
    /// Where it comes from.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

/// Every seed.
pub fn all() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut put = |target: &str, name: &str, bytes: &[&[u8]]| {
        seeds.push(Seed { target: target.to_owned(), name: name.replace('/', "-"), bytes: bytes.concat() });
    };
    let mut count = 0_usize;
    for kept in shelf::kept() {
        put("definition", &kept.name, &[kept.text.as_bytes()]);
        for (number, (file, bytes)) in inputs(&kept.name).into_iter().enumerate() {
            let name = format!("{}-{file}", kept.name);
            if ["csv", "fixed", "xml"].contains(&kept.syntax.as_str()) && !kept.definition.reads().is_empty()
            {
                put(&kept.syntax, &name, &[&shelf::place(&kept.name).to_be_bytes(), &bytes]);
            }
            // One file a format: the others are the other targets' own.
            if number == 0 {
                put("definition", &name, &[kept.text.as_bytes(), &[BETWEEN], &bytes]);
            }
            // One encoding a sample, in turn: what is odd in it is new to most of them.
            let which = count % Encoding::names().len();
            put("encodings", &name, &[&[which as u8, count as u8], &bytes]);
            count += 1;
        }
    }
    seeds
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
