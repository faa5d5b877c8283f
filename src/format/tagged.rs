//! Tagged lines: a mark on a line of its own begins a record, and each line behind it is a tag and a value
//! (`#12203;W81204`), as Pyramid writes them (reference, section 3.4). Tags that nothing reads are passed over.

mod write;

use super::layout::{FieldAt, Layout, RecordLayout, RecordUse, TaggedSyntax};
use super::lines::{Line, Lines, all_blank, is_blank};
use super::record::{Cell, Records};
use super::rows::{Row, claim, stands_in, undecodable, unknown_record, within_limit};
use crate::fault::{Fault, code};

pub(super) use write::write;

/// The records of a file of tagged lines.
pub(super) struct TaggedRows<'i> {
    layout: &'i Layout,
    syntax: &'i TaggedSyntax,
    pub lines: Lines<'i>,
    pub saw_anything: bool,
    /// The line behind the record at hand, which was read to see where that ends.
    ahead: Option<(Line, String)>,
    /// The tags of the record at hand: tag and value, as places in the text.
    tags: Vec<(Cell, Cell)>,
}

impl<'i> TaggedRows<'i> {
    pub fn new(layout: &'i Layout, syntax: &'i TaggedSyntax, lines: Lines<'i>) -> TaggedRows<'i> {
        TaggedRows { layout, syntax, lines, saw_anything: false, ahead: None, tags: Vec::new() }
    }

    /// The next record: a mark and the tags behind it. Tags before any mark are a record of no kind.
    pub fn next(&mut self, records: &mut Records) -> Result<Option<Row>, Fault> {
        let start = records.text().len();
        let Some((first, text)) = self.line()? else { return Ok(None) };
        self.saw_anything = true;
        self.tags.clear();
        records.text_mut().push_str(&text);
        records.begin_from(first.number, first.column, start);
        let mut fault = undecodable(self.lines.file(), records, &first, start);
        let has_mark = !is_tag(self.syntax, &text);
        let mark_end = if has_mark { records.text().len() } else { start };
        if !has_mark {
            self.tag(records.text(), start);
        }
        let mut number = first.number;
        while let Some((line, text)) = self.line()? {
            if !is_tag(self.syntax, &text) {
                self.ahead = Some((line, text));
                break;
            }
            // As many line ends as lie between, so that places are counted right.
            for _ in number..line.number {
                records.text_mut().push('\n');
            }
            number = line.number;
            let at = records.text().len();
            records.text_mut().push_str(&text);
            records.end();
            within_limit(self.lines.file(), first.number, records.text().len() - start)?;
            if fault.is_none() {
                fault = undecodable(self.lines.file(), records, &line, at);
            }
            self.tag(records.text(), at);
        }
        let kind = if has_mark { self.kind(records.text().get(start..mark_end).unwrap_or("")) } else { None };
        for field in
            kind.and_then(|kind| self.layout.records.get(kind)).map(|kind| &kind.fields).into_iter().flatten()
        {
            let cell = match &field.at {
                FieldAt::Tag(tag) => {
                    let mut found = self.tags.iter().filter(|(name, _)| records.text_of(name) == tag);
                    let first = found.next().map(|(_, value)| *value);
                    if let Some((name, _)) = found.next()
                        && fault.is_none()
                    {
                        let place =
                            records.place_of_cell(self.lines.file(), records.len().saturating_sub(1), name);
                        fault = Some(Fault::new(code::ELEMENT_REPEATED).at(place).found(tag));
                    }
                    first.unwrap_or(Cell::missing(mark_end))
                }
                FieldAt::Characters { at, width } => {
                    let mark = records.text().get(start..mark_end).unwrap_or("");
                    let place = |character: usize| {
                        mark.char_indices().nth(character).map_or(mark.len(), |(at, _)| at)
                    };
                    Cell::trimmed(
                        records.text(),
                        start + place(at - 1),
                        start + place(at - 1 + width),
                        is_blank,
                    )
                }
                FieldAt::Header
                | FieldAt::Label
                | FieldAt::Column(_)
                | FieldAt::Content
                | FieldAt::Path(_) => Cell::missing(mark_end),
            };
            records.push(cell);
        }
        if fault.is_none()
            && let Some(kind) = kind
        {
            fault = self.tag_of_another(kind, records);
        }
        if fault.is_none() && kind.is_none() {
            fault = Some(unknown_record(self.layout, self.lines.file(), records));
        }
        Ok(Some(Row { kind, fault }))
    }

    /// The fault of a tag that the record's kind does not read and another kind does: most likely the mark between them is
    /// missing, and two records would become one.
    fn tag_of_another(&self, kind: usize, records: &Records) -> Option<Fault> {
        let own = self.layout.records.get(kind).filter(|own| own.use_ == RecordUse::Data)?;
        let reads = |record: &RecordLayout, tag: &str| {
            record.fields.iter().any(|field| matches!(&field.at, FieldAt::Tag(read) if read == tag))
        };
        self.tags.iter().find_map(|(name, _)| {
            let tag = records.text_of(name);
            if reads(own, tag) {
                return None;
            }
            let other = self.layout.records.iter().find(|record| reads(record, tag))?;
            let place = records.place_of_cell(self.lines.file(), records.len().saturating_sub(1), name);
            Some(
                Fault::new(code::TAG_OF_ANOTHER_RECORD)
                    .at(place.record(&own.name))
                    .found(tag)
                    .with("kind", own.name.clone())
                    .with("other", other.name.clone()),
            )
        })
    }

    /// The next line that is not blank, with its text.
    fn line(&mut self) -> Result<Option<(Line, String)>, Fault> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        loop {
            let mut text = String::new();
            match self.lines.next(&mut text)? {
                None => return Ok(None),
                Some(line) if line.undecodable.is_none() && all_blank(&text) => {}
                Some(line) => return Ok(Some((line, text))),
            }
        }
    }

    /// Notes the tag line that begins at a place of the text and goes to its end.
    fn tag(&mut self, text: &str, at: usize) {
        let line = text.get(at..).unwrap_or("");
        let Some(delimiter) = line.find(self.syntax.delimiter) else { return };
        let behind = at + delimiter + self.syntax.delimiter.len_utf8();
        self.tags.push((
            Cell::trimmed(text, at, at + delimiter, is_blank),
            Cell::trimmed(text, behind, text.len(), is_blank),
        ));
    }

    fn kind(&self, mark: &str) -> Option<usize> {
        claim(self.layout, |condition| stands_in(condition, mark))
    }
}

/// Whether a line is a tag and a value.
fn is_tag(syntax: &TaggedSyntax, text: &str) -> bool {
    let bare = text.trim_start_matches(is_blank);
    syntax.marks.iter().any(|mark| bare.starts_with(*mark)) && bare.contains(syntax.delimiter)
}

#[cfg(test)]
mod tests;
