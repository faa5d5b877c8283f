//! CSV: lines -> records. By hand and not by the `csv` crate, which takes ASCII delimiters only, reads `"x"y` as `xy`
//! and lets an unclosed quote swallow the rest of a file as one record.

use super::layout::{Condition, CsvSyntax, FieldAt, Layout};
use super::lines::{Line, Lines, is_blank};
use super::record::{Field, Record};
use super::rows::{Row, claim, unknown_record};
use crate::fault::{Fault, Place, code};
use crate::written;

/// The greatest number of lines of one quoted text; more means that its quote was never closed.
const QUOTED_LINES_MAX: u64 = 200;

/// The greatest number of bytes of one quoted text; more means that its quote was never closed.
const QUOTED_BYTES_MAX: usize = 64 * 1024;

/// The records of a CSV file.
pub(super) struct CsvRows<'i> {
    layout: &'i Layout,
    syntax: &'i CsvSyntax,
    pub lines: Lines<'i>,
    pub saw_anything: bool,
    /// Where each field of each record kind is, by places from 0.
    columns: Option<Vec<Vec<Option<usize>>>>,
    /// How many columns the header names.
    header_length: Option<usize>,
}

/// The fields of one record as cut, before they have names.
struct Cells {
    line: u64,
    source: String,
    cells: Vec<Field>,
    fault: Option<Fault>,
}

