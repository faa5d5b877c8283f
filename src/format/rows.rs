//! What CSV and fixed-width reading have in common: a record as cut from the file, with what is wrong with it.

use super::csv::CsvRows;
use super::fixed::FixedRows;
use super::layout::{Condition, FixedSyntax, Layout, RecordLayout, Syntax};
use super::lines::Lines;
use super::record::Record;
use crate::fault::{Fault, Place, code};

/// One record of the file. Its fields are there as far as they could be cut, even where it is faulty.
pub(super) struct Row {
    /// `kind` of it counts only where `known` is set.
    pub record: Record,
    /// Some record kind claims it.
    pub known: bool,
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

    /// The next record; blank ones are passed over.
    ///
    /// # Errors
    /// A fault of the file as a whole, after which nothing of it can be trusted.
    pub fn next(&mut self) -> Result<Option<Row>, Fault> {
        match self {
            Rows::Csv(rows) => rows.next(),
            Rows::Fixed(rows) => rows.next(),
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

/// The fault of a record that no record kind claims, naming those that there are.
pub(super) fn unknown_record(layout: &Layout, file: &str, line: u64, source: &str) -> Fault {
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
    let length = source.chars().count().max(1) as u64;
    Fault::new(code::UNKNOWN_RECORD)
        .at(Place::file(file).line(line).column(1, length).source(source))
        .found(source.chars().take(20).collect::<String>())
        .with("kinds", kinds.join(", "))
}
