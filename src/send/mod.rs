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
use crate::ledger::{self, Barred, DueCall, Ledger, RequestRow, Settled, Settlement};
use crate::ongoing::{self, Answer, Found, Hint, Ongoing, Reach, Unavailable};

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

impl Send {
    fn is_stopping(&self) -> bool {
        self.stop.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// After so many failed tries a call that fails while reads succeed goes to the operator (promise 4).
pub const TRIES_OF_A_FAILING_CALL_MAX: u32 = 5;

/// After so many looks an answer that a repeat was refused is believed (promise 5: Ongoing may lag).
pub const READ_BACKS_AFTER_REFUSAL_MAX: u32 = 5;

/// The cause of a halt that is lifted once a probe of the installation goes well.
pub const LIFTED_BY_PROBE: &str = "probe";

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
    let scopes = vec![installation_scope(&lane.installation), lane_scope(lane), ledger::RESTORED.to_owned()];
    loop {
        let mut due = match begin_next(send, lane, &scopes).await? {
            Begun::Call(due) => *due,
            Begun::Rest(rest) => return Ok(rest),
        };
        // Each outcome and the beginning of what follows it share one commit.
        loop {
            let (attempt, requests) = attempt(send, &due).await?;
            let decision = settle::decide(send, &due, attempt);
            let goes_on = decision.halt.is_none() && decision.rest_until.is_none() && !send.is_stopping();
            tell(&due, &decision);
            if let Some((scope, fault, cause)) = decision.halt {
                send.ledger.halt(&scope, fault, &cause, send.clock.now()).await?;
            }
            if let Some(until) = decision.rest_until {
                send.ledger.rest_lane(lane, until).await?;
            }
            let now = send.clock.now();
            if !goes_on {
                send.ledger.settle(due.id, decision.settlement, requests, now).await?;
                break;
            }
            let settled = Settled { call: due.id, settlement: decision.settlement, requests };
            let (barred, _) = barred(send, now);
            match send.ledger.settle_and_begin(settled, lane, &barred, scopes.clone(), now).await? {
                Some(next) => due = next,
                None => break,
            }
        }
    }
}

enum Begun {
    Call(Box<DueCall>),
    Rest(Rest),
}

/// Begins the call whose turn it is, or says how long the lane has nothing to do.
async fn begin_next(send: &Send, lane: &Lane, scopes: &[String]) -> Result<Begun, Fault> {
    if send.is_stopping() {
        return Ok(Begun::Rest(Rest::Stopping));
    }
    if send.ledger.halts().await?.iter().any(|halt| scopes.contains(&halt.scope)) {
        return Ok(Begun::Rest(Rest::Halted));
    }
    let now = send.clock.now();
    if let Some(until) = send.ledger.resting(lane, now).await? {
        return Ok(Begun::Rest(Rest::Until(Some(until))));
    }
    // What an open breaker bars is no try of a call, and no request; the rest of the lane goes on.
    let (barred, until) = barred(send, now);
    if let Some(due) = send.ledger.next_call_but(lane, now, &barred).await? {
        send.ledger.begin(due.id, now).await?;
        return Ok(Begun::Call(Box::new(due)));
    }
    let due = send.ledger.next_due(lane, now).await?;
    let waits = !barred.is_empty() && send.ledger.next_call(lane, now).await?.is_some();
    let until = until.filter(|_| waits);
    Ok(Begun::Rest(Rest::Until(due.into_iter().chain(until).min())))
}

/// What open breakers bar now, and when the first of them lets a request go.
fn barred(send: &Send, now: DateTime<Utc>) -> (Barred, Option<DateTime<Utc>>) {
    let (mut barred, mut first) = (Barred::default(), None);
    for (kind, tag, method) in ongoing::first_methods() {
        if let Err(until) = send.ongoing.limits().may_send(method, now) {
            barred.add(kind, tag);
            first = Some(first.map_or(until, |first: DateTime<Utc>| first.min(until)));
        }
    }
    (barred, first)
}

/// Says in the log what a call came to. A refusal is the sender's affair; what waits is told for its installation, once.
fn tell(due: &DueCall, decision: &settle::Decision) {
    let call = due.id;
    let about = due.call.key.to_string();
    match &decision.settlement {
        Settlement::Accepted { .. } => tracing::debug!(call, about, "accepted"),
        Settlement::Refused(fault) => {
            tracing::info!(call, about, code = fault.code.name(), "refused: {fault}")
        }
        // No time heals it, and no halt tells of it.
        Settlement::Later { due, fault, .. } if fault.turn == Turn::Operator && decision.halt.is_none() => {
            tracing::error!(call, about, code = fault.code.name(), until = %due, "waits: {fault}");
        }
        Settlement::Later { due, fault, .. } => {
            tracing::debug!(call, about, code = fault.code.name(), until = %due, "waits: {fault}");
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

/// The scope under which a lane is halted.
pub fn lane_scope(lane: &Lane) -> String {
    format!("lane {lane}")
}

/// The scope under which an installation is halted.
pub fn installation_scope(installation: &str) -> String {
    format!("installation {installation}")
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
    /// The account may not do it, while it reaches the goods owner (else the lane is halted).
    Forbidden(Fault),
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
        Answer::Unavailable(unavailable) if unavailable.reach == Reach::GoodsOwner => {
            let mut asked = Vec::new();
            let reached = send.ongoing.reaches(due.call.key.lane.goods_owner, &mut asked).await;
            requests.extend(asked.into_iter().map(row));
            match reached {
                Ok(()) => Attempt::Forbidden(unavailable.fault),
                Err(_) => Attempt::Unavailable(unavailable),
            }
        }
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
