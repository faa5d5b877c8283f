//! A checked mapping: what records mean, with every name resolved to places in the layout and in the documents.
//!
//! Only `definition` makes one; `mapping` runs it.

use rust_decimal::Decimal;

pub(super) use super::codes::Codes;
use super::convert::{DateStyle, NumberStyle};
use crate::document::{DocumentType, MemberKind, Value};

/// Both directions of a format file.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping {
    /// One for each `[document.*]`.
    pub reads: Vec<ReadDocument>,
    /// The `[record.*]` tables together.
    pub writes: Option<WriteDocument>,
}

/// How documents of one type are made of records.
#[derive(Clone, Debug)]
pub(super) struct ReadDocument {
    pub document: DocumentType,
    /// The record kind that opens a document.
    pub each: usize,
    /// The document is made of all records of a group of this kind, not of each one.
    pub whole_group: bool,
    /// Of such a document, some list is made of its rows: each row must be in one, or be passed over.
    pub lists_rows: bool,
    /// Such documents have no lists, so that what stands below the record is passed over with it.
    pub takes_all: bool,
    /// Only records that fit open a document (`where`).
    pub only: Tests,
    /// A document that fits is meant as a trial (`test`), and never goes to a live goods owner.
    pub test: Option<Tests>,
    pub members: Vec<MemberMapping>,
    /// The lists whose row numbers are made, since the format file does not say where they come from.
    pub row_numbers_made: Vec<String>,
    /// What `[remember] document` names.
    pub remember: Vec<(String, FieldRef)>,
}

/// How one member is set.
#[derive(Clone, Debug)]
pub(super) enum MemberMapping {
    /// A plain member.
    Plain(Box<PlainMapping>),
    /// A nested document.
    Object { position: usize, path: String, required: bool, members: Vec<MemberMapping> },
    /// A nested document in one of several forms: the first whose tests hold is taken whole.
    Alternatives {
        position: usize,
        path: String,
        required: bool,
        alternatives: Vec<(Tests, Vec<MemberMapping>)>,
    },
    /// Nested documents, one for each record of a kind.
    Each(EachMapping),
    /// Nested documents as many as were written down.
    Entries { position: usize, entries: Vec<Vec<MemberMapping>> },
}

/// How a plain member is set.
#[derive(Clone, Debug)]
pub(super) struct PlainMapping {
    pub position: usize,
    /// The member's name with those it stands in: `consignee.name`.
    pub path: String,
    /// A blank is a fault, unless the table that it stands in is left out as a whole.
    pub required: bool,
    /// A blank is a fault even if the rest of its table is blank.
    pub always: bool,
    pub source: Source,
}

/// Nested documents, one for each record of a kind below the record at hand.
#[derive(Clone, Debug)]
pub(super) struct EachMapping {
    pub position: usize,
    pub each: usize,
    /// Only records that fit make an item (`where`); the others are left to other lists.
    pub only: Tests,
    /// Records that fit make none and are passed over (`skip`): rows that are no goods.
    pub skip: Option<Tests>,
    /// The list's name, where it is a fault that it has no item (`required`).
    pub required: Option<String>,
    pub members: Vec<MemberMapping>,
    /// Its items are the lines of the document.
    pub are_lines: bool,
    /// The position of the item's row number, if it has one.
    pub row_number: Option<usize>,
    /// What `[remember] lines` names; kept by the item's `row_number`.
    pub remember: Vec<(String, FieldRef)>,
}

/// A field, and the way to the record that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldRef {
    pub kind: usize,
    pub field: usize,
    pub reach: Reach,
}

/// Where the record with a field stands, seen from the record at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is the record at hand.
    Own,
    /// It stands below, once.
    Child,
    /// It stands above.
    Ancestor,
}

/// Where a value comes from and what is done with it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub pick: Pick,
    /// Which part of the text is meant.
    pub split: Option<Split>,
    pub convert: Convert,
    /// Taken where nothing is stated.
    pub default: Option<Value>,
}

impl Source {
    /// Whether it is made of the text of one field, and of nothing else beside it.
    pub(super) fn is_whole_field(&self) -> bool {
        matches!(self.pick, Pick::Field(_) | Pick::FirstOf(_)) && self.split.is_none()
    }

