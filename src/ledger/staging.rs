//! The verbs from a received file to published calls: staged rows are seen by nobody, and one small transaction
//! makes them count.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{
    SELECT_ARRIVAL, SELECT_CALL, arrival, count, find_lane, json, lane_id, maybe_time, ms, whole,
};
use super::failure::{Failure, Verb};
use super::parts::drop_parts;
use super::rows::{Arrival, ArrivalId, ArrivalState, Basis, CallId, KnownVersion, Planned, StagedDocument};
use super::turns;
use super::writer::Turned;
use crate::call::{Call, CallState, Key, Kind, Lane};
use crate::fault::Fault;

/// How many rows one turn of a long verb touches.
pub(super) const ROWS_PER_TURN: i64 = 1_000;

/// What an arrival holds, counted as it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents, faulty ones included.
    pub documents: u64,
    /// Faulty ones.
    pub faulty: u64,
    /// Records that belong to no document.
    pub stray: u64,
    /// Records read; kept for the log only.
    pub records: u64,
}

/// What a document of an arrival asks for, as far as it must be the only one: an order may be cancelled in the file that
/// brings it anew, but not come twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StagedTask {
    /// What kind of object.
    pub kind: Kind,
    /// Our number.
    pub number: String,
    /// [`Operation::tag`] of what is asked for.
    pub operation: &'static str,
}

impl StagedTask {
    /// What a call asks for.
    pub fn of(call: &Call) -> StagedTask {
        StagedTask { kind: call.key.kind, number: call.key.number.clone(), operation: call.operation.tag() }
    }
}

