//! One sample: what it holds, what comes of it, and how that compares with what was expected.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::document::{AnyDocument, DocumentType, from_json, to_json};
use crate::fault::Fault;
use crate::format::{
    self, Definition, Item, Outgoing, PartFile, ReadContext, Remembered, RoundTrip, WriteContext,
};

use super::collection::LayoutWords;
use super::difference::{of_bytes, of_values};
use super::members::first_wrong;
use super::round_trip::{self, NotBack};
use super::{Differences, Format};

/// Local times of a sample are those of this zone, unless its input.json says another.
const TIME_ZONE: chrono_tz::Tz = chrono_tz::Europe::Stockholm;

/// The folder of a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The name of the format: `nordvik/orders`.
    pub format: String,
    /// The path below the folder of samples: `nordvik/orders/good`.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
}

impl Case {
    /// The sample of a format in this folder.
    pub(super) fn at(format: &str, folder: PathBuf) -> Case {
        let last = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = if format.is_empty() { last } else { format!("{format}/{last}") };
        Case { format: format.to_owned(), name, folder }
    }
}

/// Why a sample cannot be run: which file or folder, what is wrong there, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file, or the folder where one is missing.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Trouble {
    pub(super) fn new(path: &Path, problem: impl Into<String>, remedy: impl Into<String>) -> Trouble {
        Trouble { path: path.to_owned(), problem: problem.into(), remedy: remedy.into() }
    }

    fn unreadable(path: &Path, error: &std::io::Error) -> Trouble {
        Trouble::new(path, format!("it cannot be read: {error}"), "see to its rights and that it is a file")
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path.display(), self.problem, self.remedy)
    }
}

/// What may be written where a sample does not come to what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bless {
    /// Nothing.
    Nothing,
    /// What comes of a sample beside which nothing was expected yet.
    Missing,
    /// The same, and what comes of one that differs takes the place of what was expected.
    All,
}

/// What running a sample came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was expected.
    Passes,
    /// Something else.
    Differs {
        /// The file of what was expected.
        file: PathBuf,
        /// Where it differs.
        differences: Differences,
    },
    /// There is nothing to compare it with.
    NothingExpected {
        /// The file that should be there.
        file: PathBuf,
    },
    /// What came of it is expected from now on.
    Written {
        /// The file that was written.
        file: PathBuf,
    },
    /// What was expected; but its documents are not written back as the bytes that they were read from, and the format
    /// does not say why not.
    NotBack {
        /// The file that was read.
        file: PathBuf,
        /// What is in the way.
        why: NotBack,
        /// The file that was written, where what came of it was expected only from now on.
        written: Option<PathBuf>,
    },
    /// It cannot be run.
    Broken(Trouble),
}

impl Outcome {
    /// The file that was written.
    pub fn written(&self) -> Option<&Path> {
        match self {
            Outcome::Written { file } => Some(file),
            Outcome::NotBack { written, .. } => written.as_deref(),
            _ => None,
        }
    }

    /// Whether it is in order.
    pub fn is_well(&self) -> bool {
        matches!(self, Outcome::Passes | Outcome::Written { .. })
    }
}

/// Runs a sample of a format, which is handed in as it was checked.
pub fn run(format: &Format, definition: &Definition, case: &Case, bless: Bless) -> Outcome {
    let outcome = match definition.writes() {
        Some(document) => written(format, definition, document, case, bless),
        None => read(format, definition, case, bless),
    };
    outcome.unwrap_or_else(Outcome::Broken)
}

fn read(format: &Format, definition: &Definition, case: &Case, bless: Bless) -> Result<Outcome, Trouble> {
    let inputs = inputs(definition, case)?;
    let Reading { told: found, documents } = documents(definition, &inputs)?;
    let pretty = serde_json::to_string_pretty(&found).unwrap_or_default() + "\n";
    let file = case.folder.join("expected.json");
    let expected = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let outcome = nothing_expected(&file, pretty.as_bytes(), bless)?;
            return there_and_back(format, definition, inputs, documents, outcome);
        }
        Err(error) => return Err(Trouble::unreadable(&file, &error)),
    };
    let expected: Value = match serde_json::from_slice(&expected) {
        Ok(expected) => expected,
        Err(_) if bless == Bless::All => {
            let outcome = keep(&file, pretty.as_bytes())?;
            return there_and_back(format, definition, inputs, documents, outcome);
        }
        Err(error) => {
            let remedy = "correct it, or take the file away and let --bless write it anew";
            return Err(no_json(&file, &error, remedy));
        }
    };
    let outcome = match (expected == found, bless) {
        (true, _) => Outcome::Passes,
        (false, Bless::All) => keep(&file, pretty.as_bytes())?,
        (false, _) => Outcome::Differs { differences: of_values(&expected, &found), file },
    };
    there_and_back(format, definition, inputs, documents, outcome)
}

