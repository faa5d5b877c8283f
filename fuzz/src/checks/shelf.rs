//! Our own format files, as far as they read, by their syntax.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use lastkaj::format::{CodeTables, Definition};
use lastkaj::written::Written;

/// A format file of ours.
pub struct Kept {
    /// Its name: `nordvik/orders`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What `syntax` of its layout says.
    pub syntax: String,
    /// It, checked.
    pub definition: Definition,
}

/// The format files of one syntax.
pub struct Shelf(BTreeMap<u16, &'static Kept>);

impl Shelf {
    /// The format files of a syntax that read something.
    pub fn of(syntax: &str) -> Shelf {
        let own = kept().iter().filter(|kept| kept.syntax == syntax && !kept.definition.reads().is_empty());
        Shelf(own.map(|kept| (place(&kept.name), kept)).collect())
    }

    /// The format at this place or the next one behind it, in a circle. Names have their places for ever, so that a new
    /// format takes only a part of its neighbour's inputs.
    pub fn chosen(&self, at: u16) -> &'static Kept {
        self.0.range(at..).chain(&self.0).next().expect("there is a format of each syntax").1
    }
}

/// The place of a format on its shelf: FNV-1a of its name.
pub fn place(name: &str) -> u16 {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) as u16 ^ hash as u16
}

/// Every format file of `formats/`.
pub fn kept() -> &'static [Kept] {
    static KEPT: OnceLock<Vec<Kept>> = OnceLock::new();
    KEPT.get_or_init(|| {
        let folder = root().join("formats");
        let files = files_below(&folder).into_iter().filter(|file| !file.starts_with(folder.join("codes")));
        files
            .filter(|file| file.extension().is_some_and(|it| it == "toml"))
            .map(|file| read(&folder, &file))
            .collect()
    })
}

fn read(folder: &Path, file: &Path) -> Kept {
    let name = file.strip_prefix(folder).unwrap().with_extension("").display().to_string();
    let text = fs::read_to_string(file).unwrap();
    let definition = Definition::check(&name, &name, &text, tables())
        .unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
    let syntax = Written::new(&name, &text).check(|root| {
        root.any_keys();
        let layout = root.table("layout")?;
        layout.any_keys();
        layout.text("syntax")
    });
    Kept { syntax: syntax.unwrap().value, name, text, definition }
}

/// The code tables of `formats/codes/`.
pub fn tables() -> &'static CodeTables {
    static TABLES: OnceLock<CodeTables> = OnceLock::new();
    TABLES.get_or_init(|| {
        files_below(&root().join("formats/codes"))
            .into_iter()
            .map(|file| {
                let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
                let written = Written::new(&name, fs::read_to_string(&file).unwrap());
                let rows = |key: lastkaj::written::At<String>,
                            means: Option<lastkaj::written::At<String>>| {
                    Some((key.value, means?.value))
                };
                let table = written.check(|root| {
                    let keys = root.keys().into_iter();
                    keys.map(|key| rows(key.clone(), root.text(&key.value))).collect::<Option<Vec<_>>>()
                });
                (name, table.unwrap())
            })
            .collect()
    })
}

/// The folder with `formats/` and `samples/`.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().find(|folder| folder.join("formats").is_dir()).expect("formats/ is above")
}

/// All files below a folder, sorted; none where there is no such folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
