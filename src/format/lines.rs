//! Bytes -> decoded lines with their numbers, in bounded memory: the common ground of CSV and fixed-width files.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::Read;

use super::RECORD_BYTES_MAX;
use super::encoding::{Decoder, Encoding, Noticed, OtherFamilyWatch, Undecodable};
use super::layout::Around;
use crate::fault::{Fault, Place, code};

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// One line of a file; its text, without its line end, stands where the reader put it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    /// From 1.
    pub number: u64,
    /// The character of the line that it begins with, from 1: another where two records stood on one line.
    pub column: u32,
    /// The first bytes of it that are no character, by where their stand-in is in its text.
    pub undecodable: Option<Undecodable>,
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
    around: &'i Around,
    /// A line that is not blank was seen.
    begun: bool,
    /// The line that `skip_until` looks for was seen.
    reached: bool,
    /// `stop_at` is looked for.
    armed: bool,
    /// The line that `stop_at` looks for was seen.
    stopped: bool,
    /// The DOS end mark stood at the end.
    end_mark: bool,
    input: &'i mut dyn Read,
    decoder: Decoder,
    /// Looks for text of another family of encodings; not where the characters are repaired.
    watch: Option<OtherFamilyWatch>,
    piece: Vec<u8>,
    /// Decoded text; up to `start` it was handed out, up to `scanned` it holds no line end.
    text: String,
    start: usize,
    scanned: usize,
    undecodable: Vec<Undecodable>,
    ended: bool,
    /// The end of the file cut a character in two.
    cut: bool,
    /// The line that was taken last has no line end.
    unended: bool,
    number: u64,
    /// Lines that were read ahead, with their texts.
    ahead: VecDeque<(Line, String)>,
}

