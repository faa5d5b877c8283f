//! The verbs of sending: whose turn it is, the attempt, its outcome; and what is halted.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{find_lane, from_json, json, lane, lane_id, ms, time};
use super::failure::{Failure, Verb};
use super::rows::{Advance, CallId, DueCall, Halt, RequestRow, Settled, Settlement};
use super::turns::{Barred, next_call, one_call_ended, resting_until};
use super::writer::Turned;
use crate::call::{BasisEffect, CallState, Kind, Lane, Need, Operation};
use crate::fault::{Fault, code};

impl Ledger {
    /// The lanes that have a pending call, due or not.
    pub fn lanes_with_work(&self) -> Answer<Vec<Lane>> {
        self.0.readers.ask(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT installation, goods_owner FROM lane l WHERE \
                 EXISTS (SELECT 1 FROM arrival a INDEXED BY arrival_open WHERE a.lane_id = l.id \
                     AND a.state = 'published' AND EXISTS (SELECT 1 FROM call c INDEXED BY call_pending \
                         WHERE c.arrival_id = a.id AND c.state = 'pending')) \
                 OR EXISTS (SELECT 1 FROM call c INDEXED BY call_mark WHERE c.lane_id = l.id \
                     AND c.state = 'pending' AND c.arrival_id IS NULL) ORDER BY installation, goods_owner",
            )?;
            let lanes = statement.query_map([], lane)?.collect::<Result<_, _>>()?;
            Ok(lanes)
        })
    }

    /// The call whose turn it is on a lane, if there is one now (promise 4) and the lane does not rest.
    pub fn next_call(&self, lane: &Lane, now: DateTime<Utc>) -> Answer<Option<DueCall>> {
        self.next_call_but(lane, now, &Barred::default())
    }

    /// [`Ledger::next_call`] among those that are not barred.
    pub fn next_call_but(&self, lane: &Lane, now: DateTime<Utc>, barred: &Barred) -> Answer<Option<DueCall>> {
        let (lane, barred) = (lane.clone(), barred.clone());
        self.0.readers.ask(move |connection| next_call(connection, &lane, now, &barred))
    }

    /// When to look again at a lane that has no call now: the end of its rest, or the earliest retry after `now`.
    pub fn next_due(&self, lane: &Lane, now: DateTime<Utc>) -> Answer<Option<DateTime<Utc>>> {
        let lane = lane.clone();
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(None) };
            next_due(connection, lane, now)
        })
    }

    /// Marks that an attempt begins, durably, before anything is sent. If the process dies after this, the outcome is
    /// unknown.
    pub fn begin(&self, call: CallId, now: DateTime<Utc>) -> Answer<()> {
        self.0.writer.run("ledger.begin", move |connection| begin(connection, "ledger.begin", call, now))
    }

    /// Writes down what an attempt came to, with its requests; with the last call of an arrival the arrival is done.
    pub fn settle(
        &self,
        call: CallId,
        settlement: Settlement,
        requests: Vec<RequestRow>,
        now: DateTime<Utc>,
    ) -> Answer<()> {
        self.0
            .writer
            .run("ledger.settle", move |connection| settle(connection, call, &settlement, &requests, now))
    }

    /// [`Ledger::settle`] of what ended, and then [`Ledger::next_call`] and [`Ledger::begin`] of what comes next, in one
    /// transaction. The calls that it gives may be sent one after the other before any of their outcomes is here: none
    /// of them waits for another, or for a call that is begun already. None is begun while one of the scopes is halted.
    pub fn advance(&self, lane: &Lane, advance: Advance, now: DateTime<Utc>) -> Answer<Vec<DueCall>> {
        let lane = lane.clone();
        let rows = 8 * (advance.settled.len() + advance.given_back.len() + advance.most);
        self.0.writer.run_of("ledger.advance", rows, move |connection| {
            for Settled { call, settlement, requests } in &advance.settled {
                settle(connection, *call, settlement, requests, now)?;
            }
            for due in &advance.given_back {
                give_back(connection, due)?;
            }
            let mut begun = Vec::new();
            if halts(connection)?.iter().any(|halt| advance.scopes.contains(&halt.scope)) {
                return Ok(begun);
            }
            while begun.len() < advance.most {
                let Some(next) = next_call(connection, &lane, now, &advance.barred)? else { break };
                begin(connection, "ledger.advance", next.id, now)?;
                begun.push(next);
            }
            Ok(begun)
        })
    }

    /// The lane has no next call before `until` (after an unanswered request).
    pub fn rest_lane(&self, lane: &Lane, until: DateTime<Utc>) -> Answer<()> {
        let lane = lane.clone();
        self.0.writer.run("ledger.rest_lane", move |connection| {
            let id = lane_id(connection, &lane)?;
            connection
                .prepare_cached("UPDATE lane SET resting_until = ?2 WHERE id = ?1")?
                .execute([id, ms(until)])?;
            Ok(())
        })
    }

    /// Until when the lane rests, if it does.
    pub fn resting(&self, lane: &Lane, now: DateTime<Utc>) -> Answer<Option<DateTime<Utc>>> {
        let lane = lane.clone();
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(None) };
            Ok(resting_until(connection, lane, now)?.and_then(DateTime::from_timestamp_millis))
        })
    }

    /// At start: the outcome of attempts that were under way is unknown. Says how many there were.
    pub fn recover_in_flight(&self) -> Answer<u64> {
        self.0.writer.run_in_turns("ledger.recover_in_flight", |connection| {
            let calls: Vec<CallId> = connection
                .prepare_cached("SELECT id FROM call WHERE in_flight = 1")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for call in &calls {
                connection
                    .prepare_cached("UPDATE call SET in_flight = 0, unknown = 1 WHERE id = ?1")?
                    .execute([call])?;
                clear_basis(connection, *call)?;
            }
            Ok(Turned::Done(calls.len() as u64))
        })
    }

    /// What Ongoing was last known to hold for a key came from this `[remember]` JSON; `None` if it has none.
    pub fn remembered(&self, lane: &Lane, kind: Kind, number: &str) -> Answer<Option<String>> {
        let (lane, number) = (lane.clone(), number.to_owned());
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(None) };
            let remember: Option<String> = connection
                .prepare_cached(
                    "SELECT remember FROM known WHERE lane_id = ?1 AND kind = ?2 AND number = ?3",
                )?
                .query_row(params![lane, kind.name(), number], |row| row.get(0))
                .optional()?;
            Ok(remember.filter(|remember| !remember.is_empty()))
        })
    }

    /// Whether Ongoing was ever seen to have something: it was accepted, or found there.
    pub fn is_known(&self, lane: &Lane, need: &Need) -> Answer<bool> {
        let (lane, need) = (lane.clone(), need.clone());
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(false) };
            Ok(connection
                .prepare_cached("SELECT 1 FROM known WHERE lane_id = ?1 AND kind = ?2 AND number = ?3")?
                .exists(params![lane, need.kind.name(), need.number])?)
        })
    }

    /// Which of these articles nobody has seen at Ongoing yet.
    pub fn unknown_articles(&self, lane: &Lane, numbers: Vec<String>) -> Answer<Vec<String>> {
        let lane = lane.clone();
        self.0.readers.ask(move |connection| {
            let Some(lane) = find_lane(connection, &lane)? else { return Ok(numbers) };
            let mut find = connection
                .prepare_cached("SELECT 1 FROM known WHERE lane_id = ?1 AND kind = ?2 AND number = ?3")?;
            let mut unknown = Vec::new();
            for number in numbers {
                if !find.exists(params![lane, Kind::Article.name(), number])? {
                    unknown.push(number);
                }
            }
            Ok(unknown)
        })
    }

    /// These articles were seen at Ongoing. What it holds of them is not known, so that the next version is sent.
    pub fn note_articles(&self, lane: &Lane, numbers: Vec<String>, now: DateTime<Utc>) -> Answer<()> {
        let lane = lane.clone();
        self.0.writer.run("ledger.note_articles", move |connection| {
            let lane = lane_id(connection, &lane)?;
            let mut note = connection.prepare_cached(
                "INSERT OR IGNORE INTO known (lane_id, kind, number, remember, updated_at) \
                 VALUES (?1, ?2, ?3, '', ?4)",
            )?;
            for number in &numbers {
                note.execute(params![lane, Kind::Article.name(), number, ms(now)])?;
            }
            Ok(())
        })
    }

    /// Halts a scope until it is lifted; a scope halted already keeps its `since`.
    pub fn halt(&self, scope: &str, fault: Fault, cause: &str, now: DateTime<Utc>) -> Answer<()> {
        let (scope, cause) = (scope.to_owned(), cause.to_owned());
        self.0.writer.run("ledger.halt", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO halt (scope, fault, cause, since) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (scope) DO UPDATE SET fault = excluded.fault, cause = excluded.cause",
                )?
                .execute(params![scope, json(&fault)?, cause, ms(now)])?;
            Ok(())
        })
    }

    /// Lifts a halt; whether there was one.
    pub fn lift(&self, scope: &str) -> Answer<bool> {
        let scope = scope.to_owned();
        self.0.writer.run("ledger.lift", move |connection| {
            Ok(connection.prepare_cached("DELETE FROM halt WHERE scope = ?1")?.execute([scope])? > 0)
        })
    }

    /// Keeps what is known of an installation's limits, in a form that only its owner reads.
    pub fn keep_limits(&self, installation: &str, state: &str) -> Answer<()> {
        let (installation, state) = (installation.to_owned(), state.to_owned());
        self.0.writer.run("ledger.keep_limits", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO limits (installation, state) VALUES (?1, ?2) \
                     ON CONFLICT (installation) DO UPDATE SET state = excluded.state",
                )?
                .execute([installation, state])?;
            Ok(())
        })
    }

    /// What was kept of an installation's limits; `None` if nothing was.
    pub fn kept_limits(&self, installation: &str) -> Answer<Option<String>> {
        let installation = installation.to_owned();
        self.0.readers.ask(move |connection| {
            Ok(connection
                .prepare_cached("SELECT state FROM limits WHERE installation = ?1")?
                .query_row([installation], |row| row.get(0))
                .optional()?)
        })
    }

    /// What was kept of every installation's limits, by its name.
    pub fn all_kept_limits(&self) -> Answer<Vec<(String, String)>> {
        self.0.readers.ask(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT installation, state FROM limits ORDER BY installation")?;
            let kept = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(kept.collect::<Result<_, _>>()?)
        })
    }

    /// Everything that is halted.
    pub fn halts(&self) -> Answer<Vec<Halt>> {
        self.0.readers.ask(halts)
    }
}

