//! Files that we moved away or wrote beside an inbox, once their time is over: only those whose content is what the
//! ledger says of them are ours, and only those go.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::reach::{join, with_number};
use super::{After, Inbox, Receive};
use crate::fault::Fault;
use crate::ledger::ArchivedFile;
use crate::transport::{Transport, Trouble};

/// How many files of one inbox go in one turn.
const FILES_PER_TURN: u32 = 100;

/// Removes what was moved to the inbox's archive folder, and its error files, that was done before a time. Says how many
/// files went; the rest goes in the next turn.
///
/// # Errors
/// The transport, or the ledger; what could not be removed stays due.
pub fn empty_archive(receive: &Receive, inbox: &Inbox, before: DateTime<Utc>) -> Result<usize, Fault> {
    let mut removed = 0;
    if let After::MoveTo(folder) = &inbox.after {
        for file in receive.ledger.archived_arrivals(&inbox.name, before, FILES_PER_TURN).wait()? {
            if receive.stopping() {
                return Ok(removed);
            }
            let numbers = file.claims.iter().map(|claim| format!("{}-{claim}", file.id));
            let numbers: Vec<String> = std::iter::once(file.id.to_string()).chain(numbers).collect();
            for one in &file.files {
                let numbered = numbers.iter().map(|number| with_number(&one.name, number));
                let names: Vec<String> = std::iter::once(one.name.clone()).chain(numbered).collect();
                removed += remove_ours(receive, inbox, folder, &names, one)?;
            }
            receive.ledger.archive_emptied(file.of, receive.clock.now()).wait()?;
        }
    }
    for file in receive.ledger.archived_error_files(&inbox.name, before, FILES_PER_TURN).wait()? {
        if receive.stopping() {
            return Ok(removed);
        }
        for one in &file.files {
            let name = std::slice::from_ref(&one.name);
            removed += remove_ours(receive, inbox, &inbox.failed_folder, name, one)?;
        }
        receive.ledger.archive_emptied(file.of, receive.clock.now()).wait()?;
    }
    Ok(removed)
}

/// Removes the files of these names that have the content of this one.
fn remove_ours(
    receive: &Receive,
    inbox: &Inbox,
    folder: &str,
    names: &[String],
    file: &ArchivedFile,
) -> Result<usize, Fault> {
    let mut removed = 0;
    for name in names {
        let path = join(folder, name);
        let ours = receive.sessions.with(&inbox.remote, |transport| is_ours(transport, &path, file));
        if ours.map_err(Trouble::into_fault)? {
            match receive.sessions.with(&inbox.remote, |transport| transport.remove(&path)) {
                Ok(()) => removed += 1,
                Err(Trouble::NotFound(_)) => {}
                Err(trouble) => return Err(trouble.into_fault()),
            }
        }
    }
    Ok(removed)
}

fn is_ours(transport: &mut dyn Transport, path: &str, file: &ArchivedFile) -> Result<bool, Trouble> {
    match transport.look(path) {
        Ok(Some(standing)) if standing.size == file.size => {}
        Ok(_) | Err(Trouble::NotFound(_)) => return Ok(false),
        Err(trouble) => return Err(trouble),
    }
    let mut hash = Hash(Sha256::new());
    match transport.read(path, &mut hash) {
        Ok(_) => {}
        Err(Trouble::NotFound(_)) => return Ok(false),
        Err(trouble) => return Err(trouble),
    }
    let found: String = hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(found == file.hash)
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
