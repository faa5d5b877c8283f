//! Fixed-width: lines -> records, cut by characters.

use super::layout::{Condition, FieldAt, FixedSyntax, Layout};
use super::lines::{Lines, all_blank, is_blank};
use super::record::{Cell, Records};
use super::rows::{Row, claim, undecodable, unknown_record};
use crate::fault::{Fault, code};

/// The records of a fixed-width file.
pub(super) struct FixedRows<'i> {
    layout: &'i Layout,
    syntax: &'i FixedSyntax,
    pub lines: Lines<'i>,
    pub saw_anything: bool,
    /// Where each character of the line at hand begins, and where the last one ends; empty where each is one byte.
    places: Vec<usize>,
}

impl<'i> FixedRows<'i> {
    pub fn new(layout: &'i Layout, syntax: &'i FixedSyntax, lines: Lines<'i>) -> FixedRows<'i> {
        FixedRows { layout, syntax, lines, saw_anything: false, places: Vec::new() }
    }

    /// The next record; blank lines are passed over.
    pub fn next(&mut self, records: &mut Records) -> Result<Option<Row>, Fault> {
        loop {
            records.begin(self.lines.number() + 1, 1);
            let start = records.last_start();
            let Some(line) = self.lines.next(records.text_mut())? else {
                records.take_back();
                return Ok(None);
            };
            records.end();
            let source = records.text().get(start..).unwrap_or("");
            if line.number <= self.layout.skip_first || line.undecodable.is_none() && all_blank(source) {
                records.take_back();
                continue;
            }
            self.saw_anything = true;
            let mut fault = undecodable(self.lines.file(), records, &line, start);
            let kind = self.cut(records, start);
            if fault.is_none() {
                fault = match kind {
                    Some(kind) => self.over_long(records, kind, start),
                    None => Some(unknown_record(self.layout, self.lines.file(), records)),
                };
            }
            return Ok(Some(Row { kind, fault }));
        }
    }

    /// Finds out what kind the last record is, and cuts its fields.
    fn cut(&mut self, records: &mut Records, start: usize) -> Option<usize> {
        self.places.clear();
        let source = records.text().get(start..).unwrap_or("");
        if !source.is_ascii() {
            self.places.extend(source.char_indices().map(|(at, _)| at));
            self.places.push(source.len());
        }
        let kind = claim(self.layout, |condition| match condition {
            Condition::Characters { at, is } => {
                let from = self.place(at.saturating_sub(1), source.len());
                let mut there = source.get(from..).unwrap_or("").chars();
                // Blanks that were cut from the line's end still count as blanks.
                is.chars().all(|wanted| there.next().unwrap_or(' ') == wanted)
            }
            Condition::Column { .. } => false,
        });
        let known = kind.and_then(|kind| self.layout.records.get(kind))?;
        let (length, padded) = (self.length(source), self.syntax.record_length.unwrap_or(0));
        for field in &known.fields {
            let cell = match field.at {
                FieldAt::Characters { at, width } => {
                    let from = at.saturating_sub(1);
                    let text = records.text().get(start..).unwrap_or("");
                    let bytes = self.place(from, text.len());
                    let to = self.place(from.saturating_add(width), text.len());
                    if from < length {
                        trimmed(text, bytes, to, field.pad, start)
                    } else if from < padded {
                        Cell::plain(start + bytes, start + bytes)
                    } else {
                        Cell::missing(start + bytes)
                    }
                }
                FieldAt::Header | FieldAt::Column(_) | FieldAt::Content => Cell::missing(start),
            };
            records.push(cell);
        }
        kind
    }

    /// Where a character of the line at hand begins, in bytes.
    fn place(&self, character: usize, length: usize) -> usize {
        if self.places.is_empty() {
            character.min(length)
        } else {
            self.places.get(character).copied().unwrap_or(length)
        }
    }

    /// How many characters the line at hand has.
    fn length(&self, source: &str) -> usize {
        self.places.len().checked_sub(1).unwrap_or(source.len())
    }

    /// Only a stated record length says where a line must end: fields that nobody needs may be left out.
    fn over_long(&self, records: &Records, kind: usize, start: usize) -> Option<Fault> {
        let length = self.syntax.record_length?;
        let source = records.text().get(start..)?;
        let tail_at = self.place(length, source.len());
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
fn trimmed(text: &str, from: usize, to: usize, pad: char, start: usize) -> Cell {
    let all = text.get(from..to).unwrap_or("");
    let goes = |character: char| is_blank(character) || (pad != '0' && character == pad);
    let kept = all.trim_start_matches(goes);
    let before = all.len() - kept.len();
    let kept = kept.trim_end_matches(goes);
    let at = start + from + before;
    let cell = Cell::plain(at, at + kept.len());
    if kept.is_empty() {
        Cell::plain(start + from, start + from).shown(start + from, start + to)
    } else {
        cell
    }
}
