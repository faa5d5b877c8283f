//! Bytes -> text, piece by piece.

use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

use super::is_utf8::Utf8Watch;
use super::notice::{DoubleEncodedWatch, Noticed};
use super::page::{CP437, Family, Page};
use super::{Encoding, Table};

/// Bytes that are no character.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecodable {
    /// Where the stand-in U+FFFD is in the decoded text, in bytes of UTF-8.
    pub at: usize,
    /// The bytes in hex, `C3 28`.
    pub hex: String,
    /// Where the first of them is in the file, counted from 0.
    pub offset: u64,
    /// The encoding that they are no character of.
    pub encoding: &'static str,
}

impl Encoding {
    /// Decodes from the start of a file. A byte order mark is taken away, and says which Unicode encoding the
    /// file is really in: it is a statement of the file itself, not a guess (erp-file-formats 1.1, quirk B2). In
    /// EBCDIC no mark is looked for: a record may begin with a binary number of the same bytes.
    pub fn decoder(&self) -> Decoder {
        let source = match self.table {
            Table::Page(page) if page.family == Family::Ebcdic => Source::Page(Single::new(page, 0)),
            _ => Source::Start { declared: self.clone(), held: Vec::new() },
        };
        let utf8 = (self.bytes_per_character_is_one() && !self.is_ebcdic())
            .then(|| (self.clone(), Utf8Watch::default()));
        Decoder { source, other_mark: None, watch: DoubleEncodedWatch::default(), utf8 }
    }
}

/// Decodes a file piece by piece.
pub struct Decoder {
    source: Source,
    /// The encoding that a byte order mark said, if it is another one.
    other_mark: Option<Encoding>,
    watch: DoubleEncodedWatch,
    /// Of a file that is said to be of one byte a character: what reads it, and whether it is UTF-8 all the same.
    utf8: Option<(Encoding, Utf8Watch)>,
}

enum Source {
    /// So little of a file that a byte order mark may still come.
    Start {
        declared: Encoding,
        held: Vec<u8>,
    },
    Page(Single),
    Web(Web),
}

impl Decoder {
    /// Appends the text of the next bytes; where they are no character stands U+FFFD, and its place in `bad`.
    pub fn decode(&mut self, bytes: &[u8], text: &mut String, bad: &mut Vec<Undecodable>) {
        self.run(bytes, false, text, bad);
    }

    /// Ends the text; whatever is added to `bad` now is a character that the end of the file cut in two.
    pub fn finish(&mut self, text: &mut String, bad: &mut Vec<Undecodable>) {
        self.run(&[], true, text, bad);
    }

    /// What is worth a warning in the text so far.
    pub fn noticed(&self) -> Vec<Noticed> {
        let mark = self.other_mark.clone().map(|encoding| Noticed::OtherMark { encoding });
        let norwegian = match &self.source {
            Source::Page(page) if page.norwegian > 0 => Some(Noticed::OemNorwegian { count: page.norwegian }),
            _ => None,
        };
        let is_utf8 = self.utf8.as_ref().filter(|_| mark.is_none());
        let is_utf8 = is_utf8.and_then(|(page, watch)| watch.noticed(page));
        // Then every character of more than one byte looks as if it were encoded twice.
        let twice = if is_utf8.is_some() { None } else { self.watch.noticed() };
        mark.into_iter().chain(norwegian).chain(is_utf8).chain(twice).collect()
    }

    fn run(&mut self, bytes: &[u8], last: bool, text: &mut String, bad: &mut Vec<Undecodable>) {
        if let (Some((_, watch)), Source::Page(_) | Source::Web(_)) = (&mut self.utf8, &self.source) {
            watch.look(bytes);
        }
        match &mut self.source {
            Source::Start { declared, held } => {
                let (head, rest) = bytes.split_at(bytes.len().min(3 - held.len().min(3)));
                held.extend_from_slice(head);
                let Some((marked, length)) = mark(held, last) else { return };
                let marked = marked.map(|web| Encoding::from(Table::Web(web)));
                let real = marked.as_ref().unwrap_or(declared).clone();
                self.other_mark = marked.filter(|marked| marked != declared);
                let held = std::mem::take(held);
                self.source = match real.table {
                    Table::Web(web) => Source::Web(Web::new(web, length as u64)),
                    Table::Page(page) => Source::Page(Single::new(page, length as u64)),
                };
                self.run(held.get(length..).unwrap_or(&[]), false, text, bad);
                self.run(rest, last, text, bad);
            }
            Source::Page(page) => page.run(bytes, last, text, bad),
            Source::Web(web) => {
                let start = text.len();
                web.run(bytes, last, text, bad);
                self.watch.look(text.get(start..).unwrap_or(""));
            }
        }
    }
}

/// The encoding that the mark at the start of a file says, and the mark's length; none while it is not known.
fn mark(start: &[u8], last: bool) -> Option<(Option<&'static encoding_rs::Encoding>, usize)> {
    const MARKS: [(&[u8], &encoding_rs::Encoding); 3] =
        [(b"\xEF\xBB\xBF", UTF_8), (b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)];
    if let Some((mark, encoding)) = MARKS.iter().find(|(mark, _)| start.starts_with(mark)) {
        return Some((Some(encoding), mark.len()));
    }
    let open = MARKS.iter().any(|(mark, _)| mark.starts_with(start));
    (last || !open).then_some((None, 0))
}

