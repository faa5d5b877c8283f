//! What CSV and fixed-width reading have in common: a record as cut from the file, with what is wrong with it.

use std::io::Read;

use super::csv::CsvRows;
use super::encoding::Noticed;
use super::fixed::FixedRows;

use super::RECORD_BYTES_MAX;
use super::layout::{Condition, FixedSyntax, Framing, Layout, RecordLayout, RecordUse, Syntax};
use super::lines::{Line, Lines};
use super::record::Records;
use super::tagged::TaggedRows;
use super::xml::{TreeFaults, XmlTrees};
use crate::fault::{Fault, Place, code};

/// What stands next in a file.
pub(super) enum Found {
    /// A record, which is the last of those it was added to.
    Row(Row),
    /// A whole tree of records, and the faults of some of them.
    Tree(TreeFaults),
    End,
}

/// What is known of one record of the file. Its fields are there as far as they could be cut, even where it is faulty.
pub(super) struct Row {
    /// The record kind that claims it.
    pub kind: Option<usize>,
    /// Why it cannot be read.
    pub fault: Option<Fault>,
}

const NO_LENGTH: FixedSyntax = FixedSyntax { record_length: None, framing: Framing::Lines, bytes: false };

/// The records of a file in its order.
pub(super) enum Rows<'i> {
    Csv(CsvRows<'i>),
    Fixed(FixedRows<'i>),
    Xml(Box<XmlTrees<'i>>),
    Tagged(TaggedRows<'i>),
}

impl<'i> Rows<'i> {
    /// # Errors
    /// The beginning of an XML file cannot be read.
    pub fn new(layout: &'i Layout, file: &'i str, input: &'i mut dyn Read) -> Result<Rows<'i>, Fault> {
        let lines = |input| Lines::new(file, &layout.encoding, &layout.around, input);
        Ok(match &layout.syntax {
            Syntax::Csv(syntax) => Rows::Csv(CsvRows::new(layout, syntax, lines(input))),
            Syntax::Fixed(syntax) => Rows::Fixed(FixedRows::new(layout, syntax, lines(input))),
            Syntax::Tagged(syntax) => Rows::Tagged(TaggedRows::new(layout, syntax, lines(input))),
            Syntax::Xml(syntax) => Rows::Xml(Box::new(XmlTrees::new(layout, syntax, file, input)?)),
            // Read by `whole`, never here; no record comes of it.
            Syntax::Whole => Rows::Fixed(FixedRows::new(layout, &NO_LENGTH, lines(input))),
        })
    }

    /// What stands next, added to `records`; blank records are passed over.
    ///
    /// # Errors
    /// A fault of the file as a whole, after which nothing of it can be trusted.
    #[inline]
    pub fn next(&mut self, records: &mut Records) -> Result<Found, Fault> {
        let row = match self {
            Rows::Csv(rows) => rows.next(records)?,
            Rows::Fixed(rows) => rows.next(records)?,
            Rows::Tagged(rows) => rows.next(records)?,
            Rows::Xml(trees) => return Ok(trees.next(records)?.map_or(Found::End, Found::Tree)),
        };
        Ok(row.map_or(Found::End, Found::Row))
    }

    /// The line that was read last.
    pub fn line(&self) -> u64 {
        match self {
            Rows::Csv(rows) => rows.lines.number(),
            Rows::Fixed(rows) => rows.lines.number(),
            Rows::Tagged(rows) => rows.lines.number(),
            Rows::Xml(trees) => trees.line(),
        }
    }

    /// What was noticed of the characters of the file, once no more records are wanted of it.
    ///
    /// # Errors
    /// The rest of the file cannot be read.
    pub fn noticed(&mut self) -> Result<Vec<Noticed>, Fault> {
        match self {
            Rows::Csv(rows) => rows.lines.noticed(),
            Rows::Fixed(rows) => rows.lines.noticed(),
            Rows::Tagged(rows) => rows.lines.noticed(),
            Rows::Xml(trees) => Ok(trees.noticed()),
        }
    }

    /// What an author most likely means otherwise, by what is in the file.
    pub fn hints(&self) -> Vec<Fault> {
        match self {
            Rows::Csv(_) | Rows::Fixed(_) | Rows::Tagged(_) => Vec::new(),
            Rows::Xml(trees) => trees.hints(),
        }
    }

    /// What was noticed of names that are passed over.
    pub fn warnings(&mut self) -> Vec<Fault> {
        match self {
            Rows::Csv(rows) => std::mem::take(&mut rows.warnings),
            Rows::Fixed(_) | Rows::Tagged(_) => Vec::new(),
            Rows::Xml(trees) => trees.warnings(),
        }
    }

    /// Whether the DOS end mark stood at the end; XML files have none.
    pub fn has_end_mark(&self) -> bool {
        match self {
            Rows::Csv(rows) => rows.lines.has_end_mark(),
            Rows::Fixed(rows) => rows.lines.has_end_mark(),
            Rows::Tagged(rows) => rows.lines.has_end_mark(),
            Rows::Xml(_) => true,
        }
    }

    /// Whether the end of the file, once reached, cut a character in two.
    pub fn is_cut(&self) -> bool {
        match self {
            Rows::Csv(rows) => rows.lines.is_cut(),
            Rows::Fixed(rows) => rows.lines.is_cut(),
            Rows::Tagged(rows) => rows.lines.is_cut(),
            Rows::Xml(trees) => trees.is_cut(),
        }
    }

    /// Whether anything but blanks was in the file, a header too.
    pub fn saw_anything(&self) -> bool {
        match self {
            Rows::Csv(rows) => rows.saw_anything,
            Rows::Fixed(rows) => rows.saw_anything,
            Rows::Tagged(rows) => rows.saw_anything,
            Rows::Xml(trees) => trees.saw_anything,
        }
    }
}

/// The record kind that claims a record: the first whose conditions hold, else the first that has none.
pub(super) fn claim(layout: &Layout, holds: impl Fn(&Condition) -> bool) -> Option<usize> {
    let fits = |record: &RecordLayout| !record.when.is_empty() && record.when.iter().all(&holds);
    let claimed = layout
        .records
        .iter()
        .position(fits)
        .or_else(|| layout.records.iter().position(|record| record.when.is_empty()));
    claimed.filter(|kind| may_come(layout, *kind))
}

/// Whether records of a kind may stand in a file.
pub(super) fn may_come(layout: &Layout, kind: usize) -> bool {
    layout.records.get(kind).is_some_and(|record| record.use_ != RecordUse::Refuse)
}

/// Whether the characters that a condition asks for stand in a text at their place.
pub(super) fn stands_in(condition: &Condition, text: &str) -> bool {
    let Condition::Characters { at, is } = condition else { return false };
    let there = text.char_indices().nth(at.saturating_sub(1)).and_then(|(at, _)| text.get(at..));
    is.iter().any(|is| there.is_some_and(|there| there.starts_with(is.as_str())))
}

/// A record that goes over several lines is no longer than any other may be.
///
/// # Errors
/// It is longer.
pub(super) fn within_limit(file: &str, line: u64, bytes: usize) -> Result<(), Fault> {
    if bytes <= RECORD_BYTES_MAX {
        return Ok(());
    }
    Err(Fault::new(code::OVER_LONG_RECORD).at(Place::file(file).line(line)).with("limit", RECORD_BYTES_MAX))
}

/// The fault of bytes in a line of the last record that are no characters.
pub(super) fn undecodable(file: &str, records: &Records, line: &Line, from: usize) -> Option<Fault> {
    let bad = line.undecodable.as_ref()?;
    let at = from + bad.at;
    let place = records.place_at(
        file,
        records.len().saturating_sub(1),
        at,
        at + char::REPLACEMENT_CHARACTER.len_utf8(),
    );
    Some(
        Fault::new(code::UNDECODABLE_BYTES)
            .at(place)
            .found(&bad.hex)
            .with("byte", bad.offset)
            .with("encoding", bad.encoding)
            .with("elsewhere", bad.elsewhere()),
    )
}

/// How a record begins, to show what it may be.
pub(super) fn beginning(record: &str) -> String {
    record.lines().next().unwrap_or("").chars().take(20).collect()
}

/// The fault of the last record, which no record kind claims, naming those that there are.
pub(super) fn unknown_record(layout: &Layout, file: &str, records: &Records) -> Fault {
    let kinds: Vec<String> = layout
        .records
        .iter()
        .filter(|record| record.use_ != RecordUse::Refuse)
        .map(|record| {
            let when: Vec<String> = record
                .when
                .iter()
                .map(|condition| match condition {
                    Condition::Characters { at, is } => format!("{at}: \"{}\"", is.join("\", \"")),
                    Condition::Column { column, is } => format!("#{column}: \"{}\"", is.join("\", \"")),
                    Condition::Path { path, is } => format!("{path}: \"{}\"", is.join("\", \"")),
                })
                .collect();
            format!("{} ({})", record.name, when.join(", "))
        })
        .collect();
    let last = records.len().saturating_sub(1);
    Fault::new(code::UNKNOWN_RECORD)
        .at(records.place(file, last))
        .found(beginning(records.source(last)))
        .with("kinds", kinds.join(", "))
}
