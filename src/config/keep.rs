//! The `[keep]` table: how long what is kept (promise 11), and `keep_moved` of an inbox.
//!
//! The order is always files ≤ personal data ≤ ledger, and requests ≤ ledger: a copy of a file is personal data, and
//! what hangs on a row goes no later than the row.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fault::{Fault, code};
use crate::receive::After;
use crate::written::{At, Table};

use super::take;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The least that makes sense: what came on Friday must be there on Monday.
const LEAST: Duration = DAY.saturating_mul(3);
/// Ten years: what book-keeping asks for at most.
const MOST: Duration = DAY.saturating_mul(3653);
/// A year and a month: a year's comparison finds last year's rows.
const LEDGER: Duration = DAY.saturating_mul(400);
/// A season: a complaint about a delivery comes within it.
const SEASON: Duration = DAY.saturating_mul(90);

/// How long what is kept, counted from when it was done: a file's last outcome, a report's delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Rows of the ledger. What the same file, the same quantity or the same number is known by stays for ever.
    pub ledger: Duration,
    /// Our copies of files in and out.
    pub files: Duration,
    /// What names people: bodies of calls, texts of faults, documents of reports. Numbers and hashes stay.
    pub personal_data: Duration,
    /// Each request to Ongoing with its answer.
    pub requests: Duration,
    /// Files that were moved away or written beside an inbox, by inbox (`partner/inbox`); one that is not named keeps
    /// its files.
    pub moved: BTreeMap<String, Duration>,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep {
            ledger: LEDGER,
            files: SEASON,
            personal_data: SEASON,
            requests: SEASON,
            moved: BTreeMap::new(),
        }
    }
}

pub(super) fn check(root: &Table<'_>) -> Keep {
    let Some(table) = root.table("keep") else { return Keep::default() };
    let of = |key: &str, default: Duration| span(&table, key, default);
    let ledger = of("ledger", LEDGER);
    // What is not written follows what is.
    let personal_data = of("personal_data", SEASON.min(ledger));
    let files = of("files", SEASON.min(personal_data));
    let requests = of("requests", SEASON.min(ledger));
    let limits = [
        ("personal_data", personal_data, "ledger", ledger, "it stands in those rows"),
        ("files", files, "personal_data", personal_data, "names and addresses stand in those files"),
        ("requests", requests, "ledger", ledger, "they belong to those rows"),
    ];
    for (key, span, other, limit, reason) in limits {
        if span > limit && table.has(key) {
            let place = table.duration(key).map_or_else(|| table.place(), |written| written.place);
            table.fault(longer(key, span, other, limit, reason).at(place));
        }
    }
    table.finish();
    Keep { ledger, files, personal_data, requests, moved: BTreeMap::new() }
}

/// Whole days as an author writes them: `90d`.
fn show(span: Duration) -> String {
    match (span.as_secs() / DAY.as_secs(), span.as_secs() % DAY.as_secs()) {
        (days, 0) => format!("{days}d"),
        _ => take::show(span),
    }
}

/// A span of time within the bounds of this table, or the default.
fn span(table: &Table<'_>, key: &str, default: Duration) -> Duration {
    bounded(table, key).map_or(default, |written| written.value)
}

fn bounded(table: &Table<'_>, key: &str) -> Option<At<Duration>> {
    let written = table.duration(key)?;
    if (LEAST..=MOST).contains(&written.value) {
        return Some(written);
    }
    let found = At { value: show(written.value), place: written.place };
    let expected = format!("a span of time from {} to {}", show(LEAST), show(MOST));
    table.wrong_value(key, &found, &expected, "");
    None
}

fn longer(key: &str, span: Duration, other: &str, limit: Duration, reason: &str) -> Fault {
    Fault::new(code::KEEP_INCONSISTENT)
        .found(show(span))
        .with("key", key)
        .with("other", other)
        .with("limit", show(limit))
        .with("reason", reason)
}

/// `keep_moved` of an inbox.
pub(super) fn moved(table: &Table<'_>, after: Option<&After>, is_local: bool) -> Option<At<Duration>> {
    let written = bounded(table, "keep_moved")?;
    let moves = matches!(after, Some(After::MoveTo(_)) | None);
    if !moves && !is_local {
        take::not_together(
            table,
            "keep_moved",
            "keep_moved and after = \"delete\" or \"leave\"",
            "after = { move_to = \"folder\" }: only files that we moved are ours to remove",
        );
        return None;
    }
    Some(written)
}

/// What is to be removed from archive folders must be known to the ledger until then.
pub(super) fn check_moved(root: &Table<'_>, keep: &mut Keep, partners: &[super::partner::Checked]) {
    for inbox in partners.iter().flat_map(|partner| &partner.inboxes) {
        let (Some(written), Some(made)) = (&inbox.keep_moved, &inbox.made) else { continue };
        if written.value > keep.ledger {
            let reason = "the ledger must know them until they are removed";
            let fault = longer("keep_moved", written.value, "ledger", keep.ledger, reason);
            root.fault(fault.at(written.place.clone()));
        }
        keep.moved.insert(made.name.clone(), written.value);
    }
}
