//! The verbs of reporting: facts, what was told, and the reports that tell it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{find_report, from_json, json, ms, report, time, whole};
use super::failure::{Failure, Verb};
use super::rows::{Fact, NewReport, Report, ReportId, ReportState, Telling, Told};
use super::staging::{Owner, insert_call};
use super::untold;
use crate::call::{Call, CallState, Operation};
use crate::fault::Fault;

impl Ledger {
    /// The number of the outbox's next report, from 1.
    pub fn next_sequence(&self, outbox: &str) -> Answer<u64> {
        let outbox = outbox.to_owned();
        self.0.readers.ask(move |connection| next_sequence(connection, &outbox))
    }

    /// What each line of these orders was told to the outbox in all: exact decimal texts by (order, line). A line that
    /// was never told is not in the answer.
    pub fn told(&self, outbox: &str, orders: Vec<i64>) -> Answer<HashMap<(i64, i64), String>> {
        let outbox = outbox.to_owned();
        self.0.readers.ask(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT order_line_id, total FROM told WHERE outbox = ?1 AND order_id = ?2",
            )?;
            let mut told = HashMap::new();
            for order in orders {
                let mut rows = statement.query(params![outbox, order])?;
                while let Some(row) = rows.next()? {
                    told.insert((order, row.get(0)?), row.get(1)?);
                }
            }
            Ok(told)
        })
    }

    /// Writes down facts that the outbox must tell and what its lines are told with them in all, in one transaction.
    /// Says the facts' numbers.
    pub fn note(&self, outbox: &str, facts: Vec<Fact>, told: Vec<Told>) -> Answer<Vec<i64>> {
        let outbox = outbox.to_owned();
        self.0.writer.run_of("ledger.note", facts.len() + told.len(), move |connection| {
            note(connection, &outbox, &facts, &told)
        })
    }

    /// The outbox's facts that no report tells yet, oldest first.
    pub fn untold_facts(&self, outbox: &str, limit: usize) -> Answer<Vec<Fact>> {
        let outbox = outbox.to_owned();
        self.0.readers.ask(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM fact WHERE outbox = ?1 AND report_id IS NULL ORDER BY id LIMIT ?2",
            )?;
            let facts = statement
                .query_map(params![outbox, whole(limit as u64)], |row| {
                    Ok(Fact {
                        id: row.get("id")?,
                        outbox: row.get("outbox")?,
                        document: row.get("document")?,
                        number: row.get("number")?,
                        at: time(row, "at")?,
                        marks: from_json(&row.get::<_, String>("marks")?)?,
                    })
                })?
                .collect::<Result<_, _>>()?;
            Ok(facts)
        })
    }

    /// A report is owed from now on: number, name and bytes stand, and its facts and documents count as told. A number
    /// that is not the outbox's next, and a fact that another report tells, are refused.
    pub fn owe(&self, new: NewReport) -> Answer<ReportId> {
        let rows = 10 + new.facts.len() + new.told.as_ref().map_or(0, |telling| telling.documents.len());
        self.0.writer.run_of("ledger.owe", rows, move |connection| owe(connection, &new))
    }

    /// The outbox's reports on their way, in the order of their numbers.
    pub fn due_reports(&self, outbox: &str) -> Answer<Vec<Report>> {
        let outbox = outbox.to_owned();
        self.0.readers.ask(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM report WHERE outbox = ?1 AND state IN ('owed', 'renaming') ORDER BY sequence",
            )?;
            let reports = statement.query_map([outbox], report)?.collect::<Result<_, _>>()?;
            Ok(reports)
        })
    }

    /// The report stands under its temporary name, and the rename is about to be asked for.
    pub fn renaming(&self, id: ReportId) -> Answer<()> {
        self.0.writer.run("ledger.renaming", move |connection| {
            change(connection, "ledger.renaming", id, ReportState::Renaming, None)
        })
    }

    /// The rename did not happen: the report is owed again, to be uploaded anew.
    pub fn owed_again(&self, id: ReportId) -> Answer<()> {
        self.0.writer.run("ledger.owed_again", move |connection| {
            change(connection, "ledger.owed_again", id, ReportState::Owed, None)
        })
    }

    /// The report stands in the outbox under its final name; the marks of its facts are calls from now on.
    pub fn delivered(&self, id: ReportId, now: DateTime<Utc>) -> Answer<()> {
        self.0.writer.run_of("ledger.delivered", 500, move |connection| delivered(connection, id, now))
    }

    /// The report waits for a person.
    pub fn hold_report(&self, id: ReportId, fault: Fault) -> Answer<()> {
        self.0.writer.run("ledger.hold_report", move |connection| {
            change(connection, "ledger.hold_report", id, ReportState::Held, Some(&fault))
        })
    }

    /// There is nothing to tell of these documents in this outbox: their outcomes count as told, in no report.
    pub fn tell_nothing(&self, outbox: &str, telling: Telling) -> Answer<()> {
        let outbox = outbox.to_owned();
        self.0.writer.run_of("ledger.tell_nothing", telling.documents.len(), move |connection| {
            untold::tell(connection, &outbox, 0, &telling)
        })
    }

    /// Whether a report of this outbox has this name already.
    pub fn report_name_taken(&self, outbox: &str, name: &str) -> Answer<bool> {
        let (outbox, name) = (outbox.to_owned(), name.to_owned());
        self.0.readers.ask(move |connection| {
            let taken: bool = connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM report WHERE outbox = ?1 AND name = ?2)")?
                .query_row([outbox, name], |row| row.get(0))?;
            Ok(taken)
        })
    }

    /// The outbox's slot was run (its local date and time, or whatever the schedule goes by).
    pub fn ran_slot(&self, outbox: &str, slot: &str) -> Answer<()> {
        let (outbox, slot) = (outbox.to_owned(), slot.to_owned());
        self.0.writer.run("ledger.ran_slot", move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO outbox (name, last_slot) VALUES (?1, ?2) \
                     ON CONFLICT (name) DO UPDATE SET last_slot = excluded.last_slot",
                )?
                .execute([outbox, slot])?;
            Ok(())
        })
    }

    /// The outbox's slot that was run last.
    pub fn last_slot(&self, outbox: &str) -> Answer<Option<String>> {
        let outbox = outbox.to_owned();
        self.0.readers.ask(move |connection| {
            let slot: Option<Option<String>> = connection
                .prepare_cached("SELECT last_slot FROM outbox WHERE name = ?1")?
                .query_row([outbox], |row| row.get(0))
                .optional()?;
            Ok(slot.flatten())
        })
    }
}

