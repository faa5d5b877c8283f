//! The mapping: records <-> documents.

use std::io::Read;

use super::{Definition, Item, Outgoing, ReadContext, Summary, WriteContext};
use crate::fault::Fault;

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
    let _ = (definition, input, context, each);
    todo!()
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
    let _ = (definition, documents, context);
    todo!()
}