    /// Whether it is a text that is neither cut nor changed.
    #[inline]
    /// Something is looked up by its text.
    pub(super) fn set_identifier(&mut self) {
        self.convert.identifier = true;
        if let Pick::FirstSource(sources) = &mut self.pick {
            sources.iter_mut().for_each(Source::set_identifier);
        }
    }

    pub(super) fn is_text_as_it_stands(&self) -> bool {
        let convert = &self.convert;
        matches!(convert.kind, MemberKind::Text)
            && self.split.is_none()
            && convert.codes.is_none()
            && !convert.strip_leading_zeros
            && convert.remove.is_empty()
            && convert.trim.is_empty()
            && convert.form.is_none()
            && convert.cut.is_none()
    }
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) enum Pick {
    Field(FieldRef),
    Value(Value),
    /// The texts that are not blank, one behind the other.
    Join {
        parts: Vec<FieldRef>,
        with: String,
    },
    /// The first that is not blank.
    FirstOf(Vec<FieldRef>),
    /// The first that states something, each converted in its own way.
    FirstSource(Vec<Source>),
    /// A part of free lines of an address, of which the last with a post code says the city (C9).
    PostLine {
        lines: Vec<FieldRef>,
        part: PostPart,
    },
    /// The number of the record in its list, from 1.
    Counter,
    /// The file's name, or a part of it.
    FileName(Option<NamePart>),
    /// The texts of all records of a kind, one behind the other.
    All {
        kind: usize,
        field: usize,
        only: Tests,
        /// Only the first that is stated counts.
        first: bool,
        /// Only of those right below the record at hand.
        direct: bool,
        with: String,
    },
}

/// What is meant of the free lines of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PostPart {
    PostCode,
    City,
    /// The line of this number, from 0, before that with the city; of all lines where none has a post code.
    Line(usize),
    /// The country that stands before the post code, else the first line behind it.
    Country,
}

/// Tests of a record: one of these sets must hold whole. None at all: it always holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Tests(pub Vec<Vec<Test>>);

/// A test of one field, or of the file's name.
#[derive(Clone, Debug)]
pub(super) struct Test {
    /// `None`: the file's name.
    pub field: Option<FieldRef>,
    pub is: Is,
}

/// What a text must be.
#[derive(Clone, Debug)]
pub(super) enum Is {
    /// One of these texts, without the blanks round it.
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    /// Stated, or not.
    Blank(bool),
    /// It fits a pattern.
    Like(regex::Regex),
    /// It is this number, however it is written.
    Number(Decimal),
}

/// Identities that have a form of their own (`form`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Gtin,
    Gln,
    Sscc,
    OrganisationNumber,
    PostCode,
    /// The country that stands before a post code: `DK-4600`.
    PostCodeCountry,
}

/// A named part of the file's name: `{ file_name = "{order}_{rest}.pdf", part = "order" }`.
#[derive(Clone, Debug)]
pub(super) struct NamePart {
    /// As written, for messages.
    pub pattern: String,
    pub regex: regex::Regex,
    pub part: String,
}

/// One of the things that stand together in a text: `split = "{post_code:digits} {city}", part = "city"`.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// The first that fits is taken.
    pub patterns: Vec<SplitPattern>,
    pub part: String,
}

/// A pattern with named parts.
#[derive(Clone, Debug)]
pub(super) struct SplitPattern {
    /// As written, for messages.
    pub written: String,
    pub regex: regex::Regex,
    pub names: Vec<String>,
    /// Those of them that take digits.
    pub digits: Vec<String>,
}

impl SplitPattern {
    /// The parts of a text that fits. Where digits end no digit follows, but of other digits that are a part: the city of `411 01` is
    /// not `01`.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<regex::Captures<'t>> {
        let found = self.regex.captures(text)?;
        let of_digits = || self.digits.iter().filter_map(|name| found.name(name));
        let goes_on = of_digits().any(|part| {
            let behind = text.get(part.end()..).unwrap_or_default();
            let rest = behind.trim_start();
            let at = part.end() + (behind.len() - rest.len());
            rest.starts_with(|next: char| next.is_ascii_digit())
                && !of_digits().any(|other| other.start() == at)
        });
        (!goes_on).then_some(found)
    }
}

