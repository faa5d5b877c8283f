//! Fixed-width: lines -> records, cut by characters.

mod write;

use super::layout::{Condition, FieldAt, FixedSyntax, Framing, Layout, Sign};
use super::lines::{Framed, Line, LineEnds, Lines, all_blank, is_blank};
use super::packed;
use super::record::{Cell, Records};
use super::rows::{Row, claim, stands_in, undecodable, unknown_record};
use crate::fault::{Fault, code};

pub(super) use write::{characters, write};

/// The records of a fixed-width file.
pub(super) struct FixedRows<'i> {
    layout: &'i Layout,
    syntax: &'i FixedSyntax,
    pub lines: Lines<'i>,
    pub saw_anything: bool,
    /// How many characters tell what kind a record is.
    look: usize,
    /// Where each character of the line at hand begins, and where the last one ends; empty where each is one byte.
    places: Vec<usize>,
    /// Some field is packed.
    packed: bool,
}

impl<'i> FixedRows<'i> {
    pub fn new(layout: &'i Layout, syntax: &'i FixedSyntax, lines: Lines<'i>) -> FixedRows<'i> {
        let conditions = layout.records.iter().flat_map(|record| &record.when);
        let ends = conditions.map(|condition| match condition {
            Condition::Characters { at, is } => {
                at + is.iter().map(|is| is.chars().count()).max().unwrap_or(0)
            }
            Condition::Column { .. } | Condition::Path { .. } => 0,
        });
        let look = ends.max().unwrap_or(0).max(1);
        let packed = layout.has_packed_fields();
        FixedRows { layout, syntax, lines, saw_anything: false, look, places: Vec::new(), packed }
    }

    /// The next record; blank lines are passed over.
    pub fn next(&mut self, records: &mut Records) -> Result<Option<Row>, Fault> {
        loop {
            let start = records.text().len();
            let line = match self.syntax.framing {
                Framing::Lines => self.lines.next(records.text_mut())?,
                Framing::Length | Framing::Kinds => self.frame(records, start)?,
            };
            let Some(line) = line else { return Ok(None) };
            let source = records.text().get(start..).unwrap_or("");
            if line.undecodable.is_none() && all_blank(source) {
                records.text_mut().truncate(start);
                continue;
            }
            records.begin_from(line.number, line.column, start);
            self.saw_anything = true;
            let mut fault = undecodable(self.lines.file(), records, &line, start);
            let kind = self.cut(records, start);
            if fault.is_none() {
                fault = match kind {
                    Some(kind) => {
                        self.over_long(records, kind, start).or_else(|| self.cut_number(records, kind, start))
                    }
                    None => Some(self.unclaimed(records, start)),
                };
            }
            return Ok(Some(Row { kind, fault }));
        }
    }

    /// The fault of a record that no kind claims. A line that begins with a control character is most likely the rest of one
    /// that a packed number cut in two: the bytes 15 and 25 become line ends (reference, quirk N9).
    fn unclaimed(&self, records: &Records, start: usize) -> Fault {
        let source = records.text().get(start..).unwrap_or("");
        let is_rest = self.syntax.framing == Framing::Lines
            && source.starts_with(|first: char| first.is_control() && !is_blank(first));
        if !is_rest {
            return unknown_record(self.layout, self.lines.file(), records);
        }
        Fault::new(code::PACKED_NUMBER)
            .at(records.place(self.lines.file(), records.len().saturating_sub(1)))
            .found(source.chars().take(20).collect::<String>())
    }

    /// The next record of a file without line ends.
    fn frame(&mut self, records: &mut Records, start: usize) -> Result<Option<Line>, Fault> {
        let layout = self.layout;
        let record_length = self.syntax.record_length;
        let by_kind = |text: &str| {
            let holds = |condition: &Condition| stands_in(condition, text);
            claim(layout, holds).and_then(|kind| layout.records.get(kind)?.length)
        };
        let of_all = |_: &str| record_length;
        let length: &dyn Fn(&str) -> Option<usize> =
            if self.syntax.framing == Framing::Length { &of_all } else { &by_kind };
        let line_ends = match self.syntax.framing {
            _ if self.packed => LineEnds::Nowhere,
            Framing::Kinds => LineEnds::Anywhere,
            Framing::Lines | Framing::Length => LineEnds::Between,
        };
        match self.lines.next_frame(records.text_mut(), self.look, line_ends, length)? {
            Framed::Record(line) => Ok(Some(line)),
            Framed::End => Ok(None),
            Framed::Unknown(line) => {
                // Where the next record begins is not known any more.
                records.begin_from(line.number, line.column, start);
                Err(unknown_record(self.layout, self.lines.file(), records))
            }
        }
    }

    /// Finds out what kind the last record is, and cuts its fields.
    fn cut(&mut self, records: &mut Records, start: usize) -> Option<usize> {
        self.places.clear();
        let source = records.text().get(start..).unwrap_or("");
        if !source.is_ascii() && !self.syntax.bytes {
            self.places.extend(source.char_indices().map(|(at, _)| at));
            self.places.push(source.len());
        }
        let kind = claim(self.layout, |condition| match condition {
            Condition::Characters { at, is } => {
                let from = self.place(source, at.saturating_sub(1));
                let there = source.get(from..).unwrap_or("");
                is.iter().any(|is| {
                    let mut there = there.chars();
                    // Blanks that were cut from the line's end still count as blanks.
                    there.as_str().starts_with(is)
                        || is.chars().all(|wanted| there.next().unwrap_or(' ') == wanted)
                })
            }
            Condition::Column { .. } | Condition::Path { .. } => false,
        });
        let known = kind.and_then(|kind| self.layout.records.get(kind))?;
        let (length, padded) = (self.length(source), self.syntax.record_length.unwrap_or(0));
        let last = records.len().saturating_sub(1);
        for field in &known.fields {
            let cell = match field.at {
                FieldAt::Characters { at, width } => {
                    let from = at.saturating_sub(1);
                    let text = records.source(last);
                    let bytes = self.place(text, from);
                    let to = self.place(text, from.saturating_add(width));
                    if let Some(digits) = field.packed {
                        let number =
                            packed::text(text.get(bytes..to).unwrap_or(""), digits, &self.layout.encoding);
                        let at = records.text().len();
                        records.text_mut().push_str(&number);
                        Cell::plain(at, at + number.len()).shown(start + bytes, start + to)
                    } else if from < length {
                        trimmed(records.text(), start + bytes, start + to, field.pad)
                    } else if from < padded {
                        Cell::plain(start + bytes, start + bytes)
                    } else {
                        Cell::missing(start + bytes)
                    }
                }
                FieldAt::Header
                | FieldAt::Label
                | FieldAt::Tag(_)
                | FieldAt::Column(_)
                | FieldAt::Content
                | FieldAt::Path(_) => Cell::missing(start),
            };
            records.push(cell);
        }
        kind
    }

    /// Where a character of the line at hand begins, in bytes.
    fn place(&self, source: &str, character: usize) -> usize {
        let length = source.len();
        if self.places.is_empty() {
            // In bytes, a place in the middle of a character is moved to its beginning.
            let at = character.min(length);
            (0..=at).rev().find(|at| source.is_char_boundary(*at)).unwrap_or(0)
        } else {
            self.places.get(character).copied().unwrap_or(length)
        }
    }

    /// How many characters the line at hand has.
    fn length(&self, source: &str) -> usize {
        self.places.len().checked_sub(1).unwrap_or(source.len())
    }

    /// The fault of a number that the end of the line cuts in two. A sender leaves blanks away that stand behind a text, or for a plus
    /// sign; a number of implied decimals that is filled at its left has no others behind it.
    fn cut_number(&self, records: &Records, kind: usize, start: usize) -> Option<Fault> {
        let record = self.layout.records.get(kind)?;
        let source = records.source(records.len().checked_sub(1)?);
        let length = self.length(source);
        let cut = record.fields.iter().find_map(|field| match field.at {
            FieldAt::Characters { at, width } => {
                let (from, to) = (at.saturating_sub(1), at.saturating_sub(1).saturating_add(width));
                let sign = usize::from(matches!(field.number.sign, Sign::Trailing | Sign::Either));
                let begins = source.get(self.place(source, from)..)?;
                let is_filled = begins.starts_with(['0', ' ']) && !all_blank(begins);
                let has_decimals = field.number.decimals.is_some_and(|decimals| decimals > 0);
                let is_cut = from < length && length + sign < to && has_decimals && is_filled;
                is_cut.then_some((field, begins, self.place(source, from), width))
            }
            _ => None,
        });
        let (field, found, at, width) = cut?;
        let last = records.len().saturating_sub(1);
        let place = records.place_at(self.lines.file(), last, start + at, start + source.len());
        Some(
            Fault::new(code::NUMBER_CUT)
                .at(place.record(&record.name).field(&field.name))
                .found(found)
                .with("characters", found.chars().count())
                .with("width", width),
        )
    }

    /// Only a stated record length says where a line must end: fields that nobody needs may be left out.
    fn over_long(&self, records: &Records, kind: usize, start: usize) -> Option<Fault> {
        let length = self.layout.records.get(kind)?.length.or(self.syntax.record_length)?;
        let source = records.source(records.len().checked_sub(1)?);
        let tail_at = self.place(source, length);
        let tail = source.get(tail_at..)?;
        let text = tail.trim_matches(is_blank);
        if text.is_empty() {
            return None;
        }
        let from = tail_at + (tail.len() - tail.trim_start_matches(is_blank).len());
        let place = records.place_at(
            self.lines.file(),
            records.len().saturating_sub(1),
            start + from,
            start + from + text.len(),
        );
        let is = source.get(..from + text.len())?.chars().count();
        let name = self.layout.records.get(kind).map(|kind| kind.name.as_str()).unwrap_or_default();
        Some(
            Fault::new(code::LINE_TOO_LONG)
                .at(place.record(name))
                .found(text)
                .with("length", length)
                .with("is", is),
        )
    }
}

/// The characters of a field without the blanks round them, and without its padding where that is neither blank nor
/// zero: zeros are the ERP's own and stay.
fn trimmed(text: &str, from: usize, to: usize, pad: char) -> Cell {
    let goes = |character: char| is_blank(character) || (pad != '0' && character == pad);
    Cell::trimmed(text, from, to, goes)
}
