//! A checked layout: how bytes become records with named fields, and the other way.
//!
//! Only `definition` makes one. A CSV file without record types has exactly one record kind, named `row`.

use regex::Regex;

pub(super) use super::convert::{DateStyle, NumberStyle, Sign};
use super::encoding::Repair;

/// How bytes become records.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub syntax: Syntax,
    /// The encoding of the whole file; a byte order mark is stripped whatever it is.
    pub encoding: super::encoding::Encoding,
    /// The line end when writing. Reading takes CR LF, LF and CR, mixed too.
    pub newline: Newline,
    /// When writing: begins with a byte order mark.
    pub byte_order_mark: bool,
    /// What is written for a character that the encoding does not have; `None` refuses it.
    pub replacement: Option<char>,
    /// Lines that are no records.
    pub around: Around,
    /// The record kinds; those of `when` are tried in this order, the first that fits counts.
    pub records: Vec<RecordLayout>,
    /// How records belong together where nesting does not say it.
    pub group: Option<Group>,
    /// The files that belong together, in the order in which they are read; empty where a file stands alone.
    pub parts: Vec<PartLayout>,
}

/// One of several files that belong together.
#[derive(Clone, Debug)]
pub(super) struct PartLayout {
    pub name: String,
    /// The first of its record kinds among those of all parts; they go on to those of the next part.
    pub first: usize,
    /// How its bytes become records, with its own record kinds only.
    pub layout: Layout,
}

/// What stands round the records of a file of lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// Lines to pass over before the first record (titles), before a header too.
    pub skip_first: u64,
    /// Lines before the first that fits are passed over.
    pub skip_until: Option<Regex>,
    /// The first line that fits, and all behind it, are passed over.
    pub stop_at: Option<Regex>,
    /// The first line that is not blank must fit: the cheapest test that it is the right kind of file.
    pub first_line: Option<Regex>,
    /// A record that begins so in the middle of a line, behind a blank, is taken as a line of its own.
    pub resync_on: Option<Regex>,
    /// Lines that begin so are passed over.
    pub comments: Vec<String>,
    /// The DOS end mark 0x1A must stand at the end.
    pub end_mark: bool,
    /// Done to each line, in this order.
    pub repair: Vec<Repair>,
}

#[derive(Clone, Debug)]
pub(super) enum Syntax {
    Csv(CsvSyntax),
    Fixed(FixedSyntax),
    Xml(XmlSyntax),
    Tagged(TaggedSyntax),
    /// The file as it is: one record, see `whole`.
    Whole,
}

#[derive(Clone, Debug)]
pub(super) struct CsvSyntax {
    /// Any character, tab and non-ASCII ones too.
    pub delimiter: char,
    /// `None`: quotes are plain text (`quote = "none"`).
    pub quote: Option<char>,
    /// When writing: which fields stand in quotes.
    pub quotes: Quotes,
    /// The first record names the columns.
    pub header: bool,
    /// Whether each record ends with a delimiter.
    pub trailing_delimiter: Trailing,
    /// Blanks round each field are no part of it.
    pub trim: bool,
    /// Lines of labels and values stand before the row that begins with this text, which names the columns.
    pub labels: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct TaggedSyntax {
    /// Stands between tag and value.
    pub delimiter: char,
    /// The characters that tags begin with.
    pub marks: Vec<char>,
}

impl TaggedSyntax {
    /// Whether a line can begin with this tag.
    pub fn may_be_tag(&self, name: &str) -> bool {
        let ends = |character: char| character == self.delimiter || character.is_whitespace();
        name.starts_with(self.marks.as_slice()) && !name.contains(ends)
    }
}

/// Which fields are written in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Those that could not be read otherwise.
    Needed,
    /// All, the header's too.
    Always,
}

/// A delimiter behind the last field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trailing {
    /// None is written; reading passes over one empty last field.
    Allowed,
    /// It is written; reading passes over one empty last field.
    Written,
    /// It is written; reading takes a record without it for cut.
    Required,
}

