//! The verbs of taking files in: sightings, claims, admissions.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::answer::Answer;
use super::convert::{SELECT_ARRIVAL, arrival, json, lane_id, maybe_time, ms, time, whole};
use super::failure::{Failure, Verb};
use super::rows::{Admission, Arrival, ArrivalId, ArrivalState, Claim, NewArrival, NewClaim, Sighting};
use super::{Ledger, RESTORED};
use crate::fault::{Fault, Place, code};

/// The scope under which an inbox is halted.
pub fn inbox_scope(inbox: &str) -> String {
    format!("inbox {inbox}")
}

/// What is known of an inbox before a look.
#[derive(Clone, Debug, PartialEq)]
pub struct BeforeALook {
    /// It is halted, or everything is, after a restore.
    pub halted: bool,
    /// Its claims that have not ended, oldest first.
    pub claims: Vec<Claim>,
}

impl Ledger {
    /// Notes that a file was seen in an inbox with this size and time, and says since when it has stood like that; a
    /// changed size or time begins anew.
    pub fn sight(
        &self,
        inbox: &str,
        name: &str,
        size: u64,
        modified: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Answer<Sighting> {
        let (inbox, name) = (inbox.to_owned(), name.to_owned());
        self.0
            .writer
            .run("ledger.sight", move |connection| sight(connection, &inbox, &name, size, modified, now))
    }

    /// Drops the sightings of an inbox's files that were not seen since; says how many.
    pub fn forget_sightings(&self, inbox: &str, seen_before: DateTime<Utc>) -> Answer<u64> {
        let inbox = inbox.to_owned();
        self.0.writer.run("ledger.forget_sightings", move |connection| {
            let forgotten = connection
                .prepare_cached("DELETE FROM sighting WHERE inbox = ?1 AND last_seen < ?2")?
                .execute(params![inbox, ms(seen_before)])?;
            Ok(forgotten as u64)
        })
    }

    /// Writes down that files that belong together (or one) are about to be renamed so that they are ours.
    pub fn claim(&self, inbox: &str, files: Vec<NewClaim>, now: DateTime<Utc>) -> Answer<Vec<Claim>> {
        let inbox = inbox.to_owned();
        self.0.writer.run("ledger.claim", move |connection| {
            let mut claims: Vec<Claim> = Vec::new();
            let mut add = connection.prepare_cached(
                "INSERT INTO claim (inbox, path, claimed_path, at, first_id, size, modified) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for file in &files {
                let first = claims.first().map(|claim| claim.id);
                let NewClaim { path, claimed_path, size, modified } = file;
                let modified_ms = modified.map(ms);
                add.execute(params![inbox, path, claimed_path, ms(now), first, whole(*size), modified_ms])?;
                let id = connection.last_insert_rowid();
                claims.push(Claim {
                    id,
                    first: first.unwrap_or(id),
                    inbox: inbox.clone(),
                    path: path.clone(),
                    claimed_path: claimed_path.clone(),
                    was: Some((*size, *modified)),
                    arrival: None,
                });
            }
            Ok(claims)
        })
    }

    /// What must be known before an inbox is looked at: in one question, since most looks find nothing.
    pub fn before_a_look(&self, inbox: &str) -> Answer<BeforeALook> {
        let inbox = inbox.to_owned();
        self.0.readers.ask(move |connection| {
            let halted = connection
                .prepare_cached("SELECT 1 FROM halt WHERE scope IN (?1, ?2)")?
                .exists([inbox_scope(&inbox).as_str(), RESTORED])?;
            let mut statement = connection
                .prepare_cached("SELECT * FROM claim WHERE ended = 0 AND inbox = ?1 ORDER BY id")?;
            let claims = statement.query_map([&inbox], claim)?.collect::<Result<_, _>>()?;
            Ok(BeforeALook { halted, claims })
        })
    }

    /// The claims that have not ended, oldest first.
    pub fn claims(&self) -> Answer<Vec<Claim>> {
        self.0.readers.ask(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM claim WHERE ended = 0 ORDER BY id")?;
            let claims = statement.query_map([], claim)?.collect::<Result<_, _>>()?;
            Ok(claims)
        })
    }

    /// The claim is over: its file was put away, or got its own name back.
    pub fn end_claim(&self, id: i64) -> Answer<()> {
        self.0.writer.run("ledger.end_claim", move |connection| {
            connection.prepare_cached("UPDATE claim SET ended = 1 WHERE id = ?1")?.execute([id])?;
            Ok(())
        })
    }

