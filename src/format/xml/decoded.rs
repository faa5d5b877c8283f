//! The decoded text of an XML file, read by the parser piece by piece, with lines and columns counted on the way.

use std::io::{self, BufRead, Read};

use super::prolog;
use crate::fault::{Fault, Place, code};
use crate::format::RECORD_BYTES_MAX;
use crate::format::encoding::{Decoder, Encoding, Noticed, Undecodable};

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// How many bytes of a line before a record are kept to show it.
const LINE_BEFORE: usize = 4096;

/// A text that the parser reads.
pub(super) struct Decoded<'i> {
    file: &'i str,
    input: &'i mut dyn Read,
    decoder: Decoder,
    piece: Vec<u8>,
    text: String,
    at: usize,
    undecodable: Vec<Undecodable>,
    ended: bool,
    /// The end of the file cut a character in two.
    pub cut: bool,
    /// What the parser took since the last [`Decoded::forget`], and the place of its first character.
    taken: String,
    line: u64,
    column: u32,
    /// How many bytes the event at hand has taken.
    event: usize,
    /// Where the event at hand begins in what was taken, the line of it, and where that line begins.
    event_at: usize,
    event_line: u64,
    event_line_at: usize,
    /// Bytes that are no characters in what was taken, by where in it their stand-in is.
    pub bad: Vec<Undecodable>,
    /// Why the input could not go on.
    pub failed: Option<Fault>,
}

