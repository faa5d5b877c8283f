//! CSV: lines -> records. By hand and not by the `csv` crate, which takes ASCII delimiters only, reads `"x"y` as `xy`
//! and lets an unclosed quote swallow the rest of a file as one record.

mod header;
mod write;

use super::labels;
use super::layout::{Condition, CsvSyntax, FieldAt, Layout, Trailing};
use super::lines::{Line, Lines, all_blank, is_blank};
use super::record::{Cell, Records};
use super::rows::{Row, claim, undecodable, unknown_record};
use crate::fault::{Fault, Place, code};

pub(super) use header::is_almost;
pub(super) use write::{Cells, header, row, write};

/// The greatest number of lines of one quoted text; more means that its quote was never closed.
const QUOTED_LINES_MAX: u64 = 200;

/// The greatest number of bytes of one quoted text; more means that its quote was never closed.
const QUOTED_BYTES_MAX: usize = 64 * 1024;

/// The records of a CSV file.
pub(super) struct CsvRows<'i> {
    pub layout: &'i Layout,
    labels: Option<&'i str>,
    delimiter: Mark,
    quote: Option<Mark>,
    trim: bool,
    header: bool,
    trailing: Trailing,
    pub lines: Lines<'i>,
    pub saw_anything: bool,
    /// What was noticed of names that are passed over.
    pub warnings: Vec<Fault>,
    /// Where each field of each record kind is, by places from 0.
    pub columns: Option<Vec<Vec<Option<usize>>>>,
    /// How many columns the header names.
    header_length: Option<usize>,
    /// The names in the header behind labels, in their order.
    header_names: Vec<String>,
    /// The fields of the record at hand, as cut.
    pub cells: Vec<Cell>,
    /// Texts of them that do not stand in the file as such: doubled quotes made single.
    unescaped: String,
    /// Which cells they are of, and where each begins and ends.
    escaped: Vec<(usize, usize, usize)>,
}

/// One character as its bytes in UTF-8.
#[derive(Clone, Copy)]
struct Mark {
    character: char,
    bytes: [u8; 4],
    length: usize,
}

impl Mark {
    fn new(character: char) -> Mark {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Mark { character, bytes, length }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn stands_at(&self, text: &[u8], at: usize) -> bool {
        text.get(at..).is_some_and(|rest| rest.starts_with(self.bytes()))
    }

    /// The next one in a text, from a place on.
    fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let (first, rest) = self.bytes().split_first()?;
        let mut at = from;
        loop {
            at += memchr::memchr(*first, text.get(at..)?)?;
            if text.get(at + 1..)?.starts_with(rest) {
                return Some(at);
            }
            at += 1;
        }
    }
}

