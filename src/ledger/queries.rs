//! What the page and the command line ask: how it stands, and lists.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};
use serde::Serialize;

use super::Ledger;
use super::answer::Answer;
use super::convert::{
    SELECT_ARRIVAL, arrival, count, from_json, lane, maybe_time, named, report, time, whole,
};
use super::failure::Verb;
use super::rows::{Arrival, ArrivalId, ArrivalState, CallId, Halt, LaneState, Report, ReportState};
use super::sending::{halts, next_due};
use super::turns::last_rest;
use crate::call::{CallState, Kind, Lane};
use crate::fault::Fault;

/// How many there are of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count<S> {
    /// The state.
    pub state: S,
    /// How many.
    pub count: u64,
}

/// How the whole gateway stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    /// Each lane with its calls by state.
    pub lanes: Vec<LaneState>,
    /// Arrivals by state.
    pub arrivals: Vec<Count<ArrivalState>>,
    /// Reports by state.
    pub reports: Vec<Count<ReportState>>,
    /// What is halted.
    pub halts: Vec<Halt>,
}

impl Overview {
    /// Calls in this state, on all lanes.
    pub fn calls(&self, state: CallState) -> u64 {
        let counts = self.lanes.iter().flat_map(|lane| &lane.calls);
        counts.filter(|(of, _)| *of == state).map(|(_, count)| count).sum()
    }

    /// Arrivals in this state.
    pub fn arrivals(&self, state: ArrivalState) -> u64 {
        self.arrivals.iter().filter(|count| count.state == state).map(|count| count.count).sum()
    }

    /// Reports in this state.
    pub fn reports(&self, state: ReportState) -> u64 {
        self.reports.iter().filter(|count| count.state == state).map(|count| count.count).sum()
    }

    /// What goes on by itself sooner or later: arrivals, calls and reports on their way.
    pub fn open(&self) -> u64 {
        let arrivals = self.arrivals(ArrivalState::Received) + self.arrivals(ArrivalState::Staged);
        let reports = self.reports(ReportState::Owed) + self.reports(ReportState::Renaming);
        arrivals + self.calls(CallState::Pending) + reports
    }

    /// What waits for a person: held arrivals, calls and reports.
    pub fn held(&self) -> u64 {
        self.arrivals(ArrivalState::Held) + self.calls(CallState::Held) + self.reports(ReportState::Held)
    }
}

/// Which arrivals are listed; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArrivalFilter {
    /// In this state.
    pub state: Option<ArrivalState>,
    /// Of this partner.
    pub partner: Option<String>,
    /// Of this inbox (`partner/inbox`).
    pub inbox: Option<String>,
}

/// Which calls are listed; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// In this state.
    pub state: Option<CallState>,
    /// Of this partner's arrivals.
    pub partner: Option<String>,
    /// With this number.
    pub number: Option<String>,
}

/// A call in a list: no personal data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallSummary {
    /// Row number.
    pub id: CallId,
    /// The lane.
    pub lane: Lane,
    /// What kind of object.
    pub kind: Kind,
    /// Our number.
    pub number: String,
    /// What Ongoing is asked to do: `put_order`.
    pub operation: String,
    /// Where it is on its way.
    pub state: CallState,
    /// The arrival that it came from; `None` for a mark.
    pub arrival: Option<ArrivalId>,
    /// The file that it came from.
    pub file: Option<String>,
    /// Attempts.
    pub tries: u32,
    /// When it is tried again, if it waits for that.
    pub due: Option<DateTime<Utc>>,
    /// A request is under way.
    pub in_flight: bool,
    /// The outcome of an attempt is not known yet.
    pub unknown: bool,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Ongoing's id of the object.
    pub ongoing_id: Option<i64>,
    /// What Ongoing said, or why a person threw it away.
    pub message: String,
    /// What went wrong last.
    pub fault: Option<Fault>,
    /// The call that took its place.
    pub superseded_by: Option<CallId>,
    /// When its personal data was erased: body, messages, answers.
    pub erased_at: Option<DateTime<Utc>>,
}

/// A report in a list.
pub type ReportSummary = Report;

/// The calls that count: marks, and those of published arrivals.
pub(super) const SELECT_VISIBLE_CALL: &str = "SELECT c.*, l.installation, l.goods_owner, \
     a.name || coalesce('/' || (SELECT part FROM document d WHERE d.id = c.document_id), '') AS file FROM call c \
     JOIN lane l ON l.id = c.lane_id LEFT JOIN arrival a ON a.id = c.arrival_id \
     WHERE (c.arrival_id IS NULL OR a.published_at IS NOT NULL) ";

impl Ledger {
    /// How the whole gateway stands.
    pub fn overview(&self) -> Answer<Overview> {
        self.overview_at(DateTime::UNIX_EPOCH)
    }

    /// How the whole gateway stands, with `next_due` and rests counted from `now`.
    pub fn overview_at(&self, now: DateTime<Utc>) -> Answer<Overview> {
        self.0.readers.ask(move |connection| overview(connection, now))
    }

