//! A report owed -> its outbox: whole or not at all, once (promise 7).

use super::Reporting;
use crate::fault::{Fault, Place, code};
use crate::ledger::{Report, ReportState};
use crate::transport::{Remote, Trouble};

/// Delivers what an outbox owes, in the order of the numbers. Says how many were delivered.
///
/// # Errors
/// What keeps the outbox from taking files now; what is owed stays owed.
pub fn deliver(reporting: &Reporting, outbox: &str, remote: &Remote, folder: &str) -> Result<usize, Fault> {
    let mut delivered = 0;
    for report in reporting.ledger.due_reports(outbox).wait()? {
        if reporting.stop.load(std::sync::atomic::Ordering::Relaxed) {
            break;
        }
        if deliver_one(reporting, remote, folder, &report)? {
            delivered += 1;
        }
    }
    Ok(delivered)
}

fn deliver_one(reporting: &Reporting, remote: &Remote, folder: &str, report: &Report) -> Result<bool, Fault> {
    let temporary = path(folder, &report.temporary_name);
    let last = path(folder, &report.name);
    if report.state == ReportState::Renaming {
        // An earlier rename may have been done: the temporary name gone means delivered.
        let standing = reporting.sessions.with(remote, |transport| transport.look(&temporary));
        match standing.map_err(Trouble::into_fault)? {
            Some(_) => return rename(reporting, remote, report, &temporary, &last),
            None => return gone(reporting, remote, report, &temporary, &last),
        }
    }
    let mut bytes = reporting.spool.open_copy(&report.spool)?;
    reporting
        .sessions
        .with(remote, |transport| transport.write_whole(&temporary, &mut bytes))
        .map_err(Trouble::into_fault)?;
    reporting.ledger.renaming(report.id).wait()?;
    rename(reporting, remote, report, &temporary, &last)
}

fn rename(
    reporting: &Reporting,
    remote: &Remote,
    report: &Report,
    from: &str,
    to: &str,
) -> Result<bool, Fault> {
    match reporting.sessions.with(remote, |transport| transport.rename(from, to)) {
        Ok(()) => {
            reporting.ledger.delivered(report.id, reporting.clock.now()).wait()?;
            Ok(true)
        }
        Err(Trouble::Exists(_)) => hold(reporting, remote, report, from),
        // Renamed by an attempt whose answer was lost, or removed by somebody: look.
        Err(Trouble::NotFound(_)) => gone(reporting, remote, report, from, to),
        Err(trouble) => Err(trouble.into_fault()),
    }
}

/// The temporary name is gone after a rename was begun. It was renamed; the ERP may have fetched it since. Unless the
/// whole folder is gone, which says nothing: then it is looked at again once the folder is back.
fn gone(
    reporting: &Reporting,
    remote: &Remote,
    report: &Report,
    temporary: &str,
    last: &str,
) -> Result<bool, Fault> {
    // A folder that is gone says nothing of what was in it: it is looked at again once it is back.
    let (folder, _) = last.rsplit_once('/').unwrap_or(("", last));
    let looked = reporting.sessions.with(remote, |transport| {
        transport.list(folder, &mut |_| false)?;
        transport.look(last)
    });
    let standing = looked.map_err(Trouble::into_fault)?;
    if standing.is_some_and(|standing| standing.size != report.size) {
        return hold(reporting, remote, report, temporary);
    }
    reporting.ledger.delivered(report.id, reporting.clock.now()).wait()?;
    Ok(true)
}

/// Another file has the name: a person decides. Nothing half-done stays in the outbox meanwhile; a retry uploads anew.
fn hold(reporting: &Reporting, remote: &Remote, report: &Report, temporary: &str) -> Result<bool, Fault> {
    let fault = Fault::new(code::REPORT_NAME_TAKEN).at(Place::file(&report.name)).with("report", report.id);
    tracing::error!(outbox = report.outbox, code = fault.code.name(), "{fault}");
    reporting.ledger.hold_report(report.id, fault).wait()?;
    // Only once it is held: a temporary name that is gone would mean delivered. If this fails, the retry replaces it.
    let _ = reporting.sessions.with(remote, |transport| transport.remove(temporary));
    Ok(false)
}

fn path(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
