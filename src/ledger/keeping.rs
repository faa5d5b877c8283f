//! Housekeeping: what goes after its time, a bit at a time. Each turn is one transaction of about 1,000 rows and leaves
//! the ledger whole, so that a crash costs nothing but the turn.
//!
//! Nothing open is touched: an arrival goes once every document has its outcome and every outbox has told it, a report
//! once it is delivered or withdrawn. What "once" hangs on stays for ever: fingerprints, sequences, what was told, what
//! Ongoing holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{count, ms};
use super::failure::{Verb, failed};
use super::operating::Target;
use super::{erasing, forgetting};
use crate::fault::Fault;

/// What is to go: everything that was done before these times.
#[derive(Clone, Debug)]
pub struct KeptSince {
    /// Rows of the ledger.
    pub ledger: DateTime<Utc>,
    /// Files of the spool.
    pub files: DateTime<Utc>,
    /// What names people.
    pub personal_data: DateTime<Utc>,
    /// Requests with their answers.
    pub requests: DateTime<Utc>,
    /// By inbox, the outboxes that tell what became of its documents: an arrival that one of them has not told is open.
    pub told_by: BTreeMap<String, Vec<String>>,
    /// The inboxes whose archive folders are emptied: the rows of their arrivals stay until that is done.
    pub emptied: BTreeSet<String>,
}

/// One kind of housekeeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chore {
    /// Personal data of arrivals, with their documents, calls and requests.
    EraseArrivals,
    /// The same of marks.
    EraseMarks,
    /// The same of reports, with the facts that they tell.
    EraseReports,
    /// What was remembered for reports, where a key has been still.
    EraseRemembered,
    /// What people wrote why they did something.
    EraseAudit,
    /// Lets go of files of arrivals in the spool.
    ArrivalFiles,
    /// Lets go of files of reports in the spool.
    ReportFiles,
    /// Deletes requests.
    ForgetRequests,
    /// Deletes arrivals, but for their fingerprints.
    ForgetArrivals,
    /// Deletes reports with their facts and marks, from the lowest number on.
    ForgetReports,
    /// Deletes audit rows and ended claims.
    ForgetRest,
}

impl Chore {
    /// Every chore, in the order in which they are done: what is deleted was erased before.
    pub const ALL: [Chore; 11] = [
        Chore::EraseArrivals,
        Chore::EraseMarks,
        Chore::EraseReports,
        Chore::EraseRemembered,
        Chore::EraseAudit,
        Chore::ArrivalFiles,
        Chore::ReportFiles,
        Chore::ForgetRequests,
        Chore::ForgetArrivals,
        Chore::ForgetReports,
        Chore::ForgetRest,
    ];

    /// The name of its durable step.
    fn step(self) -> &'static str {
        match self {
            Chore::EraseArrivals => "ledger.erase_arrivals",
            Chore::EraseMarks => "ledger.erase_marks",
            Chore::EraseReports => "ledger.erase_reports",
            Chore::EraseRemembered => "ledger.erase_remembered",
            Chore::EraseAudit => "ledger.erase_audit",
            Chore::ArrivalFiles => "ledger.let_go_arrival_files",
            Chore::ReportFiles => "ledger.let_go_report_files",
            Chore::ForgetRequests => "ledger.forget_requests",
            Chore::ForgetArrivals => "ledger.forget_arrivals",
            Chore::ForgetReports => "ledger.forget_reports",
            Chore::ForgetRest => "ledger.forget_rest",
        }
    }
}

/// Where a chore goes on: how many candidates are left alone because they are open, and the place inside the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub(super) skipped: i64,
    pub(super) row: i64,
    pub(super) line: i64,
}

impl Position {
    /// The candidate is left alone.
    pub(super) fn skip(&mut self) {
        *self = Position { skipped: self.skipped + 1, row: 0, line: 0 };
    }

    /// The candidate is done, and is a candidate no more.
    pub(super) fn done(&mut self) {
        *self = Position { skipped: self.skipped, row: 0, line: 0 };
    }
}

