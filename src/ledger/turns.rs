//! Whose turn it is on a lane (promise 4): calls on one key strictly in order, an order after the earlier calls of its
//! articles (in one file also after later ones, unless they need something themselves: a kit may stand before its
//! components, and two kits that hold each other keep nobody waiting), and between unrelated calls the kind's priority until one has waited long.
//!
//! Only calls of published arrivals are looked at: the few open arrivals of the lane are walked, and each one's
//! pending calls by index (the indexes are named, and `CROSS JOIN` keeps the order of a join), so that neither a long queue nor a big arrival being staged slows a lane.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::convert::{SELECT_CALL, call, count, find_lane, maybe_time, ms, named};
use super::failure::Verb;
use super::rows::{ArrivalId, CallId, DueCall};
use crate::call::{Kind, Lane, Need};

/// A call that has waited this long since it was published goes before every younger one, whatever its kind.
const AGES_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Nothing waits longer than this; what is due later was so before the clock was set back, and is due now.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(25);

/// What a lane may not do now: calls of these kinds and operations wait, whatever their turn is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Barred(String);

impl Barred {
    /// Calls of this kind with an operation of this tag wait.
    pub fn add(&mut self, kind: Kind, tag: &str) {
        self.0.push_str(&format!("|{}/{tag}|", kind.name()));
    }

    /// Whether calls of this kind with an operation of this tag wait.
    pub fn bars(&self, kind: Kind, tag: &str) -> bool {
        self.0.contains(&format!("|{}/{tag}|", kind.name()))
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A pending call `c` that is not begun, whose time has come, that is not barred, and that no earlier one keeps waiting. `?1` is the time;
/// 90,000,000 ms are [`LONGEST_WAIT`]; `?4` is what is barred.
macro_rules! ready {
    () => {
        "c.state = 'pending' AND c.in_flight = 0 AND (c.due <= ?1 OR c.due > ?1 + 90000000) \
         AND (?4 = '' OR instr(?4, '|' || c.kind || '/' || (c.operation ->> 'operation') || '|') = 0) \
         AND NOT EXISTS (SELECT 1 FROM call e INDEXED BY call_open WHERE e.lane_id = c.lane_id AND e.kind = c.kind \
             AND e.number = c.number AND e.id < c.id AND e.state IN ('pending', 'held') \
             AND (e.arrival_id IS NULL OR EXISTS (SELECT 1 FROM arrival ea WHERE ea.id = e.arrival_id \
                 AND ea.published_at IS NOT NULL))) \
         AND (c.has_needs = 0 OR NOT EXISTS (SELECT 1 FROM need n \
             CROSS JOIN call e INDEXED BY call_open ON e.lane_id = c.lane_id AND e.kind = n.kind AND e.number = n.number \
             WHERE n.call_id = c.id AND (e.id < c.id OR e.arrival_id = c.arrival_id AND e.has_needs = 0) \
             AND e.state IN ('pending', 'held') \
             AND (e.arrival_id IS NULL OR EXISTS (SELECT 1 FROM arrival ea WHERE ea.id = e.arrival_id \
                 AND ea.published_at IS NOT NULL)))) \
         ORDER BY c.id LIMIT 1"
    };
}

/// The first ready call of an arrival `?2` among those of one priority `?3`.
pub(super) const READY_OF_ARRIVAL: &str = concat!(
    "SELECT c.id FROM call c INDEXED BY call_pending WHERE c.arrival_id = ?2 AND c.priority = ?3 AND ",
    ready!()
);

/// The first ready mark of a lane `?2` among those of one priority `?3`.
pub(super) const READY_MARK: &str = concat!(
    "SELECT c.id FROM call c INDEXED BY call_mark WHERE c.lane_id = ?2 AND c.arrival_id IS NULL \
     AND c.priority = ?3 AND ",
    ready!()
);

/// Where calls wait: an open arrival, or the marks of the lane.
enum Source {
    Arrival { id: ArrivalId, published_at: i64 },
    Marks,
}

/// The call whose turn it is, if there is one and the lane does not rest.
pub(super) fn next_call(
    connection: &Connection,
    lane: &Lane,
    now: DateTime<Utc>,
    barred: &Barred,
) -> Verb<Option<DueCall>> {
    let Some(lane) = find_lane(connection, lane)? else { return Ok(None) };
    if resting_until(connection, lane, now)?.is_some() {
        return Ok(None);
    }
    let mut sources: Vec<Source> = connection
        .prepare_cached(
            "SELECT id, published_at FROM arrival INDEXED BY arrival_open \
             WHERE lane_id = ?1 AND state = 'published' ORDER BY id",
        )?
        .query_map([lane], |row| Ok(Source::Arrival { id: row.get(0)?, published_at: row.get(1)? }))?
        .collect::<Result<_, _>>()?;
    sources.push(Source::Marks);
    match (Looking { connection, lane, now, barred }).next_id(&sources)? {
        Some(id) => due_call(connection, id).map(Some),
        None => Ok(None),
    }
}

/// A look for the call whose turn it is.
struct Looking<'a> {
    connection: &'a Connection,
    lane: i64,
    now: DateTime<Utc>,
    barred: &'a Barred,
}

impl Looking<'_> {
    fn next_id(&self, sources: &[Source]) -> Verb<Option<CallId>> {
        if let Some(id) = self.longest_waiting(sources)? {
            return Ok(Some(id));
        }
        for kind in Kind::ALL {
            for source in sources {
                if let Some(id) = self.ready(source, kind)? {
                    return Ok(Some(id));
                }
            }
        }
        Ok(None)
    }