fn next_sequence(connection: &Connection, outbox: &str) -> Verb<u64> {
    let next: Option<i64> = connection
        .prepare_cached("SELECT next_sequence FROM outbox WHERE name = ?1")?
        .query_row([outbox], |row| row.get(0))
        .optional()?;
    Ok(next.and_then(|next| u64::try_from(next).ok()).unwrap_or(1))
}

fn note(connection: &Connection, outbox: &str, facts: &[Fact], told: &[Told]) -> Verb<Vec<i64>> {
    let mut numbers = Vec::with_capacity(facts.len());
    for fact in facts {
        if fact.outbox != outbox {
            return Err(Failure::refused("ledger.note", format!("a fact is for outbox {}", fact.outbox)));
        }
        connection
            .prepare_cached(
                "INSERT INTO fact (outbox, document, number, at, marks) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![outbox, fact.document, fact.number, ms(fact.at), json(&fact.marks)?])?;
        numbers.push(connection.last_insert_rowid());
    }
    for told in told {
        connection
            .prepare_cached(
                "INSERT INTO told (outbox, order_id, order_line_id, total) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (outbox, order_id, order_line_id) DO UPDATE SET total = excluded.total",
            )?
            .execute(params![outbox, told.order_id, told.order_line_id, told.total])?;
    }
    Ok(numbers)
}

fn owe(connection: &Connection, new: &NewReport) -> Verb<ReportId> {
    let next = next_sequence(connection, &new.outbox)?;
    if new.sequence != next {
        return Err(Failure::refused(
            "ledger.owe",
            format!("report {} of {} is not the next, which is {next}", new.sequence, new.outbox),
        ));
    }
    connection
        .prepare_cached(
            "INSERT INTO outbox (name, next_sequence) VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET next_sequence = excluded.next_sequence",
        )?
        .execute(params![new.outbox, whole(next + 1)])?;
    connection
        .prepare_cached(
            "INSERT INTO report (outbox, sequence, name, temporary_name, spool, size, hash, at, state, arrival_id) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'owed', ?9)",
        )?
        .execute(params![
            new.outbox,
            whole(new.sequence),
            new.name,
            new.temporary_name,
            new.spool,
            whole(new.size),
            new.hash,
            ms(new.at),
            new.told.as_ref().map(|telling| telling.arrival),
        ])?;
    let id = connection.last_insert_rowid();
    for fact in &new.facts {
        let told = connection
            .prepare_cached(
                "UPDATE fact SET report_id = ?2 WHERE id = ?1 AND outbox = ?3 AND report_id IS NULL",
            )?
            .execute(params![fact, id, new.outbox])?;
        if told != 1 {
            return Err(Failure::refused("ledger.owe", format!("fact {fact} is told already, or not there")));
        }
    }
    if let Some(telling) = &new.told {
        untold::tell(connection, &new.outbox, id, telling)?;
    }
    Ok(id)
}

/// Whether two marks are of one order line.
fn is_same_line(one: &Call, other: &Call) -> bool {
    let line = |call: &Call| match &call.operation {
        Operation::MarkOrderLineReported { order_id, order_line_id, .. } => Some((*order_id, *order_line_id)),
        _ => None,
    };
    line(one).is_some() && line(one) == line(other)
}

fn change(
    connection: &Connection,
    verb: &'static str,
    id: ReportId,
    state: ReportState,
    fault: Option<&Fault>,
) -> Verb<()> {
    let changed = connection
        .prepare_cached(
            "UPDATE report SET state = ?2, fault = ?3 WHERE id = ?1 AND state IN ('owed', 'renaming', 'held')",
        )?
        .execute(params![id, state.name(), fault.map(json).transpose()?])?;
    if changed == 1 { Ok(()) } else { Err(Failure::refused(verb, format!("report {id} is not on its way"))) }
}

/// The report is delivered, and the marks of its facts are planned, once.
pub(super) fn delivered(connection: &Connection, id: ReportId, now: DateTime<Utc>) -> Verb<()> {
    if find_report(connection, id)?.is_some_and(|report| report.state == ReportState::Delivered) {
        return Ok(());
    }
    change(connection, "ledger.delivered", id, ReportState::Delivered, None)?;
    connection
        .prepare_cached("UPDATE report SET delivered_at = ?2 WHERE id = ?1")?
        .execute(params![id, ms(now)])?;
    let facts: Vec<(i64, String)> = connection
        .prepare_cached("SELECT id, marks FROM fact WHERE report_id = ?1 ORDER BY id")?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (fact, marks) in facts {
        let marks: Vec<Call> = from_json(&marks)?;
        // A report that was held may come after one that tells more of the same line: its mark would set it back.
        let told_since: Vec<String> = connection
            .prepare_cached(
                "SELECT later.marks FROM fact later JOIN report r ON r.id = later.report_id \
                 WHERE later.outbox = (SELECT outbox FROM fact WHERE id = ?1) AND later.id > ?1 \
                 AND later.number = (SELECT number FROM fact WHERE id = ?1) AND r.state = 'delivered' \
                 AND r.id <> ?2",
            )?
            .query_map([fact, id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let told_since: Vec<Call> = told_since
            .iter()
            .map(|marks| from_json::<Vec<Call>>(marks))
            .collect::<Result<Vec<_>, _>>()?
            .concat();
        for mark in marks.iter().filter(|mark| !told_since.iter().any(|since| is_same_line(mark, since))) {
            insert_call(connection, mark, Owner::Fact(fact), CallState::Pending, Some(now))?;
        }
    }
    Ok(())
}
