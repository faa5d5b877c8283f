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
            None => return gone(reporting, remote, report, &last),
        }
    }
    let mut bytes = reporting.spool.open_copy(&report.spool)?;
    reporting
        .sessions
        .with(remote, |transport| {
            transport.make_folder(folder)?;
            transport.write_whole(&temporary, &mut bytes)
        })
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
        Err(Trouble::Exists(_)) => {
            hold(reporting, report, Fault::new(code::REPORT_NAME_TAKEN))?;
            // Only once it is held: a temporary name that is gone would mean delivered. A retry uploads anew; if this
            // fails, that retry replaces it.
            let _ = reporting.sessions.with(remote, |transport| transport.remove(from));
            Ok(false)
        }
        // Renamed by an attempt whose answer was lost, or removed by somebody: look.
        Err(Trouble::NotFound(_)) => gone(reporting, remote, report, to),
        Err(trouble) => Err(trouble.into_fault()),
    }
}

/// The temporary name is gone after a rename was begun. It was renamed; the ERP may have fetched it since.
fn gone(reporting: &Reporting, remote: &Remote, report: &Report, last: &str) -> Result<bool, Fault> {
    let standing =
        reporting.sessions.with(remote, |transport| transport.look(last)).map_err(Trouble::into_fault)?;
    if standing.is_some_and(|standing| standing.size != report.size) {
        return hold(reporting, report, Fault::new(code::REPORT_NAME_TAKEN));
    }
    reporting.ledger.delivered(report.id, reporting.clock.now()).wait()?;
    Ok(true)
}

fn hold(reporting: &Reporting, report: &Report, fault: Fault) -> Result<bool, Fault> {
    let fault = fault.at(Place::file(&report.name)).with("report", report.id);
    reporting.ledger.hold_report(report.id, fault).wait()?;
    Ok(false)
}

fn path(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
