//! Records -> a labelled table: a line for each label, the row that names the columns, the rows of the table, and the empty
//! line that ends it where `stop_at` looks for one.

use super::RECORD;
use crate::fault::{Fault, Place, code};
use crate::format::bytes_out::BytesOut;
use crate::format::csv;
use crate::format::layout::{CsvSyntax, Layout};
use crate::format::lines::all_blank;
use crate::format::record::OutRecord;

/// Writes one record of labels and the rows of its table. A label without a value is left out, as a reader takes it.
///
/// # Errors
/// A fault of the operator: as in any CSV file; labels a second time or behind a row; a table whose first column is not
/// the one that readers look for; a row that readers take for the end of the table.
pub(in crate::format) fn write(
    layout: &Layout,
    syntax: &CsvSyntax,
    until: &str,
    records: &[OutRecord],
    columns: Option<&[String]>,
    out: &mut BytesOut<'_>,
) -> Result<(), Fault> {
    let labels = layout.records.iter().position(|kind| kind.name == RECORD);
    let (before, rows) = match records.split_first() {
        Some((first, rows)) if Some(first.kind) == labels => (Some(first), rows),
        _ => (None, records),
    };
    let cannot = |record: &str, found: &str, expected: String| {
        let place = Place::default().record(record);
        Fault::new(code::RECORD_CANNOT_BE_WRITTEN).at(place).found(found).with("expected", expected)
    };
    if let Some(again) = rows.iter().find(|record| Some(record.kind) == labels) {
        let found = again.texts.iter().find(|text| !text.is_empty()).map_or("", String::as_str);
        return Err(cannot(
            RECORD,
            found,
            "labels once, before the rows of their table, and no second document in one file".to_owned(),
        ));
    }
    if let Some((kind, record)) = before.and_then(|record| Some((layout.records.get(record.kind)?, record))) {
        for (field, text) in kind.fields.iter().zip(&record.texts) {
            let place = Place::default().record(&kind.name).field(&field.name);
            let text = out.writable(&place, text)?;
            if all_blank(&text) {
                continue;
            }
            let mut cells = csv::Cells::default();
            cells.put(0, out.writable(&place, &field.name)?);
            cells.put(1, text);
            out.line(&cells.line(syntax, kind)?)?;
        }
    }
    let Some(table) = layout.records.iter().find(|kind| kind.name != RECORD) else { return Ok(()) };
    let header = csv::header(table, columns, out)?;
    if header.first() != until {
        return Err(cannot(&table.name, header.first(), format!("{until} as the first column")));
    }
    out.line(&header.line(syntax, table)?)?;
    for record in rows {
        let Some(kind) = layout.records.get(record.kind) else { continue };
        let line = csv::row(kind, syntax, &record.texts, columns, out)?;
        if layout.around.stop_at.as_ref().is_some_and(|stop| stop.is_match(&line)) {
            return Err(cannot(
                &kind.name,
                &line,
                "a row that stop_at does not take for the end of the table".to_owned(),
            ));
        }
        out.line(&line)?;
    }
    if ends_with_empty_line(layout) {
        out.line("")?;
    }
    Ok(())
}

/// Whether an empty line ends the table: `stop_at` takes it for the end.
pub(in crate::format) fn ends_with_empty_line(layout: &Layout) -> bool {
    layout.around.stop_at.as_ref().is_some_and(|stop| stop.is_match(""))
}
