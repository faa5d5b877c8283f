//! Records -> the bytes of one whole file. Each syntax writes its records beside where it reads them.

use super::bytes_out::BytesOut;
use super::layout::{Framing, Layout, Syntax};
use super::record::OutRecord;
use super::{csv, fixed, labels, tagged, whole, xml};
use crate::fault::{Fault, Place, code};

/// Writes records as the bytes of one whole file (header, delimiters or widths, line ends, encoding). The markers that a
/// record kind's `when` asks for are written too.
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
    let mut out = match &layout.syntax {
        Syntax::Fixed(syntax) if syntax.framing != Framing::Lines => BytesOut::without_line_ends(layout)?,
        _ => BytesOut::new(layout)?,
    };
    match &layout.syntax {
        Syntax::Csv(syntax) => match &syntax.labels {
            None => csv::write(layout, syntax, records, columns, &mut out)?,
            Some(until) => labels::write(layout, syntax, until, records, columns, &mut out)?,
        },
        Syntax::Fixed(syntax) => fixed::write(layout, syntax, records, &mut out)?,
        Syntax::Tagged(syntax) => tagged::write(layout, syntax, records, &mut out)?,
        Syntax::Xml(_) => xml::write(layout, records, &mut out)?,
        // The check lets no such format file write.
        Syntax::Whole => {
            let expected = "csv, fixed, xml or tagged: a file that is taken as it is is only read";
            let place = Place::default().record(whole::RECORD);
            let fault = Fault::new(code::RECORD_CANNOT_BE_WRITTEN).at(place);
            return Err(fault.found(whole::CONTENT).with("expected", expected));
        }
    }
    if layout.around.end_mark {
        out.push("\u{1a}")?;
    }
    Ok(out.finish())
}
