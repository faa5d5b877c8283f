//! An outbox, as the configuration's check made it.

use std::sync::Arc;
use std::time::Duration;

use crate::call::{Lane, OwnNumbers};
use crate::fault::Language;
use crate::format::Definition;
use crate::transport::Remote;

use super::schedule::Schedule;

/// A named folder on a transport that we write to.
#[derive(Clone, Debug)]
pub struct Outbox {
    /// `partner/outbox`: its identity for ever; sequences and what was told hang on it.
    pub name: String,
    /// The partner's name.
    pub partner: String,
    /// The lane whose goods owner it tells of.
    pub lane: Lane,
    /// Which order-like numbers of the lane are the partner's: of the others it is told nothing.
    pub numbers: OwnNumbers,
    /// The transport.
    pub remote: Remote,
    /// The folder, relative to the remote's base.
    pub folder: String,
    /// What it tells.
    pub report: ReportKind,
    /// The format of its files.
    pub format: Arc<Definition>,
    /// The names of its files.
    pub file_name: super::NameTemplate,
    /// When it tells.
    pub schedule: Schedule,
    /// The partner's time zone.
    pub time_zone: chrono_tz::Tz,
    /// The language of messages in its files.
    pub language: Language,
}

/// What an outbox tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// What became of the documents of each arrival of these inboxes (`partner/inbox`).
    Acknowledgements {
        /// The inboxes.
        inboxes: Vec<String>,
        /// The second acknowledgement goes out after this time even if some documents have no outcome yet.
        within: Duration,
    },
    /// What left the warehouse: orders at or beyond this status number, or with a shipped time, with something to report.
    Shipments {
        /// The installation's first status that counts as shipped (default 450).
        shipped_status: i32,
    },
}
