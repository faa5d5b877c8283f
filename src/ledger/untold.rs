//! What acknowledgements have not told yet: arrivals whose documents have an outcome that an outbox has not told.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Ledger;
use super::answer::Answer;
use super::convert::{count, find_arrival, from_json, ms, whole};
use super::failure::Verb;
use super::rows::{Arrival, ArrivalId, ReportId, Round, Telling, Untold, UntoldDocument};
use crate::fault::Fault;

/// The present outcome of a document `d` left-joined to its call `c`.
const OUTCOME: &str = "CASE WHEN c.id IS NULL THEN 'faulty' \
    WHEN c.state IN ('pending', 'held') THEN 'taken' ELSE c.state END";

impl Ledger {
    /// The oldest arrival of these inboxes that the outbox has not told of, or not with its documents' present
    /// outcomes, and whose moment has come: at once if nothing was told of it; later when every document has its
    /// outcome, or it was published longer ago than `within`. A rejected or empty arrival counts too. At most `limit`
    /// documents.
    pub fn untold_documents(
        &self,
        outbox: &str,
        inboxes: Vec<String>,
        limit: usize,
        within: Duration,
        now: DateTime<Utc>,
    ) -> Answer<Option<Untold>> {
        let outbox = outbox.to_owned();
        self.0.readers.ask(move |connection| {
            let late = ms(now - TimeDelta::from_std(within).unwrap_or(TimeDelta::days(36_500)));
            let mut oldest: Option<Candidate> = None;
            for inbox in &inboxes {
                let candidate = candidate(connection, &outbox, inbox, late)?;
                oldest = match (oldest, candidate) {
                    (Some(oldest), Some(candidate)) if candidate.arrival > oldest.arrival => Some(oldest),
                    (oldest, None) => oldest,
                    (_, candidate) => candidate,
                };
            }
            let Some(candidate) = oldest else { return Ok(None) };
            let Some(arrival) = find_arrival(connection, candidate.arrival)? else { return Ok(None) };
            untold(connection, &outbox, arrival, candidate, limit).map(Some)
        })
    }
}

struct Candidate {
    arrival: ArrivalId,
    /// Its version.
    version: i64,
    told_before: bool,
    /// The round that is under way.
    round: Option<Round>,
}

fn candidate(connection: &Connection, outbox: &str, inbox: &str, late: i64) -> Verb<Option<Candidate>> {
    // A round that did not fit in one report left a row with version -1: the rest goes at once.
    Ok(connection
        .prepare_cached(
            "SELECT a.id, a.version, t.version, t.round, t.taken, t.up_to FROM arrival a \
             LEFT JOIN arrival_told t ON t.outbox = ?1 AND t.arrival_id = a.id \
             WHERE a.inbox = ?2 AND a.id > coalesce((SELECT arrival_id FROM told_up_to WHERE outbox = ?1 \
                 AND inbox = ?2), 0) AND a.state IN ('published', 'done', 'rejected') \
             AND (t.version IS NULL OR t.version = -1 \
                  OR (t.version <> a.version AND (a.open_calls = 0 OR a.published_at <= ?3))) \
             ORDER BY a.id LIMIT 1",
        )?
        .query_row(params![outbox, inbox, late], |row| {
            let told: Option<i64> = row.get(2)?;
            let round = match told {
                Some(-1) => Some(Round {
                    version: row.get(3)?,
                    taken: row.get::<_, i64>(4)?.unsigned_abs(),
                    up_to: Some(row.get(5)?),
                }),
                _ => None,
            };
            Ok(Candidate { arrival: row.get(0)?, version: row.get(1)?, told_before: told.is_some(), round })
        })
        .optional()?)
}

fn untold(
    connection: &Connection,
    outbox: &str,
    arrival: Arrival,
    candidate: Candidate,
    limit: usize,
) -> Verb<Untold> {
    let round = match candidate.round {
        Some(round) => round,
        None => Round { version: candidate.version, taken: taken(connection, arrival.id)?, up_to: None },
    };
    let mut documents: Vec<UntoldDocument> = connection
        .prepare_cached(&format!(
            "SELECT d.*, {OUTCOME} AS outcome, c.fault AS fault, c.message AS message, \
             c.superseded_by AS superseded_by, coalesce(c.ongoing_id, k.ongoing_id) AS ongoing_id \
             FROM document d LEFT JOIN call c ON c.document_id = d.id \
             LEFT JOIN known k ON k.lane_id = c.lane_id AND k.kind = c.kind AND k.number = c.number \
             LEFT JOIN document_told t ON t.document_id = d.id AND t.outbox = ?1 \
             WHERE d.arrival_id = ?2 AND d.ordinal > coalesce(?3, -1) AND t.outcome IS NOT {OUTCOME} \
             ORDER BY d.ordinal LIMIT ?4"
        ))?
        .query_map(params![outbox, arrival.id, round.up_to, whole(limit as u64 + 1)], document)?
        .collect::<Result<_, _>>()?;
    let more = documents.len() > limit;
    documents.truncate(limit);
    let up_to = documents.last().filter(|_| more).map(|last| last.ordinal);
    let round = Round { up_to, ..round };
    Ok(Untold { told_before: candidate.told_before, documents, round, arrival })
}

