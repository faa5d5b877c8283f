//! From a file in an inbox's folder to an arrival: claim, copy, admit, settle the source (promises 1 and 2).

use std::io::Write;

use super::ready::{self, Looked};
use super::{After, Duplicates, Inbox, Receive};
use crate::fault::{Fault, Place, code};
use crate::ledger::{Admission, ArrivalId, Claim, NewArrival, Spooled};
use crate::transport::{Entry, Transport, Trouble};

/// What one look at an inbox came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// The arrivals admitted.
    pub arrivals: Vec<ArrivalId>,
    /// Files that were taken in before, byte for byte.
    pub same_files: usize,
    /// Files that are there but not whole yet.
    pub waiting: usize,
    /// Names of files that no pattern fits.
    pub unmatched: Vec<String>,
    /// Files that could not be taken in, with why; the others went on.
    pub faults: Vec<Fault>,
}

/// Finishes or undoes what an earlier run left half-way: claims that were never admitted are renamed back, files
/// that were admitted but still stand in the inbox's tree are settled.
fn recover(receive: &Receive, inbox: &Inbox) -> Result<(), Fault> {
    for claim in receive.ledger.claims().wait()?.into_iter().filter(|claim| claim.inbox == inbox.name) {
        recover_claim(receive, inbox, &claim)?;
    }
    Ok(())
}

/// Looks at an inbox once and takes in what is whole. A file that cannot be taken in never keeps back the next.
///
/// # Errors
/// What keeps the whole inbox from being read: the transport, or the ledger.
pub fn take_in(receive: &Receive, inbox: &Inbox) -> Result<Taken, Fault> {
    recover(receive, inbox)?;
    let looked = look(receive, inbox)?;
    let mut taken = Taken { unmatched: looked.unmatched.clone(), ..Taken::default() };
    for entry in &looked.files {
        if receive.stopping() {
            break;
        }
        match take_one(receive, inbox, &looked, entry) {
            Ok(One::Arrival(arrival)) => taken.arrivals.push(arrival),
            Ok(One::SameFile) => taken.same_files += 1,
            Ok(One::Known) => {}
            Ok(One::NotYet) => taken.waiting += 1,
            Err(fault) if fault.code == code::LEDGER_FAILED => return Err(fault),
            Err(fault) => taken.faults.push(fault.in_file(&entry.name)),
        }
    }
    Ok(taken)
}

enum One {
    Arrival(ArrivalId),
    SameFile,
    Known,
    NotYet,
}

fn look(receive: &Receive, inbox: &Inbox) -> Result<Looked, Fault> {
    let mut looked = Looked::default();
    receive
        .sessions
        .with(&inbox.remote, |transport| {
            transport.list(&inbox.folder, &mut |entry| {
                looked.add(inbox, entry);
                true
            })
        })
        .map_err(Trouble::into_fault)?;
    looked.finish(inbox);
    Ok(looked)
}

fn take_one(receive: &Receive, inbox: &Inbox, looked: &Looked, entry: &Entry) -> Result<One, Fault> {
    let leaves = inbox.after == After::Leave;
    if leaves {
        let known =
            receive.ledger.is_remembered(&inbox.name, &entry.name, entry.size, entry.modified).wait()?;
        if known.is_some() {
            return Ok(One::Known);
        }
    }
    if !ready::is_whole(receive, inbox, looked, entry)? {
        return Ok(One::NotYet);
    }
    let path = path(inbox, &entry.name);
    if leaves {
        return copy_and_admit(receive, inbox, entry, &path, None);
    }
    // The claim is in the ledger before the file has its new name, so that a crash leaves nothing unknown.
    let now = receive.clock.now();
    let claimed_path = self::path(inbox, &ready::claimed_name(&entry.name, now.timestamp_millis()));
    let id = receive.ledger.claim(&inbox.name, &path, &claimed_path, now).wait()?;
    let claim = Claim { id, inbox: inbox.name.clone(), path, claimed_path, arrival: None };
    match rename(receive, inbox, &claim.path, &claim.claimed_path) {
        Ok(()) => {}
        // Whether it was renamed is not known: the next run, or the next look, settles it.
        Err(trouble @ Trouble::Unknown(_)) => return Err(trouble.into_fault()),
        Err(trouble) => {
            receive.ledger.end_claim(id).wait()?;
            return match trouble {
                Trouble::NotFound(_) => Ok(One::NotYet),
                trouble => Err(trouble.into_fault()),
            };
        }
    }
    take_claimed(receive, inbox, &claim, Some(entry))
}

