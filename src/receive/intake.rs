//! From a file in an inbox's folder to an arrival: claim, copy, admit, settle the source (promises 1 and 2).

use chrono::{DateTime, TimeDelta, Utc};

use super::copying::{Standing, admit, copy, is_same};
use super::parts::{Together, together};
use super::reach::{file_name, look_at, path, rename};
use super::ready::{self, Looked};
use super::settling::{are_quiet, settle, undo};
use super::{After, Inbox, Parts, Receive};
use crate::fault::{Fault, code};
use crate::ledger::{Admission, ArrivalId, Claim, NewClaim};
use crate::transport::{Entry, Trouble};

/// What one look at an inbox came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// The arrivals admitted.
    pub arrivals: Vec<ArrivalId>,
    /// Files that were taken in before, byte for byte.
    pub same_files: usize,
    /// Files that are there but not whole yet.
    pub waiting: usize,
    /// Of these, those whose others have not come: the first file that is there, and the names that are missing.
    pub lacking: Vec<(String, String)>,
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
            Ok(One::Lacks(missing)) => {
                self.waiting += 1;
                self.lacking.push((name.to_owned(), missing));
            }
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
    for claims in before.claims.chunk_by(|one, next| one.first == next.first) {
        let one = recover(receive, inbox, claims);
        taken.note(claims.first().map_or("", |claim| file_name(&claim.path)), one)?;
    }
    let looked = look(receive, inbox)?;
    taken.unmatched.clone_from(&looked.unmatched);
    taken.unmatched.extend(claimed_by_nobody(receive, inbox, &looked.claimed)?);
    for set in together(inbox.parts.as_ref(), &looked.files) {
        if receive.stopping() || taken.arrivals.len() + taken.same_files >= FILES_PER_LOOK_MAX {
            break;
        }
        let (files, one) = match (set, &inbox.parts) {
            (Together::Lacking(files, missing), Some(parts)) => {
                let one = wait_for(receive, inbox, parts, &files, &missing);
                (files, one)
            }
            (Together::Whole(files) | Together::Lacking(files, _), _) => {
                let one = take_one(receive, inbox, &looked, &files);
                (files, one)
            }
        };
        taken.note(files.first().map_or("", |file| file.name.as_str()), one)?;
    }
    if taken.waiting > 0 || !taken.arrivals.is_empty() {
        // Files that were under watch and have gone since.
        let now = receive.clock.now();
        receive.ledger.forget_sightings(&inbox.name, now - SIGHTINGS_KEPT).wait()?;
    }
    Ok(taken)
}

/// Claimed names that the ledger knows nothing of (a restored ledger): they are shown, not passed over for ever. Inboxes may
/// share a folder, and what another one is taking in just now is nobody's business.
fn claimed_by_nobody(receive: &Receive, inbox: &Inbox, claimed: &[String]) -> Result<Vec<String>, Fault> {
    let mut unknown = Vec::new();
    if claimed.is_empty() {
        return Ok(unknown);
    }
    let claims = receive.ledger.claims().wait()?;
    for name in claimed {
        let is_known = claims.iter().any(|claim| file_name(&claim.claimed_path) == name);
        // A claim that ended since the look has taken its file along.
        if !is_known && look_at(receive, inbox, &path(inbox, name))?.is_some() {
            unknown.push(name.clone());
        }
    }
    Ok(unknown)
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
    /// Others that belong to it have not come: their names.
    Lacks(String),
}

