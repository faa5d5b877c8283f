//! To owe a report: its number, name and bytes are fsynced and committed together before anything is uploaded.

use std::io::Write;

use chrono::{DateTime, Utc};

use super::Reporting;
use crate::fault::{Fault, code};
use crate::ledger::{NewReport, ReportId, Spooled, Telling};

/// What a rendered report tells, besides its bytes.
#[derive(Debug, Default)]
pub(super) struct Tells {
    pub facts: Vec<i64>,
    pub told: Option<Telling>,
}

/// Owes a report. `render` is given the number that it will have, and gives name and bytes.
pub(super) fn owe(
    reporting: &Reporting,
    outbox: &str,
    at: DateTime<Utc>,
    tells: Tells,
    render: impl FnOnce(u64) -> Result<(String, Vec<u8>), Fault>,
) -> Result<ReportId, Fault> {
    let sequence = reporting.ledger.next_sequence(outbox).wait()?;
    let (name, bytes) = render(sequence)?;
    let copy = spool(reporting, &bytes)?;
    let unique = copy.hash.get(..8).unwrap_or_default();
    let report = NewReport {
        outbox: outbox.to_owned(),
        sequence,
        temporary_name: format!("{name}.{sequence}-{unique}.tmp"),
        name,
        spool: copy.name,
        size: copy.size,
        hash: copy.hash,
        at,
        facts: tells.facts,
        told: tells.told,
    };
    reporting.ledger.owe(report).wait()
}

fn spool(reporting: &Reporting, bytes: &[u8]) -> Result<Spooled, Fault> {
    let mut writer = reporting.spool.begin()?;
    writer.write_all(bytes).map_err(|error| Fault::new(code::LEDGER_FAILED).with("reason", error))?;
    writer.finish()
}
