//! `hold` and `release`: what a person keeps back, and lets go on.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{find_arrival, find_report, json, ms};
use super::failure::Verb;
use super::operating::{Deed, Target, audit, calls, none_done, not_now, nothing, retry};
use super::rows::{Arrival, ArrivalState, ReportState};
use crate::fault::{Fault, code};

/// The cause of a halt that a person made: only a person lifts it, no new start.
pub const HELD_BY_PERSON: &str = "person";

impl Ledger {
    /// Keeps back calls, an arrival that was not read yet, a report that is owed, or a whole inbox, outbox, lane or
    /// installation. Says line by line what was done; a fault if nothing matches.
    pub fn hold(&self, target: Target, why: &str, who: &str, now: DateTime<Utc>) -> Answer<Vec<String>> {
        let (why, who) = (why.to_owned(), who.to_owned());
        self.0.writer.run_of("ledger.hold", 500, move |connection| {
            let fault = Fault::new(code::HELD_BY_PERSON).with("who", &who).with("why", &why);
            let done = hold(connection, &target, &fault, now)?;
            audit(connection, &Deed { who: &who, action: "hold", why: &why }, &target, &done, now)?;
            Ok(done)
        })
    }

    /// Lets go on what is held or halted; an arrival that the brake holds is read again, and the brake lets it pass.
    /// Says line by line what was done; a fault if nothing matches, or if a newer file of that inbox was taken since.
    pub fn release(&self, target: Target, why: &str, who: &str, now: DateTime<Utc>) -> Answer<Vec<String>> {
        let (why, who) = (why.to_owned(), who.to_owned());
        self.0.writer.run_of("ledger.release", 500, move |connection| {
            let done = retry(connection, &target)?;
            audit(connection, &Deed { who: &who, action: "release", why: &why }, &target, &done, now)?;
            Ok(done)
        })
    }
}

fn hold(connection: &Connection, target: &Target, fault: &Fault, now: DateTime<Utc>) -> Verb<Vec<String>> {
    match target {
        Target::Call(_) | Target::Key(..) => {
            let calls = calls(connection, target)?;
            let mut done = Vec::new();
            for call in calls.iter().filter(|call| call.is_pending()) {
                connection
                    .prepare_cached("UPDATE call SET state = 'held', fault = ?2 WHERE id = ?1")?
                    .execute(params![call.id, json(fault)?])?;
                done.push(format!("{}: held", call.name));
            }
            none_done(done, &calls, target, "held")
        }
        Target::Arrival(id) => {
            let arrival = find_arrival(connection, *id)?.ok_or_else(|| nothing(target))?;
            if arrival.state != ArrivalState::Received {
                return Err(not_now(target, "held", arrival.state.name()));
            }
            connection
                .prepare_cached("UPDATE arrival SET state = 'held', faults = ?2 WHERE id = ?1")?
                .execute(params![id, json(&[fault])?])?;
            Ok(vec![format!("arrival {id} ({}): held", arrival.name)])
        }
        Target::Report(id) => {
            let report = find_report(connection, *id)?.ok_or_else(|| nothing(target))?;
            if report.state != ReportState::Owed {
                return Err(not_now(target, "held", report.state.name()));
            }
            connection
                .prepare_cached("UPDATE report SET state = 'held', fault = ?2 WHERE id = ?1")?
                .execute(params![id, json(fault)?])?;
            Ok(vec![format!("report {id} ({}): held", report.name)])
        }
        Target::Halt(scope) => {
            connection
                .prepare_cached(
                    "INSERT INTO halt (scope, fault, cause, since) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT (scope) DO UPDATE SET fault = excluded.fault, cause = excluded.cause",
                )?
                .execute(params![scope, json(fault)?, HELD_BY_PERSON, ms(now)])?;
            Ok(vec![format!("{scope}: halted until `lastkaj release \"{scope}\"`")])
        }
    }
}

/// The brake lets an arrival pass, and so does the look for contents that came before. An older register must not undo what a newer one of the same inbox said.
pub(super) fn pass_the_brake(connection: &Connection, target: &Target, arrival: &Arrival) -> Verb<()> {
    if arrival.faults.iter().any(|fault| fault.code == code::SAME_CONTENT) {
        connection
            .prepare_cached("UPDATE arrival SET repeats_released = 1 WHERE id = ?1")?
            .execute([arrival.id])?;
    }
    let brakes = [code::BRAKE_CHANGED, code::BRAKE_SHORTER, code::BRAKE_DOCUMENTS];
    if !arrival.faults.iter().any(|fault| brakes.contains(&fault.code)) {
        return Ok(());
    }
    let newer = connection
        .prepare_cached(
            "SELECT 1 FROM arrival WHERE inbox = (SELECT inbox FROM arrival WHERE id = ?1) AND id > ?1 \
             AND published_at IS NOT NULL AND state <> 'rejected'",
        )?
        .exists([arrival.id])?;
    if newer {
        return Err(not_now(target, "released", "older than a file of its inbox that was taken since"));
    }
    connection.prepare_cached("UPDATE arrival SET released = 1 WHERE id = ?1")?.execute([arrival.id])?;
    Ok(())
}
