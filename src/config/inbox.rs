//! `[partner.NAME.inbox.NAME]`: a named folder that we read from.

use std::sync::Arc;
use std::time::Duration;

use crate::document::DocumentType;
use crate::fault::{Fault, code};
use crate::format::Definition;
use crate::receive::{After, Brake, Duplicates, FaultRule, Inbox, Ready, Unpack};
use crate::transport::Remote;
use crate::written::{At, Item, Table, suggestion};

use super::partner::Owner;
use super::{World, parts, pattern, remote, rules, take};

/// An inbox, and the patterns as they were written.
pub(super) struct Checked {
    pub patterns: Vec<At<String>>,
    /// How long files stay in the folders that we move or write them to.
    pub keep_moved: Option<At<Duration>>,
    pub made: Option<Inbox>,
}

const SECOND: Duration = Duration::from_secs(1);
/// The shortest pause that makes sense, for trials.
const MOMENT: Duration = Duration::from_millis(50);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// So long a file must be quiet where nothing else says when it is whole.
const QUIET: Duration = Duration::from_secs(10);

const AFTER: &str = "{ move_to = \"folder\" }, \"delete\" or \"leave\"";

pub(super) const FAULT_RULES: [(&str, FaultRule); 2] =
    [("skip-document", FaultRule::SkipDocument), ("reject-file", FaultRule::RejectFile)];

pub(super) const DUPLICATES: [(&str, Duplicates); 3] =
    [("take", Duplicates::Take), ("hold", Duplicates::Hold), ("skip", Duplicates::Skip)];

pub(super) fn check(world: &World<'_>, name: &At<String>, table: &Table<'_>, owner: &Owner<'_>) -> Checked {
    let good_name = take::check_name(table, name, "an inbox");
    let remote = remote::check(world, table).or(table, &owner.remote);
    let folder = table
        .required_text(
            "folder",
            "the folder to read from, below the remote's base, like folder = \"from-erp\"",
        )
        .and_then(|written| take::folder(table, "folder", &written));
    let parts::Files { patterns, set: files, parts } = parts::files(table);
    let full_name = format!("{}/{}", owner.name, name.value);
    let format = table
        .required_text("format", "the name of a format file, like format = \"pyramid/orders\"")
        .and_then(|written| format(world, table, &full_name, &written, owner));
    let parts = match &format {
        Some(format) => parts::of_format(table, format, parts),
        None => {
            table.item("wait_for_parts");
            None
        }
    };
    let after = after(table, folder.as_deref());
    let faults = table.one_of("faults", &FAULT_RULES).unwrap_or(FaultRule::SkipDocument);
    let failed = table.text("failed");
    let failed = failed.and_then(|written| take::folder(table, "failed", &written));
    let duplicates = table.one_of("duplicates", &DUPLICATES).unwrap_or_default();
    let is_local = matches!(remote, Some(Remote::Local { .. }));
    // A folder of this machine tells by itself when something comes.
    let poll = take::duration(table, "poll", MOMENT..=DAY, if is_local { MINUTE } else { 30 * SECOND });
    let skip_unchanged = table.boolean("skip_unchanged");
    let end_mark = format.as_ref().map(|format| format.has_end_mark());
    let ready = ready(world, table, &full_name, end_mark);
    let refresh = table.has("refresh").then(|| take::duration(table, "refresh", DAY..=3_650 * DAY, 30 * DAY));
    let brake = brake(table);
    let unpack = unpack(table);
    let keep_moved = super::keep::moved(table, after.as_ref(), is_local);

    let made = || {
        let (partner, format, folder) = (owner.partner?, format?, folder?);
        Some(Inbox {
            name: full_name,
            partner: owner.name.to_owned(),
            lane: partner.lane.clone(),
            remote: remote?,
            files: files?,
            parts: parts?,
            skip_unchanged: skip_unchanged
                .map_or_else(|| format.reads().contains(&DocumentType::Article), |written| written.value),
            format,
            ready: ready?,
            after: after?,
            unpack: unpack?,
            faults,
            duplicates,
            failed_folder: failed.unwrap_or_else(|| below(&folder, "failed")),
            folder,
            poll,
            time_zone: partner.time_zone,
            language: partner.language,
            live: partner.live,
            refresh,
            brake,
            rules: partner.rules.clone(),
        })
    };
    Checked { made: if good_name { made() } else { None }, patterns, keep_moved }
}

/// Which archives are unpacked, and what is read of them. `None` where a mistake was recorded.
fn unpack(table: &Table<'_>) -> Option<Unpack> {
    let mut unpack = Unpack::default();
    let mut good = true;
    for kind in table.texts("unpack").unwrap_or_default() {
        match kind.as_str() {
            "zip" => unpack.zip = true,
            "gz" => unpack.gz = true,
            _ => {
                table.wrong_value("unpack", &kind, "\"zip\", \"gz\" or both in a list", "");
                good = false;
            }
        }
    }
    if let Some(patterns) = table.texts("entries") {
        match patterns.first().filter(|_| !unpack.zip) {
            Some(first) => {
                let expected = "unpack = \"zip\" beside it: entries are the files in a zip that are read";
                table.wrong_value("entries", first, expected, "");
                good = false;
            }
            None => unpack.entries = Some(pattern::check(table, "entries", &patterns)?),
        }
    }
    good.then_some(unpack)
}

