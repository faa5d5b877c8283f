//! What our formats write is read back: each field of each sample by our own readers, and CSV by one that is not ours.

use std::path::Path;

use super::case::to_write;
use super::{Case, collect};
use crate::format::{Definition, Outgoing, read_back};

/// Where the file that a sample expects says something else than its documents.
fn differences(definition: &Definition, case: &Case, change: impl Fn(&mut Vec<u8>)) -> Vec<String> {
    let document = definition.writes().unwrap();
    let (documents, context) = to_write(document, &case.folder.join("input.json")).unwrap();
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
    let mut files = std::fs::read_dir(&case.folder).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.file_stem().is_some_and(|stem| stem == "expect")).unwrap();
    let mut bytes = std::fs::read(file).unwrap();
    change(&mut bytes);
    read_back::differences(definition, &outgoing, &context, &bytes)
}

#[test]
fn what_a_format_writes_is_read_back_with_the_same_values() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let collection = collect(&root.join("formats"), &root.join("samples")).unwrap();
    let (mut cases, mut wrong, mut unseen) = (0, Vec::new(), Vec::new());
    for format in &collection.formats {
        let Ok(definition) = &format.checked else { continue };
        let in_rows = matches!(format.layout.syntax.as_deref(), Some("csv" | "fixed"));
        for case in format.cases.iter().filter(|_| in_rows && definition.writes().is_some()) {
            cases += 1;
            let found = differences(definition, case, |_| ());
            wrong.extend(found.into_iter().map(|difference| format!("{}: {difference}", case.name)));
            // The comparison would see one digit that is another.
            let other_digit = |bytes: &mut Vec<u8>| {
                let digit = bytes.iter_mut().rev().find(|byte| byte.is_ascii_digit()).unwrap();
                *digit = if *digit == b'7' { b'8' } else { b'7' };
            };
            if differences(definition, case, other_digit).is_empty() {
                unseen.push(&case.name);
            }
        }
    }
    assert!(cases > 8, "the walk finds the samples that are written: {cases}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unseen.is_empty(), "{unseen:?}");
}