/// Takes in a file that stands under its claimed name. `seen` is what the listing said of it.
fn take_claimed(receive: &Receive, inbox: &Inbox, claim: &Claim, seen: Option<&Entry>) -> Result<One, Fault> {
    let name = file_name(&claim.path);
    let Some(standing) = look_at(receive, inbox, &claim.claimed_path)? else {
        receive.ledger.end_claim(claim.id).wait()?;
        return Ok(One::NotYet);
    };
    let entry = Entry { name: name.to_owned(), ..standing };
    // A file that changed between the listing and the claim was not whole: it goes back and waits anew.
    if seen.is_some_and(|seen| (seen.size, seen.modified) != (entry.size, entry.modified)) {
        undo(receive, inbox, claim)?;
        return Ok(One::NotYet);
    }
    let one = match copy_and_admit(receive, inbox, &entry, &claim.claimed_path, Some(claim.id)) {
        Ok(One::NotYet) => {
            undo(receive, inbox, claim)?;
            return Ok(One::NotYet);
        }
        Ok(one) => one,
        Err(fault) => {
            // Our copy failed: the sender's file goes back under its own name, whole as it was.
            undo(receive, inbox, claim)?;
            return Err(fault);
        }
    };
    settle(receive, inbox, claim, Some(&entry))?;
    Ok(one)
}

/// Copies a file into the spool and admits it. `NotYet` if it changed while it was copied.
fn copy_and_admit(
    receive: &Receive,
    inbox: &Inbox,
    entry: &Entry,
    standing_at: &str,
    claim: Option<i64>,
) -> Result<One, Fault> {
    let copy = copy(receive, inbox, standing_at)?;
    let after = look_at(receive, inbox, standing_at)?;
    let unchanged = after.is_some_and(|after| (after.size, after.modified) == (entry.size, entry.modified));
    if !unchanged || copy.size != entry.size {
        receive.spool.remove(&copy.name)?;
        return Ok(One::NotYet);
    }
    admit(receive, inbox, entry, copy, claim, None)
}

fn admit(
    receive: &Receive,
    inbox: &Inbox,
    entry: &Entry,
    copy: Spooled,
    claim: Option<i64>,
    held: Option<Fault>,
) -> Result<One, Fault> {
    let spooled = copy.name.clone();
    let arrival = NewArrival {
        inbox: inbox.name.clone(),
        partner: inbox.partner.clone(),
        lane: inbox.lane.clone(),
        name: entry.name.clone(),
        size: copy.size,
        modified: entry.modified,
        hash: copy.hash,
        spool: copy.name,
        received_at: receive.clock.now(),
        claim,
        held,
    };
    Ok(match receive.ledger.admit(arrival).wait()? {
        Admission::Admitted(arrival) => {
            if claim.is_none() {
                // Left where it is on purpose: there is nothing more to do about the source.
                receive.ledger.settle_source(arrival).wait()?;
            }
            hold_duplicate(receive, inbox, arrival)?;
            One::Arrival(arrival)
        }
        Admission::SameFile(_) => {
            receive.spool.remove(&spooled)?;
            One::SameFile
        }
    })
}

/// The same content under another name or time, where the inbox wants a person to look at it.
fn hold_duplicate(receive: &Receive, inbox: &Inbox, arrival: ArrivalId) -> Result<(), Fault> {
    if inbox.duplicates != Duplicates::Hold {
        return Ok(());
    }
    let Some(arrival) = receive.ledger.arrival(arrival).wait()? else { return Ok(()) };
    let Some(other) = arrival.same_content_as else { return Ok(()) };
    let fault = Fault::new(code::SAME_CONTENT)
        .at(Place::file(&arrival.name))
        .with("other", format!("arrival {other}"));
    receive.ledger.hold_arrival(arrival.id, fault).wait()
}

/// Moves or deletes the source, once our copy is durable and in the ledger. A file that grew meanwhile is taken in
/// whole once more, as a held arrival.
fn settle(receive: &Receive, inbox: &Inbox, claim: &Claim, copied: Option<&Entry>) -> Result<(), Fault> {
    let arrival = match claim.arrival {
        Some(arrival) => Some(arrival),
        None => receive
            .ledger
            .claims()
            .wait()?
            .into_iter()
            .find(|open| open.id == claim.id)
            .and_then(|open| open.arrival),
    };
    let name = file_name(&claim.path);
    if let Some(standing) = look_at(receive, inbox, &claim.claimed_path)? {
        let grew =
            copied.is_some_and(|copied| (copied.size, copied.modified) != (standing.size, standing.modified));
        if grew {
            let copy = copy(receive, inbox, &claim.claimed_path)?;
            let fault = Fault::new(code::GREW_AFTER_PICKUP).at(Place::file(name));
            let entry = Entry { name: name.to_owned(), ..standing };
            admit(receive, inbox, &entry, copy, None, Some(fault))?;
        }
        remove_marker(receive, inbox, name)?;
        match &inbox.after {
            After::MoveTo(folder) => move_away(receive, inbox, claim, folder, arrival)?,
            After::Delete => match with(receive, inbox, |transport| transport.remove(&claim.claimed_path)) {
                Ok(()) | Err(Trouble::NotFound(_)) => {}
                Err(trouble) => return Err(trouble.into_fault()),
            },
            After::Leave => {}
        }
    }
    if let Some(arrival) = arrival {
        receive.ledger.settle_source(arrival).wait()?;
    }
    receive.ledger.end_claim(claim.id).wait()
}

