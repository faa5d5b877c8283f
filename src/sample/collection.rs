//! The formats of a folder with the samples of each, and the samples that belong to none.

use std::path::{Path, PathBuf};

use crate::config::{self, Environment, ProcessEnvironment};
use crate::document::DocumentType;
use crate::fault::Fault;
use crate::format::{CodeTables, Definition, RoundTrip};

use super::{Case, Trouble};

/// A format file and its samples.
pub struct Format {
    /// The path below the folder of formats without `.toml`: `nordvik/orders`.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// What it is, for people, as far as the file can be read at all.
    pub title: String,
    /// The format, or every mistake in it.
    pub checked: Result<Definition, Vec<Fault>>,
    /// Its samples, in the order of their names.
    pub cases: Vec<Case>,
    pub(super) layout: LayoutWords,
}

/// What a result's file is named and shown by; no judgement of the format.
#[derive(Clone, Debug, Default)]
pub(super) struct LayoutWords {
    pub syntax: Option<String>,
    pub encoding: Option<String>,
}

impl Format {
    /// The types of documents that it reads or writes; none where it does not check.
    pub fn documents(&self) -> Vec<DocumentType> {
        let Ok(definition) = &self.checked else { return Vec::new() };
        definition.reads().into_iter().chain(definition.writes()).collect()
    }

    /// `reads` or `writes`; nothing where it does not check.
    pub fn direction(&self) -> &'static str {
        match &self.checked {
            Ok(definition) if definition.writes().is_some() => "writes",
            Ok(_) => "reads",
            Err(_) => "",
        }
    }
}

impl Format {
    /// Whether its files come back with the same bytes; no question where it does not check.
    pub fn round_trip(&self) -> RoundTrip<'_> {
        self.checked.as_ref().map_or(RoundTrip::NoQuestion, Definition::round_trip)
    }
}

/// The formats of a folder, and the samples beside them.
pub struct Collection {
    /// The formats, in the order of their names.
    pub formats: Vec<Format>,
    /// Folders of samples that belong to no format, with why.
    pub astray: Vec<(Case, Trouble)>,
}

/// Reads and checks every format file, and finds every sample. No folder of samples is no samples.
///
/// # Errors
/// The mistakes in the shared code tables: without them no format can be judged.
pub fn collect(formats: &Path, samples: &Path) -> Result<Collection, Vec<Fault>> {
    let tables = config::code_tables(formats, &ProcessEnvironment)?;
    let names = config::format_names(formats, &ProcessEnvironment);
    let mut astray = Vec::new();
    wander(samples, "", &names, formats, &mut astray);
    let formats = names
        .iter()
        .map(|name| {
            let cases = folders(&samples.join(name))
                .into_iter()
                .map(|folder| Case::at(name, folder))
                // `acme/orders` is a format beside `acme`, and no sample of it.
                .filter(|case| !names.iter().any(|other| is_below(other, &case.name)))
                .collect();
            format(name, formats, &tables, cases)
        })
        .collect();
    Ok(Collection { formats, astray })
}

fn format(name: &str, folder: &Path, tables: &CodeTables, cases: Vec<Case>) -> Format {
    let file = folder.join(format!("{name}.toml"));
    let shown = file.display().to_string();
    let (mut title, mut layout) = (String::new(), LayoutWords::default());
    let checked = match ProcessEnvironment.read(&file) {
        Ok(text) => {
            if let Ok(written) = toml::from_str::<toml::Table>(&text) {
                let word = |value: Option<&toml::Value>| value.and_then(|it| it.as_str()).map(str::to_owned);
                let of_layout = |key: &str| word(written.get("layout").and_then(|table| table.get(key)));
                title = word(written.get("title")).unwrap_or_default();
                layout = LayoutWords { syntax: of_layout("syntax"), encoding: of_layout("encoding") };
            }
            Definition::check(name, &shown, &text, tables)
        }
        Err(error) => Err(vec![config::unreadable(&shown, &error)]),
    };
    Format { name: name.to_owned(), file, title, checked, cases, layout }
}

/// Whether a name is this path, or stands below it.
fn is_below(name: &str, path: &str) -> bool {
    name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// So deep do folders of samples stand: as deep as formats, and the case.
const DEPTH_MAX: usize = 5;

/// Finds the folders that look like a sample and belong to no format.
fn wander(folder: &Path, above: &str, names: &[String], formats: &Path, astray: &mut Vec<(Case, Trouble)>) {
    for folder in folders(folder) {
        let case = Case::at(above, folder);
        if names.contains(&case.format) && !names.iter().any(|name| is_below(name, &case.name)) {
            continue;
        }
        if !names.contains(&case.name) && looks_like_a_case(&case.folder) {
            let format = if case.format.is_empty() { "<erp>/<document>" } else { &case.format };
            let file = formats.join(format!("{format}.toml"));
            let trouble = Trouble::new(
                &case.folder,
                format!("it is a sample of {}, and there is no such format file", file.display()),
                "rename the folder above it as the format, or make that format file",
            );
            astray.push((case, trouble));
        } else if case.name.split('/').count() < DEPTH_MAX {
            wander(&case.folder, &case.name, names, formats, astray);
        }
    }
}

fn looks_like_a_case(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        (name.starts_with("input.") || name.starts_with("expect.") || name == "expected.json")
            && entry.path().is_file()
    })
}

/// The folders in a folder, sorted; not those that a tool or the system hides.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}
