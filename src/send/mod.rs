//! Send: a lane's next call -> requests to Ongoing -> outcome in the ledger. Marks are calls too: only this pass
//! writes to Ongoing.
//!
//! One task runs a lane at a time ([`run_lane`]), so no request that writes starts on it while an earlier one is
//! unanswered (promise 5). Nothing sleeps holding work: a call that must wait is a row with a later `due`.

mod articles;
mod settle;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::call::Lane;
use crate::clock::Clock;
use crate::fault::{Fault, Turn, code};
use crate::ledger::{self, DueCall, Ledger, RequestRow, Settlement};
use crate::ongoing::{self, Answer, Found, Hint, Ongoing, Unavailable, method_of};

pub use articles::UnknownArticles;

/// What the pass works with, for one installation.
#[derive(Clone)]
pub struct Send {
    /// The ledger.
    pub ledger: Ledger,
    /// The installation.
    pub ongoing: Arc<Ongoing>,
    /// What becomes of documents with articles that nobody knows, by partner; the others send and see.
    pub unknown_articles: Arc<BTreeMap<String, UnknownArticles>>,
    /// The time.
    pub clock: Clock,
    /// Set when the gateway stops: the request in hand ends, no further one begins.
    pub stop: Arc<std::sync::atomic::AtomicBool>,
}

/// After so many failed tries a call that fails while reads succeed goes to the operator (promise 4).
pub const TRIES_OF_A_FAILING_CALL_MAX: u32 = 5;

/// After so many looks an answer that a repeat was refused is believed (promise 5: Ongoing may lag).
pub const READ_BACKS_AFTER_REFUSAL_MAX: u32 = 5;

/// Why a lane's run ended.
#[derive(Debug, PartialEq)]
pub enum Rest {
    /// Nothing is due; the earliest call that waits is due then, if any.
    Until(Option<DateTime<Utc>>),
    /// The installation is halted until a person acts.
    Halted,
    /// The gateway stops.
    Stopping,
}

/// Runs a lane until nothing is due on it.
///
/// # Errors
/// The ledger cannot be read or written; the lane must not go on.
pub async fn run_lane(send: &Send, lane: &Lane) -> Result<Rest, Fault> {
    loop {
        if send.stop.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(Rest::Stopping);
        }
        if is_halted(send, lane).await? {
            return Ok(Rest::Halted);
        }
        let now = send.clock.now();
        if let Some(until) = send.ledger.resting(lane, now).await? {
            return Ok(Rest::Until(Some(until)));
        }
        let Some(due) = send.ledger.next_call(lane, now).await? else {
            return Ok(Rest::Until(send.ledger.next_due(lane, now).await?));
        };
        // An open breaker is no try of this call, and no request.
        let method = method_of(&due.call);
        if let Err(until) = send.ongoing.limits().may_send(method, now) {
            tracing::warn!(lane = %lane, method, %until, "the breaker is open after failures in a row; the lane rests");
            send.ledger.rest_lane(lane, until).await?;
            return Ok(Rest::Until(Some(until)));
        }
        send.ledger.begin(due.id, now).await?;
        let (settlement, requests) = attempt(send, &due).await?;
        let settled = settle::decide(send, &due, settlement);
        if let Some(fault) = settled.halt_installation {
            send.ledger
                .halt(
                    &installation_scope(&lane.installation),
                    fault,
                    &send.ongoing.credential_fingerprint(),
                    send.clock.now(),
                )
                .await?;
        }
        if let Some(until) = settled.rest_until {
            send.ledger.rest_lane(lane, until).await?;
        }
        tell(&due, &settled.settlement);
        send.ledger.settle(due.id, settled.settlement, requests, send.clock.now()).await?;
    }
}

/// Says in the log what a call came to. A refusal is the sender's affair; what waits is no loss yet.
fn tell(due: &DueCall, settlement: &Settlement) {
    let call = due.id;
    let about = due.call.key.to_string();
    match settlement {
        Settlement::Accepted { .. } => tracing::debug!(call, about, "accepted"),
        Settlement::Refused(fault) => {
            tracing::info!(call, about, code = fault.code.name(), "refused: {fault}")
        }
        // No time heals it: told as loud as what is held, each time that it was tried in vain.
        Settlement::Later { due, fault, .. } if fault.turn == Turn::Operator => {
            tracing::error!(call, about, code = fault.code.name(), until = %due, "waits: {fault}");
        }
        Settlement::Later { due, fault, .. } => {
            tracing::warn!(call, about, code = fault.code.name(), until = %due, "waits: {fault}");
        }
        Settlement::Held(fault) => {
            tracing::error!(
                call,
                about,
                code = fault.code.name(),
                "held: {fault}; `lastkaj retry call {call}`"
            );
        }
    }
}