/// What is unusual for the inbox; what is not said is as by default.
fn brake(table: &Table<'_>) -> Brake {
    let usual = Brake::default();
    let Some(inner) = table.table("brake") else { return usual };
    let number = |key: &str, range: std::ops::RangeInclusive<i64>, usual: u64| {
        let usual = i64::try_from(usual).unwrap_or(i64::MAX);
        u64::try_from(take::number(&inner, key, range, usual)).unwrap_or_default()
    };
    let brake = Brake {
        changed: number("changed", 1..=100, usual.changed),
        shorter: number("shorter", 0..=100, usual.shorter),
        least: number("least", 0..=i64::MAX, usual.least),
        documents: number("documents", 1..=i64::MAX, usual.documents),
    };
    inner.finish();
    brake
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn format(
    world: &World<'_>,
    table: &Table<'_>,
    inbox: &str,
    written: &At<String>,
    owner: &Owner<'_>,
) -> Option<Arc<Definition>> {
    let format = world.shelf.take(world, table, written, &owner.codes)?;
    if format.reads().iter().any(|document| document.is_inbound()) {
        rules::check_format(world, table, inbox, written, &format, owner);
        return Some(format);
    }
    let problem = match format.writes() {
        Some(document) => format!("writes {} and reads nothing", document.name()),
        None => "reads nothing".to_owned(),
    };
    table.fault(
        Fault::new(code::FORMAT_MISFIT)
            .at(written.place.clone())
            .found(&written.value)
            .with("problem", problem)
            .with("expected", "a format with a table [document.order], [document.article] or alike")
            .with("suggestion", ""),
    );
    None
}

fn after(table: &Table<'_>, folder: Option<&str>) -> Option<After> {
    let (owner, written) = match table.item("after") {
        None => return Some(After::MoveTo(below(folder?, "done"))),
        Some(Item::Text(word)) => {
            return match word.as_str() {
                "delete" => Some(After::Delete),
                "leave" => Some(After::Leave),
                other => {
                    table.wrong_value("after", &word, AFTER, &suggestion(other, ["delete", "leave"]));
                    None
                }
            };
        }
        Some(Item::Table(inner)) => {
            let written = inner.required_text("move_to", "the folder to move files to that were taken in");
            inner.finish();
            (inner, written?)
        }
        Some(other) => {
            table.fault(
                Fault::new(code::WRONG_TYPE)
                    .at(other.place())
                    .found(other.kind())
                    .with("key", "after")
                    .with("expected", AFTER),
            );
            return None;
        }
    };
    let target = take::folder(&owner, "move_to", &written)?;
    if Some(target.as_str()) == folder {
        owner.wrong_value("move_to", &written, "another folder than the inbox's own", "");
        return None;
    }
    Some(After::MoveTo(target))
}

fn ready(world: &World<'_>, table: &Table<'_>, inbox: &str, end_mark: Option<bool>) -> Option<Ready> {
    let Some(inner) = table.table("ready") else {
        if table.has("ready") {
            return None;
        }
        return Some(by_quiet_alone(world, table, inbox, end_mark));
    };
    let quiet = inner.has("quiet").then(|| take::duration(&inner, "quiet", Duration::ZERO..=DAY, QUIET));
    let marker = match inner.text("marker") {
        Some(written) => Some(marker(&inner, written)?),
        None => None,
    };
    let renamed_from = match inner.texts("renamed_from") {
        Some(written) => Some(pattern::check(&inner, "renamed_from", &written)?),
        None => None,
    };
    inner.finish();
    if inner.keys().is_empty() {
        return Some(by_quiet_alone(world, table, inbox, end_mark));
    }
    Some(Ready { quiet, marker, renamed_from })
}

/// Nothing was said: a file is taken once it was quiet, and a warning is given where no end mark makes that safe.
fn by_quiet_alone(world: &World<'_>, table: &Table<'_>, inbox: &str, end_mark: Option<bool>) -> Ready {
    if end_mark == Some(false) {
        world.warn(
            Fault::new(code::NO_READINESS)
                .at(table.place())
                .with("inbox", inbox)
                .with("quiet", take::show(QUIET))
                .with(
                    "example",
                    "{ quiet = \"60s\" }, { marker = \"{name}.ok\" } or { renamed_from = [\"*.tmp\"] }",
                ),
        );
    }
    Ready { quiet: Some(QUIET), ..Ready::default() }
}

fn marker(table: &Table<'_>, written: At<String>) -> Option<String> {
    let rest = written.replace("{name}", "").replace("{stem}", "");
    let good = rest.len() < written.len()
        && written.value != "{name}"
        && !rest.contains(['{', '}', '/', '\\', '\0'])
        && !rest.is_empty();
    if !good {
        let expected = "a file name made of the data file's, like \"{name}.ok\" or \"{stem}.ok\"";
        table.wrong_value("marker", &written, expected, "");
        return None;
    }
    Some(written.value)
}
