//! Receive: from a file in an inbox to published calls. The story, told top to bottom:
//!
//! 1. [`take_in`]: what an earlier run left half-way is finished or undone; then list -> whole? -> claim -> our own
//!    durable copy + arrival row -> source moved, deleted or left.
//! 2. [`stage_next`]: copy -> its parts, where it is an archive or files that belong together -> format -> documents -> plan -> staged in batches that nobody sees -> one small
//!    transaction publishes the arrival, or rejects it.
//!
//! It talks to the rest of the gateway only through the ledger. Calls block; they run on bounded workers.

mod archive;
mod brake;
mod copying;
mod inbox;
mod intake;
mod parts;
mod reach;
mod ready;
mod rules;
mod second_versions;
mod settling;
mod staging;
mod unpack;

use crate::clock::Clock;
use crate::ledger::{Ledger, Spool};
use crate::transport::Sessions;

pub use archive::empty_archive;
pub use brake::Brake;
pub use inbox::{After, Duplicates, FaultRule, Inbox, Ready};
pub use intake::{Taken, take_in};
pub use parts::{NamePattern, PartFiles, Parts};
pub use staging::{Staged, stage_next};
pub use unpack::{
    ALL_BYTES_MAX, ENTRIES_MAX, ENTRY_BYTES_MAX, RATIO_FROM, RATIO_MAX, Unpack, UnpackLimits, each_part,
};

/// What the pass works with.
#[derive(Clone, Debug)]
pub struct Receive {
    /// The ledger.
    pub ledger: Ledger,
    /// Our durable copies.
    pub spool: Spool,
    /// Open sessions with the remotes.
    pub sessions: Sessions,
    /// The time.
    pub clock: Clock,
    /// Set when the gateway stops: the file in hand is let go where nothing is lost by it.
    pub stop: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Receive {
    /// Whether the gateway is stopping.
    fn stopping(&self) -> bool {
        self.stop.load(std::sync::atomic::Ordering::Relaxed)
    }
}