/// Files that we moved away together, or one that we wrote beside an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// The arrival, or the report that is an error file.
    pub of: Target,
    /// Its row number.
    pub id: i64,
    /// The files, one or several that belong together.
    pub files: Vec<ArchivedFile>,
    /// The claims that it came through: their numbers may stand in names.
    pub claims: Vec<i64>,
}

/// One of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, in hexadecimal.
    pub hash: String,
}

/// What one turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChoreTurn {
    /// Rows changed or deleted.
    pub rows: u64,
    /// Arrivals whose time is over and that are open all the same: an outbox has not told of them.
    pub left_open: u64,
    /// Where to go on, if there is more.
    pub next: Option<Position>,
}

/// How many rows a turn may still touch.
pub(super) struct Budget {
    left: u64,
    used: u64,
}

/// About how many rows one turn touches; a row's own children may come on top.
const ROWS_PER_TURN: u64 = 900;

impl Budget {
    pub(super) fn take(&mut self, rows: u64) {
        self.left = self.left.saturating_sub(rows);
        self.used += rows;
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// How many rows to ask for next.
    pub(super) fn ask(&self) -> i64 {
        i64::try_from(self.left.min(100)).unwrap_or(100)
    }
}

impl Ledger {
    /// One turn of a chore. Call it again with the position that it gives back, until it gives none.
    pub fn keep(
        &self,
        chore: Chore,
        since: &Arc<KeptSince>,
        from: Position,
        now: DateTime<Utc>,
    ) -> Answer<ChoreTurn> {
        let since = Arc::clone(since);
        self.0.writer.run_of(chore.step(), 1_000, move |connection| {
            let mut position = from;
            let mut budget = Budget { left: ROWS_PER_TURN, used: 0 };
            let (at, budget_of, now) = (&mut position, &mut budget, ms(now));
            let more = match chore {
                Chore::EraseArrivals => erasing::arrivals(connection, &since, at, budget_of, now),
                Chore::EraseMarks => erasing::marks(connection, &since, budget_of, now),
                Chore::EraseReports => erasing::reports(connection, &since, at, budget_of, now),
                Chore::EraseRemembered => erasing::remembered(connection, &since, at, budget_of),
                Chore::EraseAudit => erasing::audit(connection, &since, budget_of, now),
                Chore::ArrivalFiles => arrival_files(connection, &since, at, budget_of, now),
                Chore::ReportFiles => report_files(connection, &since, budget_of, now),
                Chore::ForgetRequests => forgetting::requests(connection, &since, at, budget_of),
                Chore::ForgetArrivals => forgetting::arrivals(connection, &since, at, budget_of),
                Chore::ForgetReports => forgetting::reports(connection, &since, at, budget_of),
                Chore::ForgetRest => forgetting::rest(connection, &since, budget_of),
            }?;
            Ok(ChoreTurn {
                rows: budget.used,
                left_open: match chore {
                    Chore::EraseArrivals => u64::try_from(position.skipped).unwrap_or(0),
                    _ => 0,
                },
                next: more.then_some(position),
            })
        })
    }

    /// Files of the spool that no row needs any more, at most so many. Whoever removes them says so by
    /// [`Ledger::files_gone`].
    pub fn leaving_files(&self, limit: u32) -> Answer<Vec<String>> {
        self.0.readers.ask(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT spool FROM leaving ORDER BY spool LIMIT ?1")?;
            let names = statement.query_map([limit], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(names)
        })
    }

    /// These files are gone from the disk.
    pub fn files_gone(&self, names: Vec<String>) -> Answer<()> {
        self.0.writer.run_of("ledger.files_gone", names.len(), move |connection| {
            let mut gone = connection.prepare_cached("DELETE FROM leaving WHERE spool = ?1")?;
            for name in &names {
                gone.execute([name])?;
            }
            Ok(())
        })
    }