impl<'i> CsvRows<'i> {
    pub fn new(layout: &'i Layout, syntax: &'i CsvSyntax, mut lines: Lines<'i>) -> CsvRows<'i> {
        if syntax.labels.is_some() {
            lines.disarm();
        }
        CsvRows {
            layout,
            labels: syntax.labels.as_deref(),
            delimiter: Mark::new(syntax.delimiter),
            quote: syntax.quote.map(Mark::new),
            trim: syntax.trim,
            header: syntax.header,
            trailing: syntax.trailing_delimiter,
            lines,
            saw_anything: false,
            warnings: Vec::new(),
            columns: None,
            header_length: None,
            header_names: Vec::new(),
            cells: Vec::new(),
            unescaped: String::new(),
            escaped: Vec::new(),
        }
    }

    /// The next record; the header and records without any text are passed over.
    pub fn next(&mut self, records: &mut Records) -> Result<Option<Row>, Fault> {
        if let (None, Some(until)) = (&self.columns, self.labels) {
            return labels::read(self, until, records);
        }
        if self.columns.is_none() {
            let columns = if self.header {
                let Some(fault) = self.cells(records)? else { return Ok(None) };
                if let Some(fault) = fault {
                    return Err(fault);
                }
                let columns = self.header(records)?;
                records.take_back();
                columns
            } else {
                let fields = |record: &super::layout::RecordLayout| {
                    record.fields.iter().map(|f| by_number(&f.at)).collect()
                };
                self.layout.records.iter().map(fields).collect()
            };
            self.columns = Some(columns);
        }
        let Some(fault) = self.cells(records)? else {
            if let Some(until) = self.labels {
                labels::check_behind(self, until)?;
            }
            return Ok(None);
        };
        Ok(Some(self.row(records, fault)))
    }

    /// Finds out what kind the record at hand is, and picks the fields that it names.
    fn row(&self, records: &mut Records, mut fault: Option<Fault>) -> Row {
        let kind = claim(self.layout, |condition| match condition {
            Condition::Column { column, is } => {
                column.checked_sub(1).and_then(|column| self.cells.get(column)).is_some_and(|cell| {
                    let text = records.text_of(cell).trim_matches(is_blank);
                    is.iter().any(|is| is == text)
                })
            }
            Condition::Characters { .. } | Condition::Path { .. } => false,
        });
        if fault.is_none() {
            fault = match kind.and_then(|kind| self.layout.records.get(kind)) {
                None => Some(unknown_record(self.layout, self.lines.file(), records)),
                Some(known) => self.extra_field(records, known.columns).map(|extra| {
                    Fault::new(code::EXTRA_FIELD)
                        .at(self.place(records, extra).record(&known.name))
                        .found(records.text_of(extra))
                        .with("columns", known.columns.or(self.header_length).unwrap_or(0))
                        .with("fields", self.cells.len())
                }),
            };
        }
        let least =
            kind.and_then(|kind| self.layout.records.get(kind)).map_or(0, |known| known.columns_least);
        // A short record is whole where a line end says so; the last one without is most likely cut.
        let least = match self.header_length {
            Some(length) if self.lines.is_unended() => least.max(length),
            _ => least,
        };
        let fault = fault.or_else(|| self.cut_off(records)).or_else(|| self.too_few(records, least));
        let columns = kind.and_then(|kind| self.columns.as_ref()?.get(kind));
        let missing =
            Cell::missing(records.last_start() + records.source(records.len().saturating_sub(1)).len());
        for column in columns.into_iter().flatten() {
            records.push(column.and_then(|column| self.cells.get(column)).copied().unwrap_or(missing));
        }
        Row { kind, fault }
    }

    fn place(&self, records: &Records, cell: &Cell) -> Place {
        records.place_of_cell(self.lines.file(), records.len().saturating_sub(1), cell)
    }

    /// The first field beyond those that a record of this kind may have.
    fn extra_field(&self, records: &Records, most: Option<usize>) -> Option<&Cell> {
        self.cells.get(most.or(self.header_length)?..)?.iter().find(|cell| !all_blank(records.text_of(cell)))
    }

    /// Where the format asks for a delimiter at the end of each record, the fault of one without it.
    fn cut_off(&self, records: &Records) -> Option<Fault> {
        let last = self.cells.last().filter(|_| self.trailing == Trailing::Required)?;
        if all_blank(records.text_of(last)) && self.cells.len() > 1 {
            return None;
        }
        let place = self.place(records, last);
        Some(
            Fault::new(code::MISSING_TRAILING_DELIMITER)
                .at(place)
                .with("delimiter", self.delimiter.character),
        )
    }

    /// The fault of a record with fewer fields than its kind has; a delimiter behind the last field begins none.
    fn too_few(&self, records: &Records, least: usize) -> Option<Fault> {
        let behind = self.trailing != Trailing::Allowed;
        let behind = self.cells.last().is_some_and(|last| behind && all_blank(records.text_of(last)));
        let fields = self.cells.len() - usize::from(behind);
        let last = self.cells.last().filter(|_| fields < least)?;
        let place = self.place(records, last);
        Some(
            Fault::new(code::TOO_FEW_FIELDS)
                .at(place)
                .found(records.text_of(last))
                .with("least", least)
                .with("fields", fields),
        )
    }

    /// Cuts the next record that holds any text into cells; its source is the last record. With what is wrong with it.
    fn cells(&mut self, records: &mut Records) -> Result<Option<Option<Fault>>, Fault> {
        loop {
            let start = records.text().len();
            let Some(line) = self.lines.next(records.text_mut())? else { return Ok(None) };
            let source = records.text().get(start..).unwrap_or("");
            if line.undecodable.is_none() && all_blank(source) {
                records.text_mut().truncate(start);
                continue;
            }
            records.begin_from(line.number, line.column, start);
            let fault = self.cut(&line, records, start)?;
            if fault.is_none() && self.cells.iter().all(|cell| all_blank(records.text_of(cell))) {
                records.take_back();
                continue;
            }
            self.saw_anything = true;
            return Ok(Some(fault));
        }
    }

    /// Cuts the record that begins with this line, reading on where a quoted text does.
    pub fn cut(&mut self, line: &Line, records: &mut Records, start: usize) -> Result<Option<Fault>, Fault> {
        let columns = self.header_length.unwrap_or(self.cells.len());
        self.cells.clear();
        self.unescaped.clear();
        self.escaped.clear();
        let mut fault = undecodable(self.lines.file(), records, line, start);
        let source = records.text().get(start..).unwrap_or("").as_bytes();
        let quote = self.quote.filter(|quote| quote.find(source, 0).is_some());
        let Some(quote) = quote else {
            self.cut_plain(records.text(), start);
            return Ok(fault);
        };
        let mut at = start;
        loop {
            let begins = if self.trim { self.skip_gaps(records.text(), at) } else { at };
            at = if quote.stands_at(records.text().as_bytes(), begins) {
                self.quoted(records, quote, begins, line.number, &mut fault)?
            } else {
                let text = records.text();
                let end = self.delimiter.find(text.as_bytes(), at).unwrap_or(text.len());
                self.plain(text, at, end);
                end
            };
            if at >= records.text().len() {
                break;
            }
            at += self.delimiter.length;
        }
        records.end();
        if fault.is_none() {
            fault = self.rows_in_quotes(records, columns);
        }
        let by = records.text().len();
        records.text_mut().push_str(&self.unescaped);
        for (cell, from, to) in self.escaped.drain(..) {
            if let Some(cell) = self.cells.get_mut(cell) {
                let (shown, shown_to) = (cell.shown as usize, (cell.shown + cell.shown_length) as usize);
                *cell = Cell::plain(by + from, by + to).shown(shown, shown_to);
            }
        }
        Ok(fault)
    }

    /// The fault of a quoted text that is rows between two stray quotes. Where both stand in one column, the first line of the text is
    /// the rest of a row behind that column, the last is the row up to it, and those between are whole rows: people write no such text.
    fn rows_in_quotes(&self, records: &Records, columns: usize) -> Option<Fault> {
        let of_row = columns.checked_sub(1).filter(|delimiters| *delimiters >= 2)?;
        let delimiters = |line: &str| {
            let (mut count, mut at) = (0, 0);
            while let Some(found) = self.delimiter.find(line.as_bytes(), at) {
                (count, at) = (count + 1, found + self.delimiter.length);
            }
            count
        };
        let is_rows = |(place, cell): &(usize, &Cell)| {
            let text = records.text().get(cell.shown as usize..(cell.shown + cell.shown_length) as usize);
            let mut lines = text.unwrap_or_default().split('\n');
            let (Some(first), Some(last)) = (lines.next(), lines.next_back()) else { return false };
            delimiters(first) + place == of_row
                && delimiters(last) == *place
                && lines.all(|line| delimiters(line) == of_row)
        };
        let (_, cell) = self.cells.iter().enumerate().find(is_rows)?;
        let text = records.text().get(cell.shown as usize..)?.split('\n').next().unwrap_or_default();
        let from = cell.shown as usize;
        let place =
            records.place_at(self.lines.file(), records.len().saturating_sub(1), from, from + text.len());
        Some(Fault::new(code::ROWS_IN_QUOTES).at(place).found(text.chars().take(40).collect::<String>()))
    }

    /// Cuts a record without quotes.
    fn cut_plain(&mut self, text: &str, start: usize) {
        let bytes = text.as_bytes();
        let mut from = start;
        if let (1, Some(byte)) = (self.delimiter.length, self.delimiter.bytes().first()) {
            for found in memchr::memchr_iter(*byte, bytes.get(start..).unwrap_or_default()) {
                self.plain(text, from, start + found);
                from = start + found + 1;
            }
        } else {
            while let Some(found) = self.delimiter.find(bytes, from) {
                self.plain(text, from, found);
                from = found + self.delimiter.length;
            }
        }
        self.plain(text, from, text.len());
    }

    /// Adds a cell without quotes.
    #[inline]
    fn plain(&mut self, text: &str, from: usize, to: usize) {
        let all = text.get(from..to).unwrap_or("");
        let edge = |byte: Option<&u8>| byte.is_some_and(|byte| *byte <= b' ' || *byte >= 0x80);
        if !self.trim || !edge(all.as_bytes().first()) && !edge(all.as_bytes().last()) {
            self.cells.push(Cell::plain(from, to));
            return;
        }
        self.cells.push(Cell::trimmed(text, from, to, is_blank));
    }

    /// Adds the cell whose quote stands at a place; the place of the delimiter behind it, or the end of the record.
    fn quoted(
        &mut self,
        records: &mut Records,
        quote: Mark,
        opens: usize,
        first_line: u64,
        fault: &mut Option<Fault>,
    ) -> Result<usize, Fault> {
        let opened_line = self.lines.number().max(first_line);
        let from = opens + quote.length;
        let (mut at, mut piece, mut escaped_from) = (from, from, None);
        let end = loop {
            match quote.find(records.text().as_bytes(), at) {
                Some(found) if quote.stands_at(records.text().as_bytes(), found + quote.length) => {
                    escaped_from.get_or_insert(self.unescaped.len());
                    at = found + 2 * quote.length;
                    self.unescaped.push_str(records.text().get(piece..found + quote.length).unwrap_or(""));
                    piece = at;
                }
                Some(found) => break found,
                None => {
                    at = records.text().len();
                    let too_long =
                        self.lines.number() - opened_line >= QUOTED_LINES_MAX || at - from > QUOTED_BYTES_MAX;
                    records.text_mut().push('\n');
                    let next = self.lines.go_on(records.text_mut())?;
                    let Some(next) = next.filter(|_| !too_long) else {
                        return Err(self.unclosed_quote(records, opens, at));
                    };
                    records.end();
                    if fault.is_none() {
                        *fault = undecodable(self.lines.file(), records, &next, at + 1);
                    }
                }
            }
        };
        let (mut text_from, mut text_to) = (from, end);
        if self.trim {
            let kept = records.text().get(from..end).unwrap_or("");
            let left = kept.trim_start_matches(is_blank);
            text_from = from + (kept.len() - left.len());
            text_to = text_from + left.trim_end_matches(is_blank).len();
        }
        if let Some(escaped_from) = escaped_from {
            self.unescaped.push_str(records.text().get(piece..end).unwrap_or(""));
            let kept = self.unescaped.get(escaped_from..).unwrap_or("");
            let bare = if self.trim { kept.trim_matches(is_blank) } else { kept };
            let before =
                kept.len() - if self.trim { kept.trim_start_matches(is_blank).len() } else { kept.len() };
            let bare_from = escaped_from + before;
            self.escaped.push((self.cells.len(), bare_from, bare_from + bare.len()));
        }
        self.cells.push(Cell::plain(text_from, text_to).shown(from, end));
        let after = self.skip_gaps(records.text(), end + quote.length);
        if after < records.text().len() && !self.delimiter.stands_at(records.text().as_bytes(), after) {
            if self.lines.number() != opened_line {
                return Err(self.unclosed_quote(records, opens, records.text().len()));
            }
            let text = records.text();
            let to = self.delimiter.find(text.as_bytes(), after).unwrap_or(text.len());
            fault.get_or_insert_with(|| {
                let place = records.place_at(self.lines.file(), records.len().saturating_sub(1), after, to);
                Fault::new(code::TEXT_AFTER_QUOTE).at(place).found(text.get(after..to).unwrap_or(""))
            });
            return Ok(to);
        }
        Ok(after)
    }

    /// The first character from a place on that is no blank; a delimiter is none.
    fn skip_gaps(&self, text: &str, from: usize) -> usize {
        let rest = text.get(from..).unwrap_or("");
        let gap = |character: char| is_blank(character) && character != self.delimiter.character;
        from + (rest.len() - rest.trim_start_matches(gap).len())
    }

    fn unclosed_quote(&self, records: &mut Records, at: usize, end: usize) -> Fault {
        records.text_mut().truncate(end);
        records.end();
        let quote = self.quote.map_or('"', |quote| quote.character);
        let place =
            records.place_at(self.lines.file(), records.len().saturating_sub(1), at, at + quote.len_utf8());
        Fault::new(code::UNCLOSED_QUOTE).at(place).with("quote", quote)
    }
}

fn by_number(at: &FieldAt) -> Option<usize> {
    match at {
        FieldAt::Column(column) => column.checked_sub(1),
        FieldAt::Header
        | FieldAt::Label
        | FieldAt::Tag(_)
        | FieldAt::Characters { .. }
        | FieldAt::Content
        | FieldAt::Path(_) => None,
    }
}
