//! Records -> the bytes of one whole file.

use super::encoding::Encoding;
use super::layout::{Align, Condition, CsvSyntax, FieldAt, FieldLayout, FixedSyntax, Framing, Layout};
use super::layout::{Newline, Quotes, RecordLayout, Syntax, Trailing};
use super::lines::is_blank;
use super::record::OutRecord;
use super::xml::xml_text;
use crate::fault::{Fault, Place, code};

/// Writes records as the bytes of one whole file (header, delimiters or widths, line ends, encoding), without a byte
/// order mark. The markers that a record kind's `when` asks for are written too.
///
/// # Errors
/// A fault of the operator: a character that the encoding does not have, a text that is longer than its field, a
/// delimiter or line break in a text where nothing can quote it.
pub(super) fn write_records(layout: &Layout, records: &[OutRecord]) -> Result<Vec<u8>, Fault> {
    write_in_columns(layout, records, None)
}

/// The same, with the columns of a header in this order. Those that the layout does not name stay empty; those that it
/// names and that are not there must have nothing to say.
///
/// # Errors
/// The same, and a text whose column is not there.
pub(super) fn write_in_columns(
    layout: &Layout,
    records: &[OutRecord],
    columns: Option<&[String]>,
) -> Result<Vec<u8>, Fault> {
    let newline = match (&layout.syntax, layout.newline) {
        (Syntax::Fixed(syntax), _) if syntax.framing != Framing::Lines => "",
        (_, Newline::CrLf) => "\r\n",
        (_, Newline::Lf) => "\n",
    };
    let mut bytes = Vec::new();
    if let Syntax::Xml(_) = layout.syntax {
        return xml(layout, records);
    }
    if layout.byte_order_mark {
        bytes.extend(encode(&layout.encoding, "\u{feff}", &Place::default())?);
    }
    let mut line = |text: &str| -> Result<(), Fault> {
        bytes.extend(encode(&layout.encoding, text, &Place::default())?);
        bytes.extend(encode(&layout.encoding, newline, &Place::default())?);
        Ok(())
    };
    if let (Syntax::Csv(syntax), Some(kind)) = (&layout.syntax, layout.records.first())
        && syntax.header
    {
        let own = || kind.fields.iter().enumerate().map(|(at, field)| (column_of(field, at), &field.name));
        let names: Vec<(usize, &String)> = match columns {
            Some(columns) => columns.iter().enumerate().collect(),
            None => own().collect(),
        };
        let mut cells = Cells::default();
        for (column, name) in names {
            let place = Place::default().record(&kind.name).field(name);
            cells.put(column, writable(layout, &place, name)?);
        }
        line(&cells.line(syntax, kind)?)?;
    }
    for record in records {
        let Some(kind) = layout.records.get(record.kind) else { continue };
        line(&match &layout.syntax {
            Syntax::Csv(syntax) => csv(layout, syntax, kind, &record.texts, columns)?,
            Syntax::Fixed(syntax) => fixed(layout, syntax, kind, &record.texts)?,
            // The check lets no such format file write.
            Syntax::Xml(_) | Syntax::Tagged(_) | Syntax::Whole => continue,
        })?;
    }
    if layout.around.end_mark {
        bytes.extend(encode(&layout.encoding, "\u{1a}", &Place::default())?);
    }
    Ok(bytes)
}

/// The texts of a CSV record by its columns.
#[derive(Default)]
struct Cells(Vec<String>);

impl Cells {
    /// At least so many.
    fn least(&mut self, columns: usize) {
        if self.0.len() < columns {
            self.0.resize(columns, String::new());
        }
    }

    fn put(&mut self, column: usize, text: String) {
        self.least(column + 1);
        if let Some(cell) = self.0.get_mut(column) {
            *cell = text;
        }
    }