/// Decodes one of our own pages.
struct Single {
    page: &'static Page,
    /// How many bytes of the file were decoded.
    offset: u64,
    /// A 9B or 9D of code page 437 at the end of a piece: what it is depends on what follows.
    held: Option<u8>,
    before: Beside,
    /// How many of them were Norwegian letters.
    norwegian: u64,
}

/// What stands beside a doubtful byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Letter,
    Digit,
    Other,
}

impl Single {
    fn new(page: &'static Page, offset: u64) -> Single {
        Single { page, offset, held: None, before: Beside::Other, norwegian: 0 }
    }

    fn run(&mut self, bytes: &[u8], last: bool, text: &mut String, bad: &mut Vec<Undecodable>) {
        if self.page.name != CP437 {
            self.plain(bytes, text, bad);
            return;
        }
        if let Some(held) = self.held
            && (last || !bytes.is_empty())
        {
            self.held = None;
            self.doubtful(held, bytes.first(), text, bad);
        }
        let mut rest = bytes;
        while let Some(found) = rest.iter().position(|byte| matches!(byte, 0x9B | 0x9D)) {
            let (plain, from) = rest.split_at(found);
            self.plain(plain, text, bad);
            if let Some(byte) = plain.last() {
                self.before = self.beside(*byte);
            }
            let Some((byte, after)) = from.split_first() else { return };
            if after.is_empty() && !last {
                self.held = Some(*byte);
            } else {
                self.doubtful(*byte, after.first(), text, bad);
            }
            rest = after;
        }
        self.plain(rest, text, bad);
        if let Some(byte) = rest.last() {
            self.before = self.beside(*byte);
        }
    }

    fn plain(&mut self, bytes: &[u8], text: &mut String, bad: &mut Vec<Undecodable>) {
        self.page.decode(bytes, self.offset, text, bad);
        self.offset += bytes.len() as u64;
    }

    /// `¢` and `¥` of code page 437 are `ø` and `Ø` where they stand beside a letter, and no digit is on the other
    /// side: then the page is really 865, in a Norwegian set-up (erp-file-formats 1.1, quirk B5). One side is
    /// enough, for `Østre` and `Bodø` are as usual as `Røst`; and a price has digits or blanks beside it.
    fn doubtful(&mut self, byte: u8, after: Option<&u8>, text: &mut String, bad: &mut Vec<Undecodable>) {
        let after = after.map_or(Beside::Other, |after| self.beside(*after));
        let sides = [self.before, after];
        if sides.contains(&Beside::Letter) && !sides.contains(&Beside::Digit) {
            text.push(if byte == 0x9B { 'ø' } else { 'Ø' });
            self.norwegian += 1;
            self.offset += 1;
            self.before = Beside::Letter;
        } else {
            self.plain(&[byte], text, bad);
            self.before = Beside::Other;
        }
    }

    fn beside(&self, byte: u8) -> Beside {
        match self.page.character(byte) {
            Some(character) if character.is_alphabetic() => Beside::Letter,
            Some(character) if character.is_ascii_digit() => Beside::Digit,
            _ => Beside::Other,
        }
    }
}

/// Decodes an encoding of the web platform.
struct Web {
    decoder: encoding_rs::Decoder,
    /// The last few bytes before the present piece, to name undecodable ones that begin there.
    recent: Vec<u8>,
    /// How many bytes of the file were decoded before the present piece.
    offset: u64,
}

impl Web {
    /// The mark was taken away before.
    fn new(encoding: &'static encoding_rs::Encoding, offset: u64) -> Web {
        Web { decoder: encoding.new_decoder_without_bom_handling(), recent: Vec::new(), offset }
    }

    fn run(&mut self, bytes: &[u8], last: bool, text: &mut String, bad: &mut Vec<Undecodable>) {
        let mut done = 0;
        loop {
            let rest = bytes.get(done..).unwrap_or(&[]);
            text.reserve(
                self.decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(64).max(16),
            );
            let (result, read) = self.decoder.decode_to_string_without_replacement(rest, text, last);
            done += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let end = (self.recent.len() + done).saturating_sub(usize::from(after));
                    let start = end.saturating_sub(usize::from(length));
                    let hex: Vec<String> = (start..end)
                        .filter_map(|at| match at.checked_sub(self.recent.len()) {
                            None => self.recent.get(at),
                            Some(at) => bytes.get(at),
                        })
                        .map(|byte| format!("{byte:02X}"))
                        .collect();
                    let offset = (self.offset + start as u64).saturating_sub(self.recent.len() as u64);
                    let encoding = Encoding::from(Table::Web(self.decoder.encoding())).name();
                    bad.push(Undecodable { at: text.len(), hex: hex.join(" "), offset, encoding });
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        self.offset += bytes.len() as u64;
        self.recent.extend_from_slice(bytes.get(bytes.len().saturating_sub(8)..).unwrap_or(bytes));
        let old = self.recent.len().saturating_sub(8);
        self.recent.drain(..old);
    }
}
