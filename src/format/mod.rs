//! Format files: how bytes become records (layout) and what records mean (mapping), in both directions.
//!
//! The pure middle: bytes in, documents and faults out; no I/O but the reader, writer and scratch file handed in,
//! no clock, environment, async or logging.
//!
//! Reading is encoding -> layout (csv, fixed) -> records -> group -> mapping -> documents, streaming.
//! Writing is documents -> mapping -> records -> layout -> encoding.

mod bytes_out;
mod codes;
mod convert;
mod csv;
mod definition;
pub mod encoding;
mod fixed;
mod foreign;
mod group;
mod labels;
mod layout;
mod lines;
mod mapping;
mod packed;
mod record;
mod rows;
pub(crate) mod sniff;
mod sort;
mod source;
mod tagged;
mod whole;
mod write;
mod xml;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use chrono::{DateTime, Utc};

use crate::document::AnyDocument;
use crate::fault::{Fault, Place};

pub use definition::{CodeRows, CodeTables, Definition, RoundTrip, keys};
pub use mapping::{columns, read, read_parts, write, write_back};

/// What reading needs to know besides the bytes.
pub struct ReadContext<'a> {
    /// The file's name, for fields taken from it; of files that belong together the first's.
    pub file_name: &'a str,
    /// The partner's time zone, for local times in the file.
    pub time_zone: chrono_tz::Tz,
    /// What is read goes to a goods owner in use, so that documents that say they are tests must not.
    pub live: bool,
    /// Gives a new empty scratch file, readable and writable, gone when dropped. Asked for only by what outgrows
    /// [`MEMORY_FOR_GROUPING`].
    pub scratch: &'a dyn Fn() -> io::Result<File>,
}

/// One file to read: alone, or in the order in which those that belong together are read.
pub struct PartFile<'f> {
    /// Its name, for fault places.
    pub name: &'f str,
    /// Its bytes.
    pub bytes: &'f mut dyn io::Read,
}

/// The names of the files that are read, in their order.
#[derive(Clone, Copy)]
struct FileNames<'n>(&'n [&'n str]);

impl<'n> FileNames<'n> {
    /// The file that a record of a kind stands in.
    fn of(self, layout: &layout::Layout, kind: Option<usize>) -> &'n str {
        self.0.get(layout.part_of(kind)).copied().unwrap_or_default()
    }

    /// The number of the file that a place is in.
    fn place(self, place: &Place) -> Option<usize> {
        self.0.iter().position(|name| place.file.as_deref() == Some(*name))
    }
}

/// How many bytes of records grouping keeps in memory before it goes to a scratch file.
pub const MEMORY_FOR_GROUPING: usize = 12 * 1024 * 1024;

/// The greatest number of bytes of one record.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// The greatest number of bytes of a file that is taken as it is (`syntax = "whole"`).
pub const ATTACHMENT_BYTES_MAX: usize = 10 * 1024 * 1024;

/// The greatest number of bytes of text of the records of one document.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// The greatest number of records of one document.
pub const DOCUMENT_RECORDS_MAX: usize = 100_000;

/// One document as read, whole or faulty.
#[derive(Debug, PartialEq)]
pub struct Mapped {
    /// The document; what could not be read of it is empty.
    pub document: AnyDocument,
    /// What is wrong with it; empty for a good one.
    pub faults: Vec<Fault>,
    /// What is doubtful in it and was taken all the same.
    pub warnings: Vec<Fault>,
    /// First line of the file that belongs to it.
    pub first_line: u64,
    /// Last line of the file that belongs to it.
    pub last_line: u64,
    /// Where its lines stand, in their order; empty where they were not made of records.
    pub lines: Vec<LineAt>,
    /// The records that it was made of.
    pub records: u64,
    /// What `[remember]` names.
    pub remembered: Remembered,
}

impl Mapped {
    /// Where a line of the document stands, counted from 0, as far as it is known. `files` are the names of the files that
    /// belong together.
    pub fn place_of_line(&self, number: usize, files: &[String]) -> Option<Place> {
        let at = self.lines.get(number)?;
        Some(Place::file(files.get(at.file)?).line(at.line))
    }
}

/// Where a line of a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineAt {
    /// The number of the file among those that belong together, from 0.
    pub file: usize,
    /// The line of that file.
    pub line: u64,
}

/// Fields of the file that the ledger keeps for reports: the ERP's own numbers with their zeros, units and so on.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Remembered {
    /// Of the document: name -> the field's text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub document: BTreeMap<String, String>,
    /// Of its lines, by row number: name -> the field's text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, BTreeMap<String, String>>,
}

/// What reading hands out, in the order of the file.
#[derive(Debug, PartialEq)]
pub enum Item {
    /// A document.
    Document(Box<Mapped>),
    /// A record that belongs to no document: it cannot be read, or nothing reads it.
    Stray(Fault),
}

/// What reading found, once the end of the file was reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Records read, of every kind.
    pub records: u64,
    /// Records that the format file ignores or skips.
    pub records_ignored: u64,
    /// Documents without fault.
    pub documents: u64,
    /// Documents with a fault.
    pub documents_faulty: u64,
    /// Records that belong to no document.
    pub records_stray: u64,
    /// What was noticed of the file that keeps nothing back: damaged characters, another encoding than was said.
    pub warnings: Vec<Fault>,
    /// What the author of the format file most likely means otherwise, by what is in the file. Nothing of it is wrong.
    pub hints: Vec<Fault>,
    /// Faults of the file as such (trailer count, missing end mark, truncation): none of its documents may count.
    pub file_faults: Vec<Fault>,
}

/// One document to write, with what the ERP's own file said of it.
pub struct Outgoing<'a> {
    /// The document.
    pub document: &'a AnyDocument,
    /// What was remembered when it came in; format files read it as `sent.*`.
    pub sent: &'a Remembered,
}

/// What writing needs to know besides the documents. Sequence and time come from the report.
pub struct WriteContext {
    /// The report's number in its outbox.
    pub sequence: u64,
    /// The report's time.
    pub time: DateTime<Utc>,
    /// The partner's time zone.
    pub time_zone: chrono_tz::Tz,
}

/// What writing documents back needs to know besides them.
pub struct BackContext<'a> {
    /// The partner's time zone.
    pub time_zone: chrono_tz::Tz,
    /// The columns of the file's header in its order, see [`columns`]; `None`: those that the format file names.
    pub columns: Option<&'a [String]>,
}

#[cfg(test)]
mod layout_tests;
#[cfg(test)]
mod parts_tests;
#[cfg(test)]
pub(crate) mod read_back;
