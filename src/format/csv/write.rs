//! Records -> the lines of a CSV file.

use crate::fault::{Fault, Place, code};
use crate::format::bytes_out::BytesOut;
use crate::format::layout::{
    Condition, CsvSyntax, FieldAt, FieldLayout, Layout, Quotes, RecordLayout, Trailing,
};
use crate::format::lines::is_blank;
use crate::format::record::OutRecord;

/// Writes records, behind the header if the file has one.
///
/// # Errors
/// A fault of the operator: a character that the encoding does not have, a text that needs quotes where there are none,
/// a text whose column is not there.
pub(in crate::format) fn write(
    layout: &Layout,
    syntax: &CsvSyntax,
    records: &[OutRecord],
    columns: Option<&[String]>,
    out: &mut BytesOut<'_>,
) -> Result<(), Fault> {
    if let Some(kind) = layout.records.first().filter(|_| syntax.header) {
        let header = header(kind, columns, out)?;
        out.line(&header.line(syntax, kind)?)?;
    }
    for record in records {
        let Some(kind) = layout.records.get(record.kind) else { continue };
        let row = row(kind, syntax, &record.texts, columns, out)?;
        out.line(&row)?;
    }
    Ok(())
}

/// One record as a line.
///
/// # Errors
/// The same.
pub(in crate::format) fn row(
    kind: &RecordLayout,
    syntax: &CsvSyntax,
    texts: &[String],
    columns: Option<&[String]>,
    out: &BytesOut<'_>,
) -> Result<String, Fault> {
    cells(kind, texts, columns, out)?.line(syntax, kind)
}

/// The names of the columns.
///
/// # Errors
/// A character that the encoding does not have.
pub(in crate::format) fn header(
    kind: &RecordLayout,
    columns: Option<&[String]>,
    out: &BytesOut<'_>,
) -> Result<Cells, Fault> {
    let own = || kind.fields.iter().enumerate().map(|(at, field)| (column_of(field, at), &field.name));
    let names: Vec<(usize, &String)> = match columns {
        Some(columns) => columns.iter().enumerate().collect(),
        None => own().collect(),
    };
    let mut cells = Cells::default();
    for (column, name) in names {
        let place = Place::default().record(&kind.name).field(name);
        cells.put(column, out.writable(&place, name)?);
    }
    Ok(cells)
}

/// The texts of a CSV record by its columns.
#[derive(Default)]
pub(in crate::format) struct Cells(Vec<String>);

impl Cells {
    /// At least so many.
    fn least(&mut self, columns: usize) {
        if self.0.len() < columns {
            self.0.resize(columns, String::new());
        }
    }

    /// Puts a text into a column, from 0.
    pub fn put(&mut self, column: usize, text: String) {
        self.least(column + 1);
        if let Some(cell) = self.0.get_mut(column) {
            *cell = text;
        }
    }

    /// The text of the first column.
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The cells as a line.
    ///
    /// # Errors
    /// A text that needs quotes where there are none.
    pub fn line(&self, syntax: &CsvSyntax, kind: &RecordLayout) -> Result<String, Fault> {
        let mut line = String::new();
        for (at, text) in self.0.iter().enumerate() {
            if at > 0 {
                line.push(syntax.delimiter);
            }
            line.push_str(&cell(syntax, text).ok_or_else(|| {
                let field =
                    kind.fields.iter().enumerate().find(|(place, field)| column_of(field, *place) == at);
                let place = Place::default().record(&kind.name);
                Fault::new(code::TEXT_NEEDS_QUOTES)
                    .at(match field {
                        Some((_, field)) => place.field(&field.name),
                        None => place,
                    })
                    .found(text.clone())
                    .with("delimiter", syntax.delimiter)
            })?);
        }
        if syntax.trailing_delimiter != Trailing::Allowed {
            line.push(syntax.delimiter);
        }
        Ok(line)
    }
}

/// The column of a field, from 0: by its number, else by its place among the fields.
fn column_of(field: &FieldLayout, place: usize) -> usize {
    match field.at {
        FieldAt::Column(column) => column.saturating_sub(1),
        FieldAt::Header
        | FieldAt::Label
        | FieldAt::Tag(_)
        | FieldAt::Characters { .. }
        | FieldAt::Content
        | FieldAt::Path(_) => place,
    }
}

/// The cells of a record, with what tells its kind.
fn cells(
    kind: &RecordLayout,
    texts: &[String],
    columns: Option<&[String]>,
    out: &BytesOut<'_>,
) -> Result<Cells, Fault> {
    let mut cells = Cells::default();
    cells.least(columns.map_or(0, <[String]>::len));
    for (at, field) in kind.fields.iter().enumerate() {
        let place = Place::default().record(&kind.name).field(&field.name);
        let text = out.writable(&place, texts.get(at).map_or("", String::as_str))?;
        let column = match (&field.at, columns) {
            (FieldAt::Column(_), _) | (_, None) => column_of(field, at),
            (_, Some(columns)) => match columns.iter().position(|name| *name == field.name) {
                Some(column) => column,
                None if text.is_empty() => continue,
                None => {
                    let expected = format!("a column {} in the header", field.name);
                    let fault = Fault::new(code::VALUE_CANNOT_BE_WRITTEN).at(place);
                    return Err(fault.found(text).with("expected", expected));
                }
            },
        };
        cells.put(column, text);
    }
    for condition in &kind.when {
        if let Condition::Column { column, is } = condition {
            let column = column.saturating_sub(1);
            if cells.0.get(column).is_none_or(|there| !is.contains(there)) {
                cells.put(column, is.first().cloned().unwrap_or_default());
            }
        }
    }
    Ok(cells)
}

/// A text as it is written, in quotes only where it needs them; none where it would need them and there are none.
fn cell(syntax: &CsvSyntax, text: &str) -> Option<String> {
    let splits = text.contains([syntax.delimiter, '\r', '\n']);
    let Some(quote) = syntax.quote else {
        return (!splits).then(|| text.to_owned());
    };
    let blank_edge = text.starts_with(is_blank) || text.ends_with(is_blank);
    if !(splits || text.contains(quote) || blank_edge) && syntax.quotes == Quotes::Needed {
        return Some(text.to_owned());
    }
    let doubled = text.replace(quote, &format!("{quote}{quote}"));
    Some(format!("{quote}{doubled}{quote}"))
}