    /// The ready call that has waited longest, if that is long.
    fn longest_waiting(&self, sources: &[Source]) -> Verb<Option<CallId>> {
        let old = ms(self.now - AGES_AFTER);
        let mut longest: Option<(i64, CallId)> = None;
        for source in sources {
            let since = match source {
                Source::Arrival { published_at, .. } if *published_at > old => continue,
                Source::Arrival { published_at, .. } => Some(*published_at),
                Source::Marks => None,
            };
            if let (Some(since), Some((longest, _))) = (since, longest)
                && longest <= since
            {
                continue;
            }
            for kind in Kind::ALL {
                let Some(id) = self.ready(source, kind)? else { continue };
                let since = match since {
                    Some(since) => since,
                    None => created_at(self.connection, id)?,
                };
                if since <= old && longest.is_none_or(|longest| (since, id) < longest) {
                    longest = Some((since, id));
                }
            }
        }
        Ok(longest.map(|(_, id)| id))
    }

    fn ready(&self, source: &Source, kind: Kind) -> Verb<Option<CallId>> {
        let (sql, of) = match source {
            Source::Arrival { id, .. } => (READY_OF_ARRIVAL, *id),
            Source::Marks => (READY_MARK, self.lane),
        };
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row(params![ms(self.now), of, kind.priority(), self.barred.0], |row| row.get(0))
            .optional()?)
    }
}

fn created_at(connection: &Connection, id: CallId) -> Verb<i64> {
    Ok(connection
        .prepare_cached("SELECT coalesce(created_at, 0) FROM call WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?)
}

/// A call as it is handed out.
fn due_call(connection: &Connection, id: CallId) -> Verb<DueCall> {
    let mut due =
        connection.prepare_cached(&format!("{SELECT_CALL} WHERE c.id = ?1"))?.query_row([id], |row| {
            Ok(DueCall {
                id,
                call: call(row)?,
                tries: u32::try_from(count(row, "tries")?).unwrap_or(u32::MAX),
                first_tried_at: maybe_time(row, "first_tried_at")?,
                waits_since: maybe_time(row, "waits_since")?,
                unknown: row.get("unknown")?,
                ongoing_id: None,
                partner: None,
                published_at: None,
            })
        })?;
    let of_arrival = connection
        .prepare_cached(
            "SELECT partner, published_at FROM arrival WHERE id = (SELECT arrival_id FROM call WHERE id = ?1)",
        )?
        .query_row([id], |row| Ok((row.get("partner")?, maybe_time(row, "published_at")?)))
        .optional()?;
    (due.partner, due.published_at) = of_arrival.unwrap_or_default();
    due.call.needs = connection
        .prepare_cached("SELECT kind, number FROM need WHERE call_id = ?1 ORDER BY kind, number")?
        .query_map([id], |row| {
            Ok(Need { kind: named(row, "kind", Kind::named)?, number: row.get("number")? })
        })?
        .collect::<Result<_, _>>()?;
    due.ongoing_id = connection
        .prepare_cached(
            "SELECT k.ongoing_id FROM call c JOIN known k ON k.lane_id = c.lane_id AND k.kind = c.kind \
             AND k.number = c.number WHERE c.id = ?1",
        )?
        .query_row([id], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(due)
}

/// Until when the lane rests, or rested last, in milliseconds.
pub(super) fn last_rest(connection: &Connection, lane: i64) -> Verb<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT resting_until FROM lane WHERE id = ?1")?
        .query_row([lane], |row| row.get(0))?)
}

/// Until when the lane rests, in milliseconds, if it does.
pub(super) fn resting_until(connection: &Connection, lane: i64, now: DateTime<Utc>) -> Verb<Option<i64>> {
    let until = last_rest(connection, lane)?;
    Ok(until.filter(|until| (ms(now) + 1..=ms(now + LONGEST_WAIT)).contains(until)))
}

/// One call of an arrival has ended: the arrival is done with its last.
pub(super) fn one_call_ended(
    connection: &Connection,
    arrival: Option<ArrivalId>,
    now: DateTime<Utc>,
) -> Verb<()> {
    let Some(arrival) = arrival else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE arrival SET open_calls = open_calls - 1, version = version + 1, \
             state = CASE WHEN open_calls = 1 AND state = 'published' THEN 'done' ELSE state END, \
             done_at = CASE WHEN open_calls = 1 AND state = 'published' THEN ?2 ELSE done_at END WHERE id = ?1",
        )?
        .execute([arrival, ms(now)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::schema::open_to_write;

    #[test]
    fn the_longest_wait_is_the_one_that_the_query_knows() {
        assert_eq!(LONGEST_WAIT.num_milliseconds(), 90_000_000);
    }

    #[test]
    fn whose_turn_it_is_is_found_by_index_alone() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open_to_write(&folder.path().join("ledger.sqlite")).unwrap();
        for sql in [READY_OF_ARRIVAL, READY_MARK] {
            let plan: Vec<String> = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap()
                .query_map(params![0, 0, 0, ""], |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert!(
                !plan.iter().any(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE")),
                "{plan:#?}"
            );
            assert!(plan.iter().any(|step| step.contains("priority=?")), "{plan:#?}");
            assert!(plan.iter().filter(|step| step.contains("number=?")).count() == 2, "{plan:#?}");
            assert!(plan.iter().any(|step| step.contains("number=? AND id<?")), "{plan:#?}");
        }
    }
}
