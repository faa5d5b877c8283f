//! The catalogue of what real files look like: `tests/catalogue/list.txt` names its rows, and each row has a folder of cases,
//! `tests/catalogue/<ID>/<case>/`, with the row's own bytes.
//!
//! A case to read is `format.toml`, `input.<ext>` (under the name in `name.txt`, where there is one) and `expected.json`: what
//! `lastkaj try --json` says of it. Files that belong together are `input.<part>.<ext>`, for each part of the format. A case to write is `format.toml`, `input.json` and `expect.<ext>`, as a sample has
//! them; where writing is refused, `expected.json` says why.
//!
//! `BLESS=1` writes what comes out in place of what was expected; look at the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "cases are written where they are blessed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lastkaj::fault::{Fault, Language};
use lastkaj::format::Definition;
use serde_json::{Map, Value, json};

/// Rows that reading or writing one file cannot show, and the test that shows them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("G10", "tests/receive_staging.rs: a_sent_again_order_file_is_unchanged_whatever_its_name_and_time"),
    (
        "F10",
        "tests/receive_archives.rs: each_file_of_a_zip_is_read_with_its_own_lines_and_is_named_everywhere",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn catalogue() -> PathBuf {
    root().join("tests/catalogue")
}

fn listed() -> Vec<String> {
    let list = fs::read_to_string(catalogue().join("list.txt")).unwrap();
    let rows = list.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    rows.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The file of this stem, whatever its extension.
fn file_of(folder: &Path, stem: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.file_stem().unwrap() == stem).collect();
    assert!(files.len() < 2, "{}: one {stem} only", folder.display());
    files.pop()
}

fn lastkaj(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lastkaj")).args(arguments).current_dir(root()).output().unwrap()
}

#[test]
fn every_row_has_a_case_or_a_test_elsewhere() {
    let listed = listed();
    let mut wrong = Vec::new();
    let mut rows: BTreeSet<String> = BTreeSet::new();
    for folder in folders(&catalogue()) {
        let id = name_of(&folder);
        if !listed.contains(&id) {
            wrong.push(format!("{id}: a folder of no row of list.txt"));
        }
        if folders(&folder).is_empty() {
            wrong.push(format!("{id}: a folder without a case"));
        } else {
            rows.insert(id);
        }
    }
    for (id, test) in ELSEWHERE {
        let (file, function) = test.split_once(": ").unwrap();
        let stands =
            fs::read_to_string(root().join(file)).is_ok_and(|text| text.contains(&format!("fn {function}(")));
        if !stands {
            wrong.push(format!("{id}: there is no test {test}"));
        }
        if !listed.iter().any(|row| row == id) {
            wrong.push(format!("{id}: a test elsewhere of no row of list.txt"));
        }
        rows.insert((*id).to_owned());
    }
    let missing: Vec<&str> = listed.iter().filter(|id| !rows.contains(*id)).map(String::as_str).collect();
    if !missing.is_empty() {
        wrong.push(format!("{} rows without a case: {}", missing.len(), missing.join(", ")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_comes_to_what_stands_beside_it() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for case in folders(&catalogue()).iter().flat_map(|row| folders(row)) {
        let name = case.strip_prefix(catalogue()).unwrap().to_string_lossy().into_owned();
        cases += 1;
        let outcome = match inputs(&case).as_slice() {
            [input] if input.extension().is_some_and(|extension| extension == "json") => {
                written(&case, input)
            }
            [] => Err("it has no input".to_owned()),
            inputs => compared(&case, &found(&case, inputs)),
        };
        if let Err(why) = outcome {
            wrong.push(format!("{name}: {why}"));
        }
    }
    println!("{cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// The files of a case: one, or one for each part of its format.
fn inputs(case: &Path) -> Vec<PathBuf> {
    let parts = checked(&case.join("format.toml")).map_or_else(
        |_| Vec::new(),
        |definition| definition.parts().into_iter().map(str::to_owned).collect::<Vec<_>>(),
    );
    if parts.is_empty() {
        return file_of(case, "input").into_iter().collect();
    }
    let of_part = |part: &String| {
        let input = file_of(case, &format!("input.{part}"));
        input.unwrap_or_else(|| panic!("{}: there is no input.{part}", case.display()))
    };
    parts.iter().map(of_part).collect()
}

fn blesses() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Compares what was found with `expected.json`.
fn compared(case: &Path, found: &Value) -> Result<(), String> {
    let file = case.join("expected.json");
    if blesses() {
        fs::write(&file, serde_json::to_string_pretty(found).unwrap() + "\n").unwrap();
        return Ok(());
    }
    let Ok(expected) = fs::read(&file) else {
        return Err("nothing is expected of it: BLESS=1 writes expected.json".to_owned());
    };
    let expected: Value =
        serde_json::from_slice(&expected).map_err(|error| format!("expected.json: {error}"))?;
    if expected == *found {
        return Ok(());
    }
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    Err(format!("expected\n{}\nfound\n{}", pretty(&expected), pretty(found)))
}

/// What `try` says of the files; where the format file is refused, its mistakes.
fn found(case: &Path, inputs: &[PathBuf]) -> Value {
    let scratch = tempfile::tempdir().unwrap();
    let mut inputs = inputs.to_vec();
    if let (Ok(name), Some(input)) = (fs::read_to_string(case.join("name.txt")), inputs.first_mut()) {
        let named = scratch.path().join(name.trim());
        fs::copy(&input, &named).unwrap();
        *input = named;
    }
    // From the root on, as the messages show it.
    let format = case.strip_prefix(root()).unwrap().join("format.toml");
    let mut arguments = vec!["try", "--json", format.to_str().unwrap()];
    arguments.extend(inputs.iter().map(|input| input.to_str().unwrap()));
    let output = lastkaj(&arguments);
    let first = inputs[0].file_name().unwrap().to_string_lossy().into_owned();
    let told = |fault: &Fault| {
        let mut told = told(fault);
        let file = fault.place.file.as_ref().filter(|file| inputs.len() > 1 && **file != first);
        if let (Some(file), Some(members)) = (file, told.as_object_mut()) {
            members.insert("file".to_owned(), json!(file));
        }
        told
    };
    if output.stdout.is_empty() {
        return mistakes(&format);
    }
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{}: {error}\n{}", case.display(), String::from_utf8_lossy(&output.stderr))
    });
    let documents = said["documents"].as_array().unwrap();
    let is_good = |document: &&Value| document["faults"].as_array().unwrap().is_empty();
    let good = documents.iter().filter(is_good).map(document);
    let mut found = json!({ "documents": good.collect::<Vec<Value>>() });
    let faulty: Vec<&Value> = documents.iter().filter(|document| !is_good(document)).collect();
    if !faulty.is_empty() {
        found["faulty"] = faulty.iter().map(|document| document["number"].clone()).collect();
    }
    for list in ["faults", "file_faults", "warnings"] {
        let faults: Vec<Fault> = serde_json::from_value(said[list].clone()).unwrap();
        if !faults.is_empty() {
            found[list] = match list {
                // Each of them is among the faults.
                "file_faults" => faults.iter().map(|fault| json!(fault.code.name())).collect(),
                _ => faults.iter().map(&told).collect(),
            };
        }
    }
    found
}

fn document(document: &Value) -> Value {
    let mut told = Map::new();
    for name in ["type", "number", "lines", "document"] {
        told.insert(name.to_owned(), document[name].clone());
    }
    if document["remembered"].as_object().is_some_and(|remembered| !remembered.is_empty()) {
        told.insert("remembered".to_owned(), document["remembered"].clone());
    }
    Value::Object(told)
}

/// A fault as it stands in `expected.json`: its place, and the sentences that its reader gets.
fn told(fault: &Fault) -> Value {
    let place = &fault.place;
    let members = [
        ("code", json!(fault.code.name())),
        ("line", json!(place.line)),
        ("column", json!(place.column)),
        ("field", json!(place.field)),
        ("found", json!(fault.found)),
        ("what", json!(fault.what(Language::English))),
        ("hint", json!(fault.hint(Language::English))),
    ];
    members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn checked(format: &Path) -> Result<Definition, Vec<Fault>> {
    let tables =
        lastkaj::config::code_tables(&root().join("formats"), &lastkaj::config::ProcessEnvironment).unwrap();
    let text = fs::read_to_string(format).unwrap();
    Definition::check("case", "format.toml", &text, &tables)
}

/// The mistakes of a format file that cannot be.
fn mistakes(format: &Path) -> Value {
    match checked(format) {
        Ok(_) => panic!("{}: nothing came of it, and the format file has no mistake", format.display()),
        Err(faults) => json!({ "mistakes": faults.iter().map(told).collect::<Vec<Value>>() }),
    }
}

/// Writes a file as `formats test` does with a sample.
fn written(case: &Path, input: &Path) -> Result<(), String> {
    let scratch = tempfile::tempdir().unwrap();
    let (formats, samples) = (scratch.path().join("formats"), scratch.path().join("samples"));
    let sample = samples.join("catalogue/row/case");
    fs::create_dir_all(formats.join("catalogue")).unwrap();
    fs::create_dir_all(&sample).unwrap();
    fs::copy(case.join("format.toml"), formats.join("catalogue/row.toml")).unwrap();
    fs::copy(input, sample.join("input.json")).unwrap();
    let expect = file_of(case, "expect");
    if let Some(expect) = &expect {
        fs::copy(expect, sample.join(name_of(expect))).unwrap();
    }
    let mut arguments = vec!["formats", "test", "--json", "--formats", formats.to_str().unwrap()];
    arguments.extend(["--samples", samples.to_str().unwrap()]);
    if blesses() {
        arguments.push("--bless-all");
    }
    let output = lastkaj(&arguments);
    let said: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}\n{}", String::from_utf8_lossy(&output.stderr)))?;
    let outcome = &said["formats"][0]["cases"][0];
    match (outcome["result"].as_str(), expect) {
        (Some("broken"), None) => compared(case, &json!({ "refused": outcome["problem"] })),
        (Some("passes"), Some(_)) => Ok(()),
        (Some("written"), Some(expect)) => {
            fs::copy(sample.join(name_of(&expect)), expect).unwrap();
            Ok(())
        }
        _ => Err(serde_json::to_string_pretty(&said).unwrap()),
    }
}