impl Ledger {
    /// The oldest received arrival of a lane, whose turn it is to be staged.
    pub fn next_to_stage(&self, lane: &Lane) -> Answer<Option<Arrival>> {
        let lane = lane.clone();
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(None) };
            Ok(connection
                .prepare_cached(&format!(
                    "{SELECT_ARRIVAL} WHERE a.state = 'received' AND a.lane_id = ?1 ORDER BY a.id LIMIT 1"
                ))?
                .query_row([lane], arrival)
                .optional()?)
        })
    }

    /// Stages documents of a received arrival (at most 1,000 at a time), seen by nobody until it is published.
    pub fn stage(&self, arrival: ArrivalId, documents: Vec<StagedDocument>) -> Answer<()> {
        let rows = 2 * documents.len();
        self.0.writer.run_of("ledger.stage", rows, move |connection| {
            require(connection, "ledger.stage", arrival, &[ArrivalState::Received])?;
            documents.iter().try_for_each(|document| stage(connection, arrival, document))
        })
    }

    /// What each key's newest version is: the newest published call that has not ended, else what Ongoing accepted
    /// last. Staged rows that are not published do not count. A key that was never seen is not in the answer.
    pub fn bases(&self, keys: Vec<Key>) -> Answer<HashMap<Key, Basis>> {
        self.0.readers.ask(move |connection| {
            let mut bases = HashMap::new();
            for key in keys {
                if let Some(basis) = basis(connection, &key)? {
                    bases.insert(key, basis);
                }
            }
            Ok(bases)
        })
    }

    /// What Ongoing was last known to hold, by number from `after` (exclusive) on.
    pub fn known_versions(
        &self,
        lane: &Lane,
        kind: Kind,
        after: &str,
        limit: u32,
    ) -> Answer<Vec<KnownVersion>> {
        let (lane, after) = (lane.clone(), after.to_owned());
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(Vec::new()) };
            let known: Vec<(String, Option<i64>, Option<i64>)> = connection
                .prepare_cached(
                    "SELECT number, ongoing_id, CASE WHEN hash IS NULL THEN NULL ELSE call_id END FROM known \
                     WHERE lane_id = ?1 AND kind = ?2 AND number > ?3 ORDER BY number LIMIT ?4",
                )?
                .query_map(params![lane, kind.name(), after, limit], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?
                .collect::<Result<_, _>>()?;
            let mut find = connection
                .prepare_cached(&format!("{SELECT_CALL} WHERE c.id = ?1 AND c.erased_at IS NULL"))?;
            let mut versions = Vec::with_capacity(known.len());
            for (number, ongoing_id, call_id) in known {
                let call = find.query_row([call_id], super::convert::call).optional()?;
                versions.push(KnownVersion { number, ongoing_id, call_id, call });
            }
            Ok(versions)
        })
    }

    /// How many documents of a kind Ongoing is known to hold on a lane.
    pub fn known_count(&self, lane: &Lane, kind: Kind) -> Answer<u64> {
        let lane = lane.clone();
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(0) };
            let count: i64 = connection
                .prepare_cached(
                    "SELECT count(*) FROM known WHERE lane_id = ?1 AND kind = ?2 AND hash IS NOT NULL",
                )?
                .query_row(params![lane, kind.name()], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
    }

    /// The name of the last file of an inbox before this arrival that counts, and how many documents it had.
    pub fn file_before(&self, arrival: ArrivalId) -> Answer<Option<(String, u64)>> {
        self.0.readers.ask(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT name, documents FROM arrival WHERE inbox = (SELECT inbox FROM arrival WHERE id = ?1) \
                     AND id < ?1 AND state IN ('published', 'done') ORDER BY id DESC LIMIT 1",
                )?
                .query_row([arrival], |row| Ok((row.get("name")?, count(row, "documents")?)))
                .optional()?)
        })
    }

    /// All documents of the arrival are staged.
    pub fn mark_staged(&self, arrival: ArrivalId) -> Answer<()> {
        self.0.writer.run("ledger.mark_staged", move |connection| {
            require(connection, "ledger.mark_staged", arrival, &[ArrivalState::Received])?;
            set_state(connection, arrival, ArrivalState::Staged)
        })
    }

    /// Makes the staged rows of an arrival count, in one small transaction. `faults` are warnings of the file as such.
    /// An arrival with nothing to send is done at once. Article calls of older arrivals that were never tried are
    /// superseded by those of this one, in batches that follow.
    pub fn publish(
        &self,
        arrival: ArrivalId,
        counts: Counts,
        faults: Vec<Fault>,
        now: DateTime<Utc>,
    ) -> Answer<()> {
        let mut superseded_to = None;
        self.0.writer.run_in_turns("ledger.publish", move |connection| {
            let from = match superseded_to {
                None => {
                    publish(connection, arrival, counts, &faults, now)?;
                    0
                }
                Some(from) => from,
            };
            superseded_to = supersede(connection, arrival, from, now)?;
            Ok(if superseded_to.is_some() { Turned::Again } else { Turned::Done(()) })
        })
    }

    /// None of the arrival's documents counts. Its faulty documents stay, so that their lines can be told; the others
    /// and all calls go, in batches.
    pub fn reject(
        &self,
        arrival: ArrivalId,
        counts: Counts,
        faults: Vec<Fault>,
        now: DateTime<Utc>,
    ) -> Answer<()> {
        self.0.writer.run_in_turns("ledger.reject", move |connection| {
            let states = [ArrivalState::Received, ArrivalState::Staged, ArrivalState::Held];
            require(connection, "ledger.reject", arrival, &states)?;
            if drop_staged(connection, arrival, Drop::AllButFaulty)? {
                return Ok(Turned::Again);
            }
            connection
                .prepare_cached(
                    "UPDATE arrival SET state = 'rejected', faults = ?2, documents = ?3, documents_faulty = ?4, \
                     records_stray = ?5, published_at = ?6, done_at = ?6, version = version + 1 WHERE id = ?1",
                )?
                .execute(params![
                    arrival,
                    json(&faults)?,
                    whole(counts.documents),
                    whole(counts.faulty),
                    whole(counts.stray),
                    ms(now),
                ])?;
            Ok(Turned::Done(()))
        })
    }

    /// The arrival waits for a person; what was staged of it is dropped, and staged anew once it is released.
    pub fn hold_arrival(&self, arrival: ArrivalId, fault: Fault) -> Answer<()> {
        self.0.writer.run_in_turns("ledger.hold_arrival", move |connection| {
            let states = [ArrivalState::Received, ArrivalState::Staged, ArrivalState::Held];
            require(connection, "ledger.hold_arrival", arrival, &states)?;
            connection
                .prepare_cached("UPDATE arrival SET state = 'held', faults = ?2 WHERE id = ?1")?
                .execute(params![arrival, json(&[&fault])?])?;
            Ok(if drop_staged(connection, arrival, Drop::All)? { Turned::Again } else { Turned::Done(()) })
        })
    }

    /// Drops what was staged of an arrival that is not published, in batches, so that it can be staged anew.
    pub fn unstage(&self, arrival: ArrivalId) -> Answer<()> {
        self.0.writer.run_in_turns("ledger.unstage", move |connection| {
            let states = [ArrivalState::Received, ArrivalState::Staged, ArrivalState::Held];
            require(connection, "ledger.unstage", arrival, &states)?;
            Ok(if drop_staged(connection, arrival, Drop::All)? { Turned::Again } else { Turned::Done(()) })
        })
    }

    /// The held arrival is received again.
    pub fn release_arrival(&self, arrival: ArrivalId) -> Answer<()> {
        self.0.writer.run("ledger.release_arrival", move |connection| {
            require(connection, "ledger.release_arrival", arrival, &[ArrivalState::Held])?;
            release(connection, arrival)
        })
    }

    /// At start: drops every row that was staged and not published, in batches; those arrivals are received again.
    /// Says how many arrivals that were.
    pub fn drop_unpublished(&self) -> Answer<u64> {
        let mut dropped = 0;
        let mut after = 0;
        self.0.writer.run_in_turns("ledger.drop_unpublished", move |connection| {
            let next: Option<(ArrivalId, String)> = connection
                .prepare_cached(
                    "SELECT id, state FROM arrival WHERE state IN ('received', 'staged', 'held') AND id > ?1 \
                     ORDER BY id LIMIT 1",
                )?
                .query_row([after], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((arrival, state)) = next else { return Ok(Turned::Done(dropped)) };
            if drop_staged(connection, arrival, Drop::All)? {
                return Ok(Turned::Again);
            }
            if state == ArrivalState::Staged.name() {
                set_state(connection, arrival, ArrivalState::Received)?;
                dropped += 1;
            }
            after = arrival;
            Ok(Turned::Again)
        })
    }
}

