//! A record: the one shape that every syntax becomes.

use serde::{Deserialize, Serialize};

/// How many characters of a line are kept to show it.
pub(super) const SOURCE_CHARACTERS_MAX: usize = 4096;

/// One line, row, element or segment with its fields. Serialised only to scratch files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Which kind, by its place in the layout's `records`.
    pub kind: usize,
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// The decoded text of that line, for carets. Cut to 4,096 characters.
    pub source: String,
    /// The fields, in the order of the record kind's `fields`.
    pub fields: Vec<Field>,
    /// The record that it stands under, by its place in the [`Records`] of its group.
    pub parent: Option<usize>,
}

/// One field's text, decoded and, where the layout says so, trimmed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Field {
    /// The text; `None` where the column or the characters are missing altogether.
    pub text: Option<String>,
    /// First character in `source`, from 1.
    pub column: u32,
    /// Characters in `source`.
    pub length: u32,
}

/// Records that belong together: a grouped set of rows, or a head record with all that stands under it.
/// The first one opened the group.
pub(super) type Records = Vec<Record>;

/// A record to be written: the texts of its fields, in the order of the record kind's `fields`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OutRecord {
    pub kind: usize,
    pub texts: Vec<String>,
}
