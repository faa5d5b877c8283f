//! When a file is whole (promise 2): marker, rename, or quiet by our own clock.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::{Inbox, Receive};
use crate::fault::Fault;
use crate::transport::Entry;

/// The files of one listing that are the inbox's to take, and the names that stand beside them.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Files that the inbox's patterns fit, in the order of their names.
    pub files: Vec<Entry>,
    /// Every name in the folder, where markers are looked for.
    names: HashSet<String>,
    /// Files that no pattern fits.
    pub unmatched: Vec<String>,
    /// Names of files that are claimed.
    pub claimed: Vec<String>,
}

/// What stands behind the name of a file that we have claimed, before a number: `ORD1.csv.lastkaj-19ab…`.
const CLAIM_MARK: &str = ".lastkaj-";

/// The name of a file while it is ours: visible, and recognised as no sender's.
pub(super) fn claimed_name(name: &str, number: i64) -> String {
    format!("{name}{CLAIM_MARK}{number:x}")
}

fn is_claimed(name: &str) -> bool {
    let number = name.rsplit_once(CLAIM_MARK).map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

impl Looked {
    /// Adds one entry of the listing.
    pub fn add(&mut self, inbox: &Inbox, entry: Entry) {
        if is_claimed(&entry.name) {
            self.claimed.push(entry.name);
            return;
        }
        if inbox.ready.marker.is_some() {
            self.names.insert(entry.name.clone());
        }
        if is_temporary(inbox, &entry.name) {
            return;
        }
        if inbox.files.is_match(&entry.name) {
            self.files.push(entry);
        } else {
            self.unmatched.push(entry.name);
        }
    }

    /// Sorts by name, and forgets markers: they are never read, whatever the inbox's patterns fit.
    pub fn finish(&mut self, inbox: &Inbox) {
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
        if inbox.ready.marker.is_some() {
            let markers: HashSet<String> =
                self.files.iter().filter_map(|file| marker_of(inbox, &file.name)).collect();
            self.files.retain(|file| !markers.contains(&file.name));
            self.unmatched.retain(|name| !markers.contains(name));
        }
    }

    /// Whether the file's marker stands beside it, where the inbox asks for one.
    fn is_marked(&self, inbox: &Inbox, name: &str) -> bool {
        marker_of(inbox, name).is_none_or(|marker| self.names.contains(&marker))
    }
}

/// Whether a file is whole now.
pub(super) fn is_whole(
    receive: &Receive,
    inbox: &Inbox,
    looked: &Looked,
    entry: &Entry,
) -> Result<bool, Fault> {
    if !looked.is_marked(inbox, &entry.name) {
        return Ok(false);
    }
    is_quiet(receive, inbox, entry)
}

/// Whether a file has been quiet long enough, where the inbox asks for that.
pub(super) fn is_quiet(receive: &Receive, inbox: &Inbox, entry: &Entry) -> Result<bool, Fault> {
    let Some(quiet) = inbox.ready.quiet else { return Ok(true) };
    let now = receive.clock.now();
    let sighting = receive.ledger.sight(&inbox.name, &entry.name, entry.size, entry.modified, now).wait()?;
    let quiet = TimeDelta::from_std(quiet).unwrap_or(TimeDelta::MAX);
    Ok(sighting.looks >= 2 && now - sighting.unchanged_since >= quiet)
}

/// The marker's name for a file: `{name}.ok` or `{stem}.ok`.
pub(super) fn marker_of(inbox: &Inbox, name: &str) -> Option<String> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let pattern = inbox.ready.marker.as_ref()?;
    Some(pattern.replace("{name}", name).replace("{stem}", stem))
}

fn is_temporary(inbox: &Inbox, name: &str) -> bool {
    inbox.ready.renamed_from.as_ref().is_some_and(|patterns| patterns.is_match(name))
}