impl<'i> CsvRows<'i> {
    pub fn new(layout: &'i Layout, syntax: &'i CsvSyntax, lines: Lines<'i>) -> CsvRows<'i> {
        CsvRows { layout, syntax, lines, saw_anything: false, columns: None, header_length: None }
    }

    /// The next record; the header and records without any text are passed over.
    pub fn next(&mut self) -> Result<Option<Row>, Fault> {
        if self.columns.is_none() {
            let columns = if self.syntax.header {
                let Some(header) = self.cells()? else { return Ok(None) };
                self.header(&header)?
            } else {
                self.layout
                    .records
                    .iter()
                    .map(|record| record.fields.iter().map(|field| by_number(&field.at)).collect())
                    .collect()
            };
            self.columns = Some(columns);
        }
        let Some(cells) = self.cells()? else { return Ok(None) };
        Ok(Some(self.row(cells)))
    }

    fn row(&self, cut: Cells) -> Row {
        let Cells { line, source, cells, mut fault } = cut;
        let kind = claim(self.layout, |condition| match condition {
            Condition::Column { column, is } => column
                .checked_sub(1)
                .and_then(|column| cells.get(column))
                .and_then(|cell| cell.text.as_deref())
                .is_some_and(|text| text.trim_matches(is_blank) == is),
            Condition::Characters { .. } => false,
        });
        if fault.is_none() {
            fault = match kind.and_then(|kind| self.layout.records.get(kind)) {
                None => Some(unknown_record(self.layout, self.lines.file(), line, &source)),
                Some(known) => self.extra_field(&cells).map(|extra| {
                    Fault::new(code::EXTRA_FIELD)
                        .at(Place::file(self.lines.file())
                            .line(line)
                            .column(extra.column.into(), extra.length.into())
                            .record(&known.name)
                            .source(source.clone()))
                        .found(extra.text.clone().unwrap_or_default())
                        .with("columns", self.header_length.unwrap_or(0))
                        .with("fields", cells.len())
                }),
            };
        }
        let none = Vec::new();
        let columns = kind
            .and_then(|kind| self.columns.as_ref().and_then(|columns| columns.get(kind)))
            .unwrap_or(&none);
        let missing = Field { text: None, column: source.chars().count() as u32 + 1, length: 0 };
        let fields = columns
            .iter()
            .map(|column| column.and_then(|column| cells.get(column)).unwrap_or(&missing).clone())
            .collect();
        let record = Record { kind: kind.unwrap_or(0), line, source, fields, parent: None };
        Row { record, known: kind.is_some(), fault }
    }

    fn extra_field<'c>(&self, cells: &'c [Field]) -> Option<&'c Field> {
        cells.iter().skip(self.header_length?).find(|cell| !is_empty(cell))
    }

    /// Finds the columns that the layout names.
    fn header(&mut self, header: &Cells) -> Result<Vec<Vec<Option<usize>>>, Fault> {
        if let Some(fault) = &header.fault {
            return Err(fault.clone());
        }
        let mut cells: Vec<&Field> = header.cells.iter().collect();
        while cells.last().is_some_and(|cell| is_empty(cell)) {
            cells.pop();
        }
        self.header_length = Some(cells.len());
        let names: Vec<&str> =
            cells.iter().map(|cell| cell.text.as_deref().unwrap_or("").trim_matches(is_blank)).collect();
        let place = || Place::file(self.lines.file()).line(header.line).source(header.source.clone());
        let mut missing: Vec<&str> = Vec::new();
        let mut all = Vec::new();
        for record in &self.layout.records {
            let mut columns = Vec::new();
            for field in &record.fields {
                if !matches!(field.at, FieldAt::Header) {
                    columns.push(by_number(&field.at));
                    continue;
                }
                let mut at = names.iter().enumerate().filter(|(_, name)| **name == field.name);
                let first = at.next().map(|(at, _)| at);
                if let Some((_, again)) = at.next().and_then(|(at, _)| cells.get(at).map(|cell| (at, cell))) {
                    return Err(Fault::new(code::DUPLICATED_COLUMN)
                        .at(place().column(again.column.into(), again.length.into()).field(&field.name))
                        .found(field.name.clone()));
                }
                if first.is_none() && !field.optional && !missing.contains(&field.name.as_str()) {
                    missing.push(&field.name);
                }
                columns.push(first);
            }
            all.push(columns);
        }
        let Some(first) = missing.first() else { return Ok(all) };
        let near = written::nearest(first, names.iter().copied());
        let length = header.source.chars().count().max(1) as u64;
        let (column, length) = names
            .iter()
            .position(|name| Some(*name) == near)
            .and_then(|at| cells.get(at))
            .map_or((1, length), |cell| (cell.column.into(), cell.length.into()));
        Err(Fault::new(code::MISSING_COLUMN)
            .at(place().column(column, length).field(*first))
            .found(missing.join(", "))
            .with("columns", names.join(", "))
            .with("suggestion", near.map_or_else(String::new, |near| format!(" ({near}?)"))))
    }

    /// The next record that holds any text.
    fn cells(&mut self) -> Result<Option<Cells>, Fault> {
        while let Some(line) = self.lines.next()? {
            if line.number <= self.layout.skip_first || line.is_blank() {
                continue;
            }
            let cells = self.cut(line)?;
            if cells.fault.is_none() && cells.cells.iter().all(is_empty) {
                continue;
            }
            self.saw_anything = true;
            return Ok(Some(cells));
        }
        Ok(None)
    }

    /// Cuts the record that begins with this line, reading on where a quoted text does.
    fn cut(&mut self, first: Line) -> Result<Cells, Fault> {
        let (delimiter, quote, trim) = (self.syntax.delimiter, self.syntax.quote, self.syntax.trim);
        let mut fault = first.fault(self.lines.file());
        let source = first.source();
        let first_length = first.text.chars().count();
        let mut line = first.clone();
        let mut characters: Vec<char> = line.text.chars().collect();
        let mut at = 0;
        let mut cells = Vec::new();
        let is_gap = |character: Option<&char>| {
            character.is_some_and(|character| is_blank(*character) && *character != delimiter)
        };
        loop {
            let begin = at;
            let mut begins = at;
            while trim && is_gap(characters.get(begins)) {
                begins += 1;
            }
            let mut text = String::new();
            let on_first = line.number == first.number;
            let (from, to);
            if quote.is_some() && characters.get(begins).copied() == quote {
                let opened = (line.number, begins, line.source());
                let mut bytes = 0;
                from = begins + 1;
                at = from;
                let mut end_on_first = None;
                loop {
                    match characters.get(at).copied() {
                        Some(character) if Some(character) == quote => {
                            if characters.get(at + 1).copied() != quote {
                                break;
                            }
                            text.push(character);
                            at += 2;
                        }
                        Some(character) => {
                            text.push(character);
                            at += 1;
                        }
                        None => {
                            end_on_first.get_or_insert(characters.len());
                            bytes += line.text.len();
                            let too_long =
                                line.number - opened.0 >= QUOTED_LINES_MAX || bytes > QUOTED_BYTES_MAX;
                            match self.lines.next()? {
                                Some(next) if !too_long => line = next,
                                _ => return Err(self.unclosed_quote(&opened)),
                            }
                            if fault.is_none() {
                                fault = line.fault(self.lines.file());
                            }
                            text.push('\n');
                            characters = line.text.chars().collect();
                            at = 0;
                        }
                    }
                }
                to = end_on_first.unwrap_or(at);
                at += 1;
                while is_gap(characters.get(at)) {
                    at += 1;
                }
                if characters.get(at).is_some_and(|character| *character != delimiter) {
                    if line.number != opened.0 {
                        return Err(self.unclosed_quote(&opened));
                    }
                    let wrong = at;
                    while characters.get(at).is_some_and(|character| *character != delimiter) {
                        at += 1;
                    }
                    let rest: String = characters.iter().skip(wrong).take(at - wrong).collect();
                    fault.get_or_insert_with(|| {
                        Fault::new(code::TEXT_AFTER_QUOTE)
                            .at(Place::file(self.lines.file())
                                .line(line.number)
                                .column(wrong as u64 + 1, (at - wrong) as u64)
                                .source(line.source()))
                            .found(rest)
                    });
                }
                if trim {
                    text = text.trim_matches(is_blank).to_owned();
                }
            } else {
                while characters.get(at).is_some_and(|character| *character != delimiter) {
                    at += 1;
                }
                let mut end = at;
                if trim {
                    while end > begins && is_gap(end.checked_sub(1).and_then(|last| characters.get(last))) {
                        end -= 1;
                    }
                }
                // A field of blanks is shown whole.
                (from, to) = if end <= begins { (begin, at) } else { (begins, end) };
                text.extend(characters.iter().skip(begins).take(end.saturating_sub(begins)));
            }
            // Only the first line is kept to be shown; a field of a later one is shown as all of it.
            let (from, to) = if on_first { (from, to) } else { (0, first_length) };
            cells.push(Field {
                text: Some(text),
                column: u32::try_from(from + 1).unwrap_or(u32::MAX),
                length: u32::try_from(to.saturating_sub(from)).unwrap_or(u32::MAX),
            });
            if characters.get(at).is_none() {
                break;
            }
            at += 1;
        }
        Ok(Cells { line: first.number, source, cells, fault })
    }

    fn unclosed_quote(&self, (line, at, source): &(u64, usize, String)) -> Fault {
        let place =
            Place::file(self.lines.file()).line(*line).column(*at as u64 + 1, 1).source(source.clone());
        Fault::new(code::UNCLOSED_QUOTE).at(place).with("quote", self.syntax.quote.unwrap_or('"'))
    }
}

fn is_empty(cell: &Field) -> bool {
    cell.text.as_deref().is_none_or(|text| text.chars().all(is_blank))
}

fn by_number(at: &FieldAt) -> Option<usize> {
    match at {
        FieldAt::Column(column) => column.checked_sub(1),
        FieldAt::Header | FieldAt::Characters { .. } | FieldAt::Content => None,
    }
}
