//! Whether a sample comes back: read, written, the same bytes.

use crate::document::AnyDocument;
use crate::fault::Fault;
use crate::format::{self, BackContext, Definition, Outgoing, Remembered};

use super::Differences;
use super::difference::of_bytes;

/// Why a file that was read does not come back with the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotBack {
    /// The format loses something: one sentence for each member, field or line.
    Loses(Vec<String>),
    /// Its documents cannot be written.
    Cannot(Box<Fault>),
    /// It comes back with other bytes.
    Differs(Differences),
}

/// Writes the documents of a file back and compares the bytes.
///
/// # Errors
/// Why they are not the same.
pub(super) fn try_it(
    definition: &Definition,
    documents: &[(AnyDocument, Remembered)],
    bytes: &[u8],
    file_name: &str,
    time_zone: chrono_tz::Tz,
    encoding: Option<&str>,
) -> Result<(), NotBack> {
    let losses = definition.losses();
    if !losses.is_empty() {
        return Err(NotBack::Loses(losses));
    }
    let cannot = |fault| NotBack::Cannot(Box::new(fault));
    let columns = format::columns(definition, file_name, &mut &*bytes).map_err(cannot)?;
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
    let context = BackContext { time_zone, columns: columns.as_deref() };
    let back = format::write_back(definition, &outgoing, &context).map_err(cannot)?;
    if back == bytes {
        return Ok(());
    }
    let without = |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().filter(|byte| *byte != b'\r').collect() };
    let every_line = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\r').count();
    Err(NotBack::Differs(match (returns(bytes), returns(&back)) {
        // One word for all lines.
        (0, returns) if returns == every_line(&back) && without(&back) == bytes => {
            Differences::one("all line ends", Some("newline = \"lf\" in [layout]"), "\"\\n\"", "\"\\r\\n\"")
        }
        (returns, 0) if returns == every_line(bytes) && without(bytes) == back => {
            Differences::one("all line ends", Some("newline = \"crlf\" in [layout]"), "\"\\r\\n\"", "\"\\n\"")
        }
        _ => of_bytes(bytes, &back, encoding),
    }))
}
