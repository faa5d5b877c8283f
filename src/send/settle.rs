//! What follows from an attempt: the one place where it is decided, by whose turn is next.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Attempt, READ_BACKS_AFTER_REFUSAL_MAX, Send, TRIES_OF_A_FAILING_CALL_MAX};
use crate::call::Kind;
use crate::fault::{Fault, Turn, code};
use crate::ledger::{CallId, DueCall, Settlement};
use crate::ongoing::{Unavailable, retry_delay};

/// How long a call waits for what it is about to be seen at Ongoing: a return for its order, a file for what it belongs to.
const WAITS_FOR_ITS_OBJECT: TimeDelta = TimeDelta::hours(1);

/// So often at least it is looked for.
const TRIES_FOR_ITS_OBJECT_MIN: u32 = 5;

/// How often articles that a call waits for are looked for.
const LOOKS_FOR_ARTICLES: TimeDelta = TimeDelta::minutes(1);

/// What follows from an attempt.
#[derive(Debug)]
pub(super) struct Settled {
    pub settlement: Settlement,
    /// The lane rests until then: a request was not answered, and may still be worked on.
    pub rest_until: Option<DateTime<Utc>>,
    /// The whole installation waits for a person.
    pub halt_installation: Option<Fault>,
}

pub(super) fn decide(send: &Send, due: &DueCall, attempt: Attempt) -> Settled {
    let now = send.clock.now();
    // The attempt that just ended counts: `due` was read before it began.
    let tries = due.tries.saturating_add(1);
    let later = now + delay(due.id, tries);
    let plain = |settlement| Settled { settlement, rest_until: None, halt_installation: None };
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
        Attempt::Unavailable(Unavailable { fault, not_before, whole_installation }) => {
            let operator = fault.turn == Turn::Operator;
            let halt_installation = (whole_installation && operator).then(|| fault.clone());
            // Nothing is sent while the installation is halted; once it goes on, so does this call, at once.
            let due_at = if halt_installation.is_some() { now } else { not_before.unwrap_or(later) };
            let settlement = Settlement::Later { due: due_at, fault, unknown: due.unknown, counts: false };
            // What Ongoing does not take now it takes of no other call either: the lane waits with it.
            let rest_until = halt_installation.is_none().then_some(due_at);
            Settled { settlement, rest_until, halt_installation }
        }
        // Ongoing shows what it accepted late; what it never had, nobody waits for but a file that came before its order.
        Attempt::NotThere { fault, seen } => {
            let waits = if seen || due.call.key.kind == Kind::Attachment {
                WAITS_FOR_ITS_OBJECT
            } else {
                TimeDelta::zero()
            };
            let until = due.first_tried_at.unwrap_or(now) + waits;
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
        Attempt::Unknown { fault, reads_succeed, .. }
            if reads_succeed && tries >= TRIES_OF_A_FAILING_CALL_MAX =>
        {
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
            Settled {
                settlement: Settlement::Later { due: due_at, fault, unknown: true, counts: true },
                rest_until: rest,
                halt_installation: None,
            }
        }
    }
}

/// Grows with each try, with jitter from the call's own number, so that no two runs differ and no two calls agree.
fn delay(call: CallId, tries: u32) -> TimeDelta {
    TimeDelta::from_std(retry_delay(tries, call.unsigned_abs())).unwrap_or(TimeDelta::minutes(10))
}
