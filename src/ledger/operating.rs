//! What a person may do: try again, throw away. Each deed is in the audit with who, when and why.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{find_arrival, find_report, from_json, ms};
use super::failure::{Failure, Verb};
use super::holding::pass_the_brake;
use super::rows::{ArrivalId, ArrivalState, CallId, ReportId, ReportState};
use super::staging::release;
use super::turns::one_call_ended;
use crate::call::{CallState, Kind};
use crate::fault::{Fault, code};

/// What a person acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One call.
    Call(CallId),
    /// Every open call on our number, of this kind.
    Key(Kind, String),
    /// An arrival, or its calls that wait.
    Arrival(ArrivalId),
    /// A report.
    Report(ReportId),
    /// A halt, by its scope.
    Halt(String),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Call(id) => write!(f, "call {id}"),
            Target::Key(kind, number) => write!(f, "open call for {} {number}", kind.name()),
            Target::Arrival(id) => write!(f, "arrival {id}"),
            Target::Report(id) => write!(f, "report {id}"),
            Target::Halt(scope) => write!(f, "halt of {scope}"),
        }
    }
}

impl Ledger {
    /// Makes held calls and calls that wait for a retry due now, held arrivals received, held reports owed, and lifts
    /// halts. Says line by line what was done; a fault if nothing matches.
    pub fn retry(&self, target: Target, who: &str, now: DateTime<Utc>) -> Answer<Vec<String>> {
        let who = who.to_owned();
        self.0.writer.run_of("ledger.retry", 500, move |connection| {
            let done = retry(connection, &target)?;
            audit(connection, &Deed { who: &who, action: "retry", why: "" }, &target, &done, now)?;
            Ok(done)
        })
    }

    /// Throws away pending and held calls, held arrivals, and reports on their way; `why` is told to the sender. Says
    /// line by line what was done; a fault if nothing matches, or what matches cannot be thrown away now.
    pub fn discard(&self, target: Target, why: &str, who: &str, now: DateTime<Utc>) -> Answer<Vec<String>> {
        let (why, who) = (why.to_owned(), who.to_owned());
        self.0.writer.run_of("ledger.discard", 500, move |connection| {
            let done = discard(connection, &target, &why, now)?;
            audit(connection, &Deed { who: &who, action: "discard", why: &why }, &target, &done, now)?;
            Ok(done)
        })
    }
}

/// A call that a person acts on.
pub(super) struct Handled {
    pub id: CallId,
    arrival: Option<ArrivalId>,
    pub name: String,
    state: String,
    in_flight: bool,
}

impl Handled {
    fn of(row: &Row<'_>) -> rusqlite::Result<Handled> {
        let id = row.get("id")?;
        let (kind, number): (String, String) = (row.get("kind")?, row.get("number")?);
        Ok(Handled {
            id,
            arrival: row.get("arrival_id")?,
            name: format!("call {id} ({kind} {number})"),
            state: row.get("state")?,
            in_flight: row.get("in_flight")?,
        })
    }

    /// It waits, and nothing of it is under way.
    pub fn is_pending(&self) -> bool {
        self.state == CallState::Pending.name() && !self.in_flight
    }

    fn is_open(&self) -> bool {
        CallState::named(&self.state).is_some_and(|state| !state.is_final())
    }
}

