//! The mapping: records <-> documents.

mod documents;
mod values;
mod writing;

use std::io::Read;

use super::group::{self, Grouped};
use super::{Definition, Item, Outgoing, ReadContext, Summary, WriteContext};
use crate::fault::Fault;
use documents::Mapper;

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
    let (mut good, mut faulty, mut stray) = (0, 0, 0);
    let mut mapper = Mapper::new(definition, context);
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
    let mut summary = group::read_groups(&definition.layout, input, context, &mut take)?;
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

#[cfg(test)]
mod tests;