    /// Arrivals of an inbox that were done, and last sent again, before a time, and whose copies in the archive folder
    /// were not removed yet; the oldest, at most so many.
    pub fn archived_arrivals(&self, inbox: &str, before: DateTime<Utc>, limit: u32) -> Answer<Vec<Archived>> {
        let inbox = inbox.to_owned();
        self.0.readers.ask(move |connection| {
            let mut claims =
                connection.prepare_cached("SELECT id FROM claim WHERE arrival_id = ?1 ORDER BY id")?;
            let mut files = connection.prepare_cached(
                "SELECT name, size, hash FROM arrival_file WHERE arrival_id = ?1 ORDER BY number",
            )?;
            connection
                .prepare_cached(
                    "SELECT id, name, size, hash FROM arrival WHERE inbox = ?1 AND moved_erased_at IS NULL \
                     AND done_at IS NOT NULL AND done_at < ?2 AND coalesce(resent_at, 0) < ?2 \
                     AND source_settled = 1 AND state IN ('done', 'rejected') ORDER BY done_at LIMIT ?3",
                )?
                .query_map(params![inbox, ms(before), limit], |row| archived(row, Target::Arrival))?
                .map(|file| {
                    let mut file = file?;
                    file.claims = claims.query_map([file.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
                    let several: Vec<ArchivedFile> =
                        files.query_map([file.id], archived_file)?.collect::<Result<_, _>>()?;
                    if !several.is_empty() {
                        file.files = several;
                    }
                    Ok(file)
                })
                .collect()
        })
    }

    /// The same of the error files of an inbox that were delivered before a time.
    pub fn archived_error_files(
        &self,
        inbox: &str,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Answer<Vec<Archived>> {
        let outbox = format!("{inbox}#errors");
        self.0.readers.ask(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, name, size, hash FROM report WHERE outbox = ?1 AND moved_erased_at IS NULL \
                 AND state = 'delivered' AND delivered_at < ?2 ORDER BY sequence LIMIT ?3",
            )?;
            let files = statement
                .query_map(params![outbox, ms(before), limit], |row| archived(row, Target::Report))?
                .collect::<Result<_, _>>()?;
            Ok(files)
        })
    }

    /// What was archived of this arrival or report was removed, or was not there any more.
    pub fn archive_emptied(&self, of: Target, now: DateTime<Utc>) -> Answer<()> {
        self.0.writer.run("ledger.archive_emptied", move |connection| {
            let (sql, id) = match of {
                Target::Arrival(id) => ("UPDATE arrival SET moved_erased_at = ?2 WHERE id = ?1", id),
                Target::Report(id) => ("UPDATE report SET moved_erased_at = ?2 WHERE id = ?1", id),
                Target::Call(_) | Target::Key(..) | Target::Halt(_) => return Ok(()),
            };
            connection.prepare_cached(sql)?.execute([id, ms(now)])?;
            Ok(())
        })
    }

    /// When house was kept last.
    pub fn kept_house_at(&self) -> Answer<Option<DateTime<Utc>>> {
        self.0.readers.ask(|connection| {
            let at: Option<i64> = connection
                .prepare_cached("SELECT at FROM housekeeping WHERE id = 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(at.and_then(DateTime::from_timestamp_millis))
        })
    }

    /// House was kept.
    pub fn kept_house(&self, now: DateTime<Utc>) -> Answer<()> {
        self.0.writer.run("ledger.kept_house", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO housekeeping (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                )?
                .execute([ms(now)])?;
            Ok(())
        })
    }

    /// Writes the whole log back into the database and empties it: what was erased stands in the log until then. False
    /// if a reader keeps it from being emptied now; then a later call does it. Blocks.
    ///
    /// # Errors
    /// The ledger cannot be used.
    pub fn empty_log(&self) -> Result<bool, Fault> {
        let connection = super::schema::open_to_squeeze(&self.0.path)?;
        self.0.steps.take("ledger.empty_log", || {
            let busy: i64 = connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
                .map_err(|error| failed(&error))?;
            Ok(busy == 0)
        })
    }
}

/// A closed arrival that may have to stay all the same.
pub(super) struct Candidate {
    pub(super) id: i64,
    pub(super) inbox: String,
    pub(super) version: i64,
}

/// The next closed arrival that was done before a time and for which `condition` holds; `skipped` are passed over.
pub(super) fn next_arrival(
    connection: &Connection,
    condition: &str,
    before: DateTime<Utc>,
    skipped: i64,
) -> Verb<Option<Candidate>> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT id, inbox, version FROM arrival WHERE done_at IS NOT NULL AND done_at < ?1 AND {condition} \
             AND state IN ('done', 'rejected') ORDER BY done_at, id LIMIT 1 OFFSET ?2"
        ))?
        .query_row(params![ms(before), skipped], |row| {
            Ok(Candidate { id: row.get(0)?, inbox: row.get(1)?, version: row.get(2)? })
        })
        .optional()?)
}