pub(super) fn retry(connection: &Connection, target: &Target) -> Verb<Vec<String>> {
    super::erasing::refuse_erased(connection, target)?;
    match target {
        Target::Call(_) | Target::Key(..) => retry_calls(connection, target),
        Target::Arrival(id) => {
            let arrival = find_arrival(connection, *id)?.ok_or_else(|| nothing(target))?;
            match arrival.state {
                ArrivalState::Held => {
                    pass_the_brake(connection, target, &arrival)?;
                    release(connection, *id)?;
                    Ok(vec![format!("arrival {id} ({}): received again", arrival.name)])
                }
                ArrivalState::Published => retry_calls(connection, target),
                ArrivalState::Received
                | ArrivalState::Staged
                | ArrivalState::Done
                | ArrivalState::Rejected => Err(not_now(target, "retried", arrival.state.name())),
            }
        }
        Target::Report(id) => {
            let report = find_report(connection, *id)?.ok_or_else(|| nothing(target))?;
            match report.state {
                ReportState::Held => {
                    set_report(connection, *id, ReportState::Owed)?;
                    Ok(vec![format!("report {id} ({}): owed again", report.name)])
                }
                ReportState::Owed
                | ReportState::Renaming
                | ReportState::Delivered
                | ReportState::Withdrawn => Err(not_now(target, "retried", report.state.name())),
            }
        }
        Target::Halt(scope) => {
            let lifted = connection.execute("DELETE FROM halt WHERE scope = ?1", [scope])?;
            if lifted == 0 { Err(nothing(target)) } else { Ok(vec![format!("{scope}: no longer halted")]) }
        }
    }
}

fn retry_calls(connection: &Connection, target: &Target) -> Verb<Vec<String>> {
    let calls = calls(connection, target)?;
    let mut done = Vec::new();
    for call in calls.iter().filter(|call| call.is_open() && !call.in_flight) {
        connection
            .prepare_cached(
                "UPDATE call SET state = 'pending', due = 0, tries = 0, waits_since = NULL WHERE id = ?1",
            )?
            .execute([call.id])?;
        // The lane may rest after silence; whoever orders a retry has looked.
        connection
            .prepare_cached(
                "UPDATE lane SET resting_until = NULL WHERE id = (SELECT lane_id FROM call WHERE id = ?1)",
            )?
            .execute([call.id])?;
        done.push(format!("{}: due now", call.name));
    }
    none_done(done, &calls, target, "retried")
}

fn discard(connection: &Connection, target: &Target, why: &str, now: DateTime<Utc>) -> Verb<Vec<String>> {
    match target {
        Target::Call(_) | Target::Key(..) => discard_calls(connection, target, why, now),
        Target::Arrival(id) => {
            let arrival = find_arrival(connection, *id)?.ok_or_else(|| nothing(target))?;
            if arrival.state != ArrivalState::Held {
                return Err(not_now(target, "discarded", arrival.state.name()));
            }
            connection.execute(
                "UPDATE arrival SET state = 'rejected', published_at = ?2, done_at = ?2, version = version + 1 \
                 WHERE id = ?1",
                [*id, ms(now)],
            )?;
            Ok(vec![format!("arrival {id} ({}): rejected", arrival.name)])
        }
        Target::Report(id) => {
            let report = find_report(connection, *id)?.ok_or_else(|| nothing(target))?;
            match report.state {
                ReportState::Held | ReportState::Owed => {
                    set_report(connection, *id, ReportState::Withdrawn)?;
                    Ok(vec![format!("report {id} ({}): withdrawn", report.name)])
                }
                ReportState::Renaming | ReportState::Delivered | ReportState::Withdrawn => {
                    Err(not_now(target, "discarded", report.state.name()))
                }
            }
        }
        Target::Halt(scope) => {
            let there = connection.prepare("SELECT 1 FROM halt WHERE scope = ?1")?.exists([scope])?;
            Err(if there { not_now(target, "discarded", "lifted by a retry") } else { nothing(target) })
        }
    }
}

fn discard_calls(
    connection: &Connection,
    target: &Target,
    why: &str,
    now: DateTime<Utc>,
) -> Verb<Vec<String>> {
    let calls = calls(connection, target)?;
    let mut done = Vec::new();
    for call in calls.iter().filter(|call| call.is_open() && !call.in_flight) {
        connection
            .prepare_cached(
                "UPDATE call SET state = 'discarded', message = ?2, fault = NULL, ended_at = ?3 WHERE id = ?1",
            )?
            .execute(params![call.id, why, ms(now)])?;
        one_call_ended(connection, call.arrival, now)?;
        done.push(format!("{}: discarded", call.name));
    }
    none_done(done, &calls, target, "discarded")
}

