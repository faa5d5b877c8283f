//! Files that are none of an ERP's flat files, by their first bytes.

use serde::Serialize;

use super::encoding::{self, Reason};
use super::layout::{Layout, Syntax};
use crate::fault::{Fault, Place, code};

/// What a file is that no format file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Foreign {
    /// A PDF document.
    Pdf,
    /// A zip archive.
    Zip,
    /// A workbook of a spreadsheet program (`.xlsx`, `.ods`): a zip archive too.
    Spreadsheet,
    /// A text document of a word processor (`.docx`, `.odt`): a zip archive too.
    WordProcessor,
    /// An old document of an office program (`.xls`, `.doc`).
    OldOffice,
    /// A file compressed by gzip, 7-Zip, RAR, bzip2, xz or zstd.
    Compressed,
    /// A tar archive.
    Tar,
    /// A picture.
    Picture,
    /// A page for a browser: most likely an error message of a server.
    WebPage,
    /// A formatted text (RTF).
    RichText,
    /// A database file.
    Database,
    /// A program.
    Program,
    /// An e-mail.
    Mail,
    /// Bytes that are no text in any encoding that is known.
    Binary,
}

/// What files begin with.
const STARTS: &[(&[u8], Foreign)] = &[
    (b"%PDF-", Foreign::Pdf),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Foreign::OldOffice),
    (b"\x1F\x8B", Foreign::Compressed),
    (b"7z\xBC\xAF\x27\x1C", Foreign::Compressed),
    (b"Rar!\x1A\x07", Foreign::Compressed),
    (b"BZh91AY&SY", Foreign::Compressed),
    (b"\xFD7zXZ\0", Foreign::Compressed),
    (b"\x28\xB5\x2F\xFD", Foreign::Compressed),
    (b"\x89PNG\r\n\x1A\n", Foreign::Picture),
    (b"\xFF\xD8\xFF", Foreign::Picture),
    (b"GIF8", Foreign::Picture),
    (b"II*\0", Foreign::Picture),
    (b"MM\0*", Foreign::Picture),
    (b"{\\rtf", Foreign::RichText),
    (b"SQLite format 3\0", Foreign::Database),
    (b"\0\x01\0\0Standard Jet DB", Foreign::Database),
    (b"\0\x01\0\0Standard ACE DB", Foreign::Database),
    (b"\x7FELF", Foreign::Program),
    (b"MZ\x90\0", Foreign::Program),
    (b"Received: ", Foreign::Mail),
    (b"Return-Path: ", Foreign::Mail),
    (b"MIME-Version: ", Foreign::Mail),
];

impl Foreign {
    /// What the file is called in any language, where it can be no file of a format file. Text is not told from other text
    /// here: an e-mail's first line may be that of a labelled block.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Foreign::Pdf => Some("PDF"),
            Foreign::Zip => Some("ZIP"),
            Foreign::Spreadsheet => Some("XLSX/ODS"),
            Foreign::WordProcessor => Some("DOCX/ODT"),
            Foreign::OldOffice => Some("XLS/DOC"),
            Foreign::Compressed => Some("GZIP/7Z/RAR"),
            Foreign::Tar => Some("TAR"),
            Foreign::Picture => Some("PNG/JPEG/GIF/TIFF"),
            Foreign::WebPage => Some("HTML"),
            Foreign::RichText => Some("RTF"),
            Foreign::Database => Some("SQLite/Access"),
            Foreign::Program => Some("EXE"),
            Foreign::Mail | Foreign::Binary => None,
        }
    }
}

/// Fewer bytes do not tell an alphabet.
const TELLING: usize = 16;

/// How many bytes at the start of a file show what it is.
pub(super) const HEAD: u64 = 16 * 1024;

/// The fault of a file that is of no kind that a layout describes, by its first bytes.
pub(super) fn foreign_file(layout: &Layout, file: &str, head: &[u8]) -> Option<Fault> {
    // Records of a machine may begin with any bytes.
    if layout.has_packed_fields() || layout.encoding.is_ebcdic() {
        return None;
    }
    let kind = foreign(head).and_then(Foreign::name);
    // XML says itself what it is in.
    let is_told = layout.encoding.is_utf16() || matches!(layout.syntax, Syntax::Xml(_));
    let kind = kind.or_else(|| if is_told { None } else { other_alphabet(head) })?;
    Some(Fault::new(code::OTHER_KIND_OF_FILE).at(Place::file(file)).found(kind))
}

/// The encoding of a text in which not even the letters of ASCII are where they are elsewhere: UTF-16 without its mark, or a page of
/// IBM i.
fn other_alphabet(head: &[u8]) -> Option<&'static str> {
    let above_ascii = head.iter().filter(|byte| !byte.is_ascii()).count();
    if head.len() < TELLING {
        return None;
    }
    let has_line_ends = memchr::memchr2(b'\r', b'\n', head).is_some();
    if memchr::memchr(0, head).is_none() && (has_line_ends || above_ascii * 2 < head.len()) {
        return None;
    }
    let guess = encoding::guess(head);
    let best = guess.candidates.first()?;
    matches!(best.reason, Reason::EverySecondByteZero { .. } | Reason::Ebcdic { .. }).then_some(best.name)
}

/// What the bytes at the start of a file show, if it is no text file.
pub(super) fn foreign(bytes: &[u8]) -> Option<Foreign> {
    if let Some((_, found)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(*found);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        let has = |text: &[u8]| memchr::memmem::find(bytes, text).is_some();
        let spreadsheet = [&b"xl/workbook"[..], b"xl/worksheets", b"opendocument.spreadsheet"];
        let document = [&b"word/document"[..], b"opendocument.text"];
        return Some(if spreadsheet.into_iter().any(has) {
            Foreign::Spreadsheet
        } else if document.into_iter().any(has) {
            Foreign::WordProcessor
        } else {
            Foreign::Zip
        });
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(Foreign::Tar);
    }
    let start: Vec<u8> = bytes
        .iter()
        .skip_while(|byte| byte.is_ascii_whitespace() || **byte >= 0x80)
        .take(15)
        .map(u8::to_ascii_lowercase)
        .collect();
    (start.starts_with(b"<!doctype html") || start.starts_with(b"<html")).then_some(Foreign::WebPage)
}

/// Whether a decoded text has more control characters than any text file has: packed numbers, pictures, archives.
pub(super) fn is_binary(text: &str) -> bool {
    let (mut all, mut odd) = (0_usize, 0_usize);
    for character in text.chars().take(64 * 1024) {
        all += 1;
        let control = character.is_control()
            && !matches!(character, '\r' | '\n' | '\t' | '\u{c}' | '\u{1a}' | '\0' | '\u{85}');
        odd += usize::from(control || character == char::REPLACEMENT_CHARACTER);
    }
    odd * 20 > all
}
