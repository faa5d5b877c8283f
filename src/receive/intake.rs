//! From a file in an inbox's folder to an arrival: claim, copy, admit, settle the source (promises 1 and 2).

use chrono::{DateTime, TimeDelta, Utc};

use super::copying::{Copied, Standing, copy};
use super::parts::{Together, together};
use super::ready::{self, Looked};
use super::{After, Duplicates, Inbox, Parts, Receive};
use crate::fault::{Fault, Place, code};
use crate::ledger::{Admission, Arrival, ArrivalId, Claim, NewArrival, NewClaim};
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
    for claims in before.claims.chunk_by(|one, next| one.first == next.first) {
        let one = recover(receive, inbox, claims);
        taken.note(claims.first().map_or("", |claim| file_name(&claim.path)), one)?;
    }
    let looked = look(receive, inbox)?;
    taken.unmatched.clone_from(&looked.unmatched);
    if !looked.claimed.is_empty() {
        // A claimed name that the ledger knows nothing of (a restored ledger) is shown, not passed over for ever.
        let claims = receive.ledger.before_a_look(&inbox.name).wait()?.claims;
        let known = |name: &String| claims.iter().any(|claim| file_name(&claim.claimed_path) == name);
        taken.unmatched.extend(looked.claimed.iter().filter(|name| !known(name)).cloned());
    }
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
        return Ok(One::NotYet);
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
    let mut standing = Vec::new();
    for claim in claims {
        if let Some(entry) = look_at(receive, inbox, &claim.claimed_path)? {
            let entry = Entry { name: file_name(&claim.path).to_owned(), ..entry };
            standing.push(Standing::there(entry, claim.claimed_path.clone()));
        }
    }
    // Files that changed between the listing and the claim were not whole: they go back and wait anew. So do the others
    // of one that is gone.
    let as_seen = seen
        .is_none_or(|seen| seen.iter().zip(&standing).all(|(seen, standing)| is_same(seen, &standing.entry)));
    if standing.len() < claims.len() || !as_seen {
        undo(receive, inbox, claims)?;
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
    admit(receive, inbox, copied, claims, None)
}

fn is_same(one: &Entry, other: &Entry) -> bool {
    (one.size, one.modified) == (other.size, other.modified)
}

/// The newest of the times that a server told of files.
fn newest<'e>(files: impl Iterator<Item = &'e Entry>) -> Option<DateTime<Utc>> {
    files.filter_map(|file| file.modified).max()
}

fn admit(
    receive: &Receive,
    inbox: &Inbox,
    copied: Copied,
    claims: &[Claim],
    held: Option<Fault>,
) -> Result<One, Fault> {
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
    Ok(match receive.ledger.admit(arrival).wait()? {
        Admission::Admitted(arrival) => One::Arrival(arrival, None),
        Admission::SameFile(_) => {
            receive.spool.remove(&spooled)?;
            One::SameFile(None)
        }
    })
}

/// Moves or deletes the sources, once our copy is durable and in the ledger. Where one grew meanwhile, all are taken in
/// whole once more, as a held arrival; that alarm is given back.
fn settle(
    receive: &Receive,
    inbox: &Inbox,
    claims: &[Claim],
    copied: Option<&[Entry]>,
) -> Result<Option<Fault>, Fault> {
    let mut arrival = claims.iter().find_map(|claim| claim.arrival);
    if arrival.is_none() {
        let known = receive.ledger.before_a_look(&inbox.name).wait()?.claims;
        let is_ours = |open: &Claim| claims.iter().any(|claim| claim.id == open.id);
        arrival = known.into_iter().filter(is_ours).find_map(|open| open.arrival);
    }
    let mut standing = Vec::new();
    for claim in claims {
        standing.push(look_at(receive, inbox, &claim.claimed_path)?);
    }
    let taken = if copied.is_some() { None } else { taken_as(receive, arrival)? };
    let mut grown = Vec::new();
    for (number, (claim, standing)) in claims.iter().zip(&standing).enumerate() {
        let Some(standing) = standing else { continue };
        let was = copied.and_then(|copied| copied.get(number));
        if grew(file_name(&claim.path), was, taken.as_ref(), standing) {
            grown.push(Entry { name: file_name(&claim.claimed_path).to_owned(), ..standing.clone() });
        }
    }
    let mut alarm = None;
    if let Some(first) = grown.first() {
        // Whoever still writes is let come to an end: the claims stay open until the files are quiet.
        if !are_quiet(receive, inbox, &grown)? {
            return Ok(None);
        }
        let grew = claims.iter().find(|claim| file_name(&claim.claimed_path) == first.name);
        alarm = Some(admit_grown(receive, inbox, claims, &standing, arrival, grew)?);
    }
    for (claim, standing) in claims.iter().zip(&standing) {
        if standing.is_some() {
            remove_marker(receive, inbox, claim)?;
            match &inbox.after {
                After::MoveTo(folder) => move_away(receive, inbox, claim, folder, arrival)?,
                After::Delete => {
                    match with(receive, inbox, |transport| transport.remove(&claim.claimed_path)) {
                        Ok(()) | Err(Trouble::NotFound(_)) => {}
                        Err(trouble) => return Err(trouble.into_fault()),
                    }
                }
                // The configuration was changed since the claim: the files get their own names back, and are remembered.
                After::Leave => return undo(receive, inbox, claims).map(|()| None),
            }
        }
    }
    if let Some(arrival) = arrival {
        receive.ledger.settle_source(arrival).wait()?;
    }
    for claim in claims {
        receive.ledger.end_claim(claim.id).wait()?;
    }
    Ok(alarm)
}

