//! Our own durable copy of a file, or of files that belong together (one copy, in which they stand one behind the other), and its
//! admission.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::reach::with;
use super::{Duplicates, Inbox, Receive};
use crate::fault::{Fault, Place, code};
use crate::ledger::{Admission, Arrival, Claim, NewArrival, NewFile, Spooled};
use crate::transport::{Entry, Trouble};

/// A file that is copied, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// What it is called, and what is known of it.
    pub entry: Entry,
    /// Where it stands on the transport.
    pub path: String,
    /// It was put away already: where it stands in our copy of the arrival that it came in.
    ours: Option<(String, u64)>,
}

impl Standing {
    /// A file of the inbox.
    pub fn there(entry: Entry, path: String) -> Standing {
        Standing { entry, path, ours: None }
    }

    /// One of the files of an arrival, in our own copy.
    pub fn in_our_copy(arrival: &Arrival, name: &str) -> Option<Standing> {
        let at = arrival.files.iter().position(|file| file.name == name)?;
        let before = arrival.files.iter().take(at).map(|file| file.size).sum();
        let size = arrival.files.get(at)?.size;
        let entry = Entry { name: name.to_owned(), size, modified: None };
        Some(Standing { entry, path: String::new(), ours: Some((arrival.spool.clone(), before)) })
    }
}

/// What was copied.
#[derive(Debug)]
pub(super) struct Copied {
    /// The copy.
    pub all: Spooled,
    /// The files in it, in their order.
    pub files: Vec<NewFile>,
}

/// Copies files into one copy of the spool, one behind the other.
///
/// # Errors
/// The transport, or our disk.
pub(super) fn copy(receive: &Receive, inbox: &Inbox, files: &[Standing]) -> Result<Copied, Fault> {
    let mut writer = receive.spool.begin()?;
    let mut copied = Vec::new();
    for (number, standing) in files.iter().enumerate() {
        let mut own = Own { to: &mut writer, hash: (files.len() > 1).then(Sha256::new), size: 0 };
        match &standing.ours {
            None => {
                with(receive, inbox, |transport| transport.read(&standing.path, &mut own as &mut dyn Write))
                    .map_err(Trouble::into_fault)?;
            }
            Some((spool, from)) => {
                let copy = receive.spool.open_copy(spool)?;
                from_ours(copy, *from, standing.entry.size, &mut own).map_err(|error| {
                    let place = Place::file(&standing.entry.name);
                    Fault::new(code::FILE_NOT_READ).at(place).with("reason", error)
                })?;
            }
        }
        let part = inbox.parts.as_ref().and_then(|parts| parts.parts.get(number));
        copied.push(NewFile {
            part: part.map(|part| part.name.clone()).unwrap_or_default(),
            name: standing.entry.name.clone(),
            size: own.size,
            modified: standing.entry.modified,
            hash: own.hash.map(hexadecimal).unwrap_or_default(),
        });
    }
    Ok(Copied { all: writer.finish()?, files: copied })
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_ours(mut copy: File, from: u64, size: u64, to: &mut dyn Write) -> io::Result<()> {
    copy.seek(SeekFrom::Start(from))?;
    io::copy(&mut copy.take(size), &mut { to }).map(drop)
}

/// One file's bytes on their way into the copy.
struct Own<'w> {
    to: &'w mut dyn Write,
    /// A single file's is that of the whole copy.
    hash: Option<Sha256>,
    size: u64,
}

impl Write for Own<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes.get(..written).unwrap_or(bytes));
        }
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Admits what was copied. The copy of files that were taken in before goes.
///
/// # Errors
/// The ledger, or our disk.
pub(super) fn admit(
    receive: &Receive,
    inbox: &Inbox,
    copied: Copied,
    claims: &[Claim],
    held: Option<Fault>,
) -> Result<Admission, Fault> {
    let Copied { all, files } = copied;
    let spooled = all.name.clone();
    let arrival = NewArrival {
        inbox: inbox.name.clone(),
        partner: inbox.partner.clone(),
        lane: inbox.lane.clone(),
        name: files.first().map(|file| file.name.clone()).unwrap_or_default(),
        size: all.size,
        modified: files.iter().filter_map(|file| file.modified).max(),
        hash: all.hash,
        files: if files.len() > 1 { files } else { Vec::new() },
        spool: all.name,
        received_at: receive.clock.now(),
        claims: claims.iter().map(|claim| claim.id).collect(),
        held,
        hold_same_content: inbox.duplicates == Duplicates::Hold,
    };
    let admission = receive.ledger.admit(arrival).wait()?;
    if let Admission::SameFile(_) = admission {
        receive.spool.remove(&spooled)?;
    }
    Ok(admission)
}

/// Whether a file is, by its size and time, what it was.
pub(super) fn is_same(one: &Entry, other: &Entry) -> bool {
    (one.size, one.modified) == (other.size, other.modified)
}
