//! Outages, as people are told of them: one line when a method begins to fail, one as an error when that lasts, one when it
//! is over; and the halts that end by themselves once a probe goes well.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::CallState;
use crate::fault::Fault;
use crate::ongoing::{Breaker, MethodState, Ongoing};
use crate::send::{LIFTED_BY_PROBE, installation_scope};

use super::Gateway;

/// The first and the longest pause between two probes of a halted installation.
const FIRST_PROBE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PROBE: TimeDelta = TimeDelta::minutes(10);

/// What was told of the outages, and when halted installations are probed next.
#[derive(Debug, Default)]
pub(super) struct Outages {
    told: Mutex<BTreeMap<(String, String), Told>>,
    probes: Mutex<BTreeMap<String, Probe>>,
}

#[derive(Clone, Copy, Debug)]
struct Told {
    since: DateTime<Utc>,
    as_error: bool,
}

#[derive(Clone, Copy, Debug)]
struct Probe {
    next: DateTime<Utc>,
    pause: TimeDelta,
}

/// A change of an outage that is worth a line.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Began,
    Lasts,
    Over,
}

impl Outages {
    /// What is new of a method.
    fn news(
        &self,
        installation: &str,
        state: &MethodState,
        now: DateTime<Utc>,
        alarm: Duration,
    ) -> Option<(News, DateTime<Utc>)> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (installation.to_owned(), state.method.clone());
        let rests = state.breaker != Breaker::Closed;
        // Refusals in a row, and too many calls, are answers; the method rests all the same.
        let trouble = state.failing_since.or(rests.then_some(now));
        match (trouble, told.get_mut(&key)) {
            (Some(since), None) if rests => {
                told.insert(key, Told { since, as_error: false });
                Some((News::Began, since))
            }
            (Some(_), Some(told))
                if !told.as_error && (now - told.since).to_std().is_ok_and(|it| it >= alarm) =>
            {
                told.as_error = true;
                Some((News::Lasts, told.since))
            }
            (None, Some(_)) => told.remove(&key).map(|told| (News::Over, told.since)),
            _ => None,
        }
    }

    /// Whether a halted installation is probed now.
    fn is_due(&self, installation: &str, now: DateTime<Utc>) -> bool {
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        let first = Probe { next: now + FIRST_PROBE, pause: FIRST_PROBE };
        let probe = probes.entry(installation.to_owned()).or_insert(first);
        // A time further off than the longest pause was set before the clock was set back.
        if probe.next > now && probe.next <= now + LONGEST_PROBE {
            return false;
        }
        probe.pause = (probe.pause * 2).min(LONGEST_PROBE);
        probe.next = now + probe.pause;
        true
    }

    /// It is not halted. Only one that stays so for a whole pause begins anew with short ones.
    fn goes_on(&self, installation: &str, now: DateTime<Utc>) {
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        if probes.get(installation).is_some_and(|probe| probe.next <= now) {
            probes.remove(installation);
        }
    }
}

impl Gateway {
    /// Tells in the log what is new of an installation's outages, each once.
    pub(super) async fn tell_outages(&self, installation: &str, ongoing: &Ongoing) -> Result<(), Fault> {
        let now = self.clock.now();
        for state in ongoing.limits().states(now) {
            let Some((news, since)) = self.outages.news(installation, &state, now, ongoing.outage_alarm())
            else {
                continue;
            };
            let (method, waiting) = (&state.method, self.waiting(installation).await?);
            match news {
                News::Began => tracing::warn!(
                    installation, method, %since, waiting,
                    "the method rests after errors, refusals in a row or too many calls; what waits is kept and sent by itself"
                ),
                News::Lasts => tracing::error!(
                    installation, method, %since, waiting,
                    "the method has not gone well for long; nothing is lost, but somebody should ask at Ongoing"
                ),
                News::Over => {
                    tracing::info!(installation, method, %since, waiting, "the method goes well again")
                }
            }
        }
        Ok(())
    }

    async fn waiting(&self, installation: &str) -> Result<u64, Fault> {
        let overview = self.ledger.overview().await?;
        let lanes = overview.lanes.iter().filter(|lane| lane.lane.installation == installation);
        let pending = lanes.flat_map(|lane| &lane.calls).filter(|(state, _)| *state == CallState::Pending);
        Ok(pending.map(|(_, count)| count).sum())
    }

    /// Lifts the halt of an installation once a cheap read goes well, where nobody need change anything for that.
    pub(super) async fn resume_if_it_can(&self, installation: &str, ongoing: &Ongoing) -> Result<(), Fault> {
        let scope = installation_scope(installation);
        let halts = self.ledger.halts().await?;
        let halted = halts.iter().any(|halt| halt.scope == scope && halt.cause == LIFTED_BY_PROBE);
        if !halted {
            self.outages.goes_on(installation, self.clock.now());
            return Ok(());
        }
        if self.outages.is_due(installation, self.clock.now()) && ongoing.probe(&mut Vec::new()).await.is_ok()
        {
            self.ledger.lift(&scope).await?;
            tracing::info!(installation, "Ongoing answers again; the installation goes on");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_774_000_000 + 60 * minutes, 0).unwrap()
    }

    fn state(failing_since: Option<DateTime<Utc>>, breaker: Breaker) -> MethodState {
        MethodState { method: "PUT /orders".into(), failures: 4, breaker, failing_since }
    }

    #[test]
    fn an_outage_is_told_three_times_however_often_it_is_looked_at() {
        let (outages, alarm) = (Outages::default(), Duration::from_secs(15 * 60));
        let news = |state: &MethodState, now| outages.news("n", state, now, alarm).map(|(news, _)| news);
        let fails = state(Some(at(0)), Breaker::Open(at(10)));
        assert_eq!(news(&state(Some(at(0)), Breaker::Closed), at(0)), None, "one failure is none");
        assert_eq!(news(&fails, at(1)), Some(News::Began));
        assert_eq!(news(&fails, at(2)), None);
        assert_eq!(news(&fails, at(15)), Some(News::Lasts));
        assert_eq!(news(&fails, at(16)), None);
        assert_eq!(news(&state(None, Breaker::Closed), at(20)), Some(News::Over));
        assert_eq!(news(&state(None, Breaker::Closed), at(21)), None);
        // Refusals in a row make a method rest too.
        assert_eq!(news(&state(None, Breaker::Open(at(40))), at(30)), Some(News::Began));
        assert_eq!(news(&state(None, Breaker::Closed), at(41)), Some(News::Over));
    }

    #[test]
    fn probes_come_ever_more_seldom_and_a_clock_that_was_set_back_stops_none() {
        let outages = Outages::default();
        let due: Vec<i64> = (0..40).filter(|minute| outages.is_due("n", at(*minute))).collect();
        assert_eq!(due, [1, 2, 4, 8, 16, 26, 36]);
        assert!(outages.is_due("n", at(-100)));
        // It went on and was halted again at once: the pause stays long.
        outages.goes_on("n", at(-95));
        assert!(!outages.is_due("n", at(-94)));
        outages.goes_on("n", at(-80));
        assert!(!outages.is_due("n", at(-79)) && outages.is_due("n", at(-78)));
    }
}