/// Whether every outbox that tells of the arrival's inbox has told its newest outcomes, in reports that are delivered.
pub(super) fn is_told(connection: &Connection, since: &KeptSince, arrival: &Candidate) -> Verb<bool> {
    for outbox in since.told_by.get(&arrival.inbox).into_iter().flatten() {
        let told: bool = connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM arrival_told WHERE outbox = ?1 AND arrival_id = ?2 AND version = ?3) \
                 OR EXISTS (SELECT 1 FROM told_up_to WHERE outbox = ?1 AND inbox = ?4 AND arrival_id >= ?2)",
            )?
            .query_row(params![outbox, arrival.id, arrival.version, arrival.inbox], |row| row.get(0))?;
        if !told {
            return Ok(false);
        }
    }
    let on_its_way: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM report WHERE arrival_id = ?1 AND state IN ('owed', 'renaming', 'held'))",
        )?
        .query_row([arrival.id], |row| row.get(0))?;
    Ok(!on_its_way)
}

fn arrival_files(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
    now: i64,
) -> Verb<bool> {
    while !budget.is_spent() {
        let before = since.files.max(since.personal_data);
        let Some(arrival) = next_arrival(connection, "file_erased_at IS NULL", before, position.skipped)?
        else {
            return Ok(false);
        };
        let (settled, spool): (bool, String) = connection
            .prepare_cached("SELECT source_settled, spool FROM arrival WHERE id = ?1")?
            .query_row([arrival.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if !settled || !is_told(connection, since, &arrival)? {
            position.skip();
            continue;
        }
        connection
            .prepare_cached("UPDATE arrival SET file_erased_at = ?2 WHERE id = ?1")?
            .execute([arrival.id, now])?;
        leave(connection, &spool)?;
        budget.take(2);
    }
    Ok(true)
}

fn report_files(connection: &Connection, since: &KeptSince, budget: &mut Budget, now: i64) -> Verb<bool> {
    let before = ms(since.files.max(since.personal_data));
    let reports: Vec<(i64, String)> = connection
        .prepare_cached(
            "SELECT id, spool FROM report WHERE file_erased_at IS NULL AND coalesce(delivered_at, at) < ?1 \
             AND state IN ('delivered', 'withdrawn') ORDER BY coalesce(delivered_at, at), id LIMIT 400",
        )?
        .query_map([before], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (report, spool) in &reports {
        connection
            .prepare_cached("UPDATE report SET file_erased_at = ?2 WHERE id = ?1")?
            .execute([*report, now])?;
        leave(connection, spool)?;
        budget.take(2);
    }
    Ok(!reports.is_empty())
}

/// A file of the spool is needed no more: first no row needs it, then it goes from the disk.
fn leave(connection: &Connection, spool: &str) -> Verb<()> {
    connection.prepare_cached("INSERT OR IGNORE INTO leaving (spool) VALUES (?1)")?.execute([spool])?;
    Ok(())
}

fn archived(row: &Row<'_>, of: fn(i64) -> Target) -> rusqlite::Result<Archived> {
    let id = row.get("id")?;
    Ok(Archived { of: of(id), id, files: vec![archived_file(row)?], claims: Vec::new() })
}

fn archived_file(row: &Row<'_>) -> rusqlite::Result<ArchivedFile> {
    Ok(ArchivedFile { name: row.get("name")?, size: count(row, "size")?, hash: row.get("hash")? })
}