#[derive(Clone, Debug)]
pub(super) struct XmlSyntax {
    /// The file says what encoding it is in; else it is that of the layout, whatever the file says.
    pub declared: bool,
}

/// The way to the elements of a record kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordPath {
    /// How many elements up it leads first (`../`): the record stands beside the one that it belongs to, not in it.
    pub up: usize,
    pub steps: Vec<Step>,
}

/// One step of a path through an XML file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The name without its prefix; `None` takes any.
    pub local: Option<String>,
    /// The prefix as the format file declares it, and its namespace; `None` takes any.
    pub namespace: Option<(String, String)>,
}

impl Layout {
    /// How the file of this number is read, and where its record kinds begin among all.
    pub fn part(&self, number: usize) -> (&Layout, usize) {
        self.parts.get(number).map_or((self, 0), |part| (&part.layout, part.first))
    }

    /// The number of the file whose records are of a kind.
    pub fn part_of(&self, kind: Option<usize>) -> usize {
        let Some(kind) = kind else { return 0 };
        self.parts.iter().rposition(|part| part.first <= kind).unwrap_or(0)
    }

    /// The names of the kinds that a kind stands under, for messages.
    pub fn parents(&self, kind: &RecordLayout) -> Vec<&str> {
        let above = kind.under.iter().filter_map(|kind| self.records.get(*kind));
        above.map(|kind| kind.name.as_str()).collect()
    }

    /// Whether some field is packed: then any byte may be part of a number, those of line ends too.
    pub fn has_packed_fields(&self) -> bool {
        self.records.iter().flat_map(|record| &record.fields).any(|field| field.packed.is_some())
    }
}

impl Step {
    /// Whether an element or attribute is meant.
    #[inline]
    pub fn fits(&self, local: &str, namespace: Option<&str>) -> bool {
        self.local.as_deref().is_none_or(|own| own == local)
            && self.namespace.as_ref().is_none_or(|(_, own)| Some(own.as_str()) == namespace)
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((prefix, _)) = &self.namespace {
            write!(f, "{prefix}:")?;
        }
        f.write_str(self.local.as_deref().unwrap_or("*"))
    }
}

impl Step {
    /// As it would stand in a file, for messages: `<f:Order>`, or with its namespace `<f:Order xmlns:f="urn:…">`.
    pub fn as_element(&self, with_namespace: bool) -> String {
        match &self.namespace {
            Some((prefix, uri)) if with_namespace => format!("<{self} xmlns:{prefix}=\"{uri}\">"),
            _ => format!("<{self}>"),
        }
    }
}

/// A path from a record's element to a value: elements, and at its end an attribute or the element's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct XmlPath {
    pub steps: Vec<Step>,
    pub attribute: Option<Step>,
}

impl std::fmt::Display for XmlPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut steps: Vec<String> = self.steps.iter().map(Step::to_string).collect();
        steps.extend(self.attribute.as_ref().map(|attribute| format!("@{attribute}")));
        f.write_str(if steps.is_empty() { "." } else { "" })?;
        f.write_str(&steps.join("/"))
    }
}

#[derive(Clone, Debug)]
pub(super) struct FixedSyntax {
    /// The record's length when writing, and up to which a short line is taken as padded with blanks when reading.
    pub record_length: Option<usize>,
    pub framing: Framing,
    /// Places and widths count bytes of UTF-8, not characters.
    pub bytes: bool,
}

/// How the records of a fixed-width file follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Each on a line.
    Lines,
    /// Back to back, each of the record length.
    Length,
    /// Back to back, each of the length of its kind.
    Kinds,
}

/// Records that say themselves which one they stand under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nest {
    /// The field with the record's own number; a record that nothing stands under needs none.
    pub id: Option<usize>,
    /// The field with the number of the record above it; without one it stands under the one opened last.
    pub parent: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Newline {
    CrLf,
    Lf,
}

