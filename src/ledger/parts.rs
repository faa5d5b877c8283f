//! The entries of archives: their fingerprints, and what is dropped where one of them turns out to be bad.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::whole;
use super::failure::Verb;
use super::rows::{ArrivalId, ArrivalState, ReadPart};
use super::staging::{ROWS_PER_TURN, drop_calls, require};
use super::writer::Turned;

impl Ledger {
    /// Notes entries that were read (at most 1,000 at a time), seen by nobody until the arrival is published.
    pub fn note_parts(&self, arrival: ArrivalId, parts: Vec<ReadPart>) -> Answer<()> {
        let rows = parts.len();
        self.0.writer.run_of("ledger.note_parts", rows, move |connection| {
            require(connection, "ledger.note_parts", arrival, &[ArrivalState::Received])?;
            let mut add = connection
                .prepare_cached("INSERT INTO part (arrival_id, name, size, hash) VALUES (?1, ?2, ?3, ?4)")?;
            for part in &parts {
                add.execute(params![arrival, part.name, whole(part.size), part.hash])?;
            }
            Ok(())
        })
    }

    /// Which of these contents the arrival's inbox took in before: as a file or in an archive, that counts.
    pub fn contents_before(
        &self,
        arrival: ArrivalId,
        hashes: Vec<String>,
    ) -> Answer<HashMap<String, ArrivalId>> {
        self.0.readers.ask(move |connection| {
            let mut before = HashMap::new();
            let inbox: Option<String> = connection
                .prepare_cached("SELECT inbox FROM arrival WHERE id = ?1")?
                .query_row([arrival], |row| row.get(0))
                .optional()?;
            let Some(inbox) = inbox else { return Ok(before) };
            // `+id`: by the fingerprint, not by walking the inbox's arrivals from the newest on.
            let mut find = connection.prepare_cached(
                "SELECT max(id) FROM (SELECT +id AS id FROM arrival WHERE inbox = ?1 AND hash = ?2 AND id < ?3 \
                     AND state IN ('published', 'done') \
                 UNION ALL SELECT a.id FROM part p JOIN arrival a ON a.id = p.arrival_id WHERE p.hash = ?2 \
                     AND a.inbox = ?1 AND a.id < ?3 AND a.state IN ('published', 'done') \
                 UNION ALL SELECT arrival_id FROM fingerprint WHERE inbox = ?1 AND hash = ?2)",
            )?;
            for hash in hashes {
                let other: Option<ArrivalId> =
                    find.query_row(params![inbox, hash, arrival], |row| row.get(0))?;
                if let Some(other) = other {
                    before.insert(hash, other);
                }
            }
            Ok(before)
        })
    }

    /// Drops what was staged of an arrival behind this document, but its faulty documents: they belong to an entry none of
    /// whose documents counts.
    pub fn unstage_behind(&self, arrival: ArrivalId, ordinal: u64) -> Answer<()> {
        self.0.writer.run_in_turns("ledger.unstage_behind", move |connection| {
            require(connection, "ledger.unstage_behind", arrival, &[ArrivalState::Received])?;
            // The calls of an arrival were staged in the order of its documents.
            let calls: Vec<(i64, Option<i64>)> = connection
                .prepare_cached(
                    "SELECT c.id, c.document_id FROM call c JOIN document d ON d.id = c.document_id \
                     WHERE c.arrival_id = ?1 AND d.ordinal > ?2 ORDER BY c.id DESC LIMIT ?3",
                )?
                .query_map(params![arrival, whole(ordinal), ROWS_PER_TURN], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect::<Result<_, _>>()?;
            drop_calls(connection, &calls)?;
            Ok(if calls.is_empty() { Turned::Done(()) } else { Turned::Again })
        })
    }
}

/// Drops at most [`ROWS_PER_TURN`] entries; whether there were any.
pub(super) fn drop_parts(connection: &Connection, arrival: ArrivalId) -> Verb<bool> {
    let dropped = connection
        .prepare_cached(
            "DELETE FROM part WHERE arrival_id = ?1 AND name IN \
             (SELECT name FROM part WHERE arrival_id = ?1 LIMIT ?2)",
        )?
        .execute(params![arrival, ROWS_PER_TURN])?;
    Ok(dropped > 0)
}