/// The calls that a target names; calls of arrivals that are not published are nobody's.
pub(super) fn calls(connection: &Connection, target: &Target) -> Verb<Vec<Handled>> {
    const VISIBLE: &str = "SELECT c.* FROM call c LEFT JOIN arrival a ON a.id = c.arrival_id \
        WHERE (c.arrival_id IS NULL OR a.published_at IS NOT NULL) AND ";
    let mut found = Vec::new();
    let mut add = |condition: &str, given: &[&dyn rusqlite::ToSql]| -> Verb<()> {
        let mut statement = connection.prepare_cached(&format!("{VISIBLE} {condition}"))?;
        for call in statement.query_map(given, Handled::of)? {
            found.push(call?);
        }
        Ok(())
    };
    match target {
        Target::Call(id) => add("c.id = ?1", &[id])?,
        Target::Key(kind, number) => add(
            "c.number = ?1 AND c.kind = ?2 AND c.state IN ('pending', 'held') ORDER BY c.id",
            &[number, &kind.name()],
        )?,
        // Those that nobody has tried yet need no retry.
        Target::Arrival(id) => add(
            "c.arrival_id = ?1 AND (c.state = 'held' OR (c.state = 'pending' AND c.due > 0)) ORDER BY c.id \
             LIMIT 1000",
            &[id],
        )?,
        Target::Report(_) | Target::Halt(_) => {}
    }
    Ok(found)
}

pub(super) fn none_done(
    done: Vec<String>,
    calls: &[Handled],
    target: &Target,
    action: &str,
) -> Verb<Vec<String>> {
    match calls.first() {
        _ if !done.is_empty() => Ok(done),
        Some(call) if call.in_flight => Err(not_now(target, action, "being sent at this moment")),
        Some(call) => Err(not_now(target, action, &call.state)),
        None => Err(nothing(target)),
    }
}

fn set_report(connection: &Connection, id: ReportId, state: ReportState) -> Verb<()> {
    connection
        .execute("UPDATE report SET state = ?2, fault = NULL WHERE id = ?1", params![id, state.name()])?;
    Ok(())
}

pub(super) fn nothing(target: &Target) -> Failure {
    Failure::Refused(Fault::new(code::NOTHING_MATCHES).with("target", target))
}

pub(super) fn not_now(target: &Target, action: &str, state: &str) -> Failure {
    Failure::Refused(
        Fault::new(code::NOT_POSSIBLE_NOW).with("target", target).with("action", action).with("state", state),
    )
}

/// Who did what, and why.
pub(super) struct Deed<'a> {
    pub who: &'a str,
    pub action: &'a str,
    pub why: &'a str,
}

/// Writes down a deed with what it did, line by line.
pub(super) fn audit(
    connection: &Connection,
    deed: &Deed<'_>,
    target: &Target,
    done: &[String],
    now: DateTime<Utc>,
) -> Verb<()> {
    let number = match target {
        Target::Key(_, number) => Some(number.clone()),
        Target::Call(id) => {
            Some(connection.query_row("SELECT number FROM call WHERE id = ?1", [id], |row| row.get(0))?)
        }
        Target::Arrival(_) | Target::Report(_) | Target::Halt(_) => None,
    };
    connection.execute(
        "INSERT INTO audit (at, who, action, target, number, why, done) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            ms(now),
            deed.who,
            deed.action,
            target.to_string(),
            number,
            deed.why,
            super::convert::json(&done)?
        ],
    )?;
    Ok(())
}

/// The lines of what an audited deed did.
pub(super) fn done_lines(text: &str) -> rusqlite::Result<Vec<String>> {
    from_json(text)
}