/// The arrival is in one of these states.
pub(super) fn require(
    connection: &Connection,
    verb: &'static str,
    arrival: ArrivalId,
    states: &[ArrivalState],
) -> Verb<()> {
    let state: Option<String> = connection
        .prepare_cached("SELECT state FROM arrival WHERE id = ?1")?
        .query_row([arrival], |row| row.get(0))
        .optional()?;
    match state {
        Some(state) if states.iter().any(|allowed| allowed.name() == state) => Ok(()),
        Some(state) => Err(Failure::refused(verb, format!("arrival {arrival} is {state}"))),
        None => Err(Failure::refused(verb, format!("there is no arrival {arrival}"))),
    }
}

fn set_state(connection: &Connection, arrival: ArrivalId, state: ArrivalState) -> Verb<()> {
    connection
        .prepare_cached("UPDATE arrival SET state = ?2 WHERE id = ?1")?
        .execute(params![arrival, state.name()])?;
    Ok(())
}

/// A held arrival is received again, without the reason that held it.
pub(super) fn release(connection: &Connection, arrival: ArrivalId) -> Verb<()> {
    connection
        .prepare_cached("UPDATE arrival SET state = 'received', faults = '[]' WHERE id = ?1")?
        .execute([arrival])?;
    Ok(())
}

fn stage(connection: &Connection, arrival: ArrivalId, staged: &StagedDocument) -> Verb<()> {
    connection
        .prepare_cached(
            "INSERT INTO document (arrival_id, ordinal, document, number, first_line, last_line, faults, part) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            arrival,
            whole(staged.ordinal),
            staged.document,
            staged.number,
            whole(staged.first_line),
            whole(staged.last_line),
            json(&staged.faults)?,
            staged.part,
        ])?;
    let document = connection.last_insert_rowid();
    let owner = Owner::Document { arrival, document };
    match &staged.planned {
        Planned::Call(call) => insert_call(connection, call, owner, CallState::Pending, None).map(|_| ()),
        Planned::Unchanged(call) => {
            insert_call(connection, call, owner, CallState::Unchanged, None).map(|_| ())
        }
        Planned::Trial { call, message } => {
            let id = insert_call(connection, call, owner, CallState::Discarded, None)?;
            connection
                .prepare_cached("UPDATE call SET message = ?2 WHERE id = ?1")?
                .execute(params![id, message])?;
            Ok(())
        }
        Planned::Withdrawn(call) => {
            insert_call(connection, call, owner, CallState::Discarded, None).map(|_| ())
        }
        Planned::Faulty => Ok(()),
    }
}

