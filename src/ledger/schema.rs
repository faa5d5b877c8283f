//! The database's schema: a list of migrations that is only ever added to, and how a connection is opened.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::failure::{Failure, failed};
use crate::fault::{Fault, code};

/// The migrations, in order; `PRAGMA user_version` counts those that were made. Never change one: add another.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/001.sql"),
    include_str!("migrations/002.sql"),
    include_str!("migrations/003.sql"),
    include_str!("migrations/004.sql"),
    include_str!("migrations/007.sql"),
    include_str!("migrations/008.sql"),
    include_str!("migrations/009.sql"),
    include_str!("migrations/010.sql"),
    include_str!("migrations/011.sql"),
    include_str!("migrations/012.sql"),
];

/// Opens the connection that writes, and brings the schema up to date.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, Fault> {
    let named = |error: rusqlite::Error| failed(&format!("{}: {error}", path.display()));
    let mut connection = Connection::open(path).map_err(named)?;
    settings(&connection, WRITER_CACHE).map_err(named)?;
    refuse_newer(&connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(named)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(named)?;
    // What is erased is overwritten, not only forgotten (promise 11).
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(())).map_err(named)?;
    migrate(&mut connection).map_err(Failure::into_fault)?;
    Ok(connection)
}

/// Opens a connection that cannot write.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failed(&error))?;
    settings(&connection, READER_CACHE).map_err(|error| failed(&error))?;
    Ok(connection)
}

/// Opens a connection that only writes the log back: it waits for readers no longer than lanes may.
pub(super) fn open_to_squeeze(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failed(&error))?;
    connection.busy_timeout(std::time::Duration::from_millis(200)).map_err(|error| failed(&error))?;
    Ok(connection)
}

/// How many kibibytes of pages a connection keeps. Readers look up single rows, or pass over many that they need once.
const WRITER_CACHE: i64 = 16_000;
const READER_CACHE: i64 = 2_000;

fn settings(connection: &Connection, cache: i64) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -cache)?;
    // Else SQLite plans a statement anew for each new value that could speak for another partial index.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), Fault> {
    let version = version(connection).map_err(|error| failed(&format!("{}: {error}", path.display())))?;
    if version > MIGRATIONS.len() {
        return Err(Fault::new(code::LEDGER_NEWER)
            .found(version.to_string())
            .with("known", MIGRATIONS.len()));
    }
    Ok(())
}

/// That a ledger which is only read is what this release knows; an older one is brought up to date by whoever writes.
pub(super) fn require_current(connection: &Connection) -> Result<(), Fault> {
    let version = version(connection).map_err(|error| failed(&error))?;
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    if version > MIGRATIONS.len() {
        return Err(Fault::new(code::LEDGER_NEWER)
            .found(version.to_string())
            .with("known", MIGRATIONS.len()));
    }
    Err(failed(&format!("its schema {version} is older than this release: run `lastkaj list` once")))
}

fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    let made = version(connection)?;
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(made) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let connection = open_to_write(&path).unwrap();
        connection.pragma_update(None, "user_version", 1000).unwrap();
        drop(connection);
        let fault = open_to_write(&path).unwrap_err();
        assert_eq!((fault.code, fault.found.as_deref()), (code::LEDGER_NEWER, Some("1000")));
    }

    #[test]
    fn an_old_schema_is_migrated_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        drop(open_to_write(&path).unwrap());
        let connection = open_to_write(&path).unwrap();
        assert_eq!(version(&connection).unwrap(), MIGRATIONS.len());
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}
