//! `[partner.NAME.outbox.NAME]`: a named folder that we write to.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveTime;

use crate::document::DocumentType;
use crate::fault::{Fault, code};
use crate::format::Definition;
use crate::report::{NameTemplate, Outbox, ReportKind, Schedule};
use crate::written::{At, Table, suggestion};

use super::partner::Owner;
use super::{World, remote, take};

/// An outbox, and where its name template stands.
pub(super) struct Checked {
    pub name: Option<At<String>>,
    pub made: Option<Outbox>,
}

const SECOND: Duration = Duration::from_secs(1);
/// The shortest pause that makes sense, for trials.
const MOMENT: Duration = Duration::from_millis(50);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The reports that are made today.
pub(super) const REPORTS_MADE: [&str; 2] = ["acknowledgements", "shipments"];

/// The reports of the design; those behind the first two come with later releases.
const REPORTS: [&str; 7] =
    ["acknowledgements", "shipments", "receipts", "stock", "adjustments", "returns", "cancellations"];

const SCHEDULE: &str = "every = \"5m\", or at = [\"06:00\", \"18:00\"] in the partner's time zone";

pub(super) fn check(world: &World<'_>, name: &At<String>, table: &Table<'_>, owner: &Owner<'_>) -> Checked {
    let good_name = take::check_name(table, name, "an outbox");
    let remote = remote::check(world, table).or(table, &owner.remote);
    let folder = table
        .required_text("folder", "the folder to write to, below the remote's base, like folder = \"to-erp\"")
        .and_then(|written| take::folder(table, "folder", &written));
    let report = table
        .required_text("report", "what to tell, like report = \"shipments\"")
        .and_then(|written| report(table, &written, owner));
    let format = table
        .required_text("format", "the name of a format file, like format = \"pyramid/shipments\"")
        .and_then(|written| format(world, table, &written, owner, report.as_ref()));
    let template =
        table.required_text("name", "the names of its files, like name = \"SHP_{sequence:06}.csv\"");
    let file_name = template.as_ref().and_then(|written| {
        let checked = NameTemplate::check(written);
        checked
            .map_err(|reason| {
                let expected = "a file name with {sequence:06}, and {time:%Y%m%d%H%M%S} if wanted";
                table.wrong_value("name", written, expected, &reason);
            })
            .ok()
    });
    let schedule = schedule(table);
    let made = || {
        let partner = owner.partner?;
        Some(Outbox {
            name: format!("{}/{}", owner.name, name.value),
            partner: owner.name.to_owned(),
            lane: partner.lane.clone(),
            numbers: partner.rules.numbers.clone(),
            remote: remote?,
            folder: folder?,
            report: report?,
            format: format?,
            file_name: file_name?,
            schedule: schedule?,
            time_zone: partner.time_zone,
            language: partner.language,
        })
    };
    Checked { made: if good_name { made() } else { None }, name: template }
}

fn report(table: &Table<'_>, written: &At<String>, owner: &Owner<'_>) -> Option<ReportKind> {
    match written.as_str() {
        "acknowledgements" => acknowledgements(table, owner),
        "shipments" => Some(ReportKind::Shipments { shipped_status: owner.shipped_status }),
        other if REPORTS.contains(&other) => {
            table.fault(
                Fault::new(code::NOT_SUPPORTED)
                    .at(written.place.clone())
                    .found(format!("report = \"{other}\""))
                    .with("expected", "\"acknowledgements\" or \"shipments\""),
            );
            None
        }
        other => {
            let expected = "one of \"acknowledgements\", \"shipments\"";
            table.wrong_value("report", written, expected, &suggestion(other, REPORTS));
            None
        }
    }
}

fn acknowledgements(table: &Table<'_>, owner: &Owner<'_>) -> Option<ReportKind> {
    let within = take::duration(table, "ack_within", SECOND..=30 * DAY, 3600 * SECOND);
    let names: Vec<&str> = owner.inbox_names.iter().map(String::as_str).collect();
    let Some(written) = table.texts("inboxes") else {
        if table.has("inboxes") {
            return None;
        }
        return Some(ReportKind::Acknowledgements { inboxes: full_names(owner, &names), within });
    };
    let mut good = true;
    for name in written.iter().filter(|name| !names.contains(&name.as_str())) {
        take::unknown_name(table, "inbox", name, &names);
        good = false;
    }
    let written: Vec<&str> = written.iter().map(|name| name.as_str()).collect();
    good.then(|| ReportKind::Acknowledgements { inboxes: full_names(owner, &written), within })
}

fn full_names(owner: &Owner<'_>, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{}/{name}", owner.name)).collect()
}

fn format(
    world: &World<'_>,
    table: &Table<'_>,
    written: &At<String>,
    owner: &Owner<'_>,
    report: Option<&ReportKind>,
) -> Option<Arc<Definition>> {
    let format = world.shelf.take(world, table, written, &owner.codes)?;
    let needed = match report? {
        ReportKind::Acknowledgements { .. } => DocumentType::Acknowledgement,
        ReportKind::Shipments { .. } => DocumentType::Shipment,
    };
    if format.writes() == Some(needed) {
        return Some(format);
    }
    let problem = match format.writes() {
        Some(other) => format!("writes {}, not {}", other.name(), needed.name()),
        None => "writes nothing".to_owned(),
    };
    table.fault(
        Fault::new(code::FORMAT_MISFIT)
            .at(written.place.clone())
            .found(&written.value)
            .with("problem", problem)
            .with("expected", format!("a format that writes {}", needed.name()))
            .with("suggestion", "see of = \"…\" in its [record.…] table"),
    );
    None
}

fn schedule(table: &Table<'_>) -> Option<Schedule> {
    let every = table.has("every").then(|| take::duration(table, "every", MOMENT..=30 * DAY, SECOND));
    let at = table.has("at").then(|| times(table));
    match (every, at) {
        (Some(every), None) => Some(Schedule::Every(every)),
        (None, Some(times)) => times.map(Schedule::At),
        (Some(_), Some(_)) => {
            take::not_together(table, "at", "every and at", SCHEDULE);
            None
        }
        (None, None) => {
            table.missing("every or at", SCHEDULE);
            None
        }
    }
}

fn times(table: &Table<'_>) -> Option<Vec<NaiveTime>> {
    let written = table.texts("at")?;
    let mut times = Vec::new();
    let mut good = !written.is_empty();
    if written.is_empty() {
        table.missing("a time in at", SCHEDULE);
    }
    for text in &written {
        match NaiveTime::parse_from_str(text, "%H:%M") {
            Ok(time) => times.push(time),
            Err(_) => {
                table.wrong_value("at", text, "times of the day like \"06:00\"", "");
                good = false;
            }
        }
    }
    times.sort_unstable();
    times.dedup();
    good.then_some(times)
}
