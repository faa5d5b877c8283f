//! Report: from what Ongoing and the ledger know to files in outboxes.

mod name;
mod outbox;
mod schedule;

pub use name::NameTemplate;
pub use outbox::{Outbox, ReportKind};
pub use schedule::Schedule;