    fn line(&self, syntax: &CsvSyntax, kind: &RecordLayout) -> Result<String, Fault> {
        let mut line = String::new();
        for (at, text) in self.0.iter().enumerate() {
            if at > 0 {
                line.push(syntax.delimiter);
            }
            line.push_str(&csv_cell(syntax, text).ok_or_else(|| {
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

/// An XML file. What its encoding lacks is written as a reference by number, which every reader of XML knows.
fn xml(layout: &Layout, records: &[OutRecord]) -> Result<Vec<u8>, Fault> {
    let failed =
        |error| Fault::new(code::VALUE_CANNOT_BE_WRITTEN).found(format!("{error}")).with("expected", "XML");
    let text = xml_text(layout, records).map_err(failed)?;
    let mut written = String::with_capacity(text.len());
    if layout.byte_order_mark {
        written.push('\u{feff}');
    }
    for character in text.chars() {
        if character.is_ascii() || layout.encoding.has(character) {
            written.push(character);
        } else {
            written.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    encode(&layout.encoding, &written, &Place::default())
}

fn csv(
    layout: &Layout,
    syntax: &CsvSyntax,
    kind: &RecordLayout,
    texts: &[String],
    columns: Option<&[String]>,
) -> Result<String, Fault> {
    let mut cells = Cells::default();
    cells.least(columns.map_or(0, <[String]>::len));
    for (at, field) in kind.fields.iter().enumerate() {
        let place = Place::default().record(&kind.name).field(&field.name);
        let text = writable(layout, &place, texts.get(at).map_or("", String::as_str))?;
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
                cells.put(column, first_of(is));
            }
        }
    }
    cells.line(syntax, kind)
}

/// A text as it is written, in quotes only where it needs them; none where it would need them and there are none.
fn csv_cell(syntax: &CsvSyntax, text: &str) -> Option<String> {
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

fn fixed(
    layout: &Layout,
    syntax: &FixedSyntax,
    kind: &RecordLayout,
    texts: &[String],
) -> Result<String, Fault> {
    let mut line: Vec<char> = vec![' '; kind.length.or(syntax.record_length).unwrap_or(0)];
    for (number, field) in kind.fields.iter().enumerate() {
        let FieldAt::Characters { at, width } = field.at else { continue };
        let place = Place::default().record(&kind.name).field(&field.name);
        let text = writable(layout, &place, texts.get(number).map_or("", String::as_str))?;
        let length = text.chars().count();
        if length > width || text.contains(['\r', '\n']) {
            return Err(Fault::new(code::FIELD_DOES_NOT_FIT)
                .at(place)
                .found(text)
                .with("length", length)
                .with("width", width));
        }
        put(&mut line, at, &filled(field, &text, width - length));
    }
    for condition in &kind.when {
        if let Condition::Characters { at, is } = condition {
            let there: String = line.iter().skip(at.saturating_sub(1)).collect();
            if is.iter().any(|is| there.starts_with(is.as_str())) {
                continue;
            }
            put(&mut line, *at, &first_of(is));
        }
    }
    Ok(line.into_iter().collect())
}

/// Puts a text at a place of a line, from 1.
fn put(line: &mut Vec<char>, at: usize, text: &str) {
    for (at, character) in (at.saturating_sub(1)..).zip(text.chars()) {
        if line.len() <= at {
            line.resize(at + 1, ' ');
        }
        if let Some(place) = line.get_mut(at) {
            *place = character;
        }
    }
}

/// A text with what fills its field.
fn filled(field: &FieldLayout, text: &str, missing: usize) -> String {
    let padding = String::from(if text.is_empty() { ' ' } else { field.pad }).repeat(missing);
    match (field.align, text.strip_prefix('-')) {
        (Align::Left, _) => format!("{text}{padding}"),
        // The minus stands before the zeros.
        (Align::Right, Some(digits)) if field.pad == '0' => format!("-{padding}{digits}"),
        (Align::Right, _) => format!("{padding}{text}"),
    }
}

/// The text that a condition is written as.
fn first_of(is: &[String]) -> String {
    is.first().cloned().unwrap_or_default()
}

fn writable(layout: &Layout, place: &Place, text: &str) -> Result<String, Fault> {
    if let Some(replacement) = layout.replacement {
        return Ok(layout.encoding.writable_with(text, replacement).into_owned());
    }
    layout
        .encoding
        .writable(text)
        .map(std::borrow::Cow::into_owned)
        .map_err(|character| unwritable(character, place).found(text))
}

fn encode(encoding: &Encoding, text: &str, place: &Place) -> Result<Vec<u8>, Fault> {
    encoding.encode(text).map_err(|character| unwritable(character, place).found(text))
}

fn unwritable(character: char, place: &Place) -> Fault {
    Fault::new(code::UNWRITABLE_CHARACTER)
        .at(place.clone())
        .with("character", format!("{character} (U+{:04X})", u32::from(character)))
}
