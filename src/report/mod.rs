//! Report: from what Ongoing and the ledger know to files in outboxes. The story, told top to bottom:
//!
//! 1. [`shipments::read`]: Ongoing's state -> facts. What the WMS tells us is a row before it is a file.
//! 2. [`acknowledgements::owe`], [`shipments::owe`], [`error_files::owe`]: rows -> documents -> format -> a report
//!    owed: number, name and bytes, committed together.
//! 3. [`deliver`]: to the outbox, whole or not at all; the marks are planned with the delivery.

pub mod acknowledgements;
mod delivery;
pub mod error_files;
mod name;
mod outbox;
mod owing;
mod schedule;
pub mod shipments;

use std::sync::Arc;

use crate::clock::Clock;
use crate::ledger::{Ledger, Spool};
use crate::transport::Sessions;

pub use delivery::deliver;
pub use name::NameTemplate;
pub use outbox::{Outbox, ReportKind};
pub use schedule::Schedule;

/// What the pass works with.
#[derive(Clone, Debug)]
pub struct Reporting {
    /// The ledger.
    pub ledger: Ledger,
    /// The bytes of reports until they are delivered, and after.
    pub spool: Spool,
    /// Open sessions with the remotes.
    pub sessions: Sessions,
    /// The time.
    pub clock: Clock,
    /// Set when the gateway stops.
    pub stop: Arc<std::sync::atomic::AtomicBool>,
}
