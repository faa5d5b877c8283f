//! From a file in an inbox's folder to an arrival: claim, copy, admit, settle the source (promises 1 and 2).

use std::io::Write;

use chrono::TimeDelta;

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

/// How many files one look takes at most; the others are taken by the next look.
const FILES_PER_LOOK_MAX: usize = 1_000;

/// How long a file that was under watch is remembered after it was seen last.
const SIGHTINGS_KEPT: TimeDelta = TimeDelta::days(2);

impl Taken {
    /// Notes what became of one file. Only a fault of the ledger ends the look.
    fn note(&mut self, name: &str, one: Result<One, Fault>) -> Result<(), Fault> {
        match one {
            Ok(One::Arrival(arrival, grew)) => {
                self.arrivals.push(arrival);
                self.faults.extend(grew);
            }
            Ok(One::SameFile(grew)) => {
                self.same_files += 1;
                self.faults.extend(grew);
            }
            Ok(One::Settled(grew)) => self.faults.extend(grew),
            Ok(One::NotYet) => self.waiting += 1,
            Err(fault) if fault.code == code::LEDGER_FAILED => return Err(fault),
            Err(fault) => self.faults.push(fault.in_file(name)),
        }
        Ok(())
    }
}

/// Looks at an inbox once and takes in what is whole, unless it is halted. A file that cannot be taken in never keeps back
/// the next.
///
/// # Errors
/// What keeps the whole inbox from being read: the transport, or the ledger.
pub fn take_in(receive: &Receive, inbox: &Inbox) -> Result<Taken, Fault> {
    let mut taken = Taken::default();
    let before = receive.ledger.before_a_look(&inbox.name).wait()?;
    if before.halted {
        return Ok(taken);
    }
    // What an earlier look left half-way is finished or undone first: claims that were never admitted are renamed
    // back, files that were admitted but still stand in the inbox's tree are settled.
    for claim in before.claims {
        let one = recover_claim(receive, inbox, &claim);
        taken.note(file_name(&claim.path), one)?;
    }
    let looked = look(receive, inbox)?;
    taken.unmatched.clone_from(&looked.unmatched);
    if !looked.claimed.is_empty() {
        // A claimed name that the ledger knows nothing of (a restored ledger) is shown, not passed over for ever.
        let claims = receive.ledger.before_a_look(&inbox.name).wait()?.claims;
        let known = |name: &String| claims.iter().any(|claim| file_name(&claim.claimed_path) == name);
        taken.unmatched.extend(looked.claimed.iter().filter(|name| !known(name)).cloned());
    }
    for entry in &looked.files {
        if receive.stopping() || taken.arrivals.len() + taken.same_files >= FILES_PER_LOOK_MAX {
            break;
        }
        let one = take_one(receive, inbox, &looked, entry);
        taken.note(&entry.name, one)?;
    }
    if taken.waiting > 0 || !taken.arrivals.is_empty() {
        // Files that were under watch and have gone since.
        let now = receive.clock.now();
        receive.ledger.forget_sightings(&inbox.name, now - SIGHTINGS_KEPT).wait()?;
    }
    Ok(taken)
}

/// What became of one file; where it grew after it was copied, with that alarm.
enum One {
    /// It is a new arrival.
    Arrival(ArrivalId, Option<Fault>),
    /// It was taken in before, byte for byte.
    SameFile(Option<Fault>),
    /// It was taken in before, and now stands where it belongs.
    Settled(Option<Fault>),
    /// It is not whole yet.
    NotYet,
}

impl One {
    fn with(self, grew: Option<Fault>) -> One {
        match self {
            One::Arrival(arrival, _) => One::Arrival(arrival, grew),
            One::SameFile(_) => One::SameFile(grew),
            One::Settled(_) => One::Settled(grew),
            One::NotYet => One::NotYet,
        }
    }
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
            return Ok(One::Settled(None));
        }
    }
    if !ready::is_whole(receive, inbox, looked, entry)? {
        return Ok(One::NotYet);
    }
    let path = path(inbox, &entry.name);
    if leaves {
        let one = copy_and_admit(receive, inbox, entry, &path, None)?;
        if let One::Arrival(arrival, _) = one {
            receive.ledger.settle_source(arrival).wait()?;
        }
        return Ok(one);
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
    let grew = settle(receive, inbox, claim, Some(&entry))?;
    Ok(one.with(grew))
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
        hold_same_content: inbox.duplicates == Duplicates::Hold,
    };
    Ok(match receive.ledger.admit(arrival).wait()? {
        Admission::Admitted(arrival) => One::Arrival(arrival, None),
        Admission::SameFile(_) => {
            receive.spool.remove(&spooled)?;
            One::SameFile(None)
        }
    })
}

/// Moves or deletes the source, once our copy is durable and in the ledger. A file that grew meanwhile is taken in
/// whole once more, as a held arrival; that alarm is given back.
fn settle(
    receive: &Receive,
    inbox: &Inbox,
    claim: &Claim,
    copied: Option<&Entry>,
) -> Result<Option<Fault>, Fault> {
    let arrival = match claim.arrival {
        Some(arrival) => Some(arrival),
        None => {
            let claims = receive.ledger.before_a_look(&inbox.name).wait()?.claims;
            claims.into_iter().find(|open| open.id == claim.id).and_then(|open| open.arrival)
        }
    };
    let mut alarm = None;
    if let Some(standing) = look_at(receive, inbox, &claim.claimed_path)? {
        if grew(receive, arrival, copied, &standing)? {
            // Whoever still writes is let come to an end: the claim stays open until the file is quiet.
            let claimed = Entry { name: file_name(&claim.claimed_path).to_owned(), ..standing.clone() };
            if !ready::is_quiet(receive, inbox, &claimed)? {
                return Ok(None);
            }
            alarm = Some(admit_grown(receive, inbox, claim, standing)?);
        }
        remove_marker(receive, inbox, claim)?;
        match &inbox.after {
            After::MoveTo(folder) => move_away(receive, inbox, claim, folder, arrival)?,
            After::Delete => match with(receive, inbox, |transport| transport.remove(&claim.claimed_path)) {
                Ok(()) | Err(Trouble::NotFound(_)) => {}
                Err(trouble) => return Err(trouble.into_fault()),
            },
            // The configuration was changed since the claim: the file gets its own name back, and is remembered.
            After::Leave => return undo(receive, inbox, claim).map(|()| None),
        }
    }
    if let Some(arrival) = arrival {
        receive.ledger.settle_source(arrival).wait()?;
    }
    receive.ledger.end_claim(claim.id).wait()?;
    Ok(alarm)
}

