//! The mapping: records <-> documents.

mod at_hand;
mod back;
mod conversions;
mod documents;
mod forms;
mod invertible;
mod picked;
mod values;
mod writing;

use std::io::Read;

use super::csv::CsvRows;
use super::group::{self, Grouped};
use super::layout::Syntax;
use super::lines::Lines;
use super::{
    BackContext, Definition, FileNames, Item, Outgoing, PartFile, ReadContext, Summary, WriteContext,
};
use crate::fault::{Fault, Place, code};
pub(in crate::format) use documents::Mapper;
pub(in crate::format) use invertible::losses;
#[cfg(test)]
pub(in crate::format) use writing::unmap;

/// Reads a file: every document and stray record is handed to `each` in the order of the file.
///
/// # Errors
/// A fault of the file as a whole that ends the reading at once (it cannot be read, no such column in the header,
/// a record over the limit), or whatever `each` ends it with. Nothing that was handed out may then count.
pub fn read(
    definition: &Definition,
    input: &mut dyn Read,
    context: &ReadContext<'_>,
    each: &mut dyn FnMut(Item) -> Result<(), Fault>,
) -> Result<Summary, Fault> {
    read_parts(definition, &mut [PartFile { name: context.file_name, bytes: input }], context, each)
}

/// Reads files that belong together, in the order of the format's parts, as [`read`] does one.
///
/// # Errors
/// Those of [`read`]; another number of files than the format has parts.
pub fn read_parts(
    definition: &Definition,
    files: &mut [PartFile<'_>],
    context: &ReadContext<'_>,
    each: &mut dyn FnMut(Item) -> Result<(), Fault>,
) -> Result<Summary, Fault> {
    let parts = definition.parts();
    if files.len() != parts.len().max(1) {
        let code = if parts.is_empty() { code::ONE_FILE_ONLY } else { code::OTHER_PARTS };
        return Err(Fault::new(code)
            .at(Place::file(context.file_name))
            .with("given", files.len())
            .with("wanted", parts.len().max(1))
            .with("parts", parts.join(", ")));
    }
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    let (mut good, mut faulty, mut stray) = (0, 0, 0);
    let mut mapper = Mapper::new(definition, FileNames(&names), context);
    let mut take = |grouped: Grouped<'_>| -> Result<(), Fault> {
        match grouped {
            Grouped::Stray(fault) => each(Item::Stray(fault.in_file(context.file_name))),
            Grouped::Records(records) => mapper.map(records, &mut |item| {
                match &item {
                    Item::Document(mapped) if mapped.faults.is_empty() => good += 1,
                    Item::Document(_) => faulty += 1,
                    Item::Stray(_) => stray += 1,
                }
                each(item)
            }),
        }
    };
    let mut summary = group::read_groups(&definition.layout, files, context, &mut take)?;
    summary.documents += good;
    summary.documents_faulty += faulty;
    summary.records_stray += stray;
    Ok(summary)
}

/// Writes documents as one whole file.
///
/// # Errors
/// A fault of the operator: a value that does not fit its field, a character that the encoding does not have.
pub fn write(
    definition: &Definition,
    documents: &[Outgoing<'_>],
    context: &WriteContext,
) -> Result<Vec<u8>, Fault> {
    let records = writing::unmap(definition, documents, context)?;
    group::write_records(&definition.layout, &records)
}

/// Writes documents back as the file that they were read from, by the format file that reads it. They come in the order in
/// which they were read, with what was remembered of them. What the format file loses
/// ([`Definition::losses`]) stays empty.
///
/// # Errors
/// A fault of the operator: documents that cannot have been read by this format file, a text that does not fit its field,
/// a column that the header does not have.
pub fn write_back(
    definition: &Definition,
    documents: &[Outgoing<'_>],
    context: &BackContext<'_>,
) -> Result<Vec<u8>, Fault> {
    let records = back::unread(definition, documents, context)?;
    group::write_in_columns(&definition.layout, &records, context.columns)
}

/// The columns of a file's header, in its order; none of a file that has no header.
///
/// # Errors
/// The file cannot be read, or its header cannot.
pub fn columns(
    definition: &Definition,
    file_name: &str,
    input: &mut dyn Read,
) -> Result<Option<Vec<String>>, Fault> {
    let layout = &definition.layout;
    let Syntax::Csv(syntax) = &layout.syntax else { return Ok(None) };
    if !syntax.header {
        return Ok(None);
    }
    let lines = Lines::new(file_name, &layout.encoding, &layout.around, input);
    CsvRows::new(layout, syntax, lines).header_names().map(Some)
}

#[cfg(test)]
pub(super) mod back_tests;
#[cfg(test)]
mod tests;