/// Moves a claimed file to its folder under its own name, or with the arrival's number where that name is taken.
fn move_away(
    receive: &Receive,
    inbox: &Inbox,
    claim: &Claim,
    folder: &str,
    arrival: Option<ArrivalId>,
) -> Result<(), Fault> {
    let name = file_name(&claim.path);
    with(receive, inbox, |transport| transport.make_folder(folder)).map_err(Trouble::into_fault)?;
    let mut number = arrival.unwrap_or(claim.id).to_string();
    let mut target = join(folder, name);
    // Bounded: each round adds to the name, and only a name that is taken goes round again.
    for _ in 0..10 {
        match rename(receive, inbox, &claim.claimed_path, &target) {
            Ok(()) => return Ok(()),
            Err(Trouble::Exists(_)) => {
                target = join(folder, &with_number(name, &number));
                number.push_str("-again");
            }
            // Gone because an earlier attempt moved it; else the folder went, and the claim stays to be settled.
            Err(Trouble::NotFound(fault)) => {
                return match look_at(receive, inbox, &claim.claimed_path)? {
                    None => Ok(()),
                    Some(_) => Err(fault),
                };
            }
            Err(trouble) => return Err(trouble.into_fault()),
        }
    }
    Err(Fault::new(code::NAME_TAKEN).found(target))
}

fn remove_marker(receive: &Receive, inbox: &Inbox, name: &str) -> Result<(), Fault> {
    let Some(marker) = ready::marker_of(inbox, name) else { return Ok(()) };
    let marker = path(inbox, &marker);
    match with(receive, inbox, |transport| transport.remove(&marker)) {
        Ok(()) | Err(Trouble::NotFound(_)) => Ok(()),
        Err(trouble) => Err(trouble.into_fault()),
    }
}

/// Gives a claimed file its own name back. If the sender has put a new file there, the claimed one stays claimed
/// and is taken in by the next recovery.
fn undo(receive: &Receive, inbox: &Inbox, claim: &Claim) -> Result<(), Fault> {
    match rename(receive, inbox, &claim.claimed_path, &claim.path) {
        Ok(()) | Err(Trouble::NotFound(_)) => receive.ledger.end_claim(claim.id).wait(),
        Err(Trouble::Exists(_)) => Ok(()),
        Err(trouble) => Err(trouble.into_fault()),
    }
}

fn recover_claim(receive: &Receive, inbox: &Inbox, claim: &Claim) -> Result<(), Fault> {
    if claim.arrival.is_some() {
        return settle(receive, inbox, claim, None);
    }
    if look_at(receive, inbox, &claim.claimed_path)?.is_none() {
        return receive.ledger.end_claim(claim.id).wait();
    }
    if look_at(receive, inbox, &claim.path)?.is_none() {
        return undo(receive, inbox, claim);
    }
    // The sender has written a new file under the name: the claimed one cannot go back, so it goes on.
    take_claimed(receive, inbox, claim, None).map(|_| ())
}

fn copy(receive: &Receive, inbox: &Inbox, path: &str) -> Result<Spooled, Fault> {
    let mut writer = receive.spool.begin()?;
    with(receive, inbox, |transport| transport.read(path, &mut writer as &mut dyn Write))
        .map_err(Trouble::into_fault)?;
    writer.finish()
}

fn look_at(receive: &Receive, inbox: &Inbox, path: &str) -> Result<Option<Entry>, Fault> {
    with(receive, inbox, |transport| transport.look(path)).map_err(Trouble::into_fault)
}

fn rename(receive: &Receive, inbox: &Inbox, from: &str, to: &str) -> Result<(), Trouble> {
    with(receive, inbox, |transport| transport.rename(from, to))
}

fn with<T>(
    receive: &Receive,
    inbox: &Inbox,
    act: impl FnOnce(&mut dyn Transport) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    receive.sessions.with(&inbox.remote, act)
}

fn path(inbox: &Inbox, name: &str) -> String {
    join(&inbox.folder, name)
}

fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `ORD1.csv` and 17: `ORD1.17.csv`.
fn with_number(name: &str, number: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem}.{number}.{extension}"),
        _ => format!("{name}.{number}"),
    }
}