fn begin(connection: &Connection, verb: &'static str, call: CallId, now: DateTime<Utc>) -> Verb<()> {
    let begun = connection
        .prepare_cached(
            "UPDATE call SET in_flight = 1, tries = tries + 1, first_tried_at = coalesce(first_tried_at, ?2), \
             waits_since = coalesce(waits_since, ?2) WHERE id = ?1 AND state = 'pending' AND in_flight = 0",
        )?
        .execute([call, ms(now)])?;
    if begun == 1 {
        return Ok(());
    }
    Err(Failure::refused(verb, format!("call {call} is not pending, or in flight already")))
}

/// The call was begun, and nothing was sent: it is as it was before.
fn give_back(connection: &Connection, due: &DueCall) -> Verb<()> {
    connection
        .prepare_cached(
            "UPDATE call SET in_flight = 0, tries = ?2, first_tried_at = ?3, waits_since = ?4 \
             WHERE id = ?1 AND in_flight = 1",
        )?
        .execute(params![due.id, due.tries, due.first_tried_at.map(ms), due.waits_since.map(ms)])?;
    Ok(())
}

/// Everything that is halted, oldest first.
pub(super) fn halts(connection: &Connection) -> Verb<Vec<Halt>> {
    let mut statement = connection.prepare_cached("SELECT * FROM halt ORDER BY since, scope")?;
    let halts = statement
        .query_map([], |row| {
            Ok(Halt {
                scope: row.get("scope")?,
                fault: from_json(&row.get::<_, String>("fault")?)?,
                since: time(row, "since")?,
                cause: row.get("cause")?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(halts)
}

/// When to look again at a lane.
pub(super) fn next_due(
    connection: &Connection,
    lane: i64,
    now: DateTime<Utc>,
) -> Verb<Option<DateTime<Utc>>> {
    let resting = resting_until(connection, lane, now)?;
    let due: Option<i64> = connection
        .prepare_cached(
            "SELECT min(due) FROM call INDEXED BY call_later WHERE lane_id = ?1 AND state = 'pending' \
             AND due > 0 AND due > ?2",
        )?
        .query_row([lane, ms(now)], |row| row.get(0))?;
    Ok(resting.or(due).and_then(DateTime::from_timestamp_millis))
}

/// What settling needs of a call's row.
struct Attempted {
    lane: i64,
    arrival: Option<i64>,
    kind: String,
    number: String,
    operation: Operation,
    hash: String,
    remember: String,
}

impl Attempted {
    fn of(row: &Row<'_>) -> rusqlite::Result<Attempted> {
        Ok(Attempted {
            lane: row.get("lane_id")?,
            arrival: row.get("arrival_id")?,
            kind: row.get("kind")?,
            number: row.get("number")?,
            operation: from_json(&row.get::<_, String>("operation")?)?,
            hash: row.get("hash")?,
            remember: row.get("remember")?,
        })
    }
}

fn settle(
    connection: &Connection,
    call: CallId,
    settlement: &Settlement,
    requests: &[RequestRow],
    now: DateTime<Utc>,
) -> Verb<()> {
    let attempted = connection
        .prepare_cached("SELECT * FROM call WHERE id = ?1 AND state = 'pending'")?
        .query_row([call], Attempted::of)
        .optional()?
        .ok_or_else(|| Failure::refused("ledger.settle", format!("call {call} is not pending")))?;
    for request in requests {
        add_request(connection, call, request)?;
    }
    match settlement {
        Settlement::Accepted { ongoing_id, message } => {
            end(connection, call, CallState::Accepted, *ongoing_id, message, None, now)?;
            match attempted.operation.basis() {
                BasisEffect::Sets => now_known(connection, call, &attempted, *ongoing_id, now)?,
                BasisEffect::Clears => clear_basis(connection, call)?,
                BasisEffect::Leaves => {}
            }
            one_call_ended(connection, attempted.arrival, now)
        }
        Settlement::Refused(fault) => {
            end(connection, call, CallState::Refused, None, "", Some(fault), now)?;
            // Its first requests were done.
            if [code::PARTLY_REFUSED, code::ANNOUNCED_OTHERWISE].contains(&fault.code) {
                clear_basis(connection, call)?;
            }
            one_call_ended(connection, attempted.arrival, now)
        }
        Settlement::Later { due, fault, unknown, counts } => {
            connection
                .prepare_cached(
                    "UPDATE call SET in_flight = 0, due = ?2, fault = ?3, unknown = unknown OR ?4, \
                     tries = max(0, tries - ?5) WHERE id = ?1",
                )?
                .execute(params![call, ms(*due), json(fault)?, unknown, i64::from(!counts)])?;
            if *unknown { clear_basis(connection, call) } else { Ok(()) }
        }
        Settlement::Held(fault) => {
            connection
                .prepare_cached("UPDATE call SET in_flight = 0, state = 'held', fault = ?2 WHERE id = ?1")?
                .execute(params![call, json(fault)?])?;
            Ok(())
        }
    }
}

fn end(
    connection: &Connection,
    call: CallId,
    state: CallState,
    ongoing_id: Option<i64>,
    message: &str,
    fault: Option<&Fault>,
    now: DateTime<Utc>,
) -> Verb<()> {
    connection
        .prepare_cached(
            "UPDATE call SET state = ?2, ongoing_id = ?3, message = ?4, fault = ?5, ended_at = ?6, in_flight = 0, \
             unknown = 0 WHERE id = ?1",
        )?
        .execute(params![call, state.name(), ongoing_id, message, fault.map(json).transpose()?, ms(now)])?;
    Ok(())
}

/// What Ongoing accepted is the basis of the key from now on.
fn now_known(
    connection: &Connection,
    call: CallId,
    attempted: &Attempted,
    ongoing_id: Option<i64>,
    now: DateTime<Utc>,
) -> Verb<()> {
    connection
        .prepare_cached(
            "INSERT INTO known (lane_id, kind, number, ongoing_id, hash, call_id, remember, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (lane_id, kind, number) DO UPDATE SET \
             ongoing_id = coalesce(excluded.ongoing_id, ongoing_id), hash = excluded.hash, \
             call_id = excluded.call_id, remember = excluded.remember, updated_at = excluded.updated_at",
        )?
        .execute(params![
            attempted.lane,
            attempted.kind,
            attempted.number,
            ongoing_id,
            attempted.hash,
            call,
            attempted.remember,
            ms(now),
        ])?;
    Ok(())
}

/// What Ongoing holds for the key of this call is open to doubt (marks change nothing of the document).
fn clear_basis(connection: &Connection, call: CallId) -> Verb<()> {
    connection
        .prepare_cached(
            "UPDATE known SET hash = NULL WHERE (lane_id, kind, number) = \
             (SELECT lane_id, kind, number FROM call WHERE id = ?1 AND arrival_id IS NOT NULL)",
        )?
        .execute([call])?;
    Ok(())
}

fn add_request(connection: &Connection, call: CallId, request: &RequestRow) -> Verb<()> {
    connection
        .prepare_cached(
            "INSERT INTO request (call_id, at, request, method, status, answer, milliseconds) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            call,
            ms(request.at),
            request.request,
            request.method,
            request.status,
            request.answer,
            super::convert::whole(request.milliseconds),
        ])?;
    Ok(())
}
