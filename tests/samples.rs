//! Every folder below `samples/` is a test: `samples/<erp>/<document>/<case>/` is read, or written, by
//! `formats/<erp>/<document>.toml`, and must come to what stands beside it. A new folder is a new test.
//!
//! `BLESS=1` writes what comes out in place of what was expected; look at the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};

use lastkaj::document::{AnyDocument, from_json, to_json};
use lastkaj::fault::Fault;
use lastkaj::format::{self, Definition, Item, Outgoing, ReadContext, Remembered, WriteContext};
use serde_json::{Value, json};

#[test]
fn every_sample_comes_to_what_stands_beside_it() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    let mut cases = 0;
    for case in folders(&samples).iter().flat_map(|erp| folders(erp)).flat_map(|document| folders(&document))
    {
        cases += 1;
        if let Err(why) = check(&samples, &case, bless) {
            wrong.push(format!("{}:\n{why}", case.strip_prefix(&samples).unwrap().display()));
        }
    }
    println!("{cases} samples");
    assert!(cases > 30, "the walk finds the samples: {cases}");
    assert!(wrong.is_empty(), "{} of {cases} samples:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn check(samples: &Path, case: &Path, bless: bool) -> Result<(), String> {
    let relative = case.strip_prefix(samples).unwrap().parent().unwrap().to_string_lossy().into_owned();
    let formats = samples.parent().unwrap().join("formats");
    let file = formats.join(format!("{relative}.toml"));
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let tables = lastkaj::config::code_tables(&formats, &lastkaj::config::ProcessEnvironment)
        .map_err(|faults| format!("{faults:?}"))?;
    let definition =
        Definition::check(&relative, &relative, &text, &tables).map_err(|faults| list(&faults))?;
    let input = only(case, "input.");
    if definition.writes().is_some() {
        let expected = only(case, "expect.");
        let written = write(&definition, &std::fs::read(&input).unwrap())?;
        return compare(&expected, &written, bless);
    }
    let read = read(&definition, &input);
    let pretty = serde_json::to_string_pretty(&read).unwrap() + "\n";
    let expected = case.join("expected.json");
    if bless && !expected.exists() {
        return compare(&expected, pretty.as_bytes(), bless);
    }
    let there: Value = std::fs::read_to_string(&expected)
        .map_err(|_| "expected.json is missing; BLESS=1 writes it".to_owned())
        .and_then(|text| serde_json::from_str(&text).map_err(|error| format!("expected.json: {error}")))?;
    if there == read {
        return Ok(());
    }
    if bless {
        return compare(&expected, pretty.as_bytes(), bless);
    }
    Err(difference(&serde_json::to_string_pretty(&there).unwrap(), &pretty))
}

fn read(definition: &Definition, input: &Path) -> Value {
    // Where the format reads the file's name, it stands beside it.
    let name = std::fs::read_to_string(input.with_file_name("name.txt"))
        .map(|name| name.trim().to_owned())
        .unwrap_or_else(|_| input.file_name().unwrap().to_string_lossy().into_owned());
    let scratch = || tempfile::tempfile();
    let context = ReadContext {
        file_name: &name,
        time_zone: chrono_tz::Europe::Stockholm,
        live: true,
        scratch: &scratch,
    };
    let (mut documents, mut faulty, mut stray) = (Vec::new(), Vec::new(), Vec::new());
    let mut file = std::fs::File::open(input).unwrap();
    let summary = format::read(definition, &mut file, &context, &mut |item| {
        match item {
            Item::Document(mapped) if mapped.faults.is_empty() => documents.push(json!({
                "type": mapped.document.document_type().name(),
                "number": mapped.document.number(),
                "lines": [mapped.first_line, mapped.last_line],
                "document": serde_json::from_str::<Value>(&to_json(mapped.document.as_document())).unwrap(),
                "remembered": mapped.remembered,
            })),
            Item::Document(mapped) => faulty.push(json!({
                "type": mapped.document.document_type().name(),
                "number": mapped.document.number(),
                "faults": mapped.faults.iter().map(fault).collect::<Vec<_>>(),
            })),
            Item::Stray(stray_fault) => stray.push(fault(&stray_fault)),
        }
        Ok(())
    });
    let (records, file_faults) = match summary {
        Ok(summary) => (json!(summary.records), summary.file_faults),
        Err(whole) => (Value::Null, vec![whole]),
    };
    json!({
        "records": records,
        "documents": documents,
        "faulty": faulty,
        "stray": stray,
        "file_faults": file_faults.iter().map(fault).collect::<Vec<_>>(),
    })
}

/// A fault as the sample keeps it: what a person would check by eye.
fn fault(fault: &Fault) -> Value {
    let mut kept = json!({ "code": fault.code.name() });
    let places = [("line", json!(fault.place.line)), ("column", json!(fault.place.column))];
    let texts = [("field", json!(fault.place.field)), ("found", json!(fault.found))];
    for (name, value) in places.into_iter().chain(texts).filter(|(_, value)| !value.is_null()) {
        kept[name] = value;
    }
    kept
}

fn write(definition: &Definition, input: &[u8]) -> Result<Vec<u8>, String> {
    let input: Value = serde_json::from_slice(input).map_err(|error| error.to_string())?;
    let document_type = definition.writes().unwrap();
    let mut documents = Vec::new();
    for document in input["documents"].as_array().unwrap() {
        let mut any = AnyDocument::empty(document_type);
        from_json(any.as_document_mut(), &document["document"])?;
        let sent: Remembered =
            serde_json::from_value(document.get("remembered").cloned().unwrap_or(json!({}))).unwrap();
        documents.push((any, sent));
    }
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
    let context = WriteContext {
        sequence: input["sequence"].as_u64().unwrap_or(1),
        time: input["time"].as_str().unwrap_or("2026-11-25T12:00:00Z").parse().unwrap(),
        time_zone: chrono_tz::Europe::Stockholm,
    };
    format::write(definition, &outgoing, &context).map_err(|fault| fault.to_string())
}

fn compare(expected: &Path, written: &[u8], bless: bool) -> Result<(), String> {
    if bless {
        let mut file = std::fs::File::create(expected).unwrap();
        return std::io::Write::write_all(&mut file, written).map_err(|error| error.to_string());
    }
    let there = std::fs::read(expected).map_err(|error| format!("{}: {error}", expected.display()))?;
    if there == written {
        return Ok(());
    }
    Err(difference(&String::from_utf8_lossy(&there), &String::from_utf8_lossy(written)))
}

fn difference(expected: &str, found: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    for index in 0..expected.len().max(found.len()) {
        let (a, b) = (expected.get(index), found.get(index));
        if a != b {
            lines.push(format!("  line {}: expected {a:?}\n           found    {b:?}", index + 1));
        }
        if lines.len() > 5 {
            break;
        }
    }
    lines.join("\n")
}

fn only(case: &Path, prefix: &str) -> PathBuf {
    let found: Vec<PathBuf> = std::fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix))
        .collect();
    assert_eq!(found.len(), 1, "{}: one file {prefix}*", case.display());
    found[0].clone()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