    /// Arrivals, newest first.
    pub fn arrivals(&self, filter: ArrivalFilter, limit: usize) -> Answer<Vec<Arrival>> {
        self.0.readers.ask(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{SELECT_ARRIVAL} WHERE (?1 IS NULL OR a.state = ?1) AND (?2 IS NULL OR a.partner = ?2) \
                 AND (?3 IS NULL OR a.inbox = ?3) ORDER BY a.id DESC LIMIT ?4"
            ))?;
            let arrivals = statement
                .query_map(
                    params![
                        filter.state.map(ArrivalState::name),
                        filter.partner,
                        filter.inbox,
                        whole(limit as u64)
                    ],
                    arrival,
                )?
                .collect::<Result<_, _>>()?;
            Ok(arrivals)
        })
    }

    /// Calls, newest first.
    pub fn calls(&self, filter: CallFilter, limit: usize) -> Answer<Vec<CallSummary>> {
        self.0.readers.ask(move |connection| {
            // Each condition in words of its own, so that the index of its column serves.
            let mut sql = SELECT_VISIBLE_CALL.to_owned();
            let mut given: Vec<String> = Vec::new();
            for (condition, value) in [
                ("c.number", filter.number),
                ("c.state", filter.state.map(|state| state.name().to_owned())),
                ("a.partner", filter.partner),
            ] {
                if let Some(value) = value {
                    given.push(value);
                    sql.push_str(&format!(" AND {condition} = ?{}", given.len()));
                }
            }
            sql.push_str(&format!(" ORDER BY c.id DESC LIMIT {limit}"));
            let mut statement = connection.prepare_cached(&sql)?;
            let calls = statement
                .query_map(rusqlite::params_from_iter(given), call_summary)?
                .collect::<Result<_, _>>()?;
            Ok(calls)
        })
    }

    /// Reports, newest first; those in this state if one is given.
    pub fn reports(&self, state: Option<ReportState>, limit: usize) -> Answer<Vec<ReportSummary>> {
        self.0.readers.ask(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT * FROM report WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT ?2",
            )?;
            let given = params![state.map(ReportState::name), whole(limit as u64)];
            let reports = statement.query_map(given, report)?.collect::<Result<_, _>>()?;
            Ok(reports)
        })
    }

    /// The report of this number, if there is one.
    pub fn report(&self, id: super::rows::ReportId) -> Answer<Option<Report>> {
        self.0.readers.ask(move |connection| super::convert::find_report(connection, id))
    }
}

/// A call from a row of [`SELECT_VISIBLE_CALL`].
pub(super) fn call_summary(row: &Row<'_>) -> rusqlite::Result<CallSummary> {
    let operation: serde_json::Value = from_json(&row.get::<_, String>("operation")?)?;
    let fault: Option<String> = row.get("fault")?;
    Ok(CallSummary {
        id: row.get("id")?,
        lane: lane(row)?,
        kind: named(row, "kind", Kind::named)?,
        number: row.get("number")?,
        operation: operation
            .get("operation")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        state: named(row, "state", CallState::named)?,
        arrival: row.get("arrival_id")?,
        file: row.get("file")?,
        tries: u32::try_from(count(row, "tries")?).unwrap_or(u32::MAX),
        due: Some(time(row, "due")?).filter(|due| *due > DateTime::UNIX_EPOCH),
        in_flight: row.get("in_flight")?,
        unknown: row.get("unknown")?,
        ended_at: maybe_time(row, "ended_at")?,
        ongoing_id: row.get("ongoing_id")?,
        message: row.get("message")?,
        fault: fault.as_deref().map(from_json).transpose()?,
        superseded_by: row.get("superseded_by")?,
        erased_at: maybe_time(row, "erased_at")?,
    })
}

fn overview(connection: &Connection, now: DateTime<Utc>) -> Verb<Overview> {
    let lanes: Vec<(i64, Lane)> = connection
        .prepare_cached("SELECT id, installation, goods_owner FROM lane ORDER BY installation, goods_owner")?
        .query_map([], |row| Ok((row.get("id")?, lane(row)?)))?
        .collect::<Result<_, _>>()?;
    let lanes = lanes
        .into_iter()
        .map(|(id, lane)| {
            Ok(LaneState {
                lane,
                calls: calls_by_state(connection, id)?,
                resting_until: last_rest(connection, id)?
                    .and_then(DateTime::from_timestamp_millis)
                    .filter(|until| *until > now),
                next_due: next_due(connection, id, now)?,
            })
        })
        .collect::<Verb<_>>()?;
    Ok(Overview {
        lanes,
        arrivals: by_state(connection, "arrival", ArrivalState::named)?,
        reports: by_state(connection, "report", ReportState::named)?,
        halts: halts(connection)?,
    })
}

fn by_state<S>(connection: &Connection, table: &str, name: fn(&str) -> Option<S>) -> Verb<Vec<Count<S>>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT state, count(*) AS count FROM {table} GROUP BY state"))?;
    let counts = statement
        .query_map([], |row| Ok(Count { state: named(row, "state", name)?, count: count(row, "count")? }))?
        .collect::<Result<_, _>>()?;
    Ok(counts)
}

fn calls_by_state(connection: &Connection, lane: i64) -> Verb<Vec<(CallState, u64)>> {
    let mut counted = Vec::new();
    for state in CallState::ALL {
        let of_state: i64 = connection
            .prepare_cached("SELECT count(*) FROM call WHERE lane_id = ?1 AND state = ?2")?
            .query_row(params![lane, state.name()], |row| row.get(0))?;
        // Staged rows are nobody's yet; they belong to the few arrivals that are being read.
        let staged: i64 = connection
            .prepare_cached(
                "SELECT count(*) FROM arrival a JOIN call c ON c.arrival_id = a.id \
                 WHERE a.state IN ('received', 'staged', 'held') AND c.lane_id = ?1 AND c.state = ?2",
            )?
            .query_row(params![lane, state.name()], |row| row.get(0))?;
        let count = u64::try_from(of_state - staged).unwrap_or(0);
        if count > 0 {
            counted.push((state, count));
        }
    }
    Ok(counted)
}
