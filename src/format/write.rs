//! Records -> the bytes of one whole file.

use super::encoding::Encoding;
use super::layout::{Align, Condition, CsvSyntax, FieldAt, FieldLayout, FixedSyntax, Layout, Newline};
use super::layout::{RecordLayout, Syntax, Trailing};
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
    let newline = match layout.newline {
        Newline::CrLf => "\r\n",
        Newline::Lf => "\n",
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
        let names: Vec<String> = kind.fields.iter().map(|field| field.name.clone()).collect();
        line(&csv(layout, syntax, kind, &names, &[])?)?;
    }
    for record in records {
        let Some(kind) = layout.records.get(record.kind) else { continue };
        line(&match &layout.syntax {
            Syntax::Csv(syntax) => csv(layout, syntax, kind, &record.texts, &kind.when)?,
            Syntax::Fixed(syntax) => fixed(layout, syntax, kind, &record.texts)?,
            // The check lets no such format file write.
            Syntax::Xml(_) | Syntax::Tagged(_) | Syntax::Whole => continue,
        })?;
    }
    Ok(bytes)
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
    when: &[Condition],
) -> Result<String, Fault> {
    let mut cells: Vec<String> = Vec::new();
    let mut put = |column: usize, text: String| {
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = text;
        }
    };
    for (at, field) in kind.fields.iter().enumerate() {
        let text = writable(layout, kind, field, texts.get(at).map_or("", String::as_str))?;
        let cell = csv_cell(syntax, &text).ok_or_else(|| {
            Fault::new(code::TEXT_NEEDS_QUOTES)
                .at(Place::default().record(&kind.name).field(&field.name))
                .found(text.clone())
                .with("delimiter", syntax.delimiter)
        })?;
        match field.at {
            FieldAt::Column(column) => put(column.saturating_sub(1), cell),
            FieldAt::Header
            | FieldAt::Label
            | FieldAt::Tag(_)
            | FieldAt::Characters { .. }
            | FieldAt::Content
            | FieldAt::Path(_) => put(at, cell),
        }
    }
    for condition in when {
        if let Condition::Column { column, is } = condition {
            put(column.saturating_sub(1), first_of(is));
        }
    }
    let mut line = cells.join(&String::from(syntax.delimiter));
    if syntax.trailing_delimiter != Trailing::Allowed {
        line.push(syntax.delimiter);
    }
    Ok(line)
}

/// A text as it is written, in quotes only where it needs them; none where it would need them and there are none.
fn csv_cell(syntax: &CsvSyntax, text: &str) -> Option<String> {
    let splits = text.contains([syntax.delimiter, '\r', '\n']);
    let Some(quote) = syntax.quote else {
        return (!splits).then(|| text.to_owned());
    };
    let blank_edge = text.starts_with(is_blank) || text.ends_with(is_blank);
    if !(splits || text.contains(quote) || blank_edge) {
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
    let mut line: Vec<char> = vec![' '; syntax.record_length.unwrap_or(0)];
    let mut put = |at: usize, characters: &mut dyn Iterator<Item = char>| {
        for (at, character) in (at.saturating_sub(1)..).zip(characters) {
            if line.len() <= at {
                line.resize(at + 1, ' ');
            }
            if let Some(place) = line.get_mut(at) {
                *place = character;
            }
        }
    };
    for (place, field) in kind.fields.iter().enumerate() {
        let FieldAt::Characters { at, width } = field.at else { continue };
        let text = writable(layout, kind, field, texts.get(place).map_or("", String::as_str))?;
        let length = text.chars().count();
        if length > width || text.contains(['\r', '\n']) {
            return Err(Fault::new(code::FIELD_DOES_NOT_FIT)
                .at(Place::default().record(&kind.name).field(&field.name))
                .found(text)
                .with("length", length)
                .with("width", width));
        }
        let padding = std::iter::repeat_n(if text.is_empty() { ' ' } else { field.pad }, width - length);
        match field.align {
            Align::Left => put(at, &mut text.chars().chain(padding)),
            // The minus stands before the zeros.
            Align::Right if field.pad == '0' && text.starts_with('-') => {
                put(at, &mut std::iter::once('-').chain(padding).chain(text.chars().skip(1)));
            }
            Align::Right => put(at, &mut padding.chain(text.chars())),
        }
    }
    for condition in &kind.when {
        if let Condition::Characters { at, is } = condition {
            put(*at, &mut first_of(is).chars());
        }
    }
    Ok(line.into_iter().collect())
}

/// The text that a condition is written as.
fn first_of(is: &[String]) -> String {
    is.first().cloned().unwrap_or_default()
}

fn writable(layout: &Layout, kind: &RecordLayout, field: &FieldLayout, text: &str) -> Result<String, Fault> {
    if let Some(replacement) = layout.replacement {
        return Ok(layout.encoding.writable_with(text, replacement).into_owned());
    }
    layout.encoding.writable(text).map(std::borrow::Cow::into_owned).map_err(|character| {
        unwritable(character, &Place::default().record(&kind.name).field(&field.name)).found(text)
    })
}

fn encode(encoding: &Encoding, text: &str, place: &Place) -> Result<Vec<u8>, Fault> {
    encoding.encode(text).map_err(|character| unwritable(character, place).found(text))
}

fn unwritable(character: char, place: &Place) -> Fault {
    Fault::new(code::UNWRITABLE_CHARACTER)
        .at(place.clone())
        .with("character", format!("{character} (U+{:04X})", u32::from(character)))
}