impl One {
    fn with(self, grew: Option<Fault>) -> One {
        match self {
            One::Arrival(arrival, _) => One::Arrival(arrival, grew),
            One::SameFile(_) => One::SameFile(grew),
            One::Settled(_) => One::Settled(grew),
            One::NotYet | One::Lacks(_) => self,
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

/// Files whose others have not come yet. Once that takes too long the operator is called, each look anew; they stay where they
/// are, and are taken in once they are whole.
fn wait_for(
    receive: &Receive,
    inbox: &Inbox,
    parts: &Parts,
    files: &[&Entry],
    missing: &[String],
) -> Result<One, Fault> {
    let now = receive.clock.now();
    let mut since: Option<DateTime<Utc>> = None;
    for file in files {
        let Entry { name, size, modified } = file;
        // Where files are left, the others of this one may be gone, long after all were taken in.
        if inbox.after == After::Leave
            && receive.ledger.is_remembered_part(&inbox.name, name, *size, *modified).wait()?
        {
            continue;
        }
        let seen = receive.ledger.sight(&inbox.name, name, *size, *modified, now).wait()?;
        since = Some(since.map_or(seen.unchanged_since, |since| since.min(seen.unchanged_since)));
    }
    let Some(since) = since else { return Ok(One::Settled(None)) };
    if now - since < TimeDelta::from_std(parts.wait).unwrap_or(TimeDelta::MAX) {
        return Ok(One::Lacks(missing.join(", ")));
    }
    Err(Fault::new(code::PART_MISSING)
        .with("missing", missing.join(", "))
        .with("waited", humantime::format_duration(parts.wait)))
}

/// Takes in a file, or files that belong together, in the order of their parts.
fn take_one(receive: &Receive, inbox: &Inbox, looked: &Looked, files: &[&Entry]) -> Result<One, Fault> {
    let leaves = inbox.after == After::Leave;
    if leaves && let Some(first) = files.first() {
        let (size, modified) = (files.iter().map(|file| file.size).sum(), newest(files.iter().copied()));
        let known = receive.ledger.is_remembered(&inbox.name, &first.name, size, modified).wait()?;
        if known.is_some() {
            return Ok(One::Settled(None));
        }
    }
    // Each is looked at, so that all become quiet at once.
    let mut whole = true;
    for file in files {
        whole &= ready::is_whole(receive, inbox, looked, file)?;
    }
    if !whole {
        return Ok(One::NotYet);
    }
    let own = |file: &&Entry| Standing::there((*file).clone(), path(inbox, &file.name));
    if leaves {
        let one = copy_and_admit(receive, inbox, files.iter().map(own).collect(), &[])?;
        if let One::Arrival(arrival, _) = one {
            receive.ledger.settle_source(arrival).wait()?;
        }
        return Ok(one);
    }
    // The claims are in the ledger before any file has its new name, so that a crash leaves nothing unknown.
    let now = receive.clock.now();
    let claim = |file: &&Entry| NewClaim {
        path: path(inbox, &file.name),
        claimed_path: path(inbox, &ready::claimed_name(&file.name, now.timestamp_millis())),
        size: file.size,
        modified: file.modified,
    };
    let claims = receive.ledger.claim(&inbox.name, files.iter().map(claim).collect(), now).wait()?;
    if !rename_to_claim(receive, inbox, &claims)? {
        return Ok(One::NotYet);
    }
    take_claimed(receive, inbox, &claims, Some(files))
}

/// Renames each file so that it is ours. Where one cannot be, those that were get their own names back; false: one is gone.
fn rename_to_claim(receive: &Receive, inbox: &Inbox, claims: &[Claim]) -> Result<bool, Fault> {
    for (number, claim) in claims.iter().enumerate() {
        let trouble = match rename(receive, inbox, &claim.path, &claim.claimed_path) {
            Ok(()) => continue,
            // Whether it was renamed is not known: the next run, or the next look, settles it.
            Err(trouble @ Trouble::Unknown(_)) => return Err(trouble.into_fault()),
            Err(trouble) => trouble,
        };
        let (renamed, not) = claims.split_at(number);
        for claim in not {
            receive.ledger.end_claim(claim.id).wait()?;
        }
        undo(receive, inbox, renamed)?;
        return match trouble {
            Trouble::NotFound(_) => Ok(false),
            trouble => Err(trouble.into_fault()),
        };
    }
    Ok(true)
}

/// Takes in files that stand under their claimed names. `seen` is what the listing said of them.
fn take_claimed(
    receive: &Receive,
    inbox: &Inbox,
    claims: &[Claim],
    seen: Option<&[&Entry]>,
) -> Result<One, Fault> {
    let (mut standing, mut there) = (Vec::new(), Vec::new());
    for claim in claims {
        match look_at(receive, inbox, &claim.claimed_path)? {
            Some(entry) => {
                let entry = Entry { name: file_name(&claim.path).to_owned(), ..entry };
                standing.push(Standing::there(entry, claim.claimed_path.clone()));
                there.push(claim.clone());
            }
            None => receive.ledger.end_claim(claim.id).wait()?,
        }
    }
    // Files that changed between the listing and the claim were not whole: they go back and wait anew. So do the others
    // of one that is gone.
    let as_seen = seen
        .is_none_or(|seen| seen.iter().zip(&standing).all(|(seen, standing)| is_same(seen, &standing.entry)));
    if there.len() < claims.len() || !as_seen {
        undo(receive, inbox, &there)?;
        return Ok(One::NotYet);
    }
    let copied: Vec<Entry> = standing.iter().map(|standing| standing.entry.clone()).collect();
    let one = match copy_and_admit(receive, inbox, standing, claims) {
        Ok(One::NotYet) => {
            undo(receive, inbox, claims)?;
            return Ok(One::NotYet);
        }
        Ok(one) => one,
        Err(fault) => {
            // Our copy failed: the sender's files go back under their own names, whole as they were.
            undo(receive, inbox, claims)?;
            return Err(fault);
        }
    };
    let grew = settle(receive, inbox, claims, Some(&copied))?;
    Ok(one.with(grew))
}

/// Copies files into the spool and admits them. `NotYet` if one changed while they were copied.
fn copy_and_admit(
    receive: &Receive,
    inbox: &Inbox,
    standing: Vec<Standing>,
    claims: &[Claim],
) -> Result<One, Fault> {
    let copied = copy(receive, inbox, &standing)?;
    let mut unchanged = true;
    for (standing, file) in standing.iter().zip(&copied.files) {
        let after = look_at(receive, inbox, &standing.path)?;
        unchanged &= after.is_some_and(|after| is_same(&after, &standing.entry));
        unchanged &= file.size == standing.entry.size;
    }
    if !unchanged {
        receive.spool.remove(&copied.all.name)?;
        return Ok(One::NotYet);
    }
    Ok(match admit(receive, inbox, copied, claims, None)? {
        Admission::Admitted(arrival) => One::Arrival(arrival, None),
        Admission::SameFile(_) => One::SameFile(None),
    })
}

/// The newest of the times that a server told of files.
fn newest<'e>(files: impl Iterator<Item = &'e Entry>) -> Option<DateTime<Utc>> {
    files.filter_map(|file| file.modified).max()
}

/// Finishes or undoes claims that were made together and left open.
fn recover(receive: &Receive, inbox: &Inbox, claims: &[Claim]) -> Result<One, Fault> {
    if claims.iter().any(|claim| claim.arrival.is_some()) {
        return settle(receive, inbox, claims, None).map(One::Settled);
    }
    // Those that stand under their claimed names, those that stand as they were, and whether all can go back.
    let (mut claimed, mut files, mut not_yet, mut can_go_back) = (Vec::new(), Vec::new(), Vec::new(), true);
    for claim in claims {
        let own = look_at(receive, inbox, &claim.path)?;
        match look_at(receive, inbox, &claim.claimed_path)? {
            Some(standing) => {
                can_go_back &= own.is_none();
                files.push(Entry { name: file_name(&claim.claimed_path).to_owned(), ..standing });
                claimed.push(claim.clone());
            }
            None if own.is_some_and(|own| claim.was == Some((own.size, own.modified))) => {
                not_yet.push(claim.clone());
            }
            None => {}
        }
    }
    let all = claimed.len() + not_yet.len();
    let is_whole = all == claims.len() && all == inbox.parts.as_ref().map_or(1, |parts| parts.parts.len());
    if can_go_back || !is_whole {
        // A file that cannot go back, and whose others are gone, stays ours until its name is free.
        undo(receive, inbox, &claimed)?;
        for claim in claims.iter().filter(|claim| !claimed.contains(claim)) {
            receive.ledger.end_claim(claim.id).wait()?;
        }
        return Ok(if can_go_back { One::Settled(None) } else { One::NotYet });
    }
    // The sender has written a new file under a name: the claimed ones cannot go back, so they go on once they are
    // quiet. They may be claimed because they changed.
    if !are_quiet(receive, inbox, &files)? {
        return Ok(One::NotYet);
    }
    if !rename_to_claim(receive, inbox, &not_yet)? {
        return Ok(One::NotYet);
    }
    take_claimed(receive, inbox, claims, None)
}
