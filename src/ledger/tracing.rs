//! Traceable both ways (promise 12): from a number, a file, an arrival or a report to everything that hangs on it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::Ledger;
use super::answer::Answer;
use super::convert::{SELECT_CALL, count, find_arrival, find_report, from_json, maybe_time, time, whole};
use super::failure::Verb;
use super::operating::{Target, done_lines};
use super::queries::{CallSummary, SELECT_VISIBLE_CALL, call_summary};
use super::rows::{Arrival, ArrivalId, CallId, DocumentId, Report, RequestRow};
use crate::call::Call;
use crate::fault::Fault;

/// How many documents, calls and facts a trace shows of each at most.
const LIMIT: u64 = 200;

/// Everything that hangs on what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trace {
    /// Where it came from: files, and the documents in them.
    pub arrivals: Vec<TracedArrival>,
    /// What Ongoing is told of its own accord: marks.
    pub marks: Vec<TracedCall>,
    /// What the ERP is told of what happened in the warehouse.
    pub facts: Vec<TracedFact>,
    /// The reports that tell of any of it.
    pub reports: Vec<Report>,
    /// What people did about it.
    pub audit: Vec<AuditRow>,
    /// Whether there is more than is shown.
    pub more: bool,
}

/// An arrival, with the documents asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TracedArrival {
    /// The arrival.
    pub arrival: Arrival,
    /// How often the very same file was sent again, and when last.
    pub resent: u64,
    /// When it was sent again last.
    pub resent_at: Option<DateTime<Utc>>,
    /// Its documents that were asked for.
    pub documents: Vec<TracedDocument>,
}

/// A document, its call, and the reports that acknowledge it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TracedDocument {
    /// Row number.
    pub id: DocumentId,
    /// `article`, `order`, `record`, `file`.
    pub document: String,
    /// Our number.
    pub number: Option<String>,
    /// The entry of the archive that it stands in; `None` where the file is no archive.
    pub part: Option<String>,
    /// First line in the file, or in the entry.
    pub first_line: u64,
    /// Last line there.
    pub last_line: u64,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// Its call; `None` for a faulty one.
    pub call: Option<TracedCall>,
    /// The reports that told of it last, one an outbox: report number and the outcome told.
    pub told_in: Vec<(i64, String)>,
}

/// A call with each of its requests.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TracedCall {
    /// The call.
    #[serde(flatten)]
    pub call: CallSummary,
    /// Each request and its answer.
    pub requests: Vec<RequestRow>,
}

/// A fact, the report that tells it, and its marks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TracedFact {
    /// Row number.
    pub id: i64,
    /// `partner/outbox`.
    pub outbox: String,
    /// Our number.
    pub number: String,
    /// When we learnt it.
    pub at: DateTime<Utc>,
    /// The document as JSON text.
    pub document: String,
    /// The report that tells it, if one does.
    pub report: Option<i64>,
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub who: String,
    /// `retry`, `discard`.
    pub action: String,
    /// On what.
    pub target: String,
    /// Why.
    pub why: String,
    /// What was done, line by line.
    pub done: Vec<String>,
}

impl Trace {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
            && self.marks.is_empty()
            && self.facts.is_empty()
            && self.reports.is_empty()
            && self.audit.is_empty()
    }
}

impl Ledger {
    /// Everything about an order or article number, a file's name, an arrival's number or a report's name.
    pub fn trace(&self, needle: &str) -> Answer<Trace> {
        let needle = needle.trim().to_owned();
        self.0.readers.ask(move |connection| trace(connection, &needle))
    }
}

