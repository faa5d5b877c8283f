//! Erasing personal data while the trace of numbers stays (promise 11), and saying so to whoever asks for it later.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::value::RawValue;

use super::Ledger;
use super::answer::Answer;
use super::convert::{from_json, json, ms};
use super::failure::{Failure, Verb};
use super::keeping::{Budget, KeptSince, Position, is_told, next_arrival};
use super::operating::Target;
use crate::fault::{Fault, Place, code};

impl Ledger {
    /// That what a target held is still there: a re-send of an erased report, another try of an erased call or arrival
    /// refuses with the date on which it was erased.
    pub fn require_not_erased(&self, target: Target) -> Answer<()> {
        self.0.readers.ask(move |connection| refuse_erased(connection, &target))
    }
}

/// A fault if what the target held was erased; nothing where there is no such target.
pub(super) fn refuse_erased(connection: &Connection, target: &Target) -> Verb<()> {
    let (sql, id) = match target {
        Target::Call(id) => ("SELECT erased_at FROM call WHERE id = ?1", id),
        Target::Arrival(id) => ("SELECT coalesce(file_erased_at, erased_at) FROM arrival WHERE id = ?1", id),
        Target::Report(id) => ("SELECT coalesce(file_erased_at, erased_at) FROM report WHERE id = ?1", id),
        Target::Key(..) | Target::Halt(_) => return Ok(()),
    };
    let erased: Option<Option<i64>> =
        connection.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
    match erased.flatten().and_then(DateTime::from_timestamp_millis) {
        Some(on) => Err(Failure::Refused(erased_fault(target, on))),
        None => Ok(()),
    }
}

fn erased_fault(target: &Target, on: DateTime<Utc>) -> Fault {
    Fault::new(code::ERASED).with("target", target).with("on", on.format("%Y-%m-%d"))
}

/// What stays of a fault: which it was, and where.
fn slim(fault: &Fault) -> Fault {
    if fault.code == code::ERASED_FAULT {
        return fault.clone();
    }
    let place = Place { file: fault.place.file.clone(), line: fault.place.line, ..Place::default() };
    Fault::new(code::ERASED_FAULT).turn(fault.turn).at(place).with("code", fault.code.name())
}

fn slim_fault(text: &str) -> Verb<Option<String>> {
    match from_json::<Fault>(text) {
        Ok(fault) => json(&slim(&fault)).map(Some),
        Err(_) => Ok(None),
    }
}

fn slim_faults(text: &str) -> Verb<String> {
    let faults: Vec<Fault> = from_json(text).unwrap_or_default();
    json(&faults.iter().map(slim).collect::<Vec<_>>())
}

/// The members of a document whose texts are numbers of ours or the warehouse's, never a person's.
const NUMBERS: [&str; 7] = [
    "orderNumber",
    "purchaseOrderNumber",
    "returnOrderNumber",
    "articleNumber",
    "rowNumber",
    "orderStatusNumber",
    "file",
];

/// What stays of a document: its quantities and ids, digit for digit, and the numbers by which a trace goes.
pub(super) fn slim_document(text: &str) -> String {
    serde_json::from_str::<&RawValue>(text)
        .ok()
        .and_then(|value| slim_value(value, false))
        .unwrap_or_default()
}

fn slim_value(value: &RawValue, is_number: bool) -> Option<String> {
    let text = value.get();
    match text.bytes().next()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            let kept: Vec<String> = members
                .into_iter()
                .filter_map(|(name, value)| {
                    let value = slim_value(value, NUMBERS.contains(&name.as_str()))?;
                    Some(format!("{}:{value}", serde_json::to_string(&name).ok()?))
                })
                .collect();
            (!kept.is_empty()).then(|| format!("{{{}}}", kept.join(",")))
        }
        b'[' => {
            let values: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            let kept: Vec<String> = values.into_iter().filter_map(|value| slim_value(value, false)).collect();
            (!kept.is_empty()).then(|| format!("[{}]", kept.join(",")))
        }
        b'"' => is_number.then(|| text.to_owned()),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

