//! Bytes -> decoded lines with their numbers, in bounded memory: the common ground of CSV and fixed-width files.

use std::collections::VecDeque;
use std::io::Read;

use super::RECORD_BYTES_MAX;
use super::encoding::{Decoder, Encoding, Undecodable};
use crate::fault::{Fault, Place, code};

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// One line of a file; its text, without its line end, stands where the reader put it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    /// From 1.
    pub number: u64,
    /// The first bytes of it that are no character: where their stand-in is in its text, and the bytes in hex.
    pub undecodable: Option<(usize, String)>,
}

/// Whether a character is as good as none: blanks of all widths, tabs, NUL fill, form feeds.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\0' | '\u{feff}')
}

/// Whether a text holds nothing but blanks, form feeds and fill.
pub(super) fn all_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | 0 | b'\r' | b'\n' | 0x0b | 0x0c))
        || text.chars().all(is_blank)
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
    /// Lines that were read ahead, with their texts.
    ahead: VecDeque<(Line, String)>,
}

impl<'i> Lines<'i> {
    pub fn new(file: &'i str, encoding: &Encoding, input: &'i mut dyn Read) -> Lines<'i> {
        Lines {
            file,
            input,
            decoder: encoding.decoder(),
            piece: vec![0; PIECE],
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

    /// The next line, its text added to `text` without the form feeds before it. The DOS end mark 0x1A is taken away
    /// where nothing but fill follows it to the end of the file (reference, quirks R1 and R6).
    ///
    /// # Errors
    /// The file cannot be read; a line is longer than a record may be.
    pub fn next(&mut self, text: &mut String) -> Result<Option<Line>, Fault> {
        let from = text.len();
        let line = match self.ahead.pop_front() {
            Some((line, ahead)) => {
                text.push_str(&ahead);
                line
            }
            None => match self.read(text)? {
                Some(line) => line,
                None => return Ok(None),
            },
        };
        let added = text.get(from..).unwrap_or("");
        if !added.starts_with('\u{c}') && memchr::memchr(0x1a, added.as_bytes()).is_none() {
            return Ok(Some(line));
        }
        self.without_control(line, text, from).map(Some)
    }

    /// Takes form feeds before a line and the end mark behind the last one away.
    fn without_control(&mut self, mut line: Line, text: &mut String, from: usize) -> Result<Line, Fault> {
        let added = text.get(from..).unwrap_or("");
        let feeds = added.len() - added.trim_start_matches('\u{c}').len();
        if feeds > 0 {
            text.replace_range(from..from + feeds, "");
            if let Some((at, _)) = &mut line.undecodable {
                *at = at.saturating_sub(feeds);
            }
        }
        let added = text.get(from..).unwrap_or("");
        if let Some((before, after)) = added.split_once('\u{1a}')
            && is_fill(after)
        {
            let length = before.len();
            loop {
                let mut next_text = String::new();
                match self.read(&mut next_text)? {
                    Some(next) if next.undecodable.is_none() && is_fill(&next_text) => {}
                    Some(next) => {
                        self.ahead.push_back((next, next_text));
                        break;
                    }
                    None => {
                        text.truncate(from + length);
                        break;
                    }
                }
            }
        }
        Ok(line)
    }

    fn read(&mut self, text: &mut String) -> Result<Option<Line>, Fault> {
        loop {
            let rest = self.text.as_bytes().get(self.scanned..).unwrap_or_default();
            if let Some(found) = memchr::memchr2(b'\r', b'\n', rest) {
                let end = self.scanned + found;
                let mut ends = rest.get(found..).unwrap_or_default().iter();
                let length = match (ends.next(), ends.next(), ends.next()) {
                    // What follows is known only with more text.
                    (Some(_), None, _) | (Some(b'\n'), Some(b'\r'), None) if !self.ended => None,
                    (Some(b'\r'), Some(b'\n'), _) => Some(2),
                    // LF CR, as few write it; but LF CR LF is a blank line.
                    (Some(b'\n'), Some(b'\r'), third) if third != Some(&b'\n') => Some(2),
                    _ => Some(1),
                };
                if let Some(length) = length {
                    return self.take(end, length, text).map(Some);
                }
                self.scanned = end;
            } else {
                self.scanned = self.text.len();
                if self.ended {
                    return if self.start < self.text.len() {
                        self.take(self.text.len(), 0, text).map(Some)
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

    fn take(&mut self, end: usize, line_end: usize, text: &mut String) -> Result<Line, Fault> {
        let own = self.text.get(self.start..end).unwrap_or("");
        self.number += 1;
        if own.len() > RECORD_BYTES_MAX {
            return Err(self.over_long(self.number));
        }
        text.push_str(own);
        let mut undecodable = None;
        if self.undecodable.first().is_some_and(|bad| bad.at < end) {
            let of_line = self.undecodable.iter().take_while(|bad| bad.at < end).count();
            for bad in self.undecodable.drain(..of_line) {
                undecodable.get_or_insert((bad.at.saturating_sub(self.start), bad.hex));
            }
        }
        self.start = end + line_end;
        self.scanned = self.start;
        Ok(Line { number: self.number, undecodable })
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
            let mut text = String::new();
            while let Some(line) = lines.next(&mut text).unwrap() {
                all.push((line.number, std::mem::take(&mut text)));
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
        assert_eq!(lines(b"a\n\rb\n\rc\n\r"), numbered(&["a", "b", "c"]));
        assert_eq!(lines(b"a\n\r\nb"), numbered(&["a", "", "b"]));
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
    fn undecodable_bytes_have_their_line_and_place() {
        let encoding = Encoding::named("utf-8").unwrap();
        let mut input = &b"a\n\xC3\xA5\xC3\xA5\xFFb\xFE\nc"[..];
        let mut lines = Lines::new("f", &encoding, &mut input);
        let mut text = String::new();
        let mut next = || lines.next(&mut text).unwrap().unwrap().undecodable;
        assert_eq!([next(), next(), next()], [None, Some((4, "FF".into())), None]);
        assert!(!lines.is_cut());
    }

    #[test]
    fn an_endless_line_ends_the_reading() {
        let encoding = Encoding::named("utf-8").unwrap();
        let mut input = std::io::repeat(b'a');
        let mut lines = Lines::new("f", &encoding, &mut input);
        assert_eq!(lines.next(&mut String::new()).unwrap_err().code, code::OVER_LONG_RECORD);
    }
}
