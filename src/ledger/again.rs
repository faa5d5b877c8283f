//! `send-again`: a call that has ended is sent once more, whatever Ongoing is believed to hold.
//!
//! It is the same call with its history; only the newest of its key can be sent again, so that nothing is set back. A document
//! that is sent again is told again.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Ledger;
use super::answer::Answer;
use super::erasing::refuse_erased;
use super::failure::Verb;
use super::operating::{Deed, Target, audit, not_now, nothing};
use super::rows::{ArrivalId, CallId};
use crate::call::{CallState, Kind};

/// At most so many calls of an arrival are sent again by one order.
const CALLS_OF_ARRIVAL_MAX: i64 = 1_000;

impl Ledger {
    /// Sends the newest call of a key, a call, or the calls of an arrival again. Says line by line what was done; a
    /// fault if nothing matches, if what it held was erased, or if a newer one is there.
    pub fn send_again(
        &self,
        target: Target,
        why: &str,
        who: &str,
        now: DateTime<Utc>,
    ) -> Answer<Vec<String>> {
        let (why, who) = (why.to_owned(), who.to_owned());
        self.0.writer.run_of("ledger.send_again", 500, move |connection| {
            let done = send_again(connection, &target)?;
            audit(connection, &Deed { who: &who, action: "send-again", why: &why }, &target, &done, now)?;
            Ok(done)
        })
    }
}

/// A call that has ended.
struct Ended {
    id: CallId,
    arrival: Option<ArrivalId>,
    lane: i64,
    kind: String,
    number: String,
    state: String,
}

impl Ended {
    fn of(row: &Row<'_>) -> rusqlite::Result<Ended> {
        Ok(Ended {
            id: row.get("id")?,
            arrival: row.get("arrival_id")?,
            lane: row.get("lane_id")?,
            kind: row.get("kind")?,
            number: row.get("number")?,
            state: row.get("state")?,
        })
    }

    fn is_final(&self) -> bool {
        CallState::named(&self.state).is_some_and(CallState::is_final)
    }

    /// A newer call of the same key says more than this one; one that was refused or thrown away changed nothing.
    fn has_newer(&self, connection: &Connection) -> Verb<bool> {
        Ok(connection
            .prepare_cached(
                "SELECT 1 FROM call c JOIN arrival a ON a.id = c.arrival_id WHERE c.number = ?1 AND c.kind = ?2 \
                 AND c.lane_id = ?3 AND c.id > ?4 AND a.published_at IS NOT NULL \
                 AND c.state NOT IN ('discarded', 'refused')",
            )?
            .exists(params![self.number, self.kind, self.lane, self.id])?)
    }
}

fn send_again(connection: &Connection, target: &Target) -> Verb<Vec<String>> {
    let found = match target {
        Target::Call(id) => find(connection, "c.id = ?1", &[id])?,
        Target::Key(kind, number) => newest_of_key(connection, *kind, number)?,
        Target::Arrival(id) => {
            refuse_erased(connection, target)?;
            find(connection, "c.arrival_id = ?1 ORDER BY c.id LIMIT ?2", &[id, &CALLS_OF_ARRIVAL_MAX])?
        }
        Target::Report(_) | Target::Halt(_) => return Err(not_now(target, "sent again", "no call")),
    };
    let mut done = Vec::new();
    for call in &found {
        // One alone says why not; of many, the others go.
        let alone = found.len() == 1;
        match why_not(connection, call)? {
            Some(why) if alone => return Err(not_now(target, "sent again", &why)),
            Some(_) => continue,
            None => {
                refuse_erased(connection, &Target::Call(call.id))?;
                reopen(connection, call)?;
                done.push(format!("call {} ({} {}): sent again", call.id, call.kind, call.number));
            }
        }
    }
    match found.first() {
        _ if !done.is_empty() => Ok(done),
        Some(first) => Err(not_now(target, "sent again", &first.state)),
        None => Err(nothing(target)),
    }
}

fn find(connection: &Connection, condition: &str, given: &[&dyn rusqlite::ToSql]) -> Verb<Vec<Ended>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT c.* FROM call c JOIN arrival a ON a.id = c.arrival_id WHERE a.published_at IS NOT NULL AND {condition}"
    ))?;
    Ok(statement.query_map(given, Ended::of)?.collect::<Result<_, _>>()?)
}

/// The newest call of a key on each lane that has one.
fn newest_of_key(connection: &Connection, kind: Kind, number: &str) -> Verb<Vec<Ended>> {
    let mut newest: Vec<Ended> = Vec::new();
    for call in
        find(connection, "c.number = ?1 AND c.kind = ?2 ORDER BY c.id DESC", &[&number, &kind.name()])?
    {
        if call.state != CallState::Discarded.name() && newest.iter().all(|known| known.lane != call.lane) {
            newest.push(call);
        }
    }
    Ok(newest)
}

/// Why a call cannot be sent again now.
fn why_not(connection: &Connection, call: &Ended) -> Verb<Option<String>> {
    if !call.is_final() {
        return Ok(Some(format!("{}, so it is sent anyway", call.state)));
    }
    if call.state == CallState::Discarded.name() {
        return Ok(Some("discarded".to_owned()));
    }
    Ok(call.has_newer(connection)?.then(|| "older than another version of it".to_owned()))
}

fn reopen(connection: &Connection, call: &Ended) -> Verb<()> {
    connection
        .prepare_cached(
            "UPDATE call SET state = 'pending', due = 0, tries = 0, first_tried_at = NULL, waits_since = NULL, ended_at = NULL, \
             fault = NULL, message = '', superseded_by = NULL WHERE id = ?1",
        )?
        .execute([call.id])?;
    // What Ongoing holds is in question, so that nothing passes as unchanged meanwhile.
    connection
        .prepare_cached("UPDATE known SET hash = NULL WHERE lane_id = ?1 AND kind = ?2 AND number = ?3")?
        .execute(params![call.lane, call.kind, call.number])?;
    let Some(arrival) = call.arrival else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE arrival SET open_calls = open_calls + 1, version = version + 1, state = 'published', \
             done_at = NULL WHERE id = ?1",
        )?
        .execute([arrival])?;
    let inbox: Option<String> = connection
        .prepare_cached("SELECT inbox FROM arrival WHERE id = ?1")?
        .query_row([arrival], |row| row.get(0))
        .optional()?;
    connection
        .prepare_cached("UPDATE told_up_to SET arrival_id = min(arrival_id, ?2) WHERE inbox = ?1")?
        .execute(params![inbox, arrival - 1])?;
    Ok(())
}
