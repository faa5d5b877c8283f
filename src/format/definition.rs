//! A format file: as written -> as checked, every mistake in one go.

use std::collections::BTreeMap;

use crate::document::DocumentType;
use crate::fault::Fault;

/// Code tables, per partner and shared: name of the table -> what the file says -> what it means.
/// The table `countries` is built in and can be added to.
pub type CodeTables = BTreeMap<String, BTreeMap<String, String>>;

/// A checked format file. Only [`Definition::check`] makes one.
#[derive(Debug)]
pub struct Definition {
    /// The name in the configuration: the path below `formats/` without `.toml`, like `pyramid/orders`.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    pub(super) layout: super::layout::Layout,
}

impl Definition {
    /// Checks a format file. `file` is the name that messages show.
    ///
    /// # Errors
    /// Every mistake in the file in one go, each at its line and column with "did you mean".
    pub fn check(name: &str, file: &str, text: &str, tables: &CodeTables) -> Result<Definition, Vec<Fault>> {
        let _ = (name, file, text, tables);
        todo!()
    }

    /// The document types that it reads from a file.
    pub fn reads(&self) -> Vec<DocumentType> {
        todo!()
    }

    /// The document type that it writes, if it writes one.
    pub fn writes(&self) -> Option<DocumentType> {
        todo!()
    }

    /// Whether the layout has an end mark (a trailer check), so that a cut file is noticed.
    pub fn has_end_mark(&self) -> bool {
        todo!()
    }
}