/// How many documents of an arrival have an outcome that is no refusal.
fn taken(connection: &Connection, arrival: ArrivalId) -> Verb<u64> {
    let taken: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM document d JOIN call c ON c.document_id = d.id WHERE d.arrival_id = ?1 \
             AND c.state IN ('accepted', 'unchanged', 'superseded', 'pending', 'held')",
        )?
        .query_row([arrival], |row| row.get(0))?;
    Ok(taken.unsigned_abs())
}

fn document(row: &Row<'_>) -> rusqlite::Result<UntoldDocument> {
    let outcome: String = row.get("outcome")?;
    let mut faults: Vec<Fault> = from_json(&row.get::<_, String>("faults")?)?;
    let fault: Option<String> = row.get("fault")?;
    let mut message: String = row.get::<_, Option<String>>("message")?.unwrap_or_default();
    // The fault of a call that goes on is the operator's or time's affair, not the sender's. What it came to stands before
    // what was only warned of.
    if outcome == "refused" || outcome == "discarded" {
        faults.splice(0..0, fault.as_deref().map(from_json::<Fault>).transpose()?);
    }
    if let Some(by) = row.get::<_, Option<i64>>("superseded_by")? {
        message = format!("superseded by call {by}");
    }
    Ok(UntoldDocument {
        id: row.get("id")?,
        ordinal: row.get("ordinal")?,
        document: row.get("document")?,
        number: row.get("number")?,
        part: row.get("part")?,
        first_line: count(row, "first_line")?,
        faults,
        outcome,
        ongoing_id: row.get("ongoing_id")?,
        message,
    })
}

/// Writes down what a report tells of an arrival; 0 stands for no report.
pub(super) fn tell(connection: &Connection, outbox: &str, report: ReportId, telling: &Telling) -> Verb<()> {
    for (document, outcome) in &telling.documents {
        connection
            .prepare_cached(
                "INSERT INTO document_told (document_id, outbox, outcome, report_id) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (document_id, outbox) DO UPDATE SET outcome = excluded.outcome, \
                 report_id = excluded.report_id",
            )?
            .execute(params![document, outbox, outcome, report])?;
    }
    let (arrival, round) = (telling.arrival, &telling.round);
    // The rest of a round goes at once (-1). What changed behind it waits until all is final or its time is up: the
    // arrival has another version then than the one told.
    let version = if round.up_to.is_some() { -1 } else { round.version };
    connection
        .prepare_cached(
            "INSERT INTO arrival_told (outbox, arrival_id, version, round, taken, up_to) \
             SELECT ?1, id, ?3, ?4, ?5, ?6 FROM arrival WHERE id = ?2 \
             ON CONFLICT (outbox, arrival_id) DO UPDATE SET version = excluded.version, round = excluded.round, \
             taken = excluded.taken, up_to = excluded.up_to",
        )?
        .execute(params![outbox, arrival, version, round.version, whole(round.taken), round.up_to])?;
    let inbox: Option<String> = connection
        .prepare_cached("SELECT inbox FROM arrival WHERE id = ?1")?
        .query_row([arrival], |row| row.get(0))
        .optional()?;
    match inbox {
        Some(inbox) => advance(connection, outbox, &inbox),
        None => Ok(()),
    }
}

/// Moves the point up to which every arrival of the inbox is final and told.
fn advance(connection: &Connection, outbox: &str, inbox: &str) -> Verb<()> {
    let from: i64 = connection
        .prepare_cached("SELECT arrival_id FROM told_up_to WHERE outbox = ?1 AND inbox = ?2")?
        .query_row([outbox, inbox], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let mut up_to = from;
    let mut statement = connection.prepare_cached(
        "SELECT a.id, a.state IN ('done', 'rejected') AND t.version = a.version FROM arrival a \
         LEFT JOIN arrival_told t ON t.outbox = ?1 AND t.arrival_id = a.id \
         WHERE a.inbox = ?2 AND a.id > ?3 ORDER BY a.id LIMIT 1000",
    )?;
    let mut rows = statement.query(params![outbox, inbox, from])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, Option<bool>>(1)? != Some(true) {
            break;
        }
        up_to = row.get(0)?;
    }
    if up_to > from {
        connection
            .prepare_cached(
                "INSERT INTO told_up_to (outbox, inbox, arrival_id) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (outbox, inbox) DO UPDATE SET arrival_id = excluded.arrival_id",
            )?
            .execute(params![outbox, inbox, up_to])?;
    }
    Ok(())
}