/// An outcome that is well as long as a file that was read without fault comes back with the same bytes.
fn there_and_back(
    format: &Format,
    definition: &Definition,
    inputs: Vec<PathBuf>,
    documents: Option<Vec<(AnyDocument, Remembered)>>,
    outcome: Outcome,
) -> Result<Outcome, Trouble> {
    let is_asked = outcome.is_well() && definition.round_trip() == RoundTrip::SameBytes;
    let (Some(documents), Some(input)) = (documents.filter(|_| is_asked), inputs.into_iter().next()) else {
        return Ok(outcome);
    };
    if text_beside(&input, "round_trip.txt", "write into it why this file does not come back")?.is_some() {
        return Ok(outcome);
    }
    let bytes = std::fs::read(&input).map_err(|error| Trouble::unreadable(&input, &error))?;
    let name = file_names(std::slice::from_ref(&input))?.concat();
    let encoding = format.layout.encoding.as_deref();
    Ok(match round_trip::try_it(definition, &documents, &bytes, &name, TIME_ZONE, encoding) {
        Ok(()) => outcome,
        Err(why) => Outcome::NotBack { file: input, why, written: outcome.written().map(Path::to_owned) },
    })
}

/// What a format makes of a file.
struct Reading {
    /// As a sample keeps it.
    told: Value,
    /// The documents, if the file has no fault at all.
    documents: Option<Vec<(AnyDocument, Remembered)>>,
}

/// Reads the files of a sample.
fn documents(definition: &Definition, inputs: &[PathBuf]) -> Result<Reading, Trouble> {
    let names = file_names(inputs)?;
    let name = names.first().map(String::as_str).unwrap_or_default();
    let scratch = || scratch_for(inputs);
    let context = ReadContext { file_name: name, time_zone: TIME_ZONE, live: true, scratch: &scratch };
    let fault = |known: &Fault| fault(known, (inputs.len() > 1).then_some(name));
    let (mut documents, mut faulty, mut stray) = (Vec::new(), Vec::new(), Vec::new());
    let mut good = Vec::new();
    let open = |path: &PathBuf| File::open(path).map_err(|error| Trouble::unreadable(path, &error));
    let mut opened = inputs.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<PartFile<'_>> =
        opened.iter_mut().zip(&names).map(|(bytes, name)| PartFile { name, bytes }).collect();
    let summary = format::read_parts(definition, &mut files, &context, &mut |item| {
        match item {
            Item::Document(mapped) if mapped.faults.is_empty() => {
                let text = to_json(mapped.document.as_document());
                let mut told = json!({
                    "type": mapped.document.document_type().name(),
                    "number": mapped.document.number(),
                    "lines": [mapped.first_line, mapped.last_line],
                    "document": serde_json::from_str::<Value>(&text).unwrap_or(Value::String(text)),
                    "remembered": mapped.remembered,
                });
                if let (false, Some(told)) = (mapped.warnings.is_empty(), told.as_object_mut()) {
                    let warnings = mapped.warnings.iter().map(fault).collect();
                    told.insert("warnings".to_owned(), Value::Array(warnings));
                }
                documents.push(told);
                good.push((mapped.document, mapped.remembered));
            }
            Item::Document(mapped) => faulty.push(json!({
                "type": mapped.document.document_type().name(),
                "number": mapped.document.number(),
                "faults": mapped.faults.iter().map(&fault).collect::<Vec<_>>(),
            })),
            Item::Stray(stray_fault) => stray.push(fault(&stray_fault)),
        }
        Ok(())
    });
    let (records, file_faults) = match summary {
        Ok(summary) => (json!(summary.records), summary.file_faults),
        Err(whole) => (Value::Null, vec![whole]),
    };
    let clean = faulty.is_empty() && stray.is_empty() && file_faults.is_empty();
    let told = json!({
        "records": records,
        "documents": documents,
        "faulty": faulty,
        "stray": stray,
        "file_faults": file_faults.iter().map(&fault).collect::<Vec<_>>(),
    });
    Ok(Reading { told, documents: clean.then_some(good) })
}

/// The names under which the files came: where the format reads them, they stand in name.txt, one a line.
fn file_names(inputs: &[PathBuf]) -> Result<Vec<String>, Trouble> {
    let Some(first) = inputs.first() else { return Ok(Vec::new()) };
    let given = text_beside(first, "name.txt", "write the file's name into it")?.unwrap_or_default();
    let mut given = given.lines().map(|line| line.trim().to_owned());
    let own = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(inputs.iter().map(|path| given.next().unwrap_or_else(|| own(path))).collect())
}

