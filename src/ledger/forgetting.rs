//! Deleting rows whose time is over. What "once" hangs on stays: of an arrival its fingerprint, of an outbox its next
//! number; `told` and `known` are not touched.

use rusqlite::{Connection, OptionalExtension, params};

use super::convert::ms;
use super::failure::Verb;
use super::keeping::{Budget, KeptSince, Position, is_told, next_arrival};

/// Requests of calls that have ended. Whether there is more.
pub(super) fn requests(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
) -> Verb<bool> {
    // Numbers of requests grow with time: the oldest are looked at, and no more than need be.
    let old: Vec<(i64, bool)> = connection
        .prepare_cached(
            "SELECT r.id, c.state IN ('pending', 'held') FROM (SELECT id, at, call_id FROM request ORDER BY id \
             LIMIT 500 OFFSET ?2) r JOIN call c ON c.id = r.call_id WHERE r.at < ?1 ORDER BY r.id",
        )?
        .query_map([ms(since.requests), position.skipped], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (request, is_open) in &old {
        if *is_open {
            position.skip();
            continue;
        }
        connection.prepare_cached("DELETE FROM request WHERE id = ?1")?.execute([request])?;
        budget.take(1);
    }
    Ok(!old.is_empty())
}

/// Arrivals with everything that hangs on them. Whether there is more.
pub(super) fn arrivals(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
) -> Verb<bool> {
    while !budget.is_spent() {
        let Some(arrival) = next_arrival(connection, "TRUE", since.ledger, position.skipped)? else {
            return Ok(false);
        };
        let (ready, moved): (bool, bool) = connection
            .prepare_cached(
                "SELECT erased_at IS NOT NULL AND file_erased_at IS NOT NULL AND source_settled, \
                 moved_erased_at IS NOT NULL FROM arrival WHERE id = ?1",
            )?
            .query_row([arrival.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let emptied = moved || !since.emptied.contains(&arrival.inbox);
        if !ready || !emptied || !is_told(connection, since, &arrival)? {
            position.skip();
            continue;
        }
        connection
            .prepare_cached("UPDATE arrival SET forgetting = 1 WHERE id = ?1")?
            .execute([arrival.id])?;
        if calls_of(connection, "arrival_id", arrival.id, budget)?
            || documents_of(connection, arrival.id, budget)?
            || parts_of(connection, arrival.id, budget)?
        {
            return Ok(true);
        }
        connection.prepare_cached("DELETE FROM arrival_told WHERE arrival_id = ?1")?.execute([arrival.id])?;
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO fingerprint (inbox, name, size, modified, hash, arrival_id) \
                 SELECT inbox, name, size, coalesce(modified, -1), hash, id FROM arrival WHERE id = ?1",
            )?
            .execute([arrival.id])?;
        connection.prepare_cached("DELETE FROM arrival_file WHERE arrival_id = ?1")?.execute([arrival.id])?;
        connection.prepare_cached("DELETE FROM arrival WHERE id = ?1")?.execute([arrival.id])?;
        budget.take(3);
        position.done();
    }
    Ok(true)
}

/// Deletes calls with their requests and needs; whether there are more.
fn calls_of(connection: &Connection, column: &str, of: i64, budget: &mut Budget) -> Verb<bool> {
    while !budget.is_spent() {
        let calls: Vec<i64> = connection
            .prepare_cached(&format!("SELECT id FROM call WHERE {column} = ?1 ORDER BY id LIMIT ?2"))?
            .query_map([of, budget.ask()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if calls.is_empty() {
            return Ok(false);
        }
        for call in calls {
            let requests =
                connection.prepare_cached("DELETE FROM request WHERE call_id = ?1")?.execute([call])?;
            let needs = connection.prepare_cached("DELETE FROM need WHERE call_id = ?1")?.execute([call])?;
            connection.prepare_cached("DELETE FROM call WHERE id = ?1")?.execute([call])?;
            budget.take(1 + (requests + needs) as u64);
            if budget.is_spent() {
                break;
            }
        }
    }
    Ok(true)
}

fn documents_of(connection: &Connection, arrival: i64, budget: &mut Budget) -> Verb<bool> {
    while !budget.is_spent() {
        let documents: Vec<i64> = connection
            .prepare_cached("SELECT id FROM document WHERE arrival_id = ?1 ORDER BY ordinal LIMIT ?2")?
            .query_map([arrival, budget.ask()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if documents.is_empty() {
            return Ok(false);
        }
        for document in documents {
            let told = connection
                .prepare_cached("DELETE FROM document_told WHERE document_id = ?1")?
                .execute([document])?;
            connection.prepare_cached("DELETE FROM document WHERE id = ?1")?.execute([document])?;
            budget.take(1 + told as u64);
        }
    }
    Ok(true)
}

/// The entries of an archive leave their fingerprints, as it does itself; a rejected one has none.
fn parts_of(connection: &Connection, arrival: i64, budget: &mut Budget) -> Verb<bool> {
    while !budget.is_spent() {
        let names: Vec<String> = connection
            .prepare_cached("SELECT name FROM part WHERE arrival_id = ?1 LIMIT ?2")?
            .query_map([arrival, budget.ask()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if names.is_empty() {
            return Ok(false);
        }
        for name in names {
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO fingerprint (inbox, name, size, modified, hash, arrival_id) \
                     SELECT a.inbox, a.name || '/' || p.name, p.size, -1, p.hash, a.id FROM part p \
                     JOIN arrival a ON a.id = p.arrival_id WHERE p.arrival_id = ?1 AND p.name = ?2",
                )?
                .execute(params![arrival, name])?;
            connection
                .prepare_cached("DELETE FROM part WHERE arrival_id = ?1 AND name = ?2")?
                .execute(params![arrival, name])?;
            budget.take(2);
        }
    }
    Ok(true)
}

/// Reports, of each outbox from the lowest number on, so that the numbers that are left have no gap. Whether there is
/// more.
pub(super) fn reports(
    connection: &Connection,
    since: &KeptSince,
    position: &mut Position,
    budget: &mut Budget,
) -> Verb<bool> {
    while !budget.is_spent() {
        // Each outbox in its turn; one whose oldest report stays is passed over.
        let outbox: Option<String> = connection
            .prepare_cached("SELECT name FROM outbox ORDER BY name LIMIT 1 OFFSET ?1")?
            .query_row([position.skipped], |row| row.get(0))
            .optional()?;
        let Some(outbox) = outbox else { return Ok(false) };
        let Some(report) = oldest_to_forget(connection, since, &outbox)? else {
            position.skip();
            continue;
        };
        if facts_of(connection, report, budget)? {
            return Ok(true);
        }
        connection.prepare_cached("DELETE FROM report WHERE id = ?1")?.execute([report])?;
        budget.take(1);
        position.done();
    }
    Ok(true)
}

/// The outbox's report of the lowest number, if its time is over and nothing of it is open.
fn oldest_to_forget(connection: &Connection, since: &KeptSince, outbox: &str) -> Verb<Option<i64>> {
    let found: Option<(i64, bool, bool)> = connection
        .prepare_cached(
            "SELECT id, state IN ('delivered', 'withdrawn') AND coalesce(delivered_at, at) < ?2 \
             AND erased_at IS NOT NULL AND file_erased_at IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM fact f JOIN call c ON c.fact_id = f.id WHERE f.report_id = report.id \
                 AND c.state IN ('pending', 'held')), \
             moved_erased_at IS NOT NULL FROM report WHERE outbox = ?1 ORDER BY sequence LIMIT 1",
        )?
        .query_row(params![outbox, ms(since.ledger)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let emptied = outbox.strip_suffix("#errors").is_none_or(|inbox| !since.emptied.contains(inbox));
    Ok(found.and_then(|(id, over, removed)| (over && (removed || emptied)).then_some(id)))
}

fn facts_of(connection: &Connection, report: i64, budget: &mut Budget) -> Verb<bool> {
    while !budget.is_spent() {
        let facts: Vec<i64> = connection
            .prepare_cached("SELECT id FROM fact WHERE report_id = ?1 ORDER BY id LIMIT ?2")?
            .query_map([report, budget.ask()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if facts.is_empty() {
            return Ok(false);
        }
        for fact in facts {
            if calls_of(connection, "fact_id", fact, budget)? {
                return Ok(true);
            }
            connection.prepare_cached("DELETE FROM fact WHERE id = ?1")?.execute([fact])?;
            budget.take(1);
            if budget.is_spent() {
                break;
            }
        }
    }
    Ok(true)
}

/// Audit rows and ended claims. Whether there is more.
pub(super) fn rest(connection: &Connection, since: &KeptSince, budget: &mut Budget) -> Verb<bool> {
    let before = ms(since.ledger);
    let audit = connection
        .prepare_cached(
            "DELETE FROM audit WHERE id IN (SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT 400) \
             WHERE at < ?1)",
        )?
        .execute([before])?;
    // A claim goes with its arrival's age: its number stands in the name of the file that it moved.
    let claims = connection
        .prepare_cached(
            "DELETE FROM claim WHERE id IN (SELECT id FROM (SELECT * FROM claim ORDER BY id LIMIT 400) c \
             WHERE at < ?1 AND ended = 1 AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.id = c.arrival_id))",
        )?
        .execute([before])?;
    budget.take((audit + claims) as u64);
    Ok(audit + claims > 0)
}