/// Whether all of these files are quiet. Each is looked at, so that all become quiet at once.
fn are_quiet(receive: &Receive, inbox: &Inbox, files: &[Entry]) -> Result<bool, Fault> {
    let mut quiet = true;
    for file in files {
        quiet &= ready::is_quiet(receive, inbox, file)?;
    }
    Ok(quiet)
}

/// The arrival as it was taken in.
fn taken_as(receive: &Receive, arrival: Option<ArrivalId>) -> Result<Option<Arrival>, Fault> {
    let Some(arrival) = arrival else { return Ok(None) };
    receive.ledger.arrival(arrival).wait()
}

/// Whether what stands is no longer what was copied. After a new start only the size tells.
fn grew(name: &str, copied: Option<&Entry>, taken: Option<&Arrival>, standing: &Entry) -> bool {
    if let Some(copied) = copied {
        return !is_same(copied, standing);
    }
    let Some(taken) = taken else { return false };
    let own = taken.files.iter().find(|file| file.name == name);
    own.map_or(taken.size, |file| file.size) != standing.size
}

/// Takes in what stands now, as a held arrival. A file that was put away already is taken from our own copy.
fn admit_grown(
    receive: &Receive,
    inbox: &Inbox,
    claims: &[Claim],
    standing: &[Option<Entry>],
    arrival: Option<ArrivalId>,
    grew: Option<&Claim>,
) -> Result<Fault, Fault> {
    let taken = taken_as(receive, arrival)?;
    let mut sources = Vec::new();
    for (claim, standing) in claims.iter().zip(standing) {
        let name = file_name(&claim.path);
        match standing {
            Some(standing) => {
                let entry = Entry { name: name.to_owned(), ..standing.clone() };
                sources.push(Standing::there(entry, claim.claimed_path.clone()));
            }
            None => sources.extend(taken.as_ref().and_then(|taken| Standing::in_our_copy(taken, name))),
        }
    }
    let copied = copy(receive, inbox, &sources)?;
    let name = grew.map_or("", |claim| file_name(&claim.path));
    let fault = Fault::new(code::GREW_AFTER_PICKUP).at(Place::file(name));
    admit(receive, inbox, copied, &[], Some(fault.clone()))?;
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

/// Gives claimed files their own names back. If the sender has put a new file there, the claimed one stays claimed
/// and is taken in by the next look.
fn undo(receive: &Receive, inbox: &Inbox, claims: &[Claim]) -> Result<(), Fault> {
    for claim in claims {
        match rename(receive, inbox, &claim.claimed_path, &claim.path) {
            Ok(()) | Err(Trouble::NotFound(_)) => receive.ledger.end_claim(claim.id).wait()?,
            Err(Trouble::Exists(_)) => {
                if look_at(receive, inbox, &claim.claimed_path)?.is_none() {
                    receive.ledger.end_claim(claim.id).wait()?;
                }
            }
            Err(trouble) => return Err(trouble.into_fault()),
        }
    }
    Ok(())
}

/// Finishes or undoes claims that were made together and left open.
fn recover(receive: &Receive, inbox: &Inbox, claims: &[Claim]) -> Result<One, Fault> {
    if claims.iter().any(|claim| claim.arrival.is_some()) {
        return settle(receive, inbox, claims, None).map(One::Settled);
    }
    let (mut claimed, mut not_yet, mut gone, mut can_go_back) = (Vec::new(), Vec::new(), Vec::new(), true);
    for claim in claims {
        let own = look_at(receive, inbox, &claim.path)?;
        match look_at(receive, inbox, &claim.claimed_path)? {
            Some(standing) => {
                can_go_back &= own.is_none();
                claimed.push(Entry { name: file_name(&claim.claimed_path).to_owned(), ..standing });
            }
            None => match own.filter(|own| claim.was == Some((own.size, own.modified))) {
                Some(_) => not_yet.push(claim.clone()),
                None => gone.push(claim),
            },
        }
    }
    let is_whole =
        gone.is_empty() && claims.len() == inbox.parts.as_ref().map_or(1, |parts| parts.parts.len());
    if can_go_back || !is_whole {
        // A file that cannot go back, and whose others are gone, stays ours until its name is free.
        undo(receive, inbox, claims)?;
        return Ok(if can_go_back { One::Settled(None) } else { One::NotYet });
    }
    // The sender has written a new file under a name: the claimed ones cannot go back, so they go on once they are
    // quiet. They may be claimed because they changed.
    if !are_quiet(receive, inbox, &claimed)? {
        return Ok(One::NotYet);
    }
    if !rename_to_claim(receive, inbox, &not_yet)? {
        return Ok(One::NotYet);
    }
    take_claimed(receive, inbox, claims, None)
}

fn look_at(receive: &Receive, inbox: &Inbox, path: &str) -> Result<Option<Entry>, Fault> {
    with(receive, inbox, |transport| transport.look(path)).map_err(Trouble::into_fault)
}

fn rename(receive: &Receive, inbox: &Inbox, from: &str, to: &str) -> Result<(), Trouble> {
    with(receive, inbox, |transport| transport.rename(from, to))
}

pub(super) fn with<T>(
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
