//! What can go wrong inside a verb: the database, or the verb's own rules.

use crate::fault::{Fault, code};

/// Why a verb did not happen.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite could not.
    Database(rusqlite::Error),
    /// The verb's rules say no.
    Refused(Fault),
}

/// What a verb comes to inside its transaction.
pub(super) type Verb<T> = Result<T, Failure>;

impl Failure {
    /// The ledger's rules forbid this verb now: a caught bug of the caller.
    pub(super) fn refused(verb: &'static str, reason: impl ToString) -> Failure {
        Failure::Refused(Fault::new(code::LEDGER_REFUSED).with("verb", verb).with("reason", reason))
    }

    /// Whether the whole transaction must go, not only this verb's part (disk full, broken disk, damaged file).
    pub(super) fn spoils_the_batch(&self) -> bool {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseCorrupt, DiskFull, FileLockingProtocolFailed, NotADatabase, OutOfMemory,
            ReadOnly, SystemIoFailure,
        };
        match self {
            Failure::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    DiskFull
                        | SystemIoFailure
                        | DatabaseCorrupt
                        | NotADatabase
                        | OutOfMemory
                        | ReadOnly
                        | CannotOpen
                        | FileLockingProtocolFailed
                )
            ),
            Failure::Refused(_) => false,
        }
    }

    /// The fault that the caller sees.
    pub(super) fn into_fault(self) -> Fault {
        match self {
            Failure::Database(error) => failed(&error),
            Failure::Refused(fault) => fault,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Failure::Database(error)
    }
}

/// The ledger or the spool could not be used.
pub(super) fn failed(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(code::LEDGER_FAILED).with("reason", error)
}