/// Arrivals whose time is over, with their documents, calls and requests. Whether there is more.
pub(super) fn arrivals(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
    now: i64,
) -> Verb<bool> {
    while !budget.is_spent() {
        let next = next_arrival(connection, "erased_at IS NULL", since.personal_data, position.skipped)?;
        let Some(arrival) = next else { return Ok(false) };
        if !is_told(connection, since, &arrival)? {
            position.skip();
            continue;
        }
        if calls_of(connection, arrival.id, position, budget, now)?
            || documents_of(connection, arrival.id, position, budget)?
        {
            return Ok(true);
        }
        let faults: String = connection
            .prepare_cached("SELECT faults FROM arrival WHERE id = ?1")?
            .query_row([arrival.id], |row| row.get(0))?;
        connection
            .prepare_cached("UPDATE arrival SET faults = ?2, erased_at = ?3 WHERE id = ?1")?
            .execute(params![arrival.id, slim_faults(&faults)?, now])?;
        budget.take(1);
        position.done();
    }
    Ok(true)
}

/// Erases the calls of an arrival; whether there are more.
fn calls_of(
    connection: &Connection,
    arrival: i64,
    position: &mut Position,
    budget: &mut Budget,
    now: i64,
) -> Verb<bool> {
    while !budget.is_spent() {
        let calls: Vec<i64> = connection
            .prepare_cached(
                "SELECT id FROM call WHERE arrival_id = ?1 AND id > ?2 AND erased_at IS NULL ORDER BY id LIMIT ?3",
            )?
            .query_map([arrival, position.row, budget.ask()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if calls.is_empty() {
            return Ok(false);
        }
        for call in calls {
            budget.take(erase_call(connection, call, now)?);
            position.row = call;
            if budget.is_spent() {
                break;
            }
        }
    }
    Ok(true)
}

/// Erases the faults of an arrival's documents; whether there are more.
fn documents_of(
    connection: &Connection,
    arrival: i64,
    position: &mut Position,
    budget: &mut Budget,
) -> Verb<bool> {
    while !budget.is_spent() {
        let documents: Vec<(i64, i64, String)> = connection
            .prepare_cached(
                "SELECT id, ordinal, faults FROM document WHERE arrival_id = ?1 AND ordinal > ?2 ORDER BY ordinal \
                 LIMIT ?3",
            )?
            .query_map([arrival, position.line, budget.ask()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<Result<_, _>>()?;
        if documents.is_empty() {
            return Ok(false);
        }
        for (document, ordinal, faults) in documents {
            if faults != "[]" {
                connection
                    .prepare_cached("UPDATE document SET faults = ?2 WHERE id = ?1")?
                    .execute(params![document, slim_faults(&faults)?])?;
            }
            budget.take(1);
            position.line = ordinal;
        }
    }
    Ok(true)
}

/// Erases what a call and its requests tell of people; says how many rows that were.
fn erase_call(connection: &Connection, call: i64, now: i64) -> Verb<u64> {
    let fault: Option<String> = connection
        .prepare_cached("SELECT fault FROM call WHERE id = ?1")?
        .query_row([call], |row| row.get(0))?;
    let fault = fault.as_deref().map(slim_fault).transpose()?.flatten();
    connection
        .prepare_cached(
            "UPDATE call SET body = '', remember = '', message = '', fault = ?2, erased_at = ?3 WHERE id = ?1",
        )?
        .execute(params![call, fault, now])?;
    let requests = connection
        .prepare_cached("UPDATE request SET answer = '' WHERE call_id = ?1 AND answer <> ''")?
        .execute([call])?;
    Ok(1 + requests as u64)
}

/// Marks that ended before their time was over. Whether there is more.
pub(super) fn marks(connection: &Connection, since: &KeptSince, budget: &mut Budget, now: i64) -> Verb<bool> {
    let marks: Vec<i64> = connection
        .prepare_cached(
            "SELECT id FROM call WHERE arrival_id IS NULL AND erased_at IS NULL AND ended_at IS NOT NULL \
             AND ended_at < ?1 AND state NOT IN ('pending', 'held') ORDER BY ended_at, id LIMIT 200",
        )?
        .query_map([ms(since.personal_data)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for mark in &marks {
        budget.take(erase_call(connection, *mark, now)?);
        if budget.is_spent() {
            break;
        }
    }
    Ok(!marks.is_empty())
}

/// Reports whose time is over, with the facts that they tell. Whether there is more.
pub(super) fn reports(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
    now: i64,
) -> Verb<bool> {
    while !budget.is_spent() {
        let next: Option<(i64, Option<String>)> = connection
            .prepare_cached(
                "SELECT id, fault FROM report WHERE erased_at IS NULL AND coalesce(delivered_at, at) < ?1 \
                 AND state IN ('delivered', 'withdrawn') ORDER BY coalesce(delivered_at, at), id LIMIT 1",
            )?
            .query_row([ms(since.personal_data)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((report, fault)) = next else { return Ok(false) };
        if facts_of(connection, report, position, budget)? {
            return Ok(true);
        }
        let fault = fault.as_deref().map(slim_fault).transpose()?.flatten();
        connection
            .prepare_cached("UPDATE report SET fault = ?2, erased_at = ?3 WHERE id = ?1")?
            .execute(params![report, fault, now])?;
        budget.take(1);
        position.done();
    }
    Ok(true)
}

fn facts_of(
    connection: &Connection,
    report: i64,
    position: &mut Position,
    budget: &mut Budget,
) -> Verb<bool> {
    while !budget.is_spent() {
        let facts: Vec<(i64, String)> = connection
            .prepare_cached(
                "SELECT id, document FROM fact WHERE report_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            )?
            .query_map([report, position.row, budget.ask()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        if facts.is_empty() {
            return Ok(false);
        }
        for (fact, document) in facts {
            connection
                .prepare_cached("UPDATE fact SET document = ?2 WHERE id = ?1")?
                .execute(params![fact, slim_document(&document)])?;
            budget.take(1);
            position.row = fact;
        }
    }
    Ok(true)
}

/// What was remembered of keys that have been still: no call on its way, and nothing that happened to them since.
pub(super) fn remembered(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
) -> Verb<bool> {
    let before = ms(since.personal_data);
    let keys: Vec<(i64, String, String, bool)> = connection
        .prepare_cached(
            "SELECT k.lane_id, k.kind, k.number, \
             EXISTS (SELECT 1 FROM call c INDEXED BY call_open WHERE c.lane_id = k.lane_id AND c.kind = k.kind \
                 AND c.number = k.number AND c.state IN ('pending', 'held')) \
             OR EXISTS (SELECT 1 FROM fact f WHERE f.number = k.number AND (f.report_id IS NULL OR f.at >= ?1)) \
             FROM known k WHERE k.remember <> '' AND k.updated_at < ?1 \
             ORDER BY k.updated_at, k.lane_id, k.kind, k.number LIMIT 400 OFFSET ?2",
        )?
        .query_map([before, position.skipped], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;
    for (lane, kind, number, is_open) in &keys {
        if *is_open {
            position.skip();
            continue;
        }
        connection
            .prepare_cached(
                "UPDATE known SET remember = '' WHERE lane_id = ?1 AND kind = ?2 AND number = ?3",
            )?
            .execute(params![lane, kind, number])?;
        budget.take(1);
    }
    Ok(!keys.is_empty())
}

/// Why people did something: they may have named somebody.
pub(super) fn audit(connection: &Connection, since: &KeptSince, budget: &mut Budget, now: i64) -> Verb<bool> {
    let erased = connection
        .prepare_cached(
            "UPDATE audit SET why = '', erased_at = ?2 WHERE id IN (SELECT id FROM audit WHERE erased_at IS NULL \
             AND at < ?1 ORDER BY id LIMIT 500)",
        )?
        .execute([ms(since.personal_data), now])?;
    budget.take(erased as u64);
    Ok(erased > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slim_document_holds_numbers_and_nothing_that_names_people() {
        let document = r#"{"orderNumber":"SO-1","consignee":{"name":"Elsa Berg","postCode":"41101"},"orderId":7,
            "lines":[{"rowNumber":"10","articleNumber":"A","deliveredNumberOfItems":2.50,"comment":"ring Elsa"}],
            "shipped":true}"#;
        let slim = slim_document(document);
        let expected = r#"{"lines":[{"articleNumber":"A","deliveredNumberOfItems":2.50,"rowNumber":"10"}],"orderId":7,"orderNumber":"SO-1"}"#;
        assert_eq!(slim, expected);
        assert_eq!(slim_document("no JSON of Elsa"), "");
    }

    #[test]
    fn a_slim_fault_says_which_it_was_and_where() {
        let place = Place::file("ORD1.csv").line(14).source("Elsa Berg;1O").field("Antal");
        let fault = Fault::new(code::NOT_A_DECIMAL).at(place).found("Elsa").with("reason", "Elsa");
        let slim = slim(&fault);
        assert!(!json(&slim).unwrap().contains("Elsa"));
        assert_eq!((slim.place.line, slim.turn), (Some(14), fault.turn));
        assert!(slim.to_string().contains("not-a-decimal"), "{slim}");
        assert_eq!(super::slim(&slim), slim);
    }
}
