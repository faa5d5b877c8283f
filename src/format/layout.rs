//! A checked layout: how bytes become records with named fields, and the other way.
//!
//! Only `definition` makes one. A CSV file without record types has exactly one record kind, named `row`.

pub(super) use super::convert::{DateStyle, NumberStyle, Sign};

/// How bytes become records.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub syntax: Syntax,
    /// The encoding of the whole file; a byte order mark is stripped whatever it is.
    pub encoding: super::encoding::Encoding,
    /// The line end when writing. Reading takes CR LF, LF and CR, mixed too.
    pub newline: Newline,
    /// Lines to pass over before the first record (titles), before a header too.
    pub skip_first: u64,
    /// The record kinds; those of `when` are tried in this order, the first that fits counts.
    pub records: Vec<RecordLayout>,
    /// How records belong together where nesting does not say it.
    pub group: Option<Group>,
}

#[derive(Clone, Debug)]
pub(super) enum Syntax {
    Csv(CsvSyntax),
    Fixed(FixedSyntax),
    /// The file as it is: one record, see `whole`.
    Whole,
}

#[derive(Clone, Debug)]
pub(super) struct CsvSyntax {
    /// Any character, tab and non-ASCII ones too.
    pub delimiter: char,
    /// `None`: quotes are plain text (`quote = "none"`).
    pub quote: Option<char>,
    /// The first record names the columns.
    pub header: bool,
    /// When writing: each record ends with a delimiter. Reading passes over one empty last field either way.
    pub trailing_delimiter: bool,
    /// Blanks round each field are no part of it.
    pub trim: bool,
}

#[derive(Clone, Debug)]
pub(super) struct FixedSyntax {
    /// The record's length when writing, and up to which a short line is taken as padded with blanks when reading.
    pub record_length: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Newline {
    CrLf,
    Lf,
}

/// Rows with the same key belong together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The fields whose texts together are the key, by their places in the record kind's fields.
    pub by: Vec<usize>,
    /// The record kind that is grouped.
    pub record: usize,
    /// A key that returns after another one is a fault (`rows = "adjacent"`); else the whole file is grouped, in
    /// first-seen order.
    pub adjacent: bool,
}

/// One kind of record.
#[derive(Clone, Debug)]
pub(super) struct RecordLayout {
    pub name: String,
    /// All must hold. Empty: every record that no other kind claims.
    pub when: Vec<Condition>,
    /// The record kinds that it stands under, by their places; the one of them opened last is its parent. Empty: it
    /// stands on its own and opens a new group.
    pub under: Vec<usize>,
    pub fields: Vec<FieldLayout>,
    pub use_: RecordUse,
    /// Counts that this record (a trailer) must agree with.
    pub checks: Vec<Check>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordUse {
    /// Documents are made of it.
    Data,
    /// Read and passed over (`ignore = true`).
    Ignore,
    /// Stands for the file as a whole: read for its checks; nothing but blanks may follow.
    Trailer,
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// Fixed: the characters at a place (from 1) are these; as many are compared as the text has.
    Characters { at: usize, is: String },
    /// CSV: the text of a column (from 1) is this.
    Column { column: usize, is: String },
}

/// A trailer's count: how many records of a kind the file must hold.
#[derive(Clone, Debug)]
pub(super) struct Check {
    /// The field that holds the count, by its place in the trailer's fields.
    pub field: usize,
    /// The record kinds that are counted, by their places; empty: all records but the trailer.
    pub of: Vec<usize>,
}

/// One field of a record kind.
#[derive(Clone, Debug)]
pub(super) struct FieldLayout {
    pub name: String,
    pub at: FieldAt,
    /// Texts that mean *nothing stated*, besides the empty text.
    pub blank: Vec<String>,
    pub number: NumberStyle,
    /// How a date is written in this field.
    pub date: DateStyle,
    /// The column may be missing in the header.
    pub optional: bool,
    /// When writing a fixed field.
    pub align: Align,
    pub pad: char,
}

#[derive(Clone, Debug)]
pub(super) enum FieldAt {
    /// CSV: the column with this name in the header (compared trimmed; case counts).
    Header,
    /// CSV: the column of this number, from 1.
    Column(usize),
    /// Whole: the content.
    Content,
    /// Fixed: characters from `at` (from 1).
    Characters { at: usize, width: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}
