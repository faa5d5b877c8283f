//! The lines before the table of a labelled CSV file: `LevDatum;2026-11-20`, in any order, up to the row that names the
//! columns (reference, section 3.6). Together they are one record, and the rows of the table stand under it.

mod write;

use super::csv::{CsvRows, is_almost};
use super::layout::{FieldAt, Layout};
use super::lines::{all_blank, is_blank};
use super::record::{Cell, Records};
use super::rows::{Row, within_limit};
use crate::fault::{Fault, Place, code};

pub(super) use write::{ends_with_empty_line, write};

/// The record kind that the labels are.
pub(super) const RECORD: &str = "labels";

/// Reads the labels to the last of `records`, and the header behind them.
///
/// # Errors
/// The file cannot be read, or has no row that begins so.
pub(super) fn read(rows: &mut CsvRows<'_>, until: &str, records: &mut Records) -> Result<Option<Row>, Fault> {
    let mut labels: Vec<(String, Cell, Cell)> = Vec::new();
    let mut fault = None;
    let (mut number, mut first_line) = (0, 0);
    let begins = records.text().len();
    loop {
        let mut text = String::new();
        let Some(line) = rows.lines.next(&mut text)? else {
            if number == 0 {
                return Ok(None);
            }
            return Err(Fault::new(code::TABLE_NEVER_REACHED)
                .at(Place::file(rows.lines.file()).line(number))
                .with("until", until));
        };
        let before = records.text().len();
        if number > 0 {
            // As many line ends as lie between, so that places are counted right; a quoted label brings its own.
            let own = records.text().get(begins..).unwrap_or("").matches('\n').count() as u64;
            for _ in first_line + own..line.number {
                records.text_mut().push('\n');
            }
        } else {
            first_line = line.number;
        }
        let start = records.text().len();
        records.text_mut().push_str(&text);
        if number == 0 {
            records.begin_from(line.number, line.column, start);
        } else {
            records.end();
        }
        within_limit(rows.lines.file(), line.number, records.text().len() - begins)?;
        number = line.number;
        rows.saw_anything = true;
        let wrong = rows.cut(&line, records, start)?;
        let first = rows.cells.first().copied();
        if first.is_some_and(|first| records.text_of(&first).trim_matches(is_blank) == until) {
            rows.keep_names(records);
            let columns = rows.header(records)?;
            rows.columns = Some(columns);
            records.text_mut().truncate(before.max(begins));
            records.end();
            break;
        }
        fault = fault.or(wrong);
        if let Some(label) = first {
            let name = bare(records.text_of(&label)).to_owned();
            if fault.is_none() && is_read(rows.layout, &name) {
                fault = extra_value(rows, records);
            }
            let end = Cell::plain(start + text.len(), start + text.len());
            labels.push((name, label, rows.cells.get(1).copied().unwrap_or(end)));
        }
    }
    rows.lines.arm();
    let kind = rows.layout.records.iter().position(|record| record.name == RECORD);
    for field in
        kind.and_then(|kind| rows.layout.records.get(kind)).map(|kind| &kind.fields).into_iter().flatten()
    {
        let mut found = labels
            .iter()
            .filter(|(name, ..)| matches!(field.at, FieldAt::Label) && name == bare(&field.name));
        let first = found.next().map(|(_, _, value)| *value);
        if let Some((_, label, _)) = found.next()
            && fault.is_none()
        {
            let place = records.place_of_cell(rows.lines.file(), records.len().saturating_sub(1), label);
            fault = Some(Fault::new(code::ELEMENT_REPEATED).at(place).found(&field.name));
        }
        if first.is_none()
            && matches!(field.at, FieldAt::Label)
            && let Some((name, label, _)) =
                labels.iter().find(|(name, ..)| is_almost(name, bare(&field.name)))
        {
            let place = records.place_of_cell(rows.lines.file(), records.len().saturating_sub(1), label);
            let fault = Fault::new(code::NAME_ALMOST_KNOWN).at(place).found(name);
            rows.warnings.push(fault.with("known", &field.name));
        }
        records.push(first.unwrap_or(Cell::missing(begins)));
    }
    Ok(Some(Row { kind, fault }))
}

/// Behind the table nothing is read; but where its header stands again, two files were joined, and the second is no remark.
///
/// # Errors
/// It does; or the file cannot be read.
pub(super) fn check_behind(rows: &mut CsvRows<'_>, until: &str) -> Result<(), Fault> {
    let mut text = String::new();
    let mut records = Records::default();
    while let Some(line) = rows.lines.go_on(&mut text)? {
        if text.contains(until) {
            records.clear();
            records.text_mut().push_str(&text);
            records.begin_from(line.number, line.column, 0);
            rows.cut(&line, &mut records, 0)?;
            let first = rows.cells.first().copied();
            if first.is_some_and(|first| records.text_of(&first).trim_matches(is_blank) == until) {
                let place = records.place(rows.lines.file(), 0);
                return Err(Fault::new(code::SECOND_TABLE).at(place).found(until));
            }
        }
        text.clear();
    }
    Ok(())
}

/// Whether some field is the value of a label.
fn is_read(layout: &Layout, label: &str) -> bool {
    let fields =
        layout.records.iter().filter(|record| record.name == RECORD).flat_map(|record| &record.fields);
    fields.into_iter().any(|field| matches!(field.at, FieldAt::Label) && bare(&field.name) == label)
}

/// The fault of the label line at hand where more than one value stands in it.
fn extra_value(rows: &CsvRows<'_>, records: &Records) -> Option<Fault> {
    let extra = rows.cells.get(2..)?.iter().find(|cell| !all_blank(records.text_of(cell)))?;
    let place = records.place_of_cell(rows.lines.file(), records.len().saturating_sub(1), extra);
    Some(
        Fault::new(code::EXTRA_FIELD)
            .at(place.record(RECORD))
            .found(records.text_of(extra))
            .with("columns", 2)
            .with("fields", rows.cells.len()),
    )
}

/// A label without the colon that may stand behind it.
fn bare(label: &str) -> &str {
    label.trim_matches(|sign| is_blank(sign) || sign == ':')
}

#[cfg(test)]
mod tests;