/// Whether what stands is no longer what was copied. After a new start only the size tells.
fn grew(
    receive: &Receive,
    arrival: Option<ArrivalId>,
    copied: Option<&Entry>,
    standing: &Entry,
) -> Result<bool, Fault> {
    if let Some(copied) = copied {
        return Ok((copied.size, copied.modified) != (standing.size, standing.modified));
    }
    let Some(arrival) = arrival else { return Ok(false) };
    let arrival = receive.ledger.arrival(arrival).wait()?;
    Ok(arrival.is_some_and(|arrival| arrival.size != standing.size))
}

fn admit_grown(receive: &Receive, inbox: &Inbox, claim: &Claim, standing: Entry) -> Result<Fault, Fault> {
    let name = file_name(&claim.path);
    let copy = copy(receive, inbox, &claim.claimed_path)?;
    let fault = Fault::new(code::GREW_AFTER_PICKUP).at(Place::file(name));
    let entry = Entry { name: name.to_owned(), ..standing };
    admit(receive, inbox, &entry, copy, None, Some(fault.clone()))?;
    Ok(fault)
}

/// Moves a claimed file to its folder under its own name, or with numbers of ours where that name is taken.
fn move_away(
    receive: &Receive,
    inbox: &Inbox,
    claim: &Claim,
    folder: &str,
    arrival: Option<ArrivalId>,
) -> Result<(), Fault> {
    let name = file_name(&claim.path);
    with(receive, inbox, |transport| transport.make_folder(folder)).map_err(Trouble::into_fault)?;
    let arrival = arrival.unwrap_or_default();
    // The claim's number is used once, so the last of these is free unless somebody else made it.
    let names = [
        name.to_owned(),
        with_number(name, &arrival.to_string()),
        with_number(name, &format!("{arrival}-{}", claim.id)),
    ];
    let mut taken = None;
    for target in names {
        match rename(receive, inbox, &claim.claimed_path, &join(folder, &target)) {
            Ok(()) => return Ok(()),
            Err(Trouble::Exists(fault)) => taken = Some(fault),
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
    // It stays claimed, and the next look tries again.
    taken.map_or(Ok(()), Err)
}

/// Removes the marker of a file that was taken in. Where the sender has meanwhile put a new file under the name, a
/// marker that is not older than that file is the new file's, and stays. (Both times are the same server's.)
fn remove_marker(receive: &Receive, inbox: &Inbox, claim: &Claim) -> Result<(), Fault> {
    let Some(marker) = ready::marker_of(inbox, file_name(&claim.path)) else { return Ok(()) };
    let marker = path(inbox, &marker);
    if let Some(new) = look_at(receive, inbox, &claim.path)? {
        let marks_new =
            look_at(receive, inbox, &marker)?.is_some_and(|marker| marker.modified >= new.modified);
        if marks_new {
            return Ok(());
        }
    }
    match with(receive, inbox, |transport| transport.remove(&marker)) {
        Ok(()) | Err(Trouble::NotFound(_)) => Ok(()),
        Err(trouble) => Err(trouble.into_fault()),
    }
}

/// Gives a claimed file its own name back. If the sender has put a new file there, the claimed one stays claimed
/// and is taken in by the next look.
fn undo(receive: &Receive, inbox: &Inbox, claim: &Claim) -> Result<(), Fault> {
    match rename(receive, inbox, &claim.claimed_path, &claim.path) {
        Ok(()) | Err(Trouble::NotFound(_)) => receive.ledger.end_claim(claim.id).wait(),
        Err(Trouble::Exists(_)) => Ok(()),
        Err(trouble) => Err(trouble.into_fault()),
    }
}

/// Finishes or undoes a claim that was left open.
fn recover_claim(receive: &Receive, inbox: &Inbox, claim: &Claim) -> Result<One, Fault> {
    if claim.arrival.is_some() {
        return settle(receive, inbox, claim, None).map(One::Settled);
    }
    let Some(standing) = look_at(receive, inbox, &claim.claimed_path)? else {
        receive.ledger.end_claim(claim.id).wait()?;
        return Ok(One::Settled(None));
    };
    if look_at(receive, inbox, &claim.path)?.is_none() {
        undo(receive, inbox, claim)?;
        return Ok(One::Settled(None));
    }
    // The sender has written a new file under the name: the claimed one cannot go back, so it goes on once it is
    // quiet. It may be claimed because it changed.
    let claimed = Entry { name: file_name(&claim.claimed_path).to_owned(), ..standing };
    if !ready::is_quiet(receive, inbox, &claimed)? {
        return Ok(One::NotYet);
    }
    take_claimed(receive, inbox, claim, None)
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

pub(super) fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `ORD1.csv` and 17: `ORD1.17.csv`.
pub(super) fn with_number(name: &str, number: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem}.{number}.{extension}"),
        _ => format!("{name}.{number}"),
    }
}
