//! Bytes -> text, and what stands round the records: byte order mark, line ends, end mark, fill.

use serde::Serialize;

use super::sample::Sample;
use crate::format::encoding::{self, Candidate, Encoding, Guess};

/// How often lines end how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LineEnds {
    /// CR LF.
    pub crlf: u64,
    /// LF.
    pub lf: u64,
    /// CR.
    pub cr: u64,
    /// The last line has an end too.
    pub last: bool,
}

/// The text of a file, as far as it was read.
pub(super) struct Decoded {
    pub guess: Guess,
    pub encoding: &'static str,
    pub byte_order_mark: bool,
    pub undecodable: usize,
    pub line_ends: LineEnds,
    pub end_mark: bool,
    pub zeros: usize,
    pub form_feeds: usize,
    /// The text of the start, without the end mark, and without a line that goes on behind it.
    pub head: String,
    /// The whole lines of the pieces behind it.
    pub pieces: Vec<String>,
}

/// Guesses the encoding and decodes; `None` where there is not a byte to guess by.
pub(super) fn decode(sample: &Sample<'_>) -> Option<Decoded> {
    let guess = guess(sample);
    let encoding = guess.leaders().first().map(|leader: &Candidate| leader.name)?;
    let known = Encoding::named(encoding)?;
    let mut decoder = known.decoder();
    let (mut head, mut bad) = (String::new(), Vec::new());
    decoder.decode(sample.head, &mut head, &mut bad);
    if sample.pieces.is_empty() {
        decoder.finish(&mut head, &mut bad);
    }
    let marks: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF"];
    let byte_order_mark = !known.is_ebcdic() && marks.iter().any(|mark| sample.head.starts_with(mark));
    let mut pieces = Vec::new();
    let last = sample.pieces.len().checked_sub(1);
    for (at, piece) in sample.pieces.iter().enumerate() {
        let (mut text, mut of_piece) = (String::new(), Vec::new());
        let mut decoder = known.decoder();
        decoder.decode(piece, &mut text, &mut of_piece);
        if Some(at) == last {
            decoder.finish(&mut text, &mut of_piece);
        }
        // Its first line begins somewhere before.
        let from = match text.find(['\r', '\n']) {
            None => text.len(),
            Some(at) if text.get(at..at + 2) == Some("\r\n") => at + 2,
            Some(at) => at + 1,
        };
        bad.extend(of_piece.into_iter().filter(|bad| bad.at >= from));
        text.drain(..from.min(text.len()));
        pieces.push(text);
    }
    let end_mark = cut_end(pieces.last_mut().unwrap_or(&mut head));
    // The last line of what does not end with the file is cut.
    if let Some(last) = last {
        cut_line(&mut head);
        pieces.iter_mut().take(last).for_each(cut_line);
    }
    let (mut line_ends, mut zeros, mut form_feeds) = (LineEnds::default(), 0, 0);
    for text in std::iter::once(&head).chain(&pieces) {
        count_line_ends(text, &mut line_ends);
        zeros += text.bytes().filter(|byte| *byte == 0).count();
        form_feeds += text.bytes().filter(|byte| *byte == 0xc).count();
    }
    line_ends.last = pieces.last().unwrap_or(&head).ends_with(['\r', '\n']);
    Some(Decoded {
        guess,
        encoding,
        byte_order_mark,
        undecodable: bad.len(),
        line_ends,
        end_mark,
        zeros,
        form_feeds,
        head,
        pieces,
    })
}

/// By the start, and by the lines of the pieces behind it where the start has letters of ASCII only.
fn guess(sample: &Sample<'_>) -> Guess {
    let of_head = encoding::guess(sample.head);
    if sample.pieces.is_empty() || !sample.head.is_ascii() {
        return of_head;
    }
    let mut bytes = sample.head.to_vec();
    for piece in sample.pieces {
        let whole = memchr::memchr2(b'\r', b'\n', piece).and_then(|at| piece.get(at..)).unwrap_or(&[]);
        bytes.extend_from_slice(whole);
    }
    encoding::guess(&bytes)
}

/// Takes the DOS end mark 0x1A and the fill behind it away.
fn cut_end(text: &mut String) -> bool {
    let fill = |character: char| matches!(character, '\u{1a}' | '\0') || character.is_whitespace();
    let kept = text.trim_end_matches(fill).len();
    let Some(mark) = text.get(kept..).and_then(|end| end.find('\u{1a}')) else { return false };
    text.truncate(kept + mark);
    true
}

/// No line of records is longer; XML and the like often stand on one line.
const LINE_MAX: usize = 64 * 1024;

/// Takes the last line away, which goes on where the text was not read; so may its line end.
fn cut_line(text: &mut String) {
    let known = text.strip_suffix('\r').unwrap_or(text);
    let end = known.rfind(['\r', '\n']).map_or(0, |at| at + 1);
    if text.len() - end <= LINE_MAX {
        text.truncate(end);
    }
}

fn count_line_ends(text: &str, ends: &mut LineEnds) {
    let bytes = text.as_bytes();
    for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
        match (bytes.get(at), at.checked_sub(1).and_then(|before| bytes.get(before)), bytes.get(at + 1)) {
            (Some(b'\n'), Some(b'\r'), _) => ends.crlf += 1,
            (Some(b'\n'), _, _) => ends.lf += 1,
            (_, _, Some(b'\n')) => {}
            _ => ends.cr += 1,
        }
    }
}

/// A line of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// From 1; 0 where it is not known, behind the start of the file.
    pub number: u64,
    pub text: &'t str,
}

impl Decoded {
    /// The lines, without form feeds before them.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let mut lines: Vec<Line<'_>> =
            (1..).zip(split(&self.head)).map(|(number, text)| Line { number, text }).collect();
        lines.extend(self.pieces.iter().flat_map(|piece| split(piece)).map(|text| Line { number: 0, text }));
        lines
    }
}

/// Lines that end with CR LF, LF or CR.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, after) = match text.find(['\r', '\n']) {
            None => (text, ""),
            Some(at) => {
                let (line, after) = text.split_at_checked(at)?;
                (line, after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or(""))
            }
        };
        rest = Some(after).filter(|after| !after.is_empty());
        Some(line.trim_start_matches('\u{c}'))
    })
}

/// Whether a text says nothing.
pub(super) fn is_blank(text: &str) -> bool {
    crate::format::lines::all_blank(text)
}