/// What a call came from.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Document { arrival: ArrivalId, document: i64 },
    Fact(i64),
}

/// Adds the row of a call, and those of its needs.
pub(super) fn insert_call(
    connection: &Connection,
    call: &Call,
    owner: Owner,
    state: CallState,
    created_at: Option<DateTime<Utc>>,
) -> Verb<i64> {
    let (arrival, document, fact) = match owner {
        Owner::Document { arrival, document } => (Some(arrival), Some(document), None),
        Owner::Fact(fact) => (None, None, Some(fact)),
    };
    connection
        .prepare_cached(
            "INSERT INTO call (lane_id, arrival_id, document_id, fact_id, created_at, kind, number, operation, \
             supersedable, priority, state, body, hash, remember, has_needs) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            lane_id(connection, &call.key.lane)?,
            arrival,
            document,
            fact,
            created_at.map(ms),
            call.key.kind.name(),
            call.key.number,
            json(&call.operation)?,
            call.operation.may_be_superseded(),
            call.key.kind.priority(),
            state.name(),
            call.body,
            call.hash,
            call.remember,
            !call.needs.is_empty(),
        ])?;
    let id = connection.last_insert_rowid();
    let mut add = connection
        .prepare_cached("INSERT OR IGNORE INTO need (call_id, kind, number) VALUES (?1, ?2, ?3)")?;
    for need in &call.needs {
        add.execute(params![id, need.kind.name(), need.number])?;
    }
    Ok(id)
}

fn basis(connection: &Connection, key: &Key) -> Verb<Option<Basis>> {
    let Some(lane) = find_lane(connection, &key.lane)? else { return Ok(None) };
    let known: Option<Basis> = connection
        .prepare_cached(
            "SELECT k.hash, k.ongoing_id, k.updated_at, k.call_id, \
             a.name || coalesce('/' || (SELECT part FROM document d WHERE d.id = c.document_id), '') AS name \
             FROM known k LEFT JOIN call c ON c.id = k.call_id LEFT JOIN arrival a ON a.id = c.arrival_id \
             WHERE k.lane_id = ?1 AND k.kind = ?2 AND k.number = ?3",
        )?
        .query_row(params![lane, key.kind.name(), key.number], |row: &Row<'_>| {
            Ok(Basis {
                hash: row.get("hash")?,
                ongoing_id: row.get("ongoing_id")?,
                accepted_at: maybe_time(row, "updated_at")?,
                call: row.get("call_id")?,
                file: row.get("name")?,
            })
        })
        .optional()?;
    let queued: Option<(Option<String>, CallId, String)> = connection
        .prepare_cached(
            "SELECT c.hash, c.unknown, c.id, \
             a.name || coalesce('/' || (SELECT part FROM document d WHERE d.id = c.document_id), '') AS name \
             FROM call c INDEXED BY call_open \
             JOIN arrival a ON a.id = c.arrival_id WHERE c.lane_id = ?1 AND c.kind = ?2 AND c.number = ?3 \
             AND c.state IN ('pending', 'held') AND a.published_at IS NOT NULL ORDER BY c.id DESC LIMIT 1",
        )?
        .query_row(params![lane, key.kind.name(), key.number], |row| {
            // A call whose outcome is open to doubt is no basis.
            let doubtful: bool = row.get("unknown")?;
            let hash: String = row.get("hash")?;
            Ok(((!doubtful).then_some(hash), row.get("id")?, row.get("name")?))
        })
        .optional()?;
    let ongoing_id = known.as_ref().and_then(|known| known.ongoing_id);
    Ok(match queued {
        Some((hash, call, file)) => {
            Some(Basis { hash, ongoing_id, accepted_at: None, call: Some(call), file: Some(file) })
        }
        None => known,
    })
}

