//! Records -> groups of records that belong together, in the order of the file, in bounded memory.

use std::io::Read;

use super::layout::Layout;
use super::record::Records;
use super::{ReadContext, Summary};
use crate::fault::Fault;

/// What the layout half of reading hands to the mapping half.
pub(super) enum Grouped {
    /// Records that belong together, whole.
    Records(Records),
    /// A record that cannot be read, or that no record kind claims.
    Stray(Fault),
}

/// Reads a file's bytes to groups of records. The summary it returns has the counts of records and the faults of
/// the file; the counts of documents are the mapping's to add.
pub(super) fn read_groups(
    layout: &Layout,
    input: &mut dyn Read,
    context: &ReadContext<'_>,
    each: &mut dyn FnMut(Grouped) -> Result<(), Fault>,
) -> Result<Summary, Fault> {
    let _ = (layout, input, context, each);
    todo!()
}

/// Writes records as the bytes of one whole file (header, delimiters or widths, line ends, encoding).
pub(super) fn write_records(layout: &Layout, records: &[super::record::OutRecord]) -> Result<Vec<u8>, Fault> {
    let _ = (layout, records);
    todo!()
}
