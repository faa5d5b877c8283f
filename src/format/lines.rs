//! Bytes -> decoded lines with their numbers, in bounded memory: the common ground of CSV and fixed-width files.

use std::collections::VecDeque;
use std::io::Read;

use super::encoding::{Decoder, Encoding, Undecodable};
use super::{RECORD_BYTES_MAX, record::SOURCE_CHARACTERS_MAX};
use crate::fault::{Fault, Place, code};

/// One line of a file, without its line end.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// From 1.
    pub number: u64,
    pub text: String,
    /// The first bytes of it that are no character: column from 1, and the bytes in hex.
    pub undecodable: Option<(u64, String)>,
}

impl Line {
    /// Nothing in it but blanks, form feeds and fill.
    pub fn is_blank(&self) -> bool {
        self.undecodable.is_none() && self.text.chars().all(is_blank)
    }

    /// Its text as far as it is shown.
    pub fn source(&self) -> String {
        self.text.chars().take(SOURCE_CHARACTERS_MAX).collect()
    }

    /// The fault of its undecodable bytes, if it has any.
    pub fn fault(&self, file: &str) -> Option<Fault> {
        let (column, hex) = self.undecodable.as_ref()?;
        let place = Place::file(file).line(self.number).column(*column, 1).source(self.source());
        Some(Fault::new(code::UNDECODABLE_BYTES).at(place).found(hex.clone()))
    }
}

/// Whether a character is as good as none: blanks of all widths, tabs, NUL fill, form feeds.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\0' | '\u{feff}')
}

/// The lines of a file. CR LF, LF and CR end a line, mixed too; a last line needs no end.
pub(super) struct Lines<'i> {
    file: &'i str,
    input: &'i mut dyn Read,
    decoder: Decoder,
    piece: Vec<u8>,
    /// Decoded text; up to `start` it was handed out, up to `scanned` it holds no line end.
    text: String,
    start: usize,
    scanned: usize,
    undecodable: Vec<Undecodable>,
    ended: bool,
    /// The end of the file cut a character in two.
    cut: bool,
    number: u64,
    /// Lines that were read ahead.
    ahead: VecDeque<Line>,
}

impl<'i> Lines<'i> {
    pub fn new(file: &'i str, encoding: &Encoding, input: &'i mut dyn Read) -> Lines<'i> {
        Lines {
            file,
            input,
            decoder: encoding.decoder(),
            piece: vec![0; 64 * 1024],
            text: String::new(),
            start: 0,
            scanned: 0,
            undecodable: Vec::new(),
            ended: false,
            cut: false,
            number: 0,
            ahead: VecDeque::new(),
        }
    }

    /// The file's name.
    pub fn file(&self) -> &'i str {
        self.file
    }

    /// The number of the last line that was read.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether the end of the file, once reached, cut a character in two.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The next line, without the form feeds before it. The DOS end mark 0x1A is taken away where nothing but fill
    /// follows it to the end of the file (reference, quirks R1 and R6).
    ///
    /// # Errors
    /// The file cannot be read; a line is longer than a record may be.
    pub fn next(&mut self) -> Result<Option<Line>, Fault> {
        let Some(mut line) = self.read_ahead()? else { return Ok(None) };
        let feeds = line.text.chars().take_while(|character| *character == '\u{c}').count();
        if feeds > 0 {
            line.text.drain(..feeds);
            if let Some((column, _)) = &mut line.undecodable {
                *column = column.saturating_sub(feeds as u64).max(1);
            }
        }
        if let Some((before, after)) = line.text.split_once('\u{1a}')
            && is_fill(after)
        {
            let length = before.len();
            loop {
                match self.read()? {
                    Some(next) if next.undecodable.is_none() && is_fill(&next.text) => {}
                    Some(next) => {
                        self.ahead.push_back(next);
                        break;
                    }
                    None => {
                        line.text.truncate(length);
                        break;
                    }
                }
            }
        }
        Ok(Some(line))
    }

    fn read_ahead(&mut self) -> Result<Option<Line>, Fault> {
        match self.ahead.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.read(),
        }
    }

    fn read(&mut self) -> Result<Option<Line>, Fault> {
        loop {
            let rest = self.text.get(self.scanned..).unwrap_or("");
            if let Some(found) = rest.find(['\r', '\n']) {
                let end = self.scanned + found;
                let mut ends = self.text.get(end..).unwrap_or("").chars();
                let length = match (ends.next(), ends.next()) {
                    // Whether an LF follows is known only with more text.
                    (Some('\r'), None) if !self.ended => None,
                    (Some('\r'), Some('\n')) => Some(2),
                    _ => Some(1),
                };
                if let Some(length) = length {
                    return self.take(end, length).map(Some);
                }
                self.scanned = end;
            } else {
                self.scanned = self.text.len();
                if self.ended {
                    return if self.start < self.text.len() {
                        self.take(self.text.len(), 0).map(Some)
                    } else {
                        Ok(None)
                    };
                }
            }
            if self.scanned - self.start > RECORD_BYTES_MAX {
                return Err(self.over_long(self.number + 1));
            }
            self.fill()?;
        }
    }

    fn take(&mut self, end: usize, line_end: usize) -> Result<Line, Fault> {
        let text = self.text.get(self.start..end).unwrap_or("").to_owned();
        self.number += 1;
        if text.len() > RECORD_BYTES_MAX {
            return Err(self.over_long(self.number));
        }
        let mut undecodable = None;
        let of_line = self.undecodable.iter().take_while(|bad| bad.at < end).count();
        for bad in self.undecodable.drain(..of_line) {
            let before = text.get(..bad.at.saturating_sub(self.start)).unwrap_or("");
            undecodable.get_or_insert_with(|| (before.chars().count() as u64 + 1, bad.hex));
        }
        self.start = end + line_end;
        self.scanned = self.start;
        Ok(Line { number: self.number, text, undecodable })
    }

    fn fill(&mut self) -> Result<(), Fault> {
        self.text.drain(..self.start);
        for bad in &mut self.undecodable {
            bad.at -= self.start;
        }
        self.scanned -= self.start;
        self.start = 0;
        let read = loop {
            match self.input.read(&mut self.piece) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Fault::new(code::FILE_NOT_READ)
                        .at(Place::file(self.file).line(self.number + 1))
                        .with("reason", error));
                }
                Ok(read) => break read,
            }
        };
        if read == 0 {
            let known = self.undecodable.len();
            self.decoder.finish(&mut self.text, &mut self.undecodable);
            self.cut = self.undecodable.len() > known;
            self.ended = true;
        } else {
            let piece = self.piece.get(..read).unwrap_or(&[]);
            self.decoder.decode(piece, &mut self.text, &mut self.undecodable);
        }
        Ok(())
    }

    fn over_long(&self, line: u64) -> Fault {
        Fault::new(code::OVER_LONG_RECORD)
            .at(Place::file(self.file).line(line))
            .with("limit", RECORD_BYTES_MAX)
    }
}

