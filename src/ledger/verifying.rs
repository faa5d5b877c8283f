//! Whether ledger and spool agree. Only reads, through a connection of its own, so that it works beside a gateway that
//! runs.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::failure::{Failure, Verb, failed};
use super::spool::Spool;
use super::{Ledger, schema};
use crate::fault::{Fault, code};

/// A file of the spool that is younger than this may be about to get its row.
const YOUNG: Duration = Duration::from_secs(2 * 3600);

/// So many findings of one kind are named; the others are counted.
const NAMED_MAX: usize = 100;

/// What was looked at, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verified {
    /// Arrivals.
    pub arrivals: u64,
    /// Documents.
    pub documents: u64,
    /// Calls.
    pub calls: u64,
    /// Reports.
    pub reports: u64,
    /// Files of the spool whose size and content are what their row says.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What is wrong; empty if all agrees.
    pub faults: Vec<Fault>,
    /// Findings that are not named, since there are too many of their kind.
    pub more: u64,
}

impl Verified {
    fn find(&mut self, fault: Fault) {
        if self.faults.iter().filter(|found| found.code == fault.code).count() < NAMED_MAX {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// A file that a row needs.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    /// `arrival` or `report`.
    pub(super) table: &'static str,
    pub(super) id: i64,
    /// The name of the sender's file or of the report.
    pub(super) file: String,
    pub(super) spool: String,
    pub(super) size: u64,
    pub(super) hash: String,
}

/// Looks through ledger and spool of a data folder. `progress` is told how many files of how many were read.
///
/// # Errors
/// There is no ledger that this release can read.
pub fn verify(
    data_folder: &Path,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, Fault> {
    let path = data_folder.join("ledger.sqlite");
    if !path.exists() {
        return Err(Fault::new(code::LEDGER_MISSING).with("folder", data_folder.display()));
    }
    let mut connection = schema::open_to_read(&path)?;
    schema::require_current(&connection)?;
    let spool = Spool::to_read(&data_folder.join("spool"));
    let mut verified = Verified::default();
    // First the files and then the rows: a file that stands there has its row by then, unless it is young.
    let copies = spool.copies()?;
    let needed = look_at_rows(&mut connection, &mut verified).map_err(Failure::into_fault)?;
    let known = known_names(&connection).map_err(Failure::into_fault)?;
    let total = needed.len() as u64;
    for (read, needed) in (1..).zip(&needed) {
        look_at_file(&connection, &spool, needed, &mut verified).map_err(Failure::into_fault)?;
        progress(read, total);
    }
    for copy in copies {
        let age = copy.written.and_then(|written| (now - DateTime::<Utc>::from(written)).to_std().ok());
        let is_young = age.is_none_or(|age| age < YOUNG);
        let is_there = spool.path(&copy.name).map_or(true, |path| path.exists());
        if !known.contains(&short(&copy.name)) && !is_young && is_there {
            verified.find(Fault::new(code::SPOOL_FILE_ORPHAN).found(copy.name));
        }
    }
    Ok(verified)
}

impl Ledger {
    /// Files of the spool that no row knows. One that was finished just now may be about to get its row: whoever removes
    /// them sees each twice, with time between. Blocks.
    ///
    /// # Errors
    /// The ledger or the spool cannot be read.
    pub fn orphans(&self) -> Result<Vec<String>, Fault> {
        let copies = self.0.spool.copies()?;
        let known = self.0.readers.ask(known_names).wait()?;
        let ours = copies.into_iter().map(|copy| copy.name).filter(|name| self.0.spool.path(name).is_ok());
        Ok(ours.filter(|name| !known.contains(&short(name))).collect())
    }
}

/// A name in little memory. Two names with one number hide an orphan, and nothing else.
fn short(name: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// The names of all files that a row needs, or that are on their way out.
fn known_names(connection: &Connection) -> Verb<HashSet<u64>> {
    let mut statement = connection.prepare(
        "SELECT spool FROM arrival WHERE file_erased_at IS NULL UNION ALL \
         SELECT spool FROM report WHERE file_erased_at IS NULL UNION ALL SELECT spool FROM leaving",
    )?;
    let mut known = HashSet::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        known.insert(short(&row.get::<_, String>(0)?));
    }
    Ok(known)
}

/// The files that rows need.
pub(super) fn needed_files(connection: &Connection) -> Verb<Vec<Needed>> {
    let mut needed = Vec::new();
    for table in ["arrival", "report"] {
        let mut statement = connection.prepare(&format!(
            "SELECT id, name, spool, size, hash FROM {table} WHERE file_erased_at IS NULL ORDER BY id"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            needed.push(Needed {
                table,
                id: row.get(0)?,
                file: row.get(1)?,
                spool: row.get(2)?,
                size: super::convert::count(row, "size")?,
                hash: row.get(4)?,
            });
        }
    }
    Ok(needed)
}

/// Whether a row still needs its file; a running gateway may have let it go meanwhile.
pub(super) fn is_still_needed(connection: &Connection, needed: &Needed) -> Verb<bool> {
    let sql = format!("SELECT file_erased_at IS NULL FROM {} WHERE id = ?1", needed.table);
    let still: Option<bool> = connection.query_row(&sql, [needed.id], |row| row.get(0)).optional()?;
    Ok(still == Some(true))
}

fn look_at_file(
    connection: &Connection,
    spool: &Spool,
    needed: &Needed,
    verified: &mut Verified,
) -> Verb<()> {
    let about = |code| {
        Fault::new(code)
            .found(&needed.spool)
            .with("target", format!("{} {}", needed.table, needed.id))
            .at(crate::fault::Place::file(&needed.file))
    };
    let read = spool.open_copy(&needed.spool).and_then(|mut file| hash_of(&mut file));
    match read {
        Ok((size, hash)) if size == needed.size && hash == needed.hash => {
            verified.files += 1;
            verified.bytes += size;
        }
        Ok((size, _)) => {
            let reason = if size == needed.size {
                "its content differs".to_owned()
            } else {
                format!("it has {size} bytes instead of {}", needed.size)
            };
            verified.find(about(code::SPOOL_FILE_DIFFERS).with("reason", reason));
        }
        Err(fault) => {
            let is_gone = !spool.path(&needed.spool).is_ok_and(|path| path.exists());
            if is_gone && is_still_needed(connection, needed)? {
                verified.find(about(code::SPOOL_FILE_MISSING));
            } else if !is_gone {
                verified.find(about(code::SPOOL_FILE_DIFFERS).with("reason", fault));
            }
        }
    }
    Ok(())
}

/// Size and SHA-256 of what is read.
pub(super) fn hash_of(from: &mut dyn Read) -> Result<(u64, String), Fault> {
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).map_err(|error| failed(&error))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hash.update(bytes);
        size += read as u64;
    }
    Ok((size, hexadecimal(hash)))
}

/// A finished hash in hexadecimal.
pub(super) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the rows say of each other, as of one moment; and the files that they need.
fn look_at_rows(connection: &mut Connection, verified: &mut Verified) -> Verb<Vec<Needed>> {
    let snapshot = connection.transaction()?;
    let count = |table: &str| -> Verb<u64> {
        let count: i64 =
            snapshot.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    verified.arrivals = count("arrival")?;
    verified.documents = count("document")?;
    verified.calls = count("call")?;
    verified.reports = count("report")?;
    look_at_database(&snapshot, verified)?;
    for (check, sql) in COUNTS {
        let mut statement = snapshot.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (target, one, other): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let reason = check.replacen("{}", &one.to_string(), 1).replacen("{}", &other.to_string(), 1);
            verified.find(Fault::new(code::COUNTS_DISAGREE).with("target", target).with("reason", reason));
        }
    }
    look_at_sequences(&snapshot, verified)?;
    needed_files(&snapshot)
}

fn look_at_database(connection: &Connection, verified: &mut Verified) -> Verb<()> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let said: String = row.get(0)?;
        if said != "ok" {
            verified.find(Fault::new(code::LEDGER_DAMAGED).with("reason", said));
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (table, id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let target = id.map_or_else(|| table.clone(), |id| format!("{table} {id}"));
        let reason = format!("it names a row of {parent} that is not there");
        verified.find(Fault::new(code::COUNTS_DISAGREE).with("target", target).with("reason", reason));
    }
    Ok(())
}

/// What must not be found: what is wrong in words, and the rows (target, found, expected). An arrival whose rows are
/// being deleted has no counts to hold to.
const COUNTS: [(&str, &str); 7] = [
    (
        "it holds {} documents and records instead of {}",
        "SELECT 'arrival ' || a.id, (SELECT count(*) FROM document d WHERE d.arrival_id = a.id) AS there, \
         a.documents + a.records_stray FROM arrival a WHERE a.state IN ('published', 'done') AND a.forgetting = 0 \
         AND there <> a.documents + a.records_stray",
    ),
    (
        "{} documents have no outcome, and {} are faulty",
        "SELECT 'arrival ' || a.id, (SELECT count(*) FROM document d WHERE d.arrival_id = a.id \
             AND NOT EXISTS (SELECT 1 FROM call c WHERE c.document_id = d.id)) AS there, \
         a.documents_faulty + a.records_stray FROM arrival a WHERE a.state IN ('published', 'done') \
         AND a.forgetting = 0 AND there <> a.documents_faulty + a.records_stray",
    ),
    (
        "document {} has {} calls",
        "SELECT 'arrival ' || c.arrival_id, c.document_id, count(*) FROM call c WHERE c.document_id IS NOT NULL \
         GROUP BY c.document_id HAVING count(*) > 1",
    ),
    (
        "{} calls are open, and it counts {}",
        "SELECT 'arrival ' || a.id, (SELECT count(*) FROM call c WHERE c.arrival_id = a.id \
             AND c.state IN ('pending', 'held')) AS there, a.open_calls FROM arrival a \
         WHERE a.state IN ('published', 'done') AND a.forgetting = 0 AND there <> a.open_calls",
    ),
    (
        "it is done with {} open calls, or published with none ({})",
        "SELECT 'arrival ' || a.id, a.open_calls, 0 FROM arrival a WHERE (a.state = 'done' AND a.open_calls <> 0) \
         OR (a.state = 'published' AND a.open_calls = 0)",
    ),
    (
        "the call belongs to arrival {}, and its document to arrival {}",
        "SELECT 'call ' || c.id, coalesce(c.arrival_id, 0), d.arrival_id FROM call c \
         JOIN document d ON d.id = c.document_id WHERE c.arrival_id IS NOT d.arrival_id",
    ),
    (
        "it tells of fact {}, whose outbox is another ({})",
        "SELECT 'report ' || r.id, f.id, r.sequence FROM fact f JOIN report r ON r.id = f.report_id \
         WHERE f.outbox <> r.outbox",
    ),
];

/// The reports of an outbox are numbered without gaps up to its next number; old ones may be gone from below.
fn look_at_sequences(connection: &Connection, verified: &mut Verified) -> Verb<()> {
    let mut statement = connection.prepare(
        "SELECT r.outbox, min(r.sequence), max(r.sequence), count(*), o.next_sequence FROM report r \
         LEFT JOIN outbox o ON o.name = r.outbox GROUP BY r.outbox",
    )?;
    let mut rows = statement.query(params![])?;
    while let Some(row) = rows.next()? {
        let outbox: String = row.get(0)?;
        let (first, last, there): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let next: Option<i64> = row.get(4)?;
        if last - first + 1 != there {
            let reason = format!("its numbers {first} to {last} are {there} reports");
            verified.find(Fault::new(code::SEQUENCE_GAP).with("target", &outbox).with("reason", reason));
        }
        if next != Some(last + 1) {
            let next = next.map_or_else(|| "none".to_owned(), |next| next.to_string());
            let reason = format!("its last number is {last}, and its next one {next}");
            verified.find(Fault::new(code::SEQUENCE_GAP).with("target", &outbox).with("reason", reason));
        }
    }
    Ok(())
}
