//! The formats folder: `pyramid/orders` -> `formats/pyramid/orders.toml`, and the code tables of `formats/codes/`.
//! Each format is checked once (once more for a partner with code tables of its own), with its own mistakes.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::{Fault, Place, code};
use crate::format::{CodeTables, Definition};
use crate::written::{At, Table, Written};

use super::{Environment, FormatCheck, World, environment, take};

/// The formats as far as they were asked for.
pub(super) struct Shelf<'a> {
    check: FormatCheck<'a>,
    opened: OnceCell<Opened>,
    taken: RefCell<BTreeMap<String, Option<Arc<Definition>>>>,
    faults: RefCell<Vec<Fault>>,
}

struct Opened {
    folder: PathBuf,
    names: Vec<String>,
    shared: CodeTables,
}

/// A partner's own code tables, over the shared ones.
pub(super) struct Codes<'p> {
    pub partner: &'p str,
    pub own: CodeTables,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(check: FormatCheck<'a>) -> Shelf<'a> {
        Shelf { check, opened: OnceCell::new(), taken: RefCell::default(), faults: RefCell::default() }
    }

    /// Opens the folder: lists it and reads the shared code tables.
    pub(super) fn open(&self, world: &World<'_>, folder: Option<&Path>) {
        self.opened.get_or_init(|| {
            let folder = folder.map_or_else(|| world.folder.join("formats"), Path::to_path_buf);
            let files = world.environment.files_below(&folder);
            let (codes, formats): (Vec<PathBuf>, Vec<PathBuf>) =
                files.into_iter().filter(|file| is_toml(file)).partition(|file| file.starts_with("codes"));
            let names = formats.iter().filter_map(|file| name_of(file)).collect();
            let (shared, faults) = tables(world.environment, &folder, &codes, &|path| shown(world, path));
            self.faults.borrow_mut().extend(faults);
            Opened { folder, names, shared }
        });
    }

    /// Records mistakes in a file beside gateway.toml.
    pub(super) fn record(&self, faults: Vec<Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Reads such a file; `None` where a mistake was recorded.
    pub(super) fn read(&self, world: &World<'_>, path: &Path) -> Option<String> {
        let read = read(world.environment, path, &shown(world, path));
        read.map_err(|fault| self.faults.borrow_mut().push(fault)).ok()
    }

    /// The format that `format = "…"` names; `None` where a mistake was recorded, once.
    pub(super) fn take(
        &self,
        world: &World<'_>,
        table: &Table<'_>,
        written: &At<String>,
        codes: &Codes<'_>,
    ) -> Option<Arc<Definition>> {
        let opened = self.opened.get()?;
        if !opened.names.contains(&written.value) {
            let names: Vec<&str> = opened.names.iter().map(String::as_str).collect();
            take::unknown_name(table, "format", written, &names);
            return None;
        }
        let name = match codes.own.is_empty() {
            true => written.value.clone(),
            false => format!("{}@{}", written.value, codes.partner),
        };
        if let Some(taken) = self.taken.borrow().get(&name) {
            return taken.clone();
        }
        let path = opened.folder.join(format!("{}.toml", written.value));
        let made = self.read(world, &path).and_then(|text| {
            let mut tables = opened.shared.clone();
            for (name, rows) in &codes.own {
                let shared = tables.remove(name).unwrap_or_default();
                // The partner's own lines come first, so that they count.
                tables.insert(name.clone(), rows.iter().cloned().chain(shared).collect());
            }
            match (self.check)(&written.value, &shown(world, &path), &text, &tables) {
                Ok(definition) => Some(Arc::new(definition)),
                Err(faults) => {
                    let mut known = self.faults.borrow_mut();
                    // A partner's own copy has the same mistakes as the shared one, and is told once.
                    let new: Vec<Fault> = faults.into_iter().filter(|fault| !known.contains(fault)).collect();
                    known.extend(new);
                    None
                }
            }
        });
        self.taken.borrow_mut().insert(name, made.clone());
        made
    }

    /// The mistakes outside of gateway.toml, and the formats that were taken.
    pub(super) fn finish(self) -> (Vec<Fault>, BTreeMap<String, Arc<Definition>>) {
        let known =
            self.taken.into_inner().into_iter().filter_map(|(name, made)| Some((name, made?))).collect();
        (self.faults.into_inner(), known)
    }
}

/// The shared code tables of a formats folder, `codes/*.toml`.
///
/// # Errors
/// Every mistake in them.
pub fn code_tables(folder: &Path, environment: &dyn Environment) -> Result<CodeTables, Vec<Fault>> {
    let mut files = environment.files_below(folder);
    files.retain(|file| is_toml(file) && file.starts_with("codes"));
    let (tables, faults) = tables(environment, folder, &files, &|path| path.display().to_string());
    if faults.is_empty() { Ok(tables) } else { Err(faults) }
}

/// The names of the formats of a folder, sorted: `nordvik/orders`.
pub fn format_names(folder: &Path, environment: &dyn Environment) -> Vec<String> {
    let mut files = environment.files_below(folder);
    files.retain(|file| is_toml(file) && !file.starts_with("codes"));
    files.iter().filter_map(|file| name_of(file)).collect()
}

fn name_of(format: &Path) -> Option<String> {
    Some(format.with_extension("").to_str()?.to_owned())
}

fn is_toml(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "toml")
}

/// Each of these files as a table named after it, and every mistake in them.
fn tables(
    environment: &dyn Environment,
    folder: &Path,
    files: &[PathBuf],
    shown: &dyn Fn(&Path) -> String,
) -> (CodeTables, Vec<Fault>) {
    let mut tables = CodeTables::new();
    let mut faults = Vec::new();
    for file in files {
        let path = folder.join(file);
        let Some(name) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let read = read(environment, &path, &shown(&path)).map_err(|fault| vec![fault]);
        match read.and_then(|text| Written::new(shown(&path), text).check(|root| Some(codes(root)))) {
            Ok(table) => {
                tables.insert(name.to_owned(), table);
            }
            Err(found) => faults.extend(found),
        }
    }
    (tables, faults)
}

fn read(environment: &dyn Environment, path: &Path, shown: &str) -> Result<String, Fault> {
    environment.read(path).map_err(|error| {
        Fault::new(code::FILE_UNREADABLE)
            .at(Place::file(shown))
            .with("path", shown)
            .with("reason", environment::reason(&error))
    })
}

/// A code table as written: what the file says = what it means.
pub(super) fn codes(table: &Table<'_>) -> Vec<(String, String)> {
    table
        .keys()
        .into_iter()
        .filter_map(|key| Some((key.value.clone(), table.text(&key.value)?.value)))
        .collect()
}

/// A path as messages show it: relative to the folder of gateway.toml where it is below it.
pub(super) fn shown(world: &World<'_>, path: &Path) -> String {
    let below = path.strip_prefix(&world.folder).ok().filter(|_| world.folder != Path::new(""));
    below.unwrap_or(path).display().to_string()
}