impl<'i> Decoded<'i> {
    /// Reads the beginning of a file and passes its declaration over. `forced` is the encoding whatever is declared.
    ///
    /// # Errors
    /// The file cannot be read, or declares an encoding that nobody knows.
    pub fn new(
        file: &'i str,
        forced: Option<&Encoding>,
        input: &'i mut dyn Read,
    ) -> Result<Decoded<'i>, Fault> {
        let mut piece = vec![0; PIECE];
        let mut read = 0;
        // Enough for the declaration, however small the pieces of the input are.
        while read < prolog::LENGTH_MAX {
            match input.read(piece.get_mut(read..).unwrap_or_default()) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(not_read(file, 1, &error)),
            }
        }
        let first = piece.get(..read).unwrap_or_default();
        let encoding = match forced {
            Some(forced) => forced.clone(),
            None => prolog::declared_encoding(first).map_err(|label| {
                Fault::new(code::UNKNOWN_DECLARED_ENCODING)
                    .at(Place::file(file).line(1))
                    .found(label)
                    .with("names", Encoding::names().join(", "))
            })?,
        };
        let mut decoded = Decoded {
            file,
            input,
            decoder: encoding.decoder(),
            piece: Vec::new(),
            text: String::new(),
            at: 0,
            undecodable: Vec::new(),
            ended: false,
            cut: false,
            taken: String::new(),
            line: 1,
            column: 1,
            event: 0,
            event_at: 0,
            event_line: 1,
            event_line_at: 0,
            bad: Vec::new(),
            failed: None,
        };
        decoded.decoder.decode(first, &mut decoded.text, &mut decoded.undecodable);
        if read == 0 {
            decoded.decoder.finish(&mut decoded.text, &mut decoded.undecodable);
            decoded.ended = true;
        }
        decoded.piece = piece;
        let declaration = prolog::declaration_length(&decoded.text);
        decoded.give(declaration);
        decoded.forget();
        Ok(decoded)
    }

    /// What the parser took, as far as it was not forgotten, with the line and the column that it begins on.
    pub fn taken(&self) -> (&str, u64, u32) {
        (&self.taken, self.line, self.column)
    }

    /// How much was taken.
    pub fn length(&self) -> usize {
        self.taken.len()
    }

    /// A new event begins.
    pub fn begin_event(&mut self) {
        self.event = 0;
        let before = self.taken.as_bytes().get(self.event_at..).unwrap_or_default();
        if let Some(newline) = memchr::memrchr(b'\n', before) {
            self.event_line += memchr::memchr_iter(b'\n', before).count() as u64;
            self.event_line_at = self.event_at + newline + 1;
        }
        self.event_at = self.taken.len();
    }

    /// The line and the column that the event at hand begins on.
    pub fn event_position(&self) -> (u64, u32) {
        let before = self.taken.get(self.event_line_at..self.event_at).unwrap_or("").chars().count();
        let first = if self.event_line == self.line { self.column } else { 1 };
        (self.event_line, first.saturating_add(u32::try_from(before).unwrap_or(u32::MAX)))
    }

    /// Nothing of what was taken is needed, but for the line at hand.
    pub fn forget(&mut self) {
        let line_at = memchr::memrchr(b'\n', self.taken.as_bytes()).map_or(0, |newline| newline + 1);
        if line_at > 0 {
            self.line += memchr::memchr_iter(b'\n', self.taken.as_bytes()).count() as u64;
            self.column = 1;
        }
        let cut = if self.taken.len() - line_at > LINE_BEFORE {
            let gone = self.taken.get(line_at..).unwrap_or("").chars().count();
            self.column = self.column.saturating_add(u32::try_from(gone).unwrap_or(u32::MAX));
            self.taken.len()
        } else {
            line_at
        };
        self.taken.drain(..cut);
        self.bad.clear();
        (self.event_at, self.event_line, self.event_line_at) = (0, self.line, 0);
    }

    /// A place in what was taken.
    pub fn place_of(&self, at: usize, length: usize) -> Place {
        let mut records = crate::format::record::Records::default();
        records.begin_at(self.line, self.column, 0);
        records.text_mut().push_str(&self.taken);
        records.end();
        records.place_at(self.file, 0, at, at + length)
    }

    /// Whether text and then an end tag follow, and no element. Reads on as far as that takes, so that the pieces in which the file comes
    /// make no difference.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn is_text_ahead(&mut self) -> Result<bool, Fault> {
        loop {
            let ahead = self.text.get(self.at..).unwrap_or_default();
            let next = ahead.split_once('<').and_then(|(_, tag)| tag.chars().next());
            if next.is_some() || self.ended || ahead.len() > RECORD_BYTES_MAX {
                return Ok(next == Some('/'));
            }
            self.read_on().map_err(|error| {
                self.failed.take().unwrap_or_else(|| not_read(self.file, self.event_line, &error))
            })?;
        }
    }

    /// What was noticed of the characters.
    pub fn noticed(&self) -> Vec<Noticed> {
        self.decoder.noticed()
    }

    fn give(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        if let Some(taken) = self.text.get(self.at..end) {
            if self.undecodable.first().is_some_and(|bad| bad.at < end) {
                let here = self.undecodable.iter().take_while(|bad| bad.at < end).count();
                let before = self.taken.len();
                let at = self.at;
                self.bad.extend(
                    self.undecodable
                        .drain(..here)
                        .map(|bad| Undecodable { at: before + bad.at.saturating_sub(at), ..bad }),
                );
            }
            self.taken.push_str(taken);
        }
        self.event += bytes;
        self.at = end;
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.event > RECORD_BYTES_MAX {
            self.failed = Some(
                Fault::new(code::OVER_LONG_RECORD)
                    .at(Place::file(self.file).line(self.event_line))
                    .with("limit", RECORD_BYTES_MAX),
            );
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.ended {
            self.read_on()?;
        }
        Ok(())
    }

    /// Adds the text of the next piece of the file.
    fn read_on(&mut self) -> io::Result<()> {
        let read = match self.input.read(&mut self.piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => {
                self.failed = Some(not_read(self.file, self.event_line, &error));
                return Err(error);
            }
            Ok(read) => read,
        };
        if read == 0 {
            let known = self.undecodable.len();
            self.decoder.finish(&mut self.text, &mut self.undecodable);
            self.cut = self.undecodable.len() > known;
            self.ended = true;
        } else {
            let piece = self.piece.get(..read).unwrap_or_default();
            self.decoder.decode(piece, &mut self.text, &mut self.undecodable);
        }
        Ok(())
    }
}

fn not_read(file: &str, line: u64, error: &io::Error) -> Fault {
    Fault::new(code::FILE_NOT_READ).at(Place::file(file).line(line)).with("reason", error)
}

impl Read for Decoded<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut from = self.fill_buf()?;
        let read = from.read(to)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Decoded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.text.len() {
            self.fill()?;
        }
        Ok(self.text.as_bytes().get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, bytes: usize) {
        self.give(bytes);
    }
}
