//! Files of delimited records: the delimiter, quotes, header, record types, groups.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::column::{Column, NumberStyle};
use super::record_types::{RECORD_TYPES_MAX, RecordType, record_types};
use super::text::{Line, is_blank};
use super::words;
use crate::format::convert;

/// Characters that delimit fields, the likelier before the others.
const DELIMITERS: [char; 9] = [';', '\t', '|', '¤', ',', '^', '~', '¦', '\u{1f}'];

/// So many lines show the delimiter.
const LINES_FOR_DELIMITER: usize = 500;
/// More columns than any file has.
pub(super) const COLUMNS_MAX: usize = 2_000;
/// A text in quotes of more lines was never closed.
const QUOTED_LINES_MAX: usize = 200;
/// As is one of more bytes.
const QUOTED_BYTES_MAX: usize = 64 * 1024;
/// After so many that were not closed, no other is looked for over lines.
const UNCLOSED_MAX: usize = 20;
/// A header stands among the first so many records.
const HEADER_AMONG: usize = 30;

/// Whether fields stand in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "are")]
pub(crate) enum Quotes {
    /// No quotation mark at all.
    Absent,
    /// Round fields.
    RoundFields {
        /// How many.
        fields: usize,
        /// All fields that hold something have them.
        all: bool,
        /// Quotation marks that are not closed.
        unclosed: usize,
    },
    /// In texts only, like `Kran 1/2"`: they mean nothing.
    PlainText {
        /// In how many fields.
        fields: usize,
    },
}

/// A file of delimited records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Csv {
    /// Between fields; `None` where there is one column.
    pub delimiter: Option<char>,
    /// Quotes.
    pub quotes: Quotes,
    /// The line of the header.
    pub header_line: Option<u64>,
    /// Lines before the header or the first record that are none.
    pub skip_first: u64,
    /// Records end with a delimiter.
    pub trailing_delimiter: bool,
    /// Blanks stand behind delimiters.
    pub padded: bool,
    /// Records, without the header and blank ones.
    pub rows: usize,
    /// Records with more fields than the header, or than most have.
    pub longer: usize,
    /// Records with fewer.
    pub shorter: usize,
    /// The columns; of a file with record types they stand there.
    pub columns: Vec<Column>,
    /// Kinds of records, told by the first column.
    pub record_types: Vec<RecordType>,
    /// How numbers are written.
    pub numbers: NumberStyle,
    /// What rows share.
    pub group: Option<Group>,
}

/// What rows share that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    /// The number of the column, from 1.
    pub column: usize,
    /// So many different numbers there are.
    pub documents: usize,
    /// So many rows have one.
    pub rows: usize,
    /// So many rows the greatest has.
    pub most_rows: usize,
    /// Numbers that return after another one.
    pub returning: usize,
    /// Columns whose values differ inside a document, and in how many documents.
    pub differing: Vec<(usize, usize)>,
}

/// A record, cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Of its first line, from 1; 0 where it is not known.
    pub line: u64,
    pub cells: Vec<String>,
}

impl Row {
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }

    /// So many cells up to the last that holds something.
    pub fn filled_length(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1)
    }
}

