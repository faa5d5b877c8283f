//! Ongoing's limits, kept from our side: a breaker for each method of an installation, over all its lanes.
//!
//! Ongoing limits some methods by failed calls in a row (`ongoing-rest-api.md`, section 6); its figures are not
//! known, so refusals count as failures here, and a method that failed too often rests before Ongoing bars it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// The method of `PUT /articles`.
pub const PUT_ARTICLES: &str = "PUT /articles";
/// The method of `PUT /orders`.
pub const PUT_ORDERS: &str = "PUT /orders";
/// The method of a mark on an order line.
pub const PATCH_REPORTED: &str = "PATCH /orders/{orderId}/lines/{orderLineId}/reportedNumberOfItems";
/// The method that reads articles.
pub const GET_ARTICLES: &str = "GET /articles";
/// The method that reads orders.
pub const GET_ORDERS: &str = "GET /orders";
/// The method that reads one order.
pub const GET_ORDER: &str = "GET /orders/{orderId}";
/// The method that the probe uses.
pub const GET_ORDER_STATUSES: &str = "GET /orders/statuses";

/// The shortest and the longest wait between two tries.
const FIRST_DELAY: Duration = Duration::from_secs(5);
const LONGEST_DELAY: Duration = Duration::from_secs(600);

/// What stands for all methods at once where nobody is reached.
const EVERY_METHOD: &str = "every method";

/// A server that is not reached is knocked at this often at least, so that an outage ends soon after it is over.
const LONGEST_UNREACHED: TimeDelta = TimeDelta::minutes(1);
/// While one request tries for all, the others look again after this time; a success wakes them before.
const OTHERS_WAIT: TimeDelta = TimeDelta::seconds(5);

/// How long to wait after so many tries in vain: 5 s, doubled with each try up to 10 min, of which up to a quarter
/// is taken off as the seed says, so that many calls do not come back at one instant. The same seed and number of
/// tries give the same delay.
pub fn retry_delay(tries: u32, seed: u64) -> Duration {
    let doubled =
        FIRST_DELAY.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1).min(16)).unwrap_or(u32::MAX));
    let whole = doubled.min(LONGEST_DELAY);
    // splitmix64: spreads neighbouring seeds evenly.
    let mut mixed = seed.wrapping_add(u64::from(tries)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let thousandths = u32::try_from(mixed % 251).unwrap_or(0);
    whole - whole * thousandths / 1000
}

/// What a breaker does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Requests may go.
    Closed,
    /// Nothing goes before this time.
    Open(DateTime<Utc>),
    /// One request may go, to try.
    HalfOpen,
}

/// The state of one method, for the operator's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodState {
    /// Verb and route.
    pub method: String,
    /// How many calls failed or were refused in a row, within the window.
    pub failures: u32,
    /// What its breaker does now.
    pub breaker: Breaker,
    /// Since when it has not been answered as a server that is well answers; refusals are answers.
    pub failing_since: Option<DateTime<Utc>>,
}

/// The breakers of one installation. A clone is another handle on the same ones.
#[derive(Clone, Debug)]
pub struct Limits {
    most: usize,
    window: TimeDelta,
    methods: Arc<Mutex<BTreeMap<String, Method>>>,
    /// When a method went well last, in this run.
    went_well: Arc<Mutex<BTreeMap<&'static str, DateTime<Utc>>>>,
    recovered: Arc<Notify>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Method {
    /// When calls failed, the last ones in a row, within the window.
    failures: Vec<DateTime<Utc>>,
    /// The breaker was opened, and rests until then.
    open_until: Option<DateTime<Utc>>,
    /// Ongoing asked for a pause until then, or was not reached.
    paused_until: Option<DateTime<Utc>>,
    /// How many answers in a row were "too many calls".
    too_many: u32,
    /// How many requests in a row found no connection.
    unreached: u32,
    /// Since when it has not been answered as a server that is well answers.
    failing_since: Option<DateTime<Utc>>,
    /// The one request that tries a half-open breaker is on its way.
    #[serde(skip)]
    trying: bool,
}

/// A request on its way. Dropped without an outcome, it counts as nothing and lets the next one try.
#[derive(Debug)]
pub struct Pass {
    limits: Limits,
    method: &'static str,
    /// For what it is the one request that tries.
    tries: Vec<&'static str>,
}

impl Limits {
    /// Breakers that open after `failures` calls that failed in a row within `window`, and rest as long.
    pub fn new(failures: u32, window: Duration) -> Limits {
        Limits {
            most: usize::try_from(failures.max(1)).unwrap_or(usize::MAX),
            window: TimeDelta::from_std(window).unwrap_or(TimeDelta::days(1)),
            methods: Arc::default(),
            went_well: Arc::default(),
            recovered: Arc::default(),
        }
    }