    /// The arrival that a file of this name, size and time was taken in as, for inboxes that leave files in place.
    pub fn is_remembered(
        &self,
        inbox: &str,
        name: &str,
        size: u64,
        modified: Option<DateTime<Utc>>,
    ) -> Answer<Option<ArrivalId>> {
        let (inbox, name) = (inbox.to_owned(), name.to_owned());
        self.0.readers.ask(move |connection| {
            // `+id`: by the fingerprint, not by walking the inbox's arrivals from the newest on.
            Ok(connection
                .prepare_cached(
                    "SELECT coalesce((SELECT max(+id) FROM arrival WHERE inbox = ?1 AND name = ?2 AND size = ?3 \
                     AND coalesce(modified, -1) = ?4), (SELECT max(arrival_id) FROM fingerprint WHERE inbox = ?1 \
                     AND name = ?2 AND size = ?3 AND modified = ?4))",
                )?
                .query_row(params![inbox, name, whole(size), modified.map_or(-1, ms)], |row| row.get(0))?)
        })
    }

    /// Whether a file of this name, size and time was taken in as one of several that belong together.
    pub fn is_remembered_part(
        &self,
        inbox: &str,
        name: &str,
        size: u64,
        modified: Option<DateTime<Utc>>,
    ) -> Answer<bool> {
        let (inbox, name) = (inbox.to_owned(), name.to_owned());
        self.0.readers.ask(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT 1 FROM arrival_file f JOIN arrival a ON a.id = f.arrival_id WHERE f.name = ?2 \
                     AND a.inbox = ?1 AND f.size = ?3 AND f.modified IS ?4",
                )?
                .exists(params![inbox, name, whole(size), modified.map(ms)])?)
        })
    }

    /// Takes a file in, or files that belong together. The very same file (inbox, name, size, time, content) is not taken in twice: that is counted on
    /// the arrival that it was. Its claims, if any, are tied to the arrival in the same transaction.
    pub fn admit(&self, new: NewArrival) -> Answer<Admission> {
        self.0.writer.run("ledger.admit", move |connection| admit(connection, &new))
    }

    /// The sender's files are where they belong; their claims end.
    pub fn settle_source(&self, arrival: ArrivalId) -> Answer<()> {
        self.0.writer.run("ledger.settle_source", move |connection| {
            connection
                .prepare_cached("UPDATE arrival SET source_settled = 1 WHERE id = ?1")?
                .execute([arrival])?;
            connection
                .prepare_cached(
                    "UPDATE claim SET ended = 1 WHERE ended = 0 AND (arrival_id = ?1 \
                     OR id = (SELECT claim_id FROM arrival WHERE id = ?1))",
                )?
                .execute([arrival])?;
            Ok(())
        })
    }

    /// The arrivals whose source is still to be moved or deleted, oldest first, each with its claim.
    pub fn unsettled_sources(&self) -> Answer<Vec<(Arrival, Option<Claim>)>> {
        self.0.readers.ask(|connection| {
            let mut statement = connection
                .prepare_cached(&format!("{SELECT_ARRIVAL} WHERE a.source_settled = 0 ORDER BY a.id"))?;
            let rows: Vec<(Arrival, Option<i64>)> = statement
                .query_map([], |row| Ok((arrival(row)?, row.get("claim_id")?)))?
                .collect::<Result<_, _>>()?;
            let mut find = connection.prepare_cached("SELECT * FROM claim WHERE id = ?1")?;
            rows.into_iter()
                .map(|(arrival, id)| Ok((arrival, find.query_row([id], claim).optional()?)))
                .collect()
        })
    }

    /// The arrival of this number, if there is one.
    pub fn arrival(&self, id: ArrivalId) -> Answer<Option<Arrival>> {
        self.0.readers.ask(move |connection| super::convert::find_arrival(connection, id))
    }
}

