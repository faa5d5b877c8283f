//! Records -> the lines of a fixed-width file.

use crate::fault::{Fault, Place, code};
use crate::format::bytes_out::BytesOut;
use crate::format::layout::{Align, Condition, FieldAt, FieldLayout, FixedSyntax, Layout, RecordLayout};
use crate::format::record::OutRecord;

/// Writes records, each as its characters.
///
/// # Errors
/// A fault of the operator: a character that the encoding does not have, a text that is longer than its field.
pub(in crate::format) fn write(
    layout: &Layout,
    syntax: &FixedSyntax,
    records: &[OutRecord],
    out: &mut BytesOut<'_>,
) -> Result<(), Fault> {
    for record in records {
        let Some(kind) = layout.records.get(record.kind) else { continue };
        let length = kind.length.or(syntax.record_length).unwrap_or(0);
        let line = characters(kind, &record.texts, length, out)?;
        out.line(&line)?;
    }
    Ok(())
}

/// The characters of a record, at least so many: each field at its place, and what tells its kind.
///
/// # Errors
/// A character that the encoding does not have, a text that is longer than its field.
pub(in crate::format) fn characters(
    kind: &RecordLayout,
    texts: &[String],
    length: usize,
    out: &BytesOut<'_>,
) -> Result<String, Fault> {
    let mut line: Vec<char> = vec![' '; length];
    for (number, field) in kind.fields.iter().enumerate() {
        let FieldAt::Characters { at, width } = field.at else { continue };
        let place = Place::default().record(&kind.name).field(&field.name);
        let text = out.writable(&place, texts.get(number).map_or("", String::as_str))?;
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
            put(&mut line, *at, is.first().map_or("", String::as_str));
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
