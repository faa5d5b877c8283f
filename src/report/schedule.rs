//! When an outbox tells: every so often, or at set local times.
//!
//! A slot is a ledger row keyed by local date and time. DST gap: the first instant after; fold: the first
//! occurrence, once; a missed slot runs once at start; a clock stepped back repeats none (design, section 7).

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

/// When an outbox tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// This long after it last did.
    Every(Duration),
    /// At these local times, in the partner's time zone.
    At(Vec<NaiveTime>),
}

impl Schedule {
    /// The slot that is due now and has not run, given the slot that ran last.
    /// Slots are named by local date and time (`At`) or by the instant (`Every`); names sort by time.
    pub fn due(&self, now: DateTime<Utc>, zone: chrono_tz::Tz, last: Option<&str>) -> Option<String> {
        match self {
            Schedule::Every(every) => {
                let every = TimeDelta::from_std(*every).ok()?;
                let ran = last.and_then(|last| last.parse::<DateTime<Utc>>().ok());
                // A clock stepped back must not silence an outbox for ever: a last run in the future counts as none.
                let due = ran.is_none_or(|ran| now - ran >= every || ran > now + every);
                due.then(|| now.to_rfc3339())
            }
            Schedule::At(times) => {
                let today = now.with_timezone(&zone).date_naive();
                let slot = [today.pred_opt()?, today]
                    .into_iter()
                    .flat_map(|day| times.iter().map(move |time| day.and_time(*time)))
                    .filter(|local| instant(*local, zone).is_some_and(|at| at <= now))
                    .max()?;
                let name = slot.format("%Y-%m-%dT%H:%M").to_string();
                last.is_none_or(|last| *last < *name).then_some(name)
            }
        }
    }

    /// When the next slot is due, given the slot that ran last: in the past, if one is due already. `None` if it cannot be
    /// said.
    pub fn next(&self, now: DateTime<Utc>, zone: chrono_tz::Tz, last: Option<&str>) -> Option<DateTime<Utc>> {
        if self.due(now, zone, last).is_some() {
            return Some(now);
        }
        match self {
            Schedule::Every(every) => {
                let ran = last?.parse::<DateTime<Utc>>().ok()?;
                ran.checked_add_signed(TimeDelta::from_std(*every).ok()?)
            }
            Schedule::At(times) => {
                let today = now.with_timezone(&zone).date_naive();
                [today, today.succ_opt()?]
                    .into_iter()
                    .flat_map(|day| times.iter().filter_map(move |time| instant(day.and_time(*time), zone)))
                    .filter(|at| *at > now)
                    .min()
            }
        }
    }
}

/// The instant of a local time: in a gap the first instant after it, in a fold the first occurrence.
pub fn instant(local: NaiveDateTime, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
        // Gaps are at most a few hours and begin and end on a minute.
        chrono::LocalResult::None => (1..=240)
            .filter_map(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)))
            .find_map(|later| zone.from_local_datetime(&later).earliest())
            .map(|at| at.to_utc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOCKHOLM: chrono_tz::Tz = chrono_tz::Europe::Stockholm;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_runs_at_once_and_then_after_its_time() {
        let every = Schedule::Every(Duration::from_secs(300));
        let first = every.due(at("2026-11-25T10:00:00Z"), STOCKHOLM, None).unwrap();
        assert_eq!(every.due(at("2026-11-25T10:04:59Z"), STOCKHOLM, Some(&first)), None);
        assert!(every.due(at("2026-11-25T10:05:00Z"), STOCKHOLM, Some(&first)).is_some());
    }

    #[test]
    fn a_slot_in_the_gap_runs_at_the_first_instant_after_and_one_in_the_fold_once() {
        let slots = Schedule::At(vec![NaiveTime::from_hms_opt(2, 30, 0).unwrap()]);
        // 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC.
        let last = Some("2026-03-28T02:30");
        assert_eq!(slots.due(at("2026-03-29T00:59:00Z"), STOCKHOLM, last), None);
        assert_eq!(
            slots.due(at("2026-03-29T01:00:00Z"), STOCKHOLM, last).as_deref(),
            Some("2026-03-29T02:30")
        );
        // 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC; 02:30 happens at 00:30 and 01:30 UTC.
        let last = Some("2026-10-24T02:30");
        let ran = slots.due(at("2026-10-25T00:30:00Z"), STOCKHOLM, last).unwrap();
        assert_eq!(ran, "2026-10-25T02:30");
        assert_eq!(slots.due(at("2026-10-25T01:30:00Z"), STOCKHOLM, Some(&ran)), None);
    }

    #[test]
    fn the_next_slot_is_known() {
        let now = at("2026-10-24T23:00:00Z");
        let every = Schedule::Every(Duration::from_secs(300));
        assert_eq!(every.next(now, STOCKHOLM, None), Some(now), "it is due");
        let last = Some("2026-10-24T22:59:00+00:00");
        assert_eq!(every.next(now, STOCKHOLM, last), Some(at("2026-10-24T23:04:00Z")));
        let times = [(2, 30), (6, 0)].map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
        let slots = Schedule::At(times.into());
        // 01:00 in summer time; in the night the clock is set back from 03:00 to 02:00.
        let next = |now, last| slots.next(at(now), STOCKHOLM, Some(last)).unwrap();
        assert_eq!(next("2026-10-24T23:00:00Z", "2026-10-24T06:00"), at("2026-10-25T00:30:00Z"));
        assert_eq!(next("2026-10-25T00:31:00Z", "2026-10-25T02:30"), at("2026-10-25T05:00:00Z"));
        assert_eq!(next("2026-10-25T06:00:00Z", "2026-10-25T06:00"), at("2026-10-26T01:30:00Z"));
        assert_eq!(next("2026-10-25T06:00:00Z", "2026-10-25T02:30"), at("2026-10-25T06:00:00Z"), "missed");
    }

    #[test]
    fn a_missed_slot_runs_once_and_a_clock_stepped_back_repeats_none() {
        let slots = Schedule::At(vec![
            NaiveTime::from_hms_opt(6, 0, 0).unwrap(),
            NaiveTime::from_hms_opt(18, 0, 0).unwrap(),
        ]);
        let ran = slots.due(at("2026-11-25T20:00:00Z"), STOCKHOLM, Some("2026-11-23T18:00")).unwrap();
        assert_eq!(ran, "2026-11-25T18:00");
        assert_eq!(slots.due(at("2026-11-25T06:00:00Z"), STOCKHOLM, Some(&ran)), None);
    }
}
