//! The rules that an inbox's documents are planned by, with the installation's lists as the ledger has them.

use super::{Inbox, Receive};
use crate::fault::Fault;
use crate::ledger::Register;
use crate::plan::{List, ListEntry, Lists, PlanRules, Strictness};

/// The rules for one arrival.
///
/// # Errors
/// The ledger cannot be read.
pub(super) fn rules(receive: &Receive, inbox: &Inbox) -> Result<PlanRules, Fault> {
    let mut rules = inbox.rules.clone();
    if rules.unknown_codes == Strictness::Allow {
        return Ok(rules);
    }
    let list = |name: &str| -> Result<Option<List>, Fault> {
        Ok(receive.ledger.register(&inbox.lane, name).wait()?.map(|register| List {
            read_at: register.read_at,
            entries: register
                .entries
                .into_iter()
                .map(|entry| ListEntry { code: entry.code, of: entry.of })
                .collect(),
        }))
    };
    rules.lists = Lists {
        transporters: list(Register::TRANSPORTERS)?,
        transporter_services: list(Register::TRANSPORTER_SERVICES)?,
    };
    Ok(rules)
}