/// A sighting in the future was made before the clock was set back: the quiet begins anew.
fn sight(
    connection: &Connection,
    inbox: &str,
    name: &str,
    size: u64,
    modified: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Verb<Sighting> {
    connection
        .prepare_cached(
            "INSERT INTO sighting (inbox, name, size, modified, unchanged_since, last_seen, looks) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1) \
             ON CONFLICT (inbox, name) DO UPDATE SET \
             unchanged_since = CASE WHEN size = excluded.size AND modified IS excluded.modified \
                 AND unchanged_since <= excluded.unchanged_since THEN unchanged_since ELSE excluded.unchanged_since END, \
             looks = CASE WHEN size = excluded.size AND modified IS excluded.modified THEN looks + 1 ELSE 1 END, \
             size = excluded.size, modified = excluded.modified, last_seen = excluded.last_seen",
        )?
        .execute(params![inbox, name, whole(size), modified.map(ms), ms(now)])?;
    Ok(connection
        .prepare_cached("SELECT unchanged_since, looks FROM sighting WHERE inbox = ?1 AND name = ?2")?
        .query_row(params![inbox, name], |row| {
            Ok(Sighting { unchanged_since: time(row, "unchanged_since")?, looks: row.get("looks")? })
        })?)
}

fn admit(connection: &Connection, new: &NewArrival) -> Verb<Admission> {
    let modified = new.modified.map(ms);
    // What is left of arrivals whose rows were deleted after their time counts as they do.
    let same: Option<ArrivalId> = connection
        .prepare_cached(
            "SELECT coalesce((SELECT id FROM arrival WHERE inbox = ?1 AND name = ?2 AND size = ?3 \
             AND coalesce(modified, -1) = ?4 AND hash = ?5), (SELECT arrival_id FROM fingerprint WHERE inbox = ?1 \
             AND name = ?2 AND size = ?3 AND modified = ?4 AND hash = ?5))",
        )?
        .query_row(params![new.inbox, new.name, whole(new.size), modified.unwrap_or(-1), new.hash], |row| {
            row.get(0)
        })?;
    if let Some(same) = same {
        connection
            .prepare_cached("UPDATE arrival SET resent = resent + 1, resent_at = ?2, moved_erased_at = NULL WHERE id = ?1")?
            .execute(params![same, ms(new.received_at)])?;
        tie_claims(connection, &new.claims, same)?;
        return Ok(Admission::SameFile(same));
    }
    let same_content: Option<ArrivalId> = connection
        .prepare_cached(
            "SELECT coalesce((SELECT max(+id) FROM arrival WHERE inbox = ?1 AND hash = ?2), \
             (SELECT max(a.id) FROM part p JOIN arrival a ON a.id = p.arrival_id WHERE p.hash = ?2 \
                 AND a.inbox = ?1 AND a.state IN ('published', 'done')), \
             (SELECT max(arrival_id) FROM fingerprint WHERE inbox = ?1 AND hash = ?2))",
        )?
        .query_row(params![new.inbox, new.hash], |row| row.get(0))?;
    let suspected = same_content.filter(|_| new.hold_same_content).map(|other| {
        Fault::new(code::SAME_CONTENT).at(Place::file(&new.name)).with("other", format!("arrival {other}"))
    });
    let faults: Vec<&Fault> = new.held.iter().chain(&suspected).collect();
    let state = if faults.is_empty() { ArrivalState::Received } else { ArrivalState::Held };
    connection
        .prepare_cached(
            "INSERT INTO arrival (inbox, partner, lane_id, name, size, modified, hash, spool, received_at, state, \
             faults, same_content_as, claim_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            new.inbox,
            new.partner,
            lane_id(connection, &new.lane)?,
            new.name,
            whole(new.size),
            modified,
            new.hash,
            new.spool,
            ms(new.received_at),
            state.name(),
            json(&faults)?,
            same_content,
            new.claims.first(),
        ])?;
    let id = connection.last_insert_rowid();
    tie_claims(connection, &new.claims, id)?;
    let mut add = connection.prepare_cached(
        "INSERT INTO arrival_file (arrival_id, number, part, name, size, modified, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut forget = connection.prepare_cached("DELETE FROM sighting WHERE inbox = ?1 AND name = ?2")?;
    for (number, file) in (1_i64..).zip(&new.files) {
        let modified = file.modified.map(ms);
        add.execute(params![id, number, file.part, file.name, whole(file.size), modified, file.hash])?;
        forget.execute(params![new.inbox, file.name])?;
    }
    forget.execute(params![new.inbox, new.name])?;
    Ok(Admission::Admitted(id))
}

fn tie_claims(connection: &Connection, claims: &[i64], arrival: ArrivalId) -> Verb<()> {
    let mut tie = connection.prepare_cached("UPDATE claim SET arrival_id = ?2 WHERE id = ?1")?;
    for claim in claims {
        if tie.execute([*claim, arrival])? != 1 {
            return Err(Failure::refused("ledger.admit", format!("there is no claim {claim}")));
        }
    }
    Ok(())
}

fn claim(row: &Row<'_>) -> rusqlite::Result<Claim> {
    let id = row.get("id")?;
    let size: Option<i64> = row.get("size")?;
    let modified = maybe_time(row, "modified")?;
    Ok(Claim {
        id,
        first: row.get::<_, Option<i64>>("first_id")?.unwrap_or(id),
        inbox: row.get("inbox")?,
        path: row.get("path")?,
        claimed_path: row.get("claimed_path")?,
        was: size.and_then(|size| u64::try_from(size).ok()).map(|size| (size, modified)),
        arrival: row.get("arrival_id")?,
    })
}