/// The scope under which an installation is halted.
pub fn installation_scope(installation: &str) -> String {
    format!("installation {installation}")
}

async fn is_halted(send: &Send, lane: &Lane) -> Result<bool, Fault> {
    let scope = installation_scope(&lane.installation);
    let halts = send.ledger.halts().await?;
    Ok(halts.iter().any(|halt| halt.scope == scope || halt.scope == ledger::RESTORED))
}

/// What an attempt found out, before it is decided what follows.
#[derive(Debug)]
enum Attempt {
    /// Ongoing has what we asked for.
    Accepted { ongoing_id: Option<i64>, message: String },
    /// Ongoing refused it, and no earlier attempt can have been processed.
    Refused(Fault),
    /// Ongoing refused a repeat, and what an earlier attempt did cannot be seen (yet).
    RepeatRefused(Fault),
    /// It was not processed.
    Unavailable(Unavailable),
    /// Ongoing does not have what the call is about. `seen`: it was there once.
    NotThere { fault: Fault, seen: bool },
    /// Articles that the call needs are not there yet, and it may wait for them until then.
    Waits { fault: Fault, until: DateTime<Utc> },
    /// It may have been processed. `reads_succeed`: a read in this attempt was answered.
    Unknown { fault: Fault, reads_succeed: bool, silent: bool },
}

/// One attempt: where an earlier one is unsettled it reads back first.
async fn attempt(send: &Send, due: &DueCall) -> Result<(Attempt, Vec<RequestRow>), Fault> {
    let mut requests = Vec::new();
    if due.unknown {
        let read = send.ongoing.read_back(&due.call).await;
        requests.extend(read.requests.into_iter().map(row));
        match read.found {
            Found::Same { ongoing_id } => {
                return Ok((Attempt::Accepted { ongoing_id, message: String::new() }, requests));
            }
            Found::Unavailable(unavailable) => return Ok((Attempt::Unavailable(unavailable), requests)),
            Found::Different { .. } | Found::Missing => {}
        }
    }
    let mut asked = Vec::new();
    let missing = articles::provide(send, due, &mut asked).await;
    requests.extend(asked.into_iter().map(row));
    if let Some(attempt) = missing? {
        return Ok((attempt, requests));
    }
    let hint = Hint { ongoing_id: due.ongoing_id, in_doubt: due.unknown, tries: due.tries };
    let performed = send.ongoing.perform(&due.call, hint).await;
    requests.extend(performed.requests.into_iter().map(row));
    let attempt = match performed.answer {
        Answer::Accepted { ongoing_id, message } => Attempt::Accepted { ongoing_id, message },
        Answer::Refused(fault) if due.unknown => {
            let read = send.ongoing.read_back(&due.call).await;
            requests.extend(read.requests.into_iter().map(row));
            match read.found {
                Found::Same { ongoing_id } => Attempt::Accepted { ongoing_id, message: String::new() },
                Found::Different { .. } | Found::Missing | Found::Unavailable(_) => {
                    Attempt::RepeatRefused(fault)
                }
            }
        }
        Answer::Refused(fault) => Attempt::Refused(fault),
        Answer::Unavailable(unavailable) => Attempt::Unavailable(unavailable),
        Answer::NotThere { need, fault } => {
            Attempt::NotThere { seen: send.ledger.is_known(&due.call.key.lane, &need).await?, fault }
        }
        Answer::Unknown(fault) => {
            let silent = fault.code == code::ONGOING_TIME_OUT || fault.code == code::ONGOING_BROKEN_OFF;
            Attempt::Unknown { fault, reads_succeed: due.unknown, silent }
        }
    };
    Ok((attempt, requests))
}

fn row(request: ongoing::Request) -> RequestRow {
    RequestRow {
        at: request.at,
        request: request.request,
        method: request.method,
        status: request.status,
        answer: request.answer,
        milliseconds: request.milliseconds,
    }
}