/// How a text becomes a value.
#[derive(Clone, Debug)]
pub(super) struct Convert {
    pub kind: MemberKind,
    pub codes: Option<Codes>,
    pub date: Option<DateStyle>,
    pub decimal: Option<char>,
    pub decimals: Option<u32>,
    pub strip_leading_zeros: bool,
    /// Characters that go wherever they stand.
    pub remove: Vec<char>,
    /// Characters that go at both ends, besides blanks.
    pub trim: Vec<char>,
    pub form: Option<Form>,
    /// The country whose form it has where the text does not say: two letters, or a field.
    pub country: Option<Country>,
    pub cut: Option<usize>,
    pub yes: Vec<String>,
    pub no: Vec<String>,
    /// The file says the opposite of what the member means.
    pub invert: bool,
    pub times: Option<Factor>,
    pub per: Option<Factor>,
    pub round: Option<u32>,
    /// A number with decimals is a fault (N14).
    pub whole: bool,
    /// A wrong check digit is told and the number is taken as it stands (C2).
    pub check_warns: bool,
    /// Something is looked up by it: no character in it may be one that nobody sees.
    pub identifier: bool,
}

impl std::fmt::Debug for MemberKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a country comes from.
#[derive(Clone, Debug)]
pub(super) enum Country {
    /// The field that says it, the words for countries, and the country meant where it is blank.
    Field(FieldRef, Codes, Option<String>),
    Named(String),
}

/// One side of a multiplication or division.
#[derive(Clone, Debug)]
pub(super) enum Factor {
    Field(FieldRef),
    Number(Decimal),
}

/// How documents of one type become records.
#[derive(Clone, Debug)]
pub(super) struct WriteDocument {
    pub document: DocumentType,
    /// In the order written.
    pub records: Vec<WriteRecord>,
}

/// How one kind of record is written.
#[derive(Clone, Debug)]
pub(super) struct WriteRecord {
    pub kind: usize,
    pub each: WriteEach,
    /// Field (by its place in the record kind) and what stands there.
    pub fields: Vec<(usize, OutSource)>,
}

/// How often a record is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WriteEach {
    /// Once a document.
    Document,
    /// Once for each item of a list of the document: the positions of the members on the way to it.
    List(Vec<usize>),
    /// Once a file, before everything else.
    FileFirst,
    /// Once a file, behind everything else.
    FileLast,
}

/// What stands in a field that is written.
#[derive(Clone, Debug)]
pub(super) struct OutSource {
    pub pick: OutPick,
    pub default: Option<String>,
    pub codes: Option<Codes>,
    pub date: Option<String>,
    pub decimals: Option<u32>,
    pub round: Option<u32>,
    pub yes: String,
    pub no: String,
    pub cut: Option<usize>,
    pub width: Option<usize>,
}

/// Where the content of a written field comes from.
#[derive(Clone, Debug)]
pub(super) enum OutPick {
    Member(MemberRef),
    Value(String),
    /// A remembered field of the line, else of the document; else a member.
    Sent {
        name: String,
        otherwise: Option<MemberRef>,
    },
    Sequence,
    Time,
    Join {
        parts: Vec<MemberRef>,
        with: String,
    },
    /// The number of the record among those of its document, from 1.
    Counter,
    /// How many records of these kinds the file holds; empty: all but those once a file.
    Count(Vec<usize>),
}

/// A member of the list's item or of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MemberRef {
    /// Of the item; else of the document.
    pub of_item: bool,
    /// The positions of the members on the way.
    pub path: Vec<usize>,
}

/// The number style of a field, as a source may change it.
pub(super) fn number_style(field: &NumberStyle, convert: &Convert) -> NumberStyle {
    let mut style = field.clone();
    if let Some(decimal) = convert.decimal {
        style.decimal = decimal;
        if style.thousands == Some(decimal) {
            style.thousands = None;
        }
    }
    if convert.decimals.is_some() {
        style.decimals = convert.decimals;
    }
    style
}
