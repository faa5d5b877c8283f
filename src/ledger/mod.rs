//! The ledger: the durable store of arrivals, documents, calls, reports and what was told, and the only channel
//! between the passes. It stores, it does not act.
//!
//! Every verb is one transaction; a verb has happened when its [`Answer`] is `Ok`, and is durable then (WAL, full
//! sync). One thread writes: verbs of many lanes that wait at the same time share one commit.

mod again;
mod answer;
mod backing_up;
mod convert;
mod erasing;
mod failure;
mod forgetting;
mod holding;
mod keeping;
mod lock;
mod operating;
mod parts;
mod queries;
mod receiving;
mod registers;
mod reporting;
mod restoring;
mod rows;
mod schema;
mod sending;
mod spool;
mod staging;
mod tar;
mod tracing;
mod turns;
mod untold;
mod verifying;
mod withdrawing;
mod writer;

use std::path::Path;
use std::sync::Arc;

pub use answer::Answer;
pub use backing_up::{BackedUp, Manifest, ManifestFile, back_up};
pub use holding::HELD_BY_PERSON;
pub use keeping::{Archived, ArchivedFile, Chore, ChoreTurn, KeptSince, Position};
pub use lock::DataLock;
pub use operating::Target;
pub use queries::{ArrivalFilter, CallFilter, CallSummary, Count, Overview, ReportSummary};
pub use receiving::{BeforeALook, inbox_scope};
pub use registers::{Register, RegisterEntry};
pub use restoring::{RESTORED, Restored, check_backup, restore};
pub use rows::*;
pub use spool::{Copy, Spool, SpoolWriter, Spooled};
pub use staging::{Counts, StagedTask};
pub use tracing::{AuditRow, Trace, TracedArrival, TracedCall, TracedDocument, TracedFact};
pub use turns::Barred;
pub use verifying::{Verified, verify};
pub use withdrawing::StagedBefore;

use crate::fault::Fault;
use crate::step::Steps;
use writer::{Readers, Writer};

/// Connections that only read; one long question does not keep the lanes waiting.
const READERS: usize = 2;

/// A handle on the ledger; clones are the same ledger.
#[derive(Clone, Debug)]
pub struct Ledger(Arc<Open>);

#[derive(Debug)]
struct Open {
    writer: Writer,
    readers: Readers,
    spool: Spool,
    path: std::path::PathBuf,
    steps: Steps,
}

impl Ledger {
    /// Opens the ledger in the data folder, made if it is missing: `ledger.sqlite` and `spool/`. Whoever opens it holds
    /// the folder's [`DataLock`]. After a crash, call [`Ledger::recover_in_flight`] and [`Ledger::drop_unpublished`]
    /// before any pass begins.
    pub fn open(data_folder: &Path, steps: Steps) -> Result<Ledger, Fault> {
        // Names and addresses are in it: nobody else's to read.
        std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700)
            .create(data_folder)
            .map_err(|error| failure::failed(&format!("{}: {error}", data_folder.display())))?;
        restoring::refuse_half_restored(data_folder)?;
        let path = data_folder.join("ledger.sqlite");
        let connection = schema::open_to_write(&path)?;
        let readers = (0..READERS).map(|_| schema::open_to_read(&path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Ledger(Arc::new(Open {
            writer: Writer::start(connection, steps.clone())?,
            readers: Readers::start(readers)?,
            spool: Spool::open(&data_folder.join("spool"), steps.clone())?,
            path,
            steps,
        })))
    }

    /// The folder of durable copies.
    pub fn spool(&self) -> &Spool {
        &self.0.spool
    }
}
