//! What CSV and fixed-width reading have in common: a record as cut from the file, with what is wrong with it.

use super::csv::CsvRows;
use super::fixed::FixedRows;
use super::layout::{Condition, FixedSyntax, Layout, RecordLayout, Syntax};
use super::lines::{Line, Lines};
use super::record::Records;
use crate::fault::{Fault, code};

/// What is known of one record of the file. Its fields are there as far as they could be cut, even where it is faulty.
pub(super) struct Row {
    /// The record kind that claims it.
    pub kind: Option<usize>,
    /// Why it cannot be read.
    pub fault: Option<Fault>,
}

const NO_LENGTH: FixedSyntax = FixedSyntax { record_length: None };

/// The records of a file in its order.
pub(super) enum Rows<'i> {
    Csv(CsvRows<'i>),
    Fixed(FixedRows<'i>),
}

impl<'i> Rows<'i> {
    pub fn new(layout: &'i Layout, lines: Lines<'i>) -> Rows<'i> {
        match &layout.syntax {
            Syntax::Csv(syntax) => Rows::Csv(CsvRows::new(layout, syntax, lines)),
            Syntax::Fixed(syntax) => Rows::Fixed(FixedRows::new(layout, syntax, lines)),
            // Read by `whole`, never here; no record comes of it.
            Syntax::Whole => Rows::Fixed(FixedRows::new(layout, &NO_LENGTH, lines)),
        }
    }

    /// The next record, added to `records`; blank ones are passed over.
    ///
    /// # Errors
    /// A fault of the file as a whole, after which nothing of it can be trusted.
    pub fn next(&mut self, records: &mut Records) -> Result<Option<Row>, Fault> {
        match self {
            Rows::Csv(rows) => rows.next(records),
            Rows::Fixed(rows) => rows.next(records),
        }
    }

    /// The lines below the records.
    pub fn lines(&self) -> &Lines<'i> {
        match self {
            Rows::Csv(rows) => &rows.lines,
            Rows::Fixed(rows) => &rows.lines,
        }
    }

    /// Whether anything but blanks was in the file, a header too.
    pub fn saw_anything(&self) -> bool {
        match self {
            Rows::Csv(rows) => rows.saw_anything,
            Rows::Fixed(rows) => rows.saw_anything,
        }
    }
}

/// The record kind that claims a record: the first whose conditions hold, else the first that has none.
pub(super) fn claim(layout: &Layout, holds: impl Fn(&Condition) -> bool) -> Option<usize> {
    let fits = |record: &RecordLayout| !record.when.is_empty() && record.when.iter().all(&holds);
    layout
        .records
        .iter()
        .position(fits)
        .or_else(|| layout.records.iter().position(|record| record.when.is_empty()))
}

/// The fault of bytes in a line of the last record that are no characters.
pub(super) fn undecodable(file: &str, records: &Records, line: &Line, from: usize) -> Option<Fault> {
    let (at, hex) = line.undecodable.as_ref()?;
    let at = from + at;
    let place = records.place_at(
        file,
        records.len().saturating_sub(1),
        at,
        at + char::REPLACEMENT_CHARACTER.len_utf8(),
    );
    Some(Fault::new(code::UNDECODABLE_BYTES).at(place).found(hex.clone()))
}

/// The fault of the last record, which no record kind claims, naming those that there are.
pub(super) fn unknown_record(layout: &Layout, file: &str, records: &Records) -> Fault {
    let kinds: Vec<String> = layout
        .records
        .iter()
        .map(|record| {
            let when: Vec<String> = record
                .when
                .iter()
                .map(|condition| match condition {
                    Condition::Characters { at, is } => format!("{at}: \"{is}\""),
                    Condition::Column { column, is } => format!("#{column}: \"{is}\""),
                })
                .collect();
            format!("{} ({})", record.name, when.join(", "))
        })
        .collect();
    let last = records.len().saturating_sub(1);
    Fault::new(code::UNKNOWN_RECORD)
        .at(records.place(file, last))
        .found(records.source(last).chars().take(20).collect::<String>())
        .with("kinds", kinds.join(", "))
}