/// The delimiter that cuts the lines most evenly.
pub(super) fn delimiter(lines: &[Line<'_>]) -> Option<char> {
    let lines: Vec<&str> =
        lines.iter().map(|line| line.text).filter(|text| !is_blank(text)).take(LINES_FOR_DELIMITER).collect();
    let mut best: Option<(usize, char)> = None;
    for delimiter in DELIMITERS {
        let Some(score) = evenness(&lines, delimiter) else { continue };
        if best.is_none_or(|(other, _)| score > other) {
            best = Some((score, delimiter));
        }
    }
    best.map(|(_, delimiter)| delimiter)
}

/// How evenly a character cuts lines, or none where it does not stand in most of them.
fn evenness(lines: &[&str], delimiter: char) -> Option<usize> {
    let counts: Vec<(&str, usize)> = lines
        .iter()
        .map(|line| {
            let first = line.split(delimiter).next().unwrap_or("");
            (first, count_outside_quotes(line, delimiter))
        })
        .collect();
    let all = counts.len();
    let hits = counts.iter().filter(|(_, count)| *count > 0).count();
    if all == 0 || hits * 10 < all * 6 {
        return None;
    }
    let modal = |counts: &mut dyn Iterator<Item = usize>| -> usize {
        let mut often: HashMap<usize, usize> = HashMap::new();
        for count in counts {
            *often.entry(count).or_default() += 1;
        }
        often.into_values().max().unwrap_or(0)
    };
    let mut even = modal(&mut counts.iter().map(|(_, count)| *count));
    // Record types have different lengths, each its own.
    let mut by_first: HashMap<&str, Vec<usize>> = HashMap::new();
    for (first, count) in &counts {
        by_first.entry(first).or_default().push(*count);
    }
    if by_first.len() <= RECORD_TYPES_MAX && by_first.len() * 2 <= all {
        even = even.max(by_first.values().map(|counts| modal(&mut counts.iter().copied())).sum());
    }
    // Text has as many commas as it likes.
    if even * 2 < all && matches!(delimiter, ',' | '~' | '^') {
        return None;
    }
    let fields: usize = counts.iter().map(|(_, count)| count).sum::<usize>() * 10 / all;
    let unlike = if delimiter == ',' { 7 } else { 10 };
    Some(hits * 100 / all * (even * 100 / all + 20) * (fields.min(300) + 20) * unlike)
}

fn count_outside_quotes(line: &str, delimiter: char) -> usize {
    let quotes = line.matches('"').count();
    if quotes == 0 || quotes % 2 == 1 {
        return line.matches(delimiter).count();
    }
    let outside = line.split('"').step_by(2);
    outside.map(|piece| piece.matches(delimiter).count()).sum()
}

/// Whether fields stand in quotes, and whether blanks are round them.
pub(super) fn quotes(lines: &[Line<'_>], delimiter: Option<char>) -> Quotes {
    let (mut round, mut plain, mut broken, mut bare) = (0_usize, 0_usize, 0_usize, 0_usize);
    for line in lines {
        let mut rest = Some(line.text);
        while let Some(text) = rest {
            let field = text.trim_start_matches(|c: char| c == ' ' || c == '\t' && delimiter != Some('\t'));
            if let Some(inside) = field.strip_prefix('"') {
                match closed(inside, delimiter) {
                    Some(after) => {
                        round += 1;
                        rest = after;
                        continue;
                    }
                    None => broken += 1,
                }
            }
            let end = delimiter.and_then(|delimiter| text.find(delimiter).map(|at| (at, delimiter)));
            let own = end.and_then(|(at, _)| text.get(..at)).unwrap_or(text);
            if own.contains('"') {
                plain += 1;
            } else if !is_blank(own) {
                bare += 1;
            }
            rest = end.and_then(|(at, delimiter)| text.get(at + delimiter.len_utf8()..));
        }
    }
    match (round, plain) {
        (0, 0) => Quotes::Absent,
        (0, fields) => Quotes::PlainText { fields },
        _ if round > broken => {
            Quotes::RoundFields { fields: round, all: bare * 20 < round, unclosed: broken }
        }
        _ => Quotes::PlainText { fields: plain },
    }
}

/// What stands behind the delimiter after the closing quote: none inside where the line ends there.
fn closed(inside: &str, delimiter: Option<char>) -> Option<Option<&str>> {
    let mut rest = inside;
    loop {
        let (_, after) = rest.split_once('"')?;
        if let Some(escaped) = after.strip_prefix('"') {
            rest = escaped;
            continue;
        }
        let after = after.trim_start_matches(' ');
        if after.is_empty() {
            return Some(None);
        }
        return after.strip_prefix(delimiter?).map(Some);
    }
}

/// Cuts lines into records; blanks round fields are no part of them, and blank records are left out.
pub(super) fn cut(lines: &[Line<'_>], delimiter: Option<char>, quoted: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut at, mut unclosed) = (0, 0);
    while let Some(line) = lines.get(at) {
        at += 1;
        if is_blank(line.text) {
            continue;
        }
        let (cells, more) = match delimiter {
            _ if quoted && line.text.contains('"') => {
                // Where many are not closed, none is looked for any more: that takes its time.
                let next = if unclosed < UNCLOSED_MAX { lines.get(at..) } else { None };
                cut_quoted(line.text, next, delimiter).unwrap_or_else(|plain| {
                    unclosed += 1;
                    (plain, 0)
                })
            }
            Some(delimiter) => (line.text.split(delimiter).map(trimmed).collect(), 0),
            None => (vec![trimmed(line.text)], 0),
        };
        at += more;
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Row { line: line.number, cells });
        }
    }
    for row in &mut rows {
        row.cells.truncate(COLUMNS_MAX);
    }
    rows
}

fn trimmed(text: &str) -> String {
    convert::trimmed(text).to_owned()
}

/// Cuts a record with quotes, and says how many more lines belong to it.
///
/// # Errors
/// A quote is never closed: the fields of the line as plain text, so that the rest of the file is still seen.
fn cut_quoted(
    text: &str,
    next: Option<&[Line<'_>]>,
    delimiter: Option<char>,
) -> Result<(Vec<String>, usize), Vec<String>> {
    let mut whole = Cow::Borrowed(text);
    let mut more = 0;
    loop {
        if let Ok(cells) = cells(&whole, delimiter) {
            return Ok((cells, more));
        }
        match next.and_then(|next| next.get(more)) {
            Some(line) if more < QUOTED_LINES_MAX && line.text.len() + whole.len() < QUOTED_BYTES_MAX => {
                whole = Cow::Owned(format!("{whole}\n{}", line.text));
                more += 1;
            }
            _ => return Err(text.split(|sign| Some(sign) == delimiter).map(trimmed).collect()),
        }
    }
}

/// The fields of a record, or that a quote is still open.
fn cells(text: &str, delimiter: Option<char>) -> Result<Vec<String>, Unclosed> {
    let mut cells = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let field = text.trim_start_matches(|c: char| c == ' ' || c == '\t' && delimiter != Some('\t'));
        let Some(inside) = field.strip_prefix('"') else {
            let (cell, after) = match delimiter.and_then(|delimiter| text.split_once(delimiter)) {
                Some((cell, after)) => (cell, Some(after)),
                None => (text, None),
            };
            cells.push(trimmed(cell));
            rest = after;
            continue;
        };
        let (mut cell, mut from) = (String::new(), inside);
        let after = loop {
            let (part, after) = from.split_once('"').ok_or(Unclosed)?;
            cell.push_str(part);
            match after.strip_prefix('"') {
                Some(escaped) => {
                    cell.push('"');
                    from = escaped;
                }
                None => break after,
            }
        };
        cells.push(trimmed(&cell));
        rest = delimiter.and_then(|delimiter| after.split_once(delimiter)).map(|(_, after)| after);
    }
    Ok(cells)
}

struct Unclosed;

/// The place of the row that names the columns.
fn header(rows: &[Row]) -> Option<usize> {
    if let Some(at) = header_behind_labels(rows) {
        return Some(at);
    }
    let width = usual_width(rows);
    let candidates = rows.iter().take(HEADER_AMONG).enumerate();
    for (at, row) in candidates {
        let length = row.filled_length();
        if length == 0 || length * 2 < width {
            continue;
        }
        let cells: Vec<&str> = row.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let known = cells.iter().filter(|cell| !words::meant(cell).is_empty()).count();
        let named = cells.iter().all(|cell| is_name(cell));
        let is_header = named
            && match known {
                0 => at == 0 && differs_from_below(row, rows.get(1..).unwrap_or(&[])),
                1 => cells.len() <= 3 || differs_from_below(row, rows.get(at + 1..).unwrap_or(&[])),
                known => {
                    known * 4 >= cells.len() || differs_from_below(row, rows.get(at + 1..).unwrap_or(&[]))
                }
            };
        if is_header {
            return Some(at);
        }
        // Before the header stand titles, which have fewer fields.
        if length >= width.max(2) {
            return None;
        }
    }
    None
}

/// The place of the row that names the columns behind lines of label and value, of which there may be more than rows.
fn header_behind_labels(rows: &[Row]) -> Option<usize> {
    let at = rows.iter().take(HEADER_AMONG).position(|row| row.filled_length() > 2)?;
    let row = rows.get(at)?;
    let mut cells = row.cells.iter().filter(|cell| !cell.is_empty());
    let known = cells.clone().filter(|cell| !words::meant(cell).is_empty()).count();
    (at >= 2 && known >= 3 && cells.all(|cell| is_name(cell))).then_some(at)
}

/// Whether a cell can name a column: it has a letter and is no value.
fn is_name(cell: &str) -> bool {
    cell.chars().any(char::is_alphabetic) && cell.chars().count() <= 60 && !cell.contains('@')
}

/// Whether the first row holds texts where those below it hold numbers or dates.
fn differs_from_below(row: &Row, below: &[Row]) -> bool {
    let is_value = |cell: &str| cell.bytes().filter(u8::is_ascii_digit).count() * 2 > cell.len();
    if row.cells.iter().any(|cell| is_value(cell)) || below.is_empty() {
        return false;
    }
    let distinct: HashSet<&String> = row.cells.iter().filter(|cell| !cell.is_empty()).collect();
    if distinct.len() < row.cells.iter().filter(|cell| !cell.is_empty()).count() {
        return false;
    }
    (0..row.cells.len()).any(|at| {
        let mut filled =
            below.iter().take(100).map(|row| row.cell(at)).filter(|cell| !cell.is_empty()).peekable();
        !row.cell(at).is_empty() && filled.peek().is_some() && filled.all(is_value)
    })
}

/// The number of fields that most rows have.
fn usual_width(rows: &[Row]) -> usize {
    let mut often: HashMap<usize, usize> = HashMap::new();
    for row in rows {
        *often.entry(row.cells.len()).or_default() += 1;
    }
    often.into_iter().max_by_key(|(width, count)| (*count, *width)).map_or(0, |(width, _)| width)
}

/// What a file of delimited records is.
pub(super) fn look(lines: &[Line<'_>], delimiter: Option<char>) -> (Csv, Vec<Row>) {
    let quotes = quotes(lines, delimiter);
    let mut rows = cut(lines, delimiter, matches!(quotes, Quotes::RoundFields { .. }));
    let header_at = header(&rows).filter(|at| {
        *at > 0 || record_types(&rows).is_empty() || {
            rows.first()
                .is_some_and(|row| row.cells.iter().filter(|cell| !words::meant(cell).is_empty()).count() > 1)
        }
    });
    let header = header_at.and_then(|at| rows.get(at).cloned());
    rows.drain(..header_at.map_or(0, |at| at + 1).min(rows.len()));
    let all = rows.iter().chain(&header);
    let trailing = |row: &Row| {
        delimiter.is_some() && row.cells.len() > 1 && row.cells.last().is_some_and(String::is_empty)
    };
    let ends = all.clone().filter(|row| trailing(row)).count();
    let trailing_delimiter = match &header {
        Some(header) => trailing(header),
        None => ends > 0 && ends == all.clone().count(),
    };
    let padded = delimiter.is_some_and(|delimiter| {
        let texts = || lines.iter().take(LINES_FOR_DELIMITER).map(|line| line.text);
        let behind: usize = texts().map(|text| text.matches(&format!("{delimiter} ")).count()).sum();
        let each: usize = texts().map(|text| text.matches(delimiter).count()).sum();
        behind * 2 > each && each > 0
    });
    let width = header.as_ref().map_or_else(|| usual_width(&rows), Row::filled_length);
    let types = if header.is_some() { Vec::new() } else { record_types(&rows) };
    let columns = if types.is_empty() { columns(&rows, header.as_ref(), width) } else { Vec::new() };
    let typed = types.iter().flat_map(|kind| &kind.columns);
    let numbers = NumberStyle::of(columns.iter().chain(typed));
    let (mut longer, mut shorter) = (0, 0);
    if types.is_empty() {
        let least =
            if trailing_delimiter { width } else { width.saturating_sub(usize::from(header.is_none())) };
        longer = rows.iter().filter(|row| row.filled_length() > width).count();
        shorter = rows.iter().filter(|row| row.cells.len() < least).count();
    }
    let skip_first = header.as_ref().or(rows.first()).map_or(0, |row| row.line.saturating_sub(1));
    // Blank lines are passed over anyway.
    let said = lines.iter().take_while(|line| line.number <= skip_first && line.number > 0);
    let skip_first = if said.clone().any(|line| !is_blank(line.text)) { skip_first } else { 0 };
    let csv = Csv {
        delimiter,
        quotes,
        header_line: header.as_ref().map(|header| header.line),
        skip_first,
        trailing_delimiter,
        padded,
        rows: rows.len(),
        longer,
        shorter,
        columns,
        record_types: types,
        numbers,
        group: None,
    };
    (csv, rows)
}

fn columns(rows: &[Row], header: Option<&Row>, width: usize) -> Vec<Column> {
    (0..width.min(COLUMNS_MAX))
        .map(|at| {
            let name = header.map(|header| header.cell(at).to_owned()).filter(|name| !name.is_empty());
            Column::of(at + 1, name, rows.iter().map(|row| row.cell(at)))
        })
        .collect()
}

/// What rows share by a column.
pub(super) fn group(rows: &[Row], column: usize, width: usize) -> Group {
    struct Seen<'r> {
        rows: usize,
        first: &'r Row,
        differing: HashSet<usize>,
    }
    let at = column.saturating_sub(1);
    let mut seen: HashMap<&str, Seen<'_>> = HashMap::new();
    let (mut before, mut returning, mut with): (Option<&str>, HashSet<&str>, usize) =
        (None, HashSet::new(), 0);
    for row in rows {
        let key = row.cell(at);
        if key.is_empty() {
            continue;
        }
        with += 1;
        match seen.get_mut(key) {
            None => {
                seen.insert(key, Seen { rows: 1, first: row, differing: HashSet::new() });
            }
            Some(known) => {
                known.rows += 1;
                if before != Some(key) {
                    returning.insert(key);
                }
                for other in 0..width {
                    if row.cell(other) != known.first.cell(other) {
                        known.differing.insert(other + 1);
                    }
                }
            }
        }
        before = Some(key);
    }
    let mut differing: HashMap<usize, usize> = HashMap::new();
    for column in seen.values().flat_map(|seen| &seen.differing) {
        *differing.entry(*column).or_default() += 1;
    }
    let mut differing: Vec<(usize, usize)> = differing.into_iter().collect();
    differing.sort_unstable();
    Group {
        column,
        documents: seen.len(),
        rows: with,
        most_rows: seen.values().map(|seen| seen.rows).max().unwrap_or(0),
        returning: returning.len(),
        differing,
    }
}