    /// What was kept, to look at: breakers and outages, with the window of a default installation.
    pub fn of_kept(kept: &str) -> Limits {
        let limits = Limits::new(1, Duration::from_secs(600));
        limits.restore(kept);
        limits
    }

    /// Rings for whoever waits when a method that was in trouble goes well again.
    pub fn recovered(&self) -> Arc<Notify> {
        self.recovered.clone()
    }

    /// Whether a method went well since, in this run: then it is not the method that fails.
    pub fn went_well_since(&self, method: &str, since: DateTime<Utc>) -> bool {
        let went_well = self.went_well.lock().unwrap_or_else(PoisonError::into_inner);
        went_well.get(method).is_some_and(|at| *at >= since)
    }

    /// Whether a request of this method may be sent now.
    ///
    /// # Errors
    /// The time before which it may not.
    pub fn may_send(&self, method: &str, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        may_send(&self.methods(), method, now)
    }

    /// Every method that was used or preloaded.
    pub fn states(&self, now: DateTime<Utc>) -> Vec<MethodState> {
        let methods = self.methods();
        methods.iter().map(|(method, state)| state.seen(method, now, self.window)).collect()
    }

    /// What must outlive this process, as text for [`Limits::restore`]; the same text as long as nothing failed since.
    pub fn keep(&self) -> String {
        let methods = self.methods();
        let kept: BTreeMap<&String, &Method> =
            methods.iter().filter(|(_, method)| **method != Method::default()).collect();
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// Takes in what an earlier process kept: what failed just before a new start counts at Ongoing all the same.
    /// What cannot be read is left; these are the limits' memory, no promise.
    pub fn restore(&self, kept: &str) {
        if let Ok(methods) = serde_json::from_str(kept) {
            *self.methods() = methods;
        }
    }

    /// Begins a request.
    pub(super) fn begin(&self, method: &'static str, now: DateTime<Utc>) -> Result<Pass, DateTime<Utc>> {
        let mut methods = self.methods();
        may_send(&methods, method, now)?;
        // In an outage one request tries for all, whether a breaker was opened or nobody was reached.
        let mut tries = Vec::new();
        if let Some(state) = methods.get_mut(EVERY_METHOD).filter(|state| state.unreached > 0) {
            state.trying = true;
            tries.push(EVERY_METHOD);
        }
        let state = methods.entry(method.to_owned()).or_default();
        if state.open_until.is_some() {
            state.trying = true;
            tries.push(method);
        }
        drop(methods);
        Ok(Pass { limits: self.clone(), method, tries })
    }

    fn succeeded(&self, method: &'static str, at: DateTime<Utc>) {
        self.reached();
        let before = self.methods().insert(method.to_owned(), Method::default());
        self.went_well.lock().unwrap_or_else(PoisonError::into_inner).insert(method, at);
        if before.is_some_and(|before| before.open_until.is_some() || before.paused_until.is_some()) {
            self.recovered.notify_waiters();
        }
    }

    /// Somebody was reached, whatever the answer.
    fn reached(&self) {
        if self.methods().remove(EVERY_METHOD).is_some() {
            self.recovered.notify_waiters();
        }
    }

    /// `answers`: it was an answer of a server that is well, if no good one.
    fn failed(&self, method: &str, at: DateTime<Utc>, answers: bool) {
        self.reached();
        let mut methods = self.methods();
        let state = methods.entry(method.to_owned()).or_default();
        let window = self.window;
        state.failures.retain(|failure| *failure + window > at);
        state.failures.push(at);
        state.failing_since = if answers { None } else { state.failing_since.or(Some(at)) };
        if state.failures.len() >= self.most || state.open_until.is_some() {
            state.open_until = Some(at + window);
            // More would tell nothing new; so it stays small however long an outage lasts.
            let surplus = state.failures.len().saturating_sub(self.most);
            state.failures.drain(..surplus);
        }
        state.trying = false;
    }

    /// A poisoned lock holds whole values all the same: each change is one assignment.
    fn methods(&self) -> MutexGuard<'_, BTreeMap<String, Method>> {
        self.methods.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether neither a method nor all of them at once must rest.
fn may_send(
    methods: &BTreeMap<String, Method>,
    method: &str,
    now: DateTime<Utc>,
) -> Result<(), DateTime<Utc>> {
    [EVERY_METHOD, method].iter().try_for_each(|name| match methods.get(*name) {
        Some(state) => state.may_send(now),
        None => Ok(()),
    })
}

impl Method {
    fn may_send(&self, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        let until = self.open_until.max(self.paused_until).filter(|until| *until > now);
        match until {
            Some(until) => Err(until),
            None if self.trying => Err(now + OTHERS_WAIT),
            None => Ok(()),
        }
    }

    fn seen(&self, method: &str, now: DateTime<Utc>, window: TimeDelta) -> MethodState {
        let failures = self.failures.iter().filter(|failure| **failure + window > now).count();
        let breaker = match (self.may_send(now), self.open_until) {
            (Err(until), _) if !self.trying => Breaker::Open(until),
            (_, Some(_)) => Breaker::HalfOpen,
            (_, None) => Breaker::Closed,
        };
        MethodState {
            method: method.to_owned(),
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            breaker,
            failing_since: self.failing_since,
        }
    }
}

impl Pass {
    /// It went well: the breaker closes.
    pub(super) fn succeeded(self, at: DateTime<Utc>) {
        self.limits.succeeded(self.method, at);
    }

    /// It was refused: that counts at Ongoing, but it is an answer.
    pub(super) fn refused(self, at: DateTime<Utc>) {
        self.limits.failed(self.method, at, true);
    }

    /// It failed, or was not answered. `asked`: until when the server asked for a pause.
    pub(super) fn failed(self, at: DateTime<Utc>, asked: Option<DateTime<Utc>>) {
        if asked.is_some() {
            self.limits.methods().entry(self.method.to_owned()).or_default().paused_until = asked;
        }
        self.limits.failed(self.method, at, false);
    }

    /// Nobody was reached, which Ongoing cannot count. Says when the next try may be: a growing while, at most
    /// [`LONGEST_UNREACHED`].
    pub(super) fn not_reached(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let mut methods = self.limits.methods();
        let state = methods.entry(EVERY_METHOD.to_owned()).or_default();
        state.unreached = state.unreached.saturating_add(1);
        state.failing_since = state.failing_since.or(Some(at));
        let until = at + grown(state.unreached, at).min(LONGEST_UNREACHED);
        state.paused_until = Some(until);
        drop(methods);
        until
    }

    /// Ongoing says that there were too many calls. Says until when nothing is sent: as it asks, or a growing while.
    pub(super) fn too_many(self, at: DateTime<Utc>, asked: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let until = {
            let mut methods = self.limits.methods();
            let state = methods.entry(self.method.to_owned()).or_default();
            state.too_many = state.too_many.saturating_add(1);
            let until = asked.unwrap_or_else(|| at + grown(state.too_many, at));
            state.paused_until = Some(until);
            until
        };
        self.limits.failed(self.method, at, true);
        until
    }
}

/// A pause that grows with how often it was in vain in a row.
fn grown(times: u32, at: DateTime<Utc>) -> TimeDelta {
    let seed = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    TimeDelta::from_std(retry_delay(times, seed)).unwrap_or(TimeDelta::minutes(10))
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut methods = self.limits.methods();
        for name in &self.tries {
            if let Some(state) = methods.get_mut(*name) {
                state.trying = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_774_000_000 + seconds, 0).unwrap()
    }

    fn limits() -> Limits {
        Limits::new(2, Duration::from_secs(600))
    }

    #[test]
    fn two_failures_in_a_row_open_only_their_own_method() {
        let limits = limits();
        limits.begin(PUT_ORDERS, at(0)).unwrap().failed(at(0), None);
        assert_eq!(limits.may_send(PUT_ORDERS, at(1)), Ok(()));
        limits.begin(PUT_ORDERS, at(10)).unwrap().failed(at(10), None);
        assert_eq!(limits.may_send(PUT_ORDERS, at(11)), Err(at(610)));
        assert_eq!(limits.may_send(PUT_ARTICLES, at(11)), Ok(()));
        assert_eq!(limits.states(at(11))[0].breaker, Breaker::Open(at(610)));
        assert_eq!(limits.states(at(11))[0].failures, 2);
    }

    #[test]
    fn a_success_between_or_a_window_between_keeps_it_closed() {
        let limits = limits();
        limits.begin(PUT_ORDERS, at(0)).unwrap().failed(at(0), None);
        limits.begin(PUT_ORDERS, at(1)).unwrap().succeeded(at(0));
        limits.begin(PUT_ORDERS, at(2)).unwrap().failed(at(2), None);
        limits.begin(PUT_ORDERS, at(602)).unwrap().failed(at(602), None);
        assert_eq!(limits.may_send(PUT_ORDERS, at(603)), Ok(()));
    }

    #[test]
    fn half_open_lets_one_through_and_its_outcome_decides() {
        let limits = limits();
        limits.failed(PUT_ORDERS, at(0), false);
        limits.failed(PUT_ORDERS, at(0), false);
        assert!(limits.begin(PUT_ORDERS, at(599)).is_err());
        assert_eq!(limits.states(at(600))[0].breaker, Breaker::HalfOpen);
        let first = limits.begin(PUT_ORDERS, at(600)).unwrap();
        assert!(limits.begin(PUT_ORDERS, at(600)).is_err());
        first.failed(at(601), None);
        assert_eq!(limits.may_send(PUT_ORDERS, at(602)), Err(at(1201)));
        let second = limits.begin(PUT_ORDERS, at(1201)).unwrap();
        second.succeeded(at(0));
        assert_eq!(limits.states(at(1202))[0].breaker, Breaker::Closed);
        limits.begin(PUT_ORDERS, at(1202)).unwrap().failed(at(1202), None);
        assert_eq!(limits.may_send(PUT_ORDERS, at(1203)), Ok(()));
    }

    #[test]
    fn a_trial_that_is_given_up_lets_the_next_one_try() {
        let limits = limits();
        limits.failed(PUT_ORDERS, at(0), false);
        limits.failed(PUT_ORDERS, at(0), false);
        drop(limits.begin(PUT_ORDERS, at(600)).unwrap());
        assert!(limits.begin(PUT_ORDERS, at(600)).is_ok());
    }

    #[test]
    fn a_new_start_goes_on_where_the_last_one_was() {
        let (before, after) = (limits(), limits());
        assert_eq!(before.keep(), "{}");
        before.begin(PUT_ARTICLES, at(0)).unwrap().failed(at(0), None);
        before.failed(PUT_ORDERS, at(0), false);
        before.failed(PUT_ORDERS, at(1), false);
        before.begin(GET_ORDERS, at(1)).unwrap().too_many(at(1), Some(at(900)));
        before.begin(GET_ORDER, at(1)).unwrap().succeeded(at(0));
        after.restore(&before.keep());
        assert_eq!(after.keep(), before.keep());
        assert_eq!(after.may_send(PUT_ORDERS, at(2)), Err(at(601)));
        assert_eq!(after.may_send(GET_ORDERS, at(2)), Err(at(900)));
        after.begin(PUT_ARTICLES, at(2)).unwrap().failed(at(2), None);
        assert_eq!(after.may_send(PUT_ARTICLES, at(3)), Err(at(602)), "the second in a row");
        after.restore("no such thing");
        assert_eq!(after.may_send(PUT_ORDERS, at(2)), Err(at(601)));
    }

    #[test]
    fn too_many_calls_pause_as_asked_or_longer_each_time() {
        let limits = Limits::new(50, Duration::from_secs(600));
        assert_eq!(limits.begin(PUT_ORDERS, at(0)).unwrap().too_many(at(0), Some(at(30))), at(30));
        assert_eq!(limits.may_send(PUT_ORDERS, at(29)), Err(at(30)));
        let second = limits.begin(PUT_ORDERS, at(30)).unwrap().too_many(at(30), None) - at(30);
        let third = limits.begin(PUT_ORDERS, at(60)).unwrap().too_many(at(60), None) - at(60);
        assert!(
            second > TimeDelta::seconds(7)
                && third > TimeDelta::seconds(14)
                && third <= TimeDelta::seconds(20)
        );
    }

    #[test]
    fn delays_grow_to_ten_minutes_and_hang_on_the_seed_alone() {
        for seed in 0..200 {
            let mut least = Duration::ZERO;
            for tries in 1..=40 {
                let delay = retry_delay(tries, seed);
                assert_eq!(delay, retry_delay(tries, seed));
                assert!(delay <= LONGEST_DELAY && delay >= least, "{tries}: {delay:?}");
                least = if tries < 7 { delay } else { LONGEST_DELAY * 3 / 4 - Duration::from_secs(130) };
            }
        }
        assert!(retry_delay(1, 1) >= Duration::from_millis(3750));
        assert_ne!(retry_delay(3, 1), retry_delay(3, 2));
    }

    #[test]
    fn in_an_outage_one_request_tries_for_all_and_who_began_before_does_not_end_its_turn() {
        let limits = limits();
        let early = limits.begin(GET_ORDERS, at(0)).unwrap();
        let until = limits.begin(PUT_ORDERS, at(0)).unwrap().not_reached(at(0));
        assert_eq!(limits.may_send(PUT_ARTICLES, at(0)), Err(until), "nobody else need find out");
        let trying = limits.begin(PUT_ARTICLES, until).unwrap();
        drop(early);
        assert!(limits.begin(PUT_ORDERS, until).is_err(), "one at a time");
        trying.refused(until);
        assert_eq!(limits.may_send(PUT_ORDERS, until), Ok(()), "somebody was reached");
    }
}
