//! What must hold of a file that is read, whatever its bytes are.

use std::fs::File;
use std::io::{self, Read};

use lastkaj::document::{AnyDocument, is_empty};
use lastkaj::fault::{Fault, Language, show};
use lastkaj::format::{
    BackContext, Definition, Item, Outgoing, ReadContext, Remembered, RoundTrip, Summary, columns, read,
    write_back,
};

/// A file, and the format to read it by.
pub struct Fed<'a> {
    /// The format.
    pub definition: &'a Definition,
    /// The format file's text.
    pub text: &'a str,
    /// The file.
    pub file: &'a [u8],
}

/// So many faults of a file are shown too.
const SHOWN: usize = 8;

const NAME: &str = "fuzz.csv";

/// Reads the file and checks all that must hold.
pub fn holds(fed: &Fed<'_>) {
    let whole = all_of(fed.definition, fed.file, fed.file.len().max(1));
    let in_pieces = all_of(fed.definition, fed.file, 7);
    for (piecewise, whole) in in_pieces.0.iter().zip(&whole.0) {
        assert_eq!(piecewise, whole, "another item in pieces of seven bytes");
    }
    assert_eq!(
        (in_pieces.0.len(), &in_pieces.1),
        (whole.0.len(), &whole.1),
        "another end in pieces of seven bytes"
    );
    let (items, end) = &whole;
    let faults: Vec<&Fault> = items
        .iter()
        .flat_map(|item| match item {
            Item::Document(mapped) => mapped.faults.iter().collect::<Vec<_>>(),
            Item::Stray(fault) => vec![fault],
        })
        .chain(end.iter().flat_map(|summary| summary.warnings.iter().chain(&summary.file_faults)))
        .chain(end.as_ref().err())
        .collect();
    // A record is at least one byte of the file, or a file that is taken whole.
    assert!(items.len() <= fed.file.len() + 1, "{} items of {} bytes", items.len(), fed.file.len());
    let lines = line_ends(fed) + 1;
    placed(&faults, lines);
    for item in items {
        let Item::Document(mapped) = item else { continue };
        assert!(mapped.first_line >= 1 && mapped.first_line <= mapped.last_line, "{mapped:?}");
        assert!(mapped.last_line <= lines as u64, "line {} of {lines}", mapped.last_line);
    }
    let Ok(summary) = end else { return };
    counted(items, summary);
    if faults.is_empty()
        && fed.definition.round_trip() == RoundTrip::SameBytes
        && fed.definition.losses().is_empty()
    {
        comes_back(fed, items);
    }
}

/// Every fault stands inside its file, and can be shown.
pub fn placed(faults: &[&Fault], lines: usize) {
    for (number, fault) in faults.iter().enumerate() {
        let place = &fault.place;
        assert!(
            place.line.is_none_or(|line| line >= 1 && line <= lines as u64),
            "of {lines} lines: {fault:?}"
        );
        if let (Some(column), Some(source)) = (place.column, &place.source) {
            let first = place.source_column.unwrap_or(1);
            let end = first + source.chars().count() as u64;
            // A mistake at the end of a line stands behind its last character.
            assert!(column >= first && column <= end, "columns {first} to {end}: {fault:?}");
            assert!(
                place.length.is_none_or(|length| column + length <= end + 1),
                "columns {first} to {end}: {fault:?}"
            );
        }
        // To show them takes longer than to find them.
        for language in Language::ALL.into_iter().take(if number < SHOWN { 2 } else { 0 }) {
            show(fault, language, true);
            lastkaj::fault::plain(fault, language);
        }
    }
}

/// The summary says what was handed out.
fn counted(items: &[Item], summary: &Summary) {
    let count = |of: fn(&Item) -> bool| items.iter().filter(|item| of(item)).count() as u64;
    let good = count(|item| matches!(item, Item::Document(mapped) if mapped.faults.is_empty()));
    let faulty = count(|item| matches!(item, Item::Document(mapped) if !mapped.faults.is_empty()));
    let stray = count(|item| matches!(item, Item::Stray(_)));
    assert_eq!((summary.documents, summary.documents_faulty, summary.records_stray), (good, faulty, stray));
}

/// What was read without fault and can be written is read again as the same documents. Those of which nothing is stated are
/// blank rows, which are no records.
fn comes_back(fed: &Fed<'_>, items: &[Item]) {
    let documents = documents(items);
    let columns = columns(fed.definition, NAME, &mut { fed.file }).expect("the header was read before");
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
    let context = BackContext { time_zone: TIME_ZONE, columns: columns.as_deref() };
    let Ok(back) = write_back(fed.definition, &outgoing, &context) else { return };
    let (again, end) = all_of(fed.definition, &back, back.len().max(1));
    let shown = || String::from_utf8_lossy(&back).into_owned();
    assert!(end.is_ok(), "{end:?}: {}", shown());
    assert_eq!(self::documents(&again), documents, "{}", shown());
}

fn documents(items: &[Item]) -> Vec<(&AnyDocument, &Remembered)> {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Document(mapped) if is_empty(mapped.document.as_document()) => None,
            Item::Document(mapped) => Some((&mapped.document, &mapped.remembered)),
            Item::Stray(_) => None,
        })
        .collect()
}

/// At most so many bytes of the file end a line. Without lines each byte may be a record.
fn line_ends(fed: &Fed<'_>) -> usize {
    let framed =
        fed.text.contains("framing") || fed.text.contains("resync_on") || fed.text.contains("repair");
    // Line ends of ASCII and of EBCDIC, and form feeds.
    let ends = |byte: &&u8| framed || matches!(byte, b'\n' | b'\r' | 0x0c | 0x15 | 0x25 | 0x85);
    fed.file.iter().filter(ends).count()
}

const TIME_ZONE: chrono_tz::Tz = chrono_tz::Tz::Europe__Stockholm;

fn all_of(definition: &Definition, file: &[u8], piece: usize) -> (Vec<Item>, Result<Summary, Fault>) {
    let context = ReadContext { file_name: NAME, time_zone: TIME_ZONE, live: false, scratch: &no_scratch };
    let mut items = Vec::new();
    let end = read(definition, &mut Pieces { rest: file, piece }, &context, &mut |item| {
        items.push(item);
        Ok(())
    });
    (items, end)
}

/// No input is so large that it outgrows memory.
fn no_scratch() -> io::Result<File> {
    Err(io::Error::other("no scratch file is expected"))
}

/// Hands out a file in pieces.
struct Pieces<'a> {
    rest: &'a [u8],
    piece: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.rest.len().min(self.piece).min(into.len());
        let (head, rest) = self.rest.split_at(length);
        into[..length].copy_from_slice(head);
        self.rest = rest;
        Ok(length)
    }
}