fn publish(
    connection: &Connection,
    arrival: ArrivalId,
    counts: Counts,
    faults: &[Fault],
    now: DateTime<Utc>,
) -> Verb<()> {
    require(connection, "ledger.publish", arrival, &[ArrivalState::Received, ArrivalState::Staged])?;
    let open: i64 = connection
        .prepare_cached("SELECT count(*) FROM call WHERE arrival_id = ?1 AND state = 'pending'")?
        .query_row([arrival], |row| row.get(0))?;
    let done = open == 0;
    connection
        .prepare_cached(
            "UPDATE arrival SET state = ?2, published_at = ?3, done_at = ?4, open_calls = ?5, documents = ?6, \
             documents_faulty = ?7, records_stray = ?8, faults = ?9, version = version + 1 WHERE id = ?1",
        )?
        .execute(params![
            arrival,
            if done { ArrivalState::Done } else { ArrivalState::Published }.name(),
            ms(now),
            done.then(|| ms(now)),
            open,
            whole(counts.documents),
            whole(counts.faulty),
            whole(counts.stray),
            json(&faults)?,
        ])?;
    Ok(())
}

/// Ends older article calls that were never tried and whose key has a call among the next [`ROWS_PER_TURN`] of this
/// arrival after call `from`; says where to go on, if there are more.
fn supersede(
    connection: &Connection,
    arrival: ArrivalId,
    from: i64,
    now: DateTime<Utc>,
) -> Verb<Option<i64>> {
    let mut newer = connection.prepare_cached(
        "SELECT id, lane_id, kind, number FROM call WHERE arrival_id = ?1 AND state = 'pending' AND supersedable = 1 \
         AND priority = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
    )?;
    let article = Kind::Article;
    let newer: Vec<(i64, i64, String)> = newer
        .query_map(params![arrival, article.priority(), from, ROWS_PER_TURN], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut older = connection.prepare_cached(
        "SELECT c.id, c.arrival_id FROM call c JOIN arrival a ON a.id = c.arrival_id WHERE c.lane_id = ?1 \
         AND c.kind = ?2 AND c.number = ?3 AND c.id < ?4 AND c.state IN ('pending', 'held') \
         AND c.state = 'pending' AND c.first_tried_at IS NULL AND c.supersedable = 1 AND a.state = 'published'",
    )?;
    for (id, lane, number) in &newer {
        let superseded: Vec<(i64, i64)> = older
            .query_map(params![lane, article.name(), number, id], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (call, of_arrival) in superseded {
            connection
                .prepare_cached(
                    "UPDATE call SET state = 'superseded', superseded_by = ?2, ended_at = ?3 WHERE id = ?1",
                )?
                .execute(params![call, id, ms(now)])?;
            turns::one_call_ended(connection, Some(of_arrival), now)?;
        }
    }
    let more = newer.len() as i64 == ROWS_PER_TURN;
    Ok(newer.last().map(|(id, _, _)| *id).filter(|_| more))
}

/// What is dropped of the staged rows of an arrival.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Drop {
    All,
    AllButFaulty,
}

/// Drops at most [`ROWS_PER_TURN`] staged documents with their calls; whether there were any.
pub(super) fn drop_staged(connection: &Connection, arrival: ArrivalId, drop: Drop) -> Verb<bool> {
    let calls: Vec<(i64, Option<i64>)> = connection
        .prepare_cached("SELECT id, document_id FROM call WHERE arrival_id = ?1 ORDER BY id LIMIT ?2")?
        .query_map([arrival, ROWS_PER_TURN], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    drop_calls(connection, &calls)?;
    if !calls.is_empty() || drop == Drop::AllButFaulty {
        return Ok(!calls.is_empty());
    }
    let dropped = connection
        .prepare_cached(
            "DELETE FROM document WHERE id IN (SELECT id FROM document WHERE arrival_id = ?1 LIMIT ?2)",
        )?
        .execute([arrival, ROWS_PER_TURN])?;
    Ok(dropped > 0 || drop_parts(connection, arrival)?)
}

/// Drops staged calls with their documents.
pub(super) fn drop_calls(connection: &Connection, calls: &[(i64, Option<i64>)]) -> Verb<()> {
    for (call, document) in calls {
        connection.prepare_cached("DELETE FROM need WHERE call_id = ?1")?.execute([call])?;
        connection.prepare_cached("DELETE FROM call WHERE id = ?1")?.execute([call])?;
        connection.prepare_cached("DELETE FROM document WHERE id = ?1")?.execute([document])?;
    }
    Ok(())
}
