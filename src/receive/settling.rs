//! What becomes of the sender's files once our copy is durable, or once it turned out that they are not to be taken.

use super::copying::{Standing, admit, copy, is_same};
use super::reach::{file_name, join, look_at, path, rename, with, with_number};
use super::ready;
use super::{After, Inbox, Receive};
use crate::fault::{Fault, Place, code};
use crate::ledger::{Arrival, ArrivalId, Claim};
use crate::transport::{Entry, Trouble};

/// Moves or deletes the sources, once our copy is durable and in the ledger. Where one grew meanwhile, all are taken in
/// whole once more, as a held arrival; that alarm is given back.
pub(super) fn settle(
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
pub(super) fn are_quiet(receive: &Receive, inbox: &Inbox, files: &[Entry]) -> Result<bool, Fault> {
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
pub(super) fn undo(receive: &Receive, inbox: &Inbox, claims: &[Claim]) -> Result<(), Fault> {
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