/// What is written in a file beside a sample's input, if there is one.
fn text_beside(input: &Path, name: &str, remedy: &str) -> Result<Option<String>, Trouble> {
    let file = input.with_file_name(name);
    match std::fs::read_to_string(&file) {
        Ok(text) if text.trim().is_empty() => {
            Err(Trouble::new(&file, "it is empty", format!("{remedy}, or take it away")))
        }
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::unreadable(&file, &error)),
    }
}

/// A file without a name for what outgrows memory; the system takes it back when it is closed.
fn scratch_for(inputs: &[PathBuf]) -> std::io::Result<File> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    // Several samples may run at once, in one process too.
    let mut hasher = DefaultHasher::new();
    (inputs, std::process::id(), std::thread::current().id()).hash(&mut hasher);
    let path = std::env::temp_dir().join(format!("lastkaj-sample-{:016x}", hasher.finish()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// A fault as the sample keeps it: what a person would check by eye.
/// The file is told where it is another than the first of several.
fn fault(fault: &Fault, first: Option<&str>) -> Value {
    let file = first.and(fault.place.file.as_deref()).filter(|file| first != Some(file));
    let places = [("line", json!(fault.place.line)), ("column", json!(fault.place.column))];
    let texts = [("field", json!(fault.place.field)), ("found", json!(fault.found))];
    let mut kept = serde_json::Map::new();
    kept.insert("code".to_owned(), json!(fault.code.name()));
    kept.extend(file.map(|file| ("file".to_owned(), json!(file))));
    for (name, value) in places.into_iter().chain(texts).filter(|(_, value)| !value.is_null()) {
        kept.insert(name.to_owned(), value);
    }
    Value::Object(kept)
}

fn written(
    format: &Format,
    definition: &Definition,
    document: DocumentType,
    case: &Case,
    bless: Bless,
) -> Result<Outcome, Trouble> {
    let input = input(case, "input.", "as input.json: the documents that are written")?;
    let found = bytes(definition, document, &input)?;
    let LayoutWords { syntax, encoding } = &format.layout;
    let file = match with_prefix(&case.folder, "expect.")?.as_slice() {
        [] => {
            let end = match syntax.as_deref() {
                None | Some("fixed" | "tagged" | "whole") => "txt",
                Some(syntax) => syntax,
            };
            return nothing_expected(&case.folder.join(format!("expect.{end}")), &found, bless);
        }
        [one] => one.clone(),
        several => return Err(too_many(case, "expect.*", several)),
    };
    let expected = std::fs::read(&file).map_err(|error| Trouble::unreadable(&file, &error))?;
    match (expected == found, bless) {
        (true, _) => Ok(Outcome::Passes),
        (false, Bless::All) => keep(&file, &found),
        (false, _) => {
            let differences = of_bytes(&expected, &found, encoding.as_deref());
            Ok(Outcome::Differs { file, differences })
        }
    }
}

/// The bytes that a format makes of the documents of input.json.
fn bytes(definition: &Definition, document: DocumentType, input: &Path) -> Result<Vec<u8>, Trouble> {
    let (documents, context) = to_write(document, input)?;
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
    format::write(definition, &outgoing, &context).map_err(|fault| {
        Trouble::new(input, format!("its documents cannot be written: {fault}"), "correct them or the format")
    })
}

/// The documents of input.json with what was sent of them, and the report that they stand in.
pub(super) fn to_write(
    document: DocumentType,
    input: &Path,
) -> Result<(Vec<(AnyDocument, Remembered)>, WriteContext), Trouble> {
    let text = std::fs::read(input).map_err(|error| Trouble::unreadable(input, &error))?;
    let told: Value =
        serde_json::from_slice(&text).map_err(|error| no_json(input, &error, "correct it there"))?;
    let wrong = |member: &str, problem: String, remedy: &str| {
        Trouble::new(input, format!("{member}: {problem}"), remedy)
    };
    let listed = told.get("documents").and_then(Value::as_array).ok_or_else(|| {
        wrong("documents", "there is no such list".to_owned(), "write {\"documents\": [{\"document\": {…}}]}")
    })?;
    let mut documents = Vec::new();
    for (index, one) in listed.iter().enumerate() {
        let place = format!("documents[{index}]");
        let members = one.get("document").ok_or_else(|| {
            let problem = "it has no member \"document\"".to_owned();
            wrong(&place, problem, "put the document's members into it, beside \"remembered\"")
        })?;
        let path = format!("{place}.document");
        if let Some((member, problem, remedy)) = first_wrong(document.shape(), members, &path) {
            return Err(wrong(&member, problem, &remedy));
        }
        let mut any = AnyDocument::empty(document);
        from_json(any.as_document_mut(), members).map_err(|member| {
            wrong(&path, format!("{member} cannot be taken"), "write it as another sample has it")
        })?;
        let sent: Remembered = match one.get("remembered") {
            None => Remembered::default(),
            Some(remembered) => serde_json::from_value(remembered.clone()).map_err(|error| {
                let remedy =
                    "write {\"document\": {\"Field\": \"…\"}, \"lines\": {\"10\": {\"Field\": \"…\"}}}";
                wrong(&format!("{place}.remembered"), error.to_string(), remedy)
            })?,
        };
        documents.push((any, sent));
    }
    let context = context(&told).map_err(|(member, problem, remedy)| wrong(member, problem, remedy))?;
    Ok((documents, context))
}

/// The report's number, time and zone; each may be left out.
fn context(told: &Value) -> Result<WriteContext, (&'static str, String, &'static str)> {
    let sequence = match told.get("sequence") {
        None => 1,
        Some(number) => number.as_u64().ok_or_else(|| {
            ("sequence", format!("{number} is no number of a report"), "write a whole number from 0")
        })?,
    };
    let time = told.get("time").map_or(Ok("2026-11-25T12:00:00Z".parse::<DateTime<Utc>>()), |time| {
        time.as_str().map(str::parse).ok_or_else(|| time.to_string())
    });
    let time = time.and_then(|parsed| parsed.map_err(|error| error.to_string())).map_err(|problem| {
        ("time", format!("it is no time: {problem}"), "write it as \"2026-11-25T12:00:00Z\"")
    })?;
    let time_zone = match told.get("timeZone") {
        None => TIME_ZONE,
        Some(zone) => zone.as_str().and_then(|zone| zone.parse().ok()).ok_or_else(|| {
            ("timeZone", format!("{zone} is no time zone"), "write it as \"Europe/Stockholm\"")
        })?,
    };
    Ok(WriteContext { sequence, time, time_zone })
}

fn no_json(file: &Path, error: &serde_json::Error, remedy: &str) -> Trouble {
    Trouble::new(file, format!("it is no JSON: {error}"), remedy)
}

/// The files of a sample to read: `input.csv`, or `input.<part>.csv` for each part of the format, in their order.
fn inputs(definition: &Definition, case: &Case) -> Result<Vec<PathBuf>, Trouble> {
    let parts = definition.parts();
    if parts.is_empty() {
        return Ok(vec![input(case, "input.", "as input.csv, input.txt or alike")?]);
    }
    let of_part = |part: &&str| {
        input(case, &format!("input.{part}."), &format!("as input.{part}.csv, input.{part}.txt or alike"))
    };
    parts.iter().map(of_part).collect()
}

/// The one file of a case whose name begins so.
fn input(case: &Case, prefix: &str, wanted: &str) -> Result<PathBuf, Trouble> {
    match with_prefix(&case.folder, prefix)?.as_slice() {
        [one] if one.is_file() => Ok(one.clone()),
        [one] => Err(Trouble::new(one, "it is no file", format!("put a file there, {wanted}"))),
        [] => Err(Trouble::new(
            &case.folder,
            format!("there is no file {prefix}* in it"),
            format!("put the file there, {wanted}"),
        )),
        several => Err(too_many(case, &format!("{prefix}*"), several)),
    }
}

fn too_many(case: &Case, wanted: &str, several: &[PathBuf]) -> Trouble {
    let names: Vec<String> = several
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let problem = format!("there are several files {wanted} in it: {}", names.join(", "));
    Trouble::new(&case.folder, problem, "keep one; each further one is a case in a folder of its own")
}

fn with_prefix(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, Trouble> {
    let entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(|error| Trouble::unreadable(folder, &error))?;
    let mut found: Vec<PathBuf> = entries
        .iter()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(std::fs::DirEntry::path)
        .collect();
    found.sort();
    Ok(found)
}

fn nothing_expected(file: &Path, found: &[u8], bless: Bless) -> Result<Outcome, Trouble> {
    match bless {
        Bless::Nothing => Ok(Outcome::NothingExpected { file: file.to_owned() }),
        Bless::Missing | Bless::All => keep(file, found),
    }
}

/// Writes what is expected from now on; whole, or not at all.
fn keep(file: &Path, found: &[u8]) -> Result<Outcome, Trouble> {
    let part = file.with_file_name(".being-written");
    let kept = File::create(&part)
        .and_then(|mut file| file.write_all(found))
        .and_then(|()| std::fs::rename(&part, file));
    match kept {
        Ok(()) => Ok(Outcome::Written { file: file.to_owned() }),
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            Err(Trouble::new(file, format!("it cannot be written: {error}"), "see to the folder's rights"))
        }
    }
}
