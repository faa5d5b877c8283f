//! Format files: how bytes become records (layout) and what records mean (mapping), in both directions.
//!
//! The pure middle: bytes in, documents and faults out; no I/O but the reader, writer and scratch file handed in,
//! no clock, environment, async or logging.
//!
//! Reading is encoding -> layout (csv, fixed) -> records -> group -> mapping -> documents, streaming.
//! Writing is documents -> mapping -> records -> layout -> encoding.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};

use chrono::{DateTime, Utc};

use crate::document::{AnyDocument, DocumentType};
use crate::fault::Fault;

/// A checked format file. Only [`Definition::check`] makes one.
#[derive(Debug)]
pub struct Definition {
    /// The name in the configuration: the path below `formats/` without `.toml`, like `pyramid/orders`.
    pub name: String,
    /// What it is, for people.
    pub title: String,
    // The helper adds: checked layout, checked mapping.
}

/// Code tables, per partner and shared: name of the table -> what the file says -> what it means.
/// The table `countries` is built in and can be added to.
pub type CodeTables = BTreeMap<String, BTreeMap<String, String>>;

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

/// What reading needs to know besides the bytes.
pub struct ReadContext<'a> {
    /// The file's name, for fault places and for fields taken from it.
    pub file_name: &'a str,
    /// The partner's time zone, for local times in the file.
    pub time_zone: chrono_tz::Tz,
    /// Gives a new empty scratch file, readable and writable, gone when dropped. Asked for only by what outgrows
    /// [`MEMORY_FOR_GROUPING`].
    pub scratch: &'a dyn Fn() -> io::Result<File>,
}

/// How many bytes of records grouping keeps in memory before it goes to a scratch file.
pub const MEMORY_FOR_GROUPING: usize = 16 * 1024 * 1024;

/// The greatest number of bytes of one record.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// The greatest number of records of one document.
pub const DOCUMENT_RECORDS_MAX: usize = 100_000;

/// One document as read, whole or faulty.
#[derive(Debug, PartialEq)]
pub struct Mapped {
    /// The document; what could not be read of it is empty.
    pub document: AnyDocument,
    /// What is wrong with it; empty for a good one.
    pub faults: Vec<Fault>,
    /// First line of the file that belongs to it.
    pub first_line: u64,
    /// Last line of the file that belongs to it.
    pub last_line: u64,
    /// The records that it was made of.
    pub records: u64,
    /// What `[remember]` names.
    pub remembered: Remembered,
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
pub enum Read_ {
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
    /// Faults of the file as such (trailer count, missing end mark, truncation): none of its documents may count.
    pub file_faults: Vec<Fault>,
}