impl Ledger {
    /// An arrival with its first documents, at most [`LIMIT`], published or not; and whether there are more.
    pub fn show(&self, arrival: ArrivalId) -> Answer<Option<(TracedArrival, bool)>> {
        self.0.readers.ask(move |connection| {
            let Some(mut traced) = traced_arrival(connection, arrival)? else { return Ok(None) };
            let ids: Vec<DocumentId> = connection
                .prepare_cached("SELECT id FROM document WHERE arrival_id = ?1 ORDER BY ordinal LIMIT ?2")?
                .query_map(params![arrival, whole(LIMIT + 1)], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let more = ids.len() as u64 > LIMIT;
            for id in ids.into_iter().take(LIMIT as usize) {
                traced.documents.push(traced_document(connection, id)?.1);
            }
            Ok(Some((traced, more)))
        })
    }

    /// What a call is about to send, or sent: for people to look at.
    pub fn planned(&self, call: CallId) -> Answer<Option<Call>> {
        self.0.readers.ask(move |connection| {
            super::erasing::refuse_erased(connection, &Target::Call(call))?;
            Ok(connection
                .prepare_cached(&format!("{SELECT_CALL} WHERE c.id = ?1"))?
                .query_row([call], super::convert::call)
                .optional()?)
        })
    }
}

/// The row numbers that a trace has come upon.
#[derive(Default)]
struct Found {
    arrivals: BTreeSet<i64>,
    documents: BTreeSet<i64>,
    marks: BTreeSet<i64>,
    facts: BTreeSet<i64>,
    reports: BTreeSet<i64>,
}

fn trace(connection: &Connection, needle: &str) -> Verb<Trace> {
    let ids = |sql: &str, given: &dyn rusqlite::ToSql| -> Verb<BTreeSet<i64>> {
        let sql = format!("{sql} ORDER BY 1 LIMIT {}", LIMIT + 1);
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map([given], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(found)
    };
    let mut found = Found {
        // By number.
        documents: ids(VISIBLE_DOCUMENT_OF_NUMBER, &needle)?,
        facts: ids("SELECT id FROM fact WHERE number = ?1", &needle)?,
        marks: ids("SELECT id FROM call WHERE number = ?1 AND arrival_id IS NULL", &needle)?,
        // By name of file or report, or by number of arrival.
        arrivals: ids("SELECT id FROM arrival WHERE name = ?1", &needle)?,
        reports: ids("SELECT id FROM report WHERE name = ?1", &needle)?,
    };
    // Where the partner's numbers get a prefix, the document has the ERP's own and its call Ongoing's.
    found.documents.extend(ids(VISIBLE_DOCUMENT_OF_CALL, &needle)?);
    for document in found.documents.iter().take(LIMIT as usize) {
        found.facts.extend(ids(
            "SELECT f.id FROM call c JOIN fact f ON f.number = c.number WHERE c.document_id = ?1",
            document,
        )?);
    }
    found.arrivals.extend(ids("SELECT id FROM arrival WHERE id = ?1", &needle.parse::<i64>().ok())?);
    // By the name of an entry, with its archive's or without.
    found.arrivals.extend(ids(ARRIVAL_OF_PART, &needle)?);
    for arrival in found.arrivals.clone() {
        found.documents.extend(ids(VISIBLE_DOCUMENT_OF_ARRIVAL, &arrival)?);
        found.reports.extend(ids("SELECT id FROM report WHERE arrival_id = ?1", &arrival)?);
    }
    for report in found.reports.clone() {
        found.facts.extend(ids("SELECT id FROM fact WHERE report_id = ?1", &report)?);
        found
            .arrivals
            .extend(ids("SELECT arrival_id FROM report WHERE id = ?1 AND arrival_id IS NOT NULL", &report)?);
    }
    for fact in &found.facts {
        found.marks.extend(ids("SELECT id FROM call WHERE fact_id = ?1", fact)?);
        found
            .reports
            .extend(ids("SELECT report_id FROM fact WHERE id = ?1 AND report_id IS NOT NULL", fact)?);
    }
    let mut more = false;
    let mut cut = |set: BTreeSet<i64>| -> Vec<i64> {
        more |= set.len() as u64 > LIMIT;
        set.into_iter().take(LIMIT as usize).collect()
    };
    let (documents, marks, facts) = (cut(found.documents), cut(found.marks), cut(found.facts));
    let mut arrivals = Vec::new();
    for id in found.arrivals {
        arrivals.extend(traced_arrival(connection, id)?);
    }
    for id in documents {
        let (arrival, document) = traced_document(connection, id)?;
        found.reports.extend(document.told_in.iter().map(|(report, _)| *report));
        if arrivals.iter().all(|traced: &TracedArrival| traced.arrival.id != arrival) {
            arrivals.extend(traced_arrival(connection, arrival)?);
        }
        if let Some(traced) = arrivals.iter_mut().find(|traced| traced.arrival.id == arrival) {
            traced.documents.push(document);
        }
    }
    arrivals.sort_by_key(|traced| traced.arrival.id);
    let mut reports = Vec::new();
    for id in cut(found.reports) {
        reports.extend(find_report(connection, id)?);
    }
    let mut traced_marks = Vec::new();
    for id in marks {
        traced_marks.extend(traced_call(connection, "c.id", id)?);
    }
    Ok(Trace {
        audit: audit_rows(connection, needle, &arrivals, &reports)?,
        arrivals,
        marks: traced_marks,
        facts: facts.into_iter().map(|id| traced_fact(connection, id)).collect::<Verb<_>>()?,
        reports,
        more,
    })
}

const ARRIVAL_OF_PART: &str = "SELECT arrival_id FROM part WHERE name = ?1 \
    UNION SELECT arrival_id FROM arrival_file WHERE name = ?1 \
    UNION SELECT a.id FROM part p JOIN arrival a ON a.id = p.arrival_id \
    WHERE p.name = substr(?1, instr(?1, '/') + 1) AND a.name || '/' || p.name = ?1";
const VISIBLE_DOCUMENT_OF_NUMBER: &str = "SELECT d.id FROM document d JOIN arrival a ON a.id = d.arrival_id \
    WHERE d.number = ?1 AND a.published_at IS NOT NULL";
const VISIBLE_DOCUMENT_OF_CALL: &str = "SELECT d.id FROM call c JOIN document d ON d.id = c.document_id \
    JOIN arrival a ON a.id = d.arrival_id WHERE c.number = ?1 AND a.published_at IS NOT NULL";
const VISIBLE_DOCUMENT_OF_ARRIVAL: &str = "SELECT d.id FROM document d JOIN arrival a ON a.id = d.arrival_id \
    WHERE d.arrival_id = ?1 AND a.published_at IS NOT NULL";

fn traced_arrival(connection: &Connection, id: ArrivalId) -> Verb<Option<TracedArrival>> {
    let Some(arrival) = find_arrival(connection, id)? else { return Ok(None) };
    let (resent, resent_at) = connection
        .prepare_cached("SELECT resent, resent_at FROM arrival WHERE id = ?1")?
        .query_row([id], |row| Ok((count(row, "resent")?, maybe_time(row, "resent_at")?)))?;
    Ok(Some(TracedArrival { arrival, resent, resent_at, documents: Vec::new() }))
}

fn traced_document(connection: &Connection, id: DocumentId) -> Verb<(ArrivalId, TracedDocument)> {
    let (arrival, mut document) =
        connection.prepare_cached("SELECT * FROM document WHERE id = ?1")?.query_row([id], |row| {
            let document = TracedDocument {
                id,
                document: row.get("document")?,
                number: row.get("number")?,
                part: row.get("part")?,
                first_line: count(row, "first_line")?,
                last_line: count(row, "last_line")?,
                faults: from_json(&row.get::<_, String>("faults")?)?,
                call: None,
                told_in: Vec::new(),
            };
            Ok((row.get("arrival_id")?, document))
        })?;
    document.call = traced_call(connection, "c.document_id", id)?;
    document.told_in = connection
        .prepare_cached(
            "SELECT report_id, outcome FROM document_told WHERE document_id = ?1 ORDER BY report_id",
        )?
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok((arrival, document))
}

fn traced_call(connection: &Connection, column: &str, id: i64) -> Verb<Option<TracedCall>> {
    let call = connection
        .prepare_cached(&format!("{SELECT_VISIBLE_CALL} AND {column} = ?1"))?
        .query_row([id], call_summary)
        .optional()?;
    let Some(call) = call else { return Ok(None) };
    let requests = requests(connection, call.id)?;
    Ok(Some(TracedCall { call, requests }))
}

fn requests(connection: &Connection, call: CallId) -> Verb<Vec<RequestRow>> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM request WHERE call_id = ?1 ORDER BY id LIMIT ?2")?;
    let requests = statement
        .query_map(params![call, whole(LIMIT)], |row: &Row<'_>| {
            Ok(RequestRow {
                at: time(row, "at")?,
                request: row.get("request")?,
                method: row.get("method")?,
                status: row.get("status")?,
                answer: row.get("answer")?,
                milliseconds: count(row, "milliseconds")?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(requests)
}

fn traced_fact(connection: &Connection, id: i64) -> Verb<TracedFact> {
    Ok(connection.prepare_cached("SELECT * FROM fact WHERE id = ?1")?.query_row([id], |row| {
        Ok(TracedFact {
            id,
            outbox: row.get("outbox")?,
            number: row.get("number")?,
            at: time(row, "at")?,
            document: row.get("document")?,
            report: row.get("report_id")?,
        })
    })?)
}

fn audit_rows(
    connection: &Connection,
    needle: &str,
    arrivals: &[TracedArrival],
    reports: &[Report],
) -> Verb<Vec<AuditRow>> {
    let calls =
        arrivals.iter().flat_map(|traced| &traced.documents).filter_map(|document| document.call.as_ref());
    let targets: Vec<String> = arrivals
        .iter()
        .map(|traced| format!("arrival {}", traced.arrival.id))
        .chain(reports.iter().map(|report| format!("report {}", report.id)))
        .chain(calls.map(|call| format!("call {}", call.call.id)))
        .collect();
    let targets = super::convert::json(&targets)?;
    let mut statement = connection.prepare_cached(
        "SELECT * FROM audit WHERE number = ?1 OR target IN (SELECT value FROM json_each(?2)) ORDER BY id",
    )?;
    let rows = statement
        .query_map(params![needle, targets], |row| {
            Ok(AuditRow {
                at: time(row, "at")?,
                who: row.get("who")?,
                action: row.get("action")?,
                target: row.get("target")?,
                why: row.get("why")?,
                done: done_lines(&row.get::<_, String>("done")?)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}
