//! Fixed-width: lines -> records, cut by characters.

use super::layout::{Condition, FieldAt, FixedSyntax, Layout};
use super::lines::{Lines, is_blank};
use super::record::{Field, Record};
use super::rows::{Row, claim, unknown_record};
use crate::fault::{Fault, Place, code};

/// The records of a fixed-width file.
pub(super) struct FixedRows<'i> {
    layout: &'i Layout,
    syntax: &'i FixedSyntax,
    pub lines: Lines<'i>,
    pub saw_anything: bool,
}

impl<'i> FixedRows<'i> {
    pub fn new(layout: &'i Layout, syntax: &'i FixedSyntax, lines: Lines<'i>) -> FixedRows<'i> {
        FixedRows { layout, syntax, lines, saw_anything: false }
    }

    /// The next record; blank lines are passed over.
    pub fn next(&mut self) -> Result<Option<Row>, Fault> {
        while let Some(line) = self.lines.next()? {
            if line.number <= self.layout.skip_first {
                continue;
            }
            if line.is_blank() {
                continue;
            }
            self.saw_anything = true;
            let characters: Vec<char> = line.text.chars().collect();
            let source = line.source();
            let file = self.lines.file();
            let kind = claim(self.layout, |condition| match condition {
                Condition::Characters { at, is } => {
                    let mut there = characters.iter().skip(at.saturating_sub(1));
                    // Blanks that were cut from the line's end still count as blanks.
                    is.chars().all(|wanted| there.next().copied().unwrap_or(' ') == wanted)
                }
                Condition::Column { .. } => false,
            });
            let mut fault = line.fault(file);
            let mut record = Record {
                kind: kind.unwrap_or(0),
                line: line.number,
                source,
                fields: Vec::new(),
                parent: None,
            };
            let known = kind.and_then(|kind| self.layout.records.get(kind));
            if let Some(known) = known {
                let padded = self.syntax.record_length.unwrap_or(0);
                record.fields = known
                    .fields
                    .iter()
                    .map(|field| match field.at {
                        FieldAt::Characters { at, width } => cut(&characters, at, width, field.pad, padded),
                        FieldAt::Header | FieldAt::Column(_) | FieldAt::Content => Field::default(),
                    })
                    .collect();
                if fault.is_none() {
                    fault = self.over_long(&characters, &record, &known.name);
                }
            } else if fault.is_none() {
                fault = Some(unknown_record(self.layout, file, line.number, &record.source));
            }
            return Ok(Some(Row { record, known: kind.is_some(), fault }));
        }
        Ok(None)
    }

    /// Only a stated record length says where a line must end: fields that nobody needs may be left out.
    fn over_long(&self, characters: &[char], record: &Record, kind: &str) -> Option<Fault> {
        let length = self.syntax.record_length?;
        let tail = characters.get(length..)?;
        let first = tail.iter().position(|character| !is_blank(*character))?;
        let last = tail.iter().rposition(|character| !is_blank(*character))?;
        let text: String = tail.iter().skip(first).take(last + 1 - first).collect();
        let place = Place::file(self.lines.file())
            .line(record.line)
            .column((length + first + 1) as u64, (last + 1 - first) as u64)
            .record(kind)
            .source(record.source.clone());
        Some(
            Fault::new(code::LINE_TOO_LONG)
                .at(place)
                .found(text)
                .with("length", length)
                .with("is", length + last + 1),
        )
    }
}

/// The characters of a field without the blanks round them, and without its padding where that is neither blank nor
/// zero: zeros are the ERP's own and stay.
fn cut(characters: &[char], at: usize, width: usize, pad: char, padded: usize) -> Field {
    let from = at.saturating_sub(1);
    let to = from.saturating_add(width).min(characters.len());
    let column = u32::try_from(at).unwrap_or(u32::MAX);
    let Some(all) = characters.get(from..to) else {
        let text = (from < padded).then(String::new);
        return Field { text, column, length: u32::try_from(width).unwrap_or(u32::MAX) };
    };
    let goes = |character: &&char| is_blank(**character) || (pad != '0' && **character == pad);
    let before = all.iter().take_while(goes).count();
    let kept = all.len().saturating_sub(before + all.iter().rev().take_while(goes).count());
    if kept == 0 {
        return Field { text: Some(String::new()), column, length: u32::try_from(width).unwrap_or(u32::MAX) };
    }
    Field {
        text: Some(all.iter().skip(before).take(kept).collect()),
        column: u32::try_from(from + before + 1).unwrap_or(u32::MAX),
        length: u32::try_from(kept).unwrap_or(u32::MAX),
    }
}
