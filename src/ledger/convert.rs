//! Between rows of the database and values: times, JSON texts, lanes, arrivals, reports.

use chrono::{DateTime, Utc};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failure::{Failure, Verb};
use super::rows::{Arrival, ArrivalId, ArrivalState, Report, ReportId, ReportState};
use crate::call::{Call, Key, Kind, Lane};

/// A time as the database keeps it: milliseconds since 1970 UTC.
pub(super) fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A time from the database.
pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<DateTime<Utc>> {
    let at: i64 = row.get(column)?;
    DateTime::from_timestamp_millis(at).ok_or_else(|| unreadable(format!("{column}: no time: {at}")))
}

/// A time from the database, if there is one.
pub(super) fn maybe_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let at: Option<i64> = row.get(column)?;
    Ok(at.and_then(DateTime::from_timestamp_millis))
}

/// A value as JSON text.
pub(super) fn json<T: Serialize>(value: &T) -> Verb<String> {
    serde_json::to_string(value).map_err(|error| Failure::refused("to write JSON", error))
}

/// A value from JSON text in the database.
pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))
}

/// A count or size from the database.
pub(super) fn count(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    let count: i64 = row.get(column)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A count or size for the database.
pub(super) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Something in the database that this release cannot read.
pub(super) fn unreadable(what: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, what.into())
}

/// One of a closed set, by its name in the database.
pub(super) fn named<T>(row: &Row<'_>, column: &str, named: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    named(&name).ok_or_else(|| unreadable(format!("{column}: unknown name {name}")))
}

/// The row number of a lane; the row is made if it is missing.
pub(super) fn lane_id(connection: &Connection, lane: &Lane) -> Verb<i64> {
    if let Some(id) = find_lane(connection, lane)? {
        return Ok(id);
    }
    connection
        .prepare_cached("INSERT INTO lane (installation, goods_owner) VALUES (?1, ?2)")?
        .execute(params![lane.installation, lane.goods_owner])?;
    Ok(connection.last_insert_rowid())
}

/// The row number of a lane, if it has a row.
pub(super) fn find_lane(connection: &Connection, lane: &Lane) -> Verb<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT id FROM lane WHERE installation = ?1 AND goods_owner = ?2")?
        .query_row(params![lane.installation, lane.goods_owner], |row| row.get(0))
        .optional()?)
}

/// The lane of a row that was joined to its lane.
pub(super) fn lane(row: &Row<'_>) -> rusqlite::Result<Lane> {
    Ok(Lane { installation: row.get("installation")?, goods_owner: row.get("goods_owner")? })
}

/// What [`arrival`] reads; a condition on `a` may follow.
pub(super) const SELECT_ARRIVAL: &str = "SELECT a.*, l.installation, l.goods_owner, (SELECT json_group_array(json_object('part', f.part, 'name', f.name, \
     'size', f.size, 'hash', f.hash) ORDER BY f.number) FROM arrival_file f WHERE f.arrival_id = a.id) AS files \
     FROM arrival a JOIN lane l ON l.id = a.lane_id ";

/// An arrival from a row of [`SELECT_ARRIVAL`].
pub(super) fn arrival(row: &Row<'_>) -> rusqlite::Result<Arrival> {
    Ok(Arrival {
        id: row.get("id")?,
        inbox: row.get("inbox")?,
        partner: row.get("partner")?,
        lane: lane(row)?,
        name: row.get("name")?,
        size: count(row, "size")?,
        hash: row.get("hash")?,
        files: from_json(&row.get::<_, String>("files")?)?,
        spool: row.get("spool")?,
        received_at: time(row, "received_at")?,
        published_at: maybe_time(row, "published_at")?,
        done_at: maybe_time(row, "done_at")?,
        state: named(row, "state", ArrivalState::named)?,
        faults: from_json(&row.get::<_, String>("faults")?)?,
        documents: count(row, "documents")?,
        documents_faulty: count(row, "documents_faulty")?,
        records_stray: count(row, "records_stray")?,
        source_settled: row.get("source_settled")?,
        released: row.get("released")?,
        repeats_released: row.get("repeats_released")?,
        same_content_as: row.get("same_content_as")?,
        erased_at: maybe_time(row, "erased_at")?,
        file_erased_at: maybe_time(row, "file_erased_at")?,
    })
}

/// The arrival of this number.
pub(super) fn find_arrival(connection: &Connection, id: ArrivalId) -> Verb<Option<Arrival>> {
    Ok(connection
        .prepare_cached(&format!("{SELECT_ARRIVAL} WHERE a.id = ?1"))?
        .query_row([id], arrival)
        .optional()?)
}

/// What [`call`] reads; a condition on `c` may follow.
pub(super) const SELECT_CALL: &str =
    "SELECT c.*, l.installation, l.goods_owner FROM call c JOIN lane l ON l.id = c.lane_id ";

/// A call from a row of [`SELECT_CALL`], without its needs.
pub(super) fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    Ok(Call {
        key: Key { lane: lane(row)?, kind: named(row, "kind", Kind::named)?, number: row.get("number")? },
        operation: from_json(&row.get::<_, String>("operation")?)?,
        body: row.get("body")?,
        hash: row.get("hash")?,
        needs: Vec::new(),
        remember: row.get("remember")?,
    })
}

/// A report from a row of `report`.
pub(super) fn report(row: &Row<'_>) -> rusqlite::Result<Report> {
    let fault: Option<String> = row.get("fault")?;
    Ok(Report {
        id: row.get("id")?,
        outbox: row.get("outbox")?,
        sequence: count(row, "sequence")?,
        name: row.get("name")?,
        temporary_name: row.get("temporary_name")?,
        spool: row.get("spool")?,
        size: count(row, "size")?,
        at: time(row, "at")?,
        delivered_at: maybe_time(row, "delivered_at")?,
        state: named(row, "state", ReportState::named)?,
        fault: fault.as_deref().map(from_json).transpose()?,
        erased_at: maybe_time(row, "erased_at")?,
        file_erased_at: maybe_time(row, "file_erased_at")?,
    })
}

/// The report of this number.
pub(super) fn find_report(connection: &Connection, id: ReportId) -> Verb<Option<Report>> {
    Ok(connection.prepare_cached("SELECT * FROM report WHERE id = ?1")?.query_row([id], report).optional()?)
}