impl<'i> Lines<'i> {
    pub fn new(file: &'i str, encoding: &Encoding, around: &'i Around, input: &'i mut dyn Read) -> Lines<'i> {
        Lines {
            file,
            around,
            begun: false,
            reached: around.skip_until.is_none(),
            armed: true,
            stopped: false,
            end_mark: false,
            input,
            decoder: encoding.decoder(),
            watch: encoding.other_family_watch().filter(|_| around.repair.is_empty()),
            piece: vec![0; PIECE],
            text: String::new(),
            start: 0,
            scanned: 0,
            undecodable: Vec::new(),
            ended: false,
            cut: false,
            unended: false,
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

    /// Whether the line that was read last is the last of the file and nothing says that it is whole: neither a line end
    /// nor an end mark stands behind it.
    pub fn is_unended(&self) -> bool {
        self.unended && self.ahead.is_empty() && !self.end_mark
    }

    /// Whether the DOS end mark stood at the end, once that was reached.
    pub fn has_end_mark(&self) -> bool {
        self.end_mark
    }

    /// From here on `stop_at` is looked for.
    pub fn arm(&mut self) {
        self.armed = true;
    }

    /// `stop_at` is not looked for yet.
    pub fn disarm(&mut self) {
        self.armed = false;
    }

    /// What was noticed of the characters of the whole file: what is left of it is read, so that the pieces in which it
    /// comes make no difference.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn noticed(&mut self) -> Result<Vec<Noticed>, Fault> {
        while !self.ended {
            self.start = self.text.len();
            self.undecodable.clear();
            self.fill()?;
        }
        let mut noticed = self.decoder.noticed();
        if !noticed.iter().any(|noticed| matches!(noticed, Noticed::IsUtf8 { .. })) {
            noticed.extend(self.watch.as_ref().and_then(OtherFamilyWatch::noticed));
        }
        Ok(noticed)
    }

    /// The next line that may be a record, its text added to `text`. Lines that the layout passes over are passed over.
    ///
    /// # Errors
    /// The file cannot be read; a line is longer than a record may be; it is another kind of file.
    pub fn next(&mut self, text: &mut String) -> Result<Option<Line>, Fault> {
        loop {
            let from = text.len();
            if self.stopped {
                return Ok(None);
            }
            let Some(line) = self.go_on(text)? else {
                return match self.reached || !self.begun {
                    true => Ok(None),
                    false => Err(self.never_reached()),
                };
            };
            if self.rule(&line, text, from)? {
                return Ok(Some(line));
            }
            text.truncate(from);
        }
    }

    /// Whether a line may be a record.
    fn rule(&mut self, line: &Line, text: &mut String, from: usize) -> Result<bool, Fault> {
        let around = self.around;
        let own = text.get(from..).unwrap_or("");
        if !self.begun && !all_blank(own) {
            self.begun = true;
            if let Some(wanted) = around.first_line.as_ref().filter(|wanted| !wanted.is_match(own)) {
                let length = own.chars().count().max(1) as u64;
                let place = Place::file(self.file).line(line.number).column(1, length).source(own);
                let found: String = own.chars().take(40).collect();
                return Err(Fault::new(code::WRONG_FIRST_LINE).at(place).found(found).with("wanted", wanted));
            }
        }
        if line.number <= around.skip_first {
            return Ok(false);
        }
        if !self.reached {
            self.reached = around.skip_until.as_ref().is_none_or(|wanted| wanted.is_match(own));
            if !self.reached {
                return Ok(false);
            }
        }
        if self.armed && around.stop_at.as_ref().is_some_and(|stop| stop.is_match(own)) {
            self.stopped = true;
            return Ok(false);
        }
        if around.comments.iter().any(|mark| own.starts_with(mark.as_str())) {
            return Ok(false);
        }
        if let Some(resync) = &around.resync_on {
            let second = resync.find_iter(own).map(|found| found.start()).find(|at| {
                own.get(..*at).is_some_and(|before| before.ends_with(is_blank) && !all_blank(before))
            });
            if let Some(at) = second {
                let before = own.get(..at).unwrap_or("").chars().count();
                let column = line.column.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
                let rest = text.split_off(from + at);
                self.ahead.push_front((Line { number: line.number, column, undecodable: None }, rest));
            }
        }
        Ok(true)
    }

    fn never_reached(&self) -> Fault {
        let wanted = self.around.skip_until.as_ref().map(ToString::to_string).unwrap_or_default();
        Fault::new(code::LINE_NEVER_REACHED)
            .at(Place::file(self.file).line(self.number.max(1)))
            .with("wanted", wanted)
    }

    /// The next line whatever it is, without the form feeds before it. The DOS end mark 0x1A is taken away where nothing
    /// but fill follows it to the end of the file (reference, quirks R1 and R6).
    ///
    /// # Errors
    /// The file cannot be read; a line is longer than a record may be.
    pub fn go_on(&mut self, text: &mut String) -> Result<Option<Line>, Fault> {
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
        for repair in &self.around.repair {
            if let Cow::Owned(repaired) = repair.apply(text.get(from..).unwrap_or("")) {
                text.truncate(from);
                text.push_str(&repaired);
            }
        }
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
            if let Some(bad) = &mut line.undecodable {
                bad.at = bad.at.saturating_sub(feeds);
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
                        self.end_mark = true;
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

    /// The next record of a file that may be without line ends: `length` says how many characters it has, by a text that
    /// holds at least its first `look` characters. Its number is that of the record.
    ///
    /// # Errors
    /// The file cannot be read, or ends inside the record.
    pub fn next_frame(
        &mut self,
        text: &mut String,
        look: usize,
        line_ends: LineEnds,
        length: &dyn Fn(&str) -> Option<usize>,
    ) -> Result<Framed, Fault> {
        loop {
            let rest = self.text.get(self.start..).unwrap_or("");
            if line_ends != LineEnds::Nowhere {
                self.start += rest.len() - rest.trim_start_matches(['\r', '\n']).len();
            }
            if self.start < self.text.len() || self.ended {
                break;
            }
            self.fill()?;
        }
        self.have(look)?;
        let rest = self.text.get(self.start..).unwrap_or("");
        if self.ended && is_fill(rest) {
            self.end_mark = rest.contains('\u{1a}');
            return Ok(Framed::End);
        }
        let Some(wanted) = length(rest) else {
            if line_ends == LineEnds::Anywhere
                && let Some(line_end) = self.line_end()?
            {
                return self.take(line_end, 0, text).map(Framed::Record);
            }
            let rest = self.text.get(self.start..).unwrap_or("");
            text.push_str(end_of(rest, look).and_then(|end| rest.get(..end)).unwrap_or(rest));
            let number = self.number + 1;
            return Ok(Framed::Unknown(Line { number, column: 1, undecodable: None }));
        };
        self.have(wanted)?;
        let rest = self.text.get(self.start..).unwrap_or("");
        let end = end_of(rest, wanted);
        if line_ends == LineEnds::Anywhere
            && let own = rest.get(..end.unwrap_or(rest.len())).unwrap_or("")
            && let Some(line_end) = own.find(['\r', '\n'])
        {
            return self.take(self.start + line_end, 0, text).map(Framed::Record);
        }
        let Some(end) = end else {
            let there = rest.chars().count();
            return Err(Fault::new(code::RECORD_CUT)
                .at(Place::file(self.file).line(self.number + 1))
                .with("length", wanted)
                .with("is", there));
        };
        if line_ends == LineEnds::Anywhere {
            // What follows on the same line and is no record is too much of this one.
            self.have(wanted + look)?;
            let next = self.text.get(self.start + end..).unwrap_or("");
            let is_record = next.is_empty() || next.starts_with(['\r', '\n']) || length(next).is_some();
            if !is_record && let Some(line_end) = self.line_end()? {
                return self.take(line_end, 0, text).map(Framed::Record);
            }
        }
        self.take(self.start + end, 0, text).map(Framed::Record)
    }

    /// Where the next line end stands in the text, if there is one before a record is too long.
    fn line_end(&mut self) -> Result<Option<usize>, Fault> {
        loop {
            let rest = self.text.get(self.start..).unwrap_or("");
            if let Some(found) = rest.find(['\r', '\n']) {
                return Ok(Some(self.start + found));
            }
            if self.ended || rest.len() > RECORD_BYTES_MAX {
                return Ok(None);
            }
            self.fill()?;
        }
    }

    /// Reads on until so many characters are there, or the file has ended.
    fn have(&mut self, characters: usize) -> Result<(), Fault> {
        while !self.ended {
            let rest = self.text.get(self.start..).unwrap_or("");
            if rest.len() >= characters && end_of(rest, characters).is_some() {
                return Ok(());
            }
            self.fill()?;
        }
        Ok(())
    }

    fn take(&mut self, end: usize, line_end: usize, text: &mut String) -> Result<Line, Fault> {
        let own = self.text.get(self.start..end).unwrap_or("");
        self.number += 1;
        if own.len() > RECORD_BYTES_MAX {
            return Err(self.over_long(self.number));
        }
        if let Some(watch) = &mut self.watch {
            watch.look(own, self.number);
        }
        text.push_str(own);
        let mut undecodable = None;
        if self.undecodable.first().is_some_and(|bad| bad.at < end) {
            let of_line = self.undecodable.iter().take_while(|bad| bad.at < end).count();
            for bad in self.undecodable.drain(..of_line) {
                undecodable.get_or_insert(Undecodable { at: bad.at.saturating_sub(self.start), ..bad });
            }
        }
        self.unended = line_end == 0 && self.ended && end == self.text.len();
        self.start = end + line_end;
        self.scanned = self.start;
        Ok(Line { number: self.number, column: 1, undecodable })
    }

    fn fill(&mut self) -> Result<(), Fault> {
        self.text.drain(..self.start);
        for bad in &mut self.undecodable {
            bad.at -= self.start;
        }
        self.scanned = self.scanned.saturating_sub(self.start);
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

/// Where a line end may stand in a file whose records have known lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// Its bytes are part of a number.
    Nowhere,
    /// Behind a record.
    Between,
    /// Behind a record, and before its length where the blanks at its end were cut off.
    Anywhere,
}

/// What stands next in a file without line ends.
pub(super) enum Framed {
    Record(Line),
    /// Nobody knows how long it is.
    Unknown(Line),
    End,
}

/// Where the first so many characters of a text end; `None` where it has fewer.
fn end_of(text: &str, characters: usize) -> Option<usize> {
    if text.get(..characters).is_some_and(str::is_ascii) {
        return Some(characters);
    }
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.nth(characters)
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
        let (encoding, around) = (Encoding::named("utf-8").unwrap(), Around::default());
        let read = |input: &mut dyn Read| {
            let mut lines = Lines::new("f", &encoding, &around, input);
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
        let (encoding, around) = (Encoding::named("utf-8").unwrap(), Around::default());
        let mut input = &b"a\n\xC3\xA5\xC3\xA5\xFFb\xFE\nc"[..];
        let mut lines = Lines::new("f", &encoding, &around, &mut input);
        let mut text = String::new();
        let mut next = || lines.next(&mut text).unwrap().unwrap().undecodable;
        let bad = Undecodable { at: 4, hex: "FF".into(), offset: 6, encoding: "utf-8" };
        assert_eq!([next(), next(), next()], [None, Some(bad), None]);
        assert!(!lines.is_cut());
    }

    #[test]
    fn an_endless_line_ends_the_reading() {
        let (encoding, around) = (Encoding::named("utf-8").unwrap(), Around::default());
        let mut input = std::io::repeat(b'a');
        let mut lines = Lines::new("f", &encoding, &around, &mut input);
        assert_eq!(lines.next(&mut String::new()).unwrap_err().code, code::OVER_LONG_RECORD);
    }
}
