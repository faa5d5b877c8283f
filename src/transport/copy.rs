//! Copying bytes, knowing which side failed: the remote's failure is another's turn than our own disk's.

use std::io::{self, Read, Write};

use super::Trouble;
use crate::fault::{Fault, code};

/// Which side of a copy failed.
pub(super) enum CopyError {
    /// The side that was read.
    Reading(io::Error),
    /// The side that was written.
    Writing(io::Error),
}

/// Copies to the end and says how many bytes it was.
pub(super) fn copy(from: &mut dyn Read, into: &mut dyn Write, buffer_bytes: usize) -> Result<u64, CopyError> {
    let mut buffer = vec![0; buffer_bytes];
    let mut copied = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Reading(error)),
        };
        into.write_all(buffer.get(..read).unwrap_or_default()).map_err(CopyError::Writing)?;
        copied += read as u64;
    }
}

/// Our own side of a copy failed.
pub(super) fn own_side(path: &str, error: &io::Error) -> Trouble {
    Trouble::Failed(Fault::new(code::COPY_FAILED).found(path).with("reason", error))
}