fn is_fill(text: &str) -> bool {
    text.chars().all(|character| character == '\u{1a}' || is_blank(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time.
    struct Slow<'b>(&'b [u8]);
    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(1);
            (&mut self.0).read(&mut to[..length])
        }
    }

    fn lines(bytes: &[u8]) -> Vec<(u64, String)> {
        let encoding = Encoding::named("utf-8").unwrap();
        let read = |input: &mut dyn Read| {
            let mut lines = Lines::new("f", &encoding, input);
            let mut all = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                all.push((line.number, line.text));
            }
            all
        };
        let whole = read(&mut &bytes[..]);
        assert_eq!(whole, read(&mut Slow(bytes)), "the same whatever the pieces");
        whole
    }

    #[test]
    fn line_ends_of_all_kinds_and_none_at_the_end() {
        let numbered = |texts: &[&str]| -> Vec<(u64, String)> {
            texts.iter().enumerate().map(|(at, text)| (at as u64 + 1, text.to_string())).collect()
        };
        assert_eq!(lines(b"a\r\nb\nc\rd\n\ne"), numbered(&["a", "b", "c", "d", "", "e"]));
        assert_eq!(lines(b"a\r"), numbered(&["a"]));
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn the_dos_end_mark_goes_only_at_the_end() {
        assert_eq!(lines(b"a\r\n\x1a\0\0"), [(1, "a".into()), (2, "".into())]);
        assert_eq!(lines(b"a\x1a\r\n \x1a\r\n"), [(1, "a".into())]);
        assert_eq!(lines(b"a\x1a\nb"), [(1, "a\x1a".into()), (2, "b".into())]);
    }

    #[test]
    fn form_feeds_before_a_line_go() {
        assert_eq!(lines(b"\x0ca\n\x0c\nb"), [(1, "a".into()), (2, "".into()), (3, "b".into())]);
    }

    #[test]
    fn undecodable_bytes_have_their_line_and_column() {
        let encoding = Encoding::named("utf-8").unwrap();
        let mut input = &b"a\n\xC3\xA5\xC3\xA5\xFFb\xFE\nc"[..];
        let mut lines = Lines::new("f", &encoding, &mut input);
        assert!(lines.next().unwrap().unwrap().undecodable.is_none());
        assert_eq!(lines.next().unwrap().unwrap().undecodable, Some((3, "FF".into())));
        assert!(lines.next().unwrap().unwrap().undecodable.is_none());
        assert!(!lines.is_cut());
    }

    #[test]
    fn an_endless_line_ends_the_reading() {
        let encoding = Encoding::named("utf-8").unwrap();
        let mut input = std::io::repeat(b'a');
        let mut lines = Lines::new("f", &encoding, &mut input);
        assert_eq!(lines.next().unwrap_err().code, code::OVER_LONG_RECORD);
    }
}