/// Rows with the same key belong together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The record kinds that are grouped: one, or where files belong together those of each that stand on their own.
    pub keys: Vec<GroupKey>,
    /// A key that returns after another one is a fault (`rows = "adjacent"`); else the whole file is grouped, in
    /// first-seen order.
    pub adjacent: bool,
}

impl Group {
    /// The key of a record kind, if it is grouped.
    pub fn key_of(&self, kind: Option<usize>) -> Option<&GroupKey> {
        self.keys.iter().find(|key| Some(key.record) == kind)
    }
}

/// What a record kind is grouped by.
#[derive(Clone, Debug)]
pub(super) struct GroupKey {
    pub record: usize,
    /// The fields whose texts together are the key, by their places in the record kind's fields.
    pub by: Vec<usize>,
}

/// One kind of record.
#[derive(Clone, Debug)]
pub(super) struct RecordLayout {
    pub name: String,
    /// XML: the paths of its elements, from the record that it stands under or from the root.
    pub path: Vec<RecordPath>,
    /// All must hold. Empty: every record that no other kind claims.
    pub when: Vec<Condition>,
    /// The record kinds that it stands under, by their places; the one of them opened last is its parent. Empty: it
    /// stands on its own and opens a new group.
    pub under: Vec<usize>,
    /// Where files belong together, and it stands on its own in a later one: the record kinds of the first file, of which
    /// one with the same key is its parent.
    pub joins: Vec<usize>,
    /// Fixed, with `framing = "kinds"`: how many characters it has.
    pub length: Option<usize>,
    /// CSV: how many columns it may have at most.
    pub columns: Option<usize>,
    /// CSV: how many columns it has at least; with fewer it was cut.
    pub columns_least: usize,
    /// Its parent is told by numbers in the data.
    pub nest: Option<Nest>,
    pub fields: Vec<FieldLayout>,
    pub use_: RecordUse,
    /// What this record (a trailer) says of others, which must be so.
    pub checks: Vec<Check>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordUse {
    /// Documents are made of it.
    Data,
    /// Read and passed over (`ignore = true`).
    Ignore,
    /// What may not stand in the file (`refuse = true`): a record of it is one that no kind claims.
    Refuse,
    /// Stands for the file as a whole: read for its checks; nothing but blanks may follow.
    Trailer,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// Fixed: the characters at a place (from 1) are one of these; as many are compared as the text has.
    Characters { at: usize, is: Vec<String> },
    /// CSV: the text of a column (from 1) is one of these.
    Column { column: usize, is: Vec<String> },
    /// XML: the text at a path is one of these.
    Path { path: XmlPath, is: Vec<String> },
}

/// What a trailer says of the records that it covers: those of the file, or, where it stands under another record, those of
/// its document.
#[derive(Clone, Debug)]
pub(super) struct Check {
    /// The field that holds the number, by its place in the trailer's fields.
    pub field: usize,
    /// What is counted or added up, by kinds; empty: all records but the trailer are counted.
    pub of: Vec<Covered>,
    /// Added to what was counted, since the sender counts the header or the trailer too.
    pub plus: i64,
}

/// What a check covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered {
    pub kind: usize,
    /// The field that is added up; `None` counts the records.
    pub field: Option<usize>,
}

/// One field of a record kind.
#[derive(Clone, Debug)]
pub(super) struct FieldLayout {
    pub name: String,
    pub at: FieldAt,
    /// Texts that mean *nothing stated*, besides the empty text.
    pub blank: Vec<String>,
    pub number: NumberStyle,
    /// Fixed, in EBCDIC: a packed decimal number of so many digits, two to a byte with the sign behind the last one.
    pub packed: Option<usize>,
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
    /// CSV with labels: the value behind the label of this name.
    Label,
    /// Tagged lines: the value behind this tag.
    Tag(String),
    /// CSV: the column of this number, from 1.
    Column(usize),
    /// Whole: the content.
    Content,
    /// XML: the text at a path from the record's element, or at one of several: two of them there are a fault, the first is
    /// written.
    Path(Vec<XmlPath>),
    /// Fixed: characters from `at` (from 1).
    Characters { at: usize, width: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}
