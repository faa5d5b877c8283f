//! Records -> tagged lines. A value goes on to the end of its line, so it may hold the delimiter; a tag without a value is
//! left out, as a reader takes it.

use super::is_tag;
use crate::fault::{Fault, Place, code};
use crate::format::bytes_out::BytesOut;
use crate::format::fixed;
use crate::format::layout::{FieldAt, Layout, TaggedSyntax};
use crate::format::lines::{all_blank, is_blank};
use crate::format::record::OutRecord;

/// Writes records, each as the line of its mark and one line for each of its tags, in the order of its fields.
///
/// # Errors
/// A fault of the operator: a character that the encoding does not have, a text of more than one line, a mark that readers
/// take for a tag or for nothing.
pub(in crate::format) fn write(
    layout: &Layout,
    syntax: &TaggedSyntax,
    records: &[OutRecord],
    out: &mut BytesOut<'_>,
) -> Result<(), Fault> {
    for record in records {
        let Some(kind) = layout.records.get(record.kind) else { continue };
        let mark = fixed::characters(kind, &record.texts, 0, out)?;
        let mark = mark.trim_end_matches(is_blank);
        if mark.is_empty() || is_tag(syntax, mark) {
            let expected = format!("a mark that begins a record {}, not a tag", kind.name);
            let fault = Fault::new(code::RECORD_CANNOT_BE_WRITTEN).at(Place::default().record(&kind.name));
            return Err(fault.found(mark).with("expected", expected));
        }
        out.line(mark)?;
        for (field, text) in kind.fields.iter().zip(&record.texts) {
            let FieldAt::Tag(tag) = &field.at else { continue };
            let place = Place::default().record(&kind.name).field(&field.name);
            let text = out.writable(&place, text)?;
            if all_blank(&text) {
                continue;
            }
            if text.contains(['\r', '\n']) {
                return Err(Fault::new(code::LINE_BREAK_IN_TEXT).at(place).found(text));
            }
            out.line(&format!("{tag}{}{text}", syntax.delimiter))?;
        }
    }
    Ok(())
}
