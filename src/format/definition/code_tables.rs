//! Code tables as they are handed to the check of a format file: shared ones and a partner's own, and where their lines stand.

use std::collections::BTreeMap;

use crate::format::codes;
use crate::format::source::Codes;

/// The lines of a code table: what the file says, and what it means.
pub type CodeRows = Vec<(String, String)>;

/// Code tables, per partner and shared, by name, in the order in which their lines are written. Of two lines that say or mean
/// the same the first counts. The tables `carriers`, `countries`, `units` and `yes_no` are built in and can be added to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeTables {
    tables: BTreeMap<String, CodeTable>,
    /// The folder that shared ones stand in; empty for that of a gateway.
    folder: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct CodeTable {
    rows: CodeRows,
    /// Where its lines stand, those that count most first.
    from: Vec<String>,
}

impl CodeTables {
    /// None yet.
    pub fn new() -> CodeTables {
        CodeTables::default()
    }

    /// None yet, of those that stand in this folder.
    pub fn of_folder(shown: &str) -> CodeTables {
        CodeTables { folder: shown.to_owned(), ..CodeTables::default() }
    }

    /// Whether a table of this name is there without anybody's lines.
    pub fn is_built_in(name: &str) -> bool {
        codes::BUILT_IN.contains(&name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Adds a table that all share, of the file NAME.toml in the folder of those.
    pub fn insert(&mut self, name: String, rows: CodeRows) {
        let from = self.shared_file(&name);
        self.add_before(name, rows, from);
    }

    /// Adds lines that count before those that are there already; `from` is where a person finds them.
    pub fn add_before(&mut self, name: String, rows: CodeRows, from: String) {
        let table = self.tables.entry(name).or_default();
        let before = std::mem::replace(&mut table.rows, rows);
        table.rows.extend(before);
        table.from.insert(0, from);
    }

    /// These over others: the lines of both, the own ones first.
    pub fn over(&self, shared: &CodeTables) -> CodeTables {
        let mut all = shared.clone();
        for (name, own) in &self.tables {
            let table = all.tables.entry(name.clone()).or_default();
            let shared = std::mem::replace(table, own.clone());
            table.rows.extend(shared.rows);
            table.from.extend(shared.from);
        }
        all
    }

    /// Whether there are lines of somebody's own for a table.
    pub(super) fn adds_to(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// The names of the tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// The table of this name, with the built-in lines behind its own; `None` if there is none.
    pub(super) fn codes(&self, name: &str) -> Option<Codes> {
        let built_in = codes::built_in(name);
        let own = self.tables.get(name);
        if own.is_none() && built_in.is_empty() {
            return None;
        }
        let rows = own.into_iter().flat_map(|own| &own.rows);
        let rows = rows.map(|(says, means)| (says.as_str(), means.as_str()));
        let mut from = own.map(|own| own.from.clone()).unwrap_or_default();
        // Where there is no file yet, it is the one to make.
        let to_add_to = from.first().cloned().unwrap_or_else(|| self.shared_file(name));
        if !built_in.is_empty() {
            from.push("built in".to_owned());
        }
        let mut made = Codes::new(name, rows, built_in);
        made.to_add_to = to_add_to;
        made.origins = vec![(name.to_owned(), from)];
        Some(made)
    }

    fn shared_file(&self, name: &str) -> String {
        let folder = if self.folder.is_empty() { "formats/codes" } else { &self.folder };
        format!("{folder}/{name}.toml")
    }
}

impl FromIterator<(String, CodeRows)> for CodeTables {
    fn from_iter<T: IntoIterator<Item = (String, CodeRows)>>(tables: T) -> CodeTables {
        let mut all = CodeTables::new();
        tables.into_iter().for_each(|(name, rows)| all.insert(name, rows));
        all
    }
}
