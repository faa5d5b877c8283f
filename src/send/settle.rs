//! What follows from an attempt: the one place where it is decided, by whose turn is next.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Attempt, LIFTED_BY_PROBE, READ_BACKS_AFTER_REFUSAL_MAX, Send, TRIES_OF_A_FAILING_CALL_MAX,
    installation_scope, lane_scope,
};
use crate::call::Kind;
use crate::fault::{Fault, Turn, code};
use crate::ledger::{CallId, DueCall, Settlement};
use crate::ongoing::{Reach, Unavailable, method_of, retry_delay};

/// How long a call waits for what it is about to be seen at Ongoing: a return for its order, a file for what it belongs to.
const WAITS_FOR_ITS_OBJECT: TimeDelta = TimeDelta::hours(1);

/// So often at least it is looked for.
const TRIES_FOR_ITS_OBJECT_MIN: u32 = 5;

/// How often articles that a call waits for are looked for.
const LOOKS_FOR_ARTICLES: TimeDelta = TimeDelta::minutes(1);

/// What follows from an attempt.
#[derive(Debug)]
pub(super) struct Decision {
    pub settlement: Settlement,
    /// The lane rests until then: a request was not answered, and may still be worked on.
    pub rest_until: Option<DateTime<Utc>>,
    /// What halts until it is lifted: scope, reason, cause.
    pub halt: Option<(String, Fault, String)>,
}

pub(super) fn decide(send: &Send, due: &DueCall, attempt: Attempt) -> Decision {
    let now = send.clock.now();
    // The attempt that just ended counts: `due` was read before it began.
    let tries = due.tries.saturating_add(1);
    let later = now + delay(due.id, tries);
    let plain = |settlement| Decision { settlement, rest_until: None, halt: None };
    match attempt {
        Attempt::Accepted { ongoing_id, message } => plain(Settlement::Accepted { ongoing_id, message }),
        Attempt::Refused(fault) => plain(Settlement::Refused(fault)),
        // A refusal of a repeat is never final before what the first attempt did was looked for long enough.
        Attempt::RepeatRefused(fault) if tries >= READ_BACKS_AFTER_REFUSAL_MAX => {
            plain(Settlement::Refused(fault))
        }
        Attempt::RepeatRefused(fault) => {
            plain(Settlement::Later { due: later, fault, unknown: true, counts: true })
        }
        Attempt::Unavailable(Unavailable { fault, not_before, reach }) => {
            let halt = halt(send, due, reach, &fault);
            // Nothing is sent while it is halted; once it goes on, so does this call, at once.
            let due_at = if halt.is_some() { now } else { not_before.unwrap_or(later) };
            let waits = Settlement::Later { due: due_at, fault, unknown: due.unknown, counts: false };
            // Its breaker keeps others of its method back; the rest of the lane goes on.
            Decision { settlement: not_for_ever(send, due, now, waits), rest_until: None, halt }
        }
        Attempt::Forbidden(fault) => plain(Settlement::Held(fault)),
        // Ongoing shows what it accepted late; what it never had, nobody waits for but a file that came before its order.
        Attempt::NotThere { fault, seen } => {
            let waits = if seen || due.call.key.kind == Kind::Attachment {
                WAITS_FOR_ITS_OBJECT
            } else {
                TimeDelta::zero()
            };
            let until = due.waits_since.unwrap_or(now) + waits;
            let unknown = due.unknown;
            // A clock that jumped must not end the wait by itself.
            plain(match now < until || tries < TRIES_FOR_ITS_OBJECT_MIN && waits > TimeDelta::zero() {
                true => {
                    Settlement::Later { due: later, fault: fault.turn(Turn::Wait), unknown, counts: true }
                }
                false if seen => Settlement::Held(fault.turn(Turn::Operator)),
                false => Settlement::Refused(fault),
            })
        }
        Attempt::Waits { fault, until } => {
            let look_again = (now + LOOKS_FOR_ARTICLES).min(until);
            plain(Settlement::Later { due: look_again, fault, unknown: due.unknown, counts: false })
        }
        Attempt::Unknown { fault, reads_succeed, .. } if reads_succeed && is_the_call(send, due, tries) => {
            plain(Settlement::Held(
                Fault::new(code::CALL_KEEPS_FAILING)
                    .with("tries", tries)
                    .with("reason", fault.what(crate::fault::Language::English)),
            ))
        }
        Attempt::Unknown { fault, silent, .. } => {
            let rest = silent
                .then(|| now + TimeDelta::from_std(send.ongoing.rest_after_silence()).unwrap_or_default());
            let due_at = rest.unwrap_or(later);
            let waits = Settlement::Later { due: due_at, fault, unknown: true, counts: true };
            Decision { settlement: not_for_ever(send, due, now, waits), rest_until: rest, halt: None }
        }
    }
}

/// Whether it is this call that fails, and not its method: others of it went well meanwhile. A call with no others beside it
/// is believed after twice as many tries.
fn is_the_call(send: &Send, due: &DueCall, tries: u32) -> bool {
    let since = due.waits_since.unwrap_or_else(|| send.clock.now());
    let others_go_well = send.ongoing.limits().went_well_since(method_of(&due.call), since);
    tries >= TRIES_OF_A_FAILING_CALL_MAX && others_go_well || tries >= 2 * TRIES_OF_A_FAILING_CALL_MAX
}

/// What is tried for longer than it may wait is the operator's turn; the lane goes on.
fn not_for_ever(send: &Send, due: &DueCall, now: DateTime<Utc>, waits: Settlement) -> Settlement {
    let wait_max = TimeDelta::from_std(send.ongoing.wait_max()).unwrap_or(TimeDelta::MAX);
    let waited = now - due.waits_since.unwrap_or(now);
    match waits {
        Settlement::Later { fault, .. } if waited >= wait_max => {
            let wait = humantime::format_duration(send.ongoing.wait_max());
            let reason = fault.what(crate::fault::Language::English);
            Settlement::Held(Fault::new(code::CALL_WAITED_TOO_LONG).with("wait", wait).with("reason", reason))
        }
        waits => waits,
    }
}

/// What an answer halts besides its call.
fn halt(send: &Send, due: &DueCall, reach: Reach, fault: &Fault) -> Option<(String, Fault, String)> {
    let lane = &due.call.key.lane;
    let credential = || send.ongoing.credential_fingerprint();
    let (scope, cause) = match reach {
        Reach::Method => return None,
        Reach::GoodsOwner => (lane_scope(lane), credential()),
        // Another password may be right; what stands between may go away by itself.
        Reach::Installation if fault.code == code::ONGOING_WRONG_PASSWORD => {
            (installation_scope(&lane.installation), credential())
        }
        Reach::Installation => (installation_scope(&lane.installation), LIFTED_BY_PROBE.to_owned()),
    };
    Some((scope, fault.clone(), cause))
}

/// Grows with each try, with jitter from the call's own number, so that no two runs differ and no two calls agree.
fn delay(call: CallId, tries: u32) -> TimeDelta {
    TimeDelta::from_std(retry_delay(tries, call.unsigned_abs())).unwrap_or(TimeDelta::minutes(10))
}
