//! Documents of which a second, other version stands in the same file. Which one is meant nobody can tell, so neither counts:
//! the first, which is staged already, is withdrawn. Its call stays as a mark until the whole file was read, so that a third
//! version finds it.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{from_json, json, whole};
use super::failure::Verb;
use super::rows::{ArrivalId, ArrivalState};
use super::staging::{ROWS_PER_TURN, StagedTask, require};
use super::writer::Turned;
use crate::fault::Fault;

/// What an arrival staged before for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedBefore {
    /// The hash of its body.
    pub hash: String,
    /// The line where its document begins.
    pub first_line: u64,
    /// The entry of an archive that it stands in.
    pub part: Option<String>,
    /// It does not count any more.
    pub withdrawn: bool,
}

/// How a withdrawn call is told from one that is kept and not sent, which has a message.
const WITHDRAWN: &str = "c.state = 'discarded' AND c.message = ''";

impl Ledger {
    /// What of these the arrival has staged already: one arrival never asks twice for the same of one key.
    pub fn staged_tasks(
        &self,
        arrival: ArrivalId,
        tasks: Vec<StagedTask>,
    ) -> Answer<HashMap<StagedTask, StagedBefore>> {
        self.0.readers.ask(move |connection| {
            let mut staged = HashMap::new();
            for task in tasks {
                if let Some((.., before)) = find(connection, arrival, &task)? {
                    staged.insert(task, before);
                }
            }
            Ok(staged)
        })
    }

    /// What was staged for these tasks does not count, for the reason of each.
    pub fn withdraw(&self, arrival: ArrivalId, tasks: Vec<(StagedTask, Fault)>) -> Answer<()> {
        let rows = 2 * tasks.len();
        self.0.writer.run_of("ledger.withdraw", rows, move |connection| {
            require(connection, "ledger.withdraw", arrival, &[ArrivalState::Received])?;
            for (task, fault) in &tasks {
                let Some((call, document, _)) = find(connection, arrival, task)? else { continue };
                connection
                    .prepare_cached("UPDATE call SET state = 'discarded', message = '' WHERE id = ?1")?
                    .execute([call])?;
                let faults: String = connection
                    .prepare_cached("SELECT faults FROM document WHERE id = ?1")?
                    .query_row([document], |row| row.get(0))?;
                let mut faults: Vec<Fault> = from_json(&faults)?;
                faults.push(fault.clone());
                connection
                    .prepare_cached("UPDATE document SET faults = ?2 WHERE id = ?1")?
                    .execute(params![document, json(&faults)?])?;
            }
            Ok(())
        })
    }

    /// The file was read: withdrawn documents behind one of this ordinal are faulty from here on, as those are that never had a
    /// call. Says how many that were.
    pub fn settle_withdrawn(&self, arrival: ArrivalId, ordinal: u64) -> Answer<u64> {
        let (mut settled, mut after) = (0, 0);
        self.0.writer.run_in_turns("ledger.settle_withdrawn", move |connection| {
            require(connection, "ledger.settle_withdrawn", arrival, &[ArrivalState::Received])?;
            let calls: Vec<i64> = connection
                .prepare_cached(&format!(
                    "SELECT c.id FROM call c JOIN document d ON d.id = c.document_id WHERE c.arrival_id = ?1 \
                     AND c.id > ?2 AND d.ordinal > ?3 AND {WITHDRAWN} ORDER BY c.id LIMIT ?4"
                ))?
                .query_map(params![arrival, after, whole(ordinal), ROWS_PER_TURN], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for call in &calls {
                connection.prepare_cached("DELETE FROM need WHERE call_id = ?1")?.execute([call])?;
                connection.prepare_cached("DELETE FROM call WHERE id = ?1")?.execute([call])?;
            }
            settled += calls.len() as u64;
            let Some(last) = calls.last() else { return Ok(Turned::Done(settled)) };
            after = *last;
            Ok(Turned::Again)
        })
    }
}

/// The call and the document that were staged for a task.
fn find(
    connection: &Connection,
    arrival: ArrivalId,
    task: &StagedTask,
) -> Verb<Option<(i64, i64, StagedBefore)>> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT c.id, c.document_id, c.hash, d.first_line, d.part, {WITHDRAWN} \
             FROM call c INDEXED BY call_number JOIN document d ON d.id = c.document_id \
             WHERE c.number = ?1 AND c.arrival_id = ?2 AND c.kind = ?3 AND c.operation ->> 'operation' = ?4 LIMIT 1"
        ))?
        .query_row(params![task.number, arrival, task.kind.name(), task.operation], |row| {
            let before = StagedBefore {
                hash: row.get(2)?,
                first_line: row.get::<_, i64>(3)?.unsigned_abs(),
                part: row.get(4)?,
                withdrawn: row.get(5)?,
            };
            Ok((row.get(0)?, row.get(1)?, before))
        })
        .optional()?)
}
