//! The formats folder: `pyramid/orders` -> `formats/pyramid/orders.toml`, and the code tables: `formats/codes/units.toml` for
//! all, `formats/codes/nordvik/units.toml` for the partner nordvik.
//! Each format is checked once (once more for a partner with code tables of its own), with its own mistakes.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::{Fault, Place, code};
use crate::format::{CodeRows, CodeTables, Definition};
use crate::written::{At, Table, Written};

use super::{Environment, FormatCheck, World, take, unreadable};

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
    /// By the partner's name.
    of_partners: BTreeMap<String, CodeTables>,
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
            let shown = |path: &Path| shown(world, path);
            let (shared, of_partners, faults) = tables(world.environment, &folder, &codes, &shown);
            self.faults.borrow_mut().extend(faults);
            Opened { folder, names, shared, of_partners }
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
        let of_folder = opened.of_partners.get(codes.partner);
        let name = match codes.own.is_empty() && of_folder.is_none() {
            true => written.value.clone(),
            false => format!("{}@{}", written.value, codes.partner),
        };
        if let Some(taken) = self.taken.borrow().get(&name) {
            return taken.clone();
        }
        let path = opened.folder.join(format!("{}.toml", written.value));
        let made = self.read(world, &path).and_then(|text| {
            // The partner's own lines come first, so that they count.
            let shared = of_folder.map_or_else(|| opened.shared.clone(), |own| own.over(&opened.shared));
            let tables = codes.own.over(&shared);
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

    /// The names of the tables in a partner's folder of code tables.
    pub(super) fn tables_of(&self, partner: &str) -> Vec<String> {
        let tables = self.opened.get().and_then(|opened| opened.of_partners.get(partner));
        tables.into_iter().flat_map(CodeTables::names).map(str::to_owned).collect()
    }

    /// The folders of `formats/codes/` that are of none of these partners.
    pub(super) fn of_nobody(&self, partners: &[&str]) -> Vec<String> {
        let opened = self.opened.get();
        let owners = opened.iter().flat_map(|opened| opened.of_partners.keys());
        owners.filter(|owner| !partners.contains(&owner.as_str())).cloned().collect()
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
    files.retain(|file| is_toml(file) && file.starts_with("codes") && owner(file).is_none());
    let (shared, _, faults) = tables(environment, folder, &files, &|path| path.display().to_string());
    if faults.is_empty() { Ok(shared) } else { Err(faults) }
}

/// The shared code tables of a formats folder, and those of each partner that has a folder below `codes`.
///
/// # Errors
/// Every mistake in them.
pub(super) fn all_code_tables(
    folder: &Path,
    environment: &dyn Environment,
) -> Result<(CodeTables, BTreeMap<String, CodeTables>), Vec<Fault>> {
    let mut files = environment.files_below(folder);
    files.retain(|file| is_toml(file) && file.starts_with("codes"));
    let (shared, of_partners, faults) =
        tables(environment, folder, &files, &|path| path.display().to_string());
    if faults.is_empty() { Ok((shared, of_partners)) } else { Err(faults) }
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

/// The partner whose code table it is: `nordvik` of `codes/nordvik/units.toml`.
fn owner(file: &Path) -> Option<String> {
    let folder = file.parent()?.strip_prefix("codes").ok()?.to_str()?;
    (!folder.is_empty()).then(|| folder.to_owned())
}

fn is_toml(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "toml")
}

/// Each of these files as a table named after it, those that all share and those of each partner, and every mistake in them.
fn tables(
    environment: &dyn Environment,
    folder: &Path,
    files: &[PathBuf],
    shown: &dyn Fn(&Path) -> String,
) -> (CodeTables, BTreeMap<String, CodeTables>, Vec<Fault>) {
    let mut shared = CodeTables::of_folder(&shown(&folder.join("codes")));
    let mut of_partners: BTreeMap<String, CodeTables> = BTreeMap::new();
    let mut faults = Vec::new();
    for file in files {
        let path = folder.join(file);
        let Some(name) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if owner(file).is_some_and(|owner| owner.contains('/')) {
            faults.push(Fault::new(code::CODE_TABLE_TOO_DEEP).at(Place::file(shown(&path))));
            continue;
        }
        let read = read(environment, &path, &shown(&path)).map_err(|fault| vec![fault]);
        match read.and_then(|text| Written::new(shown(&path), text).check(|root| Some(codes(name, root)))) {
            Ok(table) => match owner(file) {
                None => shared.add_before(name.to_owned(), table, shown(&path)),
                Some(partner) => {
                    let own = of_partners.entry(partner).or_default();
                    own.add_before(name.to_owned(), table, shown(&path));
                }
            },
            Err(found) => faults.extend(found),
        }
    }
    (shared, of_partners, faults)
}

pub(super) fn read(environment: &dyn Environment, path: &Path, shown: &str) -> Result<String, Fault> {
    environment.read(path).map_err(|error| unreadable(shown, &error))
}

/// A code table as written: what the file says = what it means.
pub(super) fn codes(name: &str, table: &Table<'_>) -> CodeRows {
    let mut rows = CodeRows::new();
    for key in table.keys() {
        let Some(means) = table.text(&key.value) else { continue };
        if name == "yes_no" && !matches!(means.value.as_str(), "true" | "false") {
            table.wrong_value(&key.value, &means, "\"true\" or \"false\"", "");
        }
        rows.push((key.value, means.value));
    }
    rows
}

/// A path as messages show it: relative to the folder of gateway.toml where it is below it.
pub(super) fn shown(world: &World<'_>, path: &Path) -> String {
    let below = path.strip_prefix(&world.folder).ok().filter(|_| world.folder != Path::new(""));
    below.unwrap_or(path).display().to_string()
}
